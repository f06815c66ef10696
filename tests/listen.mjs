// Servers of the tests.

import assert from "node:assert/strict";

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
