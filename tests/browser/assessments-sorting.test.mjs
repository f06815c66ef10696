// The order of the list: by the API where it knows it, by the page where it does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { crowdedOrg } from "./crowded.mjs";
import { asked, focused, head, names, openList, readsOf } from "./list-support.mjs";
import { row, rows, search, shown } from "./list-support.mjs";
import { dashboard } from "./started.mjs";
import { connect, finish } from "./support.mjs";
import { created, setHidden } from "./watch-support.mjs";

const { assessments: words } = texts;
const { columns } = words;
const ALL = 350;

let made;
/** The organization of them, made when a test first asks for it. */
const crowd = () => {
  made ??= crowdedOrg(dashboard.api, "to be sorted", ALL);
  return made;
};

const press = (page, column) => head(page, column).getByRole("button").click();
const sorting = (page, column) => head(page, column).getAttribute("aria-sort");
/** Waits until a column sorts what is shown: as long as it is read for that, none does. */
const sorted = (page, column) => page.locator(`.head-${column}[aria-sort]`).waitFor();

test("heads_sort_by_time_through_the_api_and_say_so", async () => {
  for (const name of ["first", "second", "third"]) await created(`by time ${name}`);
  const [{ id }] = await dashboard.api.rows(
    "SELECT id FROM assessments WHERE name = 'by time first'",
  );
  await dashboard.api.rows("UPDATE assessments SET updated_at = updated_at + 90 WHERE id = ?", id);
  const page = await openList("/");
  await row(page, "by time third").waitFor();
  const reads = readsOf(page);
  await press(page, columns.updated);
  await rows(page).first().getByText("by time first").waitFor();
  assert.equal(asked(page), "?sort=-updated_at");
  assert.deepEqual(reads, [{ sort: "-updated_at", limit: "100" }]);
  assert.equal(await sorting(page, columns.updated), "descending");
  await press(page, columns.updated);
  await page.waitForURL(/sort=updated_at/);
  assert.equal(await sorting(page, columns.updated), "ascending");
  assert.equal(await sorting(page, columns.vendor), null);
  assert.equal(reads.length, 2);
  await finish(page);
});

test("what_the_api_does_not_sort_is_read_to_its_end_and_sorted_here", async () => {
  const page = await openList("/", (await crowd()).key);
  await rows(page).first().waitFor();
  const reads = readsOf(page);
  await press(page, columns.name);
  await sorted(page, "name");
  const texts = await names(page);
  // Numbers in names are numbers.
  assert.deepEqual(texts.slice(0, 3), ["Assessment 0", "Assessment 1", "Assessment 2"]);
  assert.equal(texts.at(-1), `Assessment ${ALL - 1}`);
  assert.equal(reads.length, 2 + Math.ceil(ALL / 100));
  assert.equal(await sorting(page, columns.name), "ascending");
  await press(page, columns.name);
  await rows(page)
    .first()
    .getByText(`Assessment ${ALL - 1}`)
    .waitFor();
  assert.equal(await sorting(page, columns.name), "descending");
  assert.equal(asked(page), "?sort=-name");
  await press(page, columns.score);
  await page.waitForURL(/sort=-score/);
  assert.equal(reads.length, 2 + Math.ceil(ALL / 100));
  // An address that is loaded or sent to others shows the same.
  const before = await names(page);
  await page.reload();
  await page.locator("h1").waitFor();
  await connect(page, (await crowd()).key);
  await sorted(page, "score");
  await shown(page).getByText(`${ALL} assessments`, { exact: true }).waitFor();
  assert.deepEqual(await names(page), before);
  await finish(page);
});

test("what_is_missing_comes_last_in_both_directions_and_of_equal_ones_the_newest_first", async () => {
  const page = await openList("/?sort=-score", (await crowd()).key, {
    viewport: { width: 1280, height: 40_000 },
  });
  await sorted(page, "score");
  await page.waitForFunction((all) => document.querySelectorAll(".table-row").length === all, ALL);
  const scores = async () =>
    (await page.locator(".cell-score").allInnerTexts()).map((text) =>
      text.includes("%") ? Number.parseFloat(text) : null,
    );
  for (const [sort, direction] of /** @type {[string, number][]} */ ([
    ["-score", -1],
    ["score", 1],
  ])) {
    await page.getByLabel(words.sort, { exact: true }).selectOption(sort);
    const all = await scores();
    const known = all.filter((score) => score !== null);
    assert.deepEqual(all.slice(0, known.length), known);
    assert.deepEqual(
      known,
      [...known].sort((a, b) => direction * (a - b)),
    );
    assert.ok(known.length < all.length);
    // Those without a score are all alike.
    const ids = await page
      .locator(".cell-name a")
      .evaluateAll((links) =>
        links.map((link) => String(link.getAttribute("href")).replace("/assessments/", "")),
      );
    const times = new Map(
      (
        await dashboard.api.rows(
          "SELECT id, created_at AS at FROM assessments WHERE org_id = ?",
          (
            await crowd()
          ).id,
        )
      ).map(({ id, at }) => [id, at]),
    );
    const rest = ids.slice(known.length).map((id) => times.get(id));
    assert.deepEqual(
      rest,
      [...rest].sort((a, b) => b - a),
    );
  }
  await finish(page);
});

test("stages_are_in_the_order_of_the_work_and_names_in_that_of_the_language", async () => {
  const page = await openList("/?q=2025&sort=stage");
  await sorted(page, "stage");
  await rows(page).first().waitFor();
  const stages = await page.locator(".table .badge").allInnerTexts();
  assert.deepEqual(
    [...new Set(stages)],
    [
      "Collecting Documents",
      "Analyzing Controls",
      "Review Results",
      "Complete",
      "Failed",
      "Canceled",
    ],
  );
  for (const name of ["zebra collated", "Äpfel collated", "apple collated", "Zoo collated"])
    await created(name);
  await search(page).fill("collated");
  await press(page, columns.name);
  await page.waitForURL(/sort=name/);
  await shown(page).getByText("4 assessments", { exact: true }).waitFor();
  await page.waitForFunction(
    () => document.querySelector(".table .cell-name")?.textContent === "Äpfel collated",
  );
  assert.deepEqual(await names(page), [
    "Äpfel collated",
    "apple collated",
    "zebra collated",
    "Zoo collated",
  ]);
  await finish(page);
});

test("reading_for_the_order_can_be_stopped_and_the_page_says_what_is_sorted", async () => {
  const page = await dashboard.open("/?sort=name");
  const { promise: later, resolve: goOn } = Promise.withResolvers();
  let reads = 0;
  await page.route(/\/v1\/dashboard\/assessments\?.*cursor/, async (route) => {
    reads += 1;
    if (reads >= 2) await later;
    return route.continue();
  });
  await connect(page, (await crowd()).key);
  await page.getByText(words.sorting("200")).waitFor();
  // Until then nothing jumps: the newest come first, and no head says that it sorts.
  assert.equal(await sorting(page, columns.name), null);
  assert.equal(await page.locator("main").getByRole("button", { name: words.more }).count(), 0);
  await page.getByRole("button", { name: words.stop, exact: true }).click();
  await page.getByText(words.sortedOf("200")).waitFor();
  assert.equal(await sorting(page, columns.name), "ascending");
  const part = await names(page);
  assert.deepEqual(
    part.slice(0, 9),
    [...part.slice(0, 9)].sort(new Intl.Collator("en", { numeric: true }).compare),
  );
  goOn(undefined);
  // What was on its way when it was stopped is sorted in.
  await page.getByText(words.sortedOf("300")).waitFor();
  await page.getByRole("button", { name: words.sortOn }).click();
  await sorted(page, "name");
  await shown(page).getByText(`${ALL} assessments`, { exact: true }).waitFor();
  assert.deepEqual((await names(page)).slice(0, 2), ["Assessment 0", "Assessment 1"]);
  await finish(page);
});

test("a_list_that_is_sorted_here_is_kept_up_to_date_by_what_changed_alone", async () => {
  const page = await dashboard.open("/?sort=name&status=complete");
  await page.clock.install();
  await connect(page, (await crowd()).key);
  await sorted(page, "name");
  await rows(page).first().waitFor();
  const [gone, moved, stays] = await dashboard.api.rows(
    "SELECT id, name FROM assessments WHERE org_id = ? AND status = 'complete' LIMIT 3",
    (await crowd()).id,
  );
  const [into] = await dashboard.api.rows(
    "SELECT id, name FROM assessments WHERE org_id = ? AND status = 'created' LIMIT 1",
    (await crowd()).id,
  );
  const now = Math.floor(Date.now() / 1_000);
  const change = (id, set, ...values) =>
    dashboard.api.rows(
      `UPDATE assessments SET ${set}, updated_at = ${now} WHERE id = ?`,
      ...values,
      id,
    );
  await dashboard.api.archive(gone.id, { key: (await crowd()).key });
  await change(moved.id, "status = 'failed'");
  await change(into.id, "status = 'complete', name = 'A that came in'");
  await change(stays.id, "score_percent = 0.123, name = 'A that stayed'");
  const count = Number.parseInt(await shown(page).innerText(), 10);
  const reads = readsOf(page);
  await page.clock.runFor(31_000);
  await row(page, "A that came in").waitFor();
  assert.deepEqual(reads, [
    { sort: "-updated_at", limit: "100" },
    { archived: "true", sort: "-updated_at", limit: "100" },
  ]);
  assert.deepEqual((await names(page)).slice(0, 2), ["A that came in", "A that stayed"]);
  await row(page, "12.3%").waitFor();
  await shown(page)
    .getByText(`${count - 1} assessments`, { exact: true })
    .waitFor();
  await setHidden(page, true);
  await page.clock.runFor(120_000);
  assert.equal(reads.length, 2);
  await finish(page);
});

test("more_changes_than_can_be_told_have_the_list_read_again", async () => {
  const page = await dashboard.open("/?sort=name");
  await page.clock.install();
  await connect(page, (await crowd()).key);
  await sorted(page, "name");
  await rows(page).nth(12).locator("a").focus();
  await page.evaluate(() => scrollTo(0, 400));
  await page.waitForTimeout(100);
  const top = await page.evaluate(() => scrollY);
  const before = await focused(page);
  await page.evaluate(() => {
    const { body } = document;
    const look = () =>
      (body.dataset.least = String(
        Math.min(Number(body.dataset.least ?? 99), document.querySelectorAll(".table-row").length),
      ));
    new MutationObserver(look).observe(body, { childList: true, subtree: true });
  });
  const reads = readsOf(page);
  const now = Math.floor(Date.now() / 1_000) + 5;
  await dashboard.api.rows(
    `UPDATE assessments SET updated_at = ${now}, name = 'renamed ' || name WHERE org_id = ?`,
    (await crowd()).id,
  );
  await page.clock.runFor(31_000);
  await row(page, "renamed").waitFor();
  await sorted(page, "name");
  assert.ok(reads.length > 4, JSON.stringify(reads));
  assert.deepEqual(
    (await names(page)).filter((name) => !name.startsWith("renamed")),
    [],
  );
  // Whoever reads the list stays where they are, and what they read until then.
  assert.ok(Number(await page.evaluate(() => document.body.dataset.least)) > 12);
  assert.equal(await page.evaluate(() => scrollY), top);
  assert.equal(await focused(page), `renamed ${before}`);
  await finish(page);
});
