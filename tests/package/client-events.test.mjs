// Events for runs, and the test of a credential: on a scripted `fetch`, and on the
// real Worker.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApi } from "../http/harness.mjs";
import { orgWithWorkflows, runsOf } from "../http/workflow-support.mjs";
import { ID, answer, clientOf, hasty, scripted } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const RUN_ID = "cbwr_0128e42c9f5c076efa5c191794409293";
const EVENT = { name: "review.approved", payload: { by: "Ada" } };
const ACCEPTED = { workflow_run_id: RUN_ID, name: EVENT.name, received_at: 1_790_500_000 };
const DIFFERS = { "idempotent-replayed": "true", "idempotent-request-differs": "true" };
const accepted = (headers = {}) => answer(ACCEPTED, 202, headers);

const waitFor = (event) => ["wait_for_event", { event, timeout_seconds: 3600 }];
// So that no event is taken, and the run goes on.
const ORG = orgWithWorkflows("events of clients", {
  waits: [waitFor("never"), waitFor(EVENT.name)],
});
let api;
let runs;
before(async () => {
  api = await startApi({ data: { orgs: [ORG.data] }, vars: { ENVIRONMENT: "development" } });
  runs = runsOf(api, ORG);
});
after(() => api.close());

test("an_event_reaches_the_api_once_however_often_it_is_sent", async () => {
  const client = clientOf(api, { token: ORG.key });
  const { run } = await runs.start("waits");
  const options = { idempotencyKey: "approval-1" };
  const first = await client.withResponse.sendEvent(run, EVENT, options);
  assert.deepEqual([first.status, first.replayed], [202, false]);
  assert.deepEqual(Object.keys(first.data), ["workflow_run_id", "name", "received_at"]);
  assert.deepEqual([first.data.workflow_run_id, first.data.name], [run, EVENT.name]);
  const again = await client.withResponse.sendEvent(run, EVENT, options);
  assert.deepEqual([again.data, again.replayed], [first.data, true]);
  const kept = await api.rows("SELECT name, payload FROM workflow_events WHERE run_id = ?", run);
  assert.deepEqual(kept, [{ name: EVENT.name, payload: JSON.stringify(EVENT.payload) }]);
  await assert.rejects(client.sendEvent(run, { name: "other" }), {
    name: "ApiError",
    status: 409,
    code: "event_not_expected",
  });
  const unknown = `cbwr_${"0".repeat(32)}`;
  await assert.rejects(client.sendEvent(unknown, EVENT), { status: 404 });
});

test("what_the_client_says_of_a_name_the_api_says_too", async () => {
  const client = clientOf(api, { token: ORG.key });
  const { run } = await runs.start("waits");
  for (const name of ["", "two words", "é", "a/b", "x".repeat(101)]) {
    const told = await client.sendEvent(run, { name }).catch((error) => error);
    assert.deepEqual([told.name, told.status], ["ValidationError", 400], name);
    const answered = await client.sendEvent(run, { name }, { validate: false }).catch((e) => e);
    assert.deepEqual([answered.name, answered.status], ["ApiError", 400], name);
    assert.equal(answered.message, told.message);
  }
});

test("a_credential_is_tested", async () => {
  const client = clientOf(api, { token: ORG.key });
  assert.deepEqual(await client.authTest(), { msg: "Auth successful" });
  const { status, requestId } = await client.withResponse.authTest({ maxRetries: 0 });
  assert.equal(status, 200);
  assert.ok(requestId);
  const wrong = clientOf(api, { token: `${ORG.key.slice(0, -1)}!` });
  await assert.rejects(wrong.authTest(), { name: "ApiError", status: 401 });
});

test("a_retry_of_an_event_sends_the_same_bytes_and_key", async (t) => {
  hasty(t);
  const bodies = [];
  const keys = [];
  const event = structuredClone(EVENT);
  const { client } = scripted(async (request) => {
    assert.equal(request.method, "POST");
    assert.equal(request.url, `https://api.example/v1/workflows/runs/${RUN_ID}/events`);
    assert.equal(request.headers.get("content-type"), "application/json");
    keys.push(request.headers.get("idempotency-key"));
    bodies.push(await request.text());
    // What becomes of the caller's object meanwhile is of no interest.
    event.payload.by = "someone else";
    return bodies.length < 3 ? answer({}, 503) : accepted();
  });
  assert.deepEqual(await client.sendEvent(RUN_ID, event), ACCEPTED);
  assert.deepEqual(bodies, Array(3).fill(JSON.stringify(EVENT)));
  assert.match(keys[0], /^[0-9a-f]{32}$/);
  assert.equal(new Set(keys).size, 1);
  await client.sendEvent(RUN_ID, EVENT);
  assert.notEqual(keys.at(-1), keys[0]);
});

test("an_event_of_wrong_types_is_refused_before_anything_is_sent", async () => {
  const { client, requests } = scripted(accepted());
  for (const [event, type, loc] of [
    [undefined, "model_attributes_type", ["body"]],
    [null, "model_attributes_type", ["body"]],
    ["review.approved", "model_attributes_type", ["body"]],
    [[EVENT], "model_attributes_type", ["body"]],
    [{}, "missing", ["body", "name"]],
    [{ Name: "x" }, "missing", ["body", "name"]],
    [{ name: undefined }, "missing", ["body", "name"]],
    [{ name: null }, "string_type", ["body", "name"]],
    [{ name: 7 }, "string_type", ["body", "name"]],
    [{ name: ["x"] }, "string_type", ["body", "name"]],
    [{ name: {} }, "string_type", ["body", "name"]],
    [{ name: 7n }, "string_type", ["body", "name"]],
  ]) {
    for (const validate of [true, false]) {
      await assert.rejects(client.sendEvent(RUN_ID, untyped(event), { validate }), (thrown) => {
        const error = untyped(thrown);
        assert.deepEqual([error.name, error.status], ["ValidationError", 422]);
        assert.deepEqual(
          error.issues.map((issue) => [issue.type, issue.loc]),
          [[type, loc]],
        );
        return true;
      });
    }
  }
  await assert.rejects(client.sendEvent(RUN_ID, { name: "a b" }), {
    status: 400,
    message: "name: 1 to 100 letters, digits, '.', '-' and '_'",
    issues: [
      {
        loc: ["body", "name"],
        type: "no_event_name",
        msg: "1 to 100 letters, digits, '.', '-' and '_'",
      },
    ],
  });
  for (const id of [ID, "", null, undefined, 7]) {
    await assert.rejects(client.sendEvent(untyped(id), EVENT), { name: "IdError" });
  }
  await assert.rejects(client.sendEvent(RUN_ID, EVENT, { idempotencyKey: "two words" }), {
    name: "ValidationError",
  });
  assert.deepEqual(requests, []);
});

test("any_json_is_a_payload_and_nothing_else_is", async () => {
  const { client, requests } = scripted(accepted());
  const long = ["x".repeat(300_000)];
  for (const payload of [undefined, null, 0, false, "", [], {}, [[1], null], long, new Date(0)]) {
    await client.sendEvent(RUN_ID, { name: "x", payload });
    const sent = await requests.at(-1).json();
    assert.deepEqual(sent.payload ?? null, JSON.parse(JSON.stringify(payload ?? null)));
    assert.deepEqual(Object.keys(sent), payload == null ? ["name"] : ["name", "payload"]);
  }
  const count = requests.length;
  const circle = [];
  circle.push(circle);
  const broken = {
    toJSON() {
      throw new Error("its own");
    },
  };
  for (const payload of [circle, 7n, { deep: [1n] }, broken]) {
    await assert.rejects(client.sendEvent(RUN_ID, { name: "x", payload }), (thrown) => {
      const error = untyped(thrown);
      assert.equal(error.name, "ConfigurationError");
      assert.match(error.message, /^payload is no JSON: /);
      assert.ok(error.cause);
      return true;
    });
  }
  assert.equal(requests.length, count);
});

test("an_event_that_a_key_kept_from_being_sent_is_told_of", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const told = [];
  const { client } = scripted(accepted({ ...DIFFERS, "x-coverbase-request-id": "known" }));
  const hooks = { onRequestDiffers: (event) => told.push(event) };
  assert.deepEqual(await client.sendEvent(RUN_ID, EVENT, { idempotencyKey: "k", hooks }), ACCEPTED);
  assert.deepEqual(told, [{ idempotencyKey: "k", id: RUN_ID, requestId: "known" }]);
  assert.equal(warn.mock.callCount(), 0);
  for (let round = 0; round < 2; round++) {
    await client.sendEvent(RUN_ID, EVENT, { idempotencyKey: "k" });
  }
  assert.equal(warn.mock.callCount(), 1);
  assert.match(warn.mock.calls[0].arguments[0], /"k"/);
  const { requestDiffers } = await client.withResponse.sendEvent(RUN_ID, EVENT);
  assert.equal(requestDiffers, true);
});

test("answers_of_another_shape_are_told", async () => {
  for (const [given, message] of [
    [{ ...ACCEPTED, received_at: "now" }, "received_at must be Unix time in whole seconds"],
    [{ ...ACCEPTED, workflow_run_id: ID }, "workflow_run_id must be an id of its kind"],
    [{ name: "x" }, "workflow_run_id must be there"],
    [null, "the answer must be an object"],
  ]) {
    const { client } = scripted(answer(given, 202));
    await assert.rejects(client.sendEvent(RUN_ID, EVENT), { name: "ResponseShapeError", message });
  }
  for (const given of [{}, { msg: 1 }, [], "Auth successful"]) {
    const { client } = scripted(answer(given));
    await assert.rejects(client.authTest(), { name: "ResponseShapeError" });
  }
});

test("a_test_of_a_credential_is_a_plain_read", async () => {
  const { client, requests } = scripted(answer({ msg: "Auth successful", more: 1 }));
  assert.deepEqual(await client.authTest(), { msg: "Auth successful", more: 1 });
  const [{ method, url, headers }] = requests;
  assert.deepEqual([method, url], ["GET", "https://api.example/v1/utils/authtest"]);
  assert.equal(headers.get("idempotency-key"), null);
  await assert.rejects(client.authTest(untyped({ retries: 1 })), { name: "ConfigurationError" });
});
