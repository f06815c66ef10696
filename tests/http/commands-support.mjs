// The project's commands, as the tests run them and look at what they leave.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach } from "node:test";
import { promisify } from "node:util";
import { KEYS, ORGS, ROOT, XTASK } from "./harness.mjs";
import { family, killAll } from "./kill-support.mjs";
import { freePort } from "../listen.mjs";

export const run = promisify(execFile);

/** Runs a command of the project; the outcome whatever it is. */
export async function xtask(...args) {
  try {
    const { stdout, stderr } = await run(XTASK, args, { cwd: ROOT });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } =
      /** @type {{ code: number, stdout: string, stderr: string }} */ (error);
    return { code, stdout, stderr };
  }
}

/** Every `cargo xtask dev` that runs, by its process id, and when it has ended. */
const running = new Map();
// A test that failed has left its server, which would keep the whole file from its end.
afterEach(async () => {
  for (const [pid, ended] of running) {
    killAll(family(pid));
    await ended;
  }
});

/** Starts `cargo xtask dev`; resolves when it says that it is ready. */
export async function dev(state) {
  const port = await freePort();
  const child = spawn(XTASK, ["dev", "--port", String(port), "--state", state], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve(code)));
  running.set(child.pid, ended);
  ended.then(() => running.delete(child.pid));
  const ready = new Promise((resolve) => {
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      // The last line of the curl command ends what is printed.
      if (/^ready .*-d '\{.*\}'$/ms.test(stdout)) resolve(true);
    });
  });
  if (!(await Promise.race([ready, ended.then(() => false)]))) {
    throw new Error(`dev ended before it was ready:\n${stderr}`);
  }
  return {
    base: `http://127.0.0.1:${port}`,
    stdout,
    async stop() {
      child.kill("SIGTERM");
      return ended;
    },
    /** Kills everything at once, as a power cut would. */
    async crash() {
      // The other child is the analyser of the demo.
      const server = processes().find(
        ({ parent, args }) => parent === child.pid && args.includes("wrangler"),
      );
      assert.ok(server);
      process.kill(-server.group, "SIGKILL");
      return ended;
    },
  };
}

export function processes() {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,pgid=,args="]).toString().trim().split("\n");
  return lines.map((line) => {
    const [, pid, parent, group, args] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), parent: Number(parent), group: Number(group), args };
  });
}

export function create(base, idempotencyKey) {
  return fetch(`${base}/v1/assessments`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${KEYS.harbor}`,
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: JSON.stringify({
      vendor_id: ORGS.harbor.vendors[0].id,
      control_set_ids: [ORGS.harbor.control_sets[0].id],
      service_ids: [ORGS.harbor.vendors[0].services[0].id],
      supporting_document_ids: [ORGS.harbor.vendors[0].documents[0].id],
      trigger_workflow: "annual-reassessment-flow",
    }),
  });
}

/** The rows of each query on a local database that nobody has open. */
export async function queries(state, ...sql) {
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const args = ["d1", "execute", "assessments", "--local", "--json", "--persist-to", state];
  const { stdout } = await run(process.execPath, [wrangler, ...args, "--command", sql.join(";")], {
    cwd: ROOT,
    maxBuffer: 64 << 20,
    // At the level of the tests it would leave the rows out.
    env: { ...process.env, WRANGLER_LOG: "log" },
  });
  return JSON.parse(stdout).map(({ results }) => results);
}

export const TABLES = [
  "organizations",
  "api_keys",
  "api_key_directory",
  "users",
  "vendors",
  "services",
  "vendor_documents",
  "control_sets",
  "workflow_definitions",
  "custom_field_configs",
  "assessments",
  "assessment_control_sets",
  "assessment_services",
  "findings",
  "portals",
  "custom_field_values",
];

/** All that an import writes, as one text. */
export async function contents(state) {
  const rows = await queries(state, ...TABLES.map((table) => `SELECT * FROM ${table}`));
  return JSON.stringify(rows);
}
