// Servers of the tests.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";

/**
 * Has a server listen on a free port of this machine, which is the answer.
 *
 * @param {import("node:net").Server} server
 */
export async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

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
