// Lists of schema faults are bounded (4.2), and so is what they cost: point 38
// of the contract's checklist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KEYS, makeOrg, mintKey, startApi } from "./harness.mjs";

const ORG = makeOrg("fault list");
const NUMBERS = Array.from({ length: 131_000 }, () => 7);
const MAX_FAULTS = 1_000;

const body = `{"vendor_id":"${ORG.vendor}","control_set_ids":[${NUMBERS.join(",")}]}`;
const wasmBytes = (answer) => Number(answer.headers.get("x-test-wasm-bytes"));
const item = (index) => ({
  loc: ["body", "control_set_ids", index],
  msg: "Input should be a valid string",
  type: "string_type",
});
const good = JSON.stringify({ ...ORG.body, unknown: "x".repeat(body.length - 200) });
/** What a few bodies of this size may take besides. */
const FEW_BODIES = 2 * 1024 * 1024;

let api;
/** The memory that good bodies of this size take, before there was any other. */
let fresh;
before(async () => {
  api = await startApi({ faulty: true });
  await api.load({ orgs: [ORG.data] });
  await api.warm(ORG.key);
  for (let round = 0; round < 5; round++) {
    fresh = wasmBytes(await api.create(good, { key: ORG.key }));
  }
  assert.ok(fresh > 0);
});
after(() => api.close());

function isWithinFewBodies(answer) {
  const grown = wasmBytes(answer) - fresh;
  assert.ok(grown <= FEW_BODIES, `the memory has grown by ${grown} bytes`);
}

test("who_may_not_call_is_told_so_and_costs_no_list_of_faults", async () => {
  const unknown = mintKey("fault list, nobody");
  for (const key of ["nothing of ours", unknown, KEYS.revoked, KEYS.expired, KEYS.reportViewer]) {
    const answer = await api.create(body, { key });
    assert.equal(answer.status, 401);
    isWithinFewBodies(answer);
  }
});

test("memory_does_not_grow_with_what_is_wrong_however_often_it_is_sent", async () => {
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all([1, 2].map(() => api.create(body, { key: ORG.key })));
    for (const answer of answers) assert.equal(answer.status, 422);
  }
  isWithinFewBodies(await api.create(good, { key: ORG.key }));
});

for (const [what, text] of [
  ["empty", '""'],
  ["short", '"a"'],
]) {
  test(`memory_does_not_grow_with_a_list_of_${what}_texts_that_is_too_long`, async () => {
    const count = Math.floor(250_000 / (text.length + 1));
    const list = Array.from({ length: count }, () => text).join(",");
    const long = `{"vendor_id":"${ORG.vendor}","control_set_ids":[${list}]}`;
    for (const key of [KEYS.revoked, ORG.key, KEYS.revoked, ORG.key]) {
      const answer = await api.create(long, { key });
      assert.equal(answer.status, key === ORG.key ? 400 : 401, answer.text);
      isWithinFewBodies(answer);
    }
    const refused = await api.create(long, { key: ORG.key });
    assert.match(refused.json.detail.error, new RegExp(`at most 100 entries, got ${count}$`));
  });
}

test("members_that_an_event_does_not_know_cost_no_memory", async () => {
  const members = Array.from({ length: 22_000 }, (_, index) => `"a${index}":1`).join(",");
  const path = "/v1/workflows/runs/cbwr_00000000000000000000000000000000/events";
  const headers = { "content-type": "application/json" };
  for (const key of [KEYS.revoked, ORG.key]) {
    const answer = await api.send("POST", path, { key, headers, body: `{${members}}` });
    assert.equal(answer.status, key === ORG.key ? 422 : 401, answer.text);
    isWithinFewBodies(answer);
  }
});

test("a_list_of_131_000_numbers_is_answered_the_first_1_000_faults_in_order", async () => {
  const answer = await api.create(body, { key: ORG.key });
  assert.equal(answer.status, 422);
  assert.ok(answer.text.length < 200_000, `${answer.text.length} bytes`);
  assert.deepEqual(
    answer.json.detail,
    NUMBERS.slice(0, MAX_FAULTS).map((_, index) => item(index)),
  );
});

test("faults_before_and_behind_the_bound_keep_model_order", async () => {
  const faulty = {
    supporting_document_ids: NUMBERS.slice(0, 2_000),
    name: 7,
    control_set_ids: NUMBERS.slice(0, 997),
  };
  const { detail } = (await api.create(faulty, { key: ORG.key })).json;
  assert.equal(detail.length, MAX_FAULTS);
  assert.deepEqual(detail[0].loc, ["body", "vendor_id"]);
  assert.deepEqual(detail[1].loc, ["body", "control_set_ids", 0]);
  assert.deepEqual(detail[998].loc, ["body", "name"]);
  assert.deepEqual(detail[999].loc, ["body", "supporting_document_ids", 0]);
});
