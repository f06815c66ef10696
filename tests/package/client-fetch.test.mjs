// What a `fetch` of the caller's is given, and what its errors are told as.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AssessmentsClient, AssessmentsError, ConnectionError } from "../../pkg/dist/index.js";
import { ABOUT_CLIENT, ASSESSMENT, BODY, CREATED, ID, answer, hasty } from "./client-support.mjs";

const clientOf = (fetch, options) =>
  new AssessmentsClient({ baseUrl: "https://api.example", token: "a-session", fetch, ...options });

test("a_fetch_is_given_a_text_and_plain_values", async () => {
  const calls = [];
  const client = clientOf(async (...args) => {
    calls.push(args);
    return args[1].method === "POST" ? answer(CREATED, 201) : answer(ASSESSMENT);
  });
  await client.create(BODY, { idempotencyKey: "ticket-7" });
  await client.retrieve(ID);
  for (const args of calls) {
    assert.equal(args.length, 2);
    const [url, { signal, headers, ...init }] = args;
    assert.equal(typeof url, "string");
    assert.ok(signal instanceof AbortSignal);
    assert.equal(Object.getPrototypeOf(headers), Object.prototype);
    // What every replacement of `fetch` understands survives JSON.
    assert.deepEqual(JSON.parse(JSON.stringify(init)), init);
  }
  const [[url, { method, headers, body, redirect }], [, read]] = calls;
  assert.equal(url, "https://api.example/v1/assessments");
  assert.deepEqual([method, redirect, JSON.parse(body)], ["POST", "manual", BODY]);
  assert.deepEqual(headers, {
    ...ABOUT_CLIENT,
    accept: "application/json",
    authorization: "Bearer a-session",
    "content-type": "application/json",
    "idempotency-key": "ticket-7",
  });
  assert.ok(!("body" in read));
  assert.deepEqual(
    Object.keys(read.headers).sort(),
    ["accept", "authorization", ...Object.keys(ABOUT_CLIENT)].sort(),
  );
});

/** What engines and libraries say of a program that is wrong. */
const OF_PROGRAM = [
  // V8: Chromium, Node.js, Deno, workerd.
  "Illegal invocation",
  "Failed to execute 'fetch' on 'Window': Illegal invocation",
  "Failed to execute 'fetch' on 'Fetcher': parameter 1 is not of type 'variant'.",
  "Failed to parse URL from /v1/assessments",
  "Cannot read properties of undefined (reading 'fetch')",
  "Cannot destructure property 'a' of 'b' as it is undefined.",
  "Cannot convert undefined or null to object",
  "env.API.get is not a function",
  "x is not iterable",
  "Assignment to constant variable.",
  "Converting circular structure to JSON",
  "Invalid URL",
  // JavaScriptCore: Safari, Bun.
  "undefined is not an object (evaluating 'env.API.fetch')",
  "Can only call Window.fetch on instances of Window",
  // SpiderMonkey: Firefox.
  'can\'t access property "fetch", env.API is undefined',
  "'fetch' called on an object that does not implement interface Window.",
  "env is null",
  // undici and node-fetch.
  'RequestInit: Expected signal ("AbortSignal {}") to be an instance of AbortSignal.',
  "Only absolute URLs are supported",
].map((message) => new TypeError(message));

for (const problem of [
  ...OF_PROGRAM,
  new ReferenceError("env is not defined"),
  new RangeError("Maximum call stack size exceeded"),
  new SyntaxError("Unexpected token"),
]) {
  test(`an_error_of_the_program_is_told_as_what_it_is: ${problem.message}`, async (t) => {
    hasty(t);
    for (const fetch of [
      () => {
        throw problem;
      },
      async () => {
        throw problem;
      },
    ]) {
      let calls = 0;
      const client = clientOf((/** @type {Parameters<typeof fetch>} */ ...args) => {
        calls += 1;
        return fetch(...args);
      });
      for (const call of [() => client.retrieve(ID), () => client.waitFor(ID)]) {
        calls = 0;
        await assert.rejects(call(), (error) => error === problem);
        assert.equal(calls, 1);
      }
    }
  });
}

/** How platforms and libraries tell that the network failed. */
const OF_NETWORK = [
  new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) }),
  new TypeError("fetch failed"),
  new TypeError("terminated"),
  new TypeError("Failed to fetch"),
  new TypeError("network error"),
  new TypeError("NetworkError when attempting to fetch resource."),
  new TypeError("Load failed"),
  new TypeError("The network connection was lost."),
  new TypeError("The certificate for this server is invalid."),
  new TypeError("Es konnte keine Verbindung zum Server hergestellt werden."),
  new TypeError("error sending request for url (https://api.example/): invalid peer certificate"),
  new TypeError("error sending request for url (https://api.circular.example/): cyclic.example"),
  new TypeError("Network request failed"),
  new Error("Network connection lost."),
  Object.assign(new Error("Unable to connect. Is the computer able to access the url?"), {
    code: "ConnectionRefused",
  }),
  Object.assign(new Error("request to https://api.example failed"), { name: "FetchError" }),
  new DOMException("The operation was aborted.", "AbortError"),
];
for (const problem of OF_NETWORK) {
  test(`a_failure_of_the_network_is_a_lost_connection_and_tried_again: ${problem.message}`, async (t) => {
    hasty(t);
    let calls = 0;
    const client = clientOf(
      async () => {
        calls += 1;
        throw problem;
      },
      { maxRetries: 1 },
    );
    await assert.rejects(client.retrieve(ID), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.equal(error.cause, problem);
      return true;
    });
    assert.equal(calls, 2);
  });
}

test("a_method_that_needs_its_owner_is_told_as_what_it_is_and_works_when_bound", async () => {
  class Binding {
    #answers = [answer(ASSESSMENT)];
    async fetch(/** @type {Parameters<typeof fetch>} */ ..._asked) {
      return this.#answers.pop() ?? assert.fail("asked again");
    }
  }
  const api = new Binding();
  await assert.rejects(clientOf(api.fetch).retrieve(ID), (error) => {
    assert.ok(error instanceof TypeError && !(error instanceof AssessmentsError));
    return true;
  });
  assert.deepEqual(
    await clientOf((/** @type {Parameters<typeof fetch>} */ ...args) =>
      api.fetch(...args),
    ).retrieve(ID),
    ASSESSMENT,
  );
});

test("where_there_is_no_fetch_an_error_says_so", async (t) => {
  const { fetch } = globalThis;
  t.after(() => (globalThis.fetch = fetch));
  Reflect.deleteProperty(globalThis, "fetch");
  await assert.rejects(clientOf(undefined).retrieve(ID), {
    name: "ConfigurationError",
    message: "There is no fetch here; give one in the options",
  });
});
