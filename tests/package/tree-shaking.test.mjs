// What a page does not import of the package is not shipped to it, by whichever bundler.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BUNDLERS, shipped } from "./shaking.mjs";

const BUDGET = new URL("../../bench/budget.json", import.meta.url);
const { imports } = JSON.parse(readFileSync(BUDGET, "utf8"));

for (const bundler of BUNDLERS) {
  test(`${bundler}_ships_what_is_imported_and_no_more`, async () => {
    const bytes = await shipped(bundler);
    assert.deepEqual(Object.keys(bytes), Object.keys(imports), "each import has its budget");
    const over = Object.entries(bytes).filter(([name, count]) => count > imports[name]);
    assert.deepEqual(over, [], "bytes after gzip, more than bench/budget.json allows");
  });
}
