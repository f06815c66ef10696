// Rate limits: gate 3 of the contract's order, and point 34 of its checklist.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { linesWith } from "./audit-support.mjs";
import { ROOT, idOf, makeAssessment, makeOrg, mintKey, startApi, readToml } from "./harness.mjs";

const TOO_MANY = '{"detail":"Too many requests."}';
const ASSESSMENT = makeAssessment("limits", idOf("cbvndr", "limits"));
/** Keys that tests use up, and one more organization. */
const NAMES = ["read", "write", "events", "waits", "moves", "failing", "together", "trips"];
const KEYS = Object.fromEntries(NAMES.map((name) => [name, mintKey(`limits, ${name}`)]));
const ORG = makeOrg("limits", {
  api_keys: NAMES.map((name) => ({ name, secret: KEYS[name], role: "Service Account" })),
  assessments: [ASSESSMENT],
});
const OTHER = makeOrg("limits, another");
const LIMITS = { READ_LIMIT: 5, WRITE_LIMIT: 4, EVENT_LIMIT: 3, ADDRESS_LIMIT: 6 };
/** The longer of those that there are, in seconds: a test has more time before it is over. */
const PERIOD = 60;

let api;
before(async () => {
  api = await startApi({ faulty: true, limits: LIMITS, limitPeriod: PERIOD });
  await api.load({ orgs: [ORG.data, OTHER.data] });
});
after(() => api?.close());

/** Windows begin with the minutes here, so a test that counts begins while enough of one is left. */
async function withinAWindow() {
  const left = PERIOD * 1_000 - (Date.now() % (PERIOD * 1_000));
  if (left < 25_000) await wait(left + 50);
}

/** Each test is someone else, so that it does not meet the limit of another. */
let clients = 0;
const freshClient = () => `203.0.113.${++clients}`;
/** What makes a request come from an address: what the edge would say. */
const from = (client, more = {}) => ({ headers: { "cf-connecting-ip": client, ...more } });

const authtest = (key, client, more) =>
  api.send("GET", "/v1/utils/authtest", { key, ...from(client), ...more });
const read = (key, client) => api.retrieve(ASSESSMENT.id, { key, ...from(client) });
const statuses = (answers) => answers.map(({ status }) => status);

function isRefused(answer) {
  assert.equal(answer.status, 429, answer.text);
  assert.equal(answer.text, TOO_MANY);
  assert.match(answer.headers.get("retry-after"), /^[1-9]\d*$/);
  assert.equal(answer.headers.get("x-test-d1-round-trips"), "0");
}

/** Calls one after the other until one is refused: that answer, and how many were not. */
async function refusal(call) {
  for (let passed = 0; passed < 20; passed++) {
    const answer = await call();
    if (answer.status === 429) {
      isRefused(answer);
      return { answer, passed };
    }
  }
  return assert.fail("no call was refused");
}

const untilRefused = async (call) => (await refusal(call)).passed;

test("each_group_of_routes_has_a_limit_of_its_own_and_so_has_each_key", async () => {
  await withinAWindow();
  const client = freshClient();
  assert.equal(await untilRefused(() => read(KEYS.read, client)), LIMITS.READ_LIMIT);
  // The other reads are limited with it, and it alone.
  isRefused(await authtest(KEYS.read, client));
  isRefused(await api.send("GET", "/v1/workflows/runs/x", { key: KEYS.read, ...from(client) }));
  const create = () => api.create(ORG.body, { key: KEYS.read, ...from(client) });
  assert.equal((await create()).status, 201);
  const event = () =>
    api.send("POST", "/v1/workflows/runs/x/events", { key: KEYS.read, ...from(client) });
  assert.equal((await event()).status, 422);
  // Another key of the organization has spent nothing.
  assert.equal((await read(KEYS.write, client)).status, 200);
  assert.equal(await untilRefused(create), LIMITS.WRITE_LIMIT - 1);
  isRefused(await api.archive(ASSESSMENT.id, { key: KEYS.read, ...from(client) }));
  assert.equal(await untilRefused(event), LIMITS.EVENT_LIMIT - 1);
});

test("a_refused_call_writes_nothing_and_leaves_its_idempotency_key_free", async () => {
  await withinAWindow();
  const client = freshClient();
  const create = (idempotencyKey) =>
    api.create(ORG.body, { key: KEYS.write, idempotencyKey, ...from(client) });
  await untilRefused(() => create());
  const idempotencyKey = crypto.randomUUID();
  await api.writesNothing(async () => isRefused(await create(idempotencyKey)));
  // The key is as good as new with another credential of the organization.
  const other = await api.create(ORG.body, {
    key: KEYS.moves,
    idempotencyKey,
    ...from(client),
  });
  assert.equal(other.status, 201);
  assert.equal(other.headers.get("idempotent-replayed"), null);
});

test("after_waiting_as_long_as_it_is_told_the_call_passes", async () => {
  // With the period of the deployment, for which one can wait.
  const shipped = await startApi({ data: { orgs: [ORG.data] }, faulty: true, limits: LIMITS });
  try {
    const call = () => shipped.send("GET", "/v1/utils/authtest", { key: KEYS.waits });
    const { answer: refused } = await refusal(call);
    const seconds = Number(refused.headers.get("retry-after"));
    assert.ok(seconds <= 10, `${seconds} s`);
    await wait(seconds * 1000);
    assert.equal((await call()).status, 200);
  } finally {
    await shipped.close();
  }
});

for (const [what, key] of /** @type {const} */ ([
  ["no_credential", undefined],
  ["a_malformed_credential", "x"],
  ["a_key_with_a_bad_checksum", `${mintKey("limits").slice(0, -1)}x`],
  ["one_unknown_key", mintKey("limits, nobody")],
])) {
  test(`calls_with_${what}_are_limited_by_their_address`, async () => {
    await withinAWindow();
    const client = freshClient();
    const call = () => authtest(key, client);
    assert.equal(await untilRefused(call), LIMITS.ADDRESS_LIMIT);
    isRefused(await api.create({}, { key: key ?? "", ...from(client) }));
    // Elsewhere nothing is spent.
    assert.equal((await authtest(key, freshClient())).status, 401);
  });
}

test("a_storm_of_unknown_keys_asks_the_database_no_oftener_than_the_limit", async () => {
  await withinAWindow();
  const client = freshClient();
  const answers = [];
  for (let number = 0; number < 40; number++) {
    answers.push(await authtest(mintKey(`limits, storm ${number}`), client));
  }
  const trips = answers.reduce(
    (sum, { headers }) => sum + Number(headers.get("x-test-d1-round-trips")),
    0,
  );
  assert.equal(trips, LIMITS.ADDRESS_LIMIT);
  assert.equal(statuses(answers).filter((status) => status === 401).length, trips);
  // Whoever was good lately from there goes on: the limit is that of strangers.
  assert.equal((await authtest(OTHER.key, freshClient())).status, 200);
  assert.equal((await authtest(OTHER.key, client)).status, 200);
});

test("a_good_key_that_no_cache_has_is_not_limited_as_a_stranger", async () => {
  await withinAWindow();
  const client = freshClient();
  // Without KV no call finds its key cached.
  const call = () =>
    api.retrieve(ASSESSMENT.id, { key: KEYS.failing, ...from(client), faults: { kv: "throw" } });
  assert.equal((await call()).status, 200);
  await untilRefused(() => authtest(undefined, client));
  assert.equal((await call()).status, 200);
  assert.equal(await untilRefused(call), LIMITS.READ_LIMIT - 2);
});

test("addresses_of_one_ipv6_network_are_one_client", async () => {
  await withinAWindow();
  let host = 0;
  const call = (network) => authtest(undefined, `${network}::${(++host).toString(16)}`);
  assert.equal(await untilRefused(() => call("2001:db8:1:2")), LIMITS.ADDRESS_LIMIT);
  assert.equal((await call("2001:db8:1:3")).status, 401);
  // An IPv4 address in IPv6 notation is the same client as without.
  const client = freshClient();
  await untilRefused(() => authtest(undefined, client));
  isRefused(await authtest(undefined, `::ffff:${client}`));
});

test("calls_without_an_address_share_one_limit", async () => {
  await withinAWindow();
  const call = () => api.send("GET", "/v1/utils/authtest", { faults: { nobody: true } });
  assert.equal(await untilRefused(call), LIMITS.ADDRESS_LIMIT);
  assert.equal((await authtest(undefined, freshClient())).status, 401);
});

test("a_forwarding_header_of_the_caller_makes_no_other_client", async () => {
  await withinAWindow();
  const client = freshClient();
  let number = 0;
  const call = () => {
    const forged = `198.51.100.${++number}`;
    const headers = { "x-forwarded-for": forged, "x-real-ip": forged, forwarded: `for=${forged}` };
    return authtest(undefined, client, from(client, headers));
  };
  assert.equal(await untilRefused(call), LIMITS.ADDRESS_LIMIT);
});

test("thirty_two_simultaneous_calls_pass_exactly_as_often_as_the_limit_says", async () => {
  await withinAWindow();
  const client = freshClient();
  const calls = Array.from({ length: 32 }, () => authtest(KEYS.together, client));
  const answers = await Promise.all(calls);
  assert.equal(answers.filter(({ status }) => status === 200).length, LIMITS.READ_LIMIT);
  const refused = answers.filter(({ status }) => status !== 200);
  assert.equal(refused.length, 32 - LIMITS.READ_LIMIT);
  refused.forEach(isRefused);
});

test("what_needs_no_credential_and_what_has_no_route_is_not_limited", async () => {
  await withinAWindow();
  const client = freshClient();
  await untilRefused(() => authtest(undefined, client));
  for (const [method, path, status] of /** @type {const} */ ([
    ["GET", "/healthz", 200],
    ["GET", "/openapi.json", 200],
    ["GET", "/v1/nothing", 404],
    ["GET", "/v1/assessments", 405],
  ])) {
    assert.equal((await api.send(method, path, from(client))).status, status, path);
  }
});

for (const limit of ["throw", "hang"]) {
  test(`counters_that_${limit}_let_every_call_pass`, { timeout: 60_000 }, async () => {
    const client = freshClient();
    const faults = { limit };
    const calls = Array.from({ length: 12 }, () => authtest(KEYS.trips, client, { faults }));
    assert.deepEqual(statuses(await Promise.all(calls)), Array(12).fill(200));
    const strangers = Array.from({ length: 12 }, () => authtest(undefined, client, { faults }));
    assert.deepEqual(statuses(await Promise.all(strangers)), Array(12).fill(401));
    const cause = limit === "throw" ? "injected: no counter" : "no answer in";
    for (const name of ["READ_LIMIT", "ADDRESS_LIMIT"]) await linesWith(api, [name, cause]);
  });
}

test("without_counters_there_is_no_limit_and_the_log_says_so_once", async () => {
  const bare = await startApi({ faulty: true, limits: null });
  try {
    await bare.load({ orgs: [OTHER.data] });
    for (let call = 0; call < 12; call++) {
      const answer = await bare.send("GET", "/v1/utils/authtest", { key: OTHER.key });
      assert.equal(answer.status, 200);
      assert.equal((await bare.send("GET", "/v1/utils/authtest")).status, 401);
    }
    const told = await linesWith(bare, ["rate_limit_not_bound"], 2);
    assert.deepEqual(told.map(({ said }) => said.binding).sort(), ["ADDRESS_LIMIT", "READ_LIMIT"]);
  } finally {
    await bare.close();
  }
});

test("the_period_that_callers_are_told_is_that_of_the_limits", () => {
  const { ratelimits, vars } = readToml();
  assert.equal(ratelimits.length, 4);
  for (const { name, simple } of ratelimits) {
    assert.equal(simple.period, vars.RATE_LIMIT_PERIOD, name);
  }
  const source = readFileSync(join(ROOT, "worker/src/caller/limits.rs"), "utf8");
  for (const { name } of ratelimits) assert.ok(source.includes(`"${name}"`), name);
});
