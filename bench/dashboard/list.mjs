// What the list of ten thousand assessments costs the main thread of a browser, action by
// action, by Chromium's own account.

import { connect, startDashboard } from "../../tests/browser/support.mjs";
import { crowdedOrg } from "../../tests/browser/crowded.mjs";
import { texts } from "../../www/texts.js";
import { median, printTable, shown } from "../table.mjs";

const ALL = 10_000;
const { assessments: words } = texts;

/** Frames of a scroll through the whole list. */
const FRAMES = 60;

/** What is done, in its order: each leaves the page to the next. */
const ACTIONS = {
  "first page": async (page, key) => {
    await connect(page, key);
    await page.locator(".table-row").first().waitFor();
  },
  "sort by score, all read for it": async (page) => {
    await page.getByRole("columnheader", { name: words.columns.score }).getByRole("button").click();
    await page
      .locator(".shown")
      .getByText(/^10,000 assessments$/)
      .waitFor({ timeout: 300_000 });
    await page.locator(".sorting p").waitFor({ state: "detached" });
  },
  "sort by name": async (page) => {
    await page.getByRole("columnheader", { name: words.columns.name }).getByRole("button").click();
    await page.waitForURL(/sort=name/);
  },
  "sort by score": async (page) => {
    await page.getByRole("columnheader", { name: words.columns.score }).getByRole("button").click();
    await page.waitForURL(/sort=-score/);
  },
  [`scroll to the end, ${FRAMES} frames`]: (page) =>
    page.evaluate(async (frames) => {
      for (let frame = 1; frame <= frames; frame++) {
        scrollTo(0, (document.body.scrollHeight * frame) / frames);
        await new Promise((done) => requestAnimationFrame(done));
      }
    }, FRAMES),
  "select a thousand": async (page) => {
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator(".select-box input").first().click();
    await page.evaluate(() => {
      const to = Math.round((document.body.scrollHeight / 10_000) * 990);
      scrollTo(0, to);
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    });
    await page
      .locator(".select-box input")
      .nth(20)
      .click({ modifiers: ["Shift"] });
    await page.locator(".selection").waitFor();
  },
  filter: async (page) => {
    await page.getByLabel(words.sort, { exact: true }).selectOption("-created_at");
    await page.getByLabel(words.stage, { exact: true }).selectOption("complete");
    await page.waitForURL(/status=complete/);
    await page.locator("main [aria-busy=false]").waitFor();
  },
  "search typed": async (page) => {
    await page.getByLabel(words.search, { exact: true }).pressSequentially("assessment", {
      delay: 40,
    });
    await page.waitForURL(/q=assessment/);
    await page.locator("main [aria-busy=false]").waitFor();
  },
};

/** What the main thread did so far, in milliseconds. */
async function workOf(session) {
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1_000;
  return {
    all: of("TaskDuration"),
    script: of("ScriptDuration"),
    layout: of("LayoutDuration") + of("RecalcStyleDuration"),
  };
}

/**
 * Measures it so often and prints it.
 *
 * @param {number} rounds
 */
export async function measureList(rounds) {
  const dashboard = await startDashboard();
  try {
    const { key } = await crowdedOrg(dashboard.api, "ten thousand", ALL);
    /** @type {Map<string, { all: number, script: number, layout: number, rows: number, requests: number }[]>} */
    const figures = new Map(Object.keys(ACTIONS).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      const page = await dashboard.open("/");
      let requests = 0;
      page.on("request", () => {
        requests += 1;
      });
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable");
      for (const [name, act] of Object.entries(ACTIONS)) {
        requests = 0;
        const before = await workOf(session);
        await act(page, key);
        await page.evaluate(
          () => new Promise((done) => requestAnimationFrame(() => setTimeout(done))),
        );
        const after = await workOf(session);
        figures.get(name)?.push({
          all: after.all - before.all,
          script: after.script - before.script,
          layout: after.layout - before.layout,
          rows: await page.locator(".table-row").count(),
          requests,
        });
      }
      await page.context().close();
    }
    console.log(
      `\nThe list of ${ALL.toLocaleString("en-US")} assessments, ms of the main thread as medians of ${rounds} rounds:\n`,
    );
    printTable([
      ["", "main thread", "script", "style and layout", "rows in the document", "requests"],
      ...[...figures].map(([name, all]) => [
        name,
        ...["all", "script", "layout"].map((of) => shown(median(all.map((each) => each[of])))),
        Math.max(...all.map(({ rows }) => rows)),
        Math.max(...all.map(({ requests }) => requests)),
      ]),
    ]);
  } finally {
    await dashboard.close();
  }
}
