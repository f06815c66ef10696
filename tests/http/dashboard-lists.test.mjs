// What there is to choose from: vendors, control sets, users and workflows; who may see it,
// and what becomes of a query that is wrong.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dashboardOf, q } from "./dashboard-support.mjs";
import { KEYS, idOf, makeAssessment, makeOrg, mintKey, startApi } from "./harness.mjs";

const seeds = (prefix, names) => names.map((name) => ({ id: idOf(prefix, name), name }));
const USERS = [
  {
    id: idOf("cbuser", "zoe"),
    name: "Zoë Brontë",
    email: "zoe@lists.example",
    membership: "active",
  },
  {
    id: idOf("cbuser", "ann"),
    name: "ann lee",
    email: "a.lee@lists.example",
    membership: "invited",
  },
  { id: idOf("cbuser", "bob"), name: "Bob", email: "bob@lists.example", membership: "inactive" },
  {
    id: idOf("cbuser", "cid"),
    name: "Cid",
    email: "cid@lists.example",
    membership: "active",
    archived: true,
  },
];
const VENDORS = [
  ...seeds("cbvndr", ["beta", "Alpha", "alpha two", "Gamma"]),
  { id: idOf("cbvndr", "gone"), name: "Alpha gone", archived: true },
];
const [BETA] = VENDORS;
BETA.services = [
  { id: idOf("cbsvc", "portal"), name: "Portal" },
  { id: idOf("cbsvc", "api"), name: "API" },
  { id: idOf("cbsvc", "old"), name: "Old", archived: true },
];
BETA.documents = [
  { id: idOf("cbvdoc", "soc"), name: "SOC 2.pdf" },
  { id: idOf("cbvdoc", "old"), name: "Old.pdf", archived: true },
];
BETA.risk_analyst_ids = [USERS[0].id, USERS[2].id];
const steps = [
  { id: idOf("cbwc", "one"), name: "Begin", action_type: "begin_assessment", parameters: {} },
  { id: idOf("cbwc", "two"), name: "Wait", action_type: "wait", parameters: { seconds: 60 } },
];
const ORG = makeOrg("dashboard lists", {
  users: USERS,
  vendors: VENDORS,
  control_sets: [
    ...seeds("cbctst", ["SOC 2", "ISO 27001"]),
    { id: idOf("cbctst", "gone"), name: "SOC 1", archived: true },
  ],
  workflows: [
    { id: idOf("cbwd", "flow"), name: "annual flow", kind: "direct", enabled: true, steps },
    { id: idOf("cbwd", "off"), name: "paused flow", kind: "direct", enabled: false },
    { id: idOf("cbwd", "gone"), name: "gone flow", kind: "direct", enabled: true, archived: true },
  ],
  api_keys: [
    { name: "first key", secret: mintKey("dashboard lists"), role: "Service Account" },
    { name: "nobody", secret: mintKey("dashboard lists nobody"), role: "Nobody" },
  ],
  assessments: [
    makeAssessment("older of beta", BETA.id, { created_at: 1_760_000_000 }),
    makeAssessment("newest of beta", BETA.id, {
      created_at: 1_770_000_000,
      updated_at: 1_770_000_000,
      status: "complete",
    }),
  ],
});
const OTHER = makeOrg("dashboard lists of others", {
  vendors: seeds("cbvndr", ["Alpha of others"]),
  users: [{ ...USERS[0], id: idOf("cbuser", "their zoe") }],
});

let api;
let ours;
before(async () => {
  api = await startApi({ data: { orgs: [] } });
  await api.load({ orgs: [ORG.data, OTHER.data] });
  ours = dashboardOf(api, ORG.key);
});
after(() => api.close());

const namesOf = ({ items }) => items.map(({ name }) => name);

test("what_is_offered_comes_by_name_without_regard_to_case_and_nothing_archived", async () => {
  assert.deepEqual(namesOf(await ours.get("vendors")), ["Alpha", "alpha two", "beta", "Gamma"]);
  assert.deepEqual(namesOf(await ours.get("control-sets")), ["ISO 27001", "SOC 2"]);
  assert.deepEqual(namesOf(await ours.get("users")), ["ann lee", "Zoë Brontë"]);
  assert.deepEqual(namesOf(await ours.get("workflows")), ["annual flow", "paused flow"]);
});

test("items_tell_what_there_is_to_tell_of_them", async () => {
  const { items: vendors } = await ours.get("vendors");
  assert.deepEqual(vendors[2], {
    id: BETA.id,
    name: "beta",
    last_assessment: {
      id: idOf("cbqsrw", "newest of beta"),
      status: "complete",
      created_at: 1_770_000_000,
    },
  });
  assert.equal(vendors[0].last_assessment, null);
  const { items: users } = await ours.get("users");
  const [zoe] = USERS;
  assert.deepEqual(users[1], { id: zoe.id, name: zoe.name, email: zoe.email });
  const { items: workflows } = await ours.get("workflows");
  assert.deepEqual(
    workflows.map(({ is_enabled, steps }) => [is_enabled, steps]),
    [
      [true, 2],
      [false, 0],
    ],
  );
});

test("a_vendor_has_what_a_create_may_name_of_it", async () => {
  assert.deepEqual(await ours.get(`vendors/${BETA.id}`), {
    id: BETA.id,
    name: "beta",
    services: [
      { id: idOf("cbsvc", "api"), name: "API" },
      { id: idOf("cbsvc", "portal"), name: "Portal" },
    ],
    documents: [{ id: idOf("cbvdoc", "soc"), name: "SOC 2.pdf" }],
    risk_analysts: [
      { id: USERS[0].id, name: "Zoë Brontë" },
      { id: USERS[2].id, name: "Bob" },
    ],
  });
});

test("a_vendor_that_is_archived_unknown_malformed_or_of_others_is_not_found", async () => {
  const ids = [VENDORS[4].id, idOf("cbvndr", "nobody"), "x", OTHER.data.vendors[0].id];
  for (const id of ids) {
    const answer = await ours.send(`vendors/${id}`);
    assert.equal(answer.status, 404);
    assert.equal(
      answer.text,
      '{"detail":{"code":"vendor_not_found","message":"Vendor not found."}}',
    );
  }
});

test("risk_analysts_that_were_stored_otherwise_are_shown_and_not_named", async () => {
  const org = makeOrg("dashboard stored analysts");
  await api.load({ orgs: [org.data] });
  await api.rows(
    `UPDATE vendors SET risk_analyst_ids = '["bob",7,null,{"a":1}]' WHERE org_id = ?`,
    org.id,
  );
  const { risk_analysts } = await dashboardOf(api, org.key).get(`vendors/${org.vendor}`);
  assert.deepEqual(risk_analysts, [{ id: "bob", name: null }]);
});

test("a_search_finds_beginnings_of_words_and_the_newest_first", async () => {
  assert.deepEqual(namesOf(await ours.get("vendors?q=alp")), ["alpha two", "Alpha"]);
  assert.deepEqual(namesOf(await ours.get("vendors?q=TWO%20al")), ["alpha two"]);
  assert.deepEqual(namesOf(await ours.get("vendors?q=lpha")), []);
  assert.deepEqual(namesOf(await ours.get("users?q=bronte")), ["Zoë Brontë"]);
  assert.deepEqual(namesOf(await ours.get("users?q=a.lee@li")), ["ann lee"]);
  assert.deepEqual(namesOf(await ours.get("control-sets?q=27")), ["ISO 27001"]);
  assert.deepEqual(namesOf(await ours.get("workflows?q=flow")), ["paused flow", "annual flow"]);
});

test("pages_of_every_list_hold_everything_once", async () => {
  for (const list of ["vendors", "control-sets", "users", "workflows"]) {
    for (const query of ["", "&q=a", `&${q("alpha")}`]) {
      const whole = await ours.get(`${list}?limit=100${query}`);
      assert.equal(whole.next_cursor, null);
      for (const limit of [1, 2, 3]) {
        const pages = await ours.pages(`${list}?limit=${limit}${query}`);
        for (const { items } of pages.slice(0, -1)) assert.equal(items.length, limit);
        assert.deepEqual(
          pages.flatMap(({ items }) => items),
          whole.items,
        );
        assert.ok(pages.length <= Math.max(1, Math.ceil(whole.items.length / limit)));
      }
    }
  }
});

test("the_index_follows_whoever_writes", async () => {
  const org = makeOrg("dashboard followed", {
    users: [{ id: idOf("cbuser", "f"), name: "Fay", email: "fay@f.example", membership: "active" }],
    control_sets: seeds("cbctst", ["followed"]),
  });
  await api.load({ orgs: [org.data] });
  const { get } = dashboardOf(api, org.key);
  const found = async (path) => namesOf(await get(path));
  const vendor = org.data.vendors[0];
  assert.deepEqual(await found("vendors?q=followed"), [vendor.name]);
  await api.load({ orgs: [{ ...org.data, vendors: [{ ...vendor, name: "Renamed" }] }] });
  assert.deepEqual(await found("vendors?q=followed"), []);
  assert.deepEqual(await found("vendors?q=rena"), ["Renamed"]);
  const change = (sql) => api.rows(`${sql} WHERE org_id = ?`, org.id);
  await change("UPDATE vendors SET is_archived = 1");
  assert.deepEqual(await found("vendors?q=rena"), []);
  await change("UPDATE vendors SET is_archived = 0");
  assert.deepEqual(await found("vendors?q=rena"), ["Renamed"]);
  await change("UPDATE users SET email = 'moved@f.example'");
  assert.deepEqual(await found("users?q=fay"), ["Fay"]);
  assert.deepEqual(await found("users?q=moved"), ["Fay"]);
  await change("UPDATE users SET membership = 'inactive'");
  assert.deepEqual(await found("users?q=fay"), []);
  await change("UPDATE control_sets SET name = 'Élan vital'");
  assert.deepEqual(await found("control-sets?q=elan%20v"), ["Élan vital"]);
  assert.deepEqual(await found("control-sets?q=followed"), []);
});

test("what_a_parameter_may_not_be_is_told_as_fastapi_tells_it", async () => {
  const fault = (name, msg, type) => ({ loc: ["query", name], msg, type });
  const integer = "Input should be a valid integer, unable to parse string as an integer";
  const boolean = "Input should be a valid boolean, unable to interpret input";
  const statuses =
    "Input should be 'created', 'collecting_documents', 'indexing_supporting_documents', 'analyzing_questionnaire', 'review_evals', 'complete', 'failed' or 'canceled'";
  const cursor = fault("cursor", "Value error, this is no cursor of this list", "value_error");
  /** @type {[string, ...object[]][]} */
  const refused = [
    ["vendors?limit=ten", fault("limit", integer, "int_parsing")],
    ["users?limit=", fault("limit", integer, "int_parsing")],
    [
      "workflows?limit=0",
      fault("limit", "Input should be greater than or equal to 1", "greater_than_equal"),
    ],
    [
      "control-sets?limit=101",
      fault("limit", "Input should be less than or equal to 100", "less_than_equal"),
    ],
    [
      `vendors?q=${"a".repeat(101)}`,
      fault("q", "String should have at most 100 characters", "string_too_long"),
    ],
    ["vendors?cursor=", cursor],
    ["vendors?cursor=bnVsbA", cursor],
    ["assessments?status=completed", fault("status", statuses, "enum")],
    [
      "assessments?sort=name",
      fault(
        "sort",
        "Input should be '-created_at', 'created_at', '-updated_at' or 'updated_at'",
        "enum",
      ),
    ],
    [
      "assessments?archived=maybe&limit=x&cursor=%22",
      fault("archived", boolean, "bool_parsing"),
      fault("limit", integer, "int_parsing"),
      cursor,
    ],
  ];
  for (const [path, ...faults] of refused) {
    const answer = await ours.send(path);
    assert.equal(answer.status, 422, path);
    assert.deepEqual(answer.json, { detail: faults }, path);
  }
});

test("a_cursor_is_refused_by_every_list_but_its_own", async () => {
  const { next_cursor: cursor } = await ours.get("vendors?limit=1");
  assert.equal((await ours.send(`vendors?limit=2&cursor=${cursor}`)).status, 200);
  const { next_cursor: ofSearch } = await ours.get("vendors?q=alpha&limit=1");
  for (const path of [
    `users?cursor=${cursor}`,
    `vendors?q=alpha&cursor=${cursor}`,
    `vendors?cursor=${ofSearch}`,
    `vendors?q=alph&cursor=${ofSearch}`,
    `assessments?cursor=${cursor}`,
  ]) {
    const answer = await ours.send(path);
    assert.equal(answer.status, 422, path);
    assert.deepEqual(answer.json.detail[0].loc, ["query", "cursor"]);
  }
  const theirs = await dashboardOf(api, OTHER.key).send(`vendors?cursor=${cursor}`);
  assert.equal(theirs.status, 422);
});

test("unknown_names_are_ignored_and_of_a_name_that_comes_twice_the_last_counts", async () => {
  const page = await ours.get("vendors?page=7&limit=0&limit=1&Q=x&status=none");
  assert.deepEqual(namesOf(page), ["Alpha"]);
  assert.deepEqual(namesOf(await ours.get("vendors?q=")), namesOf(await ours.get("vendors")));
});

test("only_who_may_read_dashboards_gets_a_list_and_a_bad_query_is_told_to_nobody_else", async () => {
  const key = mintKey("dashboard lists nobody");
  const paths = ["vendors", `vendors/${BETA.id}`, "control-sets", "users", "workflows"];
  for (const path of [...paths, "assessments", "assessments/x", "vendors?limit=0"]) {
    const answer = await ours.send(path, { key });
    assert.equal(answer.status, 401, path);
    assert.equal(answer.text, '{"detail":"Unauthorized role."}');
  }
  const refused = await startApi();
  try {
    for (const path of ["vendors", "assessments?limit=0"]) {
      const answer = await dashboardOf(refused, KEYS.citadel).send(path);
      assert.equal(answer.status, 403, path);
    }
  } finally {
    await refused.close();
  }
});
