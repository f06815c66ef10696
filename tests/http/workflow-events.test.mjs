// Which events of a run are kept, how many, and for how long (13).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dashboardOf } from "./dashboard-support.mjs";
import { idOf, startApi } from "./harness.mjs";
import { orgWithWorkflows, outcomes, runsOf, until } from "./workflow-support.mjs";

const ENDED = { detail: { code: "workflow_run_ended", message: "Workflow run has ended." } };
const notExpected = (name) => ({
  detail: { code: "event_not_expected", message: `No step of this run waits for '${name}'.` },
});
/** Untaken events of one name of one run that are kept. */
const MOST = 100;
const DAY = 86_400;
const DONE = ["complete_assessment", { findings: [{ title: "Found" }] }];
const event = (name, more = {}) => [
  "wait_for_event",
  { event: name, timeout_seconds: 3600, ...more },
];
const FLOWS = {
  "no steps": undefined,
  held: [event("hold"), event("go"), event("go"), DONE],
  "two names": [event("hold"), event("first"), event("second"), DONE],
  soon: [["wait", { seconds: 2 }], ["wait", { seconds: 2 }], event("go"), event("hold"), DONE],
  far: [["wait", { seconds: 1_000 }], ["wait", { seconds: 2_000 }], event("go")],
  reports: [
    event("go"),
    event("report", { applies_report: true, timeout_seconds: 60 }),
    ["wait", { seconds: 3600 }],
  ],
  bare: [["begin_assessment"]],
};
const ORG = orgWithWorkflows("workflow events", FLOWS);

let api;
let runs;
before(async () => {
  const vars = { ENVIRONMENT: "development" };
  api = await startApi({ data: { orgs: [ORG.data] }, faulty: true, vars });
  runs = runsOf(api, ORG);
});
after(() => api.close());

const execute = (sql, ...values) =>
  api.env.DB.prepare(sql)
    .bind(...values)
    .run();
const countOf = async (table, run) => {
  const [{ n }] = await api.rows(`SELECT count(*) AS n FROM ${table} WHERE run_id = ?1`, run);
  return n;
};

/** Events in the database as if they had been sent, none of them taken. */
const insertEvents = (run, name, count) =>
  execute(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?4)
     INSERT INTO workflow_events (org_id, run_id, sequence, name, payload, received_at)
     SELECT ?1, ?2, i + coalesce((SELECT max(sequence) FROM workflow_events WHERE org_id = ?1 AND run_id = ?2), 0),
       ?3, 'null', 1 FROM n`,
    ORG.id,
    run,
    name,
    count,
  );

/** A run whose first step, of which only time or an event is the end, has begun. */
async function held(name) {
  const started = await runs.start(name);
  await runs.reached(started.run, 0);
  return started;
}

test("an_event_that_no_step_waits_for_is_409_and_leaves_nothing", async () => {
  const { run } = await held("held");
  await api.writesNothing(async () => {
    for (const name of ["other", "Go", "go.", "wake-0", "nudge"]) {
      for (const idempotencyKey of [undefined, "not-expected"]) {
        const answer = await runs.send(run, { name }, { idempotencyKey });
        assert.equal(answer.status, 409, answer.text);
        assert.deepEqual(answer.json, notExpected(name));
        assert.equal(answer.headers.get("retry-after"), null);
      }
    }
  });
  // The refusals left the key free.
  const kept = await runs.send(run, { name: "go" }, { idempotencyKey: "not-expected" });
  assert.equal(kept.status, 202);
  assert.equal(kept.headers.get("idempotent-replayed"), null);
});

test("an_event_for_a_run_that_nobody_executes_here_is_409_and_leaves_nothing", async () => {
  const { run } = await runs.start("no steps");
  await api.writesNothing(async () => {
    const answer = await runs.send(run, { name: "go" }, { idempotencyKey: "nobody" });
    assert.equal(answer.status, 409, answer.text);
    assert.deepEqual(answer.json, notExpected("go"));
  });
});

test("what_a_run_waits_for_is_told_with_its_deadline_until_it_came", async () => {
  const { id, run } = await runs.start("reports");
  const told = async () => {
    const shown = await dashboardOf(api, ORG.key).get(`assessments/${id}`);
    return shown.runs.map(({ awaited_event: awaited }) => awaited);
  };
  const componentAt = async (position) => (await runs.run(run)).steps[position].component_id;
  for (const [position, name, applies, seconds, payload] of /** @type {const} */ ([
    [0, "go", false, 3600, null],
    [1, "report", true, 60, {}],
  ])) {
    await runs.reached(run, position);
    const [awaited] = await told();
    const { deadline, ...rest } = awaited;
    const component_id = await componentAt(position);
    assert.deepEqual(rest, { name, component_id, applies_report: applies });
    const left = deadline - Date.now() / 1000;
    assert.ok(left <= seconds && left > seconds - 50, `${left} s of ${seconds}`);
    assert.equal((await runs.send(run, { name, payload })).status, 202);
  }
  // A step that waits for time alone waits for no event.
  await runs.reached(run, 2);
  assert.deepEqual(await told(), [null]);
  assert.equal((await api.archive(id, { key: ORG.key })).status, 200);
  assert.deepEqual(await told(), [null]);
});

test("schema_name_run_end_and_expectation_are_judged_in_that_order", async () => {
  const { run } = await held("held");
  const ended = await runs.start("bare");
  await runs.ended(ended.run);
  const statusOf = async (id, body) => (await runs.send(id, body)).status;
  assert.equal(await statusOf(run, "{"), 422);
  assert.equal(await statusOf(run, { name: "a b" }), 400);
  assert.equal(await statusOf(idOf("cbwr", "nobody"), { name: "other" }), 404);
  const answer = await runs.send(ended.run, { name: "other" });
  assert.equal(answer.status, 409);
  assert.deepEqual(answer.json, ENDED);
});

test("a_hundred_untaken_events_of_a_name_are_kept_and_the_next_is_429", async () => {
  const { run } = await held("two names");
  await insertEvents(run, "first", MOST - 1);
  assert.equal((await runs.send(run, { name: "first" })).status, 202);
  await api.writesNothing(async () => {
    for (const idempotencyKey of [undefined, "one-too-many"]) {
      const answer = await runs.send(run, { name: "first" }, { idempotencyKey });
      assert.equal(answer.status, 429, answer.text);
      assert.deepEqual(answer.json, { detail: "Too many requests." });
      assert.match(answer.headers.get("retry-after"), /^[1-9]\d*$/);
    }
  });
  // Names and runs are counted apart.
  assert.equal((await runs.send(run, { name: "second" })).status, 202);
  assert.equal((await runs.send(run, { name: "hold" })).status, 202);
  const another = await held("two names");
  assert.equal((await runs.send(another.run, { name: "first" })).status, 202);
});

test("simultaneous_events_do_not_pass_the_limit_together", async () => {
  const { run } = await held("two names");
  await insertEvents(run, "first", MOST - 5);
  const send = () => runs.send(run, { name: "first" });
  const answers = await Promise.all(Array.from({ length: 20 }, send));
  const kept = answers.filter(({ status }) => status === 202).length;
  assert.ok(answers.every(({ status }) => [202, 429, 503].includes(status)));
  assert.ok(kept <= 5, `${kept} kept`);
  assert.equal(await countOf("workflow_events", run), MOST - 5 + kept);
});

test("events_that_were_taken_do_not_count", async () => {
  const { run } = await held("held");
  await insertEvents(run, "go", MOST);
  assert.equal((await runs.send(run, { name: "go" })).status, 429);
  assert.equal((await runs.send(run, { name: "hold" })).status, 202);
  // Both waits take one each, and the run ends.
  assert.equal((await runs.ended(run)).status, "completed");
  const another = await held("two names");
  await insertEvents(another.run, "first", MOST);
  assert.equal((await runs.send(another.run, { name: "hold" })).status, 202);
  await runs.reached(another.run, 2);
  assert.equal((await runs.send(another.run, { name: "first" })).status, 202);
  assert.equal((await runs.send(another.run, { name: "first" })).status, 429);
});

test("unwanted_events_never_keep_the_wanted_one_out", async () => {
  const { id, run } = await held("two names");
  for (const name of ["first", "unwanted"]) await insertEvents(run, name, 1_000);
  for (const name of ["hold", "second"]) {
    assert.equal((await runs.send(run, { name })).status, 202, name);
  }
  assert.equal((await runs.ended(run)).status, "completed");
  assert.deepEqual(await runs.titles(id), ["Found"]);
});

test("an_event_that_a_step_waits_for_now_is_kept_though_the_engine_has_not_looked_yet", async () => {
  const { run } = await held("held");
  // The engine was not told of these, as if it were away.
  await insertEvents(run, "hold", MOST);
  assert.equal((await runs.send(run, { name: "hold" })).status, 202);
  await runs.reached(run, 1);
  const [{ taken }] = await api.rows(
    "SELECT count(*) AS taken FROM workflow_events WHERE run_id = ?1 AND taken_by = 0",
    run,
  );
  assert.equal(taken, 1);
  assert.equal((await runs.send(run, { name: "hold" })).status, 429);
});

test("retry_after_tells_by_when_a_step_will_have_taken_one", async () => {
  const told = async (run, name) => {
    await insertEvents(run, name, MOST);
    const refused = await runs.send(run, { name });
    assert.equal(refused.status, 429);
    return Number(refused.headers.get("retry-after"));
  };
  // Of a run that the engine is not told of yet, both waits of two seconds lie ahead, and
  // times are whole seconds.
  const { run } = await runs.start("no steps");
  const { id: soon } = ORG.data.workflows.find(({ name }) => name === "soon") ?? assert.fail();
  const sql = "UPDATE workflow_runs SET definition_id = ?1, version = 1, due_at = 1 WHERE id = ?2";
  await execute(sql, soon, run);
  assert.equal(await told(run, "go"), 5);
  await api.scheduled();
  await runs.reached(run, 3);
  assert.equal((await runs.send(run, { name: "go" })).status, 202);
  // Of a wait that has begun, what is left of it counts.
  const far = await held("far");
  const seconds = await told(far.run, "go");
  assert.ok(seconds > 2_900 && seconds <= 3_001, `${seconds}`);
  // Behind a wait of an hour nothing is taken sooner for sure.
  const waiting = await held("two names");
  const later = await told(waiting.run, "first");
  assert.ok(later > 3_500 && later <= 3_601, `${later}`);
});

// Purges.

/** A run that has steps and events and ended `days` ago. */
async function endedAgo(days) {
  const started = await held("held");
  await insertEvents(started.run, "go", 30);
  assert.equal((await runs.send(started.run, { name: "hold" })).status, 202);
  await runs.ended(started.run);
  const at = Math.floor(Date.now() / 1000) - days * DAY;
  await execute("UPDATE workflow_runs SET completed_at = ?1 WHERE id = ?2", at, started.run);
  return started;
}

test("events_and_steps_of_a_run_are_purged_400_days_after_its_end_and_no_day_sooner", async () => {
  const old = await endedAgo(401);
  const young = await endedAgo(399);
  const open = await held("held");
  await insertEvents(open.run, "go", 3);
  await execute("UPDATE workflow_runs SET started_at = 1 WHERE id = ?1", open.run);
  const before = await Promise.all([young, open].map((started) => runs.both(started)));
  const assessment = await api.retrieve(old.id, { key: ORG.key });
  const events = await countOf("workflow_events", young.run);
  assert.ok(events > 0);
  await api.scheduled();
  await until("the purge", async () => (await countOf("workflow_run_steps", old.run)) === 0);
  assert.equal(await countOf("workflow_events", old.run), 0);
  // The run and its assessment stay.
  const run = await runs.run(old.run);
  assert.equal(run.status, "completed");
  assert.deepEqual(run.steps, []);
  assert.equal((await api.retrieve(old.id, { key: ORG.key })).text, assessment.text);
  assert.equal((await runs.send(old.run, { name: "go" })).status, 409);
  // All others as they were.
  assert.deepEqual(await Promise.all([young, open].map((started) => runs.both(started))), before);
  assert.equal(await countOf("workflow_events", young.run), events);
  assert.equal(await countOf("workflow_events", open.run), 3);
  assert.deepEqual(outcomes(await runs.run(young.run)), [
    "success",
    "success",
    "success",
    "success",
  ]);
  await api.scheduled();
  assert.deepEqual((await runs.run(old.run)).steps, []);
});

test("a_purge_of_more_than_a_batch_goes_on_until_nothing_is_left", async () => {
  const old = await endedAgo(500);
  await insertEvents(old.run, "go", 1_200);
  await api.scheduled();
  await until("the purge", async () => (await countOf("workflow_events", old.run)) === 0);
  assert.equal(await countOf("workflow_run_steps", old.run), 0);
});

test("a_purge_finds_the_runs_that_are_due_by_an_index", async () => {
  const plan = await api.rows(
    `EXPLAIN QUERY PLAN SELECT org_id, id FROM workflow_runs
     WHERE completed_at <= 1 AND purged_at IS NULL ORDER BY completed_at LIMIT 500`,
  );
  const details = plan.map(({ detail }) => detail).join("\n");
  assert.match(details, /USING (COVERING )?INDEX workflow_runs_to_purge/);
  assert.doesNotMatch(details, /SCAN|TEMP B-TREE/);
});

for (const [given, days] of /** @type {[string | number, number][]} */ ([
  [7, 7],
  ["7", 7],
  ["soon", 400],
  [0, 400],
])) {
  test(`events_are_kept_${days}_days_if_the_deployment_says_${JSON.stringify(given)}`, async () => {
    const vars = { RUN_RETENTION_DAYS: given };
    const configured = await startApi({ data: { orgs: [ORG.data] }, vars });
    try {
      const theirs = runsOf(configured, ORG);
      const started = await theirs.start("bare");
      await theirs.ended(started.run);
      const age = async (ago) => {
        const at = Math.floor(Date.now() / 1000) - ago * DAY;
        const sql = "UPDATE workflow_runs SET completed_at = ?1 WHERE id = ?2";
        await configured.env.DB.prepare(sql).bind(at, started.run).run();
        await configured.scheduled();
        return (await theirs.run(started.run)).steps.length;
      };
      assert.equal(await age(days - 1), 1);
      assert.equal(await age(days + 1), 0);
    } finally {
      await configured.close();
    }
  });
}
