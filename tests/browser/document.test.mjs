// The document of the dashboard against the files that it needs. What it does not
// name is loaded all the same, one round trip after another.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");
/** Where the Worker serves the files of www. */
const SERVED = "/dashboard";

/** The addresses that links of one kind name, in their order. */
function linked(rel) {
  const document = readFileSync(join(ROOT, "www/index.html"), "utf8");
  const links = document.matchAll(/<link rel="([a-z]+)" href="([^"]+)"/g);
  return [...links].filter((link) => link[1] === rel).map((link) => link[2]);
}

/** The addresses of all that a module imports, and what that imports, and so on. */
async function imported(entry) {
  const { metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: join(ROOT, "www"),
    bundle: true,
    // The package, which the build lays beside the modules.
    external: ["./assessments-edge/*"],
    format: "esm",
    metafile: true,
    target: "esnext",
    write: false,
  });
  const found = new Set();
  for (const [path, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path: target, external } of imports) {
      found.add(posix.join(SERVED, external ? posix.join(dirname(path), target) : target));
    }
  }
  return [...found];
}

test("every_module_that_the_dashboard_imports_is_preloaded_once_and_no_other", async () => {
  const modules = await imported("main.js");
  assert.ok(modules.includes("/dashboard/views/create.js"), modules.join(" "));
  assert.deepEqual(linked("modulepreload").sort(), modules.sort());
});

test("every_style_sheet_is_linked_once", () => {
  const sheets = readdirSync(join(ROOT, "www/styles")).map((name) => `${SERVED}/styles/${name}`);
  assert.deepEqual(linked("stylesheet").sort(), sheets.sort());
});
