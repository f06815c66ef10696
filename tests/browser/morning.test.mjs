// The morning of an analyst, in the organization of the demo's year: last year's vendor is
// assessed again, the review approved, the outcome read and the list taken along. The same
// scenario in every way in which a person may work.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { withAnalyser } from "../demo-year.mjs";
import { texts } from "../../www/texts.js";
import { typeAtOnce } from "./keyboard.mjs";
import { overflowOf } from "./looks.mjs";
import { chips, field, finish, withTexts } from "./support.mjs";
import { startYear, thisYear } from "./year.mjs";

/** What an event is called that approves a review. */
const APPROVED = "review-approved";
const WORKFLOW = "Annual reassessment";
/** A workflow's waits, calls and moves. */
const RUN_MS = 60_000;

const year = thisYear();
const archived = new Set(year.control_sets.filter((set) => set.archived).map(({ id }) => id));

/** Finished work of vendors that are still there, each of another vendor. */
const LAST_YEAR = year.vendors
  .filter((vendor) => !vendor.archived && /^[A-Z][a-z]{4}/.test(vendor.name))
  .flatMap((vendor) => {
    const finished = year.assessments.find(
      ({ vendor_id: id, status, archived_at: at, control_set_ids: sets }) =>
        id === vendor.id && status === "complete" && !at && !sets.some((set) => archived.has(set)),
    );
    return finished ? [{ vendor, finished }] : [];
  });

let dashboard;
let analyser;
before(async () => {
  analyser = await withAnalyser(year);
  dashboard = await startYear(year, analyser.data);
});
after(async () => {
  analyser?.close();
  await dashboard?.close();
});

/** How somebody works with a mouse: it presses what is seen, and types where it pressed. */
const byMouse = (page) => ({
  press: (target) => target.click(),
  async type(target, text) {
    await target.click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(text);
  },
  choose: (_, option) => option.click(),
});

/** How somebody works with the keyboard alone: whatever is used is reached by Tab. */
const byKeyboard = (page) => {
  const reach = async (target) => {
    await target.waitFor();
    for (let stop = 0; stop < 400; stop++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${target} cannot be reached by keyboard`);
  };
  return {
    async press(target) {
      await reach(target);
      await page.keyboard.press("Enter");
    },
    async type(target, text) {
      await reach(target);
      await page.keyboard.press("ControlOrMeta+A");
      await typeAtOnce(page, text);
    },
    async choose(_, option) {
      await option.waitFor();
      await page.keyboard.press("Enter");
    },
  };
};

/** Approves the review that a run waits for. */
async function approve(page, hand) {
  await hand.press(page.getByRole("button", { name: texts.runs.approve }));
  const approves = { name: texts.event.approve, exact: true };
  await hand.press(page.getByRole("dialog").getByRole("button", approves));
  await page.getByText(texts.event.sent(APPROVED)).waitFor();
}

/** The rows of a CSV file whose texts have no line breaks. */
const parsed = (text) =>
  text
    .replace(/^\ufeff/, "")
    .trimEnd()
    .split("\r\n")
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
        quoted === undefined ? plain : quoted.replaceAll('""', '"'),
      ),
    );

/**
 * The morning; `hand` is how somebody works, and `name` what the new assessment is called.
 */
async function morning(page, hand, { vendor, finished }, name) {
  const stop = async (where) => assert.deepEqual(await overflowOf(page), [], where);
  const heading = (level, text) => page.getByRole("heading", { level, name: text, exact: true });

  await stop("before anyone is signed in");
  await hand.press(page.locator(".connection").getByRole("button").first());
  await stop("signing in");
  await hand.press(
    page.getByRole("dialog").getByRole("button", { name: texts.connection.useDemo }),
  );
  await page.getByText(texts.connection.connected, { exact: true }).waitFor();
  assert.ok((await page.locator(".connection").textContent()).includes(year.name));

  // Last year's vendor, by the start of its name.
  const rows = page.locator(".table-row");
  const search = page.locator("input[type=search]");
  await rows.first().waitFor();
  await stop("the list");
  const listed = await rows.count();
  await hand.type(search, vendor.name.slice(0, 5).toLowerCase());
  const last = rows.getByRole("link", { name: finished.name, exact: true });
  await page.waitForFunction(
    (most) => document.querySelectorAll(".table-row").length < most,
    listed,
  );
  await last.waitFor();
  await stop("what was found");
  await hand.press(last);
  await heading(1, finished.name).waitFor();
  await stop("last year's assessment");

  // Again, as it was asked for then.
  await hand.press(page.getByRole("button", { name: texts.again.label }));
  await heading(1, texts.pages.create).waitFor();
  await page.waitForFunction((called) => {
    /** @type {HTMLElement | null} */
    const chosen = document.querySelector('[data-field="vendor_id"]');
    return `${chosen?.querySelector("input")?.value} ${chosen?.innerText}`.includes(called);
  }, vendor.name);
  assert.deepEqual(await chips(page, "control_set_ids"), finished.control_set_ids);
  const rest = page.locator("details.rest");
  if (!(await rest.evaluate(({ open }) => open))) await hand.press(rest.locator("summary"));
  await hand.type(field(page, "name"), name);
  await hand.type(field(page, "trigger_workflow"), WORKFLOW.slice(0, 8));
  await hand.choose(field(page, "trigger_workflow"), page.getByRole("option", { name: WORKFLOW }));
  await stop("the form");
  await hand.press(page.locator("main form button[type=submit]"));
  await heading(1, name).waitFor();
  await stop("what was created");

  // The workflow collects, asks the analyser and comes to the review.
  await page.getByRole("button", { name: texts.runs.approve }).waitFor({ timeout: RUN_MS });
  await stop("the review");
  await approve(page, hand);

  // The outcome.
  await page.locator(".badges .badge", { hasText: "Complete" }).waitFor({ timeout: RUN_MS });
  const outcome = page.locator(".outcome");
  await outcome.getByText(/\d%/).waitFor();
  const [, score] = /(\d+(?:\.\d)?)%/.exec(await outcome.innerText()) ?? [];
  // Their titles come with the names.
  await page.locator(".outcome li").first().waitFor();
  await stop("the outcome");

  // The vendor's assessments as a file.
  const pages = page.getByRole("navigation");
  await hand.press(pages.getByRole("link", { name: texts.pages.assessments, exact: true }));
  await rows.first().waitFor();
  await hand.type(search, name);
  await page.waitForFunction(() => document.querySelectorAll(".table-row").length === 1);
  const downloaded = page.waitForEvent("download");
  await hand.press(page.getByRole("button", { name: texts.assessments.exportFile }));
  const file = readFileSync(await (await downloaded).path(), "utf8");
  await stop("the file");
  const [heads, row, ...more] = parsed(file);
  assert.deepEqual(more, []);
  const cells = Object.fromEntries(heads.map((head, at) => [head, row[at]]));
  const values = Object.values(cells);
  for (const value of [name, vendor.name, vendor.id]) {
    assert.ok(values.includes(value), `${value} in ${file}`);
  }
  assert.ok(file.includes("complete") || file.includes("Complete"), file);
  return { score, cells };
}

const WAYS = {
  "by mouse": { hand: byMouse },
  "by keyboard alone": { hand: byKeyboard },
  "on a phone of 320 pixels": { hand: byMouse, viewport: { width: 320, height: 640 } },
  "from right to left": { hand: byMouse, direction: "rtl" },
};

for (const [index, [way, { hand, viewport, direction }]] of Object.entries(WAYS).entries()) {
  test(`the_morning_of_an_analyst: ${way}`, async () => {
    const page = await dashboard.open("/", viewport && { viewport });
    if (direction) {
      await withTexts(page, (module) =>
        module.replace('direction = "ltr"', `direction = "${direction}"`),
      );
      assert.equal(await page.evaluate(() => document.documentElement.dir), direction);
    }
    const name = `Morning ${["north", "east", "south", "west"][index]} of an analyst`;
    const { cells } = await morning(page, hand(page), LAST_YEAR[index], name);
    const [stored] = await dashboard.api.rows(
      "SELECT status, score_percent AS score, vendor_id AS vendor FROM assessments WHERE name = ?",
      name,
    );
    assert.equal(stored.status, "complete");
    assert.equal(stored.vendor, LAST_YEAR[index].vendor.id);
    assert.ok(
      Object.values(cells).some((value) => Math.abs(Number(value) - stored.score) < 1e-9),
      JSON.stringify([cells, stored]),
    );
    await finish(page);
  });
}
