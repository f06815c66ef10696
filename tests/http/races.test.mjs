// What a call rests on changes between its look and its write: what is written
// and answered fits the world of the moment it is written in.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idOf, makeAssessment, makeOrg, startApi } from "./harness.mjs";

let api;
before(async () => {
  api = await startApi({ faulty: true });
});
after(() => api.close());

/** An organization of its own, loaded, and a create request that names all there is. */
async function freshWorld(seed) {
  const vendor = idOf("cbvndr", seed);
  const [analyst, assignee] = ["analyst", "assignee"].map((name) =>
    idOf("cbuser", `${seed} ${name}`),
  );
  const user = (id) => ({ id, name: id, email: `${id}@races.example`, membership: "active" });
  const named = (prefix) => ({ id: idOf(prefix, seed), name: `before ${prefix}` });
  const org = makeOrg(seed, {
    users: [user(analyst), user(assignee)],
    control_sets: [named("cbctst")],
    vendors: [
      {
        id: vendor,
        name: "before",
        risk_analyst_ids: [analyst],
        services: [named("cbsvc")],
        documents: [named("cbvdoc")],
      },
      { id: idOf("cbvndr", `${seed}, bystander`), name: "bystander" },
    ],
    workflows: [{ id: idOf("cbwd", seed), name: "flow", kind: "direct", enabled: true }],
    assessments: [makeAssessment(seed, idOf("cbvndr", `${seed}, bystander`))],
  });
  await api.load({ orgs: [org.data] });
  await api.warm(org.key);
  const request = {
    vendor_id: vendor,
    control_set_ids: [idOf("cbctst", seed)],
    assessment_name_format: "{{vendor:name}}|{{service:name}}|{{cycle}}",
    service_ids: [idOf("cbsvc", seed)],
    assignee_id: assignee,
    trigger_workflow: "flow",
    supporting_document_ids: [idOf("cbvdoc", seed)],
  };
  return { org, request, analyst, assignee, assessment: org.data.assessments[0].id };
}

/** Of `org`, in SQL. */
const inOrg = (org) => `org_id = '${org.id}'`;

for (const [
  what,
  status,
  sql,
] of /** @type {[string, number, (org: { id: string }) => string][]} */ ([
  ["the_key_is_revoked", 401, (org) => `UPDATE api_keys SET revoked_at = 1 WHERE ${inOrg(org)}`],
  ["the_key_expires", 401, (org) => `UPDATE api_keys SET expires_at = 1 WHERE ${inOrg(org)}`],
  ["the_key_is_deleted", 401, (org) => `DELETE FROM api_keys WHERE ${inOrg(org)}`],
  ["the_role_is_changed", 401, (org) => `UPDATE api_keys SET role = 'Nobody' WHERE ${inOrg(org)}`],
  [
    "the_address_is_shut_out",
    403,
    (org) =>
      `UPDATE organizations SET api_ip_allowlist = '["203.0.113.0/24"]' WHERE id = '${org.id}'`,
  ],
])) {
  test(`while_${what}_a_create_writes_nothing_and_is_answered_${status}`, async () => {
    const { org, request } = await freshWorld(`create while ${what}`);
    const options = { key: org.key, idempotencyKey: "key", faults: { meanwhile: sql(org) } };
    const before = (await api.counts()).assessments;
    const answer = await api.create(request, options);
    assert.equal(answer.status, status, answer.text);
    assert.equal((await api.counts()).assessments, before);
    for (const table of ["idempotency_records", "workflow_runs", "document_links"]) {
      assert.deepEqual(await api.rows(`SELECT * FROM ${table} WHERE ${inOrg(org)}`), []);
    }
  });

  test(`while_${what}_an_archive_changes_nothing_and_is_answered_${status}`, async () => {
    const { org, assessment } = await freshWorld(`archive while ${what}`);
    const row = () => api.rows(`SELECT * FROM assessments WHERE ${inOrg(org)}`);
    const before = await row();
    const answer = await api.archive(assessment, { key: org.key, faults: { meanwhile: sql(org) } });
    assert.equal(answer.status, status, answer.text);
    assert.deepEqual(await row(), before);
  });
}

for (const [what, status, told, sql] of [
  ["the_vendor_is_archived", 400, "vendor_id", "UPDATE vendors SET is_archived = 1"],
  [
    "the_control_set_is_archived",
    400,
    "control_set_ids",
    "UPDATE control_sets SET is_archived = 1",
  ],
  ["the_service_is_archived", 400, "service_ids", "UPDATE services SET is_archived = 1"],
  ["the_assignee_leaves", 400, "assignee_id", "UPDATE users SET membership = 'inactive'"],
  [
    "the_document_is_archived",
    400,
    "supporting_document_ids",
    "UPDATE vendor_documents SET is_archived = 1",
  ],
  [
    "the_workflow_is_disabled",
    409,
    "'flow' is disabled",
    "UPDATE workflow_definitions SET is_enabled = 0",
  ],
  [
    "the_workflow_is_archived",
    404,
    "'flow' not found",
    "UPDATE workflow_definitions SET is_archived = 1",
  ],
]) {
  test(`while_${what}_a_create_writes_nothing_and_is_answered_${status}`, async () => {
    const { org, request } = await freshWorld(what);
    const faults = { meanwhile: `${sql} WHERE ${inOrg(org)}` };
    const answer = await api.writesNothing(() =>
      api.create(request, { key: org.key, idempotencyKey: "key", faults }),
    );
    assert.equal(answer.status, status, answer.text);
    assert.ok(answer.text.includes(told), answer.text);
    if (status === 400) assert.ok(answer.text.includes([request[told]].flat()[0]), answer.text);
  });
}

test("while_names_change_the_assessment_is_named_by_the_new_ones", async () => {
  for (const [sql, name] of [
    ["UPDATE vendors SET name = 'after'", "after|before cbsvc|initial"],
    ["UPDATE services SET name = 'after'", "before|after|initial"],
  ]) {
    const { org, request } = await freshWorld(sql);
    const faults = { meanwhile: `${sql} WHERE ${inOrg(org)}` };
    const answer = await api.create(request, { key: org.key, faults });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json.name, name);
    assert.equal((await api.retrieve(answer.json.id, { key: org.key })).json.name, name);
  }
});

test("while_the_risk_analysts_change_the_new_first_one_is_assigned", async () => {
  const { org, request, assignee } = await freshWorld("analysts change");
  const faults = {
    meanwhile: `UPDATE vendors SET risk_analyst_ids = '["${assignee}"]' WHERE ${inOrg(org)}`,
  };
  const answer = await api.create({ ...request, assignee_id: null }, { key: org.key, faults });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.assignee_id, assignee);
});

test("of_two_first_assessments_of_a_vendor_only_one_is_initial", async () => {
  const { org, request } = await freshWorld("two firsts");
  const meanwhile = `INSERT INTO assessments (org_id, id, vendor_id, name, status, created_at, updated_at)
    VALUES ('${org.id}', '${idOf("cbqsrw", "two firsts, rival")}', '${request.vendor_id}', 'rival', 'created', 1, 1)`;
  const answer = await api.create(request, { key: org.key, faults: { meanwhile } });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.name, "before|before cbsvc|reassessment");
});

test("many_simultaneous_creates_for_one_vendor_are_all_created_and_one_is_initial", async () => {
  const { org, request } = await freshWorld("many firsts");
  const options = { key: org.key, faults: { together: 20, slow: 100 } };
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.create(request, options)));
  for (const answer of answers) assert.equal(answer.status, 201, answer.text);
  const initial = answers.filter((answer) => answer.json.name.endsWith("|initial"));
  assert.equal(initial.length, 1);
  assert.equal(new Set(answers.map((answer) => answer.json.id)).size, 20);
});

test("while_another_uses_the_idempotency_key_its_answer_is_replayed", async () => {
  const { org, request } = await freshWorld("rival key");
  const now = Math.floor(Date.now() / 1000);
  const rivals = JSON.stringify({
    ...(await api.create(request, { key: org.key })).json,
    id: idOf("cbqsrw", "rival"),
  });
  const meanwhile = `INSERT INTO idempotency_records (org_id, operation, key, response_body, created_at, expires_at)
    VALUES ('${org.id}', 'POST /v1/assessments', 'key', '${rivals}', ${now}, ${now + 86_400})`;
  const before = (await api.counts()).assessments;
  const answer = await api.create(request, {
    key: org.key,
    idempotencyKey: "key",
    faults: { meanwhile },
  });
  assert.equal(answer.status, 201);
  assert.equal(answer.text, rivals);
  assert.equal(answer.headers.get("idempotent-replayed"), "true");
  assert.equal((await api.counts()).assessments, before);
});

test("while_another_archives_an_assessment_its_archive_is_answered", async () => {
  const { org, assessment } = await freshWorld("rival archive");
  const meanwhile = `UPDATE assessments SET status_before_archive = status, status = 'canceled',
    findings_count_at_archive = 0, updated_at = 1760009999, archived_at = 1760009999 WHERE id = '${assessment}'`;
  const answer = await api.archive(assessment, { key: org.key, faults: { meanwhile } });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, {
    id: assessment,
    status: "canceled",
    is_archived: true,
    archived_at: 1_760_009_999,
  });
});
