// The assessments of the organization: what is asked and shown, the keyboard, the file,
// and what stands there when there is nothing to show.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { asked, focused, names, openList, row, rows, search, shown } from "./list-support.mjs";
import { overflowOf, violationsOf } from "./looks.mjs";
import { dashboard } from "./started.mjs";
import { NORTHWIND, ORGS, answer, connect, finish, sessionOf } from "./support.mjs";
import { created, setHidden } from "./watch-support.mjs";

const { assessments: words, connection, list } = texts;
const LISTED = ORGS.harbor.assessments;
const ANA = ORGS.harbor.users[0];

const filter = (page, label) => page.getByRole("checkbox", { name: label, exact: true });

/** Assessments in the database, the last of them the newest. */
async function fill(count, name) {
  const made = [];
  for (let n = 0; n < count; n++) made.push(await created(`${name} ${n}`));
  return made;
}

test("the_list_shows_every_assessment_with_names_and_numbers", async () => {
  const { id } = await created("shown with its names");
  await dashboard.move(id, { status: "complete", score: 0.64, findings: 2 });
  const page = await openList();
  await row(page, "shown with its names").waitFor();
  const cells = await row(page, "shown with its names").getByRole("cell").allInnerTexts();
  const [, , vendor, name, stage, score, findings, assignee] = cells.map((cell) => cell.trim());
  assert.deepEqual([vendor, name, stage], [NORTHWIND.name, "shown with its names", "Complete"]);
  assert.deepEqual([score, findings], ["64%", "2"]);
  assert.equal(assignee, ANA.name);
  const link = page.getByRole("link", { name: "shown with its names" });
  assert.equal(await link.getAttribute("href"), `/assessments/${id}`);
  await finish(page);
});

test("what_is_asked_is_in_the_address_and_comes_back_from_there", async () => {
  const page = await openList();
  await page.getByLabel(words.stage, { exact: true }).selectOption("review_evals");
  await shown(page).getByText("1 assessment", { exact: true }).waitFor();
  assert.deepEqual(await names(page), ["2025 Globex review_evals"]);
  await filter(page, words.mine).check();
  await page.getByLabel(words.sort, { exact: true }).selectOption("updated_at");
  assert.equal(asked(page), "?status=review_evals&assignee=me&sort=updated_at");
  await page.getByRole("link", { name: "2025 Globex review_evals" }).click();
  await page.getByRole("heading", { name: "2025 Globex review_evals" }).waitFor();
  await page.goBack();
  await row(page, "2025 Globex review_evals").waitFor();
  assert.equal(await filter(page, words.mine).isChecked(), true);
  assert.equal(await page.getByLabel(words.sort, { exact: true }).inputValue(), "updated_at");
  await page.goto(`${dashboard.url}/?status=no_such&sort=toString&q=${"x".repeat(300)}`);
  await page.locator("h1").waitFor();
  await connect(page);
  await page.getByRole("heading", { name: /The API says/ }).waitFor();
  assert.equal((await search(page).inputValue()).length, 100);
  await page.getByRole("button", { name: list.showAll }).click();
  await rows(page).first().waitFor();
  assert.equal(asked(page), "");
  await finish(page);
});

test("a_search_finds_by_the_vendors_name_and_says_when_nothing_matches", async () => {
  const page = await openList();
  await rows(page).first().waitFor();
  await search(page).fill("glob");
  await shown(page).getByText(`${LISTED.length} assessments`, { exact: true }).waitFor();
  assert.ok((await names(page)).every((name) => name.startsWith("2025 Globex")));
  await search(page).fill("no such words");
  await page.getByRole("heading", { name: list.noneMatch }).waitFor();
  assert.equal(asked(page), "?q=no+such+words");
  await page.getByRole("button", { name: list.showAll }).click();
  await rows(page).first().waitFor();
  assert.equal(await search(page).inputValue(), "");
  await finish(page);
});

test("archived_ones_are_a_list_of_their_own", async () => {
  const { id } = await created("put away");
  const page = await openList();
  await row(page, "put away").waitFor();
  await dashboard.api.archive(id);
  await filter(page, words.archived).check();
  await row(page, "put away").getByText("Canceled").waitFor();
  assert.equal(asked(page), "?archived=true");
  await filter(page, words.archived).uncheck();
  await row(page, "put away").waitFor({ state: "detached" });
  await rows(page).first().waitFor();
  await finish(page);
});

test("more_is_read_page_by_page_and_only_the_page_that_is_seen_is_read_again", async () => {
  await fill(140, "of many");
  const page = await dashboard.open("/?q=of+many");
  await page.clock.install();
  const reads = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === "/v1/dashboard/assessments") reads.push(searchParams.get("cursor"));
  });
  await connect(page);
  await page.getByText("100 assessments so far, and there may be more").waitFor();
  // Without scrolling to it, which would read on by itself.
  await page.getByRole("button", { name: words.more }).dispatchEvent("click");
  await shown(page).getByText("140 assessments", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: words.more }).count(), 0);
  const [, second] = reads;
  assert.deepEqual(reads, [null, second]);
  // The last rows are looked at, so their page is the one.
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await row(page, "of many 0").waitFor();
  const answered = page.waitForResponse(/\/v1\/dashboard\/assessments\?/);
  await page.clock.runFor(31_000);
  // Until it is read, the client's own clock would run out.
  await (await answered).finished();
  await page.locator("main [aria-busy=false]").waitFor();
  assert.deepEqual(reads, [null, second, second]);
  await setHidden(page, true);
  await page.clock.runFor(120_000);
  assert.equal(reads.length, 3);
  // What is new pushes nothing out that was read.
  await created("of many, and new");
  await page.evaluate(() => scrollTo(0, 0));
  await setHidden(page, false);
  await page.clock.runFor(1);
  await row(page, "of many, and new").waitFor();
  assert.equal(reads.at(-1), null);
  await shown(page).getByText("141 assessments", { exact: true }).waitFor();
  await finish(page);
});

test("a_star_puts_an_assessment_on_the_watchlist_and_takes_it_off", async () => {
  const { id } = await created("to be watched");
  const page = await openList();
  const star = page.getByRole("button", { name: words.watchWhat("to be watched") });
  await star.click();
  await page.locator(`button[aria-pressed=true][aria-label="Watch to be watched"]`).waitFor();
  await page.getByRole("link", { name: texts.pages.list, exact: true }).click();
  const watched = page.locator(".row-item").filter({ hasText: "to be watched" });
  await watched.waitFor();
  assert.equal(await watched.locator("a").getAttribute("href"), `/assessments/${id}`);
  await page.getByRole("navigation").getByRole("link", { name: texts.pages.assessments }).click();
  await star.click();
  await page.locator(`button[aria-pressed=false][aria-label="Watch to be watched"]`).waitFor();
  await page.getByRole("link", { name: texts.pages.list, exact: true }).click();
  await page.getByText(list.empty).waitFor();
  await finish(page);
});

test("keys_go_from_row_to_row_open_and_search_unless_they_are_off", async () => {
  const page = await openList("/?q=2025+globex");
  await rows(page).first().waitFor();
  const order = await names(page);
  await page.locator("h1").evaluate((heading) => heading.focus());
  for (const [key, at] of [
    ["j", 0],
    ["j", 1],
    ["j", 2],
    ["k", 1],
    ["k", 0],
    ["k", 0],
  ]) {
    await page.keyboard.press(String(key));
    assert.equal(await focused(page), order[Number(at)]);
  }
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search");
  // In a field they are letters.
  await page.keyboard.press("End");
  await page.keyboard.type("jk/");
  assert.equal(await search(page).inputValue(), "2025 globexjk/");
  await search(page).fill("2025 globex");
  const keys = page.getByRole("checkbox", { name: words.keys });
  await keys.uncheck();
  await page.keyboard.press("j");
  assert.equal(await keys.evaluate((box) => box === document.activeElement), true);
  await keys.check();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: order[0] }).waitFor();
  await finish(page);
});

test("the_file_has_what_is_asked_for_and_no_cell_is_a_formula", async () => {
  const formula = '=HYPERLINK("http://x.example","a, b")';
  await created(`exported ${formula}`);
  const [first] = await fill(101, "exported");
  await dashboard.api.rows("UPDATE assessments SET name = ? WHERE id = ?", formula, first.id);
  const page = await openList("/?sort=created_at");
  await rows(page).first().waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: words.exportFile }).click(),
  ]);
  assert.equal(download.suggestedFilename(), words.exportName);
  const file = readFileSync(await download.path(), "utf8");
  assert.ok(file.startsWith("\ufeff"));
  const [head, ...lines] = file.slice(1).trimEnd().split("\r\n");
  assert.match(head, /^"id","vendor","vendor_id","name","status","stage","score",/);
  const [{ count }] = await dashboard.api.rows(
    "SELECT COUNT(*) AS count FROM assessments WHERE org_id = ? AND archived_at IS NULL",
    ORGS.harbor.id,
  );
  assert.equal(lines.length, count);
  assert.ok(count > 100, "it takes more than one page");
  const line = lines.find((text) => text.includes(first.id)) ?? "";
  assert.ok(line.includes('"\'=HYPERLINK(""http://x.example"",""a, b"")"'), line);
  await page.getByText(words.exportEnded(String(count))).waitFor();
  await finish(page);
});

test("a_file_that_fails_in_the_middle_goes_on_from_there_and_can_be_stopped", async () => {
  const page = await openList();
  await rows(page).first().waitFor();
  const fates = ["refuse"];
  let begun = 0;
  await page.route(/\/v1\/dashboard\/assessments\?.*limit=100/, async (route, request) => {
    const isFirst = !new URL(request.url()).searchParams.has("cursor");
    begun += Number(isFirst);
    const fate = isFirst ? undefined : fates.shift();
    if (fate === "refuse") return route.fulfill(answer(422, [{ loc: [], msg: "no", type: "x" }]));
    if (fate === "hold") return undefined;
    return route.continue();
  });
  const start = page.getByRole("button", { name: words.exportFile });
  await start.click();
  await page.getByRole("alert").getByText(words.exportFailed).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("alert").getByRole("button", { name: texts.trouble.retry }).click(),
  ]);
  assert.equal(begun, 1);
  const lines = readFileSync(await download.path(), "utf8")
    .trimEnd()
    .split("\r\n");
  assert.equal(new Set(lines).size, lines.length);
  assert.ok(lines.length > 101);
  fates.push("hold");
  await start.click();
  await page.getByText(words.exported("100")).waitFor();
  await page.getByRole("button", { name: words.stop, exact: true }).click();
  await page.getByText(words.exporting).waitFor({ state: "detached" });
  assert.equal(await focused(page), words.exportFile);
  await finish(page);
});

test("who_is_not_connected_or_may_not_list_is_told_and_led_on", async () => {
  const page = await dashboard.open("/");
  await page.getByRole("heading", { name: words.unconnected }).waitFor();
  await page.route("**/v1/dashboard/me", async (route) => {
    const response = await route.fetch();
    const json = { ...(await response.json()), role: "Auditor", routes: ["retrieve_assessment"] };
    return route.fulfill({ response, json });
  });
  const reads = [];
  page.on("request", (request) => {
    if (request.url().includes("/v1/dashboard/assessments")) reads.push(request.url());
  });
  await page.getByRole("button", { name: words.connect }).click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByLabel(connection.credential)
    .fill(await sessionOf(dashboard, "Dashboard Viewer"));
  await dialog.getByRole("button", { name: connection.connect }).click();
  await page.getByRole("heading", { name: words.notAllowed("Auditor") }).waitFor();
  assert.deepEqual(reads, []);
  await page.getByRole("link", { name: words.toWatchlist }).click();
  await page.getByRole("heading", { name: texts.pages.list, level: 1 }).waitFor();
  await finish(page);
});

test("a_list_that_cannot_be_read_says_why_and_is_read_by_trying_again", async () => {
  const page = await dashboard.open("/");
  const path = /\/v1\/dashboard\/assessments/;
  await page.route(path, (route) => route.abort("internetdisconnected"));
  await connect(page);
  await page.locator(".empty").getByText(texts.trouble.unreachable).waitFor();
  await page.unroute(path);
  await page.locator(".empty").getByRole("button", { name: texts.trouble.retry }).click();
  await rows(page).first().waitFor();
  await page.getByText(texts.trouble.unreachable).first().waitFor({ state: "detached" });
  await finish(page);
});

test("a_session_that_is_refused_leaves_what_was_read_until_there_is_another", async () => {
  const page = await openList("/?q=2025+globex");
  await rows(page).first().waitFor();
  const path = /\/v1\/dashboard\/assessments/;
  await page.route(path, (route) => route.fulfill(answer(401, "Invalid or expired API key.")));
  await search(page).fill("2025 globe");
  await page.getByRole("button", { name: connection.connectAgain }).first().waitFor();
  await page.unroute(path);
  await connect(page);
  await rows(page).first().waitFor();
  await finish(page);
});

test("names_that_turn_the_direction_of_text_are_shown_with_a_mark", async () => {
  await created("turned \u202e around");
  const page = await openList("/?q=turned");
  await rows(page).first().waitFor();
  assert.deepEqual(await names(page), ["turned ‹U+202E› around"]);
  await finish(page);
});

for (const [width, colorScheme] of /** @type {[number, "light" | "dark"][]} */ ([
  [320, "dark"],
  [768, "light"],
  [1280, "dark"],
])) {
  test(`the_list_is_accessible_and_fits_at_${width}_pixels`, async () => {
    await created(`fits ${"x".repeat(180)}`);
    const viewport = { width, height: 800 };
    const page = await dashboard.open("/", { viewport, colorScheme, reducedMotion: "reduce" });
    const looks = async (screen) => {
      assert.deepEqual(await violationsOf(page), [], screen);
      assert.deepEqual(await overflowOf(page), [], screen);
    };
    await looks("unconnected");
    await connect(page);
    await rows(page).first().waitFor();
    await looks("list");
    const star = await page.locator(".star").first().boundingBox();
    assert.ok((star?.width ?? 0) >= 40 && (star?.height ?? 0) >= 40);
    await search(page).fill("nothing like that");
    await page.getByRole("heading", { name: list.noneMatch }).waitFor();
    await looks("none");
    await page.evaluate(() => (document.documentElement.dir = "rtl"));
    await page.getByRole("button", { name: list.showAll }).click();
    await rows(page).first().waitFor();
    await looks("right to left");
    await finish(page);
  });
}
