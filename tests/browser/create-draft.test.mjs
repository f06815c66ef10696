// The draft of the form: over reloads, on other pages, in other tabs.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CARDS,
  EVERYTHING,
  UUID,
  created,
  draftOf,
  fillIn,
  focused,
  formOf,
  openConnected,
  openForm,
} from "./form-support.mjs";
import { countOf, dashboard } from "./started.mjs";
import {
  KEY,
  NORTHWIND,
  chips,
  connect,
  faults,
  field,
  finish,
  meddle,
  message,
  submit,
} from "./support.mjs";

// The draft.

test("the_draft_survives_a_reload_with_all_fields_and_the_key", async () => {
  const page = await openConnected();
  await fillIn(page, EVERYTHING);
  await field(page, KEY).fill("TICKET-7");
  await page.reload();
  await page.locator("h1").waitFor();
  assert.deepEqual(await formOf(page), EVERYTHING);
  assert.equal(await field(page, KEY).inputValue(), "TICKET-7");
  // Nothing was sent, so there is nothing to warn of.
  assert.equal(await message(page).innerText(), "");
  await connect(page);
  const sent = await meddle(page, "create", []);
  await submit(page);
  await created(page);
  assert.deepEqual(sent, [{ key: "TICKET-7", body: EVERYTHING }]);
  await finish(page);
});

test("a_made_up_key_survives_a_reload", async () => {
  const page = await openForm();
  const key = await field(page, KEY).inputValue();
  await field(page, "name").fill("kept");
  for (let times = 0; times < 2; times++) {
    await page.reload();
    await page.locator("h1").waitFor();
    // Until the claim is through, the old key would be there in any case.
    await page.waitForFunction(async () => {
      const { held } = await navigator.locks.query();
      const { id } = JSON.parse(sessionStorage.getItem("assessments.draft") ?? "");
      return held?.some(({ name }) => name?.includes(id));
    });
    assert.equal(await field(page, KEY).inputValue(), key);
  }
  await finish(page);
});

test("the_draft_survives_a_look_at_another_page", async () => {
  const page = await openForm();
  await fillIn(page, EVERYTHING);
  const key = await field(page, KEY).inputValue();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await page.getByRole("heading", { name: "Watchlist" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "New assessment" }).waitFor();
  assert.deepEqual(await formOf(page), EVERYTHING);
  assert.equal(await field(page, KEY).inputValue(), key);
  await finish(page);
});

test("faults_are_shown_again_after_a_reload", async () => {
  const page = await openForm();
  await fillIn(page, { vendor_id: "cbvndr_x", control_set_ids: [CARDS.id] });
  await page.reload();
  await page.locator("h1").waitFor();
  assert.equal(await faults(page, "vendor_id").locator("mark").innerText(), "x");
  await page.getByRole("button", { name: "Move to Services" }).click();
  assert.deepEqual(await chips(page, "service_ids"), [CARDS.id]);
  await finish(page);
});

test("start_over_empties_everything_and_makes_another_key", async () => {
  const page = await openConnected();
  await fillIn(page, { ...EVERYTHING, assignee_id: "cbuser_x" });
  await field(page, KEY).fill("not good");
  await submit(page);
  assert.match(await message(page).innerText(), /2 things/);
  await page.getByRole("button", { name: "Start over" }).click();
  assert.deepEqual(await formOf(page), {});
  assert.match(await field(page, KEY).inputValue(), UUID);
  assert.equal(await message(page).innerText(), "");
  assert.equal(await page.locator(".fault").filter({ visible: true }).count(), 0);
  assert.equal(await focused(page), "vendor_id");
  const key = await field(page, KEY).inputValue();
  await page.reload();
  await page.locator("h1").waitFor();
  assert.deepEqual(await formOf(page), {});
  assert.equal(await field(page, KEY).inputValue(), key);
  await finish(page);
});

test("a_draft_that_cannot_be_read_is_no_draft", async () => {
  const page = await openForm();
  await page.evaluate(() => sessionStorage.setItem("assessments.draft", "{not JSON"));
  await page.reload();
  await page.locator("h1").waitFor();
  assert.deepEqual(await formOf(page), {});
  assert.match(await field(page, KEY).inputValue(), UUID);
  await finish(page);
});

test("two_tabs_have_drafts_of_their_own", async () => {
  const page = await openForm();
  await field(page, "name").fill("first tab");
  const tab = await dashboard.openTab(page, "/new");
  assert.deepEqual(await formOf(tab), {});
  await field(tab, "name").fill("second tab");
  const keys = [await field(page, KEY).inputValue(), await field(tab, KEY).inputValue()];
  assert.notEqual(keys[0], keys[1]);
  for (const each of [page, tab]) {
    await each.reload();
    await each.locator("h1").waitFor();
  }
  assert.equal(await field(page, "name").inputValue(), "first tab");
  assert.equal(await field(tab, "name").inputValue(), "second tab");
  assert.deepEqual([await field(page, KEY).inputValue(), await field(tab, KEY).inputValue()], keys);
  await finish(page);
  assert.deepEqual(tab.complaints, []);
});

/** Another tab that begins as a duplicate of a tab does, with a copy of what is kept. */
async function duplicate(page) {
  const kept = await page.evaluate(() => ({ ...sessionStorage }));
  await page.context().addInitScript((copy) => {
    if (location.protocol !== "http:" || sessionStorage.length > 0) return;
    Object.assign(sessionStorage, copy);
  }, kept);
  return dashboard.openTab(page, "/new");
}

/** Waits until a tab has another key than it was given. */
const keyOtherThan = async (tab, key) => {
  const taken = await tab.waitForFunction(
    ([name, old]) => {
      /** @type {HTMLInputElement | null} */
      const input = document.querySelector(`[data-field="${name}"] input`);
      const value = input?.value;
      return value !== old && value;
    },
    [KEY, key],
  );
  return taken.jsonValue();
};

test("a_duplicated_tab_takes_a_key_of_its_own_and_keeps_the_fields", async () => {
  const page = await openForm();
  await fillIn(page, EVERYTHING);
  const key = await field(page, KEY).inputValue();
  const tab = await duplicate(page);
  const other = await keyOtherThan(tab, key);
  assert.match(other, UUID);
  assert.deepEqual(await formOf(tab), EVERYTHING);
  assert.equal((await draftOf(tab)).key, other);
  assert.equal(
    await tab.locator("body > [role=status]").innerText(),
    "This tab was duplicated, so it has a key of its own now.",
  );
  assert.equal(await field(page, KEY).inputValue(), key);
  // And from then on a reload keeps each.
  for (const [each, its] of [
    [page, key],
    [tab, other],
  ]) {
    await each.reload();
    await each.locator("h1").waitFor();
    assert.equal(await field(each, KEY).inputValue(), its);
  }
  await finish(page);
  assert.deepEqual(tab.complaints, []);
});

test("a_tab_and_its_duplicate_create_two_assessments", async () => {
  const had = await countOf();
  const page = await openConnected();
  await fillIn(page, { vendor_id: NORTHWIND.id, name: "Twice by intent" });
  const tab = await duplicate(page);
  await connect(tab);
  // At once, without waiting for the tab to find out that it is a duplicate.
  await submit(tab);
  const second = await created(tab);
  await submit(page);
  const first = await created(page);
  assert.notEqual(first, second);
  assert.equal(await countOf(), had + 2);
  await finish(page);
  assert.deepEqual(tab.complaints, []);
});

test("two_presses_in_a_duplicate_that_does_not_know_it_yet_send_one_request", async () => {
  const page = await openConnected();
  await fillIn(page, { vendor_id: NORTHWIND.id });
  const tab = await duplicate(page);
  await connect(tab);
  const sent = await meddle(tab, "create", []);
  const button = tab.locator("main form button[type=submit]");
  await button.evaluate((each) => {
    each.click();
    each.click();
  });
  await tab.getByRole("link", { name: "Back to the assessments" }).waitFor();
  assert.equal(sent.length, 1);
  await created(tab);
  await finish(page);
  assert.deepEqual(tab.complaints, []);
});
