// The cache of credentials is never the last word: what D1 says of a key counts
// at once, whatever the cache holds or does (point 29 of the contract's
// checklist).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KEYS, idOf, makeAssessment, makeOrg, mintKey, startApi } from "./harness.mjs";

const INVALID = '{"detail":"Invalid or expired API key."}';
const WRONG_ROLE = '{"detail":"Unauthorized role."}';
const REFUSED_ADDRESS = JSON.stringify({
  detail: {
    code: "ip_not_allowed",
    message:
      "This request originates from an IP address that is not in your organization's API allowlist.",
  },
});

let api;
before(async () => {
  api = await startApi({ faulty: true });
});
after(() => api.close());

/** An organization of its own with one assessment, loaded. */
async function freshOrg(seed, more) {
  const org = makeOrg(seed, { assessments: [makeAssessment(seed, idOf("cbvndr", seed))], ...more });
  await api.load({ orgs: [org.data] });
  return org;
}

const CALLS = {
  GET: (org, options) => api.retrieve(org.data.assessments[0].id, { key: org.key, ...options }),
  POST: (org, options) => api.create(org.body, { key: org.key, ...options }),
  DELETE: (org, options) => api.archive(org.data.assessments[0].id, { key: org.key, ...options }),
};
const GOOD_STATUS = { GET: 200, POST: 201, DELETE: 200 };

async function change(org, ...statements) {
  for (const sql of statements) await api.rows(sql, org.id);
}

for (const [what, status, body, ...statements] of [
  ["revoked", 401, INVALID, "UPDATE api_keys SET revoked_at = unixepoch() WHERE org_id = ?"],
  ["expired", 401, INVALID, "UPDATE api_keys SET expires_at = unixepoch() - 1 WHERE org_id = ?"],
  [
    "deleted",
    401,
    INVALID,
    "DELETE FROM api_keys WHERE org_id = ?",
    "DELETE FROM api_key_directory WHERE org_id = ?",
  ],
  ["given_another_role", 401, WRONG_ROLE, "UPDATE api_keys SET role = 'Nobody' WHERE org_id = ?"],
  [
    "shut_out_by_the_allowlist",
    403,
    REFUSED_ADDRESS,
    `UPDATE organizations SET api_ip_allowlist = '["203.0.113.0/24"]' WHERE id = ?`,
  ],
]) {
  for (const [method, call] of Object.entries(CALLS)) {
    test(`a_cached_key_${what}_is_refused_at_once_on_${method}_and_nothing_is_written`, async () => {
      const org = await freshOrg(`cached, ${what}, ${method}`);
      await api.warm(org.key);
      // What it names is remembered as well, so that the next is tried without a look.
      if (method === "POST") assert.equal((await call(org)).status, 201);
      await change(org, ...statements);
      const assessments = () => api.rows("SELECT * FROM assessments WHERE org_id = ?", org.id);
      const before = await assessments();
      const answer = await api.writesNothing(() => call(org));
      assert.equal(answer.status, status);
      assert.equal(answer.text, body);
      assert.equal(answer.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
      assert.deepEqual(await assessments(), before);
    });
  }
}

for (const [method, call] of Object.entries(CALLS)) {
  test(`a_cached_key_that_is_given_its_role_back_may_${method}_at_once`, async () => {
    const org = await freshOrg(`cached, role, ${method}`);
    await change(org, "UPDATE api_keys SET role = 'Nobody' WHERE org_id = ?");
    await api.warm(org.key);
    assert.equal((await call(org)).text, WRONG_ROLE);
    await change(org, "UPDATE api_keys SET role = 'Service Account' WHERE org_id = ?");
    assert.equal((await call(org)).status, GOOD_STATUS[method]);
  });

  test(`an_address_that_is_let_in_may_${method}_at_once`, async () => {
    const org = await freshOrg(`cached, address, ${method}`, {
      api_ip_allowlist: ["203.0.113.0/24"],
    });
    await api.warm(org.key, { "cf-connecting-ip": "203.0.113.9" });
    const options = { headers: { "cf-connecting-ip": "198.51.100.9" } };
    assert.equal((await call(org, options)).status, 403);
    await change(
      org,
      `UPDATE organizations SET api_ip_allowlist = '["198.51.100.0/24"]' WHERE id = ?`,
    );
    assert.equal((await call(org, options)).status, GOOD_STATUS[method]);
  });
}

test("a_revoked_key_that_is_restored_is_good_at_once", async () => {
  const org = await freshOrg("cached, restored");
  await api.warm(org.key);
  await change(org, "UPDATE api_keys SET revoked_at = 1 WHERE org_id = ?");
  assert.equal((await CALLS.GET(org)).status, 401);
  await change(org, "UPDATE api_keys SET revoked_at = NULL WHERE org_id = ?");
  assert.equal((await CALLS.GET(org)).status, 200);
});

test("an_unknown_key_that_becomes_known_is_good_after_ten_seconds", async () => {
  const probe = (faults) =>
    api.send("GET", "/v1/utils/authtest", { key: mintKey("cached, later"), faults });
  assert.equal((await probe()).status, 401);
  await freshOrg("cached, later");
  assert.equal((await probe({ clock: 10 })).status, 200);
});

/** The answers that must be the same whatever the cache holds or does. */
async function answersAsUsual(org, options) {
  const outside = { headers: { "cf-connecting-ip": "198.51.100.9" } };
  const answers = await Promise.all([
    CALLS.POST(org, options),
    CALLS.GET(org, options),
    api.send("GET", "/v1/utils/authtest", { key: org.key, ...options }),
    api.create({}, { key: org.key, ...options }),
    api.create({}, { key: KEYS.reportViewer, ...options }),
    api.create({}, { key: KEYS.citadel, ...outside, ...options }),
    api.create({}, { key: KEYS.revoked, ...options }),
    api.create({}, { key: KEYS.expired, ...options }),
    api.create({}, { key: mintKey("nobody has this"), ...options }),
  ]);
  const statuses = answers.map((answer) => answer.status);
  assert.deepEqual(statuses, [201, 200, 200, 422, 401, 403, 401, 401, 401]);
  assert.equal((await CALLS.DELETE(org, options)).status, 200);
}

for (const [kv, what] of [
  ["throw", "that_is_down"],
  ["hang", "that_hangs"],
  ["junk", "that_answers_junk"],
]) {
  test(`a_cache_${what}_changes_no_answer`, async () => {
    const org = await freshOrg(`cached, ${kv}`);
    await answersAsUsual(org, { faults: { kv } });
  });

  test(`a_cache_${what}_does_not_keep_a_revoked_key_alive`, async () => {
    const org = await freshOrg(`cached, revoked, ${kv}`);
    await api.warm(org.key);
    await change(org, "UPDATE api_keys SET revoked_at = 1 WHERE org_id = ?");
    const answers = await Promise.all(
      Object.values(CALLS).map((call) => call(org, { faults: { kv } })),
    );
    for (const answer of answers) assert.equal(answer.text, INVALID);
  });
}

for (const junk of [
  "",
  "null",
  "[]",
  "{}",
  "7",
  '{"org":7,"role":[],"api_ip_allowlist":{}}',
  "\u0000",
  "x".repeat(100_000),
]) {
  test(`a_cache_entry_of_${JSON.stringify(junk.slice(0, 12))}_changes_no_answer`, async () => {
    const org = await freshOrg(`cached, ${junk.slice(0, 12)}`);
    await api.warm(org.key);
    const { keys } = await api.env.CREDENTIALS.list();
    assert.ok(keys.length > 0);
    for (const { name } of keys) await api.env.CREDENTIALS.put(name, junk);
    await answersAsUsual(org);
  });
}

test("neither_the_cache_nor_the_database_holds_a_secret", async () => {
  const org = await freshOrg("cached, secret");
  await api.warm(org.key);
  for (const { name } of (await api.env.CREDENTIALS.list()).keys) {
    assert.ok(!`${name} ${await api.env.CREDENTIALS.get(name)}`.includes(org.key));
  }
  const rows = await api.rows("SELECT * FROM api_keys WHERE org_id = ?", org.id);
  assert.equal(rows.length, 1);
  assert.ok(!JSON.stringify(rows).includes(org.key));
});
