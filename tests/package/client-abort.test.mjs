// Aborting: the platform's error, at once, and nothing happens afterwards.
// That no rejection stays unhandled is what the test runner itself checks.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";
import {
  ASSESSMENT,
  ID,
  answer,
  clock,
  endless,
  hasty,
  never,
  scripted,
  settle,
} from "./client-support.mjs";

const lost = () => {
  throw new TypeError("fetch failed");
};

/**
 * What a call may be doing when it is aborted.
 *
 * @typedef {object} Moment
 * @property {object} [options]
 * @property {unknown} [script]
 * @property {string} [operation]
 * @property {number} [sent]
 */

/** @type {Record<string, Moment>} */
const MOMENTS = {
  while_a_token_is_awaited: { options: { token: never } },
  in_flight: { script: never, sent: 1 },
  while_a_body_arrives: { script: () => endless(), sent: 1 },
  during_backoff: { script: lost, sent: 1 },
  while_retry_after_is_waited_for: {
    script: answer({ detail: "busy" }, 429, { "retry-after": "20" }),
    sent: 1,
  },
  between_two_reads_of_a_wait: { operation: "waitFor", script: answer(ASSESSMENT), sent: 1 },
  within_a_read_of_a_wait: { operation: "waitFor", script: never, sent: 1 },
};

/**
 * @param {Moment} moment
 * @param {object} [call]
 */
function begin({ script = answer(ASSESSMENT), options, operation = "retrieve" }, call) {
  const made = scripted(script, options);
  return { ...made, pending: made.client[operation](ID, call) };
}

for (const [moment, how] of Object.entries(MOMENTS)) {
  test(`abort_${moment}`, async (t) => {
    const time = clock(t);
    t.mock.method(Math, "random", () => 0.999);
    const controller = new AbortController();
    const { signal } = controller;
    const { pending, requests } = begin(how, { signal });
    await time.pass(100);
    assert.equal(requests.length, how.sent ?? 0);
    controller.abort();
    await assert.rejects(pending, (error) => {
      assert.equal(error, signal.reason);
      assert.ok(error instanceof DOMException);
      assert.equal(error.name, "AbortError");
      return true;
    });
    await time.pass(600_000);
    assert.equal(requests.length, how.sent ?? 0);
    assert.equal(getEventListeners(signal, "abort").length, 0);
    // What waits for the platform's own fetch is let go.
    if (how.script === never) assert.equal(requests[0].signal.reason, signal.reason);
  });

  test(`dispose_${moment}`, async (t) => {
    const time = clock(t);
    t.mock.method(Math, "random", () => 0.999);
    const { client, pending, requests } = begin(how);
    await time.pass(100);
    client.dispose();
    await assert.rejects(pending, { name: "AbortError" });
    await time.pass(600_000);
    assert.equal(requests.length, how.sent ?? 0);
    await assert.rejects(client.retrieve(ID), { name: "AbortError" });
    assert.equal(requests.length, how.sent ?? 0);
  });
}

test("a_signal_that_is_aborted_already_sends_nothing", async () => {
  let asked = 0;
  const token = () => {
    asked += 1;
    return "a-session";
  };
  const { client, requests } = scripted(answer(ASSESSMENT), { token });
  const signal = AbortSignal.abort();
  for (const operation of ["create", "retrieve", "cancel", "archive", "waitFor"]) {
    await assert.rejects(client[operation](ID, { signal }), (error) => error === signal.reason);
  }
  await assert.rejects(client.withResponse.retrieve(ID, { signal }), { name: "AbortError" });
  assert.deepEqual([requests.length, asked], [0, 0]);
});

test("the_callers_own_reason_is_thrown_as_it_is", async () => {
  for (const reason of [new Error("left the page"), "a text", 0, null]) {
    const controller = new AbortController();
    const { pending } = begin({ script: never }, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(
      pending.catch((error) => Promise.reject(new Error("got", { cause: error }))),
      ({ cause }) => cause === reason,
    );
  }
});

test("a_time_out_of_the_callers_signal_is_no_time_out_of_an_attempt", async () => {
  const { client, requests } = scripted(never);
  await assert.rejects(client.retrieve(ID, { signal: AbortSignal.timeout(20) }), (error) => {
    assert.ok(error instanceof DOMException);
    assert.equal(error.name, "TimeoutError");
    return true;
  });
  assert.equal(requests.length, 1);
});

test("a_hook_may_abort", async (t) => {
  hasty(t);
  for (const hook of ["onRequest", "onRetry"]) {
    const controller = new AbortController();
    const { client, requests } = scripted(lost, {
      hooks: { [hook]: () => controller.abort() },
    });
    const { signal } = controller;
    await assert.rejects(client.retrieve(ID, { signal }), (error) => error === signal.reason);
    assert.ok(requests.length <= 1);
  }
});

test("an_abort_after_the_answer_changes_nothing", async () => {
  const controller = new AbortController();
  const { client, requests } = scripted(answer(ASSESSMENT));
  assert.deepEqual(await client.retrieve(ID, { signal: controller.signal }), ASSESSMENT);
  controller.abort();
  assert.equal(requests[0].signal.aborted, false);
});

test("one_aborted_call_leaves_the_others_alone", async () => {
  let release;
  const held = () => new Promise((resolve) => (release = () => resolve(answer(ASSESSMENT))));
  const { client } = scripted([never, held]);
  const controller = new AbortController();
  const aborted = client.retrieve(ID, { signal: controller.signal });
  const other = client.retrieve(ID);
  controller.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  release();
  assert.deepEqual(await other, ASSESSMENT);
});

test("symbol_dispose_is_dispose", { skip: !Symbol.dispose }, async () => {
  const { client, pending } = begin({ script: never });
  client[Symbol.dispose]();
  await assert.rejects(pending, { name: "AbortError" });
  client.dispose();
});

test("one_signal_for_many_calls_keeps_nothing_of_them", async (t) => {
  hasty(t);
  const { signal } = new AbortController();
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning);
  process.on("warning", onWarning);
  const { client } = scripted(answer(ASSESSMENT));
  await Promise.all(Array.from({ length: 50 }, () => client.retrieve(ID, { signal })));
  await client.waitFor(ID, { until: "created", signal });
  assert.equal(getEventListeners(signal, "abort").length, 0);
  // A warning is told only after the work that caused it.
  await settle();
  process.off("warning", onWarning);
  assert.deepEqual(warnings, []);
});

test("memory_stays_flat_over_many_calls_with_one_signal", async () => {
  // In a process of its own: the test runner remembers every promise of a test.
  const watch = new URL("client-memory.mjs", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", watch]);
  // A signal that keeps 100 bytes of every call would have grown by two megabytes.
  assert.ok(Number(stdout) < 1_000_000, `${stdout} bytes more`);
});
