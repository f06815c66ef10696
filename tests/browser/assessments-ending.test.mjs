// Canceling and archiving several assessments of the list.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { openList, row, rows, shown } from "./list-support.mjs";
import { overflowOf, violationsOf } from "./looks.mjs";
import { dashboard } from "./started.mjs";
import { KEYS, answer, connect, finish, sentSoMany, sessionOf } from "./support.mjs";
import { created } from "./watch-support.mjs";

const { selection } = texts;
const LIST = /\/v1\/dashboard\/assessments\?/;
const ENDS = /\/v1\/assessments\/[^/]+$/;

const box = (page, name) =>
  page.getByRole("checkbox", { name: selection.select(name), exact: true });
const bar = (page) => page.getByRole("group", { name: selection.label });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** New assessments, the last of them the newest, and the list with them alone. */
async function openWith(name, count, options = {}) {
  const made = [];
  for (let n = 0; n < count; n++) made.push(await created(`${name} ${n}`));
  const page = await openList(`/?q=${encodeURIComponent(name)}`, undefined, options);
  await shown(page).getByText(`${count} assessments`, { exact: true }).waitFor();
  return { page, made };
}

/** Asks for what is selected to be ended. */
async function end(page, count) {
  await press(page, selection.end);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: selection.confirm(count) }).click();
  await dialog.waitFor({ state: "detached" });
}

/** What the API is asked to end from now on, and what becomes of it. */
async function ends(page, fateOf = /** @type {(id: string, tried: number) => any} */ (() => {})) {
  const sent = [];
  let most = 0;
  let going = 0;
  await page.route(ENDS, async (route, request) => {
    if (request.method() !== "DELETE") return route.fallback();
    const id = request.url().split("/").at(-1);
    sent.push(id);
    going += 1;
    most = Math.max(most, going);
    const fate = fateOf(id, sent.filter((other) => other === id).length);
    try {
      if (fate === "refuse") return await route.abort("internetdisconnected");
      if (fate === "lose") {
        await route.fetch();
        return await route.abort("connectionreset");
      }
      if (fate !== undefined) return await route.fulfill(fate);
      const response = await route.fetch();
      await new Promise((resolve) => setTimeout(resolve, 30));
      return await route.fulfill({ response });
    } finally {
      going -= 1;
    }
  });
  return { sent, most: () => most };
}

/** Has the API refuse the page's session, until that knows. */
async function refuse(page) {
  await page.locator(".page[aria-busy=false]").waitFor();
  await page.route(LIST, (route) => route.fulfill(answer(401, "Invalid or expired API key.")));
  await page.evaluate(() => dispatchEvent(new Event("online")));
  const { connectAgain } = texts.connection;
  await page.locator(".connection").getByRole("button", { name: connectAgain }).waitFor();
  await page.unroute(LIST);
}

const statusOf = async (id) => {
  const [{ status, archived_at: at }] = await dashboard.api.rows(
    "SELECT status, archived_at FROM assessments WHERE id = ?",
    id,
  );
  return at === null ? "going on" : status;
};

test("those_that_are_selected_are_canceled_or_archived_after_one_question", async () => {
  const { page, made } = await openWith("ended together", 12);
  await dashboard.move(made[3].id, { status: "complete", score: 0.5 });
  await page.reload();
  await page.locator("h1").waitFor();
  await connect(page);
  await rows(page).first().waitFor();
  const { sent, most } = await ends(page);
  // The newest come first: from 10 down to 1.
  await box(page, "ended together 10").click();
  await box(page, "ended together 1").click({ modifiers: ["Shift"] });
  await bar(page).getByText(selection.count(10)).waitFor();
  await press(page, selection.end);
  const dialog = page.getByRole("dialog");
  await dialog.getByText(selection.title(10)).waitFor();
  const said = await dialog.innerText();
  assert.ok(said.includes(selection.cancels(9)) && said.includes(selection.archives(1)), said);
  assert.deepEqual(sent, []);
  await dialog.getByRole("button", { name: selection.confirm(10) }).click();
  await page.locator("main").getByText(selection.ended(9, 1)).waitFor();
  assert.deepEqual(
    [...sent].sort(),
    made
      .slice(1, 11)
      .map(({ id }) => id)
      .sort(),
  );
  assert.ok(most() <= 4 && most() > 1, String(most()));
  await shown(page).getByText("2 assessments", { exact: true }).waitFor();
  // Whoever is anywhere in the list is told there, and puts it away.
  assert.equal(await bar(page).getByRole("button", { name: selection.end }).count(), 0);
  await bar(page).getByRole("button", { name: texts.dismiss }).click();
  assert.equal(await bar(page).count(), 0);
  assert.equal(await statusOf(made[3].id), "complete");
  assert.equal(await statusOf(made[4].id), "canceled");
  assert.equal(await statusOf(made[0].id), "going on");
  await finish(page);
});

test("by_keyboard_rows_are_selected_and_nothing_happens_to_those_that_are_kept", async () => {
  const { page, made } = await openWith("chosen by keys", 3);
  const { sent } = await ends(page);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await bar(page).getByText(selection.count(2)).waitFor();
  await page.keyboard.press("x");
  await bar(page).getByText(selection.count(1)).waitFor();
  assert.equal(await box(page, "chosen by keys 2").isChecked(), true);
  assert.equal(await box(page, "chosen by keys 1").isChecked(), false);
  await bar(page).getByRole("button", { name: selection.end }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  // What is kept is what has the focus.
  await page.keyboard.press("Enter");
  assert.deepEqual(sent, []);
  assert.equal(
    await bar(page)
      .getByRole("button", { name: selection.end })
      .evaluate((button) => button === document.activeElement),
    true,
  );
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("main").getByText(selection.ended(1, 0)).waitFor();
  assert.deepEqual(sent, [made[2].id]);
  await row(page, "chosen by keys 2").waitFor({ state: "detached" });
  await finish(page);
});

test("single_failures_are_listed_with_their_reasons_and_can_be_tried_again", async () => {
  const { page, made } = await openWith("partly ended", 8, {
    viewport: { width: 320, height: 800 },
  });
  const [refused, lost, gone] = made.map(({ id }) => id);
  let isMended = false;
  const { sent } = await ends(page, (id) => {
    if (id === gone)
      return answer(404, { code: "assessment_not_found", message: "Assessment not found." });
    if (isMended) return undefined;
    if (id === refused) return answer(400, { code: "odd", message: "Not this one." });
    return id === lost ? "lose" : undefined;
  });
  await box(page, "partly ended 7").click();
  await box(page, "partly ended 0").click({ modifiers: ["Shift"] });
  await dashboard.api.archive(gone);
  await end(page, 8);
  // Those that are not there any more count as done, and by themselves.
  await page
    .locator("main")
    .getByText(selection.ended(5, 0, 1))
    .waitFor();
  const table = page.getByRole("table", { name: selection.failed });
  const told = await table.locator("tr:has(td)").allInnerTexts();
  assert.equal(told.length, 2);
  assert.ok(told.some((text) => text.includes("partly ended 0") && text.includes("Not this one.")));
  assert.ok(
    told.some((text) => text.includes("partly ended 1") && text.includes(texts.end.failed)),
  );
  assert.deepEqual(await violationsOf(page), []);
  assert.deepEqual(await overflowOf(page), []);
  // What was lost had arrived; sent again, it is one more answer and nothing else.
  isMended = true;
  sent.length = 0;
  await press(page, selection.again(2));
  await page.locator("main").getByText(selection.ended(2, 0)).waitFor();
  assert.deepEqual([...sent].sort(), [refused, lost].sort());
  assert.equal(await table.count(), 0);
  await page.getByRole("heading", { name: texts.list.noneMatch }).waitFor();
  await finish(page);
});

test("when_the_api_asks_to_wait_all_wait_and_go_on_by_themselves", async () => {
  const { page, made } = await openWith("after a wait", 6);
  let isBusy = true;
  const { sent } = await ends(page, () =>
    isBusy ? answer(429, "Too many requests.", { "retry-after": "1" }) : undefined,
  );
  await box(page, "after a wait 5").click();
  await box(page, "after a wait 0").click({ modifiers: ["Shift"] });
  await end(page, 6);
  await sentSoMany(sent, 4);
  isBusy = false;
  await page.locator("main").getByText(selection.ended(6, 0)).waitFor();
  for (const { id } of made) assert.equal(await statusOf(id), "canceled");
  assert.equal(new Set(sent).size, 6);
  await finish(page);
});

test("it_can_be_stopped_and_the_rest_is_done_later", async () => {
  const { page, made } = await openWith("stopped between", 12);
  let isBusy = true;
  const { sent } = await ends(page, () =>
    isBusy && sent.length > 4
      ? answer(429, "Too many requests.", { "retry-after": "60" })
      : undefined,
  );
  await box(page, "stopped between 11").click();
  await box(page, "stopped between 0").click({ modifiers: ["Shift"] });
  await end(page, 12);
  await sentSoMany(sent, 5);
  await press(page, selection.stop);
  const rest = page.getByText(/not tried\./);
  await rest.waitFor();
  const left = Number.parseInt(await rest.innerText(), 10);
  assert.ok(left >= 4 && left < 12, String(left));
  const archived = [];
  for (const { id } of made) if ((await statusOf(id)) !== "going on") archived.push(id);
  assert.equal(archived.length + left, 12);
  isBusy = false;
  await press(page, selection.again(left));
  await page.locator("main").getByText(selection.ended(left, 0)).waitFor();
  for (const { id } of made) assert.equal(await statusOf(id), "canceled");
  await finish(page);
});

test("after_many_failures_in_a_row_the_rest_is_not_tried", async () => {
  const { page } = await openWith("all refused", 20);
  const { sent } = await ends(page, () => answer(400, { code: "odd", message: "Not now." }));
  await box(page, "all refused 19").click();
  await box(page, "all refused 0").click({ modifiers: ["Shift"] });
  await end(page, 20);
  await page.getByText(/not tried\./).waitFor();
  assert.ok(sent.length >= 8 && sent.length <= 12, String(sent.length));
  await finish(page);
});

test("it_goes_on_over_pages_and_the_list_tells_how_far_it_is_and_how_it_went", async () => {
  const { page, made } = await openWith("ended elsewhere", 12);
  const { promise: later, resolve: goOn } = Promise.withResolvers();
  const { sent } = await ends(page);
  let asked = 0;
  await page.route(ENDS, async (route, request) => {
    const isEnd = request.method() === "DELETE";
    asked += Number(isEnd);
    if (isEnd && asked > 4) await later;
    return route.fallback();
  });
  await box(page, "ended elsewhere 11").click();
  await box(page, "ended elsewhere 0").click({ modifiers: ["Shift"] });
  await end(page, 12);
  await bar(page).getByText(selection.progress(4, 12)).waitFor();
  await page.getByRole("link", { name: texts.pages.list, exact: true }).click();
  await page.getByRole("heading", { name: texts.pages.list, level: 1 }).waitFor();
  // The browser asks whoever leaves the dashboard meanwhile.
  const questioned = page.waitForEvent("dialog");
  const reload = page.evaluate(() => location.reload());
  const question = await questioned;
  assert.equal(question.type(), "beforeunload");
  await question.dismiss();
  await reload;
  await page.goBack();
  await bar(page).getByText(selection.progress(4, 12)).waitFor();
  await page.getByRole("link", { name: texts.pages.list, exact: true }).click();
  goOn(undefined);
  await sentSoMany(sent, 12);
  await page.goBack();
  await bar(page).getByText(selection.ended(12, 0)).waitFor();
  for (const { id } of made) assert.equal(await statusOf(id), "canceled");
  // It is over: whoever leaves is asked no more.
  await page.reload();
  await page.locator("h1").waitFor();
  await finish(page);
});

test("a_question_that_outlives_its_page_ends_nothing", async () => {
  await created("asked and left");
  const page = await dashboard.open("/watchlist");
  await connect(page);
  const pages = page.getByRole("navigation", { name: texts.navigation });
  await pages.getByRole("link", { name: texts.pages.assessments }).click();
  await row(page, "asked and left").waitFor();
  const { sent } = await ends(page);
  await box(page, "asked and left").click();
  await press(page, selection.end);
  await page.getByRole("button", { name: selection.confirm(1) }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: texts.pages.list, level: 1 }).waitFor();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.deepEqual(sent, []);
  await finish(page);
});

test("a_read_that_was_on_its_way_brings_nothing_back_that_was_ended", async () => {
  const { page } = await openWith("not brought back", 3);
  const { promise: later, resolve: goOn } = Promise.withResolvers();
  await ends(page);
  const readAgain = () => page.evaluate(() => dispatchEvent(new Event("online")));
  const answered = page.waitForResponse(LIST);
  await readAgain();
  const before = await (await answered).json();
  await page.locator(".page[aria-busy=false]").waitFor();
  let reads = 0;
  await page.route(LIST, async (route) => {
    reads += 1;
    if (reads > 1) return route.continue();
    await later;
    // It may be given up by then.
    return route.fulfill({ json: before }).catch(() => {});
  });
  await readAgain();
  await page.locator(".page[aria-busy=true]").waitFor();
  await box(page, "not brought back 1").click();
  await end(page, 1);
  await shown(page).getByText("2 assessments", { exact: true }).waitFor();
  goOn(undefined);
  await page.locator(".page[aria-busy=false]").waitFor();
  assert.equal(reads, 2);
  assert.equal(await row(page, "not brought back 1").count(), 0);
  await shown(page).getByText("2 assessments", { exact: true }).waitFor();
  await finish(page);
});

test("what_is_selected_outlasts_the_end_of_a_session_for_the_same_person_alone", async () => {
  const { page } = await openWith("still selected", 2);
  await box(page, "still selected 1").click();
  await bar(page).getByText(selection.count(1)).waitFor();
  await refuse(page);
  assert.equal(await bar(page).count(), 0);
  await connect(page);
  await bar(page).getByText(selection.count(1)).waitFor();
  assert.equal(await box(page, "still selected 1").isChecked(), true);
  await refuse(page);
  await connect(page, KEYS.harbor);
  await box(page, "still selected 1").waitFor();
  assert.equal(await bar(page).count(), 0);
  await finish(page);
});

test("who_may_not_archive_cannot_select_and_archived_ones_are_not_selected", async () => {
  await created("not to be touched");
  const page = await openList("/", await sessionOf(dashboard, "Dashboard Viewer"));
  await rows(page).first().waitFor();
  assert.equal(await page.locator(".select-box").count(), 0);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  assert.equal(await bar(page).count(), 0);
  await finish(page);
  const { id } = await created("put away for good");
  await dashboard.api.archive(id);
  const archive = await openList("/?archived=true");
  await row(archive, "put away for good").waitFor();
  assert.equal(await archive.locator(".select-box").count(), 0);
  await finish(archive);
});
