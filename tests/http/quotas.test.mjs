// What one organization may have of what it shares with its neighbours: workflow
// runs that go on, and bytes of events that are kept.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { linesWith } from "./audit-support.mjs";
import { startApi } from "./harness.mjs";
import { orgWithWorkflows, runsOf, until, workflow } from "./workflow-support.mjs";

const MAX_UNFINISHED_RUNS = 5;
const MAX_EVENT_BYTES = 10_000;
const TOO_MANY = { detail: "Too many requests." };
const WAIT = ["wait_for_event", { event: "go", timeout_seconds: 3600 }];
const FLOWS = {
  waits: [WAIT, ["wait_for_event", { event: "later", timeout_seconds: 3600 }]],
  "no steps": undefined,
};
const makeOrgOf = (seed) => orgWithWorkflows(`quotas, ${seed}`, FLOWS);

let api;
before(async () => {
  const vars = { ENVIRONMENT: "development", MAX_UNFINISHED_RUNS, MAX_EVENT_BYTES };
  api = await startApi({ data: { orgs: [] }, faulty: true, vars });
});
after(() => api?.close());

/** An organization of its own, and what to do with its runs. */
async function freshOrg(seed) {
  const org = makeOrgOf(seed);
  await api.load({ orgs: [org.data] });
  const runs = runsOf(api, org);
  const create = (name = "waits", options = {}) =>
    api.create({ ...org.body, trigger_workflow: name }, { key: org.key, ...options });
  /** The same; done once the engine has begun the run, so that it writes no more. */
  const start = async () => {
    const answer = await create();
    assert.equal(answer.status, 201, answer.text);
    await runs.reached(answer.json.workflow_run_id, 0);
  };
  const usage = async () => {
    const rows = await api.rows("SELECT * FROM organization_usage WHERE org_id = ?", org.id);
    assert.equal(rows.length, 1);
    return rows[0];
  };
  return { ...org, create, start, usage, runs };
}

/** What the counters of an organization should say, counted. */
async function counted({ id }) {
  const [row] = await api.rows(
    `SELECT
       (SELECT count(*) FROM workflow_runs
        WHERE org_id = ?1 AND status = 'started' AND version IS NOT NULL) AS unfinished_runs,
       (SELECT coalesce(sum(length(CAST(payload AS BLOB))), 0) FROM workflow_events
        WHERE org_id = ?1 AND taken_by IS NULL) AS event_bytes`,
    id,
  );
  return { org_id: id, ...row };
}

function isTooMany(answer) {
  assert.equal(answer.status, 429, answer.text);
  assert.deepEqual(answer.json, TOO_MANY);
  assert.match(answer.headers.get("retry-after"), /^[1-9]\d*$/);
}

test("a_run_too_many_is_429_and_nothing_is_created", async () => {
  const org = await freshOrg("one after the other");
  for (let run = 0; run < MAX_UNFINISHED_RUNS; run++) await org.start();
  const idempotencyKey = crypto.randomUUID();
  const refused = await api.writesNothing(() => org.create("waits", { idempotencyKey }));
  isTooMany(refused);
  // There was room when the isolate saw last, so it takes a look to see that there is none.
  assert.equal(refused.headers.get("x-test-d1-round-trips"), "2");
  const again = await org.create("waits", { idempotencyKey });
  isTooMany(again);
  assert.equal(again.headers.get("x-test-d1-round-trips"), "1");
  // Another organization is not concerned, nor is a create that starts no run here.
  const neighbour = await freshOrg("neighbour");
  await neighbour.start();
  assert.equal((await api.create(org.body, { key: org.key })).status, 201);
  assert.equal((await org.create("no steps")).status, 201);
  // What is wrong with the request itself is told first: to repeat it is no use.
  assert.equal((await org.create("nothing")).status, 404);
  const bad = { ...org.body, vendor_id: "x", trigger_workflow: "waits" };
  assert.equal((await api.create(bad, { key: org.key })).status, 400);
  // Once a run has ended there is room for one, and the key was left free.
  const [{ id }] = await api.rows(
    "SELECT assessment_id AS id FROM workflow_runs WHERE org_id = ? AND status = 'started' AND version IS NOT NULL LIMIT 1",
    org.id,
  );
  assert.equal((await api.archive(id, { key: org.key })).status, 200);
  const created = await org.create("waits", { idempotencyKey });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get("idempotent-replayed"), null);
  isTooMany(await org.create());
  // A replay starts nothing.
  const replay = await org.create("waits", { idempotencyKey });
  assert.equal(replay.status, 201);
  assert.equal(replay.headers.get("idempotent-replayed"), "true");
  assert.deepEqual(await org.usage(), await counted(org));
});

test("thirty_two_simultaneous_creates_start_exactly_as_many_runs_as_there_is_room_for", async () => {
  for (const [round, had] of [0, 3].entries()) {
    const org = await freshOrg(`at once ${round}`);
    for (let run = 0; run < had; run++) await org.start();
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, number) =>
        org.create("waits", number % 2 ? { idempotencyKey: crypto.randomUUID() } : {}),
      ),
    );
    const created = answers.filter(({ status }) => status === 201);
    assert.equal(created.length, MAX_UNFINISHED_RUNS - had);
    answers.filter(({ status }) => status !== 201).forEach(isTooMany);
    for (const { json } of created) await org.runs.reached(json.workflow_run_id, 0);
    const usage = await org.usage();
    assert.equal(usage.unfinished_runs, MAX_UNFINISHED_RUNS);
    assert.deepEqual(usage, await counted(org));
    const [{ n }] = await api.rows(
      "SELECT count(*) AS n FROM assessments WHERE org_id = ?",
      org.id,
    );
    assert.equal(n, MAX_UNFINISHED_RUNS);
  }
});

test("a_run_that_ends_by_itself_makes_room", async () => {
  const org = await freshOrg("ends");
  const { run } = await org.runs.start("waits");
  assert.equal((await org.usage()).unfinished_runs, 1);
  await org.runs.reached(run, 0);
  for (const name of ["go", "later"]) {
    assert.equal((await org.runs.send(run, { name })).status, 202);
  }
  await until("the end of the run", async () => (await org.usage()).unfinished_runs === 0);
  assert.deepEqual(await org.usage(), await counted(org));
});

test("a_new_organization_and_a_new_version_of_a_workflow_leave_the_counters_right", async () => {
  const org = await freshOrg("imported");
  assert.deepEqual(await org.usage(), { org_id: org.id, unfinished_runs: 0, event_bytes: 0 });
  await org.start();
  const changed = workflow("quotas, imported", "waits", [WAIT]);
  await api.load({ orgs: [{ ...org.data, workflows: [changed] }] });
  assert.equal((await org.usage()).unfinished_runs, 1);
});

/** A run that waits for `go`, with its organization. */
async function waiting(seed) {
  const org = await freshOrg(seed);
  const { run } = await org.runs.start("waits");
  await org.runs.reached(run, 0);
  return { org, run };
}

const LARGE = "x".repeat(MAX_EVENT_BYTES);

test("events_of_an_organization_are_kept_up_to_a_number_of_bytes", async () => {
  const { org, run } = await waiting("events");
  const other = await org.runs.start("waits");
  await org.runs.reached(other.run, 0);
  assert.equal((await org.runs.send(run, { name: "later", payload: LARGE })).status, 202);
  assert.ok((await org.usage()).event_bytes > MAX_EVENT_BYTES);
  // No run of it keeps another, whatever its size,
  const send = (to, name, options) => org.runs.send(to, { name }, options);
  const idempotencyKey = crypto.randomUUID();
  for (const to of [run, other.run]) {
    isTooMany(await api.writesNothing(() => send(to, "later", { idempotencyKey })));
  }
  // but for what a step waits for now,
  assert.equal((await send(other.run, "go")).status, 202);
  await org.runs.reached(other.run, 1);
  // and a neighbour has room.
  const neighbour = await waiting("neighbour of events");
  assert.equal((await neighbour.org.runs.send(neighbour.run, { name: "later" })).status, 202);
  assert.deepEqual(await org.usage(), await counted(org));
  // So do events that were taken (13), as the one that a step waited for.
  const room = async () => (await org.usage()).event_bytes;
  const before = await room();
  await api.rows(
    "UPDATE workflow_events SET taken_by = 0 WHERE org_id = ? AND run_id = ?",
    org.id,
    run,
  );
  assert.ok((await room()) < before);
  assert.deepEqual(await org.usage(), await counted(org));
  await api.rows("UPDATE workflow_events SET taken_by = NULL WHERE run_id = ?", run);
  await api.rows(
    "UPDATE organization_usage SET event_bytes = ? WHERE org_id = ?",
    (await counted(org)).event_bytes,
    org.id,
  );
  // Events that are deleted make room again.
  await api.rows("DELETE FROM workflow_events WHERE org_id = ? AND run_id = ?", org.id, run);
  assert.deepEqual(await org.usage(), await counted(org));
  assert.equal((await send(run, "later", { idempotencyKey })).status, 202);
});

test("sixteen_simultaneous_events_at_the_boundary_leave_one_kept", async () => {
  const { org, run } = await waiting("events at once");
  const answers = await Promise.all(
    Array.from({ length: 16 }, () => org.runs.send(run, { name: "later", payload: LARGE })),
  );
  const kept = answers.filter(({ status }) => status === 202);
  assert.equal(kept.length, 1);
  answers.filter(({ status }) => status !== 202).forEach(isTooMany);
  assert.deepEqual(await org.usage(), await counted(org));
});

for (const [setting, value] of /** @type {const} */ ([
  ["MAX_UNFINISHED_RUNS", "many"],
  ["MAX_UNFINISHED_RUNS", 0],
])) {
  test(`${setting}_of_${value}_counts_as_none_and_is_told_in_the_log`, async () => {
    const odd = await startApi({ data: { orgs: [] }, vars: { [setting]: value } });
    try {
      const org = orgWithWorkflows("quotas, odd", FLOWS);
      await odd.load({ orgs: [org.data] });
      const body = { ...org.body, trigger_workflow: "waits" };
      assert.equal((await odd.create(body, { key: org.key })).status, 201);
      await linesWith(odd, [setting]);
    } finally {
      await odd.close();
    }
  });
}
