// When the client tries again, and how long it waits: on a scripted `fetch`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, ConnectionError } from "../../pkg/dist/index.js";
import {
  ASSESSMENT,
  BODY,
  CREATED,
  ID,
  answer,
  clock,
  hasty,
  scripted,
} from "./client-support.mjs";

const refused = (status, headers) => answer({ detail: `status ${status}` }, status, headers);
const lost = () => {
  throw new TypeError("fetch failed");
};

for (const status of [408, 429, 500, 502, 503, 504, 599]) {
  test(`status_${status}_is_tried_again`, async (t) => {
    hasty(t);
    const { client, requests, retries } = scripted([refused(status), answer(ASSESSMENT)]);
    const { data, attempts } = await client.withResponse.retrieve(ID);
    assert.deepEqual(data, ASSESSMENT);
    assert.equal(attempts, 2);
    assert.equal(requests.length, 2);
    assert.equal(retries.length, 1);
    assert.equal(retries[0].attempt, 1);
    assert.ok(retries[0].error instanceof ApiError);
    assert.equal(retries[0].error.status, status);
  });
}

for (const status of [400, 401, 403, 404, 405, 409, 413, 422]) {
  test(`status_${status}_is_not_tried_again`, async (t) => {
    hasty(t);
    const { client, requests } = scripted([refused(status), answer(CREATED, 201)]);
    await assert.rejects(client.create(BODY), { name: "ApiError", status, attempts: 1 });
    assert.equal(requests.length, 1);
  });
}

test("after_the_last_retry_the_last_error_is_told", async (t) => {
  hasty(t);
  const { client, requests } = scripted([lost, refused(500), refused(503), lost, refused(502)]);
  await assert.rejects(client.retrieve(ID), { name: "ApiError", status: 502, attempts: 5 });
  assert.equal(requests.length, 5);
});

test("max_retries_bounds_the_attempts_of_a_client_and_of_a_call", async (t) => {
  hasty(t);
  const { client, requests } = scripted(lost, { maxRetries: 2 });
  await assert.rejects(client.retrieve(ID), { name: "ConnectionError", attempts: 3 });
  await assert.rejects(client.retrieve(ID, { maxRetries: 0 }), { attempts: 1 });
  await assert.rejects(client.retrieve(ID, { maxRetries: undefined }), { attempts: 3 });
  assert.equal(requests.length, 7);
});

test("without_a_bound_it_goes_on_until_time_is_up", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted(lost, { maxRetries: Infinity });
  t.mock.method(Math, "random", () => 0.999);
  await assert.rejects(time.until(client.retrieve(ID)), ConnectionError);
  assert.ok(requests.length > 8);
  assert.ok(time.now() <= 60_000);
});

test("waits_are_a_random_part_of_a_bound_that_doubles", async (t) => {
  const time = clock(t);
  const bounds = [250, 500, 1000, 2000, 4000, 8000, 8000, 8000];
  for (const random of [0, 0.25, 0.999]) {
    t.mock.method(Math, "random", () => random);
    const { client, retries } = scripted(lost, { maxRetries: 8, totalTimeoutMs: 600_000 });
    await assert.rejects(time.until(client.retrieve(ID)), ConnectionError);
    assert.deepEqual(
      retries.map(({ delayMs }) => delayMs),
      bounds.map((bound) => bound * random),
    );
  }
});

test("nothing_is_sent_before_the_wait_is_over", async (t) => {
  const time = clock(t);
  t.mock.method(Math, "random", () => 0.5);
  const { client, requests } = scripted([lost, answer(ASSESSMENT)]);
  const pending = client.retrieve(ID);
  await time.pass(124);
  assert.equal(requests.length, 1);
  await time.pass(1);
  assert.equal(requests.length, 2);
  await pending;
});

for (const status of [429, 503]) {
  test(`retry_after_of_a_${status}_is_honoured`, async (t) => {
    const time = clock(t);
    t.mock.method(Math, "random", () => 0.5);
    const { client, requests, retries } = scripted([
      refused(status, { "retry-after": "3" }),
      answer(CREATED, 201),
    ]);
    const pending = client.create(BODY);
    // Something random comes on top, so that those who were told the same part.
    await time.pass(3124);
    assert.equal(requests.length, 1);
    await time.pass(1);
    assert.equal(requests.length, 2);
    assert.deepEqual(await pending, CREATED);
    assert.equal(retries[0].error.retryAfter, 3);
    assert.equal(retries[0].delayMs, 3125);
    const [first, second] = requests.map(({ headers }) => headers.get("idempotency-key"));
    assert.equal(first, second);
  });

  test(`retry_after_of_a_${status}_above_the_cap_is_told_at_once`, async (t) => {
    hasty(t);
    const { client, requests } = scripted(refused(status, { "retry-after": "31" }));
    await assert.rejects(client.retrieve(ID), { status, retryAfter: 31, attempts: 1 });
    assert.equal(requests.length, 1);
  });
}

test("retry_after_beyond_the_total_timeout_is_told_at_once", async (t) => {
  hasty(t);
  const { client } = scripted(refused(429, { "retry-after": "5" }), { totalTimeoutMs: 5_000 });
  await assert.rejects(client.retrieve(ID), { status: 429, retryAfter: 5, attempts: 1 });
});

test("a_retry_after_that_is_neither_seconds_nor_a_date_counts_as_none", async (t) => {
  hasty(t);
  for (const text of ["soon", "-1", "+1", "1.5", "1e3", "0x10", "3 seconds", ",", "1,", ""]) {
    const { client, retries } = scripted([
      refused(503, { "retry-after": text }),
      answer(ASSESSMENT),
    ]);
    await client.retrieve(ID);
    assert.equal(retries[0].delayMs, 0, text);
    assert.equal(retries[0].error.retryAfter, undefined, text);
  }
});

test("a_token_function_is_called_before_every_attempt", async (t) => {
  hasty(t);
  let calls = 0;
  const token = async () => `session-${++calls}`;
  const { client, requests } = scripted([lost, refused(503), answer(ASSESSMENT)], { token });
  await client.retrieve(ID);
  assert.deepEqual(
    requests.map(({ headers }) => headers.get("authorization")),
    ["Bearer session-1", "Bearer session-2", "Bearer session-3"],
  );
});

test("the_error_of_a_token_function_passes_through", async () => {
  const problem = new Error("signed out");
  for (const token of [
    async () => {
      throw problem;
    },
    () => {
      throw problem;
    },
  ]) {
    const { client, requests } = scripted(answer(ASSESSMENT), { token });
    await assert.rejects(client.retrieve(ID), (error) => error === problem);
    assert.deepEqual(requests, []);
  }
});

test("all_attempts_of_a_create_are_the_same_request", async (t) => {
  hasty(t);
  const { client, requests } = scripted([lost, refused(500), lost, answer(CREATED, 201)]);
  const body = { ...BODY, name: "as it was" };
  const pending = client.create(body);
  // What a caller does to the object afterwards concerns no attempt.
  body.name = "changed";
  await pending;
  const sent = await Promise.all(
    requests.map(async (request) => [
      request.method,
      request.url,
      request.headers.get("idempotency-key"),
      await request.text(),
    ]),
  );
  assert.equal(new Set(sent.map(String)).size, 1);
  assert.equal(sent[0][1], "https://api.example/v1/assessments");
  assert.deepEqual(JSON.parse(sent[0][3]), { ...BODY, name: "as it was" });
});

test("hooks_are_told_what_happens_in_order", async (t) => {
  hasty(t);
  const told = [];
  const hooks = {
    onRequest: (event) => told.push(["request", event]),
    onResponse: (event) => told.push(["response", event]),
    onRetry: ({ attempt, delayMs, error }) => told.push(["retry", attempt, delayMs, error.name]),
  };
  const headers = { "x-coverbase-request-id": "an-id" };
  const script = [lost, refused(503), answer(ASSESSMENT, 200, headers)];
  await scripted(script, { hooks }).client.retrieve(ID);
  const url = `https://api.example/v1/assessments/${ID}`;
  assert.deepEqual(told, [
    ["request", { method: "GET", url, attempt: 1 }],
    ["retry", 1, 0, "ConnectionError"],
    ["request", { method: "GET", url, attempt: 2 }],
    ["response", { status: 503, requestId: undefined, attempt: 2 }],
    ["retry", 2, 0, "ApiError"],
    ["request", { method: "GET", url, attempt: 3 }],
    ["response", { status: 200, requestId: "an-id", attempt: 3 }],
  ]);
});

test("hooks_that_throw_at_once_or_later_change_nothing", async (t) => {
  hasty(t);
  const reported = t.mock.method(console, "error", () => {});
  const script = () => [lost, answer(ASSESSMENT)];
  const problem = new Error("a hook's own");
  const names = ["onRequest", "onResponse", "onRetry"];
  for (const hook of [
    () => {
      throw problem;
    },
    async () => {
      throw problem;
    },
    () => Promise.reject(problem),
  ]) {
    reported.mock.resetCalls();
    const hooks = Object.fromEntries(names.map((name) => [name, hook]));
    const { client } = scripted(script(), { hooks });
    assert.deepEqual(await client.retrieve(ID), ASSESSMENT);
    assert.deepEqual(await client.waitFor(ID, { until: "created", onUpdate: hook }), ASSESSMENT);
    for (const { arguments: said } of reported.mock.calls) assert.equal(said[1], problem);
    assert.equal(reported.mock.callCount(), 7);
  }
});

test("hooks_may_be_methods", async (t) => {
  hasty(t);
  class Log {
    lines = [];
    onRequest({ attempt }) {
      this.lines.push(attempt);
    }
  }
  const hooks = new Log();
  await scripted([lost, answer(ASSESSMENT)], { hooks }).client.retrieve(ID);
  assert.deepEqual(hooks.lines, [1, 2]);
});
