// The organization that the demo makes with a year of work behind it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { withAnalyser } from "../demo-year.mjs";
import { ROOT, importStatements, startApi } from "./harness.mjs";
import { outcomes, runsOf, until } from "./workflow-support.mjs";
import { organizationOf } from "../../worker/demo/year/organization.mjs";

const MAIN = join(ROOT, "worker/demo/year/main.mjs");
const DAY = 24 * 60 * 60;
const TODAY = new Date().toISOString().slice(0, 10);
const midnightOf = (day) => Date.parse(`${day}T00:00:00Z`) / 1_000;
const print = (...args) => promisify(execFile)(process.execPath, [MAIN, ...args]);
const countBy = (list, key) => {
  const counts = {};
  for (const item of list) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
};

const year = organizationOf(TODAY);
const workflowsById = new Map(year.workflows.map((workflow) => [workflow.id, workflow]));
const runs = year.assessments.flatMap((assessment) =>
  assessment.runs.map((run) => ({ run, assessment, workflow: workflowsById.get(run.workflow_id) })),
);
/** The step in which a run is, as the workflow has it. */
const openStep = ({ run, workflow }) => workflow.steps?.[run.steps.length - 1];

let api;
let analyser;
before(async () => {
  analyser = await withAnalyser(year);
  api = await startApi({
    data: analyser.data,
    vars: { ENVIRONMENT: "development" },
  });
});
after(async () => {
  analyser.close();
  await api.close();
});

test("the_same_day_gives_the_same_file_and_every_day_the_same_ids", async () => {
  const [first, second, later] = await Promise.all([
    print("2026-07-14"),
    print("2026-07-14"),
    print("2027-02-01"),
  ]);
  assert.equal(first.stdout, second.stdout);
  assert.notEqual(first.stdout, later.stdout);
  const ids = ({ stdout }) => new Set(stdout.match(/\bcb[a-z]+_[0-9a-f]{32}\b/g));
  assert.deepEqual(ids(first), ids(later));
  await assert.rejects(print("2026-02-30"), {
    code: 2,
    stderr: "2026-02-30 is no day, YYYY-MM-DD\n",
  });
});

test("it_has_as_much_of_everything_as_it_says", () => {
  const { users, vendors, control_sets: sets, workflows, custom_fields: fields } = year;
  assert.deepEqual([users.length, vendors.length, sets.length, workflows.length], [12, 40, 8, 6]);
  assert.equal(new Set(vendors.map(({ name }) => name)).size, 40);
  for (const vendor of vendors) {
    assert.ok(vendor.services.length > 0 && vendor.documents.length > 2, vendor.name);
  }
  for (const script of [
    "Latin",
    "Cyrillic",
    "Greek",
    "Han",
    "Hiragana",
    "Hangul",
    "Arabic",
    "Hebrew",
    "Devanagari",
    "Tamil",
    "Thai",
  ]) {
    const pattern = new RegExp(`\\p{Script=${script}}`, "u");
    assert.ok(
      vendors.some(({ name }) => pattern.test(name)),
      script,
    );
  }
  assert.equal(new Set(fields.map(({ field_type: type }) => type)).size, 7);
  const used = new Set(
    year.assessments.flatMap(({ custom_fields: values }) => values.map(({ config_id: id }) => id)),
  );
  assert.equal(used.size, 7);
  const standing = ({ status, archived_at: at }) => {
    if (!at) return status;
    return status === "complete" ? "archived" : "withdrawn";
  };
  assert.deepEqual(countBy(year.assessments, standing), {
    created: 6,
    collecting_documents: 9,
    indexing_supporting_documents: 3,
    analyzing_questionnaire: 5,
    review_evals: 15,
    complete: 78,
    failed: 10,
    canceled: 4,
    archived: 8,
    withdrawn: 12,
  });
  assert.equal(year.assessments.length, 150);
  const findings = year.assessments.flatMap((assessment) => assessment.findings);
  assert.ok(findings.length > 150 && findings.every(({ title }) => title));
  assert.ok(year.assessments.some(({ supporting_document_ids: ids }) => ids.length > 2));
  assert.deepEqual(Object.keys(countBy(runs, ({ run }) => run.status)).sort(), [
    "canceled",
    "completed",
    "failed",
    "started",
  ]);
  const wentOn = runs.filter(
    ({ run }) => run.status === "completed" && run.steps.some(({ status }) => status === "failed"),
  );
  assert.ok(wentOn.length > 5);
  // Every kind of wait has runs in it, and some are about to go on by themselves.
  const waiting = runs.filter(({ run }) => run.status === "started" && run.steps.length > 0);
  assert.deepEqual(
    Object.keys(countBy(waiting, (run) => openStep(run).parameters.event ?? "call")).sort(),
    [
      "call",
      "committee-approved",
      "documents-indexed",
      "documents-received",
      "report-received",
      "review-approved",
    ],
  );
});

test("on_whatever_day_nothing_lies_ahead_and_all_that_waits_has_a_week_left", async () => {
  const days = Array.from({ length: 14 }, (_, n) =>
    new Date((midnightOf("2026-12-25") + n * DAY) * 1_000).toISOString().slice(0, 10),
  );
  for (const day of [...days, "2028-02-29", TODAY]) {
    const midnight = midnightOf(day);
    const { assessments, workflows } = organizationOf(day);
    const times = JSON.stringify(assessments).matchAll(/_at":(\d+)/g);
    for (const [, time] of times) {
      assert.ok(Number(time) < midnight, `${day}: ${time}`);
      assert.ok(Number(time) > midnight - 366 * DAY, `${day}: ${time}`);
    }
    for (const run of assessments.flatMap((assessment) => assessment.runs)) {
      const workflow = workflows.find(({ id }) => id === run.workflow_id);
      const step = openStep({ run, workflow });
      if (run.status !== "started" || !step?.parameters?.timeout_seconds) continue;
      const deadline = run.steps.at(-1).created_at + step.parameters.timeout_seconds;
      assert.ok(deadline > midnight + 7 * DAY, `${day}: ${run.id}`);
    }
  }
  for (const day of ["2027-01-01", "2028-02-29"]) {
    // Fails if a check does.
    assert.ok((await importStatements({ orgs: [organizationOf(day)] })).length > 0);
  }
});

test("the_api_shows_it_and_loading_it_again_changes_nothing", async () => {
  const statuses = () =>
    api.rows("SELECT status, count(*) AS n FROM assessments GROUP BY status ORDER BY status");
  const before = await statuses();
  assert.deepEqual(before, [
    { status: "analyzing_questionnaire", n: 5 },
    { status: "canceled", n: 16 },
    { status: "collecting_documents", n: 9 },
    { status: "complete", n: 86 },
    { status: "created", n: 6 },
    { status: "failed", n: 10 },
    { status: "indexing_supporting_documents", n: 3 },
    { status: "review_evals", n: 15 },
  ]);
  await api.load({ orgs: [organizationOf("2027-05-05")] });
  assert.deepEqual(await statuses(), before);
  const key = year.api_keys[0].secret;
  for (const assessment of year.assessments) {
    const { status, json } = await api.retrieve(assessment.id, { key });
    assert.equal(status, 200);
    assert.equal(json.name, assessment.name);
    const counted = assessment.findings.filter(({ archived_at: at }) => !at).length;
    assert.equal(json.findings_count, counted);
    assert.equal(json.custom_fields.length, assessment.custom_fields.length);
    for (const { id, steps } of assessment.runs) {
      const run = await api.send("GET", `/v1/workflows/runs/${id}`, { key });
      assert.equal(run.json.steps.length, steps.length);
    }
  }
});

test("its_runs_go_on_and_end_by_what_is_sent_to_them", async () => {
  const client = runsOf(api, { key: year.api_keys[0].secret });
  const inStep = (event) =>
    runs.filter(
      (run) => run.run.status === "started" && openStep(run)?.parameters?.event === event,
    );
  const calling = runs.filter(
    (run) => openStep(run)?.action_type === "call" && run.run.status === "started",
  );
  assert.equal(calling.length, 2);
  // Twenty are taken at once, and there are more.
  await api.scheduled();
  for (const { run, assessment } of calling) {
    // The analyser's answer is applied, and the review waited for.
    await until(
      "the review",
      async () => (await client.run(run.id)).steps.length > run.steps.length + 1,
    );
    const found = await client.assessment(assessment.id);
    assert.equal(found.status, "review_evals");
    assert.ok(found.score_percent >= 0.5 && found.findings_count > 0);
  }
  const reviewed = ["Annual reassessment", "Incident review"].map((name) => {
    const found = inStep("review-approved").find(({ workflow }) => workflow.name === name);
    assert.ok(found, name);
    return found;
  });
  const inCommittee = inStep("committee-approved")[0];
  for (const { run, assessment } of [...reviewed, inCommittee]) {
    const name = run === inCommittee.run ? "committee-approved" : "review-approved";
    assert.equal((await client.send(run.id, { name })).status, 202);
    const ended = await client.ended(run.id);
    assert.equal(ended.status, "completed");
    assert.deepEqual(outcomes(ended).slice(-2), ["success", "success"]);
    const found = await client.assessment(assessment.id);
    assert.deepEqual([found.status, found.score_percent], ["complete", assessment.score_percent]);
  }
  const [{ run, assessment }] = inStep("report-received");
  const payload = { score_percent: 0.61, findings: [{ title: "From the specialist" }] };
  const sent = await client.send(run.id, { name: "report-received", payload });
  assert.equal(sent.status, 202);
  await client.reached(run.id, run.steps.length + 1);
  const found = await client.assessment(assessment.id);
  assert.deepEqual([found.status, found.score_percent], ["review_evals", 0.61]);
  assert.ok((await client.titles(assessment.id)).includes("From the specialist"));
});
