// What goes along with requests besides what the client says itself: headers and
// options for `fetch`, of the client and of a call.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AssessmentsClient } from "../../pkg/dist/index.js";
import { ABOUT_CLIENT, ASSESSMENT, BODY, CREATED, ID, answer, hasty } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const GOOD = { baseUrl: "https://api.example", token: "a-session" };
const OWN = { accept: "application/json", authorization: "Bearer a-session" };

/** A client, and what its `fetch` is given. */
function recording(options) {
  const sent = [];
  const fetch = async (_url, init) => {
    sent.push(init);
    return init.method === "POST" ? answer(CREATED, 201) : answer(ASSESSMENT);
  };
  return { client: new AssessmentsClient({ ...GOOD, fetch, ...options }), sent };
}

/** Refused as a setting of a client, and as one of a call, before anything is sent. */
async function refused(options, message) {
  assert.throws(() => new AssessmentsClient({ ...GOOD, ...untyped(options) }), {
    name: "ConfigurationError",
    message,
  });
  const { client, sent } = recording();
  for (const call of [
    () => client.create(BODY, untyped(options)),
    () => client.retrieve(ID, untyped(options)),
    () => client.waitFor(ID, untyped(options)),
  ]) {
    await assert.rejects(call(), { name: "ConfigurationError", message });
  }
  assert.deepEqual(sent, []);
}

test("headers_of_the_client_and_of_the_call_are_sent", async () => {
  const { client, sent } = recording({ headers: { "X-Team": "grc", Traceparent: "00-1" } });
  await client.retrieve(ID, { headers: { traceparent: "00-2", "x-call": "" } });
  const about = { ...ABOUT_CLIENT, ...OWN };
  assert.deepEqual(sent[0].headers, {
    ...about,
    "x-team": "grc",
    traceparent: "00-2",
    "x-call": "",
  });
  await client.create(BODY, { idempotencyKey: "k" });
  assert.deepEqual(sent[1].headers, {
    ...about,
    "x-team": "grc",
    traceparent: "00-1",
    "content-type": "application/json",
    "idempotency-key": "k",
  });
});

test("null_and_undefined_leave_a_header_out", async () => {
  const { client, sent } = recording({ headers: { "x-a": "1", "x-b": "1", "x-c": null } });
  await client.retrieve(ID, { headers: { "X-A": null, "X-B": undefined, "x-d": undefined } });
  assert.deepEqual(sent[0].headers, { ...ABOUT_CLIENT, ...OWN });
  await client.retrieve(ID);
  assert.equal(sent[1].headers["x-a"], "1");
});

test("headers_are_an_object_pairs_or_headers", async () => {
  for (const headers of [
    { "X-A": "1", "x-b": "é" },
    [
      ["X-A", "1"],
      ["x-b", "é"],
    ],
    new Map([
      ["X-A", "1"],
      ["x-b", "é"],
    ]),
    new Headers({ "X-A": "1", "x-b": "é" }),
  ]) {
    const { client, sent } = recording({ headers });
    await client.retrieve(ID);
    assert.deepEqual([sent[0].headers["x-a"], sent[0].headers["x-b"]], ["1", "é"]);
  }
});

test("headers_that_change_later_are_those_that_were_given", async () => {
  const headers = { "x-a": "1" };
  const { client, sent } = recording({ headers });
  headers["x-a"] = "line\nbreak";
  await client.retrieve(ID);
  assert.equal(sent[0].headers["x-a"], "1");
});

test("a_header_called_like_what_objects_have_is_a_header", async () => {
  const { client, sent } = recording({
    headers: [
      ["__proto__", "1"],
      ["constructor", "2"],
    ],
  });
  await client.retrieve(ID);
  const { headers } = sent[0];
  assert.equal(Object.getPrototypeOf(headers), Object.prototype);
  assert.deepEqual(Object.entries(headers).slice(-4, -2), [
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
});

test("what_the_client_sets_itself_is_refused", async () => {
  for (const name of ["authorization", "content-type", "accept", "idempotency-key"]) {
    const message = `headers: ${name} is set by the client`;
    for (const given of [name, name.toUpperCase()]) {
      for (const value of ["x", null, undefined])
        await refused({ headers: { [given]: value } }, message);
      await refused({ headers: [[given, "x"]] }, message);
    }
  }
});

test("what_no_header_can_hold_is_refused", async () => {
  for (const name of ["", "two words", "x:y", "é", "x\n", "x\r\ny", "(x)", "☕"]) {
    await refused({ headers: { [name]: "1" } }, /^headers: ".*" can be the name of no header$/s);
  }
  for (const value of [
    "a\nb",
    "a\r\nx-injected: 1",
    "nul\0",
    "\x7f",
    "☕",
    7,
    true,
    {},
    ["a"],
    7n,
  ]) {
    const error = /^headers: no header can hold what is given for x-secret$/;
    await refused({ headers: { "X-Secret": value } }, error);
  }
  for (const headers of [null, "x-a: 1", 7, true])
    await refused({ headers }, /^headers must be an object$/);
  for (const headers of [["x-a"], [7], [null], [undefined], new Set(["x-a"])]) {
    await refused({ headers }, /^headers: "" can be the name of no header$/);
  }
  await refused({ header: { "x-a": "1" } }, /did you mean headers\?$/);
});

test("fetch_is_given_options_of_the_client_and_of_the_call", async () => {
  const dispatcher = { dispatch() {} };
  const { client, sent } = recording({
    fetchOptions: { dispatcher, cache: "no-store", keepalive: true },
  });
  await client.retrieve(ID, { fetchOptions: { cache: "reload", cf: { cacheTtl: 0 } } });
  await client.create(BODY);
  const [{ headers, signal, ...read }, { headers: _, signal: __, body, ...create }] = sent;
  assert.equal(read.dispatcher, dispatcher);
  const fixed = { method: "GET", redirect: "manual" };
  assert.deepEqual(read, {
    dispatcher,
    keepalive: true,
    cache: "reload",
    cf: { cacheTtl: 0 },
    ...fixed,
  });
  assert.equal(typeof body, "string");
  const options = { dispatcher, keepalive: true, cache: "no-store" };
  assert.deepEqual(create, { ...options, ...fixed, method: "POST" });
});

test("every_attempt_and_every_read_of_a_wait_is_given_them", async (t) => {
  hasty(t);
  const sent = [];
  const fetch = async (_url, init) => {
    sent.push(init);
    return sent.length < 3 ? answer({}, 503) : answer({ ...ASSESSMENT, status: "complete" });
  };
  const client = new AssessmentsClient({ ...GOOD, fetch, headers: { "x-a": "1" } });
  await client.waitFor(ID, { headers: { "x-b": "2" }, fetchOptions: { cache: "no-store" } });
  assert.equal(sent.length, 3);
  for (const { headers, cache } of sent) {
    assert.deepEqual([headers["x-a"], headers["x-b"], cache], ["1", "2", "no-store"]);
  }
});

test("what_the_client_gives_to_fetch_itself_is_refused", async () => {
  for (const name of ["method", "headers", "body", "signal", "redirect"]) {
    for (const value of ["x", null, undefined]) {
      await refused(
        { fetchOptions: { [name]: value } },
        `fetchOptions: ${name} is set by the client`,
      );
    }
  }
  for (const fetchOptions of [null, "cache", 7, () => {}]) {
    await refused({ fetchOptions }, /^fetchOptions must be an object$/);
  }
  await refused({ fetchoption: {} }, /did you mean fetchOptions\?$/);
});
