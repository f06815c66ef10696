// Files of the dashboard that are missing or do not come: there is something to see at once,
// every wait ends, and what is wrong is said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { addressOf } from "./bundle.mjs";
import { dashboard, startBeforeTests } from "./started.mjs";
import {
  CREATED,
  NORTHWIND,
  arrived,
  connect,
  field,
  finish,
  openMore,
  submit,
} from "./support.mjs";

startBeforeTests();

/**
 * A page of which one file meets that fate, so many times: it is missing, or never comes.
 */
async function openWithout(path, file, fate, times = Infinity) {
  const page = await dashboard.open(path);
  await page.route(
    `**${file}`,
    (route) => (fate === "missing" ? route.fulfill({ status: 404, body: "" }) : undefined),
    { times },
  );
  return page;
}

/** Loads it again, without waiting for what will not come. */
const load = (page) => page.reload({ waitUntil: "commit" });

/** A module that is missing is complained of; that is no fault of the page. */
async function finishWithout(page, complaint) {
  const complaints = page.complaints.splice(0).filter((text) => !complaint.test(text));
  assert.deepEqual(complaints, []);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await finish(page);
}

for (const fate of ["missing", "hanging"]) {
  test(`without_its_script_the_page_says_so_and_can_be_tried_again: ${fate}`, async () => {
    const page = await openWithout("/new", addressOf("main.js"), fate, 1);
    await load(page);
    await page.getByText("Assessments", { exact: true }).waitFor();
    await page.getByText("Loading…").waitFor();
    const late = page.getByText("This takes longer than it should.");
    await late.waitFor({ state: "visible" });
    await late.getByRole("link", { name: "Try again" }).click();
    await page.getByRole("heading", { name: texts.pages.create }).waitFor();
    await finishWithout(page, /main-|preload/);
  });

  test(`without_the_package_the_server_checks_and_that_is_said: ${fate}`, async () => {
    for (const file of [addressOf("package.js"), addressOf("assessments.wasm")]) {
      const page = await openWithout("/new", file, fate);
      await load(page);
      await page.getByRole("heading", { name: texts.pages.create }).waitFor();
      const { loading, missing } = texts.rules;
      await page.getByText(fate === "missing" ? missing : loading).waitFor();
      await connect(page);
      await field(page, "vendor_id").fill(NORTHWIND.id);
      await submit(page);
      await arrived(page, CREATED);
      await finishWithout(page, /package-|assessments-|preload/);
    }
  });

  test(`without_its_style_sheet_the_page_is_there_and_says_so: ${fate}`, async () => {
    const page = await openWithout("/new", addressOf("main.css"), fate);
    await load(page);
    await page.getByRole("heading", { name: texts.pages.create }).waitFor();
    await page.getByText(texts.stylesMissing).waitFor();
    await page.getByRole("button", { name: texts.trouble.reload }).waitFor();
    await finishWithout(page, /main-|preload/);
  });
}

test("webassembly_that_comes_late_takes_over_and_what_was_typed_stays", async () => {
  const page = await dashboard.open("/new");
  await openMore(page);
  const { promise: released, resolve: release } = Promise.withResolvers();
  await page.route(`**${addressOf("assessments.wasm")}`, async (route) => {
    await released;
    await route.continue();
  });
  await load(page);
  await page.getByText(texts.rules.loading).waitFor();
  const vendor = field(page, "vendor_id");
  await vendor.fill("cbvndr_12x");
  await field(page, "name").fill("typed before");
  assert.equal(await page.locator(".fault").count(), 0);
  release(undefined);
  await page.locator('[data-field="vendor_id"] .fault').waitFor();
  await page.getByText(texts.rules.loading).waitFor({ state: "detached" });
  assert.equal(await vendor.inputValue(), "cbvndr_12x");
  assert.equal(await field(page, "name").inputValue(), "typed before");
  assert.equal(await page.locator(".preview-name").innerText(), "typed before");
  await page.getByRole("button", { name: "{{year}}" }).waitFor();
  assert.match(await page.locator('[data-field="vendor_id"] .required').innerText(), /required/);
  await page.getByRole("link", { name: texts.pages.list, exact: true }).click();
  assert.equal(await page.getByLabel(texts.list.stage).locator("option").count(), 7);
  await finish(page);
});

test("a_package_that_was_missing_can_be_had_by_trying_again", async () => {
  const page = await openWithout("/new", addressOf("assessments.wasm"), "missing");
  await load(page);
  await page.getByText(texts.rules.missing).waitFor();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.getByRole("button", { name: texts.trouble.retry }).click();
  await page.getByText(texts.rules.missing).waitFor({ state: "detached" });
  await openMore(page);
  await page.getByRole("button", { name: "{{year}}" }).waitFor();
  await finishWithout(page, /assessments-|preload/);
});

test("a_browser_whose_database_never_answers_shows_the_page_and_what_is_lost", async () => {
  const page = await dashboard.open();
  await page.addInitScript(() => {
    const silent = () => ({});
    Object.defineProperty(window, "indexedDB", {
      value: { open: silent, deleteDatabase: silent },
    });
  });
  await page.reload();
  await page.getByText(texts.notKept).waitFor();
  await page.getByText(texts.list.empty).waitFor();
  await finish(page);
});
