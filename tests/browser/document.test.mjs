// The document of the dashboard against the files that it needs: what it does not name is
// loaded all the same, one round trip after another.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../http/harness.mjs";
import { HASHED, names } from "./bundle.mjs";

test("the_document_names_every_file_of_the_bundle_and_no_other", () => {
  const document = readFileSync(join(ROOT, "dist/assets/index.html"), "utf8");
  const named = [...document.matchAll(/(?:href|src|content)="(\/[^"]*)"/g)].map(([, path]) => path);
  const files = new Set(named.filter((path) => path !== "/"));
  assert.deepEqual(
    [...files].sort(),
    names()
      .map((name) => `${HASHED}/${name}`)
      .sort(),
  );
});

test("every_style_sheet_is_imported_once", () => {
  const sheets = readdirSync(join(ROOT, "www/styles")).filter((name) => name !== "main.css");
  const main = readFileSync(join(ROOT, "www/styles/main.css"), "utf8");
  const imported = [...main.matchAll(/@import "\.\/([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(imported.sort(), sheets.sort());
});
