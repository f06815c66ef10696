// What a call costs on the platform, whatever it takes: round trips to D1, rows that D1
// says were read and written, and reads and writes of KV. No route costs more than
// bench/budget.json says, nor more because there is more in the tables.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { crowdAssessments, crowdRecords, crowdReferences, fullOrg } from "./crowd.mjs";
import { idOf, ROUTE_BUDGET, startApi } from "./harness.mjs";
import { until } from "./workflow-support.mjs";

const ORG = fullOrg("cost");
/** Another, which no test has used yet. */
const UNUSED = fullOrg("cost, unused");

let api;
before(async () => {
  api = await startApi({ faulty: true });
  // Whether a range of an index ends where the index does is told by one row more that
  // is read. Rows of an organization behind ours have it end before, as a full one does.
  const last = fullOrg("behind");
  last.data.id = `cborg_${"f".repeat(32)}`;
  await api.load({ orgs: [ORG.data, UNUSED.data, last.data] });
  await api.warm(ORG.key);
});
after(() => api.close());

/** What an answer tells of its cost. */
function told(headers, what) {
  const text = headers.get(`x-test-${what}`) ?? "";
  assert.match(text, /^\d+$/, what);
  return Number(text);
}

/** What an answer cost, which must have that status. */
function costOf({ headers, text, ...answer }, status) {
  assert.equal(answer.status, status, text);
  const count = (what) => told(headers, what);
  return {
    d1_trips: count("d1-round-trips"),
    rows_read: count("d1-rows-read"),
    rows_written: count("d1-rows-written"),
    kv_reads: count("kv-reads"),
  };
}

/** A create of one of each that it usually names. */
const usualOf = (org) => ({
  vendor_id: org.vendor,
  control_set_ids: [idOf("cbctst", org.data.name)],
});

/** A create of everything that it may name. */
const everythingOf = (org) => ({
  ...usualOf(org),
  name: "All there is",
  service_ids: [idOf("cbsvc", org.data.name)],
  assignee_id: idOf("cbuser", org.data.name),
  trigger_workflow: "flow",
  supporting_document_ids: [idOf("cbvdoc", org.data.name)],
});

/** What each route costs where what it needs was seen before, by the names of the budget. */
async function costs(org = ORG) {
  const found = {};
  const note = async (name, status, answering) => {
    const answer = await answering;
    found[name] = costOf(answer, status);
    return answer.json;
  };
  const { key, vendor } = org;
  const [usual, everything] = [usualOf(org), everythingOf(org)];
  const create = (body, idempotencyKey) => api.create(body, { key, idempotencyKey });
  const archive = (id) => api.archive(id, { key });
  const idempotencyKey = crypto.randomUUID();
  for (const body of [usual, everything]) await create(body);
  const { id } = await note("create", 201, create(usual));
  await note("create, keyed", 201, create(usual, idempotencyKey));
  await note("replay", 201, create(usual, idempotencyKey));
  await note("create, all there is", 201, create(everything, crypto.randomUUID()));
  await note("create, 422", 422, create({}));
  await note("retrieve", 200, api.retrieve(id, { key }));
  const dashboard = (path) => api.send("GET", `/v1/dashboard/${path}`, { key });
  await note("dashboard, vendor", 200, dashboard(`vendors/${vendor}`));
  await note("dashboard, assessment", 200, dashboard(`assessments/${id}`));
  await note("archive", 200, archive(id));
  await note("archive, repeated", 200, archive(id));
  await note("authtest", 200, api.send("GET", "/v1/utils/authtest", { key }));
  return found;
}

/** What a create costs whose key is known and nothing else that it names. */
async function costOfUnseen() {
  const org = fullOrg("cost of what was not seen");
  await api.load({ orgs: [org.data] });
  await api.warm(org.key);
  return costOf(await api.create(usualOf(org), { key: org.key }), 201);
}

test("no_route_costs_more_than_its_budget", async (context) => {
  const found = { ...(await costs()), "create, unseen": await costOfUnseen() };
  assert.deepEqual(Object.keys(found).sort(), Object.keys(ROUTE_BUDGET).sort());
  for (const [route, cost] of Object.entries(found)) {
    for (const [what, count] of Object.entries(cost)) {
      assert.ok(count <= ROUTE_BUDGET[route][what], `${route}: ${count} ${what}`);
      if (count < ROUTE_BUDGET[route][what]) context.diagnostic(`${route}: only ${count} ${what}`);
    }
  }
});

test("nothing_is_written_to_kv_for_a_credential_that_is_known", async () => {
  const writes = async () => told((await api.send("GET", "/healthz")).headers, "kv-writes");
  const before = await writes();
  // What is known of a key is kept for a minute, which begins here.
  await api.warm(UNUSED.key);
  await until("the key to be kept", async () => (await writes()) > before);
  await costs(UNUSED);
  assert.equal(await writes(), before + 1);
});

test("no_route_costs_more_because_there_is_more_in_the_tables", async () => {
  const before = await costs();
  await crowdReferences(api.env.DB, "cost", 3_000);
  await crowdAssessments(api.env.DB, "cost", 3_000);
  await crowdRecords(api.env.DB, "cost", 3_000, 4_000_000_000);
  assert.deepEqual(await costs(), before);
});
