// The log: one line of JSON for each request, at a level that is set, and what a
// development deployment tells a browser besides.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { lines, linesOf, requestId } from "./audit-support.mjs";
import { KEYS, ORGS, idOf, mintKey, startApi } from "./harness.mjs";

const READ = ORGS.harbor.assessments[0].id;
const BODY = { vendor_id: ORGS.harbor.vendors[0].id, control_set_ids: [] };

/** Runs `work` with a server of its own. */
async function withApi(options, work) {
  const api = await startApi({ faulty: true, ...options });
  try {
    await work(api);
  } finally {
    await api.close();
  }
}

const lineOf = async (api, answer) => {
  const id = requestId(answer);
  const found = await linesOf(api, "request", (said) => said.request_id === id);
  assert.equal(found.length, 1);
  return found[0];
};

test("each_request_has_one_line_that_tells_who_what_and_how_much", () =>
  withApi({}, async (api) => {
    await api.warm(KEYS.harbor);
    const idempotencyKey = crypto.randomUUID();
    const created = await api.create(BODY, { idempotencyKey });
    const replay = await api.create(BODY, { idempotencyKey });
    const { level, said } = await lineOf(api, created);
    assert.equal(level, "log");
    const { duration_ms: duration, rows_read: read, rows_written: written, ...rest } = said;
    assert.match(rest.key_id, /^cbkey_[0-9a-f]{32}$/);
    assert.deepEqual(rest, {
      level: "info",
      event: "request",
      request_id: requestId(created),
      org: ORGS.harbor.id,
      key_id: rest.key_id,
      user_id: null,
      method: "POST",
      route: "/v1/assessments",
      status: 201,
      d1_trips: 2,
      replayed: false,
    });
    assert.ok(Number.isInteger(duration) && duration >= 0);
    assert.ok(read > 0 && written > 0, `${read} rows read, ${written} written`);

    const replayed = (await lineOf(api, replay)).said;
    assert.equal(replayed.replayed, true);
    assert.equal(replayed.d1_trips, 1);
    assert.equal(replayed.rows_written, 0);

    const retrieved = await api.retrieve(READ);
    const line = (await lineOf(api, retrieved)).said;
    assert.equal(line.route, "/v1/assessments/{assessment_id}");
    assert.equal(line.d1_trips, Number(retrieved.headers.get("x-test-d1-round-trips")));
  }));

test("every_line_is_json_and_tells_nothing_that_a_caller_chose", () =>
  withApi({}, async (api) => {
    const answers = [
      await api.send("GET", `/nowhere/hidden-path?hidden=query`),
      await api.send("PROPFIND", "/v1/assessments"),
      await api.send("GET", "/v1/utils/authtest", { key: mintKey("unknown to the log") }),
      await api.send("GET", "/v1/utils/authtest", { key: "hidden-credential" }),
      await api.send("GET", `/v1/assessments/${KEYS.harbor}`, { key: KEYS.harbor }),
      await api.create({ ...BODY, vendor_id: "hidden-vendor" }),
      await api.create({ ...BODY, name: "hidden-name" }, { idempotencyKey: "hidden-key" }),
      await api.retrieve(READ, { headers: { "x-forwarded-for": "hidden-header" } }),
      await api.retrieve(READ, { faults: { d1: "throw" } }),
      await api.retrieve(READ, { faults: { d1: "junk" } }),
      await api.retrieve(idOf("cbqsrw", "nobody")),
      await api.retrieve(READ, { key: KEYS.citadel, faults: { kv: "junk" } }),
    ];
    const said = [];
    for (const answer of answers) said.push((await lineOf(api, answer)).said);
    assert.deepEqual(
      said.map(({ status, level }) => `${status} ${level}`),
      [
        "404 info",
        "405 info",
        "401 info",
        "401 info",
        "404 info",
        "400 info",
        "201 info",
        "200 info",
        "503 error",
        "503 error",
        "404 info",
        "403 info",
      ],
    );
    assert.equal(said[0].route, null);
    assert.equal(said[1].method, "other");
    assert.equal(said[2].org, null);
    const [failure] = await linesOf(
      api,
      "storage_failed",
      ({ request_id: id }) => id === requestId(answers[8]),
    );
    assert.match(failure.said.cause, /D1 is down/);
    await linesOf(api, "credential_cache_failed");
    for (const { message, said: parsed } of lines(api)) {
      assert.ok(parsed, `no JSON: ${message}`);
      assert.equal(Object.keys(parsed)[0], "level");
      assert.doesNotMatch(message, /hidden/);
      assert.ok(!message.includes(KEYS.harbor));
      assert.ok(!message.includes(mintKey("unknown to the log")));
    }
  }));

test("the_level_says_from_which_line_on_there_is_a_log", async () => {
  /** @type {[string, string[]][]} */
  const levels = [
    ["warn", ["credential_cache_failed", "credential_not_cached", "request", "storage_failed"]],
    ["error", ["request", "storage_failed"]],
    ["off", []],
  ];
  for (const [level, expected] of levels) {
    await withApi({ vars: { LOG_LEVEL: level } }, async (api) => {
      // Whom the isolate remembers it asks KV nothing of.
      assert.equal((await api.retrieve(READ, { faults: { kv: "throw" } })).status, 200);
      assert.equal((await api.retrieve(READ)).status, 200);
      assert.equal((await api.retrieve(READ, { faults: { d1: "throw" } })).status, 503);
      // Some are told behind the answers.
      for (const event of expected) await linesOf(api, event);
      await wait(500);
      const events = new Set(lines(api).map(({ said }) => said?.event));
      assert.deepEqual([...events].sort(), expected, level);
    });
  }
});

test("a_level_that_is_none_is_told_once_and_silences_nothing", () =>
  withApi({ vars: { LOG_LEVEL: "loud" } }, async (api) => {
    await lineOf(api, await api.retrieve(READ));
    await lineOf(api, await api.retrieve(READ));
    const told = await linesOf(api, "setting_unreadable");
    assert.deepEqual(
      told.map(({ said }) => said.variable),
      ["LOG_LEVEL"],
    );
  }));

test("only_a_development_deployment_tells_where_the_time_went", async () => {
  await withApi({}, async (api) => {
    assert.equal((await api.retrieve(READ)).headers.get("server-timing"), null);
  });
  await withApi({ vars: { ENVIRONMENT: "development" } }, async (api) => {
    await api.warm(KEYS.harbor);
    const answer = await api.retrieve(READ);
    const pattern = /^total;dur=\d+, d1;dur=\d+;desc="1 trips"$/;
    assert.match(answer.headers.get("server-timing"), pattern);
  });
});
