// However large a value is, what is read of it, told of it and kept for it is
// bounded (4.2): counted here, and never timed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readable } from "./readable.mjs";
import { standIn } from "./stand-in.mjs";

const { AssessmentsClient, ValidationError, parseId, previewName } = readable;

const VENDOR = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
const CONTROL_SET = "cbctst_ee46f1bfc6ae78ab04a22dc4c55b9b93";
const MAX_FAULTS = 1_000;
const MAX_BODY_BYTES = 262_144;

/** @typedef {{ ok: boolean, status: number, issues: import("../../pkg/dist/index.js").Issue[] }} Faulty */

const checked = (control_set_ids, rest = {}, copy = readable) =>
  /** @type {Faulty} */ (
    copy.validateCreateAssessment({ vendor_id: VENDOR, control_set_ids, ...rest })
  );

/** A list that counts what is asked of it; `item` answers what stands at an index. */
function counted(length, item) {
  const asked = new Map();
  const list = new Proxy([], {
    get(target, key) {
      asked.set(key, (asked.get(key) ?? 0) + 1);
      if (key === "length") return length;
      return typeof key === "string" && /^\d+$/.test(key) ? item(Number(key)) : target[key];
    },
  });
  return { list, asked };
}

let copies = 0;

/** Pages of the memory of every instance that `work` makes or has made it grow, of a fresh copy. */
async function pagesAfter(work) {
  const file = new URL(`../../pkg/dist/node.js?copy=${copies++}`, import.meta.url).href;
  /** @type {typeof import("../../pkg/dist/index.js")} */
  const copy = await import(file);
  const { Instance } = WebAssembly;
  const made = [];
  WebAssembly.Instance = standIn((...args) => {
    const instance = new Instance(...args);
    made.push(instance);
    return instance;
  });
  try {
    work(copy);
    return made.map(({ exports }) => exports.memory.buffer.byteLength / 65_536);
  } finally {
    WebAssembly.Instance = Instance;
  }
}

function assertStringFaults({ ok, status, issues }) {
  assert.deepEqual([ok, status, issues.length], [false, 422, MAX_FAULTS]);
  issues.forEach(({ loc, type }, index) => {
    assert.deepEqual([loc, type], [["body", "control_set_ids", index], "string_type"]);
  });
}

test("the_first_thousand_faults_of_131_000_numbers_are_told_and_the_memory_does_not_grow", async () => {
  const pages = await pagesAfter((copy) => {
    checked([], {}, copy);
    assertStringFaults(checked(Array(131_000).fill(0), {}, copy));
  });
  const [small] = await pagesAfter((copy) => checked([], {}, copy));
  assert.deepEqual(new Set(pages), new Set([small]));
});

test("a_list_is_read_item_by_item_up_to_the_thousandth_fault_and_each_item_once", () => {
  const { list, asked } = counted(1_000_000, (index) => index);
  assertStringFaults(checked(list));
  const items = [...asked].filter(([key]) => key !== "length");
  assert.equal(items.length, MAX_FAULTS);
  assert.deepEqual(new Set(items.map(([, times]) => times)), new Set([1]));
  assert.equal(asked.get("length"), 1);
});

test("a_sparse_list_of_fifty_million_holes_is_a_list_of_nulls_as_in_json", () => {
  assertStringFaults(checked(new Array(5e7)));
});

test("good_items_among_bad_ones_do_not_count_as_faults", () => {
  const { list, asked } = counted(10_000, (index) => (index % 2 ? 0 : CONTROL_SET));
  const { issues } = checked(list);
  assert.equal(issues.length, MAX_FAULTS);
  assert.deepEqual(issues.at(-1)?.loc, ["body", "control_set_ids", 1_999]);
  assert.equal(asked.size, 2_000 + 1);
});

test("the_thousand_are_shared_by_all_fields_in_model_order", () => {
  const { list, asked } = counted(10, () => 0);
  const { issues } = checked(Array(995).fill(0), { name: 7, service_ids: list });
  assert.equal(issues.length, MAX_FAULTS);
  assert.deepEqual(issues.at(995)?.loc, ["body", "name"]);
  assert.deepEqual(issues.at(-1)?.loc, ["body", "service_ids", 3]);
  assert.equal(asked.size, 4 + 1);
});

test("no_more_than_a_thousand_malformed_ids_are_told_and_the_list_is_counted_whole", () => {
  const { status, issues } = checked(Array(100_000).fill("x"));
  assert.deepEqual([status, issues.length], [400, MAX_FAULTS]);
  assert.equal(issues[0].msg, "At most 100 entries, this has 100000");
  assert.deepEqual(issues.at(-1)?.loc, ["body", "control_set_ids", MAX_FAULTS - 2]);
});

test("a_list_of_good_ids_is_read_as_far_as_a_request_can_hold_it", () => {
  const { list, asked } = counted(5e6, () => CONTROL_SET);
  const { status, issues } = checked(list);
  assert.deepEqual([status, issues.map(({ type }) => type)], [400, ["too_many_entries"]]);
  assert.match(issues[0].msg, /this has 5000000$/);
  assert.ok(asked.size <= MAX_BODY_BYTES / (CONTROL_SET.length + 3) + 2, `${asked.size} reads`);
});

test("what_every_request_can_hold_is_read_to_its_end", () => {
  const items = Array(6_000).fill(CONTROL_SET);
  items.push(7);
  const body = { vendor_id: VENDOR, control_set_ids: items };
  assert.ok(JSON.stringify(body).length < MAX_BODY_BYTES);
  const { issues } = checked(items);
  assert.deepEqual(
    issues.map(({ loc }) => loc),
    [["body", "control_set_ids", 6_000]],
  );
});

test("a_request_that_is_only_too_large_is_refused_for_that", () => {
  assert.deepEqual(checked([], { name: `${" ".repeat(MAX_BODY_BYTES)}Q2` }), {
    ok: false,
    status: 400,
    issues: [{ loc: ["body"], msg: "Request body too large.", type: "too_large" }],
  });
});

test("a_list_that_was_not_read_to_its_end_is_never_sent", async () => {
  const fetch = () => assert.fail("sent");
  const client = new AssessmentsClient({ baseUrl: "http://127.0.0.1", token: "t", fetch });
  const body = { vendor_id: VENDOR, control_set_ids: Array(20_000).fill(CONTROL_SET) };
  await assert.rejects(client.create(body), (error) => error instanceof ValidationError);
  await assert.rejects(client.create(body, { validate: false }), ({ status, issues }) => {
    assert.deepEqual([status, issues[0].type], [400, "too_large"]);
    return true;
  });
});

const LONG = "x".repeat(5_000_000);

for (const [what, work] of Object.entries({
  a_long_name: ({ validateField }) =>
    assert.equal(/** @type {Faulty} */ (validateField("name", LONG)).issues[0].type, "too_long"),
  a_long_id: ({ isId }) => assert.equal(isId(LONG), false),
  a_long_key: ({ validateIdempotencyKey }) =>
    assert.equal(/** @type {Faulty} */ (validateIdempotencyKey(LONG)).issues[0].type, "too_long"),
  the_preview_of_a_long_name: ({ previewName }) =>
    previewName({ name: LONG }, { vendorName: LONG }),
  many_malformed_ids: (copy) => checked(Array(100_000).fill(""), {}, copy),
})) {
  test(`${what}_takes_memory_in_bounds_and_gives_it_back`, async () => {
    const pages = await pagesAfter((copy) => {
      work(copy);
      checked([], {}, copy);
    });
    const [small] = await pagesAfter((copy) => checked([], {}, copy));
    assert.ok(Math.max(...pages) < 20 * 16, `${pages} pages`);
    assert.ok(pages[pages.length - 1] <= 32, `${pages} pages`);
    assert.ok(small <= 32);
  });
}

test("the_error_of_a_long_text_is_of_the_same_kind_as_that_of_a_short_one", () => {
  const error = (text) => {
    try {
      return parseId(text);
    } catch (thrown) {
      return /** @type {{ code?: string }} */ (thrown).code;
    }
  };
  assert.equal(error(LONG), error("x"));
  assert.equal(error(`cbvndr_${"0".repeat(400_000)}`), "wrong_length");
});

test("what_is_no_unicode_text_is_told_apart_from_the_character_that_replaces_it", () => {
  assert.equal(checked([], { name: "a\ufffdb" }).ok, true);
  for (const name of ["\ud800", "a\udc00b", "\ufffd\ud800"]) {
    assert.equal(checked([], { name }).issues[0].type, "json_invalid");
  }
});

test("a_preview_takes_no_more_names_than_can_be_in_it", () => {
  const { list: serviceNames, asked } = counted(50_000_000, () => "service");
  const request = { assessment_name_format: "{{service:name}}" };
  const name = previewName(request, { vendorName: "V", serviceNames });
  assert.equal(name.length, 255);
  assert.equal([...asked.keys()].filter((key) => /^\d+$/.test(String(key))).length, 256);
});
