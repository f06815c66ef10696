// Sessions of the deployment's own (14): how they are made, what they may do, and
// that they end.

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { after, before, test } from "node:test";
import { linesWith, requestId } from "./audit-support.mjs";
import { SESSION_KEY, idOf, makeOrg, mintKey, startApi, readToml } from "./harness.mjs";
import {
  claimsOf,
  makeHmacToken,
  makeKey,
  makeToken,
  now,
  thumbprint,
} from "./session-support.mjs";

const user = (seed, membership, more = {}) => ({
  id: idOf("cbuser", seed),
  name: `Name of ${seed}`,
  email: `${seed.replaceAll(" ", "-")}@sessions.example`,
  membership,
  ...more,
});
const ANA = user("ana", "active");
const LEAVER = user("leaver", "active");
const INVITED = user("invited", "invited");
const INACTIVE = user("inactive", "inactive");
const ARCHIVED = user("archived", "active", { archived: true });
const ORG = makeOrg("sessions", {
  users: [ANA, LEAVER, INVITED, INACTIVE, ARCHIVED],
  api_keys: [
    { name: "backend", secret: mintKey("sessions"), role: "Service Account" },
    { name: "viewer", secret: mintKey("sessions, viewer"), role: "Dashboard Viewer" },
    { name: "opener", secret: mintKey("sessions, opener"), role: "Opener" },
  ],
});
const OTHER = makeOrg("sessions, other", { users: [user("stranger", "active")] });
const CLOSED = makeOrg("sessions, closed", {
  users: [user("closed", "active")],
  api_ip_allowlist: [],
});
const PREVIOUS = makeKey("ES256", "previous").privateJwk;
const SITE = "https://dashboard.example";

let api;
let roles;
before(async () => {
  const { vars } = readToml();
  roles = { .../** @type {Record<string, string[]>} */ (vars.ROLES) };
  // A table that gives sessions more than they may have.
  roles["Dashboard User"] = [...roles["Dashboard User"], "create_session"];
  roles.Opener = ["create_session"];
  api = await startApi({
    faulty: true,
    vars: { ROLES: roles, SESSION_SIGNING_KEY_PREVIOUS: JSON.stringify(PREVIOUS) },
  });
  await api.load({ orgs: [ORG.data, OTHER.data, CLOSED.data] });
});
after(() => api.close());

/**
 * Asks for a session.
 *
 * @param {unknown} body
 * @param {import("./harness.mjs").Sent} [options]
 */
const open = (body, { key = ORG.key, ...options } = {}) =>
  api.createSession(body, { key, ...options });

/** The token of a new session. */
async function token(body = {}, options = {}) {
  const answer = await open({ user_id: ANA.id, ...body }, options);
  assert.equal(answer.status, 201, answer.text);
  return answer.json.token;
}

const me = (key, options = {}) => api.send("GET", "/v1/dashboard/me", { key, ...options });
const probe = (key, options = {}) => api.send("GET", "/v1/utils/authtest", { key, ...options });

/** That a credential is none (2.3). */
function assertInvalid(answer, what) {
  assert.equal(answer.status, 401, `${what}: ${answer.text}`);
  assert.equal(answer.text, '{"detail":"Invalid or expired API key."}', what);
  assert.equal(answer.headers.get("www-authenticate"), "Bearer");
}

/** That every kind of call is refused, and nothing is written. */
async function assertNoGood(key, what, options = {}) {
  await api.writesNothing(async () => {
    assertInvalid(await probe(key, options), what);
    assertInvalid(await me(key, options), what);
    assertInvalid(await api.create(ORG.body, { key, ...options }), what);
    assertInvalid(await api.retrieve(idOf("cbqsrw", "x"), { key, ...options }), what);
    assertInvalid(await api.archive(idOf("cbqsrw", "x"), { key, ...options }), what);
    assertInvalid(await open({ user_id: ANA.id }, { key, ...options }), what);
  });
}

test("a_session_acts_for_a_person_of_the_organization", async () => {
  const before = now();
  const opened = await open({ user_id: ANA.id });
  assert.equal(opened.status, 201, opened.text);
  assert.deepEqual(Object.keys(opened.json), ["token", "expires_at"]);
  const opens = opened.json.expires_at - 900;
  assert.ok(opens >= before && opens <= now(), `${opens - before} s later`);
  const key = opened.json.token;
  assert.deepEqual((await me(key)).json, {
    organization: { id: ORG.id, name: ORG.data.name },
    user: { id: ANA.id, name: ANA.name },
    key: null,
    role: "Dashboard User",
    routes: [
      "create_assessment",
      "retrieve_assessment",
      "archive_assessment",
      "retrieve_workflow_run",
      "send_workflow_event",
      "read_dashboard",
    ],
    environment: "production",
  });
  const created = await api.create(ORG.body, { key });
  assert.equal(created.status, 201, created.text);
  assert.equal((await api.retrieve(created.json.id, { key })).status, 200);
  assert.equal((await api.archive(created.json.id, { key })).status, 200);
  assert.equal((await api.retrieve(created.json.id, { key: OTHER.key })).status, 404);
});

test("a_key_is_told_its_name_and_what_it_may_do", async () => {
  const { json } = await me(ORG.key);
  const [row] = await api.rows("SELECT id FROM api_keys WHERE name = 'backend'");
  assert.deepEqual(json.key, { id: row.id, name: "backend" });
  assert.equal(json.user, null);
  assert.equal(json.role, "Service Account");
  const viewer = (await me(mintKey("sessions, viewer"))).json;
  assert.deepEqual(viewer.routes, [
    "retrieve_assessment",
    "retrieve_workflow_run",
    "read_dashboard",
  ]);
});

test("a_token_says_whom_it_is_for_and_nothing_secret", async () => {
  const claims = claimsOf(await token({ role: "Dashboard Viewer", origin: SITE, expires_in: 60 }));
  const [row] = await api.rows("SELECT id FROM api_keys WHERE name = 'backend'");
  const { iat, nbf, exp, jti, ...rest } = claims;
  assert.deepEqual(rest, {
    iss: "urn:assessments:sessions",
    sub: ANA.id,
    org: ORG.id,
    role: "Dashboard Viewer",
    key: row.id,
    origin: SITE,
  });
  assert.deepEqual([nbf - iat, exp - iat], [0, 60]);
  assert.match(jti, /^[0-9a-f]{32}$/);
  assert.notEqual(claimsOf(await token()).jti, claimsOf(await token()).jti);
});

test("a_role_may_do_what_its_row_lists", async () => {
  const key = await token({ role: "Dashboard Viewer" });
  const refused = await api.create(ORG.body, { key });
  assert.equal(refused.status, 401);
  assert.equal(refused.text, '{"detail":"Unauthorized role."}');
  assert.equal((await api.retrieve(idOf("cbqsrw", "x"), { key })).status, 404);
});

test("a_session_makes_no_session_whatever_the_table_says", async () => {
  const refused = await open({ user_id: ANA.id }, { key: await token() });
  assert.equal(refused.status, 401);
  assert.equal(refused.text, '{"detail":"Unauthorized role."}');
});

test("what_is_wrong_with_the_body_is_told_as_for_a_create", async () => {
  const fault = (name, type, msg) => ({ loc: ["body", ...name], msg, type });
  const integer = fault(["expires_in"], "int_type", "Input should be a valid integer");
  for (const [body, detail] of [
    ["", [fault([], "missing", "Field required")]],
    ["{}", [fault(["user_id"], "missing", "Field required")]],
    [{ user_id: 7 }, [fault(["user_id"], "string_type", "Input should be a valid string")]],
    [{ user_id: "u", expires_in: "900" }, [integer]],
    [{ user_id: "u", expires_in: 90.5 }, [integer]],
    [{ user_id: "u", expires_in: true }, [integer]],
    [
      { user_id: "u", role: [], origin: {}, expires_in: [] },
      [
        fault(["role"], "string_type", "Input should be a valid string"),
        fault(["origin"], "string_type", "Input should be a valid string"),
        integer,
      ],
    ],
  ]) {
    const answer = await open(body);
    assert.equal(answer.status, 422, answer.text);
    assert.deepEqual(answer.json.detail, detail);
  }
  assert.equal((await open("x".repeat(262_145))).status, 413);
  const nulls = { user_id: ANA.id, role: null, origin: null, expires_in: null, more: 1 };
  assert.equal((await open(nulls)).status, 201);
});

test("values_out_of_their_bounds_are_refused_by_name", async () => {
  const lifetime = "expires_in: 60 to 3600 seconds";
  for (const [body, error] of /** @type {[object, string][]} */ ([
    [{ expires_in: 59 }, lifetime],
    [{ expires_in: 3601 }, lifetime],
    [{ expires_in: 1e300 }, lifetime],
    [{ role: "Service Account" }, "role: none that this key may give"],
    [{ role: "" }, "role: none that this key may give"],
    [{ origin: "https://*.example" }, "origin: must have one exact host in lower case"],
    [{ origin: `${SITE}/` }, "origin: must end after the host or its port"],
    [{ origin: "null" }, "origin: must begin with https:// or http://"],
    [
      { role: "x", origin: "", expires_in: 0 },
      `role: none that this key may give; origin: must begin with https:// or http://; ${lifetime}`,
    ],
  ])) {
    const answer = await open({ user_id: "nobody", ...body });
    assert.equal(answer.status, 400, answer.text);
    assert.deepEqual(answer.json, { detail: { error } });
  }
  assert.equal((await open({ user_id: ANA.id, expires_in: 60 })).status, 201);
  assert.equal((await open({ user_id: ANA.id, expires_in: 3600 })).status, 201);
  const opener = await open({ user_id: ANA.id }, { key: mintKey("sessions, opener") });
  assert.equal(opener.json.detail.error, "role: this key may give none");
});

test("a_user_who_may_not_sign_in_is_not_found_whoever_they_are", async () => {
  const [stranger] = OTHER.data.users;
  for (const id of [
    INVITED.id,
    INACTIVE.id,
    ARCHIVED.id,
    stranger.id,
    idOf("cbuser", "nobody"),
    "malformed",
    "",
  ]) {
    const answer = await open({ user_id: id });
    assert.equal(answer.status, 400, answer.text);
    assert.deepEqual(answer.json, { detail: { error: `user_id: ${id} not found` } });
  }
});

test("a_session_ends_when_it_says_and_with_the_key_that_made_it_at_the_latest", async () => {
  const opened = (await open({ user_id: ANA.id, expires_in: 60 })).json;
  const at = (seconds) => ({ faults: { at: opened.expires_at + seconds } });
  assert.equal((await probe(opened.token, at(-1))).status, 200);
  await assertNoGood(opened.token, "expired", at(0));
  assertInvalid(await probe(opened.token, at(-200)), "not yet");
  await probe(ORG.key, { faults: {} });

  const expiry = now() + 120;
  const expiring = makeOrg("sessions, expiring", {
    users: [user("expiring", "active")],
    api_keys: [
      {
        name: "expiring",
        secret: mintKey("sessions, expiring"),
        role: "Service Account",
        expires_at: expiry,
      },
    ],
  });
  await api.load({ orgs: [expiring.data] });
  const body = { user_id: expiring.data.users[0].id };
  const { json } = await open(body, { key: expiring.key });
  assert.equal(json.expires_at, expiry);
  // An expiry that was moved forward counts for the sessions that were made before.
  await api.rows("UPDATE api_keys SET expires_at = ? WHERE name = 'expiring'", now() - 1);
  await assertNoGood(json.token, "the key expired");
});

test("a_session_ends_at_once_with_its_key_or_its_user", async () => {
  const [{ id }] = await api.rows("SELECT id FROM api_keys WHERE name = 'backend'");
  const ends = {
    "the key was revoked": [
      "UPDATE api_keys SET revoked_at = 1 WHERE id = ?",
      "UPDATE api_keys SET revoked_at = NULL WHERE id = ?",
      id,
    ],
    "the user is inactive": [
      "UPDATE users SET membership = 'inactive' WHERE id = ?",
      "UPDATE users SET membership = 'active' WHERE id = ?",
      LEAVER.id,
    ],
    "the user is archived": [
      "UPDATE users SET is_archived = 1 WHERE id = ?",
      "UPDATE users SET is_archived = 0 WHERE id = ?",
      LEAVER.id,
    ],
  };
  for (const [what, [end, begin, row]] of Object.entries(ends)) {
    const key = await token({ user_id: LEAVER.id });
    await api.warm(key);
    const { json } = await api.create(ORG.body, { key });
    // Someone else's statement runs between what was looked up and the write.
    for (const write of [
      (faults) => api.create(ORG.body, { key, faults }),
      (faults) => api.archive(json.id, { key, faults }),
    ]) {
      const meanwhile = end.replace("?", `'${row}'`);
      await api.writesNothing(async () => assertInvalid(await write({ meanwhile }), what));
      await api.rows(begin, row);
      await api.warm(key);
    }
    await api.rows(end, row);
    await assertNoGood(key, what);
    assert.equal((await api.retrieve(json.id, { key: ORG.key })).status === 200, row !== id);
    await api.rows(begin, row);
    assert.equal((await probe(key)).status, 200, "and is good again with them");
  }
});

test("a_revocation_while_many_write_lets_nobody_write_after_it", async () => {
  const key = await token({ user_id: LEAVER.id });
  await api.warm(key);
  let ended = false;
  let accepted = 0;
  const late = [];
  const client = async () => {
    for (let call = 0; call < 20; call++) {
      const startedAfter = ended;
      const answer = await api.create(ORG.body, { key });
      if (answer.status === 201) accepted++;
      else assertInvalid(answer, "after the revocation");
      if (startedAfter && answer.status === 201) late.push(answer.text);
    }
  };
  const clients = Array.from({ length: 16 }, client);
  while (accepted < 5) await new Promise((resolve) => setTimeout(resolve, 5));
  await api.rows("UPDATE users SET membership = 'inactive' WHERE id = ?", LEAVER.id);
  ended = true;
  const [{ written }] = await api.rows("SELECT count(*) AS written FROM assessments");
  await Promise.all(clients);
  assert.deepEqual(late, []);
  const [{ written: after }] = await api.rows("SELECT count(*) AS written FROM assessments");
  assert.equal(after, written);
  await api.rows("UPDATE users SET membership = 'active' WHERE id = ?", LEAVER.id);
});

test("a_key_that_may_no_longer_give_a_role_takes_it_from_those_whom_it_gave_it", async () => {
  const key = await token();
  await api.warm(key);
  const role = "UPDATE api_keys SET role = ? WHERE org_id = ? AND name = 'backend'";
  await api.rows(role, "Dashboard Viewer", ORG.id);
  await assertNoGood(key, "a session of a key that was demoted");
  await api.rows(role, "Service Account", ORG.id);
  assert.equal((await me(key)).status, 200);
});

test("the_allowlist_and_the_role_are_looked_at_with_every_call", async () => {
  const [closed] = CLOSED.data.users;
  const key = await token({ user_id: closed.id }, { key: CLOSED.key });
  assert.equal((await me(key)).status, 200);
  await api.rows(
    "UPDATE organizations SET api_ip_allowlist = '[\"192.0.2.0/24\"]' WHERE id = ?",
    CLOSED.id,
  );
  for (const answer of [
    await me(key),
    await api.create(CLOSED.body, { key }),
    await api.archive(idOf("cbqsrw", "x"), { key }),
    await open({ user_id: closed.id }, { key: CLOSED.key }),
  ]) {
    assert.equal(answer.status, 403, answer.text);
  }
});

test("a_session_is_for_browsers_and_one_with_an_origin_for_its_pages_only", async () => {
  const anywhere = await token();
  for (const headers of [
    {},
    { origin: SITE },
    { "sec-fetch-site": "same-origin" },
    { origin: "null", "sec-fetch-site": "cross-site" },
  ]) {
    assert.equal((await probe(anywhere, { headers })).status, 200, JSON.stringify(headers));
  }
  const bound = await token({ origin: SITE });
  assert.equal((await probe(bound, { headers: { origin: SITE } })).status, 200);
  for (const headers of [
    {},
    { origin: "https://evil.example" },
    { origin: `${SITE}.evil.example` },
    { origin: "null" },
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "cross-site" },
  ]) {
    await assertNoGood(bound, JSON.stringify(headers), { headers });
  }
  // A page of the API's own origin sends no Origin with a GET.
  const own = await token({ origin: api.url });
  const sameOrigin = { headers: { "sec-fetch-site": "same-origin" } };
  assert.equal((await probe(own, sameOrigin)).status, 200);
  assertInvalid(await probe(own, { headers: { "sec-fetch-site": "same-site" } }), "same-site");
});

test("nothing_but_what_was_signed_here_is_a_session", async () => {
  const good = await token();
  const [header, payload, signature] = good.split(".");
  const claims = claimsOf(good);
  const kid = thumbprint(SESSION_KEY);
  const head = { alg: "ES256", typ: "JWT", kid };
  const publicKey = createPublicKey({ key: SESSION_KEY, format: "jwk" });
  const pem = publicKey.export({ format: "pem", type: "spki" });
  const stranger = makeKey("ES256", kid).privateJwk;
  const signed = makeToken;
  assert.equal(
    (await probe(signed(head, claims, SESSION_KEY))).status,
    200,
    "the forger's tools work",
  );

  const forged = {
    "alg none": makeToken({ ...head, alg: "none" }, claims, null),
    "alg none with a signature": makeToken({ ...head, alg: "none" }, claims, null, { signature }),
    "HS256 with the public key": makeHmacToken(head, claims, pem),
    "HS256 with the public JWK": makeHmacToken(
      head,
      claims,
      JSON.stringify(publicKey.export({ format: "jwk" })),
    ),
    "HS256 with nothing": makeHmacToken(head, claims, ""),
    "another algorithm": signed({ ...head, alg: "ES384" }, claims, SESSION_KEY),
    "no algorithm": signed({ typ: "JWT", kid }, claims, SESSION_KEY),
    "another key": signed(head, claims, stranger),
    "a key of its own": signed(
      { ...head, kid: "mine", jwk: makeKey("ES256", "mine").publicJwk },
      claims,
      stranger,
    ),
    "an unknown kid": signed({ ...head, kid: "unknown" }, claims, SESSION_KEY),
    "no kid": signed({ alg: "ES256" }, claims, SESSION_KEY),
    "critical extensions": signed({ ...head, crit: ["exp"] }, claims, SESSION_KEY),
    "tampered claims": `${header}.${Buffer.from(JSON.stringify({ ...claims, role: "Service Account" })).toString("base64url")}.${signature}`,
    "tampered header": `${Buffer.from(JSON.stringify({ ...head, x: 1 })).toString("base64url")}.${payload}.${signature}`,
    "tampered signature": `${header}.${payload}.${"A".repeat(86)}`,
    "a short signature": `${header}.${payload}.${signature.slice(0, 80)}`,
    "no signature": `${header}.${payload}.`,
    "two parts": `${header}.${payload}`,
    "four parts": `${good}.${signature}`,
    padding: `${good}==`,
    "other digits for the same bytes": `${header}.${payload}.${signature.slice(0, -1)}${signature.endsWith("A") ? "B" : "_"}`,
    "too long": signed(head, { ...claims, more: "x".repeat(8192) }, SESSION_KEY),
    "claims that are no object": signed(head, "[]", SESSION_KEY),
    "no expiry": signed(head, { ...claims, exp: undefined }, SESSION_KEY),
    "an expiry that is a text": signed(head, { ...claims, exp: String(claims.exp) }, SESSION_KEY),
    expired: signed(head, { ...claims, exp: now() - 1 }, SESSION_KEY),
    "not yet": signed(head, { ...claims, nbf: now() + 600 }, SESSION_KEY),
    "issued in the future": signed(head, { ...claims, iat: now() + 600 }, SESSION_KEY),
    "another issuer": signed(head, { ...claims, iss: "https://evil.example" }, SESSION_KEY),
    "no issuer": signed(head, { ...claims, iss: undefined }, SESSION_KEY),
    "another organization": signed(head, { ...claims, org: OTHER.id }, SESSION_KEY),
    "no such organization": signed(head, { ...claims, org: idOf("cborg", "none") }, SESSION_KEY),
    "no such user": signed(head, { ...claims, sub: idOf("cbuser", "none") }, SESSION_KEY),
    "an invited user": signed(head, { ...claims, sub: INVITED.id }, SESSION_KEY),
    "an inactive user": signed(head, { ...claims, sub: INACTIVE.id }, SESSION_KEY),
    "no such key": signed(head, { ...claims, key: idOf("cbkey", "none") }, SESSION_KEY),
    "no key": signed(head, { ...claims, key: undefined }, SESSION_KEY),
  };
  for (const [what, bad] of Object.entries(forged)) await assertNoGood(bad, what);
  assert.equal((await probe(good)).status, 200);
});

test("sessions_of_the_previous_key_are_good_until_they_end", async () => {
  const claims = claimsOf(await token());
  const head = { alg: "ES256", typ: "JWT", kid: thumbprint(PREVIOUS) };
  assert.equal((await probe(makeToken(head, claims, PREVIOUS))).status, 200);
  const swapped = { ...head, kid: thumbprint(SESSION_KEY) };
  assertInvalid(await probe(makeToken(swapped, claims, PREVIOUS)), "swapped");
});

test("sessions_cost_no_more_round_trips_than_keys", async () => {
  const trips = (answer) => Number(answer.headers.get("x-test-d1-round-trips"));
  await api.warm(ORG.key);
  const opened = await open({ user_id: ANA.id });
  assert.equal(trips(opened), 1);
  const key = opened.json.token;
  await api.warm(key);
  const created = await api.create(ORG.body, { key });
  assert.deepEqual([created.status, trips(created)], [201, 2]);
  const retrieved = await api.retrieve(created.json.id, { key });
  assert.deepEqual([retrieved.status, trips(retrieved)], [200, 1]);
  await warmArchive(key);
  const archived = await api.archive(created.json.id, { key });
  assert.deepEqual([archived.status, trips(archived)], [200, 1]);
  assert.equal(trips(await me(key)), 1);
  // What cannot be good costs nothing.
  const forged = `${key.slice(0, -4)}AAAA`;
  assert.equal(trips(await probe(forged)), 0);
});

/** Waits until the cache knows a session, by which an archive needs no look first. */
async function warmArchive(key) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await api.archive(idOf("cbqsrw", "nobody"), { key });
    assert.equal(answer.status, 404, answer.text);
    if (answer.headers.get("x-test-d1-round-trips") === "1") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail("the session never got cached");
}

test("storage_that_fails_is_told_and_logs_nobody_out", async () => {
  const key = await token();
  for (const faults of [{ d1: "throw" }, { d1: "junk" }]) {
    assert.equal((await probe(key, { faults })).status, 503);
    assert.equal((await open({ user_id: ANA.id }, { faults })).status, 503);
  }
  for (const kv of ["throw", "hang", "junk"]) {
    assert.equal((await probe(key, { faults: { kv } })).status, 200, kv);
  }
  assert.equal((await open({ user_id: ANA.id }, { faults: { random: "throw" } })).status, 500);
});

test("no_token_is_in_the_log", async () => {
  const key = await token();
  for (const one of [key, `${key.slice(0, -4)}AAAA`]) {
    await linesWith(api, [requestId(await probe(one))]);
  }
  const logged = JSON.stringify(api.logs());
  const [, payload, signature] = key.split(".");
  for (const secret of [payload, signature.slice(0, 60), ORG.key, SESSION_KEY.d]) {
    assert.ok(!logged.includes(secret));
  }
});

test("without_a_key_to_sign_with_nobody_signs_in_and_the_log_says_why", async () => {
  for (const [stated, said] of [
    ["", "the secret SESSION_SIGNING_KEY is not set"],
    [JSON.stringify({ ...SESSION_KEY, d: undefined }), "no good member d"],
  ]) {
    const bare = await startApi({
      data: { orgs: [ORG.data] },
      vars: { SESSION_SIGNING_KEY: stated },
    });
    try {
      const answer = await bare.createSession({ user_id: ANA.id }, { key: ORG.key });
      assert.equal(answer.status, 503, answer.text);
      await linesWith(bare, [said]);
    } finally {
      await bare.close();
    }
  }
});
