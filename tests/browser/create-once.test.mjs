// The promise of the form that nothing is created twice: requests that are edited
// after an answer was lost, and odd moments.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ATTEMPTS,
  EDITED,
  GLOBEX,
  always,
  keysOf,
  openFilled,
  reload,
  taken,
} from "./troubles-support.mjs";
import { countOf, dashboard, stored } from "./started.mjs";
import {
  ASSESSMENT,
  CREATED,
  KEY,
  NORTHWIND,
  REPLAYED,
  TAKEN,
  UNANSWERED,
  arrived,
  connect,
  field,
  finish,
  meddle,
  message,
  refused,
  sendAgain,
  sentSoMany,
  submit,
} from "./support.mjs";

// Requests that are edited after an answer was lost.

test("an_edit_after_a_lost_answer_is_warned_of_and_told_to_be_another_request", async () => {
  const had = await countOf();
  const page = await openFilled({ name: "As sent" });
  const sent = await meddle(page, "create", always("lose"));
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As edited");
  await message(page).getByText(EDITED).waitFor();
  await sendAgain(page);
  const id = await taken(page, "As sent");
  assert.equal(sent.at(-1)?.body.name, "As edited");
  assert.equal((await dashboard.api.retrieve(id)).json.name, "As sent");
  // What was created is one click away, and the form keeps what was written.
  await message(page).getByRole("link", { name: "As sent" }).click();
  await page.locator("h1").getByText("As sent", { exact: true }).waitFor();
  await page.goBack();
  await page.locator(`[data-field="name"] input`).waitFor();
  assert.equal(await field(page, "name").inputValue(), "As edited");
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("an_edited_request_whose_key_has_served_is_created_with_a_new_key_in_one_click", async () => {
  const had = await countOf();
  const page = await openFilled({ name: "As sent" });
  await meddle(page, "create", always("lose"));
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As edited");
  await submit(page);
  const id = await taken(page, "As sent");
  assert.equal((await dashboard.api.retrieve(id)).json.name, "As sent");
  assert.equal(await countOf(), had + 1);
  await message(page).getByRole("button", { name: "New key" }).click();
  assert.equal(await message(page).innerText(), "");
  await page.keyboard.press("Enter");
  const own = await arrived(page, CREATED);
  assert.equal((await dashboard.api.retrieve(own)).json.name, "As edited");
  assert.equal(await countOf(), had + 2);
  await finish(page);
});

test("an_edit_after_a_lost_answer_is_warned_of_after_a_reload", async () => {
  const page = await openFilled({ name: "As sent" });
  await meddle(page, "create", always("lose"));
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As edited");
  await reload(page);
  const note = message(page).getByRole("status");
  await note.getByText(UNANSWERED).waitFor();
  assert.match(await note.innerText(), new RegExp(EDITED));
  await connect(page);
  await sendAgain(page);
  await taken(page, "As sent");
  await finish(page);
});

test("an_edit_that_is_lost_as_well_is_not_taken_for_what_was_created", async () => {
  const had = await countOf();
  const page = await openFilled({ name: "As sent first" });
  const sent = await meddle(page, "create", [...always("lose"), ...always("lose")]);
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As sent second");
  await submit(page);
  await sentSoMany(sent, 2 * ATTEMPTS);
  await refused(page, "No answer");
  await submit(page);
  // It is the first that was created, so what the second changed is not in it.
  const id = await taken(page, "As sent first");
  assert.equal((await dashboard.api.retrieve(id)).json.name, "As sent first");
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("an_edit_that_arrived_when_the_first_did_not_is_what_was_created", async () => {
  const had = await countOf();
  const page = await openFilled({ name: "As sent first" });
  await meddle(page, "create", [...always("refuse"), ...always("lose")]);
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As sent second");
  await submit(page);
  await stored(had + 1);
  await refused(page, "No answer");
  await submit(page);
  const id = await arrived(page, REPLAYED);
  assert.equal((await dashboard.api.retrieve(id)).json.name, "As sent second");
  await finish(page);
});

test("an_edit_that_is_taken_back_is_what_was_created", async () => {
  const page = await openFilled({ name: "As sent" });
  await meddle(page, "create", always("lose"));
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As edited");
  await field(page, "name").fill("As sent");
  await submit(page);
  await arrived(page, REPLAYED);
  await finish(page);
});

test("a_new_key_after_a_lost_answer_creates_a_second_one", async () => {
  const had = await countOf();
  const page = await openFilled({ name: "As sent" });
  const sent = await meddle(page, "create", always("lose"));
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As edited");
  await page.getByRole("button", { name: "New key" }).click();
  assert.equal(await message(page).innerText(), "");
  await submit(page);
  const id = await arrived(page, CREATED);
  assert.equal((await dashboard.api.retrieve(id)).json.name, "As edited");
  assert.equal(keysOf(sent).size, 2);
  assert.equal(await countOf(), had + 2);
  await finish(page);
});

test("a_key_that_others_have_used_is_told_to_be_theirs", async () => {
  const body = { vendor_id: GLOBEX.id, control_set_ids: [], name: "By a colleague" };
  const { json } = await dashboard.api.create(body, { idempotencyKey: "TICKET-0815" });
  const had = await countOf();
  const page = await openFilled({ name: "By me" });
  await field(page, KEY).fill("TICKET-0815");
  await submit(page);
  assert.equal(await taken(page, "By a colleague"), json.id);
  assert.equal(await field(page, "name").inputValue(), "By me");
  assert.equal(await field(page, KEY).inputValue(), "TICKET-0815");
  assert.equal(await countOf(), had);
  await finish(page);
});

test("another_key_that_is_typed_after_a_lost_answer_ends_the_promise_of_the_same_key", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", always("lose"));
  await submit(page);
  await refused(page, "No answer");
  await field(page, KEY).fill("ANOTHER-TICKET");
  assert.doesNotMatch(await message(page).innerText(), /the key stays the same|with the same key/);
  await reload(page);
  assert.doesNotMatch(await message(page).innerText(), /with the same key/);
  await connect(page);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(sent.at(-1)?.key, "ANOTHER-TICKET");
  assert.equal(await countOf(), had + 2);
  await finish(page);
});

test("start_over_after_a_lost_answer_forgets_it", async () => {
  const page = await openFilled();
  const sent = await meddle(page, "create", always("lose"));
  await submit(page);
  await refused(page, "No answer");
  await page.getByRole("button", { name: "Start over" }).click();
  assert.equal(await message(page).innerText(), "");
  await reload(page);
  assert.equal(await message(page).innerText(), "");
  await connect(page);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(keysOf(sent).size, 2);
  await finish(page);
});

// The promise that nothing is created twice, in odd moments.

for (const name of ["New key", "Start over", "Fill in an example"]) {
  test(`what_is_pressed_while_a_request_is_on_its_way_breaks_no_promise: ${name}`, async () => {
    const had = await countOf();
    const page = await openFilled();
    const sent = await meddle(page, "create", ["hold"]);
    await submit(page);
    await stored(had + 1);
    const button = page.getByRole("button", { name });
    if (await button.isEnabled()) await button.click();
    await page.getByRole("button", { name: "Stop" }).click();
    const said = await refused(page, "Stopped");
    assert.match(said, /Nothing is created twice: the key stays the same\./);
    if ((await field(page, "vendor_id").inputValue()) === "") {
      await field(page, "vendor_id").fill(NORTHWIND.id);
    }
    await sendAgain(page);
    // An example is another request than the one whose key this is, and is told so.
    if (name === "Fill in an example") await refused(page, TAKEN);
    else await page.waitForURL(ASSESSMENT);
    assert.equal(await countOf(), had + 1);
    assert.equal(keysOf(sent).size, 1);
    await finish(page);
  });
}

test("a_key_that_is_typed_while_a_request_is_on_its_way_breaks_no_promise", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", ["hold"]);
  await submit(page);
  await stored(had + 1);
  await field(page, KEY).focus();
  await page.keyboard.type("-typed");
  await page.getByRole("button", { name: "Stop" }).click();
  const said = await refused(page, "Stopped");
  await sendAgain(page);
  await page.waitForURL(ASSESSMENT);
  assert.equal(sent.length, 2);
  if (said.includes("the key stays the same")) assert.equal(sent[1].key, sent[0].key);
  await finish(page);
});

test("a_duplicate_of_a_tab_with_a_lost_answer_does_not_promise_the_key_that_it_lets_go", async () => {
  const page = await openFilled();
  await meddle(page, "create", always("lose"));
  await submit(page);
  await refused(page, "No answer");
  const key = await field(page, KEY).inputValue();
  const kept = await page.evaluate(() => ({ ...sessionStorage }));
  await page.context().addInitScript((copy) => {
    if (location.protocol !== "http:" || sessionStorage.length > 0) return;
    Object.assign(sessionStorage, copy);
  }, kept);
  const tab = await dashboard.openTab(page, "/new");
  await tab.waitForFunction(
    ([name, old]) => {
      /** @type {HTMLInputElement | null} */
      const input = document.querySelector(`[data-field="${name}"] input`);
      return input?.value !== old;
    },
    [KEY, key],
  );
  assert.doesNotMatch(await message(tab).innerText(), /same key/);
  await finish(page);
  assert.deepEqual(tab.complaints, []);
});

test("an_index_that_cannot_be_written_does_not_lead_to_a_second_assessment", async () => {
  const had = await countOf();
  const page = await openFilled();
  // As when the disk is full: the transaction fails after the request succeeded.
  await page.evaluate(() => {
    const { put, add } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (record) {
      put.call(this, record);
      return add.call(this, record);
    };
  });
  await submit(page);
  await stored(had + 1);
  await page.locator("main form button[type=submit]:disabled").waitFor({ state: "detached" });
  // Whatever the page says, it must not offer to send what was created.
  const again = page.getByRole("button", { name: "Send again" });
  if ((await again.count()) > 0) {
    await again.click();
    await page.locator("main form button[type=submit]:disabled").waitFor({ state: "detached" });
  }
  assert.equal(await countOf(), had + 1);
  await page.waitForURL(ASSESSMENT);
  await finish(page);
});
