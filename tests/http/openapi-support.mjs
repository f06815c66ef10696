// Running the tools of tests/openapi, as `cargo xtask test` installs them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./harness.mjs";

export const TOOLS = join(ROOT, "tests/openapi");
export const DOCUMENT = join(ROOT, "dist/assets/openapi.json");
const PYTHON = process.env.PYTHON ?? join(TOOLS, ".venv/bin/python");

/** Runs a program to its good end; what it printed. */
export async function run(program, args, { cwd = TOOLS, env = {} } = {}) {
  // Python's tools take any FORCE_COLOR, 0 too, for a wish to have colours.
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, FORCE_COLOR, ...inherited } = process.env;
  const child = spawn(program, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  assert.equal(code, 0, `${program} ${args.join(" ")}\n${output}`);
  return output;
}

export const python = (args, options) => run(PYTHON, args, options);

/** Runs a file with the Node.js of the tests. */
export const node = (args, options) => run(process.execPath, args, options);

/** What every generated client must meet; each prints it as its last line. */
export const OUTCOME = {
  created: { status: 201, state: "created" },
  read: { status: 200, state: "created", isSame: true },
  archived: { status: 200, state: "canceled", isArchived: true },
  refused: { status: 400, error: "vendor_id: cbvndr_00 not found" },
  unauthorized: { status: 401, detail: "Invalid or expired API key." },
  notFound: { status: 404, code: "assessment_not_found" },
  faulty: { status: 422, faults: [[["body", "vendor_id"], "string_type"]] },
};

export function assertOutcome(output) {
  assert.deepEqual(JSON.parse(output.trim().split("\n").at(-1)), OUTCOME);
}
