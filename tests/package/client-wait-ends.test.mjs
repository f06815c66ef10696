// What ends a wait and what does not: wishes that cannot come true, servers that
// are away for a while, tests that answer promises.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AssessmentsError, TimeoutError, UnreachableError } from "../../pkg/dist/index.js";
import { ASSESSMENT, ID, answer, clock, hasty, never, scripted } from "./client-support.mjs";

const at = (status, more = {}) => answer({ ...ASSESSMENT, status, ...more });
const lost = () => {
  throw new TypeError("fetch failed");
};
const MINUTES = 60_000;

for (const [last, until] of [
  ["canceled", "review_evals"],
  ["complete", "review_evals"],
  ["failed", ["complete", "canceled"]],
  ["complete", ["analyzing_questionnaire", "failed"]],
]) {
  test(`a_wish_that_can_no_longer_come_true_ends_the_wait: ${last}, not ${until}`, async (t) => {
    const time = clock(t);
    const { client, requests } = scripted([at("created"), at(last)]);
    const updates = [];
    const onUpdate = ({ status }) => updates.push(status);
    await assert.rejects(time.until(client.waitFor(ID, { until, onUpdate }), 5_000), (error) => {
      assert.ok(error instanceof UnreachableError && error instanceof AssessmentsError);
      assert.equal(error.name, "UnreachableError");
      assert.equal(
        error.message,
        `${ID} is ${last}, and will not be ${[until].flat().join(" or ")}`,
      );
      assert.deepEqual(error.assessment, { ...ASSESSMENT, status: last });
      return true;
    });
    assert.equal(requests.length, 2);
    assert.deepEqual(updates, ["created", last]);
  });
}

test("a_test_is_asked_until_time_is_up_for_findings_may_change_after_the_end", async (t) => {
  const time = clock(t);
  const { client } = scripted([
    at("complete", { findings_count: 2 }),
    at("complete", { findings_count: 1 }),
    at("complete"),
  ]);
  const until = ({ findings_count }) => findings_count === 0;
  assert.equal((await time.until(client.waitFor(ID, { until }))).findings_count, 0);
});

test("the_promise_of_a_test_is_awaited", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted([at("created"), at("review_evals"), at("complete")]);
  const until = async ({ status }) => {
    await null;
    return status === "complete";
  };
  assert.equal((await time.until(client.waitFor(ID, { until }))).status, "complete");
  assert.equal(requests.length, 3);
  const waiting = client.waitFor(ID, { until: async () => false, maxWaitMs: 5_000 });
  await assert.rejects(time.until(waiting, time.now() + 6_000), { name: "TimeoutError" });
});

test("the_rejection_of_a_test_ends_the_wait", async (t) => {
  const time = clock(t);
  const problem = new Error("the test's own");
  const { client, requests } = scripted(at("created"));
  const until = () => Promise.reject(problem);
  await assert.rejects(time.until(client.waitFor(ID, { until })), (error) => error === problem);
  assert.equal(requests.length, 1);
});

test("a_test_that_never_answers_is_waited_for_no_longer_than_anything_else", async (t) => {
  const time = clock(t);
  const { client } = scripted(at("created"));
  const waiting = client.waitFor(ID, { until: never, maxWaitMs: 5_000 });
  await assert.rejects(time.until(waiting, 5_100), TimeoutError);
  const controller = new AbortController();
  const aborted = client.waitFor(ID, { until: never, signal: controller.signal });
  await time.pass(100);
  controller.abort();
  await assert.rejects(aborted, { name: "AbortError" });
});

test("the_rejections_of_hooks_are_told_on_the_console", async (t) => {
  hasty(t);
  const reported = t.mock.method(console, "error", () => {});
  const problem = new Error("a hook's own");
  const hook = async () => {
    await null;
    throw problem;
  };
  const { client } = scripted(at("complete"), { hooks: { onResponse: hook } });
  await client.waitFor(ID, { onUpdate: hook });
  const said = reported.mock.calls.map(({ arguments: [text, error] }) => [text, error]);
  assert.deepEqual(said, [
    ["assessments-edge: onResponse threw", problem],
    ["assessments-edge: onUpdate threw", problem],
  ]);
});

test("an_update_is_told_to_its_owner", async () => {
  class Watcher {
    seen = [];
    until = "created";
    onUpdate({ status }) {
      this.seen.push(status);
    }
  }
  const watcher = new Watcher();
  const { client } = scripted(at("created"));
  await assert.rejects(client.waitFor(ID, watcher), {
    name: "ConfigurationError",
    message: /^seen is/,
  });
  const options = {
    until: "created",
    /** @type {string[] | undefined} */
    seen: undefined,
    onUpdate({ status }) {
      this.seen = [status];
    },
  };
  await client.waitFor(ID, options);
  assert.deepEqual(options.seen, ["created"]);
});

for (const [what, given] of /** @type {[string, () => Response][]} */ ([
  ["503", () => answer({ detail: "busy" }, 503)],
  ["429", () => answer({ detail: "busy" }, 429)],
  ["a page of a proxy", () => new Response("<html>", { status: 502 })],
  ["no network", lost],
])) {
  test(`what_may_be_tried_again_is_until_the_wait_is_over: ${what}`, async (t) => {
    const time = clock(t);
    const { client } = scripted(() => (time.now() < 20 * MINUTES ? given() : at("complete")));
    const waiting = client.waitFor(ID, { maxWaitMs: 30 * MINUTES });
    assert.equal((await time.until(waiting, 30 * MINUTES, 1_000)).status, "complete");
    assert.ok(time.now() >= 20 * MINUTES);
  });

  test(`a_wait_that_is_over_tells_why_nothing_was_read: ${what}`, async (t) => {
    const time = clock(t);
    const { client } = scripted(given);
    const waiting = client.waitFor(ID, { maxWaitMs: 2 * MINUTES });
    await assert.rejects(
      time.until(waiting, 3 * MINUTES, 500),
      (/** @type {Error & { cause: Error }} */ error) => {
        assert.equal(error.message, `${ID} is not read after 120000 ms`);
        assert.match(error.cause.name, /^(ApiError|ConnectionError)$/);
        return true;
      },
    );
    assert.ok(time.now() >= 2 * MINUTES);
  });
}

test("an_error_that_is_long_over_is_no_cause_of_a_time_out", async (t) => {
  const time = clock(t);
  const { client } = scripted([lost, at("created")]);
  const waiting = client.waitFor(ID, { maxWaitMs: MINUTES });
  await assert.rejects(time.until(waiting, 2 * MINUTES, 500), (/** @type {Error} */ error) => {
    assert.equal(error.message, `${ID} is still created after 60000 ms`);
    assert.equal(error.cause, undefined);
    return true;
  });
});

test("settings_of_the_client_bound_its_calls_and_not_its_waits", async (t) => {
  const time = clock(t);
  const script = () => [lost, lost, lost, at("complete")];
  const options = { maxRetries: 0, totalTimeoutMs: 100 };
  await assert.rejects(scripted(script(), options).client.retrieve(ID), {
    name: "ConnectionError",
  });
  const waiting = scripted(script(), options).client.waitFor(ID);
  assert.equal((await time.until(waiting)).status, "complete");
});

test("settings_of_a_wait_bound_its_reads", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted([at("created"), lost]);
  await assert.rejects(time.until(client.waitFor(ID, { maxRetries: 2 })), {
    name: "ConnectionError",
    attempts: 3,
  });
  assert.equal(requests.length, 4);
  const slow = scripted(never).client.waitFor(ID, { timeoutMs: 200, maxRetries: 1 });
  const from = time.now();
  await assert.rejects(time.until(slow), { name: "TimeoutError", attempts: 2 });
  assert.ok(time.now() - from < 2_000);
  const short = scripted(lost).client.waitFor(ID, { totalTimeoutMs: 2_000 });
  const began = time.now();
  await assert.rejects(time.until(short), { name: "ConnectionError" });
  assert.ok(time.now() - began <= 2_000);
});

test("hooks_of_a_wait_are_told_of_its_reads", async (t) => {
  const time = clock(t);
  const told = [];
  const hooks = {
    onRequest: ({ attempt }) => told.push(`request ${attempt}`),
    onRetry: ({ error }) => told.push(error.name),
  };
  const { client } = scripted([lost, at("complete")]);
  await time.until(client.waitFor(ID, { hooks }));
  assert.deepEqual(told, ["request 1", "ConnectionError", "request 2"]);
});

test("a_long_retry_after_is_waited_for_within_the_wait_and_told_at_once_beyond_it", async (t) => {
  const time = clock(t);
  const reads = [];
  const busy = (seconds) => () => {
    reads.push(time.now());
    return answer({ detail: "busy" }, 503, { "retry-after": String(seconds) });
  };
  t.mock.method(Math, "random", () => 0);
  const { client } = scripted([
    busy(90),
    () => {
      reads.push(time.now());
      return at("complete");
    },
  ]);
  assert.equal((await time.until(client.waitFor(ID))).status, "complete");
  assert.deepEqual(reads, [0, 90_000]);
  const far = scripted(busy(700)).client.waitFor(ID, { maxWaitMs: 600_000 });
  const began = time.now();
  await assert.rejects(time.until(far), { name: "ApiError", status: 503, retryAfter: 700 });
  assert.equal(time.now(), began);
});

for (const status of [400, 401, 403, 404]) {
  test(`what_will_not_pass_ends_the_wait_at_once: ${status}`, async (t) => {
    const time = clock(t);
    const { client, requests } = scripted([at("created"), answer({ detail: "no" }, status)]);
    await assert.rejects(time.until(client.waitFor(ID), 5_000), { name: "ApiError", status });
    assert.equal(requests.length, 2);
  });
}

for (const times of [
  { minDelayMs: 1_000, maxDelayMs: 1 },
  { minDelayMs: 0 },
  { minDelayMs: 0, maxDelayMs: 0 },
  { minDelayMs: 1, maxDelayMs: 1 },
]) {
  test(`between_two_reads_is_a_quarter_of_a_second_at_least: ${JSON.stringify(times)}`, async (t) => {
    const time = clock(t);
    t.mock.method(Math, "random", () => 0);
    const reads = [];
    const read = () => {
      reads.push(time.now());
      if (reads.length === 3) throw new TypeError("fetch failed");
      return at(reads.length < 6 ? "created" : "complete");
    };
    const { client } = scripted(read);
    await time.until(client.waitFor(ID, times), 60_000, 10);
    const gaps = reads.slice(1).map((read, index) => read - reads[index]);
    assert.equal(gaps.length, 5);
    assert.ok(
      gaps.every((gap) => gap >= 250),
      gaps.join(),
    );
  });
}
