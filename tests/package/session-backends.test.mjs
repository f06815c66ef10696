// The example backends, run as they stand: each gives the person who is signed in with it
// a session, and nobody else.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createTestHarness, unstable_readConfig } from "wrangler";
import { KEYS, ORGS, ROOT, startApi } from "../http/harness.mjs";
import { installExample, node, startServer } from "./projects.mjs";

const SECRET = "a secret of the test";
const [ANA, , , DEE] = ORGS.harbor.users;

let api;
before(async () => {
  api = await startApi();
});
after(() => api?.close());

/** What an example is told, for a dashboard of the API's own origin. */
const told = () => ({
  ASSESSMENTS_API_URL: api.url,
  ASSESSMENTS_API_KEY: KEYS.harbor,
  DASHBOARD_ORIGIN: api.url,
  COOKIE_SECRET: SECRET,
});

/** Hono on workerd. */
async function startHono() {
  const folder = await installExample("session-backend/hono");
  const { name, main, compatibility_date } = unstable_readConfig(
    { config: join(folder, "wrangler.toml") },
    { hideWarnings: true },
  );
  const config = { name, main, compatibility_date, vars: told() };
  const server = createTestHarness({ root: folder, workers: [{ config }] });
  const { url } = await server.listen();
  return {
    url: `${url.origin}/session`,
    close: () => server.close(),
    // As Hono signs them.
    cookie: (user) => `${user}.${encodeURIComponent(mac(user).digest("base64"))}`,
  };
}

/** Node.js as it is. */
async function startNode() {
  const folder = await installExample("session-backend/node");
  const server = await startServer(...node("server.mjs"), {
    cwd: folder,
    env: { ...told(), PORT: "0" },
  });
  return {
    url: `${server.url}/session`,
    close: () => server.close(),
    cookie: (user) => `${user}.${mac(user).digest("base64url")}`,
  };
}

const mac = (user) => createHmac("sha256", SECRET).update(user);

for (const [name, start] of Object.entries({ hono: startHono, node: startNode })) {
  describe(name, () => {
    let backend;
    before(async () => {
      backend = await start();
    });
    after(() => backend?.close());

    /** @param {{ cookie?: string, origin?: string, method?: string }} [request] */
    const ask = async ({ cookie, origin = api.url, method = "POST" } = {}) => {
      const headers = {
        ...(cookie && { cookie: `other=1; team_user=${cookie}` }),
        ...(origin && { origin }),
      };
      const response = await fetch(backend.url, { method, headers });
      const text = await response.text();
      assert.ok(!text.includes(KEYS.harbor));
      return { status: response.status, headers: response.headers, text };
    };

    test("who_is_signed_in_gets_a_session_that_is_bound_to_the_dashboard", async () => {
      const { status, headers, text } = await ask({ cookie: backend.cookie(ANA.id) });
      assert.equal(status, 200, text);
      assert.equal(headers.get("cache-control"), "no-store");
      assert.equal(headers.get("access-control-allow-origin"), api.url);
      assert.equal(headers.get("access-control-allow-credentials"), "true");
      const { token, expires_at: expiresAt } = JSON.parse(text);
      assert.ok(expiresAt > Date.now() / 1000);
      const me = (origin) =>
        api.send("GET", "/v1/dashboard/me", { key: token, headers: { origin } });
      const { status: read, json } = await me(api.url);
      assert.equal(read, 200);
      assert.deepEqual(json.user, { id: ANA.id, name: ANA.name });
      assert.equal((await me("https://elsewhere.example")).status, 401);
    });

    test("nobody_else_gets_one", async () => {
      assert.equal((await ask()).status, 401);
      const good = backend.cookie(ANA.id);
      const forged = [`${ANA.id}.`, good.replace(ANA.id, DEE.id), ANA.id, `${good}x`];
      for (const cookie of forged) assert.equal((await ask({ cookie })).status, 401, cookie);
      // An archived or inactive user, and one that never was.
      for (const user of [DEE.id, `cbuser_${"0".repeat(32)}`]) {
        assert.equal((await ask({ cookie: backend.cookie(user) })).status, 403, user);
      }
    });

    test("pages_of_other_sites_get_none_and_cannot_read_that", async () => {
      const cookie = backend.cookie(ANA.id);
      for (const origin of ["https://elsewhere.example", "null", ""]) {
        const { status, headers } = await ask({ cookie, origin });
        assert.equal(status, 403, origin);
        assert.notEqual(headers.get("access-control-allow-origin"), origin || "*");
      }
      assert.equal((await ask({ cookie, method: "GET" })).status, 404);
    });
  });
}

test("no_example_holds_a_key", () => {
  for (const file of ["hono/src/index.js", "hono/wrangler.toml", "node/server.mjs"]) {
    const text = readFileSync(join(ROOT, "examples/session-backend", file), "utf8");
    assert.doesNotMatch(text, /ak_(live|test)_/, file);
  }
});
