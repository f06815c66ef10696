// What a visit of the dashboard costs, the first and the next, as it is here and on a slow
// line: over HTTP/2, with the service worker, and by somebody who is signed in. And what a
// long list costs the browser.

import { parseArgs } from "node:util";
import { sessionOf, startDashboard } from "../../tests/browser/support.mjs";
import { SLOW_3G } from "../../tests/browser/network.mjs";
import { launchBrowser } from "../../tests/package/projects.mjs";
import { median, printTable, shown } from "../table.mjs";
import { measureList } from "./list.mjs";
import { startHttp2 } from "../../tests/browser/http2.mjs";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const ROUNDS = Number(options.rounds);

const LINES = { "as it is": undefined, "Slow 3G": SLOW_3G };
/** How long nothing more is asked for once a visit is over. */
const QUIET_MS = 1_000;

/** Opens the list as somebody who is signed in, until its rows are there. */
async function visit(page, front) {
  front.passed();
  await page.goto(`${front.url}/`, { waitUntil: "commit" });
  await page.locator(".table-row").first().waitFor({ timeout: 120_000 });
  const times = await page.evaluate(async () => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const [navigation] = performance.getEntriesByType("navigation");
    const { nextHopProtocol } = /** @type {PerformanceNavigationTiming} */ (navigation);
    // A document that the service worker gives has none.
    const protocol = nextHopProtocol || "-";
    return { paint: paint.startTime, rows: performance.now(), protocol };
  });
  const needed = front.passed();
  // What is asked for then is for the next visit.
  do await page.waitForTimeout(QUIET_MS);
  while (front.passed().length > 0);
  return { ...times, needed };
}

/** The visits of one browser, in their order. */
async function visits(dashboard, front, conditions) {
  const browser = await launchBrowser([front.flag]);
  try {
    front.line = conditions;
    const page = await browser.newPage();
    const token = await sessionOf(dashboard, "Dashboard User");
    // For the first visit; the page itself keeps it for the next.
    await page.addInitScript((kept) => {
      sessionStorage["assessments.credential"] ??= JSON.stringify({ token: kept });
    }, token);
    const cold = await visit(page, front);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!(await caches.match("/"))) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    return { cold, return: await visit(page, front) };
  } finally {
    await browser.close();
  }
}

const dashboard = await startDashboard({ development: false });
const front = await startHttp2(dashboard.url);
try {
  /** @type {Map<string, { paths: string[], bytes: number, protocol: string, paints: number[], rows: number[] }>} */
  const figures = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [line, conditions] of Object.entries(LINES)) {
      const both = await visits(dashboard, front, conditions);
      for (const [what, { needed, protocol, paint, rows }] of Object.entries(both)) {
        const name = `${what}, ${line}`;
        if (!name.includes(options.only)) continue;
        const before = figures.get(name) ?? { paints: [], rows: [] };
        figures.set(name, {
          paths: needed.map(({ path }) => path),
          bytes: needed.reduce((sum, { bytes }) => sum + bytes, 0),
          protocol,
          paints: [...before.paints, paint],
          rows: [...before.rows, rows],
        });
      }
    }
  }
  console.log(`Visits of the dashboard, ms as medians of ${ROUNDS} rounds:\n`);
  printTable([
    ["", "protocol", "requests", "bytes", "first paint", "rows"],
    ...[...figures].map(([name, { paths, bytes, protocol, paints, rows }]) => [
      name,
      protocol,
      paths.length,
      bytes.toLocaleString("en-US"),
      shown(median(paints)),
      shown(median(rows)),
    ]),
  ]);
  console.log("\nWhat was asked for before the rows were there:\n");
  for (const [name, { paths }] of figures) console.log(`${name}: ${paths.join(" ")}`);
} finally {
  front.close();
  await dashboard.close();
}

if ("list".includes(options.only)) await measureList(ROUNDS);
