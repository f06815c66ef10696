// Starts the API on workerd for a test file, on the demo data and what the
// tests need besides.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestHarness, unstable_readConfig } from "wrangler";

export const ROOT = new URL("../..", import.meta.url).pathname;
export const XTASK = process.env.XTASK ?? join(ROOT, "target/debug/xtask");
export const DEMO = JSON.parse(readFileSync(join(ROOT, "worker/demo/demo-data.json"), "utf8"));

/** Runs in a folder that is gone afterwards. */
export async function inTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "assessments-test-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The statements with which `cargo xtask import` loads `data`. */
export async function importStatements(data) {
  return inTemporaryFolder((folder) => {
    const file = join(folder, "data.json");
    const out = join(folder, "data.sql");
    writeFileSync(file, JSON.stringify(data));
    execFileSync(XTASK, ["import", file, "--sql", out], { stdio: ["ignore", "ignore", "inherit"] });
    return readFileSync(out, "utf8").split("\n").filter(Boolean);
  });
}

/**
 * Starts workerd with an empty database, migrates it and imports `data`.
 * With `faulty`, requests may ask for faults (see faulty-entry.mjs).
 */
export async function startApi({ data = DEMO, faulty = false, vars = {} } = {}) {
  const toml = unstable_readConfig({ config: join(ROOT, "wrangler.toml") }, { hideWarnings: true });
  const config = {
    name: toml.name,
    main: join(ROOT, faulty ? "tests/http/faulty-entry.mjs" : "dist/worker/entry.mjs"),
    compatibility_date: toml.compatibility_date,
    assets: { ...toml.assets, directory: join(ROOT, toml.assets.directory) },
    d1_databases: toml.d1_databases.map((database) => ({
      ...database,
      migrations_dir: join(ROOT, "worker/migrations"),
    })),
    kv_namespaces: toml.kv_namespaces,
    triggers: toml.triggers,
    vars: { ...toml.vars, ...vars },
  };
  const server = createTestHarness({ root: ROOT, workers: [{ config }] });
  const { url } = await server.listen();
  const worker = server.getWorker();
  await worker.applyD1Migrations("DB");
  const env = await worker.getEnv();
  const load = async (more) => {
    const statements = await importStatements(more);
    await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)));
  };
  await load(data);

  return {
    url: url.origin,
    env,
    load,
    scheduled: () => worker.scheduled({ cron: "*/10 * * * *", scheduledTime: new Date() }),
    logs: () => server.getLogs(),
    close: () => server.close(),

    /** Sends a request as it is; `key` adds a bearer credential. */
    async send(method, path, { key, headers = {}, body, faults } = {}) {
      const response = await fetch(url.origin + path, {
        method,
        body,
        duplex: body instanceof ReadableStream ? "half" : undefined,
        headers: {
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...(faults ? { "x-test-faults": JSON.stringify(faults) } : {}),
          ...headers,
        },
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        get json() {
          return JSON.parse(text);
        },
      };
    },

    /** Creates an assessment from a JSON value. */
    create(body, { key = KEYS.harbor, idempotencyKey, ...rest } = {}) {
      return this.send("POST", "/v1/assessments", {
        key,
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...rest,
        headers: {
          "content-type": "application/json",
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
          ...rest.headers,
        },
      });
    },

    /** All rows of a query, for what the API does not show. */
    async rows(sql, ...values) {
      return (await env.DB.prepare(sql).bind(...values).all()).results;
    },
  };
}

const [harbor, fjord, citadel] = DEMO.orgs;
const secretOf = (org, name) => org.api_keys.find((key) => key.name === name).secret;

/** The demo's keys. */
export const KEYS = {
  harbor: secretOf(harbor, "GRC integration"),
  revoked: secretOf(harbor, "retired integration"),
  expired: secretOf(harbor, "last year's pilot"),
  reportViewer: secretOf(harbor, "report viewer"),
  fjord: secretOf(fjord, "GRC integration"),
  citadel: secretOf(citadel, "GRC integration"),
};

/** The demo's organizations. */
export const ORGS = { harbor, fjord, citadel };
