// An organization with a workflow of every kind, and the API that runs them, for a test
// file.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { makeOrg, mintKey, startApi } from "./harness.mjs";
import { orgWithWorkflows, outcomes, runsOf } from "./workflow-support.mjs";

export const NOT_AUTHENTICATED = { detail: "Not authenticated" };
export const WRONG_ROLE = { detail: "Unauthorized role." };
export const NOT_FOUND = {
  detail: { code: "workflow_run_not_found", message: "Workflow run not found." },
};
export const ENDED = { detail: { code: "workflow_run_ended", message: "Workflow run has ended." } };
export const EXPECTED_OBJECT = {
  loc: ["body"],
  msg: "Input should be a valid dictionary or object to extract fields from",
  type: "model_attributes_type",
};
export const STATUSES = [
  "collecting_documents",
  "indexing_supporting_documents",
  "analyzing_questionnaire",
  "review_evals",
];
export const RUN_KEYS = [
  "workflow_run_id",
  "workflow_name",
  "workflow_definition_id",
  "status",
  "started_at",
  "completed_at",
  "steps",
];
export const STEP_KEYS = [
  "step_id",
  "component_id",
  "component_name",
  "action_type",
  "status",
  "message",
  "artifacts",
];
export const REPORT = {
  score_percent: 0.83,
  findings: [{ title: "First" }, { title: "Second" }],
  artifacts: [{ artifact_type: "report", id: "report-9", role: "output" }],
  status: "review_evals",
};
export const DONE = ["complete_assessment", { score_percent: 0.7, findings: [{ title: "Found" }] }];
export const update = (status) => ["update_assessment", { status }];
export const second = ["wait", { seconds: 1 }];
export const event = (name, more = {}) => [
  "wait_for_event",
  { event: name, timeout_seconds: 3600, ...more },
];

export const FLOWS = {
  "every status": [
    ["begin_assessment"],
    second,
    ...STATUSES.flatMap((status) => [update(status), event("next")]),
    DONE,
  ],
  "no steps": undefined,
  bare: [["begin_assessment"]],
  "given up": [["begin_assessment"], ["fail_assessment", { message: "No evidence" }]],
  event: [["begin_assessment"], event("go"), DONE],
  named: [event("hold"), event("a.b-c_D9"), event("x".repeat(100)), event("z"), event("go"), DONE],
  "two names": [event("go"), event("other"), DONE],
  "two events": [event("go"), event("go"), DONE],
  "later event": [event("hold"), event("go"), DONE],
  report: [event("report", { applies_report: true }), DONE],
  "report, continue": [event("report", { applies_report: true, on_timeout: "continue" }), DONE],
  "only a report": [event("report", { applies_report: true })],
  "time-out": [event("go", { timeout_seconds: 1 }), DONE],
  "time-out, continue": [event("go", { timeout_seconds: 1, on_timeout: "continue" }), DONE],
  long: [["begin_assessment"], event("go", { timeout_seconds: 86_400 }), DONE],
  "long, later": [["wait", { seconds: 5 }], event("go", { timeout_seconds: 86_400 }), DONE],
  changing: [["begin_assessment"], event("go"), DONE],
};
export const ORG = orgWithWorkflows("workflows", FLOWS, {
  api_keys: [
    { name: "good", secret: mintKey("workflows"), role: "Service Account" },
    { name: "report viewer", secret: mintKey("workflows, viewer"), role: "Report Viewer" },
  ],
});
export const OTHER = makeOrg("workflows, other");
export const VIEWER = mintKey("workflows, viewer");
export const definitionOf = (name) =>
  ORG.data.workflows.find((flow) => flow.name === name) ?? assert.fail(name);

export let api;
export let runs;
before(async () => {
  const vars = { ENVIRONMENT: "development" };
  api = await startApi({ data: { orgs: [ORG.data, OTHER.data] }, faulty: true, vars });
  runs = runsOf(api, ORG);
});
after(() => api.close());

export const execute = (sql, ...values) =>
  api.env.DB.prepare(sql)
    .bind(...values)
    .run();
export const eventRows = (run) =>
  api.rows(
    "SELECT name, payload, taken_by FROM workflow_events WHERE run_id = ? ORDER BY sequence",
    run,
  );

/** A run as a create commits it, of which the engine was never told. */
export async function undispatched(name) {
  const started = await runs.start("no steps");
  const sql = `UPDATE workflow_runs SET definition_id = ?1, version = 1, due_at = 1 WHERE id = ?2`;
  await execute(sql, definitionOf(name).id, started.run);
  return started;
}

/** Asserts that a run of the flow "event" has completed, with each effect once. */
export async function completedOnce({ id, run }) {
  const ended = await runs.ended(run);
  assert.equal(ended.status, "completed");
  assert.deepEqual(outcomes(ended), ["success", "success", "success"]);
  assert.deepEqual(await runs.titles(id), ["Found"]);
  assert.equal((await runs.assessment(id)).status, "complete");
}
