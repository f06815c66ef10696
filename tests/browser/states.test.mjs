// What holds in the states of a page that a walk through its screens does not meet: offline,
// in trouble, with a session that has ended, with a list of choices open, while data are late.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { texts } from "../../www/texts.js";
import { overflowOf, violationsOf } from "./looks.mjs";
import {
  answer,
  connect,
  connectToStay,
  field,
  finish,
  meddle,
  openMore,
  quiet,
  startDashboard,
} from "./support.mjs";
import { thisYear } from "./year.mjs";

const LATE_MS = 600;
/** Less than anybody sees. */
const UNSEEN_SHIFT = 0.01;

const year = thisYear();
const KEY = year.api_keys[0].secret;
const COMPLETE = year.assessments.find(
  ({ status, archived_at: at, runs }) => status === "complete" && !at && runs.length > 0,
);
const WAITING = year.assessments.find(({ status }) => status === "review_evals");

let dashboard;
before(async () => {
  dashboard = await startDashboard({ data: { orgs: [year] } });
});
after(() => dashboard?.close());

for (const [theme, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 320, height: 640 } }],
]) {
  test(`every_state_of_a_page_is_for_everyone: ${theme}`, async () => {
    const page = await dashboard.open("/", Object.assign({ reducedMotion: "reduce" }, options));
    const found = [];
    const look = async (state) => {
      for (const fault of await violationsOf(page)) found.push(`${state}: ${fault}`);
      for (const wide of await overflowOf(page)) found.push(`${state}: ${wide}`);
    };
    await look("not connected");
    await connect(page, KEY);
    await page.locator(".table-row").first().waitFor();
    await look("the list of a year");
    await page.context().setOffline(true);
    await page.getByText(texts.trouble.offline).waitFor();
    await look("offline");
    await page.context().setOffline(false);
    await page.goto(`${dashboard.url}/assessments/${WAITING.id}`);
    await connect(page, KEY);
    await page.getByRole("button", { name: texts.runs.approve }).waitFor();
    await look("a run that waits");
    // Any other success would end it.
    const down = answer(503, "Service temporarily unavailable.");
    await meddle(page, "retrieve", Array(50).fill(down));
    await page.route(/\/v1\/(dashboard|workflows)\//, () => {});
    await page.getByRole("button", { name: texts.detail.refresh }).click();
    await page.getByText(texts.trouble.apiFaultText).waitFor();
    await look("an API in trouble");
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.goto(`${dashboard.url}/new`);
    await connect(page, KEY);
    await field(page, "vendor_id").pressSequentially(year.vendors[0].name.slice(0, 2));
    await page.getByRole("option").first().waitFor();
    await look("a list of choices");
    await page.getByRole("option").first().click();
    await openMore(page);
    await page.locator(".checklist").first().waitFor();
    await look("a vendor that was chosen");
    await page.goto(`${dashboard.url}/assessments/${COMPLETE.id}`);
    await meddle(page, "retrieve", [answer(401, "Invalid or expired API key.")]);
    await connect(page, KEY);
    await page.getByText(texts.connection.problems.refused).waitFor();
    await look("a session that has ended");
    assert.deepEqual(found, []);
    await finish(page);
  });
}

/** Has a page keep what shifts in it, without anybody having pressed anything. */
const noteShifts = (page) =>
  page.addInitScript(() => {
    const noted = { sum: 0, what: /** @type {string[]} */ ([]) };
    const note = (/** @type {any[]} */ entries) => {
      for (const entry of entries) {
        if (entry.hadRecentInput) continue;
        noted.sum += entry.value;
        for (const { node } of entry.sources) noted.what.push(node?.outerHTML?.slice(0, 60));
      }
    };
    const observer = new PerformanceObserver((list) => note(list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    const shifts = () => {
      note(observer.takeRecords());
      return noted;
    };
    Object.assign(globalThis, { shifts });
  });

/** The list in a tab that keeps a session, and not as whom. */
const FORGETFUL = "/?";

const forgetWhom = (page) =>
  page.evaluate((key) => {
    const entry = JSON.parse(sessionStorage.getItem(key) ?? "");
    delete entry.me;
    sessionStorage.setItem(key, JSON.stringify(entry));
  }, "assessments.credential");

/** Has all answers of the API come late. */
const beLate = (page) =>
  page.route("**/v1/**", async (route) => {
    await wait(LATE_MS);
    await route.continue().catch(() => {});
  });

async function sessionOfYear() {
  const made = await dashboard.api.createSession({ user_id: year.users[0].id }, { key: KEY });
  return made.json.token;
}

/** What shifted, so much that it is seen, until all that is late has come. */
async function shiftsOf(page) {
  await page.locator(".connected.good").waitFor();
  // What comes leads to what else is asked for.
  for (let round = 0; round < 2; round++) {
    await quiet(page);
    await page.waitForTimeout(LATE_MS);
  }
  const { sum, what } = await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    return /** @type {any} */ (globalThis).shifts();
  });
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await finish(page);
  return sum < UNSEEN_SHIFT ? [] : [sum.toFixed(3), ...new Set(what)];
}

for (const [device, viewport] of [
  ["a desktop", { width: 1280, height: 900 }],
  ["a phone", { width: 390, height: 844 }],
]) {
  const open = () => dashboard.open("/", { viewport, reducedMotion: "reduce" });

  test(`nothing_shifts_while_data_are_late: ${device}`, async () => {
    const found = [];
    for (const path of [
      "/",
      FORGETFUL,
      "/watchlist",
      "/new",
      `/assessments/${COMPLETE.id}`,
      `/assessments/${WAITING.id}`,
    ]) {
      const page = await open();
      await connectToStay(page, await sessionOfYear());
      if (path === FORGETFUL) await forgetWhom(page);
      await noteShifts(page);
      await beLate(page);
      await page.goto(dashboard.url + path);
      found.push(...(await shiftsOf(page)).map((what) => `${path}: ${what}`));
    }
    assert.deepEqual(found, []);
  });

  test(`nothing_shifts_when_somebody_connects: ${device}`, async () => {
    const page = await open();
    await noteShifts(page);
    await beLate(page);
    await page.reload();
    await connect(page, await sessionOfYear());
    assert.deepEqual(await shiftsOf(page), []);
  });
}
