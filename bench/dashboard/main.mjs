// What a visit of the dashboard costs, the first and the next, as it is here and on a slow
// line, and what a long list costs the browser.

import { parseArgs } from "node:util";
import { startDashboard } from "../../tests/browser/support.mjs";
import { SLOW_3G, visit } from "../../tests/browser/network.mjs";
import { median, printTable, shown } from "../table.mjs";
import { measureList } from "./list.mjs";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const ROUNDS = Number(options.rounds);

const LINES = { "as it is": undefined, "Slow 3G": SLOW_3G };

/**
 * The visits of one browser, in their order. Without the service worker: what that asks for
 * is in nobody's sight here, and on no slow line.
 */
async function visits(dashboard, conditions) {
  const context = await dashboard.browser.newContext({ serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    const go = (path) => () => page.goto(dashboard.url + path, { waitUntil: "commit" });
    const cold = await visit(page, go("/"), conditions);
    return { cold, return: await visit(page, go("/new"), conditions) };
  } finally {
    await context.close();
  }
}

const dashboard = await startDashboard({ development: false });
try {
  /** @type {Map<string, { requests: number, bytes: number, shells: number[], pages: number[] }>} */
  const figures = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [line, conditions] of Object.entries(LINES)) {
      const both = await visits(dashboard, conditions);
      for (const [what, measured] of Object.entries(both)) {
        const name = `${what}, ${line}`;
        if (!name.includes(options.only)) continue;
        const { shells = [], pages = [] } = figures.get(name) ?? {};
        figures.set(name, {
          requests: measured.paths.length,
          bytes: measured.bytes,
          shells: [...shells, measured.shell],
          pages: [...pages, measured.shown],
        });
      }
    }
  }
  console.log(`Visits of the dashboard, ms as medians of ${ROUNDS} rounds:\n`);
  printTable([
    ["", "requests", "bytes", "document", "page"],
    ...[...figures].map(([name, { requests, bytes, shells, pages }]) => [
      name,
      requests,
      bytes.toLocaleString("en-US"),
      shown(median(shells)),
      shown(median(pages)),
    ]),
  ]);
} finally {
  await dashboard.close();
}

if ("list".includes(options.only)) await measureList(ROUNDS);
