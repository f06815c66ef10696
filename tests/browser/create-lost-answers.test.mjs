// The form that creates an assessment when answers are lost, and when a page is left
// while a request is on its way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import {
  ATTEMPTS,
  DISABLED,
  EDITED,
  always,
  focused,
  keysOf,
  openFilled,
  reload,
} from "./troubles-support.mjs";
import { countOf, dashboard, stored } from "./started.mjs";
import {
  CREATED,
  REPLAYED,
  UNANSWERED,
  answer,
  arrived,
  field,
  finish,
  meddle,
  message,
  refused,
  sendAgain,
  submit,
} from "./support.mjs";

// Answers that are lost.

test("a_lost_answer_is_mended_by_the_client_and_nothing_is_created_twice", async () => {
  const had = await countOf();
  const page = await openFilled({ name: "Lost once" });
  const sent = await meddle(page, "create", ["lose"]);
  await submit(page);
  const id = await arrived(page, REPLAYED);
  assert.equal(sent.length, 2);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  assert.equal((await dashboard.api.retrieve(id)).json.name, "Lost once");
  await finish(page);
});

test("when_all_answers_are_lost_sending_again_shows_the_one_that_was_created", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", always("lose"));
  await submit(page);
  const said = await refused(page, "No answer");
  assert.match(said, /The request may have arrived all the same\./);
  assert.match(said, /Nothing is created twice: the key stays the same\./);
  assert.equal(await countOf(), had + 1);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(sent.length, ATTEMPTS + 1);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("when_nothing_arrived_sending_again_creates_it", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", always("refuse"));
  await submit(page);
  await refused(page, "No answer");
  assert.equal(await countOf(), had);
  await sendAgain(page);
  await arrived(page, CREATED);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("offline_is_told_and_sending_again_works_once_the_network_is_back", async () => {
  const had = await countOf();
  const page = await openFilled();
  await page.context().setOffline(true);
  await submit(page);
  await refused(page, "No answer");
  await page.context().setOffline(false);
  await sendAgain(page);
  await arrived(page, CREATED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("send_again_is_reached_by_keyboard_from_where_one_was", async () => {
  const page = await openFilled();
  await meddle(page, "create", always("refuse"));
  await page.locator("main form button[type=submit]").focus();
  await page.keyboard.press("Enter");
  await refused(page, "No answer");
  await page.keyboard.press("Shift+Tab");
  if ((await focused(page)) === "Create assessment") await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(page), "Send again");
  await page.keyboard.press("Enter");
  await arrived(page, CREATED);
  await finish(page);
});

test("stop_ends_a_request_that_hangs_and_sending_again_creates_nothing_twice", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", ["hold"]);
  await submit(page);
  await stored(had + 1);
  await page.getByRole("button", { name: "Stop" }).click();
  const said = await refused(page, "Stopped");
  assert.match(said, /The request may have arrived all the same\./);
  assert.equal(await page.getByRole("button", { name: "Stop" }).count(), 0);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("stop_ends_the_wait_before_the_next_attempt", async () => {
  const page = await openFilled();
  const sent = await meddle(page, "create", [answer(503, "Busy.", { "retry-after": "20" })]);
  await submit(page);
  await message(page).getByText("Attempt 2, with the same key.").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await refused(page, "Stopped");
  assert.equal(sent.length, 1);
  await finish(page);
});

// Pages that are left while a request is on its way.

test("a_reload_in_the_middle_of_sending_is_told_and_sending_again_replays", async () => {
  const had = await countOf();
  const page = await openFilled({ name: "In the middle" });
  const sent = await meddle(page, "create", ["hold"]);
  await submit(page);
  await stored(had + 1);
  await reload(page);
  const note = message(page).getByRole("status");
  await note.getByText(UNANSWERED).waitFor();
  assert.doesNotMatch(await note.innerText(), new RegExp(EDITED));
  assert.equal(await field(page, "name").inputValue(), "In the middle");
  // The credential is gone with the page, so it is asked for.
  await sendAgain(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: texts.connection.useDemo }).click();
  const id = await arrived(page, REPLAYED);
  assert.equal((await dashboard.api.retrieve(id)).json.name, "In the middle");
  assert.equal(sent.length, 2);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("a_look_at_another_page_in_the_middle_of_sending_is_told_when_one_is_back", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", ["hold"]);
  await submit(page);
  await stored(had + 1);
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await page.getByRole("heading", { name: "Watchlist" }).waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "New assessment" }).click();
  await message(page).getByText(UNANSWERED).waitFor();
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("what_was_answered_is_no_open_attempt_after_a_reload", async () => {
  const page = await openFilled();
  await field(page, "trigger_workflow").fill("paused-flow");
  await submit(page);
  await refused(page, DISABLED);
  await reload(page);
  assert.equal(await field(page, "trigger_workflow").inputValue(), "paused-flow");
  assert.equal(await message(page).innerText(), "");
  await finish(page);
});
