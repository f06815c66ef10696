// What a page does not import of the package is not shipped to it, by whichever bundler.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BUNDLERS, shipped } from "./shaking.mjs";

const BUDGET = new URL("../../bench/budget.json", import.meta.url);
const README = readFileSync(new URL("../../pkg/README.md", import.meta.url), "utf8");
const { imports } = JSON.parse(readFileSync(BUDGET, "utf8"));

for (const bundler of BUNDLERS) {
  test(`${bundler}_ships_what_is_imported_and_no_more`, async () => {
    const bytes = await shipped(bundler);
    assert.deepEqual(Object.keys(bytes), Object.keys(imports), "each import has its budget");
    const over = Object.entries(bytes).filter(([name, count]) => count > imports[name]);
    assert.deepEqual(over, [], "bytes after gzip, more than bench/budget.json allows");
  });
}

/** What the README says, in kB, by what is imported and then by bundler. */
function told() {
  const [head, , ...rows] = README.slice(README.indexOf("| Import |"))
    .split(/\n(?!\|)/)[0]
    .split("\n")
    .map((line) => line.split("|").slice(1, -1));
  const bundlers = head.slice(1).map((cell) => cell.trim().toLowerCase());
  return rows.map(([what, ...figures]) => ({
    name: /\w+/.exec(what)?.[0] ?? what,
    figures: Object.fromEntries(
      bundlers.map((bundler, index) => [bundler, Number(figures[index])]),
    ),
  }));
}

test("the_readme_tells_what_each_bundler_ships", async () => {
  const rows = told();
  assert.ok(rows.length >= 8);
  for (const bundler of BUNDLERS) {
    const bytes = await shipped(bundler);
    for (const { name, figures } of rows) {
      const off = Math.abs(figures[bundler] * 1000 - bytes[name]);
      assert.ok(off <= 100 + bytes[name] / 25, `${bundler}, ${name}: ${bytes[name]} bytes`);
    }
  }
});
