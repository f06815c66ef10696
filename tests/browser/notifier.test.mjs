// Being told that what is watched has ended, while nobody looks at it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { dashboard, startBeforeTests } from "./started.mjs";
import { NORTHWIND, ORGS, connect, finish, quiet, row } from "./support.mjs";

startBeforeTests();

const { tell } = texts;

/** What stands in for the browser's notifications, of which a test sees nothing. */
function standIn(permission) {
  class Notification {
    static permission = permission;
    static async requestPermission() {
      globalThis.asked += 1;
      Notification.permission = "granted";
      return "granted";
    }
    constructor(title, { body, tag }) {
      globalThis.shown.push({ title, body, tag, notification: this });
    }
    close() {}
  }
  Object.assign(globalThis, { Notification, shown: [], asked: 0 });
  let isHidden = false;
  Object.defineProperty(document, "hidden", { get: () => isHidden });
  globalThis.hide = (/** @type {boolean} */ hidden) => {
    isHidden = hidden;
    document.dispatchEvent(new Event("visibilitychange"));
  };
}

/** An unfinished assessment. */
async function unfinished(name) {
  const { json } = await dashboard.api.create({
    vendor_id: NORTHWIND.id,
    control_set_ids: [],
    name,
  });
  return json.id;
}

/** A page that watches assessments, opened on the last of them. */
async function watching(ids, permission = "default") {
  const page = await dashboard.open("/watchlist");
  await page.clock.install();
  await page.addInitScript(standIn, permission);
  await page.reload();
  await connect(page);
  for (const id of ids) {
    await page.getByLabel(texts.list.openLabel).fill(id);
    await page.getByRole("button", { name: texts.list.openButton, exact: true }).click();
    await page.locator("h1").waitFor();
    await page.getByRole("link", { name: texts.pages.list }).click();
  }
  return page;
}

/** Another tab of it, connected and as willing to tell. */
async function anotherTab(page, path = "/watchlist") {
  const tab = await dashboard.openTab(page, path);
  await tab.evaluate(standIn, "granted");
  await connect(tab);
  return tab;
}

/** What the browser keeps of an assessment. */
const kept = (page, id) =>
  page.evaluate(
    async ([name, key]) => {
      const opened = indexedDB.open(name);
      await new Promise((resolve) => (opened.onsuccess = resolve));
      const asked = opened.result.transaction("assessments").objectStore("assessments").get(key);
      await new Promise((resolve) => (asked.onsuccess = resolve));
      opened.result.close();
      return asked.result;
    },
    [`assessments.${ORGS.harbor.id}`, id],
  );

/** How often the watchlist is said to have changed from now on. */
async function changes(page) {
  await page.evaluate((name) => {
    globalThis.changes = 0;
    globalThis.channel = new BroadcastChannel(name);
    globalThis.channel.onmessage = () => (globalThis.changes += 1);
  }, `assessments.${ORGS.harbor.id}`);
  return () => page.evaluate(() => globalThis.changes);
}

/** Reads the watchlist again. */
async function readAgain(page) {
  await page.getByText(texts.list.more, { exact: true }).click();
  await page.getByRole("button", { name: texts.list.refresh }).click();
}

/** Selects an assessment of the list and has it ended. */
async function end(page, name) {
  await page.getByRole("link", { name: texts.pages.assessments, exact: true }).first().click();
  await page.getByRole("checkbox", { name: texts.selection.select(name), exact: true }).click();
  await page.getByRole("button", { name: texts.selection.end }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: texts.selection.confirm(1) }).click();
  await page.locator("main").getByText(texts.selection.ended(1, 0)).waitFor();
}

/** Nobody sees a page any more, and what it has asked for until then is answered. */
async function hide(page) {
  await page.evaluate(() => globalThis.hide(true));
  await quiet(page);
}

const box = (page) => page.getByRole("checkbox", { name: tell.label });
const shown = (page) =>
  page.evaluate(() => globalThis.shown.map(({ title, body, tag }) => ({ title, body, tag })));
/** Lets enough time pass for whatever is told; answers what all tabs have told. */
async function tellAll(...tabs) {
  await tabs[0].clock.runFor(3_000);
  const all = [];
  for (const tab of tabs) {
    // Whoever has something to tell was there before.
    await tab.evaluate(() => navigator.locks.request("assessments.tell", () => {}));
    all.push(...(await shown(tab)));
  }
  return all;
}
const told = (page, count) => page.waitForFunction((n) => globalThis.shown.length === n, count);

test("it_is_offered_once_something_is_watched_and_asks_when_it_is_turned_on", async () => {
  const page = await watching([]);
  assert.equal(await box(page).isVisible(), false);
  const id = await unfinished("Offered");
  await page.getByLabel(texts.list.openLabel).fill(id);
  await page.getByRole("button", { name: texts.list.openButton, exact: true }).click();
  await box(page).waitFor();
  assert.equal(await page.evaluate(() => globalThis.asked), 0, "nobody is asked by itself");
  await box(page).focus();
  await page.keyboard.press("Space");
  await page.getByText(tell.hint).waitFor();
  assert.equal(await page.evaluate(() => globalThis.asked), 1);
  await finish(page);
});

test("whoever_forbade_it_reads_how_to_allow_it", async () => {
  const page = await watching([await unfinished("Denied")], "denied");
  await page.getByText(tell.denied).waitFor();
  assert.equal(await box(page).isDisabled(), true);
  await finish(page);
});

test("an_end_is_told_on_another_page_once_over_all_tabs_and_a_click_opens_it", async () => {
  const id = await unfinished("Told ☕");
  const page = await watching([id]);
  await box(page).check();
  const tab = await anotherTab(page);
  await row(tab, "Told ☕").getByText("Collecting").waitFor();
  await dashboard.move(id, { status: "complete", score: 0.5 });
  await readAgain(page);
  await row(tab, "Told ☕").getByText("Complete").waitFor();
  const all = await tellAll(page, tab);
  assert.deepEqual(all, [{ title: "Complete", body: "Told ☕", tag: `/assessments/${id}` }]);
  const teller = (await shown(page)).length > 0 ? page : tab;
  await teller.evaluate(() => globalThis.shown[0].notification.onclick());
  await teller.getByRole("heading", { name: "Told ☕" }).waitFor();
  await finish(page);
});

test("what_is_looked_at_needs_no_telling", async () => {
  const id = await unfinished("Seen");
  const page = await watching([id]);
  await box(page).check();
  await page.getByRole("link", { name: "Seen" }).click();
  await page.getByRole("heading", { name: "Seen", exact: true }).waitFor();
  await dashboard.move(id, { status: "failed" });
  await page.getByRole("button", { name: texts.detail.refresh, exact: true }).click();
  await page.locator(".badge").getByText("Failed").first().waitFor();
  assert.deepEqual(await tellAll(page), []);
  await finish(page);
});

test("what_is_looked_at_in_one_tab_is_not_told_by_another_whoever_reads_it_first", async () => {
  for (const name of ["Read here", "Read there"]) {
    const id = await unfinished(name);
    const page = await watching([id]);
    await box(page).check();
    const tab = await anotherTab(page);
    await row(tab, name).getByText("Collecting").waitFor();
    await page.getByRole("link", { name }).click();
    await page.getByRole("heading", { name, exact: true }).waitFor();
    await dashboard.move(id, { status: "failed" });
    if (name === "Read there") await readAgain(tab);
    else await page.getByRole("button", { name: texts.detail.refresh, exact: true }).click();
    await page.locator(".badge").getByText("Failed").first().waitFor();
    await row(tab, name).getByText("Failed").waitFor();
    assert.deepEqual(await tellAll(page, tab), []);
    await finish(page);
  }
});

test("what_a_colleague_canceled_is_told_and_what_was_canceled_here_is_not", async () => {
  const theirs = await unfinished("Canceled there");
  const page = await watching([theirs, await unfinished("Canceled here")]);
  await box(page).check();
  const tab = await anotherTab(page);
  await row(tab, "Canceled here").getByText("Collecting").waitFor();
  await end(page, "Canceled here");
  await row(tab, "Canceled here").getByText("Canceled", { exact: true }).waitFor();
  assert.deepEqual(await tellAll(page, tab), []);
  assert.equal((await dashboard.api.archive(theirs)).status, 200);
  await readAgain(tab);
  await row(tab, "Canceled there").getByText("Canceled", { exact: true }).waitFor();
  assert.deepEqual(await tellAll(page, tab), [
    { title: "Canceled", body: "Canceled there", tag: `/assessments/${theirs}` },
  ]);
  await finish(page);
});

test("a_hidden_page_looks_once_a_minute_in_one_request_and_only_for_whoever_wants_it", async () => {
  const ids = [await unfinished("First"), await unfinished("Second")];
  const page = await watching(ids);
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  const calls = () => requests.filter((url) => url.includes("/v1/")).length;
  await hide(page);
  requests.length = 0;
  await page.clock.runFor(300_000);
  assert.equal(calls(), 0, "nobody wants to be told");
  await page.evaluate(() => globalThis.hide(false));
  await box(page).check();
  await hide(page);
  requests.length = 0;
  for (const id of ids) await dashboard.move(id, { status: "complete" });
  const answered = page.waitForResponse(/\/v1\/dashboard\/assessments\?/);
  await page.clock.runFor(61_000);
  await answered;
  await told(page, 2);
  assert.equal(calls(), 1);
  requests.length = 0;
  await page.clock.runFor(300_000);
  assert.equal(calls(), 0, "all that is watched has ended");
  await finish(page);
});

test("a_hidden_look_leaves_what_did_not_change_as_it_is_and_says_of_no_change", async () => {
  const ended = await unfinished("Changed");
  const same = await unfinished("The same");
  const page = await watching([ended, same]);
  await box(page).check();
  await hide(page);
  const before = await kept(page, same);
  assert.equal(typeof before.requestId, "string");
  const changed = await changes(page);
  await dashboard.move(ended, { status: "complete" });
  await page.clock.runFor(61_000);
  await told(page, 1);
  await tellAll(page);
  assert.equal(await changed(), 1);
  assert.deepEqual(await kept(page, same), before);
  assert.equal((await kept(page, ended)).mayBeOld, undefined);
  await finish(page);
});

test("hidden_tabs_look_once_a_minute_together", async () => {
  const page = await watching([await unfinished("Looked for by two")]);
  await box(page).check();
  const tab = await anotherTab(page);
  await row(tab, "Looked for by two").getByText("Collecting").waitFor();
  const tabs = [page, tab];
  let looks = 0;
  for (const one of tabs) {
    await hide(one);
    one.on("request", (request) => {
      looks += Number(request.url().includes("/v1/"));
    });
  }
  // Time goes on while nobody has it run.
  const minuteOf = () => page.evaluate(() => Date.now() / 60_000);
  const began = await minuteOf();
  for (let second = 0; second < 305; second += 5) {
    await page.clock.runFor(5_000);
    for (const one of tabs) {
      await one.evaluate(() => undefined);
      await quiet(one);
    }
  }
  const passed = (await minuteOf()) - began;
  assert.ok(looks >= 3 && looks <= passed + 1, `${looks} looks in ${passed} minutes`);
  await finish(page);
});

test("where_locks_are_forbidden_it_is_told_all_the_same", async () => {
  const id = await unfinished("Without locks");
  const page = await watching([id]);
  await page.evaluate(() => {
    navigator.locks.request = () => Promise.reject(new DOMException("no", "SecurityError"));
  });
  await box(page).check();
  await hide(page);
  await dashboard.move(id, { status: "complete" });
  await page.clock.runFor(61_000);
  await told(page, 1);
  await finish(page);
});
