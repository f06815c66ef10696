// What an import does to a database that is in use, statement by statement as
// `cargo xtask import` would send them.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { idOf, makeAssessment, makeOrg, mintKey, startApi } from "./harness.mjs";
import { orgWithWorkflows, outcomes, runsOf } from "./workflow-support.mjs";

let api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

const load = (...orgs) => api.load({ orgs });
const refused = (promise) => assert.rejects(promise, /SQLITE_CONSTRAINT/);

test("what_belongs_to_an_assessment_is_not_added_to_one_that_is_there", async () => {
  const org = makeOrg("existing");
  const assessment = makeAssessment("existing", org.vendor, { findings: [idOf("cbtask", "one")] });
  await load({ ...org.data, assessments: [assessment] });
  await api.archive(assessment.id, { key: org.key });
  const before = await api.retrieve(assessment.id, { key: org.key });
  assert.equal(before.json.findings_count, 1);
  const more = {
    ...assessment,
    name: "another name",
    findings: [...assessment.findings, idOf("cbtask", "two")],
    portal: "open",
  };
  await load({ ...org.data, assessments: [more] });
  assert.equal((await api.retrieve(assessment.id, { key: org.key })).text, before.text);
  const sql = "SELECT count(*) AS n FROM findings WHERE assessment_id = ?1";
  assert.deepEqual(await api.rows(sql, assessment.id), [{ n: 1 }]);
});

const AT = 1_760_000_000;
const REVIEWED = [
  ["begin_assessment", {}, "Begin"],
  ["update_assessment", { status: "review_evals" }, "Hand over"],
  ["wait_for_event", { event: "approved", timeout_seconds: 31_536_000 }, "Review"],
  ["complete_assessment", { score_percent: 0.9 }, "Close"],
];

/** An organization whose workflow waits for a review, and its run with steps of these statuses. */
function reviewed(seed, status, statuses, more = {}) {
  const org = orgWithWorkflows(seed, { flow: REVIEWED });
  // Begun lately, so that what waits does so still.
  const now = Math.floor(Date.now() / 1000) - 1_000;
  const run = {
    id: idOf("cbwr", seed),
    workflow_id: org.data.workflows[0].id,
    status,
    started_at: now,
    ...(status !== "started" && { completed_at: now + 100 }),
    steps: statuses.map((outcome, position) => ({
      id: idOf("cbwrs", `${seed} ${position}`),
      status: outcome,
      created_at: now + 10 * position,
      updated_at: now + 10 * position + 5,
    })),
    ...more,
  };
  const assessment = makeAssessment(seed, org.vendor, { status: "review_evals", runs: [run] });
  return { org, run, assessment, data: { ...org.data, assessments: [assessment] } };
}

test("findings_come_with_titles_and_documents_are_linked", async () => {
  const org = makeOrg("titles");
  const document = idOf("cbvdoc", "titles");
  const finding = (name, more) => ({ id: idOf("cbtask", `titles ${name}`), ...more });
  const assessment = makeAssessment("titles", org.vendor, {
    supporting_document_ids: [document],
    findings: [
      finding("one", { title: "No access review" }),
      finding("two", { title: "Old penetration test", archived_at: AT }),
      finding("three").id,
    ],
  });
  const [vendor] = org.data.vendors;
  const documents = [{ id: document, name: "SOC 2.pdf" }];
  const data = { ...org.data, vendors: [{ ...vendor, documents }], assessments: [assessment] };
  await load(data);
  await load(data);
  const { json } = await api.retrieve(assessment.id, { key: org.key });
  assert.equal(json.findings_count, 2);
  const findings =
    "SELECT title, archived_at FROM findings WHERE assessment_id = ?1 ORDER BY title";
  assert.deepEqual(await api.rows(findings, assessment.id), [
    { title: null, archived_at: null },
    { title: "No access review", archived_at: null },
    { title: "Old penetration test", archived_at: AT },
  ]);
  const links = "SELECT document_id FROM document_links WHERE assessment_id = ?1";
  assert.deepEqual(await api.rows(links, assessment.id), [{ document_id: document }]);
});

test("what_comes_archived_is_as_an_archive_leaves_it", async () => {
  const org = makeOrg("comes archived");
  const [archived, live] = ["archived", "live"].map((name) =>
    makeAssessment(`comes ${name}`, org.vendor, {
      status: "review_evals",
      portal: "analyzing",
      findings: [
        { id: idOf("cbtask", `comes ${name} 1`) },
        { id: idOf("cbtask", `comes ${name} 2`), archived_at: AT + 1 },
      ],
    }),
  );
  await load({ ...org.data, assessments: [{ ...archived, archived_at: AT + 4_000 }, live] });
  const { json } = await api.archive(live.id, { key: org.key });
  const rows = async ({ id }) => {
    const by = (sql) => api.rows(sql, id);
    return JSON.stringify([
      await by(`SELECT status, status_before_archive, findings_count_at_archive, updated_at,
        archived_at, created_at FROM assessments WHERE id = ?1`),
      await by("SELECT archived_at FROM findings WHERE assessment_id = ?1 ORDER BY archived_at"),
      await by("SELECT status, status_before_archive FROM portals WHERE assessment_id = ?1"),
    ]);
  };
  // Only the time is another.
  const expected = (await rows(live)).replaceAll(String(json.archived_at), String(AT + 4_000));
  assert.equal(await rows(archived), expected);
  const repeated = await api.archive(archived.id, { key: org.key });
  assert.equal(repeated.json.archived_at, AT + 4_000);
  assert.equal(repeated.json.status, "canceled");
});

test("runs_that_have_ended_are_shown_as_they_were_and_never_go_on", async () => {
  const ended = reviewed("ended runs", "completed", ["success", "success", "failed", "success"]);
  ended.run.steps[2].message = "No event 'approved' within 31536000 s";
  ended.run.steps[1].artifacts = [{ artifact_type: "report", id: "r1", role: "output" }];
  const stopped = reviewed("stopped run", "canceled", ["success", "skipped"]);
  await load(ended.data, stopped.data);
  await api.scheduled();
  const run = await runsOf(api, ended.org).run(ended.run.id);
  const { started_at, completed_at } = ended.run;
  assert.deepEqual(
    [run.workflow_name, run.status, run.started_at, run.completed_at],
    ["flow", "completed", started_at, completed_at],
  );
  assert.deepEqual(
    run.steps.map(({ component_name, status, message }) => [component_name, status, message]),
    [
      ["Begin", "success", null],
      ["Hand over", "success", null],
      ["Review", "failed", ended.run.steps[2].message],
      ["Close", "success", null],
    ],
  );
  const at = ended.run.steps[1].updated_at;
  const artifact = { ...ended.run.steps[1].artifacts[0], created_at: at, updated_at: at };
  assert.deepEqual(run.steps[1].artifacts, [artifact]);
  assert.deepEqual(outcomes(await runsOf(api, stopped.org).run(stopped.run.id)), [
    "success",
    "skipped",
  ]);
  const sql = "SELECT sweeps FROM workflow_runs WHERE id IN (?1, ?2)";
  assert.deepEqual(await api.rows(sql, ended.run.id, stopped.run.id), [
    { sweeps: 0 },
    { sweeps: 0 },
  ]);
});

test("a_run_that_is_started_goes_on_behind_its_steps", async () => {
  const waiting = reviewed("waiting run", "started", ["success", "success", undefined]);
  const fresh = reviewed("fresh run", "started", []);
  await load(waiting.data, fresh.data);
  const usage = "SELECT unfinished_runs FROM organization_usage WHERE org_id = ?1";
  assert.deepEqual(await api.rows(usage, waiting.org.id), [{ unfinished_runs: 1 }]);
  const [before, begun] = await runsOf(api, waiting.org).both({
    id: waiting.assessment.id,
    run: waiting.run.id,
  });
  await api.scheduled();
  for (const { org, run, assessment } of [waiting, fresh]) {
    const runs = runsOf(api, org);
    await runs.reached(run.id, 2);
    if (run === waiting.run) {
      // What was settled had its effect before.
      assert.deepEqual(await runs.both({ id: assessment.id, run: run.id }), [before, begun]);
    }
    assert.equal((await runs.send(run.id, { name: "approved" })).status, 202);
    const ended = await runs.ended(run.id);
    assert.deepEqual(outcomes(ended), ["success", "success", "success", "success"]);
    const { json } = await api.retrieve(assessment.id, { key: org.key });
    assert.deepEqual([json.status, json.score_percent], ["complete", 0.9]);
    assert.deepEqual(await api.rows(usage, org.id), [{ unfinished_runs: 0 }]);
  }
});

test("an_event_that_comes_before_the_run_is_taken_up_is_not_lost", async () => {
  const { org, run, data } = reviewed("early event", "started", ["success", "success", undefined]);
  await load(data);
  assert.equal((await runsOf(api, org).send(run.id, { name: "approved" })).status, 202);
  // The event made it due later than at once.
  await runsOf(api, org).overdue(run.id);
  await api.scheduled();
  assert.equal((await runsOf(api, org).ended(run.id)).status, "completed");
});

test("runs_are_not_added_to_an_assessment_that_is_there_and_belong_to_one_only", async () => {
  const { org, run, assessment, data } = reviewed("added runs", "completed", [
    ...Array(4).fill("success"),
  ]);
  await load({ ...data, assessments: [{ ...assessment, runs: [] }] });
  await load(data);
  assert.equal((await runsOf(api, org).get(run.id)).status, 404);
  const other = makeAssessment("added runs, other", org.vendor, { runs: [run] });
  await load({ ...data, assessments: [other] });
  await load({ ...data, assessments: [other] });
  assert.equal((await runsOf(api, org).run(run.id)).status, "completed");
  const third = makeAssessment("added runs, third", org.vendor, { runs: [run] });
  await refused(load({ ...data, assessments: [third] }));
});

test("a_run_of_a_workflow_without_steps_stays_started_for_whoever_executes_it", async () => {
  const { org, run, data } = reviewed("elsewhere", "started", []);
  const [{ steps: _, ...flow }] = data.workflows;
  await load({ ...data, workflows: [flow] });
  await api.scheduled();
  const found = await runsOf(api, org).run(run.id);
  assert.deepEqual([found.status, found.steps], ["started", []]);
  const usage = "SELECT unfinished_runs FROM organization_usage WHERE org_id = ?1";
  assert.deepEqual(await api.rows(usage, org.id), [{ unfinished_runs: 0 }]);
});

test("a_key_cannot_move_to_another_organization", async () => {
  const first = makeOrg("first owner");
  const second = makeOrg("second owner");
  await load(first.data);
  const stolen = { name: "stolen", secret: first.key, role: "Service Account" };
  await refused(load({ ...second.data, api_keys: [stolen] }));
  assert.deepEqual(await api.rows("SELECT 1 FROM organizations WHERE id = ?1", second.id), []);
});

test("a_key_that_is_stated_by_its_hash_works_and_keeps_its_id", async () => {
  const org = makeOrg("hashed key");
  const id = idOf("cbkey", "hashed key");
  const hashed = {
    id,
    name: "hashed",
    secret_sha256: createHash("sha256").update(org.key).digest("hex"),
    last_four: org.key.slice(-4),
    role: "Service Account",
  };
  await load({ ...org.data, api_keys: [hashed] });
  assert.equal((await api.send("GET", "/v1/utils/authtest", { key: org.key })).status, 200);
  const stored = () => api.rows("SELECT id, name FROM api_keys WHERE org_id = ?1", org.id);
  // The same key in clear, without its id, is no other.
  await load({ ...org.data, api_keys: [{ name: "in clear", secret: org.key }] });
  assert.deepEqual(await stored(), [{ id, name: "in clear" }]);
  await assert.rejects(
    load({ ...org.data, api_keys: [{ ...hashed, id: idOf("cbkey", "another id") }] }),
    /\/orgs\/0\/api_keys\/0: "id" is not the one that the key has already, cbkey_.*SQLITE_CONSTRAINT/s,
  );
  assert.deepEqual(await stored(), [{ id, name: "in clear" }]);
});

test("external_ids_move_in_any_order_and_are_nobody_elses", async () => {
  const org = makeOrg("external ids");
  const other = makeOrg("other external ids");
  const user = (n, more) => ({
    id: idOf("cbuser", `external ${n}`),
    name: `User ${n}`,
    email: `user${n}@example.com`,
    membership: "active",
    ...more,
  });
  const stored = async () => {
    const [of] = await api.rows("SELECT external_id FROM organizations WHERE id = ?1", org.id);
    const users = await api.rows(
      "SELECT external_id FROM users WHERE org_id = ?1 ORDER BY name",
      org.id,
    );
    return [of, ...users].map(({ external_id }) => external_id);
  };
  const users = (one, two) => [user(1, one), user(2, two)];
  const [a, b] = [{ external_id: "user_a" }, { external_id: "user_b" }];
  await load({ ...org.data, external_id: "org_a", users: users(a, b) }, other.data);
  assert.deepEqual(await stored(), ["org_a", "user_a", "user_b"]);
  await load({ ...org.data, users: users(b, a) });
  assert.deepEqual(await stored(), ["org_a", "user_b", "user_a"]);
  await load({ ...org.data, users: users({ external_id: null }, {}) });
  assert.deepEqual(await stored(), ["org_a", null, "user_a"]);
  await refused(load({ ...org.data, users: [user(1, a)] }));
  await refused(load({ ...other.data, external_id: "org_a" }));
  await load(
    { ...other.data, external_id: "org_a" },
    { ...org.data, external_id: "org_b", users: [user(3, b)] },
  );
  assert.deepEqual(await stored(), ["org_b", null, "user_a", "user_b"]);
});

test("custom_fields_keep_their_order_whatever_a_later_file_mentions", async () => {
  const org = makeOrg("order of custom fields");
  const field = (name) => ({
    id: idOf("cbcfc", `order ${name}`),
    field_name: name,
    field_type: "string",
    enabled: true,
  });
  const [a, b, c, d] = ["A", "B", "C", "D"].map(field);
  await load({ ...org.data, custom_fields: [a, b, c] });
  await load({ ...org.data, custom_fields: [c] });
  await load({ ...org.data, custom_fields: [d, b] });
  const names = await api.rows(
    "SELECT field_name FROM custom_field_configs WHERE org_id = ? ORDER BY position",
    org.id,
  );
  assert.deepEqual(
    names.map(({ field_name }) => field_name),
    ["A", "B", "C", "D"],
  );
});

test("an_assessment_of_a_vendor_that_is_archived_already_is_archived", async () => {
  const org = makeOrg("archived already");
  const [vendor] = org.data.vendors;
  await load({ ...org.data, vendors: [{ ...vendor, archived: true }] });
  const assessment = makeAssessment("of an archived vendor", vendor.id);
  await load({ ...org.data, assessments: [assessment] });
  const [row] = await api.rows("SELECT archived_at FROM assessments WHERE id = ?", assessment.id);
  assert.ok(row.archived_at > 0);
});

test("labels_are_those_that_are_stored_where_the_file_states_no_options", async () => {
  const org = makeOrg("stored options");
  const field = {
    id: idOf("cbcfc", "stored options"),
    field_name: "Tier",
    field_type: "select",
    enabled: true,
  };
  await load({ ...org.data, custom_fields: [{ ...field, options: ["gold", "silver"] }] });
  const assessment = makeAssessment("with a label", org.vendor, {
    custom_fields: [{ config_id: field.id, value: "gold" }],
  });
  await load({ ...org.data, custom_fields: [field], assessments: [assessment] });
  const read = await api.retrieve(assessment.id, { key: org.key });
  assert.equal(read.json.custom_fields[0].value, "gold");
  for (const value of ["goldd", ""]) {
    const other = makeAssessment(`with the label ${value}`, org.vendor, {
      custom_fields: [{ config_id: field.id, value }],
    });
    await refused(load({ ...org.data, custom_fields: [field], assessments: [other] }));
  }
});

test("a_custom_field_keeps_its_type_and_may_change_all_else", async () => {
  const org = makeOrg("typed");
  const field = {
    id: idOf("cbcfc", "typed"),
    field_name: "Weight",
    field_type: "string",
    enabled: true,
  };
  await load({ ...org.data, custom_fields: [field] });
  await load({ ...org.data, custom_fields: [{ ...field, field_name: "Mass", enabled: false }] });
  await refused(load({ ...org.data, custom_fields: [{ ...field, field_type: "number" }] }));
});

test("only_an_explicit_false_gives_a_revoked_key_back", async () => {
  const org = makeOrg("revoked");
  const key = (more) => ({ ...org.data, api_keys: [{ ...org.data.api_keys[0], ...more }] });
  const probe = async () => (await api.send("GET", "/v1/utils/authtest", { key: org.key })).status;
  await load(key({ revoked: true }));
  assert.equal(await probe(), 401);
  await load(key({}));
  assert.equal(await probe(), 401);
  await load(key({ revoked: false }));
  assert.equal(await probe(), 200);
});

test("what_an_import_does_not_mention_stays_as_it_is", async () => {
  const org = makeOrg("unmentioned");
  const id = (prefix) => idOf(prefix, "unmentioned");
  const key = { name: "key", secret: org.key, role: "Reader", expires_at: 4_000_000_000 };
  const thing = (prefix, more) => ({ id: id(prefix), name: "thing", archived: true, ...more });
  const user = { id: id("cbuser"), name: "user", email: "a@example.com", membership: "active" };
  const field = {
    id: id("cbcfc"),
    field_name: "field",
    field_type: "select",
    enabled: true,
  };
  const flow = { id: id("cbwd"), name: "flow", kind: "direct", enabled: true };
  const step = { id: id("cbwc"), name: "Begin", action_type: "begin_assessment" };
  await load({
    ...org.data,
    api_ip_allowlist: ["203.0.113.0/24"],
    api_keys: [key],
    users: [{ ...user, archived: true }],
    vendors: [
      thing("cbvndr", {
        risk_analyst_ids: [user.id],
        services: [thing("cbsvc")],
        documents: [thing("cbvdoc")],
      }),
    ],
    control_sets: [thing("cbctst")],
    workflows: [
      {
        ...flow,
        archived: true,
        steps: [step],
        signing_secret: "an old secret that is long enough.",
      },
    ],
    custom_fields: [{ ...field, archived: true, options: ["a", "b"] }],
  });
  const tables = [
    "organizations",
    "api_keys",
    "api_key_directory",
    "users",
    "vendors",
    "services",
    "vendor_documents",
    "control_sets",
    "workflow_definitions",
    "workflow_versions",
    "workflow_signing_secrets",
    "custom_field_configs",
  ];
  const state = () =>
    Promise.all(
      tables.map((table) =>
        api.rows(
          `SELECT * FROM ${table} WHERE ${table === "organizations" ? "id" : "org_id"} = ?1`,
          org.id,
        ),
      ),
    );
  const before = await state();
  const { archived: _, ...bare } = thing("");
  const least = (prefix, more) => ({ ...bare, id: id(prefix), ...more });
  for (const nothing of [{}, { archived: null }]) {
    await load({
      id: org.id,
      name: org.data.name,
      api_keys: [{ name: key.name, secret: key.secret }],
      users: [{ ...user, ...nothing }],
      vendors: [
        least("cbvndr", {
          ...nothing,
          services: [least("cbsvc", nothing)],
          documents: [least("cbvdoc", nothing)],
        }),
      ],
      control_sets: [least("cbctst", nothing)],
      workflows: [{ ...flow, ...nothing }],
      custom_fields: [{ ...field, ...nothing }],
    });
    assert.deepEqual(await state(), before);
  }
  // What is mentioned counts, also when it is empty, false, or nothing.
  await load({
    ...org.data,
    api_ip_allowlist: [],
    api_keys: [{ ...key, role: "Service Account", expires_at: null }],
    vendors: [least("cbvndr", { archived: false, risk_analyst_ids: [] })],
  });
  const [row] = await api.rows(
    `SELECT role, expires_at, api_ip_allowlist, risk_analyst_ids, v.is_archived FROM api_keys k
     JOIN organizations o ON o.id = k.org_id JOIN vendors v ON v.org_id = o.id WHERE o.id = ?1`,
    org.id,
  );
  assert.deepEqual(row, {
    role: "Service Account",
    expires_at: null,
    api_ip_allowlist: "[]",
    risk_analyst_ids: "[]",
    is_archived: 0,
  });
});

test("a_new_key_without_a_role_is_refused_with_its_place_and_nothing_is_written", async () => {
  const org = makeOrg("no role");
  const [{ role: _, ...key }] = org.data.api_keys;
  for (const nothing of [{}, { role: null }]) {
    await assert.rejects(
      load({ ...org.data, api_keys: [{ ...key, ...nothing }] }),
      /\/orgs\/0\/api_keys\/0: "role" is missing, and the key is new.*SQLITE_CONSTRAINT/s,
    );
  }
  assert.deepEqual(await api.rows("SELECT 1 FROM organizations WHERE id = ?1", org.id), []);
});

test("calls_need_a_signing_secret_once_and_keep_it", async () => {
  const org = makeOrg("unsigned");
  const flow = (more) => ({
    id: idOf("cbwd", "unsigned"),
    name: "flow",
    kind: "direct",
    enabled: true,
    steps: [
      {
        id: idOf("cbwc", "unsigned"),
        name: "Ask",
        action_type: "call",
        parameters: { url: "https://analyser.example/" },
      },
    ],
    ...more,
  });
  const secrets = () =>
    api.rows(
      `SELECT secret, valid_until - unixepoch() > 86000 AS overlaps FROM workflow_signing_secrets
     WHERE org_id = ?1 ORDER BY version`,
      org.id,
    );
  await assert.rejects(
    load({ ...org.data, workflows: [flow()] }),
    /\/orgs\/0\/workflows\/0: "signing_secret" is missing.*SQLITE_CONSTRAINT/s,
  );
  const [first, second] = [
    "the first secret, which is long enough",
    "the second secret, long enough",
  ].map((text) => text.padEnd(40, "."));
  await load({ ...org.data, workflows: [flow({ signing_secret: first })] });
  for (const same of [
    {},
    { signing_secret: null },
    { signing_secret: first },
    { steps: undefined },
  ]) {
    await load({ ...org.data, workflows: [flow(same)] });
    assert.deepEqual(await secrets(), [{ secret: first, overlaps: null }]);
  }
  for (let time = 0; time < 2; time++) {
    await load({ ...org.data, workflows: [flow({ signing_secret: second })] });
    assert.deepEqual(await secrets(), [
      { secret: first, overlaps: 1 },
      { secret: second, overlaps: null },
    ]);
  }
  // What is no longer valid goes with the next import.
  await api.rows("UPDATE workflow_signing_secrets SET valid_until = 1 WHERE secret = ?1", first);
  await load({ ...org.data, workflows: [flow({ signing_secret: second })] });
  assert.deepEqual(await secrets(), [{ secret: second, overlaps: null }]);
});

test("workflow_names_may_move_between_definitions_in_any_order", async () => {
  const org = makeOrg("moving names");
  const workflow = (n, name, archived = false) => ({
    id: idOf("cbwd", `moving ${n}`),
    name,
    enabled: true,
    kind: "direct",
    archived,
  });
  const start = async (name) =>
    (await api.create({ ...org.body, trigger_workflow: name }, { key: org.key })).status;
  await load({ ...org.data, workflows: [workflow(1, "a"), workflow(2, "b")] });
  await load({ ...org.data, workflows: [workflow(1, "b"), workflow(2, "a")] });
  assert.deepEqual([await start("a"), await start("b")], [201, 201]);
  await load({ ...org.data, workflows: [workflow(3, "a"), workflow(2, "a", true)] });
  assert.deepEqual([await start("a"), await start("b")], [201, 201]);
});

test("archiving_a_vendor_archives_its_assessments_and_nobody_elses", async () => {
  const org = makeOrg("archiving");
  const other = makeOrg("bystander");
  const assessment = makeAssessment("archiving", org.vendor, { status: "review_evals" });
  await load({ ...org.data, assessments: [assessment] }, other.data);
  // A bystander's archived vendor with a live assessment is not the file's affair.
  const { json } = await api.create(other.body, { key: other.key });
  await api.env.DB.prepare("UPDATE vendors SET is_archived = 1 WHERE id = ?1")
    .bind(other.vendor)
    .run();
  await load({ ...org.data, vendors: [{ ...org.data.vendors[0], archived: true }] });
  const archived = await api.retrieve(assessment.id, { key: org.key });
  assert.equal(archived.json.status, "canceled");
  const bystander = await api.retrieve(json.id, { key: other.key });
  assert.equal(bystander.json.status, "created");
});

test("names_arrive_as_they_are_written", async () => {
  const name = "BEGIN TRANSACTION; COMMIT; 'quoted' \"twice\" ; -- \\ \u0000 ☕";
  const org = makeOrg("odd names");
  await load({ ...org.data, vendors: [{ ...org.data.vendors[0], name }] });
  const [row] = await api.rows(
    "SELECT json_quote(name) AS name FROM vendors WHERE id = ?1",
    org.vendor,
  );
  assert.equal(JSON.parse(row.name), name);
});

test("a_thousand_organizations_with_a_key_each_import", async () => {
  const orgs = Array.from({ length: 1_000 }, (_, n) => ({
    id: idOf("cborg", `many ${n}`),
    name: `Organization ${n}`,
    api_keys: [
      {
        name: "key",
        secret: mintKey(`many ${n}`),
        role: "Service Account",
        revoked: n % 2 === 0,
      },
    ],
  }));
  await load(...orgs);
  const sql =
    "SELECT count(*) AS n, count(k.revoked_at) AS revoked FROM api_keys k JOIN organizations o ON o.id = k.org_id WHERE o.name LIKE 'Organization %'";
  assert.deepEqual(await api.rows(sql), [{ n: 1_000, revoked: 500 }]);
});
