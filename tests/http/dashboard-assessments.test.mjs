// Lists of assessments and what a page shows of one: filters, orders, walks from page to
// page, the search, and names of what is archived.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dashboardOf, q } from "./dashboard-support.mjs";
import { idOf, makeAssessment, makeOrg, startApi } from "./harness.mjs";

/**
 * An organization, to which a test adds what it needs.
 *
 * @type {(seed: string, more?: object) => any}
 */
const organization = makeOrg;

const USER = {
  id: idOf("cbuser", "una"),
  name: "Una",
  email: "una@a.example",
  membership: "active",
};
const ACME = {
  id: idOf("cbvndr", "acme"),
  name: "Acme",
  services: [{ id: idOf("cbsvc", "hosting"), name: "Hosting" }],
  documents: [{ id: idOf("cbvdoc", "soc"), name: "SOC 2.pdf" }],
};
const BETA = { id: idOf("cbvndr", "beta of assessments"), name: "Beta" };
const SET = { id: idOf("cbctst", "iso"), name: "ISO 27001" };
const FIELD = {
  id: idOf("cbcfc", "owners"),
  field_name: "Owners",
  field_type: "user",
  enabled: true,
};
const STATUSES = ["created", "review_evals", "complete", "failed"];
/** Created and changed in opposite orders. */
const numbered = Array.from({ length: 24 }, (_, index) =>
  makeAssessment(`listed ${index}`, (index % 3 ? ACME : BETA).id, {
    status: STATUSES[index % 4],
    ...(index % 2 && { assignee_id: USER.id }),
    // Several of the same second.
    created_at: 1_760_000_000 + Math.floor(index / 2),
    updated_at: 1_760_009_000 - index,
  }),
);
const DETAILED = makeAssessment("detailed", ACME.id, {
  control_set_ids: [SET.id],
  service_ids: [ACME.services[0].id],
  assignee_id: USER.id,
  status: "review_evals",
  score_percent: 0.5,
  findings: [idOf("cbtask", "first"), idOf("cbtask", "second")],
  custom_fields: [{ config_id: FIELD.id, value: [USER.id] }],
});
const FLOW = { id: idOf("cbwd", "listed"), name: "flow", kind: "direct", enabled: true };
const ORG = organization("dashboard assessments", {
  users: [USER],
  vendors: [ACME, BETA],
  control_sets: [SET],
  custom_fields: [FIELD],
  workflows: [FLOW],
  assessments: numbered,
});
const OTHER = organization("dashboard assessments of others");
OTHER.data.assessments = [makeAssessment("listed by others", OTHER.vendor)];

let api;
let ours;
before(async () => {
  api = await startApi({ data: { orgs: [] } });
  await api.load({ orgs: [ORG.data, OTHER.data] });
  ours = dashboardOf(api, ORG.key);
});
after(() => api.close());

const idsOf = (items) => items.map(({ id }) => id);
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
/** Those of the numbered ones that are wanted, in an order. */
const expected = (sort, isWanted = (_one) => true) => {
  const by = sort.replace("-", "");
  const sign = sort.startsWith("-") ? -1 : 1;
  const wanted = numbered.filter(isWanted);
  return idsOf(wanted.sort((a, b) => sign * (a[by] - b[by] || compare(a.id, b.id))));
};

const FILTERS = {
  "": () => true,
  "status=complete": ({ status }) => status === "complete",
  [`vendor_id=${BETA.id}`]: ({ vendor_id }) => vendor_id === BETA.id,
  [`assignee_id=${USER.id}`]: ({ assignee_id }) => assignee_id === USER.id,
  [`status=failed&vendor_id=${ACME.id}&assignee_id=${USER.id}`]: (one) =>
    one.status === "failed" && one.vendor_id === ACME.id && one.assignee_id === USER.id,
  [`status=created&assignee_id=${USER.id}`]: () => false,
  "vendor_id=nobody": () => false,
  "archived=true": () => false,
};

test("every_filter_in_every_order_has_all_of_it_once_whatever_the_pages", async () => {
  for (const sort of ["-created_at", "created_at", "-updated_at", "updated_at"]) {
    for (const [filter, isWanted] of Object.entries(FILTERS)) {
      for (const limit of [1, 5, 24, 100]) {
        const items = await ours.all(`assessments?limit=${limit}&sort=${sort}&${filter}`);
        assert.deepEqual(idsOf(items), expected(sort, isWanted), `${sort} ${filter} ${limit}`);
      }
    }
  }
});

test("the_newest_come_first_unless_asked_otherwise_and_twenty_five_a_page", async () => {
  const { items, next_cursor } = await ours.get("assessments");
  assert.deepEqual(idsOf(items), expected("-created_at"));
  assert.equal(next_cursor, null);
});

test("a_walk_has_no_gap_and_nothing_twice_while_assessments_are_created", async () => {
  const org = organization("dashboard walked");
  org.data.assessments = Array.from({ length: 20 }, (_, index) =>
    makeAssessment(`walked ${index}`, org.vendor, { created_at: 1_760_000_000 + index }),
  );
  await api.load({ orgs: [org.data] });
  const { all } = dashboardOf(api, org.key);
  const there = idsOf(org.data.assessments);
  for (const path of ["assessments?limit=3", "assessments?limit=3&q=walked"]) {
    const walked = await all(path, async () => {
      const answer = await api.create({ ...org.body, name: "walked besides" }, { key: org.key });
      assert.equal(answer.status, 201, answer.text);
    });
    assert.equal(new Set(idsOf(walked)).size, walked.length);
    assert.deepEqual(
      idsOf(walked.filter(({ id }) => there.includes(id))),
      [...there].reverse(),
      path,
    );
  }
});

test("an_item_has_the_keys_of_a_read_and_the_names_of_what_it_refers_to", async () => {
  const org = await detailed("dashboard item");
  const [{ id }] = org.data.assessments;
  const [item] = (await dashboardOf(api, org.key).get("assessments")).items;
  const { custom_fields: _, ...read } = (await api.retrieve(id, { key: org.key })).json;
  const { vendor_name, assignee_name, workflow_run_id, is_archived, ...shared } = item;
  assert.deepEqual(shared, read);
  assert.deepEqual(
    { vendor_name, assignee_name, workflow_run_id, is_archived },
    { vendor_name: "Acme", assignee_name: "Una", workflow_run_id: null, is_archived: false },
  );
  assert.equal(shared.findings_count, 2);
});

/** An organization that has the detailed assessment. */
async function detailed(seed) {
  const org = organization(seed, { users: [USER], vendors: [ACME], control_sets: [SET] });
  org.data.custom_fields = [FIELD];
  org.data.workflows = [FLOW];
  org.data.assessments = [{ ...DETAILED, id: idOf("cbqsrw", seed) }];
  await api.load({ orgs: [org.data] });
  return org;
}

test("an_assessment_has_all_that_a_page_shows_of_it", async () => {
  const org = await detailed("dashboard detail");
  const { get } = dashboardOf(api, org.key);
  const body = {
    vendor_id: ACME.id,
    control_set_ids: [SET.id],
    supporting_document_ids: [ACME.documents[0].id],
    trigger_workflow: FLOW.name,
  };
  const created = (await api.create(body, { key: org.key })).json;
  const later = `cbwr_${"f".repeat(32)}`;
  await api.rows(
    `INSERT INTO workflow_runs (org_id, id, definition_id, assessment_id, status, input, started_at)
     SELECT org_id, ?1, definition_id, assessment_id, 'started', '{}', started_at + 10
     FROM workflow_runs WHERE org_id = ?2`,
    later,
    org.id,
  );
  const shown = await get(`assessments/${created.id}`);
  const named = ({ id, name }) => ({ id, name });
  assert.deepEqual(shown.documents, ACME.documents.map(named));
  assert.deepEqual(shown.names, [ACME, SET].map(named));
  assert.equal(shown.workflow_run_id, later);
  assert.deepEqual(
    shown.runs.map((run) => [run.workflow_run_id, run.workflow_name, run.status]),
    [
      [later, "flow", "started"],
      [created.workflow_run_id, "flow", "started"],
    ],
  );
  const [{ id }] = org.data.assessments;
  const full = await get(`assessments/${id}`);
  assert.deepEqual(full.names, [ACME, USER, SET, ACME.services[0]].map(named));
  assert.deepEqual(
    full.custom_fields,
    (await api.retrieve(id, { key: org.key })).json.custom_fields,
  );
  assert.deepEqual(full.findings.map(({ id }) => id).sort(), [...DETAILED.findings].sort());
});

test("what_is_archived_is_named_where_an_assessment_refers_to_it", async () => {
  const org = await detailed("dashboard archived");
  const [{ id }] = org.data.assessments;
  const { get } = dashboardOf(api, org.key);
  const before = await get(`assessments/${id}`);
  const answer = await api.archive(id, { key: org.key });
  assert.equal(answer.status, 200);
  for (const table of ["vendors", "services", "users", "control_sets", "vendor_documents"]) {
    await api.rows(`UPDATE ${table} SET is_archived = 1 WHERE org_id = ?`, org.id);
  }
  const { archived_at, status } = answer.json;
  const shown = await get(`assessments/${id}`);
  assert.deepEqual(shown, { ...before, status, updated_at: archived_at, is_archived: true });
  assert.deepEqual((await get("assessments")).items, []);
  const [item] = (await get("assessments?archived=true")).items;
  assert.equal(item.vendor_name, "Acme");
  assert.equal(item.assignee_name, "Una");
  assert.equal(item.findings_count, 2);
  assert.deepEqual(item.control_set_ids, [SET.id]);
  for (const list of ["vendors", "control-sets", "users"]) {
    assert.deepEqual((await get(list)).items, [], list);
  }
});

test("what_others_stored_is_shown_as_it_is", async () => {
  const org = await detailed("dashboard stored");
  const { get } = dashboardOf(api, org.key);
  await api.rows("UPDATE assessments SET assignee_id = 'bob' WHERE org_id = ?", org.id);
  const [item] = (await get("assessments?assignee_id=bob")).items;
  assert.deepEqual([item.assignee_id, item.assignee_name], ["bob", null]);
  const shown = await get(`assessments/${item.id}`);
  assert.deepEqual([shown.assignee_id, shown.assignee_name], ["bob", null]);
});

test("findings_are_counted_whoever_adds_and_archives_them", async () => {
  const org = await detailed("dashboard findings");
  const [{ id }] = org.data.assessments;
  const { get } = dashboardOf(api, org.key);
  const count = async () => (await get("assessments")).items[0].findings_count;
  assert.equal(await count(), 2);
  const finding = idOf("cbtask", "third");
  await api.rows(
    "INSERT INTO findings (org_id, assessment_id, id, title) VALUES (?, ?, ?, 'Late')",
    org.id,
    id,
    finding,
  );
  assert.equal(await count(), 3);
  const { findings } = await get(`assessments/${id}`);
  assert.deepEqual(
    findings.filter(({ title }) => title === "Late"),
    [{ id: finding, title: "Late" }],
  );
  await api.rows(
    "UPDATE findings SET archived_at = 1 WHERE org_id = ? AND id = ?",
    org.id,
    finding,
  );
  assert.equal(await count(), 2);
  assert.equal((await get(`assessments/${id}`)).findings.length, 2);
});

test("an_assessment_of_others_and_one_that_there_is_not_are_not_found", async () => {
  for (const id of [OTHER.data.assessments[0].id, idOf("cbqsrw", "nobody"), "x"]) {
    const answer = await ours.send(`assessments/${id}`);
    assert.equal(answer.status, 404);
    assert.equal(
      answer.text,
      '{"detail":{"code":"assessment_not_found","message":"Assessment not found."}}',
    );
  }
});

const TEXTS = {
  "Société Générale": ["societe", "GÉN", "gen soc", "soc gen"],
  "MÜNCHNER Rück": ["munch", "rück", "RUCK"],
  "Ελληνικά Πετρέλαια": ["ελληνικα", "ΠΕΤΡΈ", "πετρ"],
  "Жёлтый Озон": ["желт", "ЖЁЛТ", "озон"],
  日本テスト: ["日本", "日"],
  "हिन्दी भाषा": ["हिन्", "भा"],
  "شركة النور": ["شرك", "النور"],
  "Datenschutzfolgenabschätzung 1": ["datenschutzfolgenabschatzung", "datenschutz"],
  'AT&T ("quoted") a*b NEAR-by x:y': ["at&t", '"quoted"', "a*b", "near-by", "x:y", "(quoted"],
  "Straße – 24/7": ["straß", "24/7", "24 7"],
  décomposé: ["decompose", "décomposé", "décom"],
};

test("a_search_knows_no_case_and_no_accents_in_any_script_and_no_syntax", async () => {
  const org = organization("dashboard searched");
  org.data.vendors = [{ id: org.vendor, name: "Zz" }];
  org.data.assessments = Object.keys(TEXTS).map((name) =>
    makeAssessment(`searched ${name}`, org.vendor, { name }),
  );
  await api.load({ orgs: [org.data] });
  const { get } = dashboardOf(api, org.key);
  const found = async (text) => (await get(`assessments?${q(text)}`)).items.map(({ name }) => name);
  for (const [name, texts] of Object.entries(TEXTS)) {
    for (const text of texts) assert.deepEqual(await found(text), [name], text);
  }
  for (const text of [
    "ociete",
    "societe ruck",
    "NOT zz",
    "zz OR nobody",
    'zz"',
    "-zz nobody",
    "words:zz",
    "^zz zzz",
    "NEAR(zz nobody)",
    "\u0000nobody",
    "-",
    "€",
  ]) {
    const names = await found(text);
    // Of these only one that has nothing but the vendor's name in it finds it.
    assert.equal(names.length, text === 'zz"' ? Object.keys(TEXTS).length : 0, text);
  }
});

test("a_search_is_in_names_names_of_vendors_and_ids", async () => {
  const org = organization("dashboard places", { vendors: [ACME] });
  const [one, two] = ["place one", "place two"].map((name) => makeAssessment(name, ACME.id));
  org.data.assessments = [one, two];
  await api.load({ orgs: [org.data] });
  const { get } = dashboardOf(api, org.key);
  const found = async (text) => idsOf((await get(`assessments?${q(text)}`)).items);
  assert.deepEqual((await found("acme")).sort(), [one.id, two.id].sort());
  assert.deepEqual(await found("acm two"), [two.id]);
  for (const length of [12, 15, 20, 39]) {
    assert.deepEqual(await found(one.id.slice(0, length)), [one.id], String(length));
  }
  assert.deepEqual(await found(one.id.toUpperCase()), [one.id]);
  assert.deepEqual(await found(one.id.slice(7, 15)), [one.id]);
  assert.deepEqual(await found(`${one.id.slice(0, 30)}${one.id[30] === "0" ? "1" : "0"}`), []);
  await api.load({ orgs: [{ ...org.data, vendors: [{ ...ACME, name: "Umbrella" }] }] });
  assert.deepEqual(await found("acme"), []);
  assert.deepEqual((await found("umb")).sort(), [one.id, two.id].sort());
});

test("what_a_search_finds_comes_newest_first_with_the_filters_and_never_from_others", async () => {
  for (const [filter, isWanted] of Object.entries(FILTERS)) {
    for (const limit of [1, 7, 100]) {
      const items = await ours.all(`assessments?q=listed&limit=${limit}&sort=updated_at&${filter}`);
      const times = items.map(({ created_at }) => created_at);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => b - a),
      );
      assert.deepEqual(idsOf(items).sort(), expected("created_at", isWanted).sort(), filter);
    }
  }
});

test("more_assessments_of_one_second_than_have_a_place_are_found_all_the_same", async () => {
  const org = organization("dashboard one second");
  org.data.assessments = Array.from({ length: 2_100 }, (_, index) =>
    makeAssessment(`crowded ${index}`, org.vendor),
  );
  await api.load({ orgs: [org.data] });
  const { all } = dashboardOf(api, org.key);
  const found = await all("assessments?q=crowded&limit=100");
  assert.equal(new Set(idsOf(found)).size, 2_100);
  await api.rows("UPDATE vendors SET name = 'Elsewhere' WHERE org_id = ?", org.id);
  assert.equal((await all("assessments?q=elsewhere&limit=100")).length, 2_100);
});
