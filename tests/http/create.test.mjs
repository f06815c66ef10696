// POST /v1/assessments, what it creates: points 1, 12 and 14 to 16 of the
// contract's checklist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idOf, makeOrg, startApi } from "./harness.mjs";

const CREATED_KEYS = [
  "assignee_id",
  "control_set_ids",
  "created_at",
  "findings_count",
  "id",
  "initiated_at",
  "name",
  "score_percent",
  "service_ids",
  "status",
  "updated_at",
  "vendor_id",
  "workflow_run_id",
];
// Characters that storage or JSON could lose, one kind each.
const DIFFICULT =
  "a\u0000b \u{1F6A2} \u{10FFFF} e\u0301 \"quoted\" back\\slash 'tick' \uFFFF \u202Eabc %00 ☕";

const named = (prefix, names) => names.map((name) => ({ id: idOf(prefix, name), name }));
const user = (name, membership) => ({
  id: idOf("cbuser", name),
  name,
  email: `${name}@create.example`,
  membership,
});
const vendor = (name, more = {}) => ({ id: idOf("cbvndr", name), name, ...more });
const numbered = (what) => Array.from({ length: 100 }, (_, number) => `${what} ${number}`);

const CONTROL_SETS = numbered("control set");
const SERVICES = numbered("service");
const DOCUMENTS = numbered("document");
const ORG = makeOrg("create", {
  users: [user("first", "active"), user("second", "active"), user("left", "inactive")],
  control_sets: named("cbctst", CONTROL_SETS),
  vendors: [
    vendor("Northwind", {
      risk_analyst_ids: [idOf("cbuser", "first"), idOf("cbuser", "second")],
      services: named("cbsvc", SERVICES),
      documents: named("cbvdoc", DOCUMENTS),
    }),
    vendor("no analyst"),
    vendor("analyst has left", { risk_analyst_ids: [idOf("cbuser", "left")] }),
    vendor("first timer"),
    vendor("archived before"),
    vendor("{{year}} Braces"),
    vendor("year}}"),
    vendor("\u{1F6A2}".repeat(300)),
    vendor(DIFFICULT),
  ],
  workflows: [
    { id: idOf("cbwd", "direct"), name: "direct", kind: "direct", enabled: true },
    { id: idOf("cbwd", "event"), name: "on-event", kind: "event_driven", enabled: true },
    { id: idOf("cbwd", "retired"), name: "reborn", kind: "direct", enabled: true, archived: true },
    { id: idOf("cbwd", "reborn"), name: "reborn", kind: "direct", enabled: true },
    { id: idOf("cbwd", "difficult"), name: DIFFICULT, kind: "direct", enabled: true },
  ],
});
const NORTHWIND = idOf("cbvndr", "Northwind");

let api;
before(async () => {
  api = await startApi();
  await api.load({ orgs: [ORG.data] });
  // From here on, Northwind's assessments are reassessments.
  await create();
});
after(() => api.close());

/** Creates in the test's organization, for Northwind unless told otherwise. */
async function create(more = {}) {
  const body = { vendor_id: NORTHWIND, control_set_ids: [], ...more };
  const answer = await api.create(body, { key: ORG.key });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

/** What a format or the default makes of a vendor's name. */
const nameOf = async (more) => (await create(more)).name;
const yearOf = (created) => new Date(created.created_at * 1000).getUTCFullYear();

test("the_least_request_is_answered_201_with_the_13_keys", async () => {
  const start = Math.floor(Date.now() / 1000);
  const created = await create({ vendor_id: idOf("cbvndr", "no analyst") });
  assert.deepEqual(Object.keys(created).sort(), CREATED_KEYS);
  const { id, name, created_at, ...rest } = created;
  assert.match(id, /^cbqsrw_[0-9a-f]{32}$/);
  assert.notEqual(name.trim(), "");
  assert.ok(Number.isInteger(created_at));
  assert.ok(created_at >= start && created_at <= Math.floor(Date.now() / 1000), `${created_at}`);
  assert.deepEqual(rest, {
    vendor_id: idOf("cbvndr", "no analyst"),
    status: "created",
    control_set_ids: [],
    service_ids: [],
    assignee_id: null,
    score_percent: null,
    findings_count: 0,
    initiated_at: null,
    updated_at: created_at,
    workflow_run_id: null,
  });
});

test("two_creations_have_different_ids", async () => {
  assert.notEqual((await create()).id, (await create()).id);
});

test("the_request_order_of_lists_is_kept", async () => {
  const controlSets = ["control set 7", "control set 2", "control set 5"].map((name) =>
    idOf("cbctst", name),
  );
  const services = ["service 9", "service 1", "service 4"].map((name) => idOf("cbsvc", name));
  const created = await create({ control_set_ids: controlSets, service_ids: services });
  assert.deepEqual(created.control_set_ids, controlSets);
  assert.deepEqual(created.service_ids, services);
  const read = (await api.retrieve(created.id, { key: ORG.key })).json;
  assert.deepEqual(read.control_set_ids, controlSets);
  assert.deepEqual(read.service_ids, services);
});

test("duplicate_ids_are_kept_once_at_their_first_position", async () => {
  const [a, b, c] = ["control set 3", "control set 1", "control set 2"].map((name) =>
    idOf("cbctst", name),
  );
  const [x, y] = ["service 2", "service 1"].map((name) => idOf("cbsvc", name));
  const [d, e] = ["document 2", "document 1"].map((name) => idOf("cbvdoc", name));
  const created = await create({
    control_set_ids: [a, b, a, c, b, a],
    service_ids: [x, x, y, x],
    supporting_document_ids: [d, e, d],
  });
  assert.deepEqual(created.control_set_ids, [a, b, c]);
  assert.deepEqual(created.service_ids, [x, y]);
  const read = (await api.retrieve(created.id, { key: ORG.key })).json;
  assert.deepEqual(read.control_set_ids, [a, b, c]);
  assert.deepEqual(read.service_ids, [x, y]);
  assert.deepEqual(await linksOf(created), [d, e].sort());
});

test("named_documents_are_linked_to_the_new_assessment_and_no_others", async () => {
  const documents = [idOf("cbvdoc", "document 30"), idOf("cbvdoc", "document 20")];
  assert.deepEqual(
    await linksOf(await create({ supporting_document_ids: documents })),
    documents.sort(),
  );
  assert.deepEqual(await linksOf(await create()), []);
});

async function linksOf({ id }) {
  const links = await api.rows(
    "SELECT document_id FROM document_links WHERE org_id = ? AND assessment_id = ? ORDER BY document_id",
    ORG.id,
    id,
  );
  return links.map((link) => link.document_id);
}

test("a_hundred_ids_in_each_of_the_three_lists_are_accepted", async () => {
  // By number, which is neither the order of the ids nor its reverse.
  const ids = (prefix, names) => names.map((name) => idOf(prefix, name));
  const created = await create({
    control_set_ids: ids("cbctst", CONTROL_SETS),
    service_ids: ids("cbsvc", SERVICES),
    supporting_document_ids: ids("cbvdoc", DOCUMENTS),
  });
  assert.deepEqual(created.control_set_ids, ids("cbctst", CONTROL_SETS));
  assert.deepEqual(created.service_ids, ids("cbsvc", SERVICES));
  assert.deepEqual(await linksOf(created), ids("cbvdoc", DOCUMENTS).sort());
  const read = (await api.retrieve(created.id, { key: ORG.key })).json;
  assert.deepEqual(read.control_set_ids, created.control_set_ids);
  assert.deepEqual(read.service_ids, created.service_ids);
});

for (const [kind, name, definition] of [
  ["direct", "direct", "direct"],
  ["event_driven", "on-event", "event"],
  ["oddly_named", DIFFICULT, "difficult"],
]) {
  test(`an_enabled_${kind}_workflow_gets_a_started_run`, async () => {
    const created = await create({ trigger_workflow: name });
    assert.match(created.workflow_run_id, /^cbwr_[0-9a-f]{32}$/);
    const runs = await api.rows("SELECT * FROM workflow_runs WHERE assessment_id = ?", created.id);
    assert.equal(runs.length, 1);
    assert.equal(runs[0].org_id, ORG.id);
    assert.equal(runs[0].id, created.workflow_run_id);
    assert.equal(runs[0].definition_id, idOf("cbwd", definition));
    assert.equal(runs[0].status, "started");
    assert.equal(runs[0].completed_at, null);
  });
}

test("a_run_is_told_the_service_only_if_exactly_one_is_scoped", async () => {
  const services = [idOf("cbsvc", "service 1"), idOf("cbsvc", "service 2")];
  for (const scope of [[], services.slice(0, 1), services]) {
    const created = await create({ trigger_workflow: "direct", service_ids: scope });
    const [run] = await api.rows(
      "SELECT input FROM workflow_runs WHERE id = ?",
      created.workflow_run_id,
    );
    assert.deepEqual(JSON.parse(run.input), {
      assessment_id: created.id,
      vendor_id: NORTHWIND,
      ...(scope.length === 1 ? { service_id: scope[0] } : {}),
    });
  }
});

test("a_live_workflow_is_found_beside_an_archived_one_of_the_same_name", async () => {
  const created = await create({ trigger_workflow: "reborn" });
  const [run] = await api.rows(
    "SELECT definition_id FROM workflow_runs WHERE id = ?",
    created.workflow_run_id,
  );
  assert.equal(run.definition_id, idOf("cbwd", "reborn"));
});

test("name_beats_format_and_is_trimmed", async () => {
  const name = await nameOf({
    name: " \t\u2003\u00a0Q2 {{year}}  review\r\n",
    assessment_name_format: "{{date}}",
  });
  assert.equal(name, "Q2 {{year}}  review");
});

test("blank_name_counts_as_absent", async () => {
  for (const name of ["", "   ", "\t\r\n\u2003\u00a0"]) {
    assert.equal(await nameOf({ name, assessment_name_format: "by format" }), "by format");
    const created = await create({ name });
    assert.equal(created.name, `${yearOf(created)} Northwind reassessment`);
  }
});

test("without_name_and_format_or_with_an_empty_one_the_default_format_names", async () => {
  for (const more of [{}, { assessment_name_format: "" }]) {
    const created = await create(more);
    assert.equal(created.name, `${yearOf(created)} Northwind reassessment`);
  }
});

test("a_format_that_renders_blank_gives_the_default_name", async () => {
  for (const format of ["   ", "\u2003\n", "{{service:name}}", " {{service:name}} "]) {
    const created = await create({ assessment_name_format: format });
    assert.equal(created.name, `${yearOf(created)} Northwind reassessment`, JSON.stringify(format));
  }
});

test("all_five_tokens_render", async () => {
  const created = await create({
    assessment_name_format: "{{vendor:name}}|{{service:name}}|{{cycle}}|{{year}}|{{date}}|{{year}}",
    service_ids: [idOf("cbsvc", "service 8"), idOf("cbsvc", "service 3")],
  });
  const date = new Date(created.created_at * 1000).toISOString().slice(0, 10);
  const year = date.slice(0, 4);
  assert.equal(created.name, `Northwind|service 8, service 3|reassessment|${year}|${date}|${year}`);
});

test("anything_else_between_braces_stays_as_written", async () => {
  const formats = [
    "{{nope}}",
    "{{ year }}",
    "{{Year}}",
    "{year}",
    "{{year",
    "year}}",
    "{{}}",
    "{{vendor: name}}",
  ];
  for (const format of formats) {
    assert.equal(await nameOf({ assessment_name_format: format }), format);
  }
});

test("substituted_text_is_not_rendered_again", async () => {
  const braces = { vendor_id: idOf("cbvndr", "{{year}} Braces") };
  assert.equal(
    await nameOf({ ...braces, assessment_name_format: "{{vendor:name}}" }),
    "{{year}} Braces",
  );
  const byDefault = await create(braces);
  assert.equal(byDefault.name, `${yearOf(byDefault)} {{year}} Braces reassessment`);
  // Here the substituted text would only complete a token.
  const tail = { vendor_id: idOf("cbvndr", "year}}"), assessment_name_format: "{{{{vendor:name}}" };
  assert.equal(await nameOf(tail), "{{year}}");
});

test("a_generated_name_is_trimmed", async () => {
  assert.equal(
    await nameOf({ assessment_name_format: " \n{{vendor:name}} {{service:name}} " }),
    "Northwind",
  );
});

test("a_generated_name_is_cut_to_255_code_points", async () => {
  const created = await create({ vendor_id: idOf("cbvndr", "\u{1F6A2}".repeat(300)) });
  assert.equal(created.name, `${yearOf(created)} ${"\u{1F6A2}".repeat(250)}`);
});

test("names_and_formats_of_exactly_255_code_points_are_accepted", async () => {
  const name = "\u{1F6A2}".repeat(255);
  assert.equal(await nameOf({ name }), name);
  assert.equal(await nameOf({ name: `  ${name}\n` }), name);
  assert.equal(await nameOf({ assessment_name_format: name }), name);
});

test("difficult_characters_survive_from_post_to_get", async () => {
  const byName = await create({ name: DIFFICULT });
  const byFormat = await create({ assessment_name_format: DIFFICULT });
  const byVendor = await create({
    vendor_id: idOf("cbvndr", DIFFICULT),
    assessment_name_format: "{{vendor:name}}",
  });
  for (const { id, name } of [byName, byFormat, byVendor]) {
    assert.equal(name, DIFFICULT);
    assert.equal((await api.retrieve(id, { key: ORG.key })).json.name, DIFFICULT);
  }
});

test("a_name_of_nothing_but_a_nul_character_survives", async () => {
  const created = await create({ name: "\u0000" });
  assert.equal(created.name, "\u0000");
  assert.equal((await api.retrieve(created.id, { key: ORG.key })).json.name, "\u0000");
});

test("the_first_assessment_of_a_vendor_is_initial_and_the_next_reassessment", async () => {
  const request = { vendor_id: idOf("cbvndr", "first timer"), assessment_name_format: "{{cycle}}" };
  assert.equal(await nameOf(request), "initial");
  assert.equal(await nameOf(request), "reassessment");
  assert.equal(await nameOf(request), "reassessment");
});

test("an_archived_first_assessment_makes_the_next_a_reassessment", async () => {
  const request = {
    vendor_id: idOf("cbvndr", "archived before"),
    assessment_name_format: "{{cycle}}",
  };
  const first = await create(request);
  assert.equal(first.name, "initial");
  assert.equal((await api.archive(first.id, { key: ORG.key })).status, 200);
  assert.equal(await nameOf(request), "reassessment");
});

test("without_assignee_the_first_risk_analyst_is_assigned", async () => {
  for (const more of [{}, { assignee_id: null }]) {
    assert.equal((await create(more)).assignee_id, idOf("cbuser", "first"));
  }
});

test("a_risk_analyst_is_taken_as_stored_though_inactive", async () => {
  const created = await create({ vendor_id: idOf("cbvndr", "analyst has left") });
  assert.equal(created.assignee_id, idOf("cbuser", "left"));
  const read = await api.retrieve(created.id, { key: ORG.key });
  assert.equal(read.json.assignee_id, idOf("cbuser", "left"));
});

test("without_assignee_and_risk_analyst_nobody_is_assigned", async () => {
  assert.equal((await create({ vendor_id: idOf("cbvndr", "no analyst") })).assignee_id, null);
});

test("a_named_assignee_wins_over_the_risk_analysts", async () => {
  const second = idOf("cbuser", "second");
  assert.equal((await create({ assignee_id: second })).assignee_id, second);
});

test("the_name_need_not_be_unique", async () => {
  const [one, two] = [await create({ name: "same" }), await create({ name: "same" })];
  assert.equal(one.name, two.name);
  assert.notEqual(one.id, two.id);
});
