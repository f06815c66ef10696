// Sessions of an identity provider (14): tokens of the shapes that Clerk, Auth0 and
// WorkOS make, with keys of the test, and a provider that turns its keys, is down,
// or is asked for keys that nobody has.

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { linesWith } from "./audit-support.mjs";
import { ORGS, idOf, makeOrg, startApi } from "./harness.mjs";
import { makeHmacToken, makeKey, makeToken, now } from "./session-support.mjs";
import { obeyRedirectMode } from "./workflow-support.mjs";
import { listen } from "../listen.mjs";

const RSA = makeKey("RS256", "rsa-1");
const EC = makeKey("ES256", "ec-1");
const ED = makeKey("EdDSA", "ed-1");
const SHORT = makeKey("RS256", "short", 1024);
const ENCRYPTS = makeKey("RS256", "encrypts");
const APP = "https://dashboard.example";

const person = (seed, membership = "active") => ({
  id: idOf("cbuser", seed),
  name: `Name of ${seed}`,
  email: `${seed}@provider.example`,
  membership,
});
const BO = person("bo");
const GONE = person("gone", "inactive");
const ORG = makeOrg("provider", { users: [BO, GONE] });
const OTHER = makeOrg("provider, other", { users: [person("elsewhere")] });

/** A provider that publishes keys on this machine, and counts how often it is asked. */
async function startProvider() {
  const provider = {
    keys: [],
    fetches: 0,
    answer: (response) => response.end(JSON.stringify({ keys: provider.keys })),
    url: "",
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  const server = createServer((_, response) => {
    provider.fetches++;
    response.setHeader("content-type", "application/json");
    provider.answer(response);
  });
  provider.url = `http://127.0.0.1:${await listen(server)}/keys`;
  return provider;
}

const published = (...keys) => keys.map(({ publicJwk }) => publicJwk);
const sign = (key, claims, header = {}) =>
  makeToken({ alg: key.algorithm, kid: key.kid, typ: "JWT", ...header }, claims, key.privateJwk, {
    algorithm: key.algorithm,
  });

let provider;
before(async () => {
  obeyRedirectMode();
  provider = await startProvider();
});
after(() => provider.close());
beforeEach(() => {
  provider.keys = [
    ...published(RSA, EC, ED, SHORT),
    { ...ENCRYPTS.publicJwk, use: "enc" },
    { kty: "oct", kid: "secret", k: "c2VjcmV0" },
    7,
  ];
  provider.fetches = 0;
  provider.answer = (response) => response.end(JSON.stringify({ keys: provider.keys }));
});

/** Runs with an API whose people come from such a provider. */
async function withProvider(settings, work) {
  const api = await startApi({
    faulty: true,
    vars: {
      ENVIRONMENT: "development",
      IDENTITY_PROVIDER: { jwks_url: provider.url, ...settings },
    },
  });
  try {
    await api.load({ orgs: [ORG.data, OTHER.data] });
    await api.rows("UPDATE organizations SET external_id = 'org_2abc' WHERE id = ?", ORG.id);
    await api.rows("UPDATE organizations SET external_id = 'org_other' WHERE id = ?", OTHER.id);
    await api.rows("UPDATE users SET external_id = 'user_2def' WHERE id = ?", BO.id);
    await api.rows("UPDATE users SET external_id = 'user_gone' WHERE id = ?", GONE.id);
    return await work(api);
  } finally {
    await api.close();
  }
}

const CLERK = {
  preset: "clerk",
  issuer: "https://clerk.provider.example",
  authorized_parties: [APP],
  roles: { admin: "Dashboard User", "org:admin": "Dashboard User", member: "Dashboard Viewer" },
};

/** What a session token of Clerk's second version says. */
const clerkClaims = (more = {}) => ({
  azp: APP,
  exp: now() + 60,
  fva: [7, -1],
  iat: now(),
  iss: CLERK.issuer,
  jti: "6d2a1c0e",
  nbf: now() - 10,
  o: { fpm: "3", id: "org_2abc", per: "read,manage", rol: "admin", slg: "harbor" },
  pla: "o:team",
  sid: "sess_2xyz",
  sts: "active",
  sub: "user_2def",
  v: 2,
  ...more,
});

const probe = (api, key, options = {}) =>
  api.send("GET", "/v1/utils/authtest", { key, ...options });
const me = (api, key, options = {}) => api.send("GET", "/v1/dashboard/me", { key, ...options });

function assertInvalid(answer, what) {
  assert.equal(answer.status, 401, `${what}: ${answer.text}`);
  assert.equal(answer.text, '{"detail":"Invalid or expired API key."}', what);
}

test("people_of_clerk_act_in_their_organization", () =>
  withProvider(CLERK, async (api) => {
    const first = {
      azp: APP,
      exp: now() + 60,
      iat: now(),
      iss: CLERK.issuer,
      nbf: now() - 10,
      org_id: "org_2abc",
      org_permissions: [],
      org_role: "org:admin",
      org_slug: "harbor",
      sid: "sess_2xyz",
      sub: "user_2def",
    };
    for (const claims of [clerkClaims(), first]) {
      const key = sign(RSA, claims, { cat: "cl_B7d4PD111AAA" });
      const { json } = await me(api, key);
      assert.deepEqual(json.organization, { id: ORG.id, name: ORG.data.name });
      assert.deepEqual(json.user, { id: BO.id, name: BO.name });
      assert.equal(json.key, null);
      assert.equal(json.role, "Dashboard User");
      const created = await api.create(ORG.body, { key });
      assert.equal(created.status, 201, created.text);
      assert.equal((await api.retrieve(created.json.id, { key })).status, 200);
      assert.equal((await api.archive(created.json.id, { key })).status, 200);
      const [other] = ORGS.harbor.assessments;
      assert.equal((await api.retrieve(other.id, { key })).status, 404);
    }
    const member = clerkClaims({ o: { id: "org_2abc", rol: "member", slg: "harbor" } });
    const viewer = sign(RSA, member);
    assert.equal((await me(api, viewer)).json.role, "Dashboard Viewer");
    const refused = await api.create(ORG.body, { key: viewer });
    assert.equal(refused.text, '{"detail":"Unauthorized role."}');
    const nobody = sign(RSA, clerkClaims({ o: { id: "org_2abc", rol: "guest" } }));
    assert.equal((await me(api, nobody)).text, '{"detail":"Unauthorized role."}');
    const session = await api.createSession({ user_id: BO.id }, { key: sign(RSA, clerkClaims()) });
    assert.equal(session.text, '{"detail":"Unauthorized role."}');
  }));

test("people_of_auth0_have_the_role_of_the_tenants_claim", () => {
  const issuer = "https://harbor.eu.auth0.com/";
  const settings = {
    preset: "auth0",
    issuer,
    audience: "https://api.provider.example",
    role_claim: "https://provider.example/roles",
    roles: { assessor: "Dashboard User" },
  };
  return withProvider(settings, async (api) => {
    await api.rows("UPDATE users SET external_id = 'auth0|6553da60a54a' WHERE id = ?", BO.id);
    const claims = {
      "https://provider.example/roles": ["billing", "assessor"],
      iss: issuer,
      sub: "auth0|6553da60a54a",
      aud: ["https://api.provider.example", `${issuer}userinfo`],
      iat: now(),
      exp: now() + 86_400,
      scope: "openid profile",
      org_id: "org_2abc",
      azp: "K1AUPhZq8mRi",
    };
    const { json } = await me(api, sign(RSA, claims, { typ: "at+jwt" }));
    assert.deepEqual([json.user.id, json.role], [BO.id, "Dashboard User"]);
    for (const aud of ["https://other.example", [`${issuer}userinfo`], undefined]) {
      assertInvalid(await probe(api, sign(RSA, { ...claims, aud })), String(aud));
    }
    const machine = { ...claims, sub: "K1AUPhZq8mRi@clients" };
    assertInvalid(await probe(api, sign(RSA, machine)), "a machine is no person");
  });
});

test("people_of_workos_are_those_of_the_applications_keys", () => {
  const settings = { preset: "workos", issuer: "https://api.workos.com/user_management/client_1" };
  return withProvider(settings, async (api) => {
    const claims = {
      iss: settings.issuer,
      sub: "user_2def",
      act: { sub: "admin@provider.example" },
      org_id: "org_2abc",
      role: "Dashboard Viewer",
      roles: ["Dashboard Viewer"],
      permissions: ["posts:read"],
      entitlements: ["audit-logs"],
      sid: "session_01HQSXZG",
      jti: "01HQSXZXPPFP",
      exp: now() + 300,
      iat: now(),
    };
    const { json } = await me(api, sign(RSA, claims));
    assert.deepEqual([json.user.id, json.role], [BO.id, "Dashboard Viewer"]);
  });
});

test("every_algorithm_that_is_offered_works_and_ids_of_ours_are_taken", () => {
  const settings = {
    issuer: "https://id.provider.example",
    audience: ["assessments", "more"],
    org_claim: ["https://provider.example/org", "id"],
    role_claim: "role",
  };
  return withProvider(settings, async (api) => {
    const claims = {
      iss: settings.issuer,
      aud: "assessments",
      sub: BO.id,
      exp: now() + 60.5,
      role: "Dashboard Viewer",
      "https://provider.example/org": { id: ORG.id },
    };
    for (const key of [RSA, EC, ED]) {
      const { json, text } = await me(api, sign(key, claims));
      assert.equal(json.user?.id, BO.id, text);
    }
    const named = await probe(api, sign(ED, claims, { alg: "Ed25519" }));
    assert.equal(named.status, 200, "by its newer name");
    const foreign = { ...claims, "https://provider.example/org": { id: OTHER.id } };
    assertInvalid(await probe(api, sign(EC, foreign)), "no such user in that organization");
  });
});

test("nothing_but_a_good_token_of_the_provider_is_taken", () =>
  withProvider(CLERK, async (api) => {
    // All of it takes a while.
    const claims = clerkClaims({ exp: now() + 600 });
    const good = sign(RSA, claims);
    assert.equal((await probe(api, good)).status, 200);
    const [header, , signature] = good.split(".");
    const publicKey = createPublicKey({ key: RSA.privateJwk, format: "jwk" });
    const pem = publicKey.export({ format: "pem", type: "spki" });
    const der = publicKey.export({ format: "der", type: "spki" });
    const head = { alg: "RS256", kid: RSA.kid, typ: "JWT" };
    const stranger = makeKey("RS256", RSA.kid);
    const payload = (changed) => Buffer.from(JSON.stringify(changed)).toString("base64url");
    const bad = {
      "alg none": makeToken({ ...head, alg: "none" }, claims, null, { signature }),
      "HS256 with the public key": makeHmacToken(head, claims, pem),
      "HS256 with its bytes": makeHmacToken(head, claims, der),
      "HS256 with a secret of the set": makeHmacToken({ ...head, kid: "secret" }, claims, "secret"),
      "another algorithm than the key's": sign(RSA, claims, { alg: "ES256" }),
      "a key of another type": sign(EC, claims, { kid: RSA.kid }),
      "RSA that is too short": sign(SHORT, claims),
      "a key for encryption": sign(ENCRYPTS, claims),
      "a stranger's key": sign(stranger, claims),
      "an unknown kid": sign(RSA, claims, { kid: "unknown" }),
      "no kid among many keys": sign(RSA, claims, { kid: undefined }),
      "critical extensions": sign(RSA, claims, { crit: ["exp"], b64: false }),
      tampered: `${header}.${payload({ ...claims, sub: "user_other" })}.${signature}`,
      expired: sign(RSA, clerkClaims({ exp: now() - 61 })),
      "no expiry": sign(RSA, clerkClaims({ exp: undefined })),
      "not yet": sign(RSA, clerkClaims({ nbf: now() + 3_600 })),
      "issued in the future": sign(RSA, clerkClaims({ iat: now() + 3_600 })),
      "another issuer": sign(RSA, clerkClaims({ iss: "https://evil.example" })),
      "no issuer": sign(RSA, clerkClaims({ iss: undefined })),
      "our own issuer": sign(RSA, clerkClaims({ iss: "urn:assessments:sessions" })),
      "another party": sign(RSA, clerkClaims({ azp: "https://evil.example" })),
      "no party": sign(RSA, clerkClaims({ azp: undefined })),
      "not signed in wholly": sign(RSA, clerkClaims({ sts: "pending" })),
      "no organization": sign(RSA, clerkClaims({ o: undefined })),
      "an unknown organization": sign(RSA, clerkClaims({ o: { id: "org_none", rol: "admin" } })),
      "another organization": sign(RSA, clerkClaims({ o: { id: "org_other", rol: "admin" } })),
      "an unknown user": sign(RSA, clerkClaims({ sub: "user_none" })),
      "an inactive user": sign(RSA, clerkClaims({ sub: "user_gone" })),
      "no user": sign(RSA, clerkClaims({ sub: undefined })),
    };
    for (const [what, key] of Object.entries(bad)) {
      await api.writesNothing(async () => {
        assertInvalid(await probe(api, key), what);
        assertInvalid(await me(api, key), what);
        assertInvalid(await api.create(ORG.body, { key }), what);
        assertInvalid(await api.retrieve(idOf("cbqsrw", "x"), { key }), what);
        assertInvalid(await api.archive(idOf("cbqsrw", "x"), { key }), what);
      });
    }
    assert.equal((await probe(api, sign(RSA, clerkClaims({ exp: now() - 30 })))).status, 200);
    assert.ok(provider.fetches <= 2, `${provider.fetches} fetches`);
  }));

test("a_session_ends_with_its_user_and_with_the_name_of_its_organization", () =>
  withProvider(CLERK, async (api) => {
    const key = sign(RSA, clerkClaims());
    const { json } = await api.create(ORG.body, { key });
    await api.warm(key);
    const ends = [
      ["UPDATE users SET membership = 'inactive' WHERE id = ?", BO.id],
      ["UPDATE users SET external_id = NULL WHERE id = ?", BO.id],
      ["UPDATE organizations SET external_id = 'renamed' WHERE id = ?", ORG.id],
    ];
    const begin = async () => {
      await api.rows("UPDATE users SET membership = 'active' WHERE id = ?", BO.id);
      await api.rows("UPDATE users SET external_id = 'user_2def' WHERE id = ?", BO.id);
      await api.rows("UPDATE organizations SET external_id = 'org_2abc' WHERE id = ?", ORG.id);
    };
    for (const [end, id] of ends) {
      const meanwhile = end.replace("?", `'${id}'`);
      for (const write of [
        () => api.create(ORG.body, { key, faults: { meanwhile } }),
        () => api.archive(json.id, { key, faults: { meanwhile } }),
      ]) {
        await api.writesNothing(async () => assertInvalid(await write(), end));
        assertInvalid(await probe(api, key), end);
        await begin();
        await api.warm(key);
      }
    }
  }));

test("sessions_cost_no_more_round_trips_than_keys", () =>
  withProvider(CLERK, async (api) => {
    const trips = (answer) => Number(answer.headers.get("x-test-d1-round-trips"));
    const key = sign(RSA, clerkClaims());
    assert.equal(trips(await probe(api, key)), 2, "the directory once");
    assert.equal(trips(await probe(api, sign(RSA, clerkClaims({ jti: "another" })))), 1);
    const created = await api.create(ORG.body, { key });
    assert.deepEqual([created.status, trips(created)], [201, 2]);
    assert.equal(trips(await api.retrieve(created.json.id, { key })), 1);
    for (let attempt = 0; attempt < 100; attempt++) {
      const answer = await api.archive(idOf("cbqsrw", "nobody"), { key });
      if (trips(answer) === 1) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const archived = await api.archive(created.json.id, { key });
    assert.deepEqual([archived.status, trips(archived)], [200, 1]);
    assert.equal(provider.fetches, 1);
  }));

test("keys_are_turned_while_sixteen_clients_call", () =>
  withProvider(CLERK, async (api) => {
    const old = makeKey("RS256", "turn-1");
    const fresh = makeKey("RS256", "turn-2");
    provider.keys = published(old);
    let key = old;
    let calls = 0;
    let done = false;
    const client = async () => {
      while (!done) {
        const answer = await probe(api, sign(key, clerkClaims()));
        assert.equal(answer.status, 200, answer.text);
        calls++;
      }
    };
    const reached = async (count) => {
      while (calls < count) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const clients = Promise.all(Array.from({ length: 16 }, client));
    await reached(50);
    provider.keys = published(old, fresh);
    await reached(100);
    key = fresh;
    await reached(200);
    done = true;
    await clients;
    assert.equal(provider.fetches, 2, "one for each key that was new");
  }));

test("a_provider_that_is_down_logs_nobody_out_whose_key_is_known", () =>
  withProvider(CLERK, async (api) => {
    const start = now();
    const at = (seconds) => ({ faults: { at: start + seconds } });
    const token = (seconds, key = EC) =>
      sign(
        key,
        clerkClaims({ iat: start + seconds, nbf: start + seconds, exp: start + seconds + 60 }),
      );
    const answer = (seconds, key) => probe(api, token(seconds, key), at(seconds));
    assert.equal((await answer(0)).status, 200);
    const down = {
      "it answers an error": (response) => response.writeHead(500).end("{}"),
      "it redirects": (response) => response.writeHead(302, { location: provider.url }).end(),
      "it answers nonsense": (response) => response.end("<html>"),
      "it has no keys": (response) => response.end('{"keys":[]}'),
      "it answers too much": (response) => response.end(`{"keys":[],"x":"${"x".repeat(70_000)}"}`),
      "it breaks off": (response) => response.destroy(),
    };
    let seconds = 600;
    for (const [what, behave] of Object.entries(down)) {
      provider.answer = behave;
      const before = provider.fetches;
      for (const later of [0, 30, 59]) {
        assert.equal((await answer(seconds + later)).status, 200, what);
      }
      assert.equal(provider.fetches, before + 1, `${what}: one attempt a minute`);
      seconds += 60;
    }
    // A key that is not known cannot be found out about, and is refused.
    assertInvalid(await answer(seconds - 1, makeKey("ES256", "new")), "an unknown key");
    assert.equal((await answer(86_390)).status, 200);
    const unknown = await answer(86_400);
    assert.equal(unknown.status, 503, unknown.text);
    assert.ok(unknown.headers.has("retry-after"));
    assert.equal((await answer(86_402)).status, 503);
    provider.answer = (response) => response.end(JSON.stringify({ keys: published(EC) }));
    assert.equal((await answer(86_410)).status, 200, "and all is well again");
    assert.equal((await me(api, "ak_test_nothing")).status, 401);
  }));

test("a_key_that_is_withdrawn_is_used_for_ten_minutes_at_most", () =>
  withProvider(CLERK, async (api) => {
    const start = now();
    const answer = (seconds) => {
      const times = { iat: start + seconds, nbf: start + seconds, exp: start + seconds + 60 };
      const token = sign(EC, clerkClaims(times));
      return probe(api, token, { faults: { at: start + seconds } });
    };
    assert.equal((await answer(0)).status, 200);
    provider.keys = published(RSA);
    assert.equal((await answer(599)).status, 200);
    assertInvalid(await answer(600), "withdrawn");
  }));

test("a_thousand_unknown_keys_make_one_fetch_a_minute", () =>
  withProvider(CLERK, async (api) => {
    const good = sign(EC, clerkClaims());
    assert.equal((await probe(api, good)).status, 200);
    assert.equal(provider.fetches, 1);
    const signature = good.split(".")[2];
    const storm = (from) =>
      Promise.all(
        Array.from({ length: 50 }, async (_, number) => {
          const header = { alg: "ES256", kid: `unknown-${from + number}` };
          const token = makeToken(header, clerkClaims(), null, { signature });
          assertInvalid(await probe(api, token), "unknown");
        }),
      );
    const begun = Date.now();
    for (let from = 0; from < 1_000; from += 50) {
      await storm(from);
      assert.equal((await probe(api, good)).status, 200, "and disturb nobody");
    }
    const minutes = Math.ceil((Date.now() - begun) / 60_000);
    assert.ok(provider.fetches <= 1 + minutes, `${provider.fetches} fetches`);
  }));

test("without_any_key_nobody_can_tell_so_it_is_no_401", () =>
  withProvider(CLERK, async (api) => {
    provider.answer = (response) => response.writeHead(503).end();
    for (const _ of [1, 2, 3]) {
      const answer = await probe(api, sign(EC, clerkClaims()));
      assert.equal(answer.status, 503, answer.text);
    }
    assert.equal(provider.fetches, 1, "and it is not asked by everyone");
    assertInvalid(await probe(api, sign(EC, clerkClaims({ iss: "x" }))), "of someone else");
    assert.equal((await probe(api, ORG.key)).status, 200);
  }));

test("a_provider_that_never_answers_is_not_waited_for_long", () =>
  withProvider(CLERK, async (api) => {
    const open = [];
    provider.answer = (response) => open.push(response);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => probe(api, sign(EC, clerkClaims()))),
    );
    for (const answer of answers) assert.equal(answer.status, 503, answer.text);
    assert.ok(provider.fetches <= 2, `${provider.fetches} fetches`);
    for (const response of open) response.destroy();
  }));

test("settings_that_are_wrong_let_nobody_in", async () => {
  const { authorized_parties: _, ...unbound } = CLERK;
  for (const settings of [unbound, { ...CLERK, unknown: true }]) {
    await withProvider(settings, async (api) => {
      assertInvalid(await probe(api, sign(RSA, clerkClaims())), JSON.stringify(settings));
      await linesWith(api, ["IDENTITY_PROVIDER"]);
    });
  }
  assert.equal(provider.fetches, 0);
});
