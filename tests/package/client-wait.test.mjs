// Waiting for an assessment, on a scripted `fetch` and time that is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeoutError } from "../../pkg/dist/index.js";
import { ASSESSMENT, ID, answer, clock, endless, never, scripted } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const at = (status, more = {}) => answer({ ...ASSESSMENT, status, ...more });
const LIFE = [
  "created",
  "collecting_documents",
  "indexing_supporting_documents",
  "analyzing_questionnaire",
  "review_evals",
];

for (const last of ["complete", "failed", "canceled"]) {
  test(`the_default_is_any_terminal_status: ${last}`, async (t) => {
    const time = clock(t);
    const { client, requests } = scripted([...LIFE, last].map((status) => at(status)));
    assert.equal((await time.until(client.waitFor(ID))).status, last);
    assert.equal(requests.length, 6);
  });
}

test("a_status_some_or_a_function_may_be_waited_for", async (t) => {
  const time = clock(t);
  const cases = [
    ["review_evals", "review_evals"],
    [["failed", "indexing_supporting_documents"], "indexing_supporting_documents"],
    [({ status }) => status.startsWith("analyzing"), "analyzing_questionnaire"],
    ["created", "created"],
    [undefined, "complete"],
  ];
  for (const [until, reached] of cases) {
    const { client } = scripted([...LIFE, "complete"].map((status) => at(status)));
    assert.equal((await time.until(client.waitFor(ID, { until }))).status, reached);
  }
});

test("a_status_that_is_passed_by_is_waited_for_until_time_is_up", async (t) => {
  const time = clock(t);
  // An assessment may move backwards, as long as it has not ended.
  const { client } = scripted([at("created"), at("review_evals")]);
  const until = "collecting_documents";
  const waiting = client.waitFor(ID, { until, maxWaitMs: 60_000 });
  await assert.rejects(time.until(waiting, 61_000), {
    name: "TimeoutError",
    message: `${ID} is still review_evals after 60000 ms`,
  });
});

test("what_is_no_status_is_refused_before_anything_is_sent", async () => {
  const { client, requests } = scripted(at("complete"));
  for (const until of ["completed", "", "Complete", ["complete", "done"], [], null, 7, {}, true]) {
    await assert.rejects(client.waitFor(ID, untyped({ until })), { name: "ConfigurationError" });
  }
  await assert.rejects(client.waitFor(ID, { until: "cancelled" }), {
    message: '"cancelled" is no status of an assessment',
  });
  for (const limit of ["minDelayMs", "maxDelayMs", "maxWaitMs"]) {
    for (const value of [NaN, -1, "1000", null]) {
      await assert.rejects(client.waitFor(ID, { [limit]: value }), {
        name: "ConfigurationError",
        message: new RegExp(`^${limit} must be a number`),
      });
    }
  }
  assert.deepEqual(requests, []);
});

test("an_update_is_told_when_something_changed_and_only_then", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted([
    at("created"),
    at("created"),
    at("created", { findings_count: 1 }),
    at("created", { findings_count: 1 }),
    at("complete", { findings_count: 1 }),
  ]);
  const told = [];
  const onUpdate = ({ status, findings_count }) => told.push([status, findings_count]);
  await time.until(client.waitFor(ID, { onUpdate }));
  assert.equal(requests.length, 5);
  assert.deepEqual(told, [
    ["created", 0],
    ["created", 1],
    ["complete", 1],
  ]);
});

test("the_delay_grows_by_half_up_to_its_bound", async (t) => {
  const time = clock(t);
  t.mock.method(Math, "random", () => 0.999_999);
  const reads = [];
  const { client } = scripted(() => {
    reads.push(time.now());
    return at(reads.length < 6 ? "created" : "complete");
  });
  await time.until(client.waitFor(ID, { minDelayMs: 1_000, maxDelayMs: 3_000 }), 20_000, 1);
  const gaps = reads.slice(1).map((read, index) => read - reads[index]);
  assert.deepEqual(gaps, [1000, 1500, 2250, 3000, 3000]);
});

test("half_of_the_delay_is_random", async (t) => {
  const time = clock(t);
  t.mock.method(Math, "random", () => 0);
  const { client, requests } = scripted([at("created"), at("complete")]);
  const waiting = client.waitFor(ID, { minDelayMs: 1_000 });
  await time.pass(499);
  assert.equal(requests.length, 1);
  await time.pass(1);
  assert.equal(requests.length, 2);
  await waiting;
});

for (const [what, script, state] of [
  ["nothing_happens", () => at("created"), "still created"],
  ["no_answer_comes", never, "not read"],
  ["no_body_ends", () => endless(), "not read"],
  [
    "the_network_is_gone",
    () => {
      throw new TypeError("fetch failed");
    },
    "not read",
  ],
]) {
  test(`time_is_bounded_though_${what}`, async (t) => {
    const time = clock(t);
    const { client, requests } = scripted(script, { maxRetries: 99 });
    const waiting = client.waitFor(ID, { maxWaitMs: 5_000 });
    await assert.rejects(time.until(waiting, 5_100), (error) => {
      assert.ok(error instanceof TimeoutError);
      assert.equal(error.message, `${ID} is ${state} after 5000 ms`);
      return true;
    });
    const sent = requests.length;
    await time.pass(600_000);
    assert.equal(requests.length, sent);
  });
}

test("an_infinite_wait_waits", async (t) => {
  const time = clock(t);
  let reads = 0;
  const { client } = scripted(() => at(++reads < 100 ? "created" : "complete"));
  const waiting = client.waitFor(ID, { maxWaitMs: Infinity });
  assert.equal((await time.until(waiting, 3_600_000, 5_000)).status, "complete");
});

test("a_lost_read_is_tried_again_within_the_wait", async (t) => {
  const time = clock(t);
  const { client, requests } = scripted([
    at("created"),
    () => {
      throw new TypeError("fetch failed");
    },
    answer({}, 503),
    at("complete"),
  ]);
  assert.equal((await time.until(client.waitFor(ID))).status, "complete");
  assert.equal(requests.length, 4);
});

test("an_error_of_the_api_ends_the_wait", async (t) => {
  const time = clock(t);
  const { client } = scripted([at("created"), answer({ detail: "Not authenticated" }, 401)]);
  await assert.rejects(time.until(client.waitFor(ID)), { name: "ApiError", status: 401 });
});

test("an_error_of_the_callers_test_ends_the_wait", async (t) => {
  const time = clock(t);
  const problem = new Error("the test's own");
  const { client } = scripted(at("created"));
  const until = () => {
    throw problem;
  };
  await assert.rejects(time.until(client.waitFor(ID, { until })), (error) => error === problem);
});

const RUN_ID = "cbwr_0128e42c9f5c076efa5c191794409293";
const STEP = {
  step_id: "cbwrs_0128e42c9f5c076efa5c191794409293",
  component_id: "cbwc_0128e42c9f5c076efa5c191794409293",
  component_name: "Begin",
  action_type: "begin_assessment",
  status: null,
  message: null,
  artifacts: [],
};
const RUN = {
  workflow_run_id: RUN_ID,
  workflow_name: "flow",
  workflow_definition_id: "cbwd_0128e42c9f5c076efa5c191794409293",
  status: "started",
  started_at: 1_790_500_000,
  completed_at: null,
  steps: [STEP],
};

for (const status of ["completed", "canceled", "failed"]) {
  test(`a_run_is_waited_for_until_it_is_${status}`, async (t) => {
    const time = clock(t);
    const ended = {
      ...RUN,
      status,
      completed_at: 1_790_500_060,
      steps: [{ ...STEP, status: "success" }],
    };
    const { client, requests } = scripted([answer(RUN), answer(RUN), answer(ended)]);
    const updates = [];
    const onUpdate = ({ status }) => updates.push(status);
    assert.deepEqual(await time.until(client.waitForRun(RUN_ID, { onUpdate })), ended);
    assert.deepEqual(updates, ["started", status]);
    assert.ok(
      requests.every(
        ({ url, method }) =>
          method === "GET" && url === `https://api.example/v1/workflows/runs/${RUN_ID}`,
      ),
    );
  });
}

test("a_run_that_never_ends_is_waited_for_until_time_is_up", async (t) => {
  const time = clock(t);
  const { client } = scripted(answer(RUN));
  await assert.rejects(time.until(client.waitForRun(RUN_ID, { maxWaitMs: 60_000 }), 61_000), {
    name: "TimeoutError",
    message: `${RUN_ID} is still started after 60000 ms`,
  });
});

test("what_is_no_id_of_a_run_is_refused_and_what_is_no_run_is_told", async () => {
  const { client, requests } = scripted(answer({ ...RUN, steps: [{ ...STEP, artifacts: null }] }));
  await assert.rejects(client.retrieveRun(ID), { name: "IdError", code: "wrong_kind" });
  assert.equal(requests.length, 0);
  await assert.rejects(client.retrieveRun(RUN_ID), {
    name: "ResponseShapeError",
    message: /steps\.0\.artifacts/,
  });
});
