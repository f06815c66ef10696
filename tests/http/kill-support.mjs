// Killing servers with all that belongs to them, and starting them again where they were.

import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";

/** Whether a server could listen there. */
export async function isFree(port) {
  const server = createServer();
  const isListening = await new Promise((resolve) => {
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}

/** A port below those that the system gives to connections, which would take it between starts. */
export async function freePort() {
  for (;;) {
    const port = 20_000 + (randomBytes(2).readUInt16BE() % 10_000);
    if (await isFree(port)) return port;
  }
}

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
