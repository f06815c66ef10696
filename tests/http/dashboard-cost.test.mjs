// What a page of a list costs, by D1's own account: one round trip and at most two thousand
// rows, whatever is asked for, whatever there is, and whatever others have.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { crowdAssessments, crowdOrganizations, crowdReferences, fullOrg } from "./crowd.mjs";
import { dashboardOf } from "./dashboard-support.mjs";
import { idOf, startApi } from "./harness.mjs";

const MAX_ROWS = 2_000;
const NAME = "dashboard cost";
const ORG = fullOrg(NAME);
const SPARSE = fullOrg("dashboard cost, sparse");

let api;
let ours;
before(async () => {
  api = await startApi({ faulty: true, data: { orgs: [] } });
  await api.load({ orgs: [ORG.data, SPARSE.data] });
  await crowdReferences(api.env.DB, NAME, 3_000);
  await crowdAssessments(api.env.DB, NAME, 6_000);
  await api.warm(ORG.key);
  ours = dashboardOf(api, ORG.key);
});
after(() => api.close());

/** An answer, and the rows that were read for it. */
async function rowsOf(path, { send } = ours) {
  const answer = await send(path);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.get("x-test-d1-round-trips"), "1", path);
  const rows = Number(answer.headers.get("x-test-d1-rows-read"));
  assert.ok(rows > 0);
  return { rows, ...answer.json };
}

const [user, vendor] = ["cbuser", "cbvndr"].map((prefix) => idOf(prefix, NAME));
const QUERIES = [
  "",
  "status=created",
  "status=complete",
  `vendor_id=${vendor}`,
  `vendor_id=${vendor}&status=failed`,
  `assignee_id=${user}`,
  "assignee_id=nobody",
  `assignee_id=${user}&status=failed`,
  "archived=true",
  `archived=true&vendor_id=${vendor}`,
  "q=a",
  "q=a%20v",
  "q=a%20v%20d%20c%20x",
  "q=a%C2%B7v",
  "q=a&status=failed",
  "q=a&archived=true",
  "q=nobody",
  "q=0",
];

test("no_page_reads_more_than_two_thousand_rows_whatever_is_asked_for", async (context) => {
  let most = 0;
  for (const query of QUERIES) {
    for (const sort of ["-created_at", "created_at", "-updated_at", "updated_at"]) {
      for (const limit of [1, 25, 100]) {
        const path = `assessments?limit=${limit}&sort=${sort}&${query}`;
        const { rows } = await rowsOf(path);
        assert.ok(rows <= MAX_ROWS, `${path}: ${rows}`);
        most = Math.max(most, rows);
      }
    }
  }
  for (const list of ["vendors", "control-sets", "users", "workflows"]) {
    for (const query of ["", "&q=v", "&q=c", "&q=v1", "&q=v%20c%20a%20b%20d"]) {
      const { rows } = await rowsOf(`${list}?limit=100${query}`);
      assert.ok(rows <= MAX_ROWS, `${list}${query}: ${rows}`);
      most = Math.max(most, rows);
    }
  }
  context.diagnostic(`${most} rows at most`);
});

test("a_page_that_ends_early_goes_on_with_its_cursor_to_the_end", async () => {
  // The last that a walk comes to.
  const oldest = idOf("cbqsrw", `assessment of ${NAME}`);
  await api.rows(
    "UPDATE assessments SET status = 'failed', created_at = 0, updated_at = 0 WHERE org_id = ? AND id = ?",
    ORG.id,
    oldest,
  );
  for (const query of [`vendor_id=${vendor}&status=failed`, "sort=-updated_at&status=failed"]) {
    const pages = await ours.pages(`assessments?${query}`);
    assert.ok(pages.length > 5, query);
    assert.deepEqual(
      pages.slice(0, -1).flatMap(({ items }) => items),
      [],
    );
    assert.deepEqual(
      pages.at(-1)?.items.map(({ id }) => id),
      [oldest],
    );
  }
  const found = await ours.pages("assessments?q=a&status=failed");
  assert.ok(found.length > 5);
  assert.equal(found.flatMap(({ items }) => items).length, 1);
});

test("words_that_rarely_meet_end_a_page_early_and_are_found_at_last", async () => {
  const org = fullOrg("dashboard words");
  // The one that was there first has the word that no other has.
  const vendors = Array.from({ length: 400 }, (_, index) => ({
    id: idOf("cbvndr", `words ${index}`),
    name: `Northern harbour ${index === 0 ? "zeta" : index}`,
  }));
  await api.load({ orgs: [{ ...org.data, vendors: [...org.data.vendors, ...vendors] }] });
  await api.warm(org.key);
  const theirs = dashboardOf(api, org.key);
  for (const search of ["zet%20northern", "ZETA%20north%20harb"]) {
    const { rows, items, next_cursor } = await rowsOf(`vendors?q=${search}`, theirs);
    assert.ok(rows <= MAX_ROWS, `${rows}`);
    assert.deepEqual(items, []);
    assert.notEqual(next_cursor, null);
    const found = await theirs.all(`vendors?q=${search}`);
    assert.deepEqual(
      found.map(({ id }) => id),
      [vendors[0].id],
    );
  }
  assert.equal((await theirs.all("vendors?q=harbour%20northern&limit=100")).length, 400);
  assert.deepEqual(await theirs.all("vendors?q=northern%20nobody"), []);
});

test("long_lists_of_ids_end_a_page_early_and_are_shown_whole", async () => {
  const sets = Array.from({ length: 100 }, (_, index) => ({
    id: idOf("cbctst", `long ${index}`),
    name: `Set ${index}`,
  }));
  const org = fullOrg("dashboard long lists");
  await api.load({ orgs: [{ ...org.data, control_sets: [...org.data.control_sets, ...sets] }] });
  await api.warm(org.key);
  const { pages } = dashboardOf(api, org.key);
  const control_set_ids = sets.map(({ id }) => id);
  for (let index = 0; index < 30; index++) {
    const body = { vendor_id: org.vendor, control_set_ids };
    assert.equal((await api.create(body, { key: org.key })).status, 201);
  }
  const { rows } = await rowsOf("assessments?limit=100", dashboardOf(api, org.key));
  assert.ok(rows <= MAX_ROWS, String(rows));
  const walked = await pages("assessments?limit=100");
  assert.ok(walked.length > 1);
  const items = walked.flatMap((page) => page.items);
  assert.equal(new Set(items.map(({ id }) => id)).size, 31);
  // Where many rows are walked over there is the least room for lists.
  const filtered = await pages(`assessments?limit=100&vendor_id=${org.vendor}`);
  for (const all of [items, filtered.flatMap((page) => page.items)]) {
    const long = all.filter((item) => item.control_set_ids.length > 1);
    assert.equal(long.length, 30);
    for (const item of long) assert.deepEqual(item.control_set_ids, control_set_ids);
  }
});

test("a_page_costs_the_same_whatever_others_have", async () => {
  const theirs = dashboardOf(api, SPARSE.key);
  const paths = ["assessments", "assessments?q=a", "assessments?q=v", "vendors", "vendors?q=v"];
  const costs = async () => {
    const found = [];
    // However long ago that was before.
    await api.warm(SPARSE.key);
    for (const path of paths) found.push((await rowsOf(path, theirs)).rows);
    return found;
  };
  const before = await costs();
  await crowdOrganizations(api.env.DB, 300);
  assert.deepEqual(await costs(), before);
});
