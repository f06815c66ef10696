// Archiving an assessment whose run goes on: whatever the run is doing, from
// then on it does nothing.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { startApi } from "./harness.mjs";
import { orgWithWorkflows, outcomes, runsOf, startAnalyser, until } from "./workflow-support.mjs";

const ENDED = { detail: { code: "workflow_run_ended", message: "Workflow run has ended." } };
const DONE = ["complete_assessment", { score_percent: 0.9, findings: [{ title: "Done" }] }];
/** How long a step takes by itself: long enough to archive it meanwhile on a slow machine. */
const STEP_SECONDS = 12;
/** How long an archived assessment is watched. Such a step would have ended by then. */
const AFTERMATH_MS = (STEP_SECONDS + 1) * 1_000;
/** The same where no such step has begun. */
const BRIEF_MS = 3_000;
const RUNS = 50;

let api;
let runs;
let org;
let analyser;
/** Calls that are held until the test lets them go, by run. */
const held = new Map();

async function behave({ path, json }) {
  if (path === "/held") await new Promise((resolve) => held.set(json.workflow_run_id, resolve));
  // A fraction of a second that is another for each run.
  else await wait(createHash("sha256").update(json.workflow_run_id).digest()[0]);
  return {
    status: "review_evals",
    score_percent: 0.4,
    findings: [{ title: "Called" }],
    artifacts: [{ artifact_type: "report", id: "report-1", role: "output" }],
  };
}

before(async () => {
  analyser = await startAnalyser(behave);
  const call = (path, more) => ["call", { url: `${analyser.url}${path}`, ...more }];
  const update = (status) => ["update_assessment", { status }];
  const flows = {
    "no steps": undefined,
    "in wait": [
      ["begin_assessment"],
      update("collecting_documents"),
      ["wait", { seconds: STEP_SECONDS }],
      DONE,
    ],
    "in wait_for_event": [
      ["begin_assessment"],
      ["wait_for_event", { event: "go", timeout_seconds: 3600, applies_report: true }],
      DONE,
    ],
    "at a time-out": [["wait_for_event", { event: "go", timeout_seconds: STEP_SECONDS }], DONE],
    "in call": [["begin_assessment"], call("/held"), DONE],
    complete: [["begin_assessment"], DONE],
    failed: [["begin_assessment"], ["fail_assessment", {}]],
    random: [
      ["begin_assessment"],
      update("collecting_documents"),
      ["wait", { seconds: 1 }],
      call("/soon"),
      update("analyzing_questionnaire"),
      ["wait", { seconds: 1 }],
      update("review_evals"),
      DONE,
    ],
  };
  org = orgWithWorkflows("cancel", flows);
  api = await startApi({ data: { orgs: [org.data] }, vars: { ENVIRONMENT: "development" } });
  runs = runsOf(api, org);
});
after(async () => {
  await api.close();
  await analyser.close();
});

const effects = async ({ id, run }) => ({
  findings: await api.rows("SELECT * FROM findings WHERE assessment_id = ? ORDER BY id", id),
  steps: await api.rows("SELECT * FROM workflow_run_steps WHERE run_id = ? ORDER BY position", run),
});

async function archive({ id }) {
  const answer = await api.archive(id, { key: org.key });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(Object.keys(answer.json), ["id", "status", "is_archived", "archived_at"]);
  assert.equal(answer.json.is_archived, true);
  return answer;
}

const terminated = async (run) => {
  const sql = "SELECT terminated_at IS NOT NULL AS yes FROM workflow_runs WHERE id = ?1";
  return (await api.rows(sql, run))[0].yes === 1;
};

/**
 * Archives an assessment and asserts that it is canceled, its run too, and that
 * nothing changes any more, whatever `meanwhile` does.
 */
async function isCanceledForGood(
  started,
  steps,
  { meanwhile = () => {}, watchedMs = AFTERMATH_MS } = {},
) {
  const answer = await archive(started);
  assert.equal(answer.json.status, "canceled");
  const assessment = await runs.assessment(started.id);
  assert.equal(assessment.status, "canceled");
  assert.equal(assessment.updated_at, answer.json.archived_at);
  const run = await runs.run(started.run);
  assert.equal(run.status, "canceled");
  assert.equal(run.completed_at, answer.json.archived_at);
  assert.deepEqual(outcomes(run), steps);
  const before = [await runs.both(started), await effects(started)];

  await meanwhile();
  const sent = await runs.send(started.run, {
    name: "go",
    payload: { findings: [{ title: "x" }] },
  });
  assert.equal(sent.status, 409, sent.text);
  assert.deepEqual(sent.json, ENDED);
  await api.scheduled();
  await wait(watchedMs);
  // As if the engine had never been told.
  await api.env.DB.prepare(
    "UPDATE workflow_runs SET terminated_at = NULL, due_at = 1 WHERE id = ?1",
  )
    .bind(started.run)
    .run();
  await Promise.all([api.scheduled(), api.scheduled()]);
  // The sweep of another test may be the one that does it.
  await until("the cancel to be told again", () => terminated(started.run));
  assert.deepEqual([await runs.both(started), await effects(started)], before);
  assert.equal((await archive(started)).text, answer.text);
}

// Each watches for a while whether anything goes on, so they do it together.
describe("an_archive_is_final", { concurrency: true }, () => {
  test("an_archive_while_the_run_waits", async () => {
    const started = await runs.start("in wait");
    await runs.reached(started.run, 2);
    await isCanceledForGood(started, ["success", "success", "skipped"]);
  });

  test("an_archive_while_the_run_waits_for_an_event", async () => {
    const started = await runs.start("in wait_for_event");
    await runs.reached(started.run, 1);
    await isCanceledForGood(started, ["success", "skipped"]);
  });

  test("an_archive_while_time_runs_out_for_an_event", async () => {
    const started = await runs.start("at a time-out");
    await runs.reached(started.run, 0);
    await isCanceledForGood(started, ["skipped"]);
  });

  test("an_archive_during_a_call_whose_answer_comes_later", async () => {
    const started = await runs.start("in call");
    await runs.reached(started.run, 1);
    const letGo = await until("the call", () => held.get(started.run));
    await isCanceledForGood(started, ["success", "skipped"], { meanwhile: letGo });
    const rows = await api.rows("SELECT title FROM findings WHERE assessment_id = ?1", started.id);
    assert.deepEqual(rows, []);
  });
});

test("an_archive_before_the_run_was_begun", async () => {
  const started = await runs.start("no steps");
  const definition = org.data.workflows.find(({ name }) => name === "in wait").id;
  const sql = "UPDATE workflow_runs SET definition_id = ?1, version = 1, due_at = 1 WHERE id = ?2";
  await api.env.DB.prepare(sql).bind(definition, started.run).run();
  await isCanceledForGood(started, [], { watchedMs: BRIEF_MS });
  assert.deepEqual((await runs.run(started.run)).steps, []);
});

test("an_archive_of_a_run_that_someone_else_runs", async () => {
  const started = await runs.start("no steps");
  assert.equal((await archive(started)).json.status, "canceled");
  assert.equal((await runs.run(started.run)).status, "canceled");
});

test("an_archive_after_the_end_leaves_what_the_run_made_of_the_assessment", async () => {
  for (const [name, status] of [
    ["complete", "completed"],
    ["failed", "failed"],
  ]) {
    const started = await runs.start(name);
    const ended = await runs.ended(started.run);
    assert.equal(ended.status, status);
    const { json } = await archive(started);
    assert.equal(json.status, name);
    assert.deepEqual(await runs.run(started.run), ended);
    const assessment = await runs.assessment(started.id);
    assert.equal(assessment.status, name);
    assert.equal(assessment.findings_count, name === "complete" ? 1 : 0);
    const before = await runs.both(started);
    await api.scheduled();
    assert.deepEqual(await runs.both(started), before);
    // The engine has nothing to be told.
    assert.equal(await terminated(started.run), false);
  }
});

test("the_engine_is_told_of_a_cancel_after_the_response", async () => {
  const started = await runs.start("in wait_for_event");
  await runs.reached(started.run, 1);
  await archive(started);
  await until("the cancel to be told", () => terminated(started.run));
  const instance = await api.env.WORKFLOWS.get(started.run);
  assert.equal((await instance.status()).status, "terminated");
});

test("a_cancel_that_the_engine_never_heard_of_is_told_by_the_sweep", async () => {
  const started = await runs.start("in wait_for_event");
  await runs.reached(started.run, 1);
  // Canceled in the database alone, as by an archive whose Worker died.
  const sql = `UPDATE assessments SET status_before_archive = status, status = 'canceled',
    findings_count_at_archive = 0, updated_at = ?1, archived_at = ?1 WHERE id = ?2`;
  await api.env.DB.prepare(sql)
    .bind(Math.floor(Date.now() / 1000), started.id)
    .run();
  assert.equal(await terminated(started.run), false);
  await api.scheduled();
  assert.ok(await terminated(started.run));
  const instance = await api.env.WORKFLOWS.get(started.run);
  assert.equal((await instance.status()).status, "terminated");
});

test("simultaneous_archives_of_a_running_assessment_are_one", async () => {
  const started = await runs.start("in wait");
  await runs.reached(started.run, 2);
  const answers = await Promise.all(Array.from({ length: 10 }, () => archive(started)));
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  assert.equal((await runs.run(started.run)).status, "canceled");
});

test("fifty_archives_at_random_moments_are_each_final", async (t) => {
  const seed = process.env.SEED ?? randomBytes(4).toString("hex");
  t.diagnostic(`SEED=${seed}`);
  const delay = (n) => createHash("sha256").update(`${seed} ${n}`).digest().readUInt16BE() % 3500;
  const tally = {};
  const watched = await Promise.all(
    Array.from({ length: RUNS }, async (_, n) => {
      const started = await runs.start("random");
      await wait(delay(n));
      const { status } = (await archive(started)).json;
      const [assessment, run] = await runs.both(started);
      tally[status] = (tally[status] ?? 0) + 1;
      assert.equal(JSON.parse(assessment).status, status);
      assert.equal(JSON.parse(run).status, status === "canceled" ? "canceled" : "completed", run);
      assert.ok(
        outcomes(JSON.parse(run)).every((outcome) => outcome !== null),
        run,
      );
      return { started, texts: [assessment, run], rows: await effects(started) };
    }),
  );
  t.diagnostic(JSON.stringify(tally));
  assert.ok(Object.keys(tally).every((status) => ["canceled", "complete"].includes(status)));
  assert.ok(tally.canceled > 0);
  await api.scheduled();
  await wait(BRIEF_MS);
  await api.scheduled();
  for (const { started, texts, rows } of watched) {
    assert.deepEqual(await runs.both(started), texts);
    assert.deepEqual(await effects(started), rows);
    const titles = await runs.titles(started.id);
    assert.equal(new Set(titles).size, titles.length, "an effect happened twice");
  }
});
