// Finding anything by its name, from every page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { typeAtOnce } from "./keyboard.mjs";
import { overflowOf, violationsOf } from "./looks.mjs";
import { dashboard } from "./started.mjs";
import { NORTHWIND, connect, field, finish, openMore } from "./support.mjs";
import { GLOBEX_CREATED, created } from "./watch-support.mjs";

const { palette, pages, views, picker } = texts;

const dialog = (page) => page.getByRole("dialog", { name: palette.title });
const input = (page) => dialog(page).getByRole("combobox", { name: palette.label });
const options = (page) => dialog(page).getByRole("option");
const option = (page, name) => options(page).filter({ hasText: name }).first();
const open = async (page) => {
  await page.keyboard.press("Control+k");
  await input(page).waitFor();
};

async function openConnected(path) {
  const page = await dashboard.open(path);
  await connect(page);
  return page;
}

test("a_key_opens_it_on_every_page_and_escape_gives_the_focus_back", async () => {
  const page = await openConnected("/");
  await page.locator(".table-row").first().waitFor();
  for (const path of ["/", "/watchlist", "/new", `/assessments/${GLOBEX_CREATED.id}`]) {
    await page.evaluate((to) => {
      const link = Object.assign(document.createElement("a"), { href: to });
      document.body.append(link);
      link.click();
      link.remove();
    }, path);
    await page.waitForURL(`**${path}`);
    const link = page.getByRole("navigation", { name: texts.navigation }).getByRole("link").nth(1);
    await link.focus();
    await open(page);
    assert.equal(await input(page).evaluate((found) => found === document.activeElement), true);
    await option(page, palette.create).waitFor();
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    assert.equal(await link.evaluate((found) => found === document.activeElement), true, path);
  }
  // The same key closes it, and a button opens it.
  await page.getByRole("button", { name: palette.open }).click();
  await input(page).waitFor();
  await page.keyboard.press("Control+k");
  await dialog(page).waitFor({ state: "detached" });
  await finish(page);
});

test("an_assessment_is_opened_by_the_beginnings_of_its_name", async () => {
  const { id } = await created("Quarterly look at the palette");
  const page = await openConnected("/new");
  await open(page);
  await typeAtOnce(page, "palet quart");
  await option(page, "Quarterly look at the palette").waitFor();
  assert.equal(await options(page).first().getAttribute("aria-selected"), "true");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/assessments/${id}`);
  await page.getByRole("heading", { name: "Quarterly look at the palette" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  await finish(page);
});

test("a_pasted_id_or_address_is_opened_without_looking_for_it", async () => {
  const page = await openConnected("/");
  await page.locator(".table-row").first().waitFor();
  const reads = [];
  page.on("request", (request) => {
    if (request.url().includes("q=")) reads.push(request.url());
  });
  const { id } = GLOBEX_CREATED;
  for (const text of [id.toUpperCase(), `https://dashboard.example/assessments/${id}?x=1`]) {
    await open(page);
    await input(page).fill(text);
    await option(page, palette.openId).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/assessments/${id}`);
  }
  assert.deepEqual(reads, []);
  await finish(page);
});

test("a_vendor_is_assessed_by_its_name_and_nothing_that_is_written_is_lost", async () => {
  const page = await openConnected("/");
  await page.locator(".table-row").first().waitFor();
  const assess = async () => {
    await open(page);
    await input(page).fill(NORTHWIND.name.slice(0, 6));
    await option(page, palette.assess(NORTHWIND.name)).click();
  };
  await assess();
  await page.waitForURL("**/new");
  await page.getByRole("heading", { name: pages.create }).waitFor();
  await openMore(page);
  await field(page, "name").fill("written by hand");
  await assess();
  await page.getByRole("dialog").getByText(texts.again.text).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await field(page, "name").inputValue(), "written by hand");
  await finish(page);
});

test("pages_and_views_are_found_by_words_and_without_a_connection", async () => {
  const page = await dashboard.open("/new");
  await open(page);
  await typeAtOnce(page, "watch");
  await option(page, pages.list).waitFor();
  await page.waitForFunction(() => document.querySelectorAll("[role=option]").length === 1);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/watchlist");
  await open(page);
  await page.keyboard.type("waiting");
  await option(page, views.review).click();
  await page.waitForURL("**/?status=review_evals");
  await open(page);
  await page.keyboard.type("nothing like that");
  await dialog(page).getByText(picker.none).first().waitFor();
  await finish(page);
});

test("if_names_cannot_be_read_the_pages_can_be_chosen_all_the_same", async () => {
  const page = await openConnected("/new");
  await page.route(/\/v1\/dashboard\/(assessments|vendors)\?/, (route) => route.abort());
  await open(page);
  await input(page).fill("wat");
  await option(page, pages.list).waitFor();
  await input(page).fill("wat no such page");
  await dialog(page).getByText(picker.failed).first().waitFor();
  await finish(page);
});

for (const [width, colorScheme] of /** @type {[number, "light" | "dark"][]} */ ([
  [320, "dark"],
  [1280, "light"],
])) {
  test(`it_is_accessible_and_fits_at_${width}_pixels`, async () => {
    await created(`long ${"x".repeat(200)}`);
    const page = await dashboard.open("/", {
      viewport: { width, height: 700 },
      colorScheme,
      reducedMotion: "reduce",
    });
    await connect(page);
    await page.locator(".table-row").first().waitFor();
    for (const dir of ["ltr", "rtl"]) {
      await page.evaluate((to) => (document.documentElement.dir = to), dir);
      await open(page);
      await input(page).fill("long");
      await option(page, "long").waitFor();
      assert.deepEqual(await violationsOf(page), []);
      assert.deepEqual(await overflowOf(page), []);
      await page.keyboard.press("Escape");
    }
    // A phone has no key that is shown.
    assert.equal(await page.locator(".palette-opener").isVisible(), width > 1000);
    await finish(page);
  });
}
