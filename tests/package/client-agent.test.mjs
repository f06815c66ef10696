// What a server tells of the client, and that a page tells nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AssessmentsClient, VERSION } from "../../pkg/dist/index.js";
import { ROOT } from "../http/harness.mjs";
import { ASSESSMENT, ID, answer, hasty } from "./client-support.mjs";

/** Puts something in the place of a global for one test. */
function stand(t, name, value) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  t.after(() => {
    if (before) Object.defineProperty(globalThis, name, before);
    else Reflect.deleteProperty(globalThis, name);
  });
}

/** The headers of each attempt at a read, of which the first so many fail. */
async function sent({ failures = 0, headers = {} } = {}) {
  const all = [];
  const fetch = async (_url, init) => {
    all.push(init.headers);
    return all.length > failures ? answer(ASSESSMENT) : answer({}, 503);
  };
  const client = new AssessmentsClient({ baseUrl: "https://api.example", token: "t", fetch });
  await client.retrieve(ID, { headers });
  return all;
}

test("the_version_is_that_of_the_package", () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "pkg/package.json"), "utf8"));
  assert.equal(VERSION, version);
});

for (const [where, globals, runtime] of [
  ["Node.js", { navigator: { userAgent: "Node.js/22" } }, "Node.js/22"],
  ["Node.js before it had a navigator", { navigator: undefined }, "node"],
  ["Deno", { navigator: { userAgent: "Deno/2.5.0" } }, "Deno/2.5.0"],
  [
    "workerd",
    { navigator: { userAgent: "Cloudflare-Workers" }, process: undefined },
    "Cloudflare-Workers",
  ],
  ["an edge runtime", { navigator: undefined, process: undefined }, "unknown"],
  ["a runtime of a long name", { navigator: { userAgent: "Own/1 (x; é)\n" } }, "Own/1"],
]) {
  test(`a_server_tells_version_and_runtime: ${where}`, async (t) => {
    for (const [name, value] of Object.entries(globals)) stand(t, name, value);
    const [headers] = await sent();
    assert.equal(headers["user-agent"], `assessments-edge/${VERSION} (${runtime})`);
  });
}

test("a_server_tells_how_often_a_call_was_tried_before", async (t) => {
  hasty(t);
  const all = await sent({ failures: 2 });
  assert.deepEqual(
    all.map((headers) => headers["assessments-retry-count"]),
    ["0", "1", "2"],
  );
});

test("a_page_tells_nothing_that_its_browser_would_have_to_ask_for", async (t) => {
  stand(t, "window", globalThis);
  stand(t, "document", {});
  const [headers] = await sent();
  assert.deepEqual(Object.keys(headers).sort(), ["accept", "authorization"]);
});

test("the_caller_s_own_user_agent_goes_before", async () => {
  const [headers] = await sent({ headers: { "User-Agent": "grc-sync/3" } });
  assert.equal(headers["user-agent"], "grc-sync/3");
  const [none] = await sent({ headers: { "user-agent": null, "Assessments-Retry-Count": null } });
  assert.deepEqual(Object.keys(none).sort(), ["accept", "authorization"]);
});
