// `assessments-edge/testing` in the test runners that the README tells of: Vitest with MSW
// and without, Jest, Playwright; and the README's own tests, run as they stand.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { ROOT, install, node, run } from "./projects.mjs";

const README = readFileSync(join(ROOT, "pkg/README.md"), "utf8");
const blocks = Array.from(README.matchAll(/^```js\n(.*?)^```$/gms), ([, code]) => code);
/** The one block of the README that imports this. */
const importing = (/** @type {string} */ name) => {
  const found = blocks.filter((code) => code.includes(`from "${name}"`));
  assert.equal(found.length, 1, name);
  return found[0];
};

let folder;
before(async () => {
  folder = await install("testing");
  writeFileSync(join(folder, "vitest/readme.test.js"), importing("vitest"));
  writeFileSync(join(folder, "playwright/readme.spec.mjs"), importing("@playwright/test"));
});

/** Runs a runner of the project to a good end; what it printed. */
async function runs(cli, ...args) {
  const [program, options] = node(join("node_modules", cli), ...args);
  const { stdout, stderr } = await run(program, options, { cwd: folder });
  return stdout + stderr;
}

test("vitest_in_node_and_in_jsdom_and_behind_msw_2_and_3", async () => {
  assert.match(await runs("vitest/vitest.mjs", "run"), /Tests {2}7 passed \(7\)/);
});

test("jest_in_node_and_in_fixed_jsdom_and_in_jsdom_that_lacks_what_is_needed", async () => {
  assert.match(await runs("jest/bin/jest.js"), /Tests: {7}6 passed, 6 total/);
});

test("playwright_routes_a_page_to_it", async () => {
  assert.match(await runs("@playwright/test/cli.js", "test"), /2 passed/);
});
