// The dashboard as it is deployed, with an identity provider and a function of the
// deployment's own in the place of connect.js.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { texts } from "../../www/texts.js";
import { makeKey, makeToken, now } from "../http/session-support.mjs";
import { listen } from "../listen.mjs";
import { withModules } from "./bundle.mjs";
import { LIFETIME, connectByTeam, kept, passUntilRenewed } from "./sign-in-support.mjs";
import {
  NORTHWIND,
  ORGS,
  arrived,
  field,
  disconnect,
  finish,
  meddle,
  startDashboard,
  submit,
} from "./support.mjs";

const { connection } = texts;
const [ANA] = ORGS.harbor.users;
const SIGNER = makeKey("ES256", "provider-1");
const ISSUER = "https://id.example";
const AUDIENCE = "https://assessments.example";
/** Where its keys are published: here another isolate of the deployment has read them. */
const KEYS_ADDRESS = `${ISSUER}/.well-known/jwks.json`;

/** As a deployment might write it, around what its provider gives. */
const CONNECT = `
  export async function connect({ reason, url, signal }) {
    const response = await fetch(url + "?reason=" + reason, { credentials: "include", signal });
    if (response.status === 401) return null;
    const { access_token, claims } = await response.json();
    return { token: access_token, expires_at: claims.exp };
  }`;

/** The provider, as far as the page calls it. */
async function startProvider() {
  const provider = {
    /** @type {string[]} */
    reasons: [],
    /** @type {string[]} */
    given: [],
    /** What its tokens say besides what they must. */
    more: {},
    page: "",
  };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://provider");
    provider.reasons.push(searchParams.get("reason") ?? "");
    response.setHeader("access-control-allow-origin", provider.page);
    response.setHeader("access-control-allow-credentials", "true");
    if (!request.headers.cookie?.includes("idp=ana")) return response.writeHead(401).end();
    const claims = {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: ANA.id,
      org_id: ORGS.harbor.id,
      "https://id.example/role": "editor",
      iat: now(),
      exp: now() + LIFETIME,
      jti: crypto.randomUUID(),
      ...provider.more,
    };
    const header = { alg: SIGNER.algorithm, kid: SIGNER.kid, typ: "at+jwt" };
    const token = makeToken(header, claims, SIGNER.privateJwk);
    provider.given.push(token);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ access_token: token, claims }));
  });
  const url = `http://127.0.0.1:${await listen(server)}/token`;
  return Object.assign(provider, {
    url,
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
}

let provider;
let dashboard;
before(async () => {
  provider = await startProvider();
  dashboard = await startDashboard({
    development: false,
    more: {
      SESSION_URL: provider.url,
      IDENTITY_PROVIDER: {
        preset: "auth0",
        issuer: ISSUER,
        audience: AUDIENCE,
        jwks_url: KEYS_ADDRESS,
        role_claim: "https://id.example/role",
        roles: { editor: "Dashboard User", reader: "Dashboard Viewer" },
      },
    },
  });
  provider.page = dashboard.url;
  const name = createHash("sha256").update(KEYS_ADDRESS).digest("hex");
  const shared = { fetched_at: now(), missed_at: null, set: { keys: [SIGNER.publicJwk] } };
  await dashboard.api.env.CREDENTIALS.put(`key-set:${name}`, JSON.stringify(shared));
});
after(async () => {
  await dashboard?.close();
  provider?.close();
});
beforeEach(() => {
  Object.assign(provider, { reasons: [], given: [], more: {} });
});

/** A page with the deployment's own function, in a browser that is signed in there. */
async function openSignedIn(path, { module = CONNECT, hasClock = false } = {}) {
  const page = await dashboard.open(path);
  const context = page.context();
  await context.addCookies([{ name: "idp", value: "ana", domain: "127.0.0.1", path: "/" }]);
  if (hasClock) await page.clock.install();
  await withModules(page, { "connect.js": () => module });
  return page;
}

const identity = (page) => page.locator(".identity");

test("a_function_of_the_deployment_signs_in_and_out_and_keeps_nothing", async () => {
  const page = await openSignedIn("/new");
  await connectByTeam(page);
  const told = await page.locator(".connection").textContent();
  for (const part of [ORGS.harbor.name, "production", ANA.name, "Dashboard User"]) {
    assert.ok(told.includes(part), `${part} is not in ${told}`);
  }
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await submit(page);
  const id = await arrived(page, texts.detail.createdNotice);
  await dashboard.move(id, { status: "review_evals" });
  await page.locator(".badges").getByText("Review Results").waitFor();
  await page.getByRole("button", { name: texts.detail.cancel }).click();
  await page.getByRole("dialog").getByRole("button", { name: texts.end.cancelConfirm }).click();
  await page.getByText(texts.end.canceled).waitFor();
  const all = await kept(page);
  assert.ok(all.includes(id), "what is kept was not found at all");
  for (const token of provider.given) {
    for (const part of [token, ...token.split(".").slice(1)]) assert.ok(!all.includes(part));
  }
  assert.deepEqual(provider.reasons, ["connect"]);
  await disconnect(page);
  await page.getByRole("button", { name: connection.connect, exact: true }).first().waitFor();
  assert.ok(!(await kept(page)).includes(ORGS.harbor.name));
  await finish(page);
});

test("the_function_is_told_why_it_is_asked", async () => {
  const page = await openSignedIn("/new", { hasClock: true });
  await connectByTeam(page);
  await passUntilRenewed(page, LIFETIME * 850);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await meddle(page, "create", [
    {
      status: 401,
      json: { detail: "Invalid or expired API key." },
      headers: { "x-coverbase-request-id": crypto.randomUUID() },
    },
  ]);
  await submit(page);
  await arrived(page, texts.detail.createdNotice);
  assert.deepEqual(provider.reasons, ["connect", "renew", "refused"]);
  await finish(page);
});

for (const [what, more] of [
  ["for another application", { aud: "https://elsewhere.example" }],
  ["of an organization that is unknown here", { org_id: "org_unknown" }],
  ["that is over", { exp: now() - 3_600 }],
]) {
  test(`a_token_is_told_to_be_refused: ${what}`, async () => {
    provider.more = more;
    const page = await openSignedIn("/");
    await page.getByRole("button", { name: connection.connect, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(texts.trouble.apiSays("Invalid or expired API key.")).waitFor();
    assert.equal(await identity(page).count(), 0);
    await finish(page);
  });
}

test("a_role_that_the_provider_has_and_the_deployment_has_not_may_not_look", async () => {
  provider.more = { "https://id.example/role": "auditor" };
  const page = await openSignedIn("/");
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  await page.getByRole("dialog").getByText(texts.trouble.apiSays("Unauthorized role.")).waitFor();
  await finish(page);
});

test("what_is_no_session_is_told_to_be_none", async () => {
  for (const made of [
    "({ token: 7, expires_at: 1e9 })",
    "({ token: 'ak_live_x', expires_at: 4e9 })",
    "({ token: 'a.b.c' })",
    "({ token: 'two words', expires_at: 4e9 })",
    "'a.b.c'",
  ]) {
    const page = await openSignedIn("/", { module: `export const connect = async () => ${made};` });
    await page.getByRole("button", { name: connection.connect, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(connection.problems.malformed).waitFor();
    assert.equal(await identity(page).count(), 0);
    await finish(page);
  }
});

test("the_page_may_call_no_other_origin", async () => {
  const elsewhere = createServer((_, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.end("{}");
  });
  const port = await listen(elsewhere);
  try {
    const page = await openSignedIn("/");
    const reached = await page.evaluate(
      (url) =>
        fetch(url).then(
          () => "reached",
          (error) => error.name,
        ),
      `http://127.0.0.1:${port}/`,
    );
    assert.equal(reached, "TypeError");
    // The browser says so, which is what is complained of.
    const told = page.complaints.splice(0);
    assert.ok(told.every((text) => /Content Security Policy/.test(text)) && told.length > 0);
    await finish(page);
  } finally {
    elsewhere.close();
  }
});
