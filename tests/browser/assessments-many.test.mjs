// Ten thousand assessments in the list: what is in the document, what is asked for, and that
// everybody reaches every row. Counts are asserted, and no times.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { crowdedOrg } from "./crowded.mjs";
import { asked, focused, head, names, openList, readsOf } from "./list-support.mjs";
import { rows, search, shown } from "./list-support.mjs";
import { overflowOf, violationsOf } from "./looks.mjs";
import { dashboard, startBeforeTests } from "./started.mjs";
import { connect, finish } from "./support.mjs";

const { assessments: words } = texts;
const ALL = 10_000;
/** Rows of the largest window that is tested, and those beyond its edges. */
const MOST_ROWS = 60;

startBeforeTests();
let made;
/** The organization of them, made when a test first asks for it. */
const crowd = () => {
  made ??= crowdedOrg(dashboard.api, "ten thousand", ALL);
  return made;
};

/** The list, read to its end because it is sorted. */
async function openSorted(options = {}) {
  const page = await openList("/?sort=-score", (await crowd()).key, options);
  await shown(page).getByText("10,000 assessments", { exact: true }).waitFor({ timeout: 120_000 });
  await page.locator(".sorting p").waitFor({ state: "detached" });
  return page;
}

/** Where the rows are that somebody sees. */
const seen = (page) =>
  rows(page).evaluateAll((all) =>
    all
      .filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
      })
      .map((row) => Number(row.getAttribute("aria-rowindex")) - 1),
  );

/** What is wrong with what somebody sees: rows must follow each other without a gap. */
async function gapsOf(page) {
  const places = await seen(page);
  return places.filter((place, index) => index > 0 && place !== places[index - 1] + 1);
}

const scrollTo = async (page, share) => {
  await page.evaluate((to) => scrollTo(0, document.body.scrollHeight * to), share);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
};

test("of_ten_thousand_assessments_only_the_rows_near_the_window_are_there", async () => {
  const page = await openSorted();
  const reads = readsOf(page);
  const table = page.getByRole("table", { name: texts.pages.assessments });
  assert.equal(await table.getAttribute("aria-rowcount"), String(ALL + 1));
  for (const share of [0, 0.1, 0.5, 0.77, 1]) {
    await scrollTo(page, share);
    const count = await rows(page).count();
    assert.ok(count <= MOST_ROWS, `${count} rows at ${share}`);
    assert.deepEqual(await gapsOf(page), [], `at ${share}`);
    const places = await seen(page);
    assert.ok(places.length > 5, `${places.length} are seen at ${share}`);
    if (share === 0) assert.equal(places[0], 1);
    if (share === 1) assert.equal(places.at(-1), ALL);
    if (share === 0.5) assert.ok(Math.abs(places[0] - ALL / 2) < 50, String(places));
  }
  // What was read is sorted, filtered and looked at without a request.
  await scrollTo(page, 0);
  await head(page, words.columns.name).getByRole("button").click();
  await rows(page).first().getByText("Assessment 0", { exact: true }).waitFor();
  assert.deepEqual((await names(page)).slice(0, 3), [
    "Assessment 0",
    "Assessment 1",
    "Assessment 2",
  ]);
  assert.equal(asked(page), "?sort=name");
  assert.deepEqual(reads, []);
  // A search is one request.
  await search(page).fill("no such words");
  await page.getByRole("heading", { name: texts.list.noneMatch }).waitFor();
  // With the order that the page makes, two more tell where changes begin.
  assert.equal(reads.length, 3, JSON.stringify(reads));
  await finish(page);
});

test("the_list_is_read_in_a_hundred_pages_and_no_page_twice", async () => {
  const page = await dashboard.open("/?sort=name");
  const reads = readsOf(page);
  await connect(page, (await crowd()).key);
  await shown(page).getByText("10,000 assessments", { exact: true }).waitFor({ timeout: 120_000 });
  await page.locator(".sorting p").waitFor({ state: "detached" });
  const [mark, archived, ...pages] = reads;
  assert.deepEqual(mark, { sort: "-updated_at", limit: "1" });
  assert.deepEqual(archived, { sort: "-updated_at", archived: "true", limit: "1" });
  assert.equal(pages.length, ALL / 100);
  assert.equal(new Set(pages.map(({ cursor }) => cursor)).size, ALL / 100);
  await finish(page);
});

test("scrolling_reads_on_by_itself_and_the_button_is_there_for_who_does_not_scroll", async () => {
  const page = await openList("/", (await crowd()).key);
  await shown(page).getByText("100 assessments so far, and there may be more").waitFor();
  const reads = readsOf(page);
  await scrollTo(page, 1);
  await shown(page).getByText("200 assessments so far, and there may be more").waitFor();
  assert.equal(reads.length, 1);
  await page.getByRole("button", { name: words.more }).focus();
  await page.keyboard.press("Enter");
  await shown(page)
    .getByText(/^[3-5]00 assessments so far/)
    .waitFor();
  assert.ok((await rows(page).count()) <= MOST_ROWS);
  await finish(page);
});

test("a_page_that_cannot_be_read_is_asked_for_again_by_the_button_and_not_by_scrolling", async () => {
  const page = await openList("/", (await crowd()).key);
  await shown(page).getByText("100 assessments so far").waitFor();
  const path = /\/v1\/dashboard\/assessments\?.*cursor/;
  let tries = 0;
  await page.route(path, (route) => {
    tries += 1;
    return route.abort("internetdisconnected");
  });
  await scrollTo(page, 1);
  await page.getByText(texts.trouble.unreachable).first().waitFor();
  const before = tries;
  await scrollTo(page, 0.5);
  await scrollTo(page, 1);
  assert.equal(tries, before);
  await page.unroute(path);
  await page.getByRole("button", { name: words.more }).click();
  await shown(page).getByText("200 assessments so far").waitFor();
  await finish(page);
});

test("the_keyboard_reaches_every_row_and_a_row_that_scrolls_away_keeps_the_focus", async () => {
  const page = await openSorted();
  const order = await names(page);
  const place = () =>
    page.evaluate(() =>
      Number(document.activeElement?.closest("[aria-rowindex]")?.getAttribute("aria-rowindex")),
    );
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await focused(page), order[1]);
  // It is far away, and still there, and so is what follows it.
  await scrollTo(page, 0.6);
  assert.equal(await place(), 3);
  await page.keyboard.press("j");
  assert.equal(await focused(page), order[2]);
  assert.ok((await seen(page)).includes(3));
  await page.keyboard.press("End");
  assert.equal(await place(), ALL + 1);
  await page.keyboard.press("j");
  assert.equal(await place(), ALL + 1);
  // Back by the order of the page alone: star, box, and the name before.
  for (let back = 0; back < 30; back++) await page.keyboard.press("Shift+Tab");
  assert.equal(await place(), ALL + 1 - 10);
  assert.deepEqual(await gapsOf(page), []);
  await page.keyboard.press("Home");
  assert.equal(await focused(page), order[0]);
  for (let on = 0; on < 90; on++) await page.keyboard.press("Tab");
  assert.equal(await place(), 2 + 30);
  const box = await page.evaluate(() => {
    const { top, bottom } = document.activeElement?.getBoundingClientRect() ?? new DOMRect();
    return { top, bottom, height: innerHeight };
  });
  assert.ok(box.top >= 40 && box.bottom <= box.height, JSON.stringify(box));
  await finish(page);
});

for (const [width, direction] of /** @type {[number, string][]} */ ([
  [320, "ltr"],
  [320, "rtl"],
  [1440, "rtl"],
])) {
  test(`ten_thousand_fit_at_${width}_pixels_written_${direction}`, async () => {
    const viewport = { width, height: 700 };
    const page = await openSorted({ viewport, reducedMotion: "reduce" });
    await page.evaluate((dir) => (document.documentElement.dir = dir), direction);
    for (const share of [0, 0.5, 1]) {
      await scrollTo(page, share);
      assert.ok((await rows(page).count()) <= MOST_ROWS);
      assert.deepEqual(await gapsOf(page), []);
      assert.deepEqual(await overflowOf(page), []);
      assert.deepEqual(await violationsOf(page), []);
      // Nothing is cut off by the height that all rows have.
      const cut = await rows(page).evaluateAll((all) =>
        all.filter((row) => row.scrollHeight > row.clientHeight + 1).map((row) => row.outerHTML),
      );
      assert.deepEqual(cut, []);
    }
    await finish(page);
  });
}

test("rows_stay_under_the_eyes_when_their_height_changes", async () => {
  const page = await openSorted();
  await scrollTo(page, 0.5);
  const [before] = await seen(page);
  await page.setViewportSize({ width: 390, height: 900 });
  await page.waitForFunction(() => innerWidth === 390);
  await page.locator(".table-row").first().waitFor();
  await page.waitForFunction((row) => {
    const places = [...document.querySelectorAll(".table-row")]
      .filter((each) => each.getBoundingClientRect().bottom > 0)
      .map((each) => Number(each.getAttribute("aria-rowindex")) - 1);
    // The first and the last are always there.
    return Math.abs(places.filter((place) => place > 1)[0] - row) <= 1;
  }, before);
  await finish(page);
});

test("nothing_shifts_while_somebody_scrolls_and_pages_come", async () => {
  const page = await openList("/", (await crowd()).key);
  await shown(page).getByText("100 assessments so far").waitFor();
  await page.evaluate(async () => {
    // What came with the rows is drawn.
    for (let frame = 0; frame < 3; frame++)
      await new Promise((resolve) => requestAnimationFrame(resolve));
    const sums = /** @type {any} */ (window);
    sums.shifted = 0;
    new PerformanceObserver((list) => {
      const shifts = /** @type {(PerformanceEntry & { value: number })[]} */ (list.getEntries());
      for (const { value } of shifts) sums.shifted += value;
    }).observe({ type: "layout-shift" });
  });
  for (let step = 0; step < 20; step++) {
    await page.mouse.wheel(0, 500);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
  await shown(page)
    .getByText(/^[2-9]00 assessments so far/)
    .waitFor();
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).shifted), 0);
  await finish(page);
});
