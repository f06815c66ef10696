// GET /v1/assessments/{assessment_id}: points 2, 24, 27 and 28 of the
// contract's checklist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KEYS, ORGS, idOf, makeAssessment, makeOrg, startApi } from "./harness.mjs";

const RETRIEVED_KEYS = [
  "assignee_id",
  "control_set_ids",
  "created_at",
  "custom_fields",
  "findings_count",
  "id",
  "initiated_at",
  "name",
  "score_percent",
  "service_ids",
  "status",
  "updated_at",
  "vendor_id",
];
const NOT_FOUND = '{"detail":{"code":"assessment_not_found","message":"Assessment not found."}}';

// A field of each type, then those whose values are hidden or unset.
const FIELDS = [
  { name: "text", type: "string", value: "Annual \u0000 \u{1F6A2}" },
  { name: "empty text", type: "string", value: "" },
  { name: "number", type: "number", value: 4.5 },
  { name: "zero", type: "number", value: 0 },
  { name: "negative", type: "number", value: -1e-7 },
  { name: "yes", type: "boolean", value: true },
  { name: "no", type: "boolean", value: false },
  { name: "day", type: "date", value: "2026-02-28" },
  { name: "choice", type: "select", value: "Gold", options: ["Gold", "Silver"] },
  { name: "choices", type: "multiselect", value: ["GLBA", "DORA"], options: ["DORA", "GLBA"] },
  { name: "no choices", type: "multiselect", value: [], options: ["DORA"] },
  { name: "person", type: "user", value: [idOf("cbuser", "analyst")] },
];
const HIDDEN = [
  { name: "disabled", type: "string", value: "hidden", enabled: false },
  { name: "archived", type: "string", value: "hidden", archived: true },
];
const UNSET = { name: "unset", type: "number" };

/** @param {{ name: string, type: string, options?: object, enabled?: boolean, archived?: boolean }} field */
const config = ({ name, type, options, enabled = true, archived = false }) => ({
  id: idOf("cbcfc", name),
  field_name: name,
  field_type: type,
  enabled,
  archived,
  ...(options ? { options } : {}),
});
const fieldValue = ({ name, value }) => ({ config_id: idOf("cbcfc", name), value });

const VENDOR = idOf("cbvndr", "retrieve");
const ORG = makeOrg("retrieve", {
  users: [
    { id: idOf("cbuser", "analyst"), name: "A", email: "a@retrieve.example", membership: "active" },
  ],
  vendors: [{ id: VENDOR, name: "Retrieved" }],
  custom_fields: [...FIELDS, ...HIDDEN, UNSET].map(config),
  assessments: [
    makeAssessment("with fields", VENDOR, {
      custom_fields: [...FIELDS, ...HIDDEN].map(fieldValue),
    }),
    makeAssessment("with findings", VENDOR, {
      findings: ["one", "two", "three"].map((name) => idOf("cbtask", name)),
    }),
    makeAssessment("to archive", VENDOR, {
      findings: ["four", "five"].map((name) => idOf("cbtask", name)),
      custom_fields: FIELDS.map(fieldValue),
      score_percent: 0.566,
    }),
    makeAssessment("to score", VENDOR),
  ],
});

let api;
before(async () => {
  api = await startApi({ faulty: true });
  await api.load({ orgs: [ORG.data] });
});
after(() => api.close());

async function retrieve(id, options) {
  const answer = await api.retrieve(id, { key: ORG.key, ...options });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(Object.keys(answer.json).sort(), RETRIEVED_KEYS);
  return answer.json;
}

test("get_right_after_post_equals_its_answer_less_the_run_plus_custom_fields", async () => {
  const [vendor] = ORGS.harbor.vendors;
  const created = await api.create({
    vendor_id: vendor.id,
    control_set_ids: ORGS.harbor.control_sets.slice(0, 3).map((set) => set.id),
    name: "Just created",
    service_ids: [vendor.services[1].id, vendor.services[0].id],
    trigger_workflow: "annual-reassessment-flow",
    supporting_document_ids: [vendor.documents[0].id],
  });
  assert.equal(created.status, 201, created.text);
  const { workflow_run_id, ...rest } = created.json;
  assert.match(workflow_run_id, /^cbwr_/);
  assert.deepEqual(await retrieve(rest.id, { key: KEYS.harbor }), { ...rest, custom_fields: [] });
});

for (const { findings, portal, custom_fields, ...stored } of ORGS.harbor.assessments) {
  test(`an_assessment_that_is_${stored.status}_shows_what_is_stored`, async () => {
    const { custom_fields: shown, ...rest } = await retrieve(stored.id, { key: KEYS.harbor });
    assert.deepEqual(rest, { ...stored, findings_count: findings.length });
    assert.ok(Array.isArray(shown));
  });
}

test("custom_fields_of_all_seven_types_have_their_shapes_and_unset_or_hidden_ones_are_absent", async () => {
  const { custom_fields } = await retrieve(idOf("cbqsrw", "with fields"));
  const expected = FIELDS.map(({ name, type, value }) => ({
    config_id: idOf("cbcfc", name),
    field_name: name,
    field_type: type,
    value,
  }));
  const byName = (one, other) => one.field_name.localeCompare(other.field_name);
  assert.deepEqual(custom_fields.sort(byName), expected.sort(byName));
  assert.equal(new Set(expected.map((field) => field.field_type)).size, 7);
});

test("a_custom_field_is_hidden_and_shown_again_with_its_definition_and_keeps_its_id_when_renamed", async () => {
  const id = idOf("cbcfc", "text");
  const shown = async () =>
    (await retrieve(idOf("cbqsrw", "with fields"))).custom_fields.find(
      (field) => field.config_id === id,
    );
  const set = (assignment) =>
    api.rows(
      `UPDATE custom_field_configs SET ${assignment} WHERE org_id = ? AND id = ?`,
      ORG.id,
      id,
    );
  const { value } = await shown();
  for (const [hide, show] of [
    ["is_enabled = 0", "is_enabled = 1"],
    ["is_archived = 1", "is_archived = 0"],
  ]) {
    await set(hide);
    assert.equal(await shown(), undefined);
    await set(show);
    assert.equal((await shown()).value, value);
  }
  await set("field_name = 'renamed'");
  assert.deepEqual(await shown(), {
    config_id: id,
    field_name: "renamed",
    field_type: "string",
    value,
  });
  await set("field_name = 'text'");
});

test("findings_count_counts_findings_that_are_not_archived_and_no_evals", async () => {
  const id = idOf("cbqsrw", "with findings");
  assert.equal((await retrieve(id)).findings_count, 3);
  await api.rows(
    "UPDATE findings SET archived_at = 1 WHERE org_id = ? AND id = ?",
    ORG.id,
    idOf("cbtask", "one"),
  );
  await api.rows(
    "INSERT INTO evals (org_id, assessment_id, id) VALUES (?, ?, 'an eval')",
    ORG.id,
    id,
  );
  assert.equal((await retrieve(id)).findings_count, 2);
  await api.rows(
    "UPDATE findings SET archived_at = 1 WHERE org_id = ? AND assessment_id = ?",
    ORG.id,
    id,
  );
  assert.equal((await retrieve(id)).findings_count, 0);
});

test("score_percent_is_shown_as_stored_never_multiplied_or_clamped", async () => {
  const id = idOf("cbqsrw", "to score");
  for (const score of [null, 0, 1, 0.566, 0.1 + 0.2, 2 / 3, 1.5, -0.25, 56.6, 1e-7, 1e21]) {
    await api.rows(
      "UPDATE assessments SET score_percent = ? WHERE org_id = ? AND id = ?",
      score,
      ORG.id,
      id,
    );
    assert.equal((await retrieve(id)).score_percent, score);
  }
});

test("an_archived_assessment_stays_readable_in_the_same_shape", async () => {
  const id = idOf("cbqsrw", "to archive");
  const before = await retrieve(id);
  assert.equal(before.findings_count, 2);
  const archived = await api.archive(id, { key: ORG.key });
  assert.equal(archived.status, 200, archived.text);
  const after = await retrieve(id);
  assert.deepEqual(after, { ...before, status: "canceled", updated_at: archived.json.archived_at });
  assert.ok(after.updated_at > before.updated_at);
  // What happens to the findings afterwards is no part of its history.
  await api.rows(
    "UPDATE findings SET archived_at = NULL WHERE org_id = ? AND id = ?",
    ORG.id,
    idOf("cbtask", "four"),
  );
  await api.rows(
    "INSERT INTO findings (org_id, assessment_id, id) VALUES (?, ?, ?)",
    ORG.id,
    id,
    idOf("cbtask", "late"),
  );
  assert.deepEqual(await retrieve(id), after);
});

const FOREIGN_ID = ORGS.harbor.assessments[0].id;
const OWN_ID = idOf("cbqsrw", "to score");
for (const [what, id] of [
  ["unknown", idOf("cbqsrw", "nobody")],
  ["of_another_org", FOREIGN_ID],
  ["one_character", "x"],
  ["without_prefix", OWN_ID.slice(-32)],
  ["of_another_prefix", OWN_ID.replace("cbqsrw", "cbvndr")],
  ["too_short", OWN_ID.slice(0, -1)],
  ["too_long", `${OWN_ID}0`],
  ["in_capitals", `cbqsrw_${OWN_ID.slice(-32).toUpperCase()}`],
  ["of_no_hex_digits", `cbqsrw_${"g".repeat(32)}`],
  ["with_an_encoded_slash", `${OWN_ID}%2F`],
  ["with_an_encoded_nul", `${OWN_ID}%00`],
  ["of_a_bare_percent_sign", "%"],
  ["in_utf_8", "%E2%98%95"],
  ["of_invalid_utf_8", "%FF"],
  ["of_4000_characters", "x".repeat(4000)],
  ["of_sql", "'%20OR%201=1--"],
]) {
  test(`an_id_${what}_is_not_found_byte_for_byte_alike`, async () => {
    const answer = await api.retrieve(id, { key: ORG.key });
    assert.equal(answer.status, 404);
    assert.equal(answer.text, NOT_FOUND);
  });
}

test("a_foreign_assessment_does_exist_for_its_own_org", async () => {
  assert.equal((await retrieve(FOREIGN_ID, { key: KEYS.harbor })).id, FOREIGN_ID);
});

test("query_parameters_change_nothing", async () => {
  const plain = await retrieve(OWN_ID);
  assert.deepEqual(await retrieve(`${OWN_ID}?include=archived&x=%FF&y`), plain);
});

test("there_are_no_conditional_requests", async () => {
  const answer = await api.retrieve(OWN_ID, { key: ORG.key });
  assert.equal(answer.headers.get("etag"), null);
  assert.equal(answer.headers.get("last-modified"), null);
  const headers = {
    "if-none-match": "*",
    "if-modified-since": new Date(Date.now() + 86_400_000).toUTCString(),
    "if-match": '"x"',
    accept: "text/html",
    range: "bytes=0-3",
  };
  const conditional = await api.retrieve(OWN_ID, { key: ORG.key, headers });
  assert.equal(conditional.status, 200);
  assert.equal(conditional.text, answer.text);
});

test("reading_writes_nothing", async () => {
  await api.writesNothing(() => retrieve(OWN_ID));
});
