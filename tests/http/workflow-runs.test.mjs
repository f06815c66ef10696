// Workflow runs from their start to their end: what an assessment goes through, how a
// run reads and who may read it, and the sweep.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  NOT_AUTHENTICATED,
  NOT_FOUND,
  ORG,
  OTHER,
  RUN_KEYS,
  STATUSES,
  STEP_KEYS,
  VIEWER,
  WRONG_ROLE,
  api,
  completedOnce,
  definitionOf,
  eventRows,
  execute,
  runs,
  undispatched,
} from "./workflow-flows.mjs";
import { idOf, mintKey } from "./harness.mjs";
import { outcomes, until } from "./workflow-support.mjs";

// From start to end.

test("an_assessment_goes_through_every_status_in_order", async () => {
  const { id, run, created } = await runs.start("every status");
  assert.equal(created.json.status, "created");
  assert.equal(created.json.initiated_at, null);
  assert.equal(created.json.score_percent, null);
  const seen = ["created"];
  for (let last = "created"; last !== "complete"; seen.push(last)) {
    last = await until(`the status after ${last}`, async () => {
      const { status } = await runs.assessment(id);
      return status !== last && status;
    });
    // It stays so until it is told to go on, so that none can be missed.
    if (STATUSES.includes(last)) {
      assert.equal((await runs.send(run, { name: "next" })).status, 202);
    }
  }
  assert.deepEqual(seen, ["created", ...STATUSES, "complete"]);
  const ended = await runs.assessment(id);
  assert.equal(ended.score_percent, 0.7);
  assert.equal(ended.findings_count, 1);
  assert.ok(Number.isInteger(ended.initiated_at));
  assert.ok(ended.initiated_at >= ended.created_at);
  assert.ok(ended.initiated_at < ended.updated_at);
  assert.ok(ended.updated_at > created.json.updated_at);
  assert.equal((await runs.ended(run)).status, "completed");
});

test("a_run_reads_exactly_as_documented_while_it_waits_and_when_it_has_ended", async () => {
  const { run } = await runs.start("event");
  const waiting = await runs.reached(run, 1);
  assert.deepEqual(Object.keys(waiting), RUN_KEYS);
  const definition = definitionOf("event");
  assert.equal(waiting.workflow_run_id, run);
  assert.match(run, /^cbwr_[0-9a-f]{32}$/);
  assert.equal(waiting.workflow_name, "event");
  assert.equal(waiting.workflow_definition_id, definition.id);
  assert.equal(waiting.status, "started");
  assert.ok(Number.isInteger(waiting.started_at));
  assert.equal(waiting.completed_at, null);
  assert.deepEqual(outcomes(waiting), ["success", null]);

  assert.equal((await runs.send(run, { name: "go" })).status, 202);
  const ended = await runs.ended(run);
  assert.equal(ended.status, "completed");
  assert.ok(Number.isInteger(ended.completed_at));
  assert.equal(ended.started_at, waiting.started_at);
  const steps = ended.steps.map(({ step_id: id, ...rest }) => {
    assert.match(id, /^cbwrs_[0-9a-f]{32}$/);
    return rest;
  });
  for (const step of ended.steps) assert.deepEqual(Object.keys(step), STEP_KEYS);
  assert.equal(new Set(ended.steps.map((step) => step.step_id)).size, 3);
  assert.equal(ended.steps[1].step_id, waiting.steps[1].step_id);
  assert.deepEqual(
    steps,
    definition.steps.map(({ id, name, action_type }) => ({
      component_id: id,
      component_name: name,
      action_type,
      status: "success",
      message: null,
      artifacts: [],
    })),
  );
});

test("a_run_without_an_ending_step_completes_and_leaves_the_assessment_open", async () => {
  const { id, run } = await runs.start("bare");
  assert.equal((await runs.ended(run)).status, "completed");
  const assessment = await runs.assessment(id);
  assert.equal(assessment.status, "created");
  assert.ok(Number.isInteger(assessment.initiated_at));
});

test("a_workflow_can_give_an_assessment_up", async () => {
  const { id, run } = await runs.start("given up");
  const ended = await runs.ended(run);
  assert.equal(ended.status, "failed");
  assert.equal(ended.steps[1].message, "No evidence");
  assert.equal((await runs.assessment(id)).status, "failed");
});

test("a_create_with_a_workflow_takes_no_more_round_trips_than_before", async () => {
  await api.warm(ORG.key);
  for (const name of ["event", "no steps"]) {
    const { created } = await runs.start(name);
    assert.ok(Number(created.headers.get("x-test-d1-round-trips")) <= 2);
  }
  const started = await runs.start("event");
  const { run } = started;
  await runs.reached(run, 1);
  for (const answer of [await runs.get(run), await runs.get(idOf("cbwr", "nobody"))]) {
    assert.equal(answer.headers.get("x-test-d1-round-trips"), "1");
  }
  const sent = await runs.send(run, { name: "go" });
  assert.equal(sent.headers.get("x-test-d1-round-trips"), "2");
  // Nothing of it goes on behind the tests that follow.
  await completedOnce(started);
});

test("a_definition_without_steps_leaves_the_run_started_and_is_never_dispatched", async () => {
  const started = await runs.start("no steps");
  const before = await runs.both(started);
  await api.scheduled();
  await execute("UPDATE workflow_runs SET due_at = 1 WHERE id = ?1", started.run);
  await api.scheduled();
  assert.deepEqual(await runs.both(started), before);
  const run = await runs.run(started.run);
  assert.equal(run.status, "started");
  assert.deepEqual(run.steps, []);
  const sql = "SELECT version FROM workflow_runs WHERE id = ?1";
  assert.deepEqual(await api.rows(sql, started.run), [{ version: null }]);
  await assert.rejects(api.env.WORKFLOWS.get(started.run), /not_found/);
});

test("a_run_of_an_archived_assessment_stays_readable", async () => {
  const { id, run } = await runs.start("event");
  await runs.reached(run, 1);
  assert.equal((await api.archive(id, { key: ORG.key })).status, 200);
  const canceled = await runs.run(run);
  assert.equal(canceled.status, "canceled");
  assert.deepEqual(outcomes(canceled), ["success", "skipped"]);
  assert.ok(Number.isInteger(canceled.completed_at));
});

// Who may read runs and send events.

test("unknown_malformed_and_foreign_runs_are_the_same_404", async () => {
  const { run } = await runs.start("no steps");
  const ids = [
    idOf("cbwr", "nobody"),
    "cbwr_",
    "x",
    `${run}0`,
    run.replace("cbwr_", "cbqsrw_"),
    "%20",
    "%ff",
  ];
  const texts = new Set();
  const check = (answer) => {
    assert.equal(answer.status, 404, answer.text);
    assert.deepEqual(answer.json, NOT_FOUND);
    texts.add(answer.text);
  };
  for (const id of ids) {
    check(await runs.get(id));
    check(await runs.send(id, { name: "go" }));
    check(await runs.send(id, { name: "go" }, { idempotencyKey: "nowhere" }));
  }
  check(await runs.get(run, { key: OTHER.key }));
  check(await runs.send(run, { name: "go" }, { key: OTHER.key }));
  assert.equal(texts.size, 1);
});

test("both_routes_want_a_credential_and_a_role", async () => {
  const { run } = await runs.start("no steps");
  const body = { name: "go" };
  await api.writesNothing(async () => {
    for (const [key, detail] of [
      ["", NOT_AUTHENTICATED],
      [VIEWER, WRONG_ROLE],
    ]) {
      for (const id of [run, idOf("cbwr", "nobody"), "x"]) {
        for (const answer of [await runs.get(id, { key }), await runs.send(id, body, { key })]) {
          assert.equal(answer.status, 401, answer.text);
          assert.deepEqual(answer.json, detail);
          assert.equal(answer.headers.get("www-authenticate"), "Bearer");
        }
      }
      // Credentials come before the body.
      assert.equal((await runs.send(run, "{", { key })).status, 401);
    }
    const unknown = mintKey("workflows, nobody has this");
    assert.equal((await runs.get(run, { key: unknown })).status, 401);
  });
});

test("wrong_methods_are_refused_with_those_that_are_right", async () => {
  const { run } = await runs.start("no steps");
  for (const [path, good] of [
    [runs.pathOf(run), "GET"],
    [`${runs.pathOf(run)}/events`, "POST"],
  ]) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]) {
      if (method === good) continue;
      // Routing comes before credentials.
      const answer = await api.send(method, path, {});
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.equal(answer.headers.get("allow"), good);
      if (method !== "HEAD") assert.deepEqual(answer.json, { detail: "Method Not Allowed" });
    }
    const answer = await api.send(good, `${path}/`, { key: ORG.key });
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json, { detail: "Not Found" });
  }
});

// Starting, and looking after what was lost.

test("a_run_that_the_engine_was_not_told_of_is_started_by_the_sweep", async () => {
  const started = await undispatched("event");
  assert.deepEqual((await runs.run(started.run)).steps, []);
  await api.scheduled();
  await runs.reached(started.run, 1);
  assert.ok(await api.env.WORKFLOWS.get(started.run));
  await runs.send(started.run, { name: "go" });
  await completedOnce(started);
});

for (const sweeps of [2, 8]) {
  test(`${sweeps}_sweeps_at_once_start_a_run_once`, async () => {
    const started = await undispatched("event");
    await runs.send(started.run, { name: "go" });
    // The event set when the run is due; it is now.
    await runs.overdue(started.run);
    await Promise.all(Array.from({ length: sweeps }, () => api.scheduled()));
    await completedOnce(started);
  });
}

test("sweeps_of_a_run_that_goes_on_change_nothing", async () => {
  const started = await runs.start("event");
  await runs.reached(started.run, 1);
  const before = await runs.both(started);
  for (let n = 0; n < 5; n++) {
    await runs.overdue(started.run);
    await Promise.all([api.scheduled(), api.scheduled()]);
  }
  assert.deepEqual(await runs.both(started), before);
  await runs.send(started.run, { name: "go" });
  await completedOnce(started);
});

test("a_run_that_was_terminated_behind_our_back_is_begun_anew", async () => {
  for (const sentBefore of [false, true]) {
    const started = await runs.start("two events");
    await runs.send(started.run, { name: "go", payload: 1 });
    const waiting = await runs.reached(started.run, 1);
    const instance = await api.env.WORKFLOWS.get(started.run);
    await instance.terminate();
    if (sentBefore) await runs.send(started.run, { name: "go", payload: 2 });
    await runs.overdue(started.run);
    await Promise.all([api.scheduled(), api.scheduled()]);
    const sql = "SELECT restarts FROM workflow_runs WHERE id = ?1";
    // Counted until the run gets further, which it may have done already.
    await until("the restart", async () => {
      const [{ restarts }] = await api.rows(sql, started.run);
      return restarts === 1 || (await runs.run(started.run)).status !== "started";
    });
    if (!sentBefore) await runs.send(started.run, { name: "go", payload: 2 });
    await completedOnce(started);
    const ended = await runs.run(started.run);
    assert.equal(ended.steps[1].step_id, waiting.steps[1].step_id);
    const taken = (await eventRows(started.run)).map(({ taken_by }) => taken_by);
    assert.deepEqual(taken, [0, 1]);
  }
});

test("a_run_that_does_not_take_its_event_though_it_is_told_to_is_begun_anew", async () => {
  const started = await runs.start("event");
  await runs.reached(started.run, 1);
  const instance = await api.env.WORKFLOWS.get(started.run);
  await instance.pause();
  await until("the pause", async () => (await instance.status()).status === "paused");
  await runs.send(started.run, { name: "go" });
  const look = async () => {
    await runs.overdue(started.run);
    await api.scheduled();
    return api.rows("SELECT sweeps, restarts FROM workflow_runs WHERE id = ?1", started.run);
  };
  assert.deepEqual(await look(), [{ sweeps: 1, restarts: 0 }]);
  assert.deepEqual(await look(), [{ sweeps: 2, restarts: 0 }]);
  assert.equal((await runs.run(started.run)).status, "started");
  await look();
  await completedOnce(started);
});

test("a_run_whose_event_has_not_come_is_begun_anew_by_nobody", async () => {
  const started = await runs.start("event");
  await runs.reached(started.run, 1);
  for (let look = 0; look < 5; look++) {
    await runs.overdue(started.run);
    await api.scheduled();
  }
  const sql = "SELECT sweeps, restarts FROM workflow_runs WHERE id = ?1";
  assert.deepEqual(await api.rows(sql, started.run), [{ sweeps: 5, restarts: 0 }]);
  await runs.send(started.run, { name: "go" });
  await completedOnce(started);
});

test("a_run_that_keeps_being_ended_is_given_up", async () => {
  const started = await runs.start("event");
  await runs.reached(started.run, 1);
  await (await api.env.WORKFLOWS.get(started.run)).terminate();
  await execute("UPDATE workflow_runs SET restarts = 5 WHERE id = ?1", started.run);
  await runs.overdue(started.run);
  await Promise.all([api.scheduled(), api.scheduled()]);
  const ended = await runs.ended(started.run);
  assert.equal(ended.status, "failed");
  assert.deepEqual(outcomes(ended), ["success", "failed"]);
  assert.match(ended.steps[1].message, /engine ended the run repeatedly/);
  assert.equal((await runs.assessment(started.id)).status, "failed");
  assert.equal((await runs.send(started.run, { name: "go" })).status, 409);
});
