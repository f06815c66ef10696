// The pages that create are a part of the bundle that comes when it is needed, or does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { addressOf } from "./bundle.mjs";
import { dashboard, startBeforeTests } from "./started.mjs";
import { violationsOf } from "./looks.mjs";
import { connect, field, finish } from "./support.mjs";

startBeforeTests();

const FORMS = addressOf("forms.js");
const heading = (page) => page.getByRole("heading", { level: 1 });
const toCreate = (page) =>
  page.getByRole("navigation").getByRole("link", { name: texts.pages.create, exact: true }).click();

test("the_part_comes_with_the_page_that_needs_it_and_not_before", async () => {
  const page = await dashboard.open("/");
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await connect(page);
  await page.getByText("2025 Globex complete").waitFor();
  assert.ok(!asked.includes(FORMS));
  await toCreate(page);
  await field(page, "vendor_id").waitFor();
  assert.deepEqual(await heading(page).allTextContents(), [texts.pages.create]);
  // Whoever works with the keyboard is on the page that came.
  assert.ok(await heading(page).evaluate((one) => one === document.activeElement));
  await page.goBack();
  await page.goForward();
  await field(page, "vendor_id").waitFor();
  assert.equal(asked.filter((path) => path === FORMS).length, 1);
  await finish(page);
});

test("a_part_that_does_not_come_is_told_and_can_be_asked_for_again", async () => {
  const page = await dashboard.open("/");
  await page.route(`**${FORMS}`, (route) => route.abort("connectionreset"));
  await toCreate(page);
  await page.getByText(texts.partMissing).waitFor();
  assert.deepEqual(await heading(page).allTextContents(), [texts.pages.create]);
  assert.deepEqual(await violationsOf(page), []);
  await page.unroute(`**${FORMS}`);
  await page.getByRole("button", { name: texts.trouble.retry }).click();
  await field(page, "vendor_id").waitFor();
  assert.equal(await page.getByText(texts.partMissing).count(), 0);
  await finish(page);
});

test("a_part_that_is_slow_is_told_to_be_and_taken_when_it_comes", async () => {
  const page = await dashboard.open("/");
  await page.clock.install();
  let release = () => {};
  await page.route(`**${FORMS}`, async (route) => {
    await new Promise((resolve) => (release = () => resolve(undefined)));
    await route.continue();
  });
  const asked = page.waitForRequest((request) => request.url().endsWith(FORMS));
  await toCreate(page);
  await asked;
  await page.clock.fastForward(10_000);
  await page.getByText(texts.partLate).waitFor();
  // Whoever left meanwhile is not fetched back.
  const list = page.getByRole("navigation").getByRole("link", { name: texts.pages.list });
  await list.click();
  release();
  // What awaits the part has had its turn when a later import of it is there.
  await page.evaluate((path) => import(path), FORMS);
  assert.deepEqual(await heading(page).allTextContents(), [texts.pages.list]);
  await toCreate(page);
  await field(page, "vendor_id").waitFor();
  await finish(page);
});

test("a_part_that_comes_after_somebody_left_changes_nothing_of_the_page_they_are_on", async () => {
  const page = await dashboard.open("/");
  const { promise: released, resolve: release } = Promise.withResolvers();
  await page.route(`**${FORMS}`, async (route) => {
    await released;
    await route.continue();
  });
  const goTo = (path) =>
    page.evaluate((to) => {
      history.pushState(null, "", to);
      dispatchEvent(new PopStateEvent("popstate"));
    }, path);
  const asked = page.waitForRequest((request) => request.url().endsWith(FORMS));
  await goTo("/new/many");
  await asked;
  await goTo("/?q=globex");
  const came = page.waitForResponse((response) => response.url().endsWith(FORMS));
  release(undefined);
  await (await came).finished();
  // What awaits the part has had its turn when a later import of it is there.
  await page.evaluate((path) => import(path), FORMS);
  assert.equal(new URL(page.url()).search, "?q=globex");
  await finish(page);
});
