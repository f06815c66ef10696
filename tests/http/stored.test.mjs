// What is stored is opaque (section 8): whoever wrote it and whatever it looks
// like, no call fails for it. Point 41 of the contract's checklist, and its
// like. Rows are written past the importer, as other writers may.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idOf, makeAssessment, makeOrg, mintKey, startApi } from "./harness.mjs";

let api;
before(async () => {
  api = await startApi({ faulty: true });
});
after(() => api.close());

let number = 0;
/** An organization of its own, loaded. */
async function freshOrg(more = {}) {
  const seed = `stored ${++number}`;
  const vendor = idOf("cbvndr", seed);
  const org = makeOrg(seed, { assessments: [makeAssessment(seed, vendor)], ...more });
  await api.load({ orgs: [org.data] });
  return { ...org, seed, assessment: idOf("cbqsrw", seed) };
}

const setAnalysts = (org, json) =>
  api.rows("UPDATE vendors SET risk_analyst_ids = ? WHERE org_id = ?", json, org.id);

for (const [stored, assignee] of [
  ['["bob"]', "bob"],
  ['["bob","alice"]', "bob"],
  ['["cbvndr_0000000000000000000000000000000a"]', "cbvndr_0000000000000000000000000000000a"],
  ['[""]', ""],
  ['["\u2615 \\u0000 \\"x\\""]', '\u2615 \u0000 "x"'],
  // What is no text is nobody's id.
  ['[7,null,{},["x"],"bob"]', "bob"],
  ['["\\ud800","bob"]', "bob"],
  ["[1e999]", null],
  ["[[[{}]]]", null],
  ["[]", null],
]) {
  test(`a_create_with_risk_analysts_${stored}_answers_201_and_get_shows_the_same`, async () => {
    const org = await freshOrg();
    await setAnalysts(org, stored);
    for (const idempotencyKey of [undefined, crypto.randomUUID()]) {
      const created = await api.create(org.body, { key: org.key, idempotencyKey });
      assert.equal(created.status, 201, created.text);
      assert.equal(created.json.assignee_id, assignee);
      const read = await api.retrieve(created.json.id, { key: org.key });
      assert.equal(read.status, 200, read.text);
      assert.equal(read.json.assignee_id, assignee);
      assert.equal((await api.archive(created.json.id, { key: org.key })).status, 200);
    }
  });
}

/** Changes what D1 holds of one assessment, which the foreign keys of others allow. */
const change = (org, sql, ...values) => api.rows(sql, org.id, ...values);
const read = (org) => api.retrieve(org.assessment, { key: org.key });

async function showsAndArchives(org, shown) {
  const answer = await read(org);
  assert.equal(answer.status, 200, answer.text);
  for (const [key, value] of Object.entries(shown)) assert.deepEqual(answer.json[key], value, key);
  assert.equal((await api.archive(org.assessment, { key: org.key })).status, 200);
  assert.equal((await read(org)).status, 200);
}

test("ids_of_any_form_are_shown_as_stored", async () => {
  const org = await freshOrg();
  await api.rows("INSERT INTO vendors (org_id, id, name) VALUES (?, 'acme', 'Acme')", org.id);
  await api.rows("INSERT INTO control_sets (org_id, id, name) VALUES (?, 'soc-2', 'S')", org.id);
  await api.rows(
    "INSERT INTO services (org_id, id, vendor_id, name) VALUES (?, 'mail', 'acme', 'M')",
    org.id,
  );
  await change(
    org,
    "UPDATE assessments SET vendor_id = 'acme', assignee_id = 'bob' WHERE org_id = ?",
  );
  await api.rows(
    "INSERT INTO assessment_control_sets (org_id, assessment_id, position, control_set_id) VALUES (?, ?, 0, 'soc-2')",
    org.id,
    org.assessment,
  );
  await api.rows(
    "INSERT INTO assessment_services (org_id, assessment_id, position, service_id) VALUES (?, ?, 0, 'mail')",
    org.id,
    org.assessment,
  );
  await showsAndArchives(org, {
    vendor_id: "acme",
    assignee_id: "bob",
    control_set_ids: ["soc-2"],
    service_ids: ["mail"],
  });
});

for (const [type, value] of [
  ["number", "1e999"],
  ["number", "123456789012345678901234567890.5"],
  ["string", '"\\ud800"'],
  ["string", '{"not":"a string"}'],
  ["date", "7"],
  ["multiselect", '[1,null,["x"]]'],
  ["multiselect", `${"[".repeat(300)}${"]".repeat(300)}`],
  ["user", '["bob"]'],
  ["boolean", '"yes"'],
]) {
  test(`a_custom_field_of_type_${type}_with_${value.slice(0, 40)}_is_shown_as_stored`, async () => {
    const org = await freshOrg();
    await api.rows(
      `INSERT INTO custom_field_configs (org_id, id, position, field_name, field_type, is_enabled)
       VALUES (?, 'field', 0, 'F', ?, 1)`,
      org.id,
      type,
    );
    await api.rows(
      "INSERT INTO custom_field_values (org_id, assessment_id, config_id, value) VALUES (?, ?, 'field', ?)",
      org.id,
      org.assessment,
      value,
    );
    const answer = await api.retrieve(org.assessment, { key: org.key, asStored: true });
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.text.includes(`"value":${value}}`), answer.text);
    assert.equal(answer.json.custom_fields[0].config_id, "field");
  });
}

test("numbers_at_the_ends_of_their_range_are_read", async () => {
  for (const score of [Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 0.1 + 0.2, 1]) {
    const org = await freshOrg();
    await change(org, "UPDATE assessments SET score_percent = ?2 WHERE org_id = ?1", score);
    await showsAndArchives(org, { score_percent: score });
  }
  for (const [count, shown] of [
    [-1, 0],
    [5_000_000_000, 4_294_967_295],
    [7, 7],
  ]) {
    const org = await freshOrg();
    await change(
      org,
      `UPDATE assessments SET status = 'failed', archived_at = 1, status_before_archive = 'failed',
         findings_count_at_archive = ?2 WHERE org_id = ?1`,
      count,
    );
    await showsAndArchives(org, { findings_count: shown });
  }
});

const flow = (seed) => ({
  workflows: [{ id: idOf("cbwd", seed), name: "flow", kind: "direct", enabled: true }],
});

test("a_workflow_whose_id_has_another_form_starts_and_its_run_is_shown", async () => {
  const org = await freshOrg();
  await api.rows(
    `INSERT INTO workflow_definitions (org_id, id, name, kind, is_enabled) VALUES (?, 'my-flow', 'flow', 'direct', 1)`,
    org.id,
  );
  const created = await api.create({ ...org.body, trigger_workflow: "flow" }, { key: org.key });
  assert.equal(created.status, 201, created.text);
  const path = `/v1/workflows/runs/${created.json.workflow_run_id}`;
  const run = await api.send("GET", path, { key: org.key });
  assert.equal(run.status, 200, run.text);
  assert.equal(run.json.workflow_definition_id, "my-flow");
});

test("steps_of_any_form_are_shown_as_stored", async () => {
  const org = await freshOrg(flow("steps of any form"));
  const { json } = await api.create({ ...org.body, trigger_workflow: "flow" }, { key: org.key });
  await api.rows(
    `INSERT INTO workflow_run_steps
       (org_id, run_id, position, id, component_id, component_name, action_type, artifacts, created_at, updated_at)
     VALUES (?, ?, 0, 'step', 'part', 'P', 'made_up_later', '[7,{"id":null},"x"]', 1, 1)`,
    org.id,
    json.workflow_run_id,
  );
  const run = await api.send("GET", `/v1/workflows/runs/${json.workflow_run_id}`, {
    key: org.key,
    asStored: true,
  });
  assert.equal(run.status, 200, run.text);
  assert.deepEqual(run.json.steps, [
    {
      step_id: "step",
      component_id: "part",
      component_name: "P",
      action_type: "made_up_later",
      status: null,
      message: null,
      artifacts: [7, { id: null }, "x"],
    },
  ]);
});

test("an_archive_does_not_fail_for_a_run_whose_id_has_another_form", async () => {
  const org = await freshOrg(flow("run of any form"));
  const { json } = await api.create({ ...org.body, trigger_workflow: "flow" }, { key: org.key });
  await api.rows(
    `INSERT INTO workflow_runs (org_id, id, definition_id, version, assessment_id, status, input, started_at, due_at)
     SELECT org_id, 'my-run', definition_id, 1, assessment_id, 'started', '{}', 1, 1 FROM workflow_runs WHERE id = ?`,
    json.workflow_run_id,
  );
  for (let round = 0; round < 2; round++) {
    const answer = await api.archive(json.id, { key: org.key });
    assert.equal(answer.status, 200, answer.text);
  }
});

test("services_and_documents_of_a_vendor_whose_id_has_another_form_are_refused_like_any_other_vendors", async () => {
  const org = await freshOrg();
  const [service, document] = [idOf("cbsvc", org.seed), idOf("cbvdoc", org.seed)];
  await api.rows("INSERT INTO vendors (org_id, id, name) VALUES (?, 'acme', 'Acme')", org.id);
  await api.rows(
    "INSERT INTO services (org_id, id, vendor_id, name) VALUES (?, ?, 'acme', 'M')",
    org.id,
    service,
  );
  await api.rows(
    "INSERT INTO vendor_documents (org_id, id, vendor_id, name) VALUES (?, ?, 'acme', 'D')",
    org.id,
    document,
  );
  const body = { ...org.body, service_ids: [service], supporting_document_ids: [document] };
  const answer = await api.create(body, { key: org.key });
  assert.equal(answer.status, 400, answer.text);
  assert.ok(answer.json.detail.error.includes(service), answer.text);
  assert.ok(answer.json.detail.error.includes(document), answer.text);
});

test("an_allowlist_entry_that_is_no_text_matches_nothing_and_hides_no_other", async () => {
  const org = await freshOrg();
  const probe = (address) =>
    api.send("GET", "/v1/utils/authtest", {
      key: org.key,
      headers: { "cf-connecting-ip": address },
    });
  for (const list of ['["\\ud800","203.0.113.0/24"]', '[1e999,{},null,"203.0.113.0/24"]']) {
    await api.rows("UPDATE organizations SET api_ip_allowlist = ? WHERE id = ?", list, org.id);
    assert.equal((await probe("203.0.113.9")).status, 200, list);
    assert.equal((await probe("198.51.100.9")).status, 403, list);
  }
});

test("a_key_of_an_organization_whose_id_has_another_form_is_refused", async () => {
  const key = mintKey("stored, odd organization");
  const hash = Buffer.from(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key)),
  ).toString("hex");
  await api.rows("INSERT INTO api_key_directory (secret_sha256, org_id) VALUES (?, 'acme')", hash);
  const answer = await api.send("GET", "/v1/utils/authtest", { key });
  assert.equal(answer.status, 401, answer.text);
  assert.deepEqual(answer.json, { detail: "Invalid or expired API key." });
});
