// Calls that other entries of the package make through a client: they get its retries,
// credential, hooks and errors.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AssessmentsClient } from "../../pkg/dist/index.js";
import { ASSESSMENT, ID, answer, hasty, never, scripted } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const CALL = Symbol.for("assessments-edge.call");
/** Makes a call, as data, through a client. */
const call = (client, asked, options) => untyped(client)[CALL](asked, options);

const PAGE = { items: [{ id: "cbvndr_1", name: "Northwind" }], next_cursor: null };
const VENDORS = {
  method: "GET",
  path: "/v1/dashboard/vendors?q=north%20wind&limit=25",
  answer: (data) => (Array.isArray(data?.items) ? undefined : "items must be an array"),
};

test("a_call_that_is_described_as_data_is_made", async () => {
  const told = [];
  const hooks = {
    onRequest: (event) => told.push(event),
    onResponse: (event) => told.push(event),
  };
  const given = answer(PAGE, 200, { "x-coverbase-request-id": "known" });
  const { client, requests } = scripted(given, { hooks, headers: { "x-team": "grc" } });
  const { data, status, requestId, attempts } = await call(client, VENDORS);
  assert.deepEqual([data, status, requestId, attempts], [PAGE, 200, "known", 1]);
  const [{ method, url, headers }] = requests;
  assert.deepEqual([method, url], ["GET", `https://api.example${VENDORS.path}`]);
  assert.deepEqual(
    ["authorization", "x-team", "content-type", "idempotency-key"].map((name) => headers.get(name)),
    ["Bearer a-session", "grc", null, null],
  );
  assert.deepEqual(told, [
    { method: "GET", url, attempt: 1 },
    { status: 200, requestId: "known", attempt: 1 },
  ]);
});

test("it_is_retried_and_its_credential_renewed", async (t) => {
  hasty(t);
  const token = ({ refused }) => (refused === "old" ? "new" : "old");
  const expired = answer({ detail: "Invalid or expired API key." }, 401);
  const { client, requests, retries } = scripted([answer({}, 503), expired, answer(PAGE)], {
    token,
  });
  const { attempts } = await call(client, VENDORS);
  assert.deepEqual([attempts, retries.length], [3, 1]);
  assert.deepEqual(
    requests.map(({ headers }) => headers.get("authorization")),
    ["Bearer old", "Bearer old", "Bearer new"],
  );
});

test("its_errors_are_those_of_any_call", async () => {
  const strange = scripted(answer({ items: null })).client;
  await assert.rejects(call(strange, VENDORS), {
    name: "ResponseShapeError",
    message: "items must be an array",
  });
  const detail = [{ loc: ["query", "limit"], msg: "Input should be less than 101", type: "int" }];
  await assert.rejects(call(scripted(answer({ detail }, 422)).client, VENDORS), (thrown) => {
    const error = untyped(thrown);
    assert.deepEqual([error.name, error.status, error.issues], ["ApiError", 422, detail]);
    return true;
  });
  const { client } = scripted(answer(PAGE));
  await assert.rejects(call(client, VENDORS, { retries: 1 }), { name: "ConfigurationError" });
});

test("the_answer_may_be_that_of_an_operation_by_its_number", async () => {
  const asked = { method: "GET", path: `/v1/assessments/${ID}`, answer: 1 };
  assert.deepEqual((await call(scripted(answer(ASSESSMENT)).client, asked)).data, ASSESSMENT);
  await assert.rejects(call(scripted(answer({ ...ASSESSMENT, name: 1 })).client, asked), {
    name: "ResponseShapeError",
    message: "name must be a string",
  });
});

test("it_is_aborted_and_timed_out_like_any_call", async () => {
  const { client, requests } = scripted(never);
  const controller = new AbortController();
  const pending = call(client, VENDORS, { signal: controller.signal });
  while (requests.length === 0) await new Promise(setImmediate);
  controller.abort();
  await assert.rejects(pending, { name: "AbortError" });
  await assert.rejects(call(client, VENDORS, { timeoutMs: 5, maxRetries: 0 }), {
    name: "TimeoutError",
  });
  client.dispose();
  await assert.rejects(call(client, VENDORS), { name: "AbortError" });
});

test("it_is_no_part_of_what_a_client_shows", () => {
  const client = new AssessmentsClient({ baseUrl: "https://api.example", token: "t" });
  assert.deepEqual(Reflect.ownKeys({ ...client }), []);
  assert.deepEqual(Object.keys(client), []);
});
