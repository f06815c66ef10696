// Watching an assessment or a run, on a scripted `fetch` and time that is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeoutError, UnreachableError } from "../../pkg/dist/index.js";
import { ASSESSMENT, ID, answer, clock, endless, never, scripted } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const at = (status, more = {}) => answer({ ...ASSESSMENT, status, ...more });
const RUN_ID = "cbwr_0128e42c9f5c076efa5c191794409293";
const RUN = {
  workflow_run_id: RUN_ID,
  workflow_name: "flow",
  workflow_definition_id: "cbwd_0128e42c9f5c076efa5c191794409293",
  status: "started",
  started_at: 1_790_500_000,
  completed_at: null,
  steps: [],
};

/**
 * Goes through all of it: the statuses, and the error that it ends with, if any.
 *
 * @returns {Promise<{ seen: string[], error?: any }>}
 */
async function walk(states) {
  const seen = [];
  try {
    for await (const { status } of states) seen.push(status);
  } catch (error) {
    return { seen, error };
  }
  return { seen };
}

test("the_first_state_and_every_change_are_given_until_the_end", async (t) => {
  const time = clock(t);
  const script = ["created", "created", "review_evals", "review_evals", "complete"];
  const { client, requests } = scripted(script.map((status) => at(status)));
  const { seen, error } = await time.until(walk(client.watch(ID)));
  assert.deepEqual([seen, error], [["created", "review_evals", "complete"], undefined]);
  assert.equal(requests.length, 5);
});

test("a_change_of_anything_is_a_change", async (t) => {
  const time = clock(t);
  const script = [at("created"), at("created", { findings_count: 1 }), at("failed")];
  const counts = [];
  const walked = async () => {
    for await (const { findings_count } of scripted(script).client.watch(ID)) {
      counts.push(findings_count);
    }
  };
  await time.until(walked());
  assert.deepEqual(counts, [0, 1, 0]);
});

test("a_run_is_watched_until_it_has_ended", async (t) => {
  const time = clock(t);
  const ended = { ...RUN, status: "completed", completed_at: 1_790_500_060 };
  const { client } = scripted([answer(RUN), answer(RUN), answer(ended)]);
  const { seen } = await time.until(walk(client.watchRun(RUN_ID)));
  assert.deepEqual(seen, ["started", "completed"]);
});

test("until_ends_it_and_is_asked_at_every_read_as_in_a_wait", async (t) => {
  const time = clock(t);
  const script = ["created", "review_evals", "complete"].map((status) => at(status));
  const named = walk(scripted(script).client.watch(ID, { until: "review_evals" }));
  assert.deepEqual((await time.until(named)).seen, ["created", "review_evals"]);
  let asked = 0;
  const { client, requests } = scripted(at("created"));
  const until = async () => ++asked === 4;
  const { seen } = await time.until(walk(client.watch(ID, { until })));
  assert.deepEqual([seen, asked, requests.length], [["created"], 4, 4]);
});

test("an_end_that_was_not_wished_is_given_and_then_thrown", async (t) => {
  const time = clock(t);
  const { client } = scripted([at("created"), at("failed")]);
  const { seen, error } = await time.until(walk(client.watch(ID, { until: "complete" })));
  assert.deepEqual(seen, ["created", "failed"]);
  assert.ok(error instanceof UnreachableError);
  assert.equal(error.assessment.status, "failed");
});

test("what_a_wait_throws_a_watch_throws", async (t) => {
  const time = clock(t);
  const refused = answer({ detail: "Not authenticated" }, 401);
  const { seen, error } = await time.until(
    walk(scripted([at("created"), refused]).client.watch(ID)),
  );
  assert.deepEqual([seen, error.name, error.status], [["created"], "ApiError", 401]);
  for (const script of [never, () => endless(), at("created")]) {
    const watching = walk(scripted(script).client.watch(ID, { maxWaitMs: 5_000 }));
    const { error } = await time.until(watching, time.now() + 5_100);
    assert.ok(error instanceof TimeoutError);
    assert.match(error.message, /is (still created|not read) after 5000 ms$/);
  }
  assert.equal(
    (await walk(scripted(at("created")).client.watch("cbqsrw_x"))).error.name,
    "IdError",
  );
  assert.equal((await walk(scripted(at("created")).client.watchRun(ID))).error.code, "wrong_kind");
});

test("options_that_are_wrong_are_thrown_at_once", () => {
  const { client, requests } = scripted(at("created"));
  for (const options of [
    null,
    7,
    { until: "done" },
    { until: null },
    { maxWait: 1 },
    { maxWaitMs: "1" },
    { signal: {} },
    { idempotencykey: "x" },
  ]) {
    assert.throws(() => client.watch(ID, untyped(options)), { name: "ConfigurationError" });
  }
  for (const options of [null, { until: "completed" }, { onUpdate: 1 }]) {
    assert.throws(() => client.watchRun(RUN_ID, untyped(options)), { name: "ConfigurationError" });
  }
  assert.deepEqual(requests, []);
});

test("nothing_is_read_before_it_is_asked_for_nor_while_the_loop_is_busy", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted([at("created"), at("complete")]);
  const states = client.watch(ID);
  await time.pass(60_000);
  assert.equal(requests.length, 0);
  assert.equal((await states.next()).value?.status, "created");
  await time.pass(60_000);
  assert.equal(requests.length, 1);
  assert.equal((await time.until(states.next())).value?.status, "complete");
  assert.deepEqual(await states.next(), { value: undefined, done: true });
});

test("the_time_of_the_loop_counts", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted(at("created"));
  const states = client.watch(ID, { maxWaitMs: 10_000 });
  await states.next();
  await time.pass(11_000);
  const pending = states.next();
  await assert.rejects(time.until(pending), { name: "TimeoutError" });
  assert.equal(requests.length, 1);
});

test("break_ends_the_reading_and_leaves_nothing_behind", async (t) => {
  const time = clock(t);
  const controller = new AbortController();
  const { signal } = controller;
  const added = t.mock.method(signal, "addEventListener");
  const removed = t.mock.method(signal, "removeEventListener");
  const { client, requests } = scripted(at("created"));
  for await (const { status } of client.watch(ID, { signal })) {
    assert.equal(status, "created");
    break;
  }
  await time.pass(600_000);
  assert.equal(requests.length, 1);
  assert.ok(added.mock.callCount() > 0);
  assert.equal(removed.mock.callCount(), added.mock.callCount());
});

test("a_return_aborts_what_is_in_flight", async () => {
  const { client, requests } = scripted(never);
  const states = client.watch(ID);
  const pending = states.next();
  while (requests.length === 0) await new Promise(setImmediate);
  const returned = states.return();
  assert.deepEqual(await pending, { value: undefined, done: true });
  assert.deepEqual(await returned, { value: undefined, done: true });
  assert.equal(requests[0].signal.aborted, true);
  assert.equal(requests.length, 1);
});

test("a_return_before_the_first_read_sends_nothing", async () => {
  const { client, requests } = scripted(at("created"));
  const states = client.watch(ID);
  await states.return();
  assert.deepEqual(await states.next(), { value: undefined, done: true });
  assert.deepEqual(requests, []);
});

test("a_signal_and_dispose_end_a_watch_with_their_reason", async (t) => {
  const time = clock(t);
  const controller = new AbortController();
  const { client } = scripted(at("created"));
  const reason = new Error("enough");
  const watching = walk(client.watch(ID, { signal: controller.signal }));
  await time.pass(100);
  controller.abort(reason);
  assert.deepEqual(await watching, { seen: ["created"], error: reason });
  const other = walk(client.watch(ID));
  await time.pass(100);
  client.dispose();
  assert.equal((await other).error.name, "AbortError");
});

test("on_update_is_told_of_what_is_given", async (t) => {
  const time = clock(t);
  const told = [];
  const onUpdate = ({ status }) => told.push(status);
  const { client } = scripted([at("created"), at("created"), at("complete")]);
  await time.until(walk(client.watch(ID, { onUpdate })));
  assert.deepEqual(told, ["created", "complete"]);
});
