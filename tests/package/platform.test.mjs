// What the package asks of the platform: nothing when it is imported, and a
// ConfigurationError that names what is missing when something is called.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { untyped } from "./untyped.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
const REALM = join(ROOT, "tests/package/bare-realm.mjs");
const NAMES = 19;

/** What `expression` is in a realm with nothing but what is lent, and `entry` in it. */
async function inBareRealm(entry, expression, ...lent) {
  const args = ["--no-warnings", "--experimental-vm-modules", REALM];
  args.push(join(ROOT, "pkg/dist", entry), expression, ...lent);
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout.trim();
}

const CREATES = 'entry.validateCreateAssessment({ vendor_id: "☕", control_set_ids: [] }).status';

for (const entry of [
  "index.js",
  "node.js",
  "index.cjs",
  "workerd.js",
  "edge-light.js",
  "slim.js",
]) {
  test(`importing_${entry}_needs_nothing_of_any_platform`, async () => {
    const count = await inBareRealm(entry, "Object.keys(entry).length");
    assert.ok(Number(count) >= NAMES, count);
  });
}

for (const entry of ["index.js", "node.js", "index.cjs"]) {
  const all = ["WebAssembly", "TextDecoder", "TextEncoder"];
  // For what servers have inside; pages have it in a form of its own.
  if (entry !== "index.js") all.push("atob");

  test(`${entry}_works_with_${all.length}_parts_of_the_platform`, async () => {
    assert.equal(await inBareRealm(entry, CREATES, ...all), "400");
  });

  for (const name of all) {
    test(`${entry}_without_${name}_says_so`, async () => {
      const others = all.filter((other) => other !== name);
      const said = await inBareRealm(entry, CREATES, ...others);
      assert.match(said, /^ConfigurationError: /);
      assert.ok(said.includes(name), said);
    });
  }
}

const CLIENT = 'new entry.AssessmentsClient({ baseUrl: "http://127.0.0.1", token: "t" })';
for (const name of ["AbortController", "URL", "setTimeout", "clearTimeout", "performance"]) {
  test(`a_client_without_${name}_says_so`, async () => {
    const all = ["AbortController", "URL", "setTimeout", "clearTimeout", "performance"];
    const lent = all.filter((other) => other !== name);
    assert.equal(
      await inBareRealm("node.js", CLIENT, ...lent),
      `ConfigurationError: assessments-edge needs ${name}, which is missing here`,
    );
  });
}

const BODY = { vendor_id: "cbvndr_bdbb39ff21c65aa009a055bb64bf3703", control_set_ids: [] };

/** The outcome of `work` while a global is something else. */
async function whileGlobal(name, value, work) {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name) ?? assert.fail(name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    return await work();
  } finally {
    Object.defineProperty(globalThis, name, descriptor);
  }
}

for (const [what, crypto] of Object.entries({
  missing: undefined,
  without_random_values: {},
  broken: {
    getRandomValues() {
      throw new Error("no entropy");
    },
  },
})) {
  test(`a_create_where_crypto_is_${what}_asks_for_a_key_and_blames_no_request`, async () => {
    const { readable } = await import("./readable.mjs");
    const { AssessmentsClient, ConfigurationError } = readable;
    const fetch = async () => Response.json({ detail: "Not Found" }, { status: 404 });
    const client = new AssessmentsClient({ baseUrl: "http://127.0.0.1", token: "t", fetch });
    await whileGlobal("crypto", crypto, async () => {
      await assert.rejects(client.create(BODY), (error) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.match(error.message, /crypto\.getRandomValues.*idempotencyKey/);
        return true;
      });
      // With a key there is no need of it.
      await assert.rejects(client.create(BODY, { idempotencyKey: "k" }), { status: 404 });
    });
  });
}

test("every_kind_of_refusal_is_an_error_of_its_own_class", async () => {
  const { readable } = await import("./readable.mjs");
  const { AssessmentsClient } = readable;
  const fetch = () => assert.fail("sent");
  const client = new AssessmentsClient({ baseUrl: "http://127.0.0.1", token: "t", fetch });
  await assert.rejects(client.retrieve("x"), { name: "IdError", code: "missing_separator" });
  await assert.rejects(client.create(untyped({})), { name: "ValidationError", status: 422 });
  await assert.rejects(client.create(BODY, { idempotencyKey: "" }), {
    name: "ValidationError",
    status: 400,
  });
});
