// One server under the load of one row, by wrk.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cpuMicroseconds } from "./serve.mjs";
import { headersOf, KEY, keysOf } from "./rows.mjs";

const run = promisify(execFile);

/** @param {string} text */
const lua = (text) => {
  assert.ok(!text.includes("]==]"));
  return `[==[${text}]==]`;
};

/** Statuses that wrk counts apart. */
const isError = (status) => status >= 400;

let runs = 0;

/** What wrk is to send: the same bytes each time, but for a key. */
function script(row) {
  const { method, path, body } = row;
  const request = `wrk.format(${lua(method)}, ${lua(path)}, headers, ${body ? lua(body) : "nil"})`;
  const headers = Object.entries(headersOf(row, ""))
    .map(([name, value]) => `[ ${lua(name)} ] = ${lua(value)}`)
    .join(", ");
  const next = row.keyed
    ? `local count = 0
function request()
  count = count + 1
  headers[ ${lua(KEY)} ] = ${lua(keysOf(++runs))} .. count
  return ${request}
end`
    : `local same
function init() same = ${request} end
function request() return same end`;
  return `local headers = { ${headers} }
${next}
function done(summary)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("RESULT [%d,%d,%d,%d]\\n",
    summary.requests, summary.duration, errors.status, broken))
end
`;
}

/**
 * @typedef {object} Measured
 * @property {number} rate Requests a second.
 * @property {number} cpu Microseconds of the server's processor time for each of them.
 */

/**
 * Every answer must be as the row says: a benchmark of errors is worth nothing.
 *
 * @param {import("./serve.mjs").Served} server
 * @param {import("./rows.mjs").Row} row
 * @param {{ connections: number, seconds: number, folder: string }} load
 * @returns {Promise<Measured>}
 */
export async function measure(server, row, { connections, seconds, folder }) {
  const file = join(folder, "load.lua");
  writeFileSync(file, script(row));
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", file, server.url];
  const before = cpuMicroseconds(server.pid);
  const { stdout, stderr } = await run(process.env.WRK ?? "wrk", args);
  const cpu = cpuMicroseconds(server.pid) - before;
  const [requests, duration, refused, broken] = JSON.parse(/RESULT (.*)/.exec(stdout)?.[1] ?? "[]");
  assert.ok(requests > 0, stdout + stderr);
  const expected = isError(row.status) ? requests : 0;
  const where = `${server.name}, ${row.name}, ${connections} connections`;
  assert.equal(refused, expected, `${where}: ${refused} of ${requests} answers were refusals`);
  assert.equal(broken, 0, `${where}: connections broke`);
  return { rate: requests / (duration / 1e6), cpu: cpu / requests };
}
