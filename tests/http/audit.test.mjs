// Audit records (2.8): point 36 of the contract's checklist, and what becomes of
// them when the queue or the database misbehaves.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { lines, linesOf, losses, recordsOf, requestId } from "./audit-support.mjs";
import { KEYS, UUID, idOf, makeAssessment, makeOrg, mintKey, startApi, dump } from "./harness.mjs";
import { until } from "./workflow-support.mjs";

const VENDOR = idOf("cbvndr", "audit");
const keyOf = (name, more) => ({
  name,
  secret: mintKey(`audit, ${name}`),
  role: "Service Account",
  ...more,
});
const ORG = makeOrg("audit", {
  vendors: [{ id: VENDOR, name: "Audit" }],
  api_keys: [
    keyOf("good"),
    keyOf("viewer", { role: "Report Viewer" }),
    keyOf("revoked", { revoked: true }),
    keyOf("revoked later"),
    keyOf("expired", { expires_at: 1_735_689_600 }),
  ],
  workflows: [{ id: idOf("cbwd", "audit"), name: "off", kind: "direct", enabled: false }],
  assessments: [makeAssessment("audit, read", VENDOR), makeAssessment("audit, gone", VENDOR)],
});
const CAGED = makeOrg("audit, caged", { api_ip_allowlist: ["203.0.113.0/24"] });
const GOOD = mintKey("audit, good");
const VIEWER = mintKey("audit, viewer");
const READ = idOf("cbqsrw", "audit, read");
const GONE = idOf("cbqsrw", "audit, gone");
const BODY = { vendor_id: VENDOR, control_set_ids: [] };

let api;
before(async () => {
  api = await startApi({ faulty: true, queueRetries: 1 });
  await api.load({ orgs: [ORG.data, CAGED.data] });
  await api.warm(GOOD);
});
after(() => api.close());

const probe = (options) => api.send("GET", "/v1/utils/authtest", { key: GOOD, ...options });
const send = (method, path, options) => api.send(method, path, { key: GOOD, ...options });
/** How a delivery of the queues goes from now on. */
const deliver = (faults) => probe({ headers: { "x-test-delivery": JSON.stringify(faults) } });

test("each_authenticated_call_leaves_one_record_whatever_its_status", async () => {
  const create = (body, options) => api.create(body, { key: GOOD, ...options });
  const idempotencyKey = crypto.randomUUID();
  const assessments = "/v1/assessments";
  const one = `${assessments}/{assessment_id}`;
  const json = { "content-type": "application/json" };
  const run = `/v1/workflows/runs/${idOf("cbwr", "audit, none")}`;
  /** @type {[number, string, string, () => Promise<any>][]} */
  const calls = [
    [201, "POST", assessments, () => create(BODY, { idempotencyKey })],
    [201, "POST", assessments, () => create({}, { idempotencyKey })],
    [400, "POST", assessments, () => create({ ...BODY, vendor_id: "x" })],
    [404, "POST", assessments, () => create({ ...BODY, trigger_workflow: "none" })],
    [409, "POST", assessments, () => create({ ...BODY, trigger_workflow: "off" })],
    [413, "POST", assessments, () => create(" ".repeat(300_000))],
    [422, "POST", assessments, () => create("{")],
    [503, "POST", assessments, () => create(BODY, { faults: { d1: "fail-before-commit" } })],
    [200, "GET", one, () => api.retrieve(READ, { key: GOOD })],
    [404, "GET", one, () => api.retrieve("malformed", { key: GOOD })],
    [401, "GET", one, () => api.retrieve(READ, { key: VIEWER })],
    [403, "GET", one, () => api.retrieve(READ, { key: CAGED.key })],
    [200, "DELETE", one, () => api.archive(GONE, { key: GOOD })],
    [404, "DELETE", one, () => api.archive(idOf("cbqsrw", "nobody"), { key: GOOD })],
    [404, "GET", "/v1/workflows/runs/{workflow_run_id}", () => send("GET", run)],
    [
      404,
      "POST",
      "/v1/workflows/runs/{workflow_run_id}/events",
      () => send("POST", `${run}/events`, { headers: json, body: '{"name":"go"}' }),
    ],
    [200, "GET", "/v1/utils/authtest", () => probe()],
  ];
  const expected = new Map();
  for (const [status, method, route, call] of calls) {
    const answer = await call();
    assert.equal(answer.status, status, answer.text);
    expected.set(requestId(answer), { status, method, route });
  }
  const records = await recordsOf(api, expected.keys());
  for (const [id, call] of expected) {
    const record = records.get(id);
    const { status, method, route } = record;
    assert.deepEqual({ status, method, route }, call);
    assert.match(record.request_id, UUID);
    assert.equal(record.org_id, status === 403 ? CAGED.id : ORG.id);
    assert.match(record.key_id, /^cbkey_[0-9a-f]{32}$/);
    const name = { 401: "viewer", 403: "first key" }[status] ?? "good";
    assert.equal(record.key_name, name);
    assert.equal(record.user_id, null);
    assert.equal(record.query_names, "[]");
    assert.ok(record.duration_ms >= 0 && record.duration_ms < 60_000);
    assert.ok(Math.abs(record.called_at - Date.now() / 1000) < 60);
    assert.match(record.client_ip, /^(127\.0\.0\.1|::1)$/);
  }
  const [replay] = [...expected.keys()].slice(1, 2);
  assert.equal(records.get(replay).path, assessments);
});

test("a_record_has_the_path_without_its_query_and_names_of_parameters_only", async () => {
  const answer = await send("GET", `/v1/%61ssessments/${READ}?token=hush-hush&a=1&b&a=2`, {
    headers: { "cf-connecting-ip": "203.0.113.9" },
  });
  assert.equal(answer.status, 200);
  const long = await send("GET", `/v1/assessments/${"x".repeat(3_000)}?${"y".repeat(500)}=1`);
  const secret = await send("GET", `/v1/assessments/${GOOD}?${GOOD}=1`);
  const records = await recordsOf(api, [answer, long, secret].map(requestId));
  const record = records.get(requestId(answer));
  assert.equal(record.path, `/v1/assessments/${READ}`);
  assert.equal(record.query_names, '["token","a","b","a"]');
  assert.equal(record.client_ip, "203.0.113.9");
  const cut = records.get(requestId(long));
  assert.equal(cut.path.length, 256);
  assert.equal(JSON.parse(cut.query_names)[0].length, 64);
  const shown = `ak_test_****${GOOD.slice(-4)}`;
  assert.equal(records.get(requestId(secret)).path, `/v1/assessments/${shown}`);
  assert.equal(records.get(requestId(secret)).query_names, JSON.stringify([shown]));
});

test("a_call_whose_credential_does_not_resolve_leaves_none", async () => {
  const before = await recordsOf(api, [requestId(await probe())]);
  assert.equal(before.size, 1);
  const unrecorded = [];
  // The cache still takes it for good.
  const later = mintKey("audit, revoked later");
  await api.warm(later);
  await api.rows("UPDATE api_keys SET revoked_at = 1 WHERE name = 'revoked later'");
  for (const [status, method, path, key] of [
    [401, "GET", "/v1/utils/authtest", ""],
    [401, "GET", "/v1/utils/authtest", mintKey("nobody has this")],
    [401, "GET", "/v1/utils/authtest", "ak_live_mistyped"],
    [401, "GET", "/v1/utils/authtest", mintKey("audit, revoked")],
    [401, "DELETE", `/v1/assessments/${READ}`, mintKey("audit, expired")],
    [401, "DELETE", `/v1/assessments/${READ}`, later],
    [404, "GET", "/v1/nowhere", GOOD],
    [405, "GET", "/v1/assessments", GOOD],
    [200, "GET", "/healthz", GOOD],
    [200, "GET", "/openapi.json", GOOD],
  ]) {
    const answer = await api.send(method, path, { key });
    assert.equal(answer.status, status, answer.text);
    unrecorded.push(requestId(answer));
  }
  // What was sent before this one has come by the time this one has.
  await recordsOf(api, [requestId(await probe())]);
  await wait(1_500);
  const rows = await api.rows("SELECT request_id FROM audit_records");
  const ids = new Set(rows.map((row) => row.request_id));
  for (const id of unrecorded) assert.ok(!ids.has(id));
});

test("a_queue_that_fails_changes_no_answer_and_what_it_lost_is_counted", async () => {
  const was = (await losses(api))[`${ORG.id} not_sent`] ?? 0;
  const plain = await api.retrieve(READ, { key: GOOD });
  const refused = await api.retrieve(READ, { key: GOOD, faults: { audit: "throw" } });
  const hanging = await api.retrieve(READ, { key: GOOD, faults: { audit: "hang" } });
  for (const answer of [refused, hanging]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.text, plain.text);
    assert.equal(
      answer.headers.get("x-test-d1-round-trips"),
      plain.headers.get("x-test-d1-round-trips"),
    );
    const id = requestId(answer);
    const [line] = await linesOf(api, "audit_record_lost", (said) => said.request_id === id);
    assert.equal(line.said.level, "error");
    assert.equal(line.said.org, ORG.id);
  }
  await recordsOf(api, [requestId(await probe())]);
  assert.equal((await losses(api))[`${ORG.id} not_sent`], was + 2);
});

test("a_queue_that_is_busy_is_asked_again_and_what_it_took_twice_is_written_once", async () => {
  const busy = await probe({ faults: { audit: "once" } });
  const twice = await probe({ faults: { audit: "twice" } });
  await recordsOf(api, [busy, twice].map(requestId));
  await wait(2_500);
  for (const answer of [busy, twice]) {
    const id = requestId(answer);
    const rows = await api.rows("SELECT 1 FROM audit_records WHERE request_id = ?", id);
    assert.equal(rows.length, 1);
  }
});

/** A record as the queue carries it. */
const recordOf = (seed, more = {}) => ({
  org_id: ORG.id,
  called_at: 1_790_500_000,
  request_id: seed,
  method: "GET",
  path: "/v1/utils/authtest",
  route: "/v1/utils/authtest",
  status: 200,
  duration_ms: 1,
  query_names: [],
  key_id: null,
  key_name: null,
  user_id: null,
  client_ip: null,
  ...more,
});
const enqueue = (message) =>
  api.env.AUDIT.send(typeof message === "string" ? message : JSON.stringify(message), {
    contentType: "text",
  });

test("what_is_delivered_more_than_once_is_written_once_and_so_is_what_comes_with_it", async () => {
  const record = recordOf("delivered thrice");
  const message = { record, losses: [{ org_id: CAGED.id, reason: "not_sent", lost: 7 }] };
  await enqueue(message);
  await enqueue(message);
  await recordsOf(api, ["delivered thrice"]);
  await enqueue(message);
  await recordsOf(api, [requestId(await probe())]);
  assert.equal((await losses(api))[`${CAGED.id} not_sent`], 7);
  const rows = await api.rows(
    "SELECT 1 FROM audit_records WHERE request_id = ?",
    record.request_id,
  );
  assert.equal(rows.length, 1);
});

test("a_database_that_is_away_and_comes_back_gets_every_record", async () => {
  await deliver({ d1: "throw" });
  const answers = [];
  for (let n = 0; n < 40; n++) answers.push(await probe());
  for (const answer of answers) assert.equal(answer.status, 200);
  await linesOf(api, "audit_records_not_written");
  // Past the attempts of the queue, so that the dead letters have some too.
  await wait(4_000);
  await deliver({});
  const records = await recordsOf(api, answers.map(requestId));
  assert.equal(records.size, 40);
});

test("what_can_never_be_written_is_counted_and_keeps_nothing_else_from_being", async () => {
  const was = await losses(api);
  await Promise.all([
    enqueue("no record at all, with a secret"),
    enqueue({ record: recordOf("refused", { status: 999 }) }),
    enqueue({ record: recordOf("good beside it") }),
    enqueue({ record: recordOf("refused too", { org_id: "no id" }) }),
  ]);
  await recordsOf(api, ["good beside it"]);
  await until("the losses to be counted", async () => {
    const counted = await losses(api);
    return (
      (counted[" unreadable"] ?? 0) === (was[" unreadable"] ?? 0) + 2 &&
      (counted[`${ORG.id} not_storable`] ?? 0) === (was[`${ORG.id} not_storable`] ?? 0) + 1
    );
  });
  const told = await linesOf(api, "audit_record_lost", (said) => said.reason === "not_storable");
  assert.equal(told[0].said.request_id, "refused");
  assert.ok(!lines(api).some(({ message }) => message.includes("with a secret")));
});

test("calls_that_an_instance_took_with_it_are_counted", async () => {
  const was = (await losses(api))[" instance_broke"] ?? 0;
  const broken = await api.create(BODY, { key: GOOD, faults: { d1: "panic" } });
  assert.equal(broken.status, 500);
  const [line] = await linesOf(api, "request", (said) => said.request_id === requestId(broken));
  assert.deepEqual([line.said.level, line.said.status], ["error", 500]);
  await recordsOf(api, [requestId(await probe())]);
  assert.equal((await losses(api))[" instance_broke"], was + 1);
});

test("records_that_were_not_sent_when_the_instance_broke_are_counted", async () => {
  const was = (await losses(api))[" instance_broke"] ?? 0;
  assert.equal((await probe({ faults: { audit: "hang" } })).status, 200);
  const broken = await api.create(BODY, { key: GOOD, faults: { d1: "panic" } });
  assert.equal(broken.status, 500);
  await recordsOf(api, [requestId(await probe())]);
  assert.equal((await losses(api))[" instance_broke"], was + 2);
});

test("who_hangs_up_leaves_a_record_all_the_same", async () => {
  const creates = async () => {
    const rows = await api.rows(
      "SELECT status FROM audit_records WHERE org_id = ? AND method = 'POST'",
      ORG.id,
    );
    return rows.length;
  };
  const before = await creates();
  const [{ count }] = await api.rows("SELECT count(*) AS count FROM assessments");
  const controller = new AbortController();
  const inFlight = { faults: { together: 2 } };
  const sent = fetch(`${api.url}/v1/assessments`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${GOOD}`,
      "content-type": "application/json",
      "x-test-faults": JSON.stringify(inFlight.faults),
    },
    body: JSON.stringify(BODY),
    signal: controller.signal,
  });
  await until("the call to be under way", async () => {
    return (await probe()).headers.get("x-test-waiting") === "1";
  });
  controller.abort();
  await assert.rejects(sent, { name: "AbortError" });
  // It is carried out once this one is there, too.
  await probe(inFlight);
  await until("the record of the call", async () => (await creates()) === before + 1);
  const [{ count: after }] = await api.rows("SELECT count(*) AS count FROM assessments");
  assert.equal(after, count + 1);
});

test("a_key_tells_when_it_was_last_used_within_an_hour", async () => {
  const key = CAGED.key;
  const headers = { "cf-connecting-ip": "203.0.113.9" };
  const used = async () => {
    const [row] = await api.rows("SELECT last_used_at FROM api_keys WHERE org_id = ?", CAGED.id);
    return row.last_used_at;
  };
  await api.rows("UPDATE api_keys SET last_used_at = NULL WHERE org_id = ?", CAGED.id);
  const start = Math.floor(Date.now() / 1000) + 10_000;
  const call = async (seconds, faults = {}) => {
    const answer = await api.send("GET", "/v1/utils/authtest", {
      key,
      headers,
      faults: { at: start + seconds, ...faults },
    });
    assert.equal(answer.status, 200, answer.text);
    // What comes after the answer is none of its round trips.
    assert.ok(Number(answer.headers.get("x-test-d1-round-trips")) <= 2);
  };
  await call(0, { d1: "fail-before-commit" });
  await linesOf(api, "use_of_key_not_noted");
  assert.equal(await used(), null);
  await call(1);
  await until("the use to be noted", async () => (await used()) === start + 1);
  await call(3_000);
  await call(3_600);
  await wait(500);
  assert.equal(await used(), start + 1);
  await call(3_601);
  await until("the next use to be noted", async () => (await used()) === start + 3_601);
  // A clock that was set back makes it no older.
  await call(0);
  await wait(500);
  assert.equal(await used(), start + 3_601);
  await api.send("GET", "/healthz", { faults: {} });
});

test("a_sweep_deletes_old_records_in_bounds_and_tells_what_it_did", async () => {
  await api.rows(
    `INSERT INTO audit_records (org_id, called_at, request_id, method, path, route, status, duration_ms)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 41000)
     SELECT '${CAGED.id}', 1000 + i, 'old ' || i, 'GET', '/', '/', 200, 0 FROM n`,
  );
  const old = async () =>
    (await api.rows("SELECT count(*) AS n FROM audit_records WHERE called_at < 100000"))[0].n;
  const swept = async () => (await api.rows("SELECT * FROM sweeps"))[0];
  await api.scheduled();
  assert.equal(await old(), 1_000);
  const first = JSON.parse((await swept()).outcome);
  assert.equal(first.audit_records_deleted, 40_000);
  assert.deepEqual(first.failed, []);
  await api.scheduled();
  assert.equal(await old(), 0);
  const { name, finished_at: finishedAt, outcome } = await swept();
  assert.equal(name, "scheduled");
  assert.ok(Math.abs(finishedAt - Date.now() / 1000) < 60);
  assert.equal(JSON.parse(outcome).audit_records_deleted, 1_000);
  const told = await linesOf(api, "sweep", (said) => said.outcome.audit_records_deleted === 1_000);
  assert.deepEqual(
    told.map(({ said }) => said.outcome),
    [JSON.parse(outcome)],
  );
  const rest = await api.rows("SELECT 1 FROM audit_records WHERE org_id = ?", ORG.id);
  assert.ok(rest.length > 20, "young records stay");
});

test("no_secret_is_in_the_log_or_the_database", async () => {
  const body = { ...BODY, note: "marker-of-a-body", name: "marker-of-a-name" };
  const mistyped = mintKey("mistyped").replace(/.$/, "!");
  const answers = [
    await api.create(body, { key: GOOD, idempotencyKey: "marker-of-a-key" }),
    await api.create({ ...body, vendor_id: 7 }, { key: GOOD }),
    await send("GET", `/v1/assessments/${READ}?q=marker-of-a-query`),
    await probe({ key: mistyped }),
    await probe({ key: mintKey("unknown to all") }),
    await probe({ headers: { "x-note": "marker-of-a-header" } }),
    await api.create(body, { key: GOOD, faults: { d1: "junk" } }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 422, 200, 401, 401, 200, 503],
  );
  await recordsOf(api, [requestId(await probe())]);
  const log = lines(api)
    .map(({ message }) => message)
    .join("\n");
  const rows = await dump(api);
  assert.ok(log.includes(requestId(answers[0])) && rows.includes(requestId(answers[0])));
  const secrets = [
    ...Object.values(KEYS),
    GOOD,
    VIEWER,
    CAGED.key,
    mistyped,
    mintKey("unknown to all"),
    mintKey("audit, revoked"),
    mintKey("audit, expired"),
    "marker-of-a-body",
    "marker-of-a-query",
    "marker-of-a-header",
    "hush-hush",
  ];
  for (const secret of secrets) {
    assert.ok(!log.includes(secret), `in the log: ${secret}`);
    assert.ok(!rows.includes(secret), `in the database: ${secret}`);
  }
  // The database needs these, the log does not.
  for (const shown of ["marker-of-a-name", "marker-of-a-key"]) assert.ok(!log.includes(shown));
});
