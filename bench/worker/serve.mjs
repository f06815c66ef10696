// Starts a Worker on workerd with a D1 and a KV of its own, in memory where the system
// has a place for that, and nothing between a client's socket and the Worker.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_splitSqlQuery as splitSql } from "wrangler";
import { readToml, ROOT } from "../../tests/http/harness.mjs";

const MIGRATIONS = join(ROOT, "worker/migrations");
const MEMORY = "/dev/shm";

/** By which a person or the system ends a run. */
export const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** The settings of a deployment that logs nothing, as the peer does not. */
export function quietSettings() {
  return { ...readToml().vars, LOG_LEVEL: "off" };
}

/** What the kernel tells of a process after its name, its state first. */
const fieldsOf = (stat) => stat.slice(stat.lastIndexOf(")") + 2).split(" ");

function childrenNamed(name) {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return stat.includes(`(${name})`) && fieldsOf(stat)[1] === String(process.pid);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

/** The microseconds of processor time that a process has used. */
export function cpuMicroseconds(pid) {
  const fields = fieldsOf(readFileSync(`/proc/${pid}/stat`, "utf8"));
  // In user and system mode, in hundredths of a second on every machine.
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/**
 * @param {import("@cloudflare/workers-types").D1Database} db
 * @param {string[]} seed
 */
async function fill(db, seed) {
  const migrations = readdirSync(MIGRATIONS)
    .sort()
    .map((file) => splitSql(readFileSync(join(MIGRATIONS, file), "utf8")));
  for (const statements of [...migrations, seed]) {
    await db.batch(statements.map((sql) => db.prepare(sql)));
  }
}

/** A folder for the D1 and KV of servers. */
export const newState = () => mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "bench-"));

/**
 * A running Worker.
 *
 * @typedef {object} Served
 * @property {string} name
 * @property {string} url
 * @property {string} pid Of its workerd.
 * @property {import("@cloudflare/workers-types").D1Database} db
 * @property {() => Promise<void>} scheduled Runs its schedule once.
 * @property {() => Promise<void>} close
 */

/**
 * No queue, no rate limits and no static files are bound: what is compared must have the
 * same to do. `state` is a folder that is kept, and `seed` the statements that a database
 * which is new begins with.
 *
 * @param {string} name
 * @param {import("miniflare").V4ModuleDefinition[]} modules
 * @param {Record<string, any>} bindings
 * @param {{ state?: string, seed?: string[] }} data
 * @returns {Promise<Served>}
 */
export async function serve(name, modules, bindings, { state: kept, seed }) {
  const { compatibility_date, compatibility_flags } = readToml();
  const state = kept ?? newState();
  const before = new Set(childrenNamed("workerd"));
  const listeners = SIGNALS.map((signal) => process.listeners(signal));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      logRequests: false,
      resourcePersistencePath: state,
      telemetry: { enabled: false },
      workers: [
        {
          name,
          modules,
          modulesRoot: ROOT,
          compatibilityDate: compatibility_date,
          compatibilityFlags: compatibility_flags,
          bindings,
          d1Databases: { DB: "bench" },
          kvNamespaces: { CREDENTIALS: "bench" },
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
      ],
    }),
  );
  // What Miniflare does at a signal would leave workerd and the state behind.
  for (const [index, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!listeners[index]?.includes(listener)) process.removeListener(signal, listener);
    }
  }
  const close = async () => {
    await miniflare.dispose();
    if (!kept) rmSync(state, { recursive: true, force: true });
  };
  try {
    await miniflare.ready;
    const url = await miniflare.unsafeGetDirectURL();
    const db = await miniflare.getD1Database("DB");
    if (seed) await fill(db, seed);
    const pids = childrenNamed("workerd").filter((pid) => !before.has(pid));
    assert.equal(pids.length, 1, "one workerd for each server");
    const scheduled = async () => {
      const worker = await miniflare.getWorker();
      const { outcome } = await worker.scheduled({ cron: "* * * * *" });
      assert.equal(outcome, "ok");
    };
    return { name, url: url.origin, pid: pids[0], db, scheduled, close };
  } catch (error) {
    await close();
    throw error;
  }
}
