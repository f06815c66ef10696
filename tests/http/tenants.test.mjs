// Who reaches what, as one table: every route, what belongs to whom, every kind of
// credential. What is another organization's is not there, byte for byte, and nothing
// of it is ever shown.

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { SESSION_KEY, idOf, makeOrg, mintKey, startApi } from "./harness.mjs";
import {
  claimsOf,
  makeHmacToken,
  makeKey,
  makeToken,
  now,
  thumbprint,
} from "./session-support.mjs";
import { listen } from "../listen.mjs";

const NOT_AUTHENTICATED = '{"detail":"Not authenticated"}';
const INVALID = '{"detail":"Invalid or expired API key."}';
const WRONG_ROLE = '{"detail":"Unauthorized role."}';
const SITE = "https://dashboard.example";
const ISSUER = "https://identity.example";
const AUDIENCE = "https://api.example";

/** An organization with one of everything, alive and archived. */
function tenant(seed) {
  const person = (name, more = {}) => ({
    id: idOf("cbuser", `${seed} ${name}`),
    name: `${seed} ${name}`,
    email: `${name}@${seed}.example`,
    membership: "active",
    ...more,
  });
  const users = [
    person("ana"),
    person("archived", { archived: true }),
    person("leaver"),
    person("inactive", { membership: "inactive" }),
  ];
  const vendors = ["alive", "archived"].map((name) => ({
    id: idOf("cbvndr", `${seed} ${name}`),
    name: `Vendor of ${seed}, ${name}`,
    archived: name === "archived",
  }));
  const keyOf = (name, more = {}) => ({
    name,
    secret: mintKey(`${seed} ${name}`),
    role: "Service Account",
    ...more,
  });
  const org = makeOrg(seed, {
    users,
    vendors,
    workflows: [{ id: idOf("cbwd", seed), name: `Flow of ${seed}`, kind: "direct", enabled: true }],
    api_keys: [
      ...["first", "revoked", "maker"].map((name) => keyOf(name)),
      keyOf("nobody", { role: "Nobody" }),
      keyOf("expired", { expires_at: 1_760_000_000 }),
    ],
  });
  return {
    ...org,
    users,
    vendors,
    key: (name) => mintKey(`${seed} ${name}`),
    /**
     * Its ids, alive and archived, by what they are of.
     *
     * @type {Record<string, Record<string, string>>}
     */
    ids: {},
    /** What nobody else may ever see; ids that the API made are added. */
    secrets: [seed, org.id, ...[...users, ...vendors].flatMap(({ id, name }) => [id, name])],
  };
}

const OURS = tenant("harbour works");
const THEIRS = tenant("fjord mills");

/** What a path or a body may name, and whose it is. */
const TARGETS = ["own", "own archived", "foreign", "foreign archived", "absent", "malformed"];
/** Those that are not there for the organization that calls. */
const NOT_THERE = TARGETS.slice(2);

const json = (body) => ({
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

/** A list, which names nothing. */
const list = (path) => ({ send: () => ["GET", `/v1/dashboard/${path}`], own: [200] });

/**
 * The routes: what is sent for an id, by which ids, and what becomes of an own one and
 * of one that is archived.
 */
const ROUTES = {
  "POST /v1/assessments": {
    of: "vendor",
    send: (id) => ["POST", "/v1/assessments", json({ vendor_id: id, control_set_ids: [] })],
    own: [201, 400],
    missing: 400,
  },
  "GET /v1/assessments/{assessment_id}": {
    of: "assessment",
    send: (id) => ["GET", `/v1/assessments/${id}`],
    own: [200, 200],
    missing: 404,
  },
  "DELETE /v1/assessments/{assessment_id}": {
    of: "deletable",
    send: (id) => ["DELETE", `/v1/assessments/${id}`],
    own: [200, 200],
    missing: 404,
  },
  "GET /v1/workflows/runs/{workflow_run_id}": {
    of: "run",
    send: (id) => ["GET", `/v1/workflows/runs/${id}`],
    own: [200, 200],
    missing: 404,
  },
  "POST /v1/workflows/runs/{workflow_run_id}/events": {
    of: "run",
    send: (id) => [
      "POST",
      `/v1/workflows/runs/${id}/events`,
      json({ name: "go", payload: { from: "a tenant" } }),
    ],
    // Nobody executes the one, and the other has ended.
    own: [409, 409],
    missing: 404,
  },
  "POST /v1/sessions": {
    of: "user",
    send: (id) => ["POST", "/v1/sessions", json({ user_id: id })],
    own: [201, 400],
    missing: 400,
    keysOnly: true,
  },
  "GET /v1/utils/authtest": {
    send: () => ["GET", "/v1/utils/authtest"],
    own: [200],
    anyRole: true,
  },
  "GET /v1/dashboard/me": { send: () => ["GET", "/v1/dashboard/me"], own: [200] },
  "GET /v1/dashboard/vendors": list("vendors?limit=100"),
  "GET /v1/dashboard/vendors, searched": list("vendors?q=vendor"),
  "GET /v1/dashboard/vendors/{vendor_id}": {
    of: "vendor",
    send: (id) => ["GET", `/v1/dashboard/vendors/${id}`],
    own: [200, 404],
    missing: 404,
  },
  "GET /v1/dashboard/control-sets": list("control-sets"),
  "GET /v1/dashboard/users": list("users?limit=100"),
  "GET /v1/dashboard/users, searched": list("users?q=example"),
  "GET /v1/dashboard/workflows": list("workflows?q=flow"),
  "GET /v1/dashboard/assessments": list("assessments?limit=100"),
  "GET /v1/dashboard/assessments, searched": list("assessments?q=2"),
  "GET /v1/dashboard/assessments, of a vendor": {
    of: "vendor",
    send: (id) => ["GET", `/v1/dashboard/assessments?vendor_id=${id}`],
    own: [200, 200],
    missing: 200,
  },
  "GET /v1/dashboard/assessments/{assessment_id}": {
    of: "assessment",
    send: (id) => ["GET", `/v1/dashboard/assessments/${id}`],
    own: [200, 200],
    missing: 404,
  },
};

let api;
let jwks;
/** @type {Record<string, { token?: string, headers?: Record<string, string>, expected: string, org?: object }>} */
let credentials;

before(async () => {
  const provider = makeKey("RS256", "provider");
  jwks = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: [provider.publicJwk] }));
  });
  const port = await listen(jwks);
  api = await startApi({
    vars: {
      // Keys of a provider come by https, but for those of this machine in development.
      ENVIRONMENT: "development",
      IDENTITY_PROVIDER: {
        issuer: ISSUER,
        audience: AUDIENCE,
        jwks_url: `http://127.0.0.1:${port}/jwks`,
        org_claim: "org",
        user_claim: "sub",
        role_claim: "role",
      },
    },
  });
  await api.load({ orgs: [OURS.data, THEIRS.data] });
  for (const org of [OURS, THEIRS]) await populate(org);
  credentials = await makeCredentials(provider);
});
after(async () => {
  await api?.close();
  jwks?.close();
});

/** Assessments and runs, alive and archived, of which one is for every DELETE. */
async function populate(org) {
  const create = async () => {
    const { json } = await api.create(
      {
        vendor_id: org.vendors[0].id,
        control_set_ids: [],
        trigger_workflow: org.data.workflows[0].name,
      },
      { key: org.key("first") },
    );
    org.secrets.push(json.id, json.workflow_run_id, json.name);
    return json;
  };
  const [alive, archived, deletable, deleted] = [
    await create(),
    await create(),
    await create(),
    await create(),
  ];
  for (const { id } of [archived, deleted]) {
    assert.equal((await api.archive(id, { key: org.key("first") })).status, 200);
  }
  const pair = ([own, gone]) => ({ own, "own archived": gone });
  org.ids = {
    vendor: pair(org.vendors.map(({ id }) => id)),
    user: pair(org.users.slice(0, 2).map(({ id }) => id)),
    assessment: pair([alive.id, archived.id]),
    deletable: pair([deletable.id, deleted.id]),
    run: pair([alive.workflow_run_id, archived.workflow_run_id]),
  };
}

async function makeCredentials(provider) {
  const session = async (key, user, more = {}) => {
    const answer = await api.createSession({ user_id: user.id, ...more }, { key });
    assert.equal(answer.status, 201, answer.text);
    return answer.json.token;
  };
  const [ana, , leaver, inactive] = OURS.users;
  const own = await session(OURS.key("first"), ana);
  const [header, , signature] = own.split(".");
  const claims = claimsOf(own);
  const head = { alg: "ES256", typ: "JWT", kid: thumbprint(SESSION_KEY) };
  const forged = (more, headers = {}) =>
    makeToken({ ...head, ...headers }, { ...claims, ...more }, SESSION_KEY);
  const pem = createPublicKey({ key: SESSION_KEY, format: "jwk" }).export({
    format: "pem",
    type: "spki",
  });
  const theirs = { iss: ISSUER, aud: AUDIENCE, sub: ana.id, org: OURS.id, role: "Dashboard User" };
  const times = { iat: now(), exp: now() + 900 };
  const provided = (more = {}, headers = {}) =>
    makeToken(
      { alg: "RS256", kid: provider.kid, ...headers },
      { ...theirs, ...times, ...more },
      provider.privateJwk,
      { algorithm: "RS256" },
    );
  const providerPem = createPublicKey({ key: provider.publicJwk, format: "jwk" }).export({
    format: "pem",
    type: "spki",
  });

  const ofLeaver = await session(OURS.key("first"), leaver);
  const ofRevoked = await session(OURS.key("maker"), ana);
  await api.rows("UPDATE users SET membership = 'inactive' WHERE id = ?", leaver.id);
  await api.rows(
    "UPDATE api_keys SET revoked_at = 1 WHERE org_id = ? AND name IN ('maker', 'revoked')",
    OURS.id,
  );

  const key = OURS.key("first");
  const invalid = (token, headers = {}) => ({ token, headers, expected: "invalid" });
  return {
    none: { expected: "none" },
    "another scheme": { headers: { authorization: "Basic eDp5" }, expected: "none" },
    malformed: invalid("ak_live_malformed"),
    "bad checksum": invalid(key.slice(0, -1) + (key.endsWith("A") ? "B" : "A")),
    unknown: invalid(mintKey("nobody has this key")),
    revoked: invalid(OURS.key("revoked")),
    expired: invalid(OURS.key("expired")),
    "wrong role": { token: OURS.key("nobody"), expected: "role" },
    "other org's key": { token: THEIRS.key("first"), expected: "good", org: THEIRS },
    "own key": { token: key, expected: "good", org: OURS },
    "own session": { token: own, expected: "session", org: OURS },
    "own session with an origin": {
      token: await session(key, ana, { origin: SITE }),
      headers: { origin: SITE },
      expected: "session",
      org: OURS,
    },
    "other org's session": {
      token: await session(THEIRS.key("first"), THEIRS.users[0]),
      expected: "session",
      org: THEIRS,
    },
    "provider's session": { token: provided(), expected: "session", org: OURS },
    "session of another organization's user": invalid(provided({ org: THEIRS.id })),
    "session expired": invalid(forged({ iat: now() - 900, nbf: now() - 900, exp: now() - 1 })),
    "provider's session expired": invalid(provided({ iat: now() - 900, exp: now() - 120 })),
    "session not yet": invalid(forged({ nbf: now() + 600 })),
    "session for another audience": invalid(provided({ aud: "https://other.example" })),
    "session for no audience": invalid(provided({ aud: undefined })),
    "session of another issuer": invalid(provided({ iss: "https://other.example" })),
    "session from another origin": invalid(await session(key, ana, { origin: SITE }), {
      origin: "https://evil.example",
    }),
    "session from no origin": invalid(await session(key, ana, { origin: SITE })),
    "alg none": invalid(makeToken({ ...head, alg: "none" }, claims, null)),
    "alg none of the provider": invalid(makeToken({ alg: "none" }, { ...theirs, ...times }, null)),
    "HS256 with the public key": invalid(makeHmacToken(head, claims, pem)),
    "HS256 with the provider's public key": invalid(
      makeHmacToken({ kid: provider.kid }, { ...theirs, ...times }, providerPem),
    ),
    "unknown kid": invalid(forged({}, { kid: "unknown" })),
    "unknown kid of the provider": invalid(provided({}, { kid: "unknown" })),
    "tampered session": invalid(
      `${header}.${Buffer.from(JSON.stringify({ ...claims, org: THEIRS.id })).toString("base64url")}.${signature}`,
    ),
    "session of an inactive user": invalid(ofLeaver),
    "provider's session of an inactive user": invalid(provided({ sub: inactive.id })),
    "session of a revoked key": invalid(ofRevoked),
  };
}

/** The id that a target has, as the caller's organization sees it. */
function idOfTarget(of, target, org) {
  const other = org === THEIRS ? OURS : THEIRS;
  const prefix = { vendor: "cbvndr", user: "cbuser", run: "cbwr" }[of] ?? "cbqsrw";
  switch (target) {
    case "absent":
      return idOf(prefix, "there is none");
    case "malformed":
      return `${prefix}_malformed`;
    case "foreign":
    case "foreign archived":
      return other.ids[of][target.replace("foreign", "own")];
    default:
      return (org ?? OURS).ids[of][target];
  }
}

/** The status, and the whole body where it is one that tells nothing. */
function expectedOf(route, { expected }, target) {
  const own = route.own[TARGETS.indexOf(target)] ?? route.missing;
  if (expected === "none") return [401, NOT_AUTHENTICATED];
  if (expected === "invalid") return [401, INVALID];
  if (expected === "role") return route.anyRole ? [own] : [401, WRONG_ROLE];
  if (expected === "session" && route.keysOnly) return [401, WRONG_ROLE];
  return [own];
}

/** Headers that say nothing of the resource differ from answer to answer. */
const headersOf = (answer) =>
  [...answer.headers]
    .filter(([name]) => !["x-coverbase-request-id", "date", "server-timing"].includes(name))
    .filter(([name]) => name !== "content-length");

test("what_is_another_organizations_is_not_there_for_any_credential_on_any_route", async (t) => {
  let cells = 0;
  for (const name of Object.keys(ROUTES)) {
    const kinds = Object.keys(credentials).map((kind) => checkRow(name, kind));
    for (const row of await Promise.all(kinds)) cells += row;
  }
  t.diagnostic(`${cells} cells`);
});

/** What a route answers to a credential, whatever it is asked for: how many cells that is. */
async function checkRow(name, kind) {
  const [route, credential] = [ROUTES[name], credentials[kind]];
  const hidden = credential.org === THEIRS ? OURS : THEIRS;
  const answers = {};
  for (const target of route.of ? TARGETS : ["own"]) {
    const place = `${name}, ${kind}, ${target}`;
    const id = route.of && idOfTarget(route.of, target, credential.org);
    const [method, path, request = {}] = route.send(id);
    const answer = await api.send(method, path, {
      ...(credential.token ? { key: credential.token } : {}),
      ...request,
      headers: { ...request.headers, ...credential.headers },
    });
    const [status, text] = expectedOf(route, credential, target);
    assert.equal(answer.status, status, `${place}: ${answer.text}`);
    if (text) assert.equal(answer.text, text, place);
    // What was asked for may be named again; nothing else of theirs may.
    const shown = id ? answer.text.replaceAll(id, "ID") : answer.text;
    for (const secret of hidden.secrets) {
      assert.ok(!shown.includes(secret), `${place} shows ${secret}: ${answer.text}`);
    }
    answers[target] = { text: shown, headers: headersOf(answer) };
  }
  for (const target of route.of ? NOT_THERE : []) {
    assert.deepEqual(answers[target], answers.absent, `${name}, ${kind}, ${target}`);
  }
  return Object.keys(answers).length;
}
