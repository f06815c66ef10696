// How often D1 is asked, which bench/budget.json says of the usual calls. A call costs one
// round trip once the key's organization is remembered, a create two; one if what it names
// was seen before, and none if it needs no data to be refused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idOf, makeAssessment, makeOrg, mintKey, ROUTE_BUDGET, startApi } from "./harness.mjs";

const VENDOR = idOf("cbvndr", "round trips");
const ORG = makeOrg("round trips", {
  users: [
    { id: idOf("cbuser", "trips"), name: "T", email: "t@trips.example", membership: "active" },
  ],
  control_sets: [{ id: idOf("cbctst", "trips"), name: "Trips" }],
  vendors: [
    {
      id: VENDOR,
      name: "Trips",
      services: [{ id: idOf("cbsvc", "trips"), name: "Trips" }],
      documents: [{ id: idOf("cbvdoc", "trips"), name: "Trips" }],
    },
  ],
  workflows: [{ id: idOf("cbwd", "trips"), name: "flow", kind: "direct", enabled: true }],
  assessments: [
    makeAssessment("round trips, read", VENDOR),
    makeAssessment("round trips, archived", VENDOR),
  ],
});
const READ = idOf("cbqsrw", "round trips, read");
const ARCHIVED = idOf("cbqsrw", "round trips, archived");
const EVERYTHING = {
  vendor_id: VENDOR,
  control_set_ids: [idOf("cbctst", "trips")],
  name: "All there is",
  service_ids: [idOf("cbsvc", "trips")],
  assignee_id: idOf("cbuser", "trips"),
  trigger_workflow: "flow",
  supporting_document_ids: [idOf("cbvdoc", "trips")],
};

let api;
before(async () => {
  api = await startApi({ faulty: true });
  await api.load({ orgs: [ORG.data] });
  await api.warm(ORG.key);
});
after(() => api.close());

const roundTrips = (answer) => Number(answer.headers.get("x-test-d1-round-trips"));

/** Round trips of a route by the budget. */
const tripsOf = (route) => ROUTE_BUDGET[route].d1_trips;

/** Asserts the status and the number of round trips of an answer. */
function cost(answer, status, trips) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(roundTrips(answer), trips);
}

test("a_create_takes_two_round_trips_and_one_when_it_names_the_same_again", async () => {
  for (const body of [{ ...ORG.body, control_set_ids: [] }, EVERYTHING]) {
    for (const [trips, idempotencyKey] of [[2], [1], [1, crypto.randomUUID()]]) {
      const options = { key: ORG.key, idempotencyKey };
      cost(await api.create(body, options), 201, trips);
      // What else it says changes nothing of that.
      cost(await api.create({ ...body, name: "Another" }, { key: ORG.key }), 201, 1);
    }
  }
});

test("a_create_on_facts_that_have_changed_is_decided_on_those_there_are", async () => {
  const org = makeOrg("round trips, changing");
  await api.load({ orgs: [org.data] });
  const assessment_name_format = "{{vendor:name}} {{cycle}}";
  const create = async (trips) => {
    const answer = await api.create({ ...org.body, assessment_name_format }, { key: org.key });
    cost(answer, 201, trips);
    return JSON.parse(answer.text).name;
  };
  assert.equal(await create(3), "Vendor of round trips, changing initial");
  // What the first one changed is known without a look.
  assert.equal(await create(1), "Vendor of round trips, changing reassessment");
  await api.rows("UPDATE vendors SET name = 'New' WHERE org_id = ?", org.id);
  // The write on what was remembered, a look, and the write.
  assert.equal(await create(3), "New reassessment");
  assert.equal(await create(1), "New reassessment");
});

test("a_replay_takes_one_round_trip", async () => {
  const options = { key: ORG.key, idempotencyKey: crypto.randomUUID() };
  assert.equal((await api.create(EVERYTHING, options)).status, 201);
  const replay = await api.create(EVERYTHING, options);
  assert.equal(replay.headers.get("idempotent-replayed"), "true");
  cost(replay, 201, tripsOf("replay"));
});

test("a_refused_create_takes_one_round_trip_and_none_if_it_touches_no_data", async () => {
  const large = " ".repeat(300_000);
  for (const [status, trips, body, idempotencyKey] of [
    [400, 1, EVERYTHING, "two words"],
    [413, 0, large],
    [422, 0, {}],
    [422, 0, "{"],
    [400, 0, { ...EVERYTHING, name: "n".repeat(256) }],
    // The key might have an answer.
    [413, 1, large, "refused"],
    [422, 1, {}, "refused"],
    [400, 1, { ...EVERYTHING, name: "n".repeat(256) }, "refused"],
    [404, 1, { ...EVERYTHING, trigger_workflow: "no such flow" }],
    [400, 1, { ...EVERYTHING, vendor_id: "x" }],
  ]) {
    cost(await api.create(body, { key: ORG.key, idempotencyKey }), status, trips);
  }
});

test("nobody_who_was_not_seen_lately_is_refused_without_a_look", async () => {
  const stranger = makeOrg("round trips, stranger");
  await api.load({ orgs: [stranger.data] });
  // Where its key is from, and whether it is good.
  cost(await api.create({}, { key: stranger.key }), 422, 2);
  cost(await api.create({}, { key: stranger.key }), 422, 0);
  const refused = makeOrg("round trips, refused", { api_ip_allowlist: ["203.0.113.7/32"] });
  await api.load({ orgs: [refused.data] });
  for (let time = 0; time < 3; time++) {
    const answer = await api.create({}, { key: refused.key });
    assert.equal(answer.status, 403);
    assert.ok(roundTrips(answer) >= 1);
  }
});

test("an_error_that_touches_no_data_rests_on_a_standing_of_ten_seconds_at_most", async () => {
  const org = makeOrg("round trips, revoked");
  await api.load({ orgs: [org.data] });
  // The clock stands still but for what is added here.
  const start = Math.floor(Date.now() / 1000);
  const later = (seconds) => ({ key: org.key, faults: { at: start + seconds } });
  const create = (seconds) => api.create({}, later(seconds));
  await api.send("GET", "/v1/utils/authtest", later(0));
  await api.warm(org.key);
  await api.rows("UPDATE api_keys SET revoked_at = 1 WHERE org_id = ?", org.id);
  cost(await create(5), 422, 0);
  cost(await create(12), 401, 1);
  // It is known here now.
  cost(await create(0), 401, 1);
  await api.send("GET", "/v1/utils/authtest", { faults: {} });
});

test("a_retrieve_takes_one_round_trip", async () => {
  const trips = tripsOf("retrieve");
  cost(await api.retrieve(READ, { key: ORG.key }), 200, trips);
  cost(await api.retrieve(idOf("cbqsrw", "nobody"), { key: ORG.key }), 404, trips);
  cost(await api.retrieve("malformed", { key: ORG.key }), 404, trips);
});

test("an_archive_takes_one_round_trip", async () => {
  const trips = tripsOf("archive");
  cost(await api.archive(ARCHIVED, { key: ORG.key }), 200, trips);
  cost(await api.archive(ARCHIVED, { key: ORG.key }), 200, tripsOf("archive, repeated"));
  cost(await api.archive(idOf("cbqsrw", "nobody"), { key: ORG.key }), 404, trips);
  cost(await api.archive("malformed", { key: ORG.key }), 404, trips);
});

test("a_key_that_nobody_remembers_costs_one_round_trip_more", async () => {
  const orgs = ["read", "ask", "create"].map((name) => makeOrg(`round trips, cold ${name}`));
  await api.load({ orgs: orgs.map((org) => org.data) });
  const [reading, asking, creating] = orgs;
  // A cache that is down has nothing cached.
  const faults = { kv: "throw" };
  for (const trips of [2, 1]) {
    cost(await api.send("GET", "/v1/utils/authtest", { key: asking.key, faults }), 200, trips);
    cost(await api.retrieve(READ, { key: reading.key, faults }), 404, trips);
  }
  cost(await api.create(creating.body, { key: creating.key, faults }), 201, 3);
});

test("a_credential_that_cannot_be_good_is_refused_without_a_lookup", async () => {
  const mistyped = ORG.key.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  for (const key of [undefined, "x", mistyped, `${ORG.key}0`]) {
    cost(await api.create(EVERYTHING, { key: key ?? "" }), 401, 0);
    cost(await api.retrieve(READ, { key: key ?? "" }), 401, 0);
  }
  cost(await api.retrieve(READ, { key: mintKey("nobody has this") }), 401, 1);
});

test("what_needs_no_data_asks_for_none", async () => {
  cost(await api.send("GET", "/nowhere", { key: ORG.key }), 404, 0);
  cost(await api.send("PUT", "/v1/assessments", { key: ORG.key }), 405, 0);
  cost(await api.send("GET", "/openapi.json"), 200, 0);
  cost(await api.send("GET", "/healthz"), 200, 1);
});
