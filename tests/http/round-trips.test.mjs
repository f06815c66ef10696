// How often D1 is asked, once the key's organization is cached: as often as
// bench/budget.json says, whatever the request holds and however it ends.

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

test("a_create_takes_no_more_round_trips_than_its_budget", async () => {
  for (const body of [ORG.body, EVERYTHING]) {
    for (const idempotencyKey of [undefined, crypto.randomUUID()]) {
      const answer = await api.create({ ...ORG.body, ...body }, { key: ORG.key, idempotencyKey });
      assert.equal(answer.status, 201, answer.text);
      const trips = roundTrips(answer);
      assert.ok(trips <= tripsOf("create"), `${trips} round trips`);
    }
  }
});

test("a_replay_takes_one_round_trip", async () => {
  const options = { key: ORG.key, idempotencyKey: crypto.randomUUID() };
  assert.equal((await api.create(EVERYTHING, options)).status, 201);
  const replay = await api.create(EVERYTHING, options);
  assert.equal(replay.headers.get("idempotent-replayed"), "true");
  cost(replay, 201, tripsOf("replay"));
});

test("a_refused_create_takes_one_round_trip", async () => {
  const large = " ".repeat(300_000);
  for (const [status, body, idempotencyKey] of [
    [400, EVERYTHING, "two words"],
    [413, large],
    [422, {}],
    [422, "{"],
    [400, { ...EVERYTHING, name: "n".repeat(256) }],
    [404, { ...EVERYTHING, trigger_workflow: "no such flow" }],
    [400, { ...EVERYTHING, vendor_id: "x" }],
  ]) {
    cost(await api.create(body, { key: ORG.key, idempotencyKey }), status, 1);
  }
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

test("a_key_that_is_not_cached_costs_one_round_trip_more", async () => {
  // A cache that is down has nothing cached.
  const cold = { key: ORG.key, faults: { kv: "throw" } };
  cost(await api.send("GET", "/v1/utils/authtest", cold), 200, 2);
  cost(await api.retrieve(READ, cold), 200, 2);
  cost(await api.create(ORG.body, cold), 201, 3);
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
