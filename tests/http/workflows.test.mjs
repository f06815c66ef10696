// Workflow runs from their start to their end: what an assessment goes through,
// how a run reads, events, definitions and their versions, and the sweep.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  DEMO_WITH_STEPS,
  KEYS,
  XTASK,
  idOf,
  inTemporaryFolder,
  makeAssessment,
  makeOrg,
  mintKey,
  startApi,
} from "./harness.mjs";
import { orgWithWorkflows, outcomes, runsOf, until, workflow } from "./workflow-support.mjs";

const NOT_AUTHENTICATED = { detail: "Not authenticated" };
const WRONG_ROLE = { detail: "Unauthorized role." };
const NOT_FOUND = {
  detail: { code: "workflow_run_not_found", message: "Workflow run not found." },
};
const ENDED = { detail: { code: "workflow_run_ended", message: "Workflow run has ended." } };
const EXPECTED_OBJECT = {
  loc: ["body"],
  msg: "Input should be a valid dictionary or object to extract fields from",
  type: "model_attributes_type",
};
const STATUSES = [
  "collecting_documents",
  "indexing_supporting_documents",
  "analyzing_questionnaire",
  "review_evals",
];
const RUN_KEYS = [
  "workflow_run_id",
  "workflow_name",
  "workflow_definition_id",
  "status",
  "started_at",
  "completed_at",
  "steps",
];
const STEP_KEYS = [
  "step_id",
  "component_id",
  "component_name",
  "action_type",
  "status",
  "message",
  "artifacts",
];
const REPORT = {
  score_percent: 0.83,
  findings: [{ title: "First" }, { title: "Second" }],
  artifacts: [{ artifact_type: "report", id: "report-9", role: "output" }],
  status: "review_evals",
};
const DONE = ["complete_assessment", { score_percent: 0.7, findings: [{ title: "Found" }] }];
const update = (status) => ["update_assessment", { status }];
const second = ["wait", { seconds: 1 }];
const event = (name, more = {}) => [
  "wait_for_event",
  { event: name, timeout_seconds: 3600, ...more },
];

const FLOWS = {
  "every status": [
    ["begin_assessment"],
    second,
    ...STATUSES.flatMap((status) => [update(status), second]),
    DONE,
  ],
  "no steps": undefined,
  bare: [["begin_assessment"]],
  "given up": [["begin_assessment"], ["fail_assessment", { message: "No evidence" }]],
  event: [["begin_assessment"], event("go"), DONE],
  named: [event("hold"), event("a.b-c_D9"), event("x".repeat(100)), event("z"), event("go"), DONE],
  "two names": [event("go"), event("other"), DONE],
  "two events": [event("go"), event("go"), DONE],
  "later event": [second, event("go"), DONE],
  report: [event("report", { applies_report: true }), DONE],
  "report, continue": [event("report", { applies_report: true, on_timeout: "continue" }), DONE],
  "only a report": [event("report", { applies_report: true })],
  "time-out": [event("go", { timeout_seconds: 1 }), DONE],
  "time-out, continue": [event("go", { timeout_seconds: 1, on_timeout: "continue" }), DONE],
  long: [["begin_assessment"], event("go", { timeout_seconds: 86_400 }), DONE],
  "long, later": [["wait", { seconds: 5 }], event("go", { timeout_seconds: 86_400 }), DONE],
  changing: [["begin_assessment"], event("go"), DONE],
};
const ORG = orgWithWorkflows("workflows", FLOWS, {
  api_keys: [
    { name: "good", secret: mintKey("workflows"), role: "Service Account" },
    { name: "report viewer", secret: mintKey("workflows, viewer"), role: "Report Viewer" },
  ],
});
const OTHER = makeOrg("workflows, other");
const VIEWER = mintKey("workflows, viewer");
const definitionOf = (name) => ORG.data.workflows.find((flow) => flow.name === name);

let api;
let runs;
before(async () => {
  const vars = { ENVIRONMENT: "development" };
  api = await startApi({ data: { orgs: [ORG.data, OTHER.data] }, faulty: true, vars });
  runs = runsOf(api, ORG);
});
after(() => api.close());

const execute = (sql, ...values) =>
  api.env.DB.prepare(sql)
    .bind(...values)
    .run();
const eventRows = (run) =>
  api.rows(
    "SELECT name, payload, taken_by FROM workflow_events WHERE run_id = ? ORDER BY sequence",
    run,
  );

/** A run as a create commits it, of which the engine was never told. */
async function undispatched(name) {
  const started = await runs.start("no steps");
  const sql = `UPDATE workflow_runs SET definition_id = ?1, version = 1, due_at = 1 WHERE id = ?2`;
  await execute(sql, definitionOf(name).id, started.run);
  return started;
}

/** Asserts that a run of the flow "event" has completed, with each effect once. */
async function completedOnce({ id, run }) {
  const ended = await runs.ended(run);
  assert.equal(ended.status, "completed");
  assert.deepEqual(outcomes(ended), ["success", "success", "success"]);
  assert.deepEqual(await runs.titles(id), ["Found"]);
  assert.equal((await runs.assessment(id)).status, "complete");
}

// From start to end.

test("an_assessment_goes_through_every_status_in_order", async () => {
  const { id, run, created } = await runs.start("every status");
  assert.equal(created.json.status, "created");
  assert.equal(created.json.initiated_at, null);
  assert.equal(created.json.score_percent, null);
  const seen = ["created"];
  await until("the end of the assessment", async () => {
    const { status } = await runs.assessment(id);
    if (status !== seen.at(-1)) seen.push(status);
    return status === "complete";
  });
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
  const { run } = await runs.start("event");
  for (const answer of [await runs.get(run), await runs.get(idOf("cbwr", "nobody"))]) {
    assert.equal(answer.headers.get("x-test-d1-round-trips"), "1");
  }
  const sent = await runs.send(run, { name: "go" });
  assert.equal(sent.headers.get("x-test-d1-round-trips"), "2");
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

// Events.

test("an_event_is_answered_202_and_lets_the_run_go_on", async () => {
  const started = await runs.start("event");
  await runs.reached(started.run, 1);
  const answer = await runs.send(started.run, { name: "go", payload: { a: 1 } });
  assert.equal(answer.status, 202, answer.text);
  assert.deepEqual(Object.keys(answer.json), ["workflow_run_id", "name", "received_at"]);
  assert.equal(answer.json.workflow_run_id, started.run);
  assert.equal(answer.json.name, "go");
  assert.ok(Number.isInteger(answer.json.received_at));
  assert.equal(answer.headers.get("idempotent-replayed"), null);
  await completedOnce(started);
});

test("an_event_that_comes_before_its_wait_is_kept", async () => {
  const { run } = await runs.start("later event");
  assert.equal((await runs.send(run, { name: "go" })).status, 202);
  const [kept] = await eventRows(run);
  assert.equal(kept.taken_by, null);
  assert.equal((await runs.ended(run)).status, "completed");
  assert.deepEqual(
    (await eventRows(run)).map(({ taken_by }) => taken_by),
    [1],
  );
});

test("two_events_serve_two_waits_in_order_and_one_serves_one", async () => {
  const { run } = await runs.start("two events");
  await runs.reached(run, 0);
  assert.equal((await runs.send(run, { name: "go", payload: "first" })).status, 202);
  await runs.reached(run, 1);
  assert.deepEqual(await eventRows(run), [{ name: "go", payload: '"first"', taken_by: 0 }]);
  // However often it is woken, it waits for an event of its own.
  await runs.overdue(run);
  await api.scheduled();
  assert.deepEqual(outcomes(await runs.run(run)), ["success", null]);
  assert.equal((await runs.send(run, { name: "go", payload: "second" })).status, 202);
  assert.equal((await runs.ended(run)).status, "completed");
  const taken = (await eventRows(run)).map(({ payload, taken_by }) => [payload, taken_by]);
  assert.deepEqual(taken, [
    ['"first"', 0],
    ['"second"', 1],
  ]);
});

test("an_event_of_a_later_step_is_kept_and_changes_nothing_yet", async () => {
  const { run } = await runs.start("named");
  await runs.reached(run, 0);
  for (const name of ["go", "z"]) {
    assert.equal((await runs.send(run, { name })).status, 202);
  }
  await runs.overdue(run);
  await api.scheduled();
  assert.deepEqual(outcomes(await runs.run(run)), [null]);
  for (const name of ["a.b-c_D9", "hold", "x".repeat(100)]) {
    assert.equal((await runs.send(run, { name })).status, 202);
  }
  assert.equal((await runs.ended(run)).status, "completed");
  const taken = (await eventRows(run)).map(({ taken_by }) => taken_by);
  assert.deepEqual(taken, [4, 3, 1, 0, 2]);
});

test("a_payload_is_kept_as_sent", async () => {
  const { run } = await runs.start("named");
  await runs.reached(run, 0);
  const payload = '{"b": 1e400,\n "a":[ null, "\\u00e9 ☕"],"b":2}';
  assert.equal((await runs.send(run, `{"name":"a.b-c_D9","payload":${payload}}`)).status, 202);
  assert.equal((await runs.send(run, { name: "x".repeat(100) })).status, 202);
  assert.equal(
    (await runs.send(run, '{"name":"y","name":"z","more":1,"payload":null}')).status,
    202,
  );
  assert.deepEqual(await eventRows(run), [
    { name: "a.b-c_D9", payload, taken_by: null },
    { name: "x".repeat(100), payload: "null", taken_by: null },
    { name: "z", payload: "null", taken_by: null },
  ]);
});

test("events_for_a_run_that_has_ended_are_409", async () => {
  const completed = await runs.start("bare");
  await runs.ended(completed.run);
  const failed = await runs.start("given up");
  await runs.ended(failed.run);
  const canceled = await runs.start("event");
  await api.archive(canceled.id, { key: ORG.key });
  await api.writesNothing(async () => {
    for (const { run } of [completed, failed, canceled]) {
      for (const idempotencyKey of [undefined, "after-the-end"]) {
        const answer = await runs.send(run, { name: "go" }, { idempotencyKey });
        assert.equal(answer.status, 409, answer.text);
        assert.deepEqual(answer.json, ENDED);
      }
      // The name comes before the run, the schema before the name.
      assert.equal((await runs.send(run, { name: "a b" })).status, 400);
      assert.equal((await runs.send(run, {})).status, 422);
    }
  });
});

test("events_with_malformed_names_are_400", async () => {
  const { run } = await runs.start("no steps");
  await api.writesNothing(async () => {
    for (const name of ["", " ", "a b", "a/b", "é", "x".repeat(101), "a\n", "\u0000"]) {
      for (const id of [run, "x"]) {
        const answer = await runs.send(id, { name });
        assert.equal(answer.status, 400, answer.text);
        assert.deepEqual(Object.keys(answer.json.detail), ["error"]);
        assert.match(answer.json.detail.error, /^name: /);
      }
    }
    const { text, status } = await runs.send(run, { name: "go" }, { idempotencyKey: "two words" });
    assert.equal(status, 400, text);
    assert.match(text, /Idempotency-Key/i);
  });
});

test("events_of_another_schema_are_422", async () => {
  const { run } = await runs.start("no steps");
  const missing = { msg: "Field required", type: "missing" };
  const notAString = {
    loc: ["body", "name"],
    msg: "Input should be a valid string",
    type: "string_type",
  };
  await api.writesNothing(async () => {
    for (const [body, detail] of [
      [Buffer.from(""), [{ loc: ["body"], ...missing }]],
      ["[]", [EXPECTED_OBJECT]],
      ['[["name","go"]]', [EXPECTED_OBJECT]],
      ["null", [EXPECTED_OBJECT]],
      ['"go"', [EXPECTED_OBJECT]],
      ["{}", [{ loc: ["body", "name"], ...missing }]],
      ['{"Name":"go"}', [{ loc: ["body", "name"], ...missing }]],
      ['{"name":null}', [notAString]],
      ['{"name":7}', [notAString]],
      ['{"name":["go"]}', [notAString]],
    ]) {
      for (const id of [run, "x"]) {
        const answer = await runs.send(id, body);
        assert.equal(answer.status, 422, `${body}: ${answer.text}`);
        assert.deepEqual(answer.json, { detail });
      }
    }
    for (const body of [
      "{",
      '{"name":"go"} x',
      '{"name":"go","payload":NaN}',
      '{"name":"\\ud800"}',
    ]) {
      const answer = await runs.send(run, body);
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.json.detail[0].type, "json_invalid");
    }
    for (const contentType of ["text/plain", ""]) {
      const headers = { "content-type": contentType };
      const answer = await runs.send(run, Buffer.from('{"name":"go"}'), { headers });
      assert.deepEqual(answer.json, { detail: [EXPECTED_OBJECT] });
    }
  });
});

test("events_that_are_too_large_are_413", async () => {
  const { run } = await runs.start("no steps");
  const padded = (length) => `{"name":"go"${" ".repeat(length - 13)}}`;
  await api.writesNothing(async () => {
    for (const id of [run, "x"]) {
      const answer = await runs.send(id, padded(262_145));
      assert.equal(answer.status, 413);
      assert.deepEqual(answer.json, { detail: "Request body too large." });
    }
  });
  const waiting = await runs.start("event");
  assert.equal((await runs.send(waiting.run, padded(262_144))).status, 202);
});

test("an_idempotency_key_makes_one_event_and_replays_its_answer", async () => {
  const { run } = await runs.start("two names");
  const another = await runs.start("two names");
  await runs.reached(run, 0);
  const options = { idempotencyKey: "an-event" };
  const first = await runs.send(run, { name: "other", payload: 1 }, options);
  assert.equal(first.status, 202);
  assert.equal(first.headers.get("idempotent-replayed"), null);
  const replays = async () => {
    for (const body of [{ name: "other", payload: 1 }, { name: "go" }, "{", "x".repeat(300_000)]) {
      const replay = await runs.send(run, body, options);
      assert.equal(replay.status, 202);
      assert.equal(replay.text, first.text);
      assert.equal(replay.headers.get("idempotent-replayed"), "true");
      const isSame = body.payload === 1;
      assert.equal(replay.headers.get("idempotent-request-differs"), isSame ? null : "true");
    }
  };
  await replays();
  assert.equal((await eventRows(run)).length, 1);
  // Other runs have keys of their own, and so do creates.
  const elsewhere = await runs.send(another.run, { name: "other" }, options);
  assert.equal(elsewhere.status, 202);
  assert.equal(elsewhere.headers.get("idempotent-replayed"), null);
  assert.equal(elsewhere.json.workflow_run_id, another.run);
  const created = await api.create(ORG.body, { key: ORG.key, ...options });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get("idempotent-replayed"), null);
  // A replay outlives the run.
  assert.equal((await runs.send(run, { name: "go" })).status, 202);
  await runs.ended(run);
  await replays();
  assert.equal((await eventRows(run)).length, 2);
});

test("twenty_simultaneous_events_with_one_key_are_one", async () => {
  const { run } = await runs.start("two events");
  await runs.reached(run, 0);
  const send = () => runs.send(run, { name: "go" }, { idempotencyKey: "twenty" });
  const answers = await Promise.all(Array.from({ length: 20 }, send));
  const accepted = answers.filter(({ status }) => status === 202);
  assert.ok(accepted.length > 0);
  for (const answer of answers) {
    // Whoever waits too long for the others gets a 503, and a replay later.
    if (answer.status === 503) assert.equal((await send()).text, accepted[0].text);
    else assert.equal(answer.text, accepted[0].text);
  }
  const fresh = accepted.filter(({ headers }) => headers.get("idempotent-replayed") === null);
  assert.equal(fresh.length, 1);
  assert.equal((await eventRows(run)).length, 1);
  const waiting = await runs.reached(run, 1);
  assert.deepEqual(outcomes(waiting), ["success", null]);
});

test("simultaneous_events_without_a_key_are_each_kept", async () => {
  const { run } = await runs.start("named");
  await runs.reached(run, 0);
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  const answers = await Promise.all(
    numbers.map((payload) => runs.send(run, { name: "go", payload })),
  );
  for (const { status, text } of answers) assert.equal(status, 202, text);
  const payloads = (await eventRows(run)).map(({ payload }) => Number(payload));
  assert.deepEqual(
    payloads.sort((a, b) => a - b),
    numbers,
  );
});

test("time_is_up_for_an_event_that_does_not_come", async () => {
  const failing = await runs.start("time-out");
  const going = await runs.start("time-out, continue");
  const failed = await runs.ended(failing.run);
  assert.equal(failed.status, "failed");
  assert.deepEqual(outcomes(failed), ["failed"]);
  assert.equal(failed.steps[0].message, "No event 'go' within 1 s");
  assert.equal((await runs.assessment(failing.id)).status, "failed");
  const gone = await runs.ended(going.run);
  assert.equal(gone.status, "completed");
  assert.deepEqual(outcomes(gone), ["failed", "success"]);
  assert.equal(gone.steps[0].message, "No event 'go' within 1 s");
  assert.equal((await runs.assessment(going.id)).status, "complete");
});

test("a_report_is_applied_like_the_answer_of_a_call", async () => {
  const { id, run } = await runs.start("only a report");
  await runs.reached(run, 0);
  assert.equal((await runs.send(run, { name: "report", payload: REPORT })).status, 202);
  const ended = await runs.ended(run);
  assert.equal(ended.status, "completed");
  assert.deepEqual(
    ended.steps[0].artifacts.map(({ artifact_type, id: of, role }) => ({
      artifact_type,
      id: of,
      role,
    })),
    REPORT.artifacts,
  );
  const [artifact] = ended.steps[0].artifacts;
  assert.deepEqual(Object.keys(artifact), [
    "artifact_type",
    "id",
    "role",
    "created_at",
    "updated_at",
  ]);
  const assessment = await runs.assessment(id);
  assert.equal(assessment.status, "review_evals");
  assert.equal(assessment.score_percent, 0.83);
  assert.equal(assessment.findings_count, 2);
  assert.deepEqual(await runs.titles(id), ["First", "Second"]);
});

test("a_report_that_is_none_is_a_failure", async () => {
  const canceling = { ...REPORT, status: "canceled" };
  for (const payload of [
    null,
    "fine",
    [],
    ["review_evals", 0.5],
    { score_percent: "1" },
    canceling,
  ]) {
    const { id, run } = await runs.start("report");
    assert.equal((await runs.send(run, { name: "report", payload })).status, 202);
    const ended = await runs.ended(run);
    assert.equal(ended.status, "failed", JSON.stringify(payload));
    assert.deepEqual(outcomes(ended), ["failed"]);
    assert.ok(ended.steps[0].message);
    const assessment = await runs.assessment(id);
    assert.equal(assessment.status, "failed");
    assert.equal(assessment.findings_count, 0);
  }
  const { run } = await runs.start("report, continue");
  assert.equal((await runs.send(run, { name: "report", payload: 7 })).status, 202);
  const ended = await runs.ended(run);
  assert.equal(ended.status, "completed");
  assert.deepEqual(outcomes(ended), ["failed", "success"]);
});

test("a_wait_of_a_day_outlives_the_sweeps_of_a_day", async () => {
  const started = await runs.start("long");
  await runs.reached(started.run, 1);
  for (let minute = 0; minute < 205; minute++) {
    // A minute passes, as far as the sweep can tell.
    await execute("UPDATE workflow_runs SET due_at = due_at - 60 WHERE id = ?1", started.run);
    await api.scheduled();
  }
  assert.deepEqual(outcomes(await runs.run(started.run)), ["success", null]);
  assert.equal((await runs.send(started.run, { name: "go" })).status, 202);
  await completedOnce(started);
});

test("wakes_that_came_too_early_do_not_use_up_a_later_wait", async () => {
  const { run } = await runs.start("long, later");
  await runs.reached(run, 0);
  // As many as the sweeps of a few hours send to a run that an early event made due.
  const instance = await api.env.WORKFLOWS.get(run);
  for (let n = 0; n < 205; n++) await instance.sendEvent({ type: "wake", payload: null });
  await until("the wait for the event", async () => (await runs.run(run)).steps.length > 1);
  // The engine hands out what it has kept; then all is quiet.
  const outcome = async () => {
    const { steps } = await runs.run(run);
    return steps[1].status;
  };
  await assert.rejects(
    until("a time-out long before its time", outcome, { bound: 6_000, every: 100 }),
    /in vain waited/,
  );
  assert.equal((await runs.send(run, { name: "go" })).status, 202);
  assert.equal((await runs.ended(run)).status, "completed");
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

// Definitions and their versions.

test("a_run_keeps_the_version_that_it_began_with", async () => {
  const first = await runs.start("changing");
  await runs.reached(first.run, 1);
  const versions = async () => {
    const sql = "SELECT version FROM workflow_versions WHERE definition_id = ?1 ORDER BY version";
    return (await api.rows(sql, definitionOf("changing").id)).map(({ version }) => version);
  };
  assert.deepEqual(await versions(), [1]);
  // The same again makes no new version, nor does a new name or switch.
  await api.load({ orgs: [ORG.data] });
  assert.deepEqual(await versions(), [1]);

  const changed = workflow("workflows", "changing", [
    ["begin_assessment", {}, "Begin anew"],
    ["fail_assessment", { message: "The new version" }],
  ]);
  await api.load({ orgs: [{ ...ORG.data, workflows: [changed] }] });
  assert.deepEqual(await versions(), [1, 2]);
  const next = await runs.start("changing");
  const ended = await runs.ended(next.run);
  assert.equal(ended.status, "failed");
  assert.equal(ended.steps[0].component_name, "Begin anew");
  assert.equal(ended.steps[1].message, "The new version");

  // Even if the engine loses the first run and begins it anew.
  await (await api.env.WORKFLOWS.get(first.run)).terminate();
  await runs.overdue(first.run);
  await api.scheduled();
  await runs.send(first.run, { name: "go" });
  await completedOnce(first);
  await api.load({ orgs: [{ ...ORG.data, workflows: [changed] }] });
  assert.deepEqual(await versions(), [1, 2]);
});

test("the_demo_has_workflows_that_pass_the_import", async () => {
  const names = DEMO_WITH_STEPS.orgs.flatMap(({ workflows = [] }) =>
    workflows.filter(({ steps }) => steps?.length > 0).map(({ name }) => name),
  );
  assert.ok(names.includes("annual-reassessment-flow"));
  await api.load(DEMO_WITH_STEPS);
  const answer = await api.send("GET", "/v1/utils/authtest", { key: KEYS.harbor });
  assert.equal(answer.status, 200);
});

test("what_is_wrong_with_a_workflow_is_told_with_its_place", async () => {
  const flow = (name, steps, more) => workflow("faults", name, steps, more);
  const url = "https://analyser.example/";
  const secret = "not so long";
  const cases = [
    [
      flow(
        "many",
        Array.from({ length: 51 }, () => second),
      ),
      "",
      /"steps" has more than 50 entries/,
    ],
    [flow("terminal", [update("complete")]), "/steps/0", /status complete ends an assessment/],
    [
      flow("canceled", [second, update("canceled")]),
      "/steps/1",
      /status canceled ends an assessment/,
    ],
    [flow("zero", [["wait", { seconds: 0 }]]), "/steps/0", /seconds must be from 1 to 31536000/],
    [flow("negative", [["wait", { seconds: -1 }]]), "/steps/0", /./],
    [flow("text", [["wait", { seconds: "5" }]]), "/steps/0", /./],
    [flow("list", [["wait", [5]]]), "/steps/0", /./],
    [flow("absent", [["wait"]]), "/steps/0", /missing field `seconds`/],
    [flow("unknown action", [["explode", {}]]), "/steps/0", /unknown variant `explode`/],
    [flow("unknown", [["wait", { seconds: 1, hours: 2 }]]), "/steps/0", /unknown field `hours`/],
    [flow("superfluous", [["begin_assessment", { at: 1 }]]), "/steps/0", /unknown field `at`/],
    [flow("not last", [DONE, second]), "/steps/0", /ends the run, so it must be the last step/],
    [flow("event name", [event("a b")]), "/steps/0", /letters, digits/],
    [
      flow("time-out", [event("go", { timeout_seconds: 0 })]),
      "/steps/0",
      /timeout_seconds must be/,
    ],
    [
      flow("on time-out", [event("go", { on_timeout: "stop" })]),
      "/steps/0",
      /unknown variant `stop`/,
    ],
    [flow("retries", [["call", { url, retries: 11 }]]), "/steps/0", /retries must be from 0 to 10/],
    [flow("no url", [["call", { url: "analyser" }]]), "/steps/0", /url: not a URL/],
    [flow("score", [["complete_assessment", { score_percent: "1" }]]), "/steps/0", /./],
    [
      flow("title", [["complete_assessment", { findings: [{ title: "" }] }]]),
      "/steps/0",
      /title must/,
    ],
    [flow("short", [["call", { url }]], { signing_secret: secret }), "/signing_secret", /32 bytes/],
  ];
  const twice = flow("twice", [second, second]);
  twice.steps[1].id = twice.steps[0].id;
  cases.push([twice, "/steps/1", /stands in the file twice/]);
  const odd = flow("odd", [second]);
  odd.steps[0].id = idOf("cbwd", "odd");
  odd.steps[0].surprise = true;
  cases.push([odd, "/steps/0", /./]);

  const { data } = makeOrg("faults", { workflows: cases.map(([faulty]) => faulty) });
  await inTemporaryFolder((folder) => {
    const file = join(folder, "faults.json");
    writeFileSync(file, JSON.stringify({ orgs: [data] }));
    let told = "";
    try {
      const out = join(folder, "out.sql");
      execFileSync(XTASK, ["import", file, "--sql", out], { stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      told = `${error.stdout}${error.stderr}`;
    }
    const missed = cases.filter(([, place, message], index) => {
      const at = `/orgs/0/workflows/${index}${place}`;
      const lines = told
        .split("\n")
        .filter((line) => line.includes(`${at}:`) || line.includes(`${at}/`));
      return !lines.some((line) => message.test(line));
    });
    assert.deepEqual(
      missed.map(([{ name }, place]) => `${name} at ${place}`),
      [],
      told,
    );
    assert.match(told, /faults in the file; nothing was imported/);
    assert.ok(!told.includes(secret), "a secret is never repeated");
  });
});

test("an_imported_assessment_has_no_run_and_needs_none", async () => {
  const org = makeOrg("workflows, imported");
  const assessment = makeAssessment("workflows, imported", org.vendor);
  await api.load({ orgs: [{ ...org.data, assessments: [assessment] }] });
  await api.scheduled();
  const answer = await api.retrieve(assessment.id, { key: org.key });
  assert.equal(answer.json.status, "created");
});
