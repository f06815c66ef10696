// Whatever never comes, the client does not wait for it for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeoutError } from "../../pkg/dist/index.js";
import {
  ASSESSMENT,
  BODY,
  CREATED,
  ID,
  answer,
  clock,
  endless,
  never,
  scripted,
  settle,
} from "./client-support.mjs";

const STALLS = {
  a_fetch_that_never_settles: { script: never },
  a_body_that_never_ends: { script: () => endless() },
  the_body_of_an_error_that_never_ends: { script: () => endless(400) },
  a_text_that_never_settles: {
    script: () => ({ ok: true, status: 200, headers: new Headers(), text: never }),
  },
  a_token_function_that_never_answers: { options: { token: never } },
};

for (const [what, { script = answer(ASSESSMENT), options }] of Object.entries(STALLS)) {
  test(`times_out: ${what}`, async (t) => {
    const time = clock(t);
    const { client, retries } = scripted(script, { ...options, timeoutMs: 1_000, maxRetries: 2 });
    await assert.rejects(time.until(client.retrieve(ID)), (error) => {
      assert.ok(error instanceof TimeoutError);
      assert.equal(error.attempts, 3);
      assert.equal(error.message, "No whole answer within 1000 ms");
      return true;
    });
    assert.equal(retries.length, 2);
    for (const { error } of retries) assert.ok(error instanceof TimeoutError);
  });

  test(`the_total_timeout_bounds_it: ${what}`, async (t) => {
    const time = clock(t);
    const limits = { timeoutMs: 1_000, totalTimeoutMs: 2_500, maxRetries: 99 };
    const { client } = scripted(script, { ...options, ...limits });
    await assert.rejects(time.until(client.retrieve(ID), 2_600), TimeoutError);
  });

  test(`a_total_timeout_shorter_than_an_attempt_wins: ${what}`, async (t) => {
    const time = clock(t);
    const { client } = scripted(script, { ...options, totalTimeoutMs: 300 });
    await assert.rejects(time.until(client.retrieve(ID), 350), {
      name: "TimeoutError",
      attempts: 1,
      message: "No whole answer within 300 ms",
    });
  });
}

test("an_attempt_that_times_out_is_aborted", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted([never, answer(CREATED, 201)]);
  await time.until(client.create(BODY));
  assert.deepEqual(
    requests.map(({ signal }) => signal.aborted),
    [true, false],
  );
});

test("an_attempt_that_is_only_slow_succeeds", async (t) => {
  const time = clock(t);
  const slow = () => new Promise((resolve) => setTimeout(resolve, 900, answer(ASSESSMENT)));
  const { client, requests } = scripted(slow, { timeoutMs: 1_000 });
  assert.deepEqual(await time.until(client.retrieve(ID)), ASSESSMENT);
  assert.equal(requests.length, 1);
});

test("limits_of_a_call_win_over_those_of_the_client", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted(never, { timeoutMs: 1_000, maxRetries: 3 });
  const call = client.retrieve(ID, { timeoutMs: 200, maxRetries: 0 });
  await assert.rejects(time.until(call, 250), { message: "No whole answer within 200 ms" });
  assert.equal(requests.length, 1);
});

test("limits_that_are_undefined_are_the_usual_ones", async (t) => {
  const time = clock(t);
  const unset = { timeoutMs: undefined, totalTimeoutMs: undefined, maxRetries: undefined };
  const { client, requests } = scripted(never, unset);
  const call = client.retrieve(ID, { ...unset, signal: undefined, validate: undefined });
  await assert.rejects(time.until(call), { message: "No whole answer within 10000 ms" });
  assert.equal(requests.length, 5);
  assert.ok(time.now() <= 60_000);
});

test("limits_that_are_infinite_do_not_fire_at_once", async (t) => {
  const time = clock(t);
  const late = () => new Promise((resolve) => setTimeout(resolve, 900_000, answer(ASSESSMENT)));
  const unbounded = { timeoutMs: Infinity, totalTimeoutMs: Infinity };
  const { client, requests } = scripted(late, unbounded);
  assert.deepEqual(await time.until(client.retrieve(ID), 1_000_000, 5_000), ASSESSMENT);
  assert.equal(requests.length, 1);
});

test("no_timer_is_left_behind", async (t) => {
  const timers = new Set();
  const { setTimeout, clearTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (work, ...rest) => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        work();
      },
      ...rest,
    );
    timers.add(timer);
    return timer;
  });
  t.mock.method(globalThis, "clearTimeout", (timer) => {
    timers.delete(timer);
    clearTimeout(timer);
  });
  t.mock.method(Math, "random", () => 0);
  const { client } = scripted([answer({}, 503), answer(ASSESSMENT)]);
  await client.retrieve(ID);
  await client.waitFor(ID, { until: "created" });
  const failing = scripted(answer({}, 400)).client;
  await assert.rejects(failing.retrieve(ID));
  await assert.rejects(failing.waitFor(ID));
  await assert.rejects(scripted("nonsense", { maxRetries: 1 }).client.retrieve(ID));
  // A process that is done must not have to wait for what an abort left behind.
  t.mock.method(Math, "random", () => 0.999);
  const waits = { retrieve: answer({}, 503), waitFor: answer(ASSESSMENT) };
  for (const [operation, given] of Object.entries(waits)) {
    const controller = new AbortController();
    const pending = scripted(given).client[operation](ID, { signal: controller.signal });
    await settle();
    assert.notEqual(timers.size, 0);
    controller.abort();
    await assert.rejects(pending, { name: "AbortError" });
    assert.equal(timers.size, 0);
  }
  assert.equal(timers.size, 0);
});
