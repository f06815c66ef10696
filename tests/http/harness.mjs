// Starts the API on workerd for a test file, on the demo data and what the
// tests need besides.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { createTestHarness, unstable_readConfig } from "wrangler";
import { assertDescribed } from "./description.mjs";

export const ROOT = new URL("../..", import.meta.url).pathname;
export const XTASK = process.env.XTASK ?? join(ROOT, "target/debug/xtask");
/** What each route may cost at most. */
export const { routes: ROUTE_BUDGET } = JSON.parse(
  readFileSync(join(ROOT, "bench/budget.json"), "utf8"),
);
/** The demo data as it is. */
export const DEMO_WITH_STEPS = JSON.parse(
  readFileSync(join(ROOT, "worker/demo/demo-data.json"), "utf8"),
);
/** The demo data, with workflows that do nothing: what they do would go on behind the tests. */
export const DEMO = withoutSteps(structuredClone(DEMO_WITH_STEPS));

function withoutSteps(data) {
  for (const { workflows = [] } of data.orgs) {
    for (const workflow of workflows) delete workflow.steps;
  }
  return data;
}

/** The key that the API under test signs sessions with, a private JWK. */
export const SESSION_KEY = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  format: "jwk",
});

/** A random UUID, as request ids are (2.2). */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** An id of that prefix, the same for the same seed. */
export function idOf(prefix, seed) {
  return `${prefix}_${createHash("sha256").update(`${prefix} ${seed}`).digest("hex").slice(0, 32)}`;
}

/** The secret of a key with its checksum (2.3), the same for the same seed. */
export function mintKey(seed, prefix = "ak_test_") {
  const bytes = createHash("sha512").update(seed).digest().subarray(0, 43);
  const body = prefix + Array.from(bytes, (byte) => BASE62[byte % 62]).join("");
  let rest = crc32(body);
  let checksum = "";
  for (let digit = 0; digit < 6; digit++) {
    checksum = BASE62[rest % 62] + checksum;
    rest = Math.floor(rest / 62);
  }
  return body + checksum;
}

/**
 * An organization for the importer with one vendor and one key, and what
 * `more` replaces. `key`, `vendor` and `body`, the least request that creates
 * an assessment, are for the tests and no part of the `data`.
 *
 * @template {object} [More={}]
 * @param {string} seed
 * @param {More} [more]
 */
export function makeOrg(seed, more = /** @type {More} */ ({})) {
  const key = mintKey(seed);
  const vendor = idOf("cbvndr", seed);
  const data = {
    id: idOf("cborg", seed),
    name: seed,
    api_ip_allowlist: [],
    api_keys: [{ name: "first key", secret: key, role: "Service Account" }],
    vendors: [{ id: vendor, name: `Vendor of ${seed}` }],
    ...more,
  };
  return { data, id: data.id, key, vendor, body: { vendor_id: vendor, control_set_ids: [] } };
}

/**
 * An assessment for the importer.
 *
 * @template {object} [More={}]
 * @param {string} seed
 * @param {string} vendor
 * @param {More} [more]
 */
export function makeAssessment(seed, vendor, more = /** @type {More} */ ({})) {
  return {
    id: idOf("cbqsrw", seed),
    vendor_id: vendor,
    name: seed,
    status: "created",
    control_set_ids: [],
    service_ids: [],
    created_at: 1_760_000_000,
    updated_at: 1_760_003_600,
    ...more,
  };
}

/**
 * What a request has besides its method and path: `key` is a bearer credential, `faults`
 * are those of faulty-entry.mjs.
 *
 * @typedef {object} Sent
 * @property {string} [key]
 * @property {Record<string, string>} [headers]
 * @property {BodyInit} [body]
 * @property {object} [faults]
 * @property {string} [idempotencyKey] Of a create.
 * @property {boolean} [asStored] Rows that others wrote are shown, which the description does not know.
 */

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
    // What it reports is of interest, and part of the error, only if it fails.
    execFileSync(XTASK, ["import", file, "--sql", out], { stdio: ["ignore", "ignore", "pipe"] });
    return readFileSync(out, "utf8").split("\n").filter(Boolean);
  });
}

const seenRequestIds = new Set();

/** Credentials that were used. */
const secrets = new Set();
/** Shorter ones could be anywhere by chance. */
const SHORTEST_SECRET = 20;

function noteSecret(key) {
  if (key?.length >= SHORTEST_SECRET) secrets.add(key);
}

/** That no credential which was used is in the log or in the database. */
async function assertSecretsKept(api) {
  const places = { "the log": JSON.stringify(api.logs()), "the database": await dump(api) };
  for (const secret of secrets) {
    for (const [place, text] of Object.entries(places)) {
      assert.ok(!text.includes(secret), `${place} holds a secret: ${secret.slice(0, 8)}...`);
    }
  }
}

/** Everything that is in the database, as text; of the search's index the rows that it is of. */
export async function dump(api) {
  const tables = await api.rows(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'search_index*'",
  );
  const rows = [];
  for (const { name } of tables) {
    for (const row of await api.rows(`SELECT * FROM ${name}`)) rows.push(JSON.stringify(row));
  }
  return rows.join("\n");
}

/**
 * What holds for every answer whatsoever (2.1, 2.2, 2.6, 7): a request id that
 * no other answer has, that no cache takes it for that of another origin, a JSON body, `detail` alone in every error, and that the
 * description of the API tells of it. Every helper that sends checks it, so
 * that no test has to ask for it. The description promises what the API and the
 * importer write; a row that others wrote is shown as it is (8), `asStored`.
 */
function checked(method, path, { status, headers, text }, asStored = false) {
  const id = headers.get("x-coverbase-request-id");
  assert.match(id ?? "no request id", UUID, `${method}: ${status} ${text}`);
  assert.ok(!seenRequestIds.has(id), `two answers share the request id ${id}`);
  seenRequestIds.add(id);
  assert.match(headers.get("vary") ?? "nothing", /(^|, )Origin(,|$)/, `${method} ${path}`);
  // Only a preflight has nothing to say (2.1).
  if (method === "OPTIONS" && status === 204) {
    assert.equal(text, "");
    return { status, headers, text, json: undefined };
  }
  assert.equal(headers.get("content-type"), "application/json");
  // An answer to HEAD has no body by HTTP's own rule.
  const json = method === "HEAD" ? undefined : JSON.parse(text);
  if (status >= 300 && method !== "HEAD") assert.deepEqual(Object.keys(json), ["detail"], text);
  if (!asStored) assertDescribed(method, path, { status, headers, json });
  return { status, headers, text, json };
}

/** The project's `wrangler.toml`. */
export const readToml = () =>
  unstable_readConfig({ config: join(ROOT, "wrangler.toml") }, { hideWarnings: true });

/** What of it every server of the tests has, wherever its own configuration lies. */
export const workerOf = (toml) => ({
  main: join(ROOT, "dist/worker/entry.mjs"),
  compatibility_date: toml.compatibility_date,
  compatibility_flags: toml.compatibility_flags,
  assets: { ...toml.assets, directory: join(ROOT, toml.assets.directory) },
  d1_databases: toml.d1_databases.map((database) => ({
    ...database,
    migrations_dir: join(ROOT, "worker/migrations"),
  })),
  kv_namespaces: toml.kv_namespaces,
});

/** What no test meets that does not ask for less. */
const NO_LIMIT = 1_000_000_000;

/**
 * Starts workerd with an empty database, migrates it and imports `data`.
 * With `faulty`, requests may ask for faults (see faulty-entry.mjs). After `queueRetries`,
 * if there is one, what a queue could not deliver is a dead letter. `limits` has
 * the rate limits that are to be met, by their bindings; `null` binds none at all.
 * `limitPeriod` is their period, in seconds.
 *
 * @param {object} [options]
 * @param {object} [options.data]
 * @param {boolean} [options.faulty]
 * @param {Record<string, unknown>} [options.vars]
 * @param {number} [options.queueRetries]
 * @param {Record<string, number> | null} [options.limits]
 * @param {10 | 60} [options.limitPeriod]
 */
export async function startApi({
  data = DEMO,
  faulty = false,
  vars = {},
  queueRetries = 0,
  limits = {},
  limitPeriod,
} = {}) {
  const toml = readToml();
  const config = {
    ...workerOf(toml),
    name: toml.name,
    ...(faulty && { main: join(ROOT, "tests/http/faulty-entry.mjs") }),
    ratelimits: toml.ratelimits
      .filter(() => limits !== null)
      .map(({ simple, ...limited }) => ({
        ...limited,
        simple: {
          limit: limits?.[limited.name] ?? NO_LIMIT,
          period: limitPeriod ?? simple.period,
        },
      })),
    triggers: toml.triggers,
    workflows: toml.workflows,
    queues: {
      producers: toml.queues.producers,
      // What a test waits for need not wait for company.
      consumers: toml.queues.consumers?.map((consumer) => ({
        ...consumer,
        max_batch_timeout: 1,
        ...(consumer.dead_letter_queue && queueRetries && { max_retries: queueRetries }),
      })),
    },
    vars: {
      ...toml.vars,
      ...(limitPeriod && { RATE_LIMIT_PERIOD: limitPeriod }),
      SESSION_SIGNING_KEY: JSON.stringify(SESSION_KEY),
      ...vars,
    },
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
    scheduled: () => worker.scheduled({ cron: "* * * * *", scheduledTime: new Date() }),
    logs: () => server.getLogs(),
    /** Nothing that a test sent may have left a credential where none belongs. */
    async close() {
      try {
        await assertSecretsKept(this);
      } finally {
        await server.close();
      }
    },

    /**
     * Sends a request as it is; `key` adds a bearer credential.
     *
     * @param {string} method
     * @param {string} path
     * @param {Sent} [request]
     */
    async send(method, path, { key, headers = {}, body, faults, asStored } = {}) {
      noteSecret(key);
      /** @type {RequestInit & { duplex?: "half" }} */
      const init = {
        method,
        body,
        redirect: "manual",
        duplex: body instanceof ReadableStream ? "half" : undefined,
        headers: {
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...(faults ? { "x-test-faults": JSON.stringify(faults) } : {}),
          ...headers,
        },
      };
      const response = await fetch(url.origin + path, init);
      const text = await response.text();
      const { status, headers: answered } = response;
      return checked(method, path, { status, headers: answered, text }, asStored);
    },

    /**
     * Sends what `fetch` refuses or changes: `headers` is a list of pairs in
     * which a name may stand twice, values are bytes written as Latin-1, and
     * the path goes out as it is.
     *
     * @param {string} method
     * @param {string} path
     * @param {{ key?: string, headers?: string[][], body?: Uint8Array | string }} [request]
     */
    async sendRaw(method, path, { key, headers = [], body } = {}) {
      const pairs = [["host", url.host], ...headers];
      noteSecret(key);
      if (key) pairs.push(["authorization", `Bearer ${key}`]);
      if (body) pairs.push(["content-length", String(body.length)]);
      const response = await new Promise((resolve, reject) => {
        const { hostname, port } = url;
        const sent = httpRequest({ hostname, port, method, path, headers: pairs.flat() }, resolve);
        sent.on("error", reject);
        sent.end(body);
      });
      const chunks = await response.toArray();
      return checked(method, path, {
        status: response.statusCode,
        headers: new Headers(response.headers),
        text: Buffer.concat(chunks).toString("utf8"),
      });
    },

    /**
     * Creates an assessment from a JSON value, or from JSON text or bytes.
     *
     * @param {unknown} body
     * @param {Omit<Sent, "body">} [options]
     */
    create(body, { key = KEYS.harbor, idempotencyKey, ...rest } = {}) {
      const isText = typeof body === "string" || body instanceof Uint8Array;
      return this.send("POST", "/v1/assessments", {
        key,
        body:
          isText || body instanceof ReadableStream
            ? /** @type {BodyInit} */ (body)
            : JSON.stringify(body),
        ...rest,
        headers: {
          "content-type": "application/json",
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
          ...rest.headers,
        },
      });
    },

    /**
     * Asks for a session, with a JSON value or JSON text.
     *
     * @param {unknown} body
     * @param {Sent} [options]
     */
    createSession(body, { key = KEYS.harbor, ...rest } = {}) {
      return this.send("POST", "/v1/sessions", {
        key,
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...rest,
        headers: { "content-type": "application/json", ...rest.headers },
      });
    },

    /**
     * Reads an assessment.
     *
     * @param {string} id
     * @param {Sent} [options]
     */
    retrieve(id, { key = KEYS.harbor, ...rest } = {}) {
      return this.send("GET", `/v1/assessments/${id}`, { key, ...rest });
    },

    /**
     * Archives an assessment.
     *
     * @param {string} id
     * @param {Sent} [options]
     */
    archive(id, { key = KEYS.harbor, ...rest } = {}) {
      return this.send("DELETE", `/v1/assessments/${id}`, { key, ...rest });
    },

    /** Calls with `key` until the credential cache knows it; needs `faulty`. */
    async warm(key, headers = {}) {
      for (let attempt = 0; attempt < 100; attempt++) {
        const answer = await this.send("GET", "/v1/utils/authtest", { key, headers });
        assert.equal(answer.status, 200, answer.text);
        if (answer.headers.get("x-test-d1-round-trips") === "1") return;
        await wait(20);
      }
      assert.fail("the credential never got cached");
    },

    /** All rows of a query, for what the API does not show. */
    async rows(sql, ...values) {
      return (
        await env.DB.prepare(sql)
          .bind(...values)
          .all()
      ).results;
    },

    /**
     * How many rows each table has, but those that are written behind the answers and what
     * the search has of them.
     */
    async counts() {
      const tables = await this.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'audit_*' AND name NOT GLOB 'search_index*' AND name NOT IN ('search_choices', 'sweeps')",
      );
      const columns = tables.map(({ name }) => `(SELECT count(*) FROM ${name}) AS ${name}`);
      return (await this.rows(`SELECT ${columns.join(", ")}`))[0];
    },

    /** The outcome of `work`, which must leave the number of rows of every table. */
    async writesNothing(work) {
      const before = await this.counts();
      const outcome = await work();
      assert.deepEqual(await this.counts(), before);
      return outcome;
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
