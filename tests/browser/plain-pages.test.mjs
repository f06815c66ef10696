// The dashboard where WebAssembly is not allowed: answers that are lost, and the other
// pages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, openForm, reload } from "./plain-support.mjs";
import { countOf, dashboard, stored } from "./started.mjs";
import {
  CREATED,
  KEYS,
  NORTHWIND,
  ORGS,
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
  submit,
} from "./support.mjs";

// Answers that are lost.

test("a_lost_answer_is_told_and_sending_again_creates_nothing_twice", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  const sent = await meddle(page, "create", ["lose"]);
  await submit(page);
  const said = await refused(page, "No answer");
  assert.match(said, /Nothing is created twice: the key stays the same\./);
  assert.equal(sent.length, 1);
  assert.equal(await countOf(), had + 1);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(sent[0].key, sent[1].key);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("an_edit_after_a_lost_answer_is_told_to_be_another_request", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id, name: "As sent" });
  await meddle(page, "create", ["lose"]);
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As edited");
  await submit(page);
  await refused(page, TAKEN);
  await message(page).getByRole("link", { name: "As sent", exact: true }).waitFor();
  assert.equal(await field(page, "name").inputValue(), "As edited");
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("what_did_not_arrive_is_created_by_sending_again", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  await meddle(page, "create", ["refuse"]);
  await submit(page);
  await refused(page, "No answer");
  assert.equal(await countOf(), had);
  await sendAgain(page);
  await arrived(page, CREATED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("stop_ends_a_request_that_hangs_and_sending_again_creates_nothing_twice", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  await meddle(page, "create", ["hold"]);
  await submit(page);
  await stored(had + 1);
  await page.getByRole("button", { name: "Stop" }).click();
  await refused(page, "Stopped");
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("a_reload_in_the_middle_of_sending_is_told_and_sending_again_replays", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  const sent = await meddle(page, "create", ["hold"]);
  await submit(page);
  await stored(had + 1);
  await reload(page);
  await message(page).getByText(UNANSWERED).waitFor();
  await connect(page);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(sent[0].key, sent[1].key);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

// The other pages.

test("a_credential_that_is_not_good_is_told_in_the_connect_dialog", async () => {
  const page = await open("/watchlist");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Credential").fill(KEYS.revoked);
  await dialog.getByRole("button", { name: "Connect" }).click();
  await dialog.getByRole("alert").getByText("Invalid or expired API key.").waitFor();
  await finish(page);
});

test("the_list_shows_statuses_as_they_are", async () => {
  const page = await open("/watchlist");
  await connect(page);
  await page.getByRole("button", { name: "Open the 8 demo assessments" }).click();
  for (const { name, status } of ORGS.harbor.assessments) {
    const link = page.getByRole("link", { name, exact: true });
    const row = page.locator(".row-item").filter({ has: link });
    await row.locator(".badge").getByText(status, { exact: true }).waitFor();
  }
  await page.getByLabel("Search").fill("complete");
  assert.equal(await page.locator(".row-item").count(), 1);
  await finish(page);
});

test("a_detail_page_shows_the_status_as_it_is_and_everything_else", async () => {
  const complete = ORGS.harbor.assessments.find(({ status }) => status === "complete");
  const page = await open(`/assessments/${complete.id}`);
  await connect(page);
  await page.getByRole("heading", { name: complete.name }).waitFor();
  assert.equal(await page.locator(".page-head .badge").first().innerText(), "complete");
  assert.match(await page.locator("main").innerText(), /82\s?%/);
  await page.getByText("Regulatory scope", { exact: true }).waitFor();
  await finish(page);
});

test("what_is_no_id_is_not_found_by_the_server", async () => {
  const page = await open("/watchlist");
  await connect(page);
  await page.getByLabel("Assessment id").fill("cbqsrw_12x");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByRole("heading", { name: "Assessment not found" }).waitFor();
  await finish(page);
});

test("cancelling_works_and_the_status_is_shown_as_it_is", async () => {
  const page = await openForm({ vendor_id: NORTHWIND.id, name: "To be canceled" });
  await submit(page);
  const id = await arrived(page, CREATED);
  assert.equal(await page.locator(".page-head .badge").first().innerText(), "created");
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel assessment" }).click();
  await page.getByText("The assessment is canceled and archived.").waitFor();
  assert.equal(await page.locator(".page-head .badge").first().innerText(), "canceled");
  assert.equal(await page.getByRole("button", { name: "Cancel assessment…" }).count(), 0);
  assert.equal((await dashboard.api.retrieve(id)).json.status, "canceled");
  await finish(page);
});

test("cancelling_again_after_a_lost_answer_ends_the_same", async () => {
  const page = await openForm({ vendor_id: NORTHWIND.id, name: "To be canceled twice" });
  await submit(page);
  const id = await arrived(page, CREATED);
  const sent = await meddle(page, "archive", ["lose"]);
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel assessment" }).click();
  await dialog.getByText("It is not certain that this arrived.").waitFor();
  await dialog.getByRole("button", { name: "Cancel assessment" }).click();
  await page.getByText("The assessment is canceled and archived.").waitFor();
  assert.equal(sent.length, 2);
  assert.equal((await dashboard.api.retrieve(id)).json.status, "canceled");
  await finish(page);
});
