// Killing servers with all that belongs to them, and starting them again where they were.

import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

/** A process and all that descend from it, whatever groups they made. */
export function family(ancestor) {
  const parents = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // After the name in parentheses, which may hold anything, come state and parent.
      const [, parent] = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      parents.set(Number(name), Number(parent));
    } catch {
      // It ended meanwhile.
    }
  }
  const found = [ancestor];
  for (const pid of found) {
    for (const [child, parent] of parents) if (parent === pid) found.push(child);
  }
  return found;
}

export function killAll(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== "ESRCH") throw error;
    }
  }
}

/**
 * Numbers below a bound, drawn for what they are for: the same for the same SEED, which
 * the test tells.
 *
 * @param {import("node:test").TestContext} t
 */
export function seeded(t) {
  const seed = process.env.SEED ?? randomBytes(4).toString("hex");
  t.diagnostic(`SEED=${seed}`);
  return (what, below) =>
    createHash("sha256").update(`${seed} ${what}`).digest().readUInt32BE() % below;
}
