// What SECURITY.md promises is held by tests that are there.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./harness.mjs";

const sources = ["browser", "http", "package"].flatMap((folder) =>
  readdirSync(join(ROOT, "tests", folder))
    .filter((file) => file.endsWith(".test.mjs"))
    .map((file) => readFileSync(join(ROOT, "tests", folder, file), "utf8")),
);

test("every_test_that_a_promise_names_is_there", () => {
  const text = readFileSync(join(ROOT, "SECURITY.md"), "utf8");
  const promises = text.split("\n").filter((line) => /^\| .* \| `[a-z0-9_]+`/.test(line));
  assert.ok(promises.length >= 15, `only ${promises.length} promises were found`);
  for (const promise of promises) {
    for (const [, name] of promise.split(" | ")[1].matchAll(/`([a-z0-9_]+)`/g)) {
      const isThere = sources.some((source) => source.includes(`"${name}"`));
      assert.ok(isThere, `there is no test ${name}`);
    }
  }
});
