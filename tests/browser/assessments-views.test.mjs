// Views of the list that have a name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { asked, openList, rows, search, shown } from "./list-support.mjs";
import { dashboard } from "./started.mjs";
import { KEYS, ORGS, connect, disconnect, finish } from "./support.mjs";
import { created } from "./watch-support.mjs";

const { views } = texts;

const bar = (page) => page.getByRole("navigation", { name: views.title });
const link = (page, name) => bar(page).getByRole("link", { name, exact: true });
const links = (page) => bar(page).getByRole("link").allInnerTexts();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const current = (page) => bar(page).locator("[aria-current=page]").allInnerTexts();
const BUILT_IN = [views.all, views.mine, views.review, views.complete];

async function save(page, name) {
  await press(page, views.save);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(views.name).fill(name);
  await dialog.getByRole("button", { name: views.saveConfirm }).click();
  await dialog.waitFor({ state: "detached" });
}

test("built_in_views_ask_for_what_they_are_called_and_tell_which_is_shown", async () => {
  await created("for the views");
  const page = await openList("/");
  await rows(page).first().waitFor();
  assert.deepEqual(await links(page), BUILT_IN);
  assert.deepEqual(await current(page), [views.all]);
  await link(page, views.review).click();
  await shown(page).getByText("1 assessment", { exact: true }).waitFor();
  assert.equal(asked(page), "?status=review_evals");
  assert.deepEqual(await current(page), [views.review]);
  await link(page, views.mine).click();
  await rows(page).first().waitFor();
  assert.equal(asked(page), "?assignee=me");
  await page.goBack();
  assert.deepEqual(await current(page), [views.review]);
  await search(page).fill("globex");
  await page.waitForURL(/q=globex/);
  assert.deepEqual(await current(page), []);
  await finish(page);
});

test("a_view_is_saved_renamed_and_deleted_by_keyboard_and_other_tabs_show_it", async () => {
  const page = await openList("/?q=2025&sort=-score");
  await rows(page).first().waitFor();
  const other = await dashboard.openTab(page, "/");
  await connect(other);
  await rows(other).first().waitFor();
  await page.getByRole("button", { name: views.save }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText(views.empty).waitFor();
  await page.keyboard.type(views.all.toLowerCase());
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText(views.taken).waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Last year \u202e best");
  await page.keyboard.press("Enter");
  const name = "Last year ‹U+202E› best";
  await link(page, name).waitFor();
  assert.deepEqual(await current(page), [name]);
  // What one tab saves, the other has, and the other way round.
  await link(other, name).click();
  await other.waitForURL(/q=2025&sort=-score/);
  await rows(other).first().waitFor();
  await press(other, views.rename);
  await other.getByRole("dialog").getByLabel(views.name).fill("Best");
  await other.keyboard.press("Enter");
  await link(other, "Best").waitFor();
  await link(page, "Best").waitFor();
  // A reload has it before anyone connects.
  await page.reload();
  await page.locator("h1").waitFor();
  await connect(page);
  await link(page, "Best").waitFor();
  await page.getByRole("button", { name: views.remove }).focus();
  await page.keyboard.press("Enter");
  await link(page, "Best").waitFor({ state: "detached" });
  await link(other, "Best").waitFor({ state: "detached" });
  assert.deepEqual(await links(page), BUILT_IN);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), views.all);
  await finish(page);
});

test("views_are_an_organizations_and_go_with_its_data", async () => {
  const page = await openList("/?status=failed");
  await rows(page).first().waitFor();
  await save(page, "Broken");
  assert.ok((await links(page)).includes("Broken"));
  await disconnect(page);
  await page.getByRole("button", { name: texts.connection.connect, exact: true }).first().waitFor();
  assert.deepEqual(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("views"))),
    [],
  );
  await connect(page, KEYS.fjord);
  await link(page, views.all).waitFor();
  assert.ok(!(await links(page)).includes("Broken"));
  await finish(page);
});

test("a_view_that_cannot_be_kept_is_not_told_to_be_saved", async () => {
  const page = await openList("/?status=failed");
  await rows(page).first().waitFor();
  const dialog = page.getByRole("dialog");
  const saveAs = async (name) => {
    await dialog.getByLabel(views.name).fill(name);
    await dialog.getByRole("button", { name: views.saveConfirm }).click();
  };
  await press(page, views.save);
  await page.evaluate(() => {
    const proto = Object.getPrototypeOf(localStorage);
    Object.assign(window, { setItem: proto.setItem });
    proto.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await saveAs("Unkept");
  await dialog.getByText(views.notKept).waitFor();
  // Another tab saved as many as there can be meanwhile.
  await page.evaluate((organization) => {
    Object.getPrototypeOf(localStorage).setItem = Object(window).setItem;
    const all = Array.from({ length: 20 }, (_, n) => ({ name: `View ${n}`, address: `/?q=${n}` }));
    localStorage.setItem(`assessments.views.${organization}`, JSON.stringify(all));
  }, ORGS.harbor.id);
  await saveAs("Unkept");
  await dialog.getByText(views.full).waitFor();
  await dialog.getByRole("button", { name: views.keep }).click();
  await link(page, "View 19").waitFor();
  assert.ok(!(await links(page)).includes("Unkept"));
  await finish(page);
});

test("a_key_has_nothing_assigned_and_the_address_does_not_say_so", async () => {
  const page = await openList("/?assignee=me&q=2025", KEYS.harbor);
  await rows(page).first().waitFor();
  assert.equal(asked(page), "?q=2025");
  assert.equal(await page.getByLabel(texts.assessments.mine).isChecked(), false);
  assert.equal(await link(page, views.mine).count(), 0);
  await finish(page);
});

test("no_more_views_are_kept_than_can_be_looked_over_and_what_is_none_is_left_out", async () => {
  const page = await openList("/?status=failed");
  await rows(page).first().waitFor();
  await save(page, "First");
  await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.includes("views")) ?? "";
    const views = Array.from({ length: 30 }, (_, n) => ({
      name: `View ${n}`,
      address: `/?q=${n}`,
    }));
    const bad = [
      { name: "bad", address: "https://x.example/" },
      { name: "bad", address: "//x.example" },
      null,
      7,
    ];
    localStorage.setItem(key, JSON.stringify([...bad, ...views]));
  });
  await page.reload();
  await page.locator("h1").waitFor();
  await connect(page);
  await link(page, "View 19").waitFor();
  assert.equal((await links(page)).length, BUILT_IN.length + 20);
  assert.ok(!(await links(page)).includes("bad"));
  assert.equal(await page.getByRole("button", { name: views.save }).count(), 0);
  await finish(page);
});
