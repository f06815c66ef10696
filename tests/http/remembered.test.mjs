// What an isolate remembers so that nobody can load the database (section 7):
// that it answered lately, and that a key is unknown.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeOrg, mintKey, startApi } from "./harness.mjs";

let api;
before(async () => {
  api = await startApi({ faulty: true });
});
after(() => api.close());

const cost = ({ headers }) => ({
  d1: Number(headers.get("x-test-d1-round-trips")),
  kv: Number(headers.get("x-test-kv-reads")),
});
const NOTHING = { d1: 0, kv: 0 };
const health = (faults = {}) => api.send("GET", "/healthz", { faults });
const probe = (key, at) => api.send("GET", "/v1/utils/authtest", { key, faults: { at } });
/** Every test begins an hour after the one before: nothing is remembered. The clock stands still. */
let hour = 0;
const START = Math.floor(Date.now() / 1000);
const later = (seconds = 0) => START + hour * 3600 + seconds;
const nextHour = () => ++hour;

test("healthz_asks_d1_once_in_five_seconds", async () => {
  nextHour();
  assert.deepEqual(cost(await health({ at: later() })), { d1: 1, kv: 0 });
  for (const seconds of [0, 1, 3]) {
    const answer = await health({ at: later(seconds) });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, { status: "ok" });
    assert.deepEqual(cost(answer), NOTHING);
  }
  assert.deepEqual(cost(await health({ at: later(6) })), { d1: 1, kv: 0 });
});

test("healthz_shows_within_five_seconds_that_d1_is_down_and_remembers_no_failure", async () => {
  nextHour();
  assert.equal((await health({ at: later() })).status, 200);
  for (const seconds of [6, 6, 7]) {
    const answer = await health({ at: later(seconds), d1: "throw" });
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("retry-after"), /^[1-9]\d*$/);
    assert.deepEqual(cost(answer), { d1: 1, kv: 0 });
  }
  assert.equal((await health({ at: later(7) })).status, 200);
});

test("a_call_that_finds_d1_down_ends_what_healthz_remembers", async () => {
  nextHour();
  const org = makeOrg("remembered, down");
  await api.load({ orgs: [org.data] });
  assert.equal((await health({ at: later() })).status, 200);
  const faults = { at: later(1), d1: "throw" };
  assert.equal((await api.create(org.body, { key: org.key, faults })).status, 503);
  assert.equal((await health(faults)).status, 503);
});

test("a_clock_that_goes_back_makes_nothing_last_longer", async () => {
  nextHour();
  const key = mintKey("remembered, clock");
  await health({ at: later(600) });
  await probe(key, later(600));
  assert.deepEqual(cost(await health({ at: later() })), { d1: 1, kv: 0 });
  assert.equal(cost(await probe(key, later())).d1, 1);
});

test("simultaneous_health_checks_share_one_read", async () => {
  nextHour();
  for (const [d1, status] of [
    ["throw", 503],
    [undefined, 200],
  ]) {
    const faults = { at: later(), together: 30, d1 };
    const answers = await Promise.all(Array.from({ length: 30 }, () => health(faults)));
    for (const answer of answers) assert.equal(answer.status, status);
    assert.equal(
      answers.reduce((sum, answer) => sum + cost(answer).d1, 0),
      1,
    );
  }
});

test("a_health_check_that_never_ends_holds_up_no_other", { timeout: 60_000 }, async () => {
  nextHour();
  const hanging = health({ at: later(), d1: "hang" });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal((await health({ at: later(2) })).status, 200);
  assert.equal((await hanging).status, 503);
});

test("an_unknown_key_is_looked_up_once_in_ten_seconds", async () => {
  nextHour();
  const key = mintKey("remembered, unknown");
  assert.deepEqual(cost(await probe(key, later())), { d1: 1, kv: 1 });
  for (const seconds of [0, 4, 9]) {
    const answer = await probe(key, later(seconds));
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.json, { detail: "Invalid or expired API key." });
    assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    assert.deepEqual(cost(answer), NOTHING);
  }
  assert.deepEqual(cost(await probe(key, later(10))), { d1: 1, kv: 1 });
});

test("a_new_key_is_good_ten_seconds_after_it_was_last_refused_at_the_latest", async () => {
  nextHour();
  const org = makeOrg("remembered, later");
  assert.equal((await probe(org.key, later())).status, 401);
  await api.load({ orgs: [org.data] });
  // Being refused again does not make it last longer.
  assert.equal((await probe(org.key, later(9))).status, 401);
  assert.equal((await probe(org.key, later(10))).status, 200);
});

test("no_known_key_pays_for_unknown_ones", async () => {
  nextHour();
  const org = makeOrg("remembered, known");
  await api.load({ orgs: [org.data] });
  assert.equal((await probe(org.key, later())).status, 200);
  for (let number = 0; number < 20; number++) {
    assert.equal((await probe(mintKey(`remembered, forged ${number}`), later())).status, 401);
  }
  assert.equal((await probe(org.key, later())).status, 200);
});

test("storage_trouble_is_no_reason_to_call_a_key_unknown", async () => {
  nextHour();
  const org = makeOrg("remembered, trouble");
  await api.load({ orgs: [org.data] });
  for (const d1 of ["throw", "junk"]) {
    const faults = { at: later(), d1, kv: "throw" };
    assert.equal(
      (await api.send("GET", "/v1/utils/authtest", { key: org.key, faults })).status,
      503,
    );
    assert.equal((await probe(org.key, later())).status, 200);
  }
});
