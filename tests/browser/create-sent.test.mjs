// The form that creates an assessment: what it sends, with which key and credential.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import {
  ANA,
  BO,
  CARDS,
  EVERYTHING,
  GLOBEX,
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
  KEYS,
  NORTHWIND,
  SETS,
  chips,
  faultTexts,
  faults,
  field,
  finish,
  meddle,
  message,
  paste,
  startDashboard,
  submit,
} from "./support.mjs";

// The whole path.

test("mistakes_are_made_and_mended_and_the_assessment_is_what_was_entered", async () => {
  const had = await countOf();
  const page = await openConnected();
  const sent = await meddle(page, "create", []);

  // A service among the control sets is moved to where it belongs.
  await paste(page, "control_set_ids", `${CARDS.id} ${SETS[0]}`);
  await page.getByRole("button", { name: "Move to Services" }).click();
  assert.deepEqual(await chips(page, "service_ids"), [CARDS.id]);
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0]]);

  // A mistyped id shows where it goes wrong, and no vendor at all is told on submit.
  await field(page, "assignee_id").fill(ANA.id.replace(/.$/, "g"));
  assert.equal(await faults(page, "assignee_id").locator("mark").innerText(), "g");
  await submit(page);
  assert.deepEqual(await faultTexts(page, "vendor_id"), ["Field required"]);
  assert.match(await message(page).innerText(), /2 things need your attention/);
  await field(page, "assignee_id").fill(ANA.id);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  assert.equal(sent.length, 0);
  assert.equal(await countOf(), had);

  await field(page, "name").fill("Mended");
  await submit(page);
  const id = await created(page);
  const body = {
    vendor_id: NORTHWIND.id,
    control_set_ids: [SETS[0]],
    service_ids: [CARDS.id],
    name: "Mended",
    assignee_id: ANA.id,
  };
  assert.deepEqual(
    sent.map((request) => request.body),
    [body],
  );
  const { json } = await dashboard.api.retrieve(id);
  for (const [name, value] of Object.entries(body)) assert.deepEqual(json[name], value, name);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("all_eight_fields_arrive_as_they_were_entered_and_are_stored", async () => {
  const page = await openConnected(KEYS.harbor);
  await fillIn(page, EVERYTHING);
  const key = await field(page, KEY).inputValue();
  assert.match(key, UUID);
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.request().method() === "POST"),
    submit(page),
  ]);
  const request = response.request();
  assert.equal(new URL(request.url()).pathname, "/v1/assessments");
  const headers = await request.allHeaders();
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["idempotency-key"], key);
  assert.equal(headers.authorization, `Bearer ${KEYS.harbor}`);
  assert.deepEqual(request.postDataJSON(), EVERYTHING);

  const id = await created(page);
  // The workflow may have changed the status by now, and nothing else of these.
  const { json } = await dashboard.api.retrieve(id);
  assert.deepEqual(
    [json.vendor_id, json.control_set_ids, json.service_ids, json.assignee_id],
    [NORTHWIND.id, EVERYTHING.control_set_ids, EVERYTHING.service_ids, BO.id],
  );
  assert.equal(json.name, "Q3 review of Northwind ☕");
  const documents = await dashboard.api.rows(
    "SELECT document_id AS id FROM document_links WHERE assessment_id = ? ORDER BY id",
    id,
  );
  assert.deepEqual(
    documents.map((row) => row.id),
    EVERYTHING.supporting_document_ids.toSorted(),
  );
  const runs = await dashboard.api.rows(
    "SELECT definitions.name FROM workflow_runs AS runs JOIN workflow_definitions AS definitions " +
      "ON definitions.id = runs.definition_id WHERE runs.assessment_id = ?",
    id,
  );
  assert.deepEqual(runs, [{ name: "annual-reassessment-flow" }]);
  await finish(page);
});

test("the_least_request_has_a_vendor_and_an_empty_list_of_control_sets", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(` ${NORTHWIND.id} `);
  await submit(page);
  await created(page);
  assert.deepEqual(
    sent.map(({ body }) => body),
    [{ vendor_id: NORTHWIND.id, control_set_ids: [] }],
  );
  await finish(page);
});

test("the_page_goes_to_what_was_created_and_tells_so", async () => {
  const page = await openConnected();
  await fillIn(page, { vendor_id: NORTHWIND.id, name: "Where to find it" });
  await submit(page);
  const id = await created(page);
  assert.equal(await page.locator("h1").innerText(), "Where to find it");
  assert.equal(await page.title(), "Where to find it · Assessments");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  const link = page.getByRole("link", { name: "Where to find it" });
  assert.equal(await link.getAttribute("href"), `/assessments/${id}`);
  await finish(page);
});

test("the_draft_is_empty_afterwards_and_has_another_key", async () => {
  const page = await openConnected();
  await fillIn(page, EVERYTHING);
  const key = await field(page, KEY).inputValue();
  await submit(page);
  await created(page);
  await page.getByRole("link", { name: "New assessment" }).click();
  assert.deepEqual(await formOf(page), {});
  const other = await field(page, KEY).inputValue();
  assert.match(other, UUID);
  assert.notEqual(other, key);
  assert.equal(await message(page).innerText(), "");
  await page.reload();
  await page.locator("h1").waitFor();
  assert.deepEqual(await formOf(page), {});
  assert.equal(await field(page, KEY).inputValue(), other);
  await finish(page);
});

test("two_presses_of_the_button_send_one_request", async () => {
  const had = await countOf();
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await page.getByRole("button", { name: "Create assessment" }).dblclick();
  await created(page);
  assert.equal(sent.length, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("the_button_is_disabled_and_says_so_while_the_request_is_on_its_way", async () => {
  const page = await openConnected();
  await page.route(/\/v1\/assessments$/, () => new Promise(() => {}));
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await submit(page);
  const button = page.locator("main form button[type=submit]");
  await page.getByRole("button", { name: "Stop" }).waitFor();
  assert.equal(await button.innerText(), "Sending…");
  assert.equal(await button.isDisabled(), true);
  await finish(page);
});

// The key.

for (const [what, key, said] of /** @type {[string, string, RegExp][]} */ ([
  ["a space", "TICKET 1", /bad character at position 6/],
  ["a character outside ASCII", "TICKET-é", /bad character at position 7/],
  ["nothing", "", /must not be empty/],
  ["256 characters", "k".repeat(256), /at most 255 characters, got 256/],
])) {
  test(`a_bad_idempotency_key_is_told_while_it_is_typed_and_not_sent: ${what}`, async () => {
    const page = await openConnected();
    const sent = await meddle(page, "create", []);
    await field(page, "vendor_id").fill(NORTHWIND.id);
    await field(page, KEY).fill(key);
    assert.match((await faultTexts(page, KEY)).join(), said);
    await submit(page);
    await page.getByText("One thing needs your attention.").waitFor();
    assert.equal(await focused(page), KEY);
    assert.deepEqual(sent, []);
    await field(page, KEY).fill("k".repeat(255));
    assert.equal(await faults(page, KEY).count(), 0);
    assert.equal(await message(page).innerText(), "");
    await finish(page);
  });
}

test("a_key_of_ones_own_is_what_goes_over_the_wire_and_what_the_server_keeps", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await field(page, KEY).fill("GRC-4711/own");
  await submit(page);
  const id = await created(page);
  assert.deepEqual(
    sent.map(({ key }) => key),
    ["GRC-4711/own"],
  );
  const again = { vendor_id: GLOBEX.id, control_set_ids: [] };
  const replay = await dashboard.api.create(again, { idempotencyKey: "GRC-4711/own" });
  assert.equal(replay.headers.get("idempotent-replayed"), "true");
  assert.equal(replay.json.id, id);
  await finish(page);
});

test("new_key_makes_another_one_and_keeps_the_fields", async () => {
  const page = await openForm();
  await fillIn(page, EVERYTHING);
  await field(page, KEY).fill("not good");
  await page.getByRole("button", { name: "New key" }).click();
  const key = await field(page, KEY).inputValue();
  assert.match(key, UUID);
  assert.equal((await draftOf(page)).key, key);
  assert.equal(await faults(page, KEY).count(), 0);
  assert.deepEqual(await formOf(page), EVERYTHING);
  assert.equal(await page.locator("body > [role=status]").innerText(), "There is a new key.");
  await finish(page);
});

// Development and production.

test("an_example_is_filled_in_on_a_development_server_and_can_be_sent", async () => {
  const page = await openConnected();
  const key = await field(page, KEY).inputValue();
  await field(page, "name").fill("is replaced");
  await page.getByRole("button", { name: "Fill in an example" }).click();
  assert.deepEqual(await formOf(page), dashboard.offer.request);
  assert.equal(await field(page, KEY).inputValue(), key);
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
  await submit(page);
  const { json } = await dashboard.api.retrieve(await created(page));
  assert.deepEqual(json.service_ids, dashboard.offer.request.service_ids);
  await finish(page);
});

test("in_production_there_is_no_example_no_demo_credential_and_no_token", async () => {
  const production = await startDashboard({ development: false });
  try {
    const page = await production.open("/new");
    await page.getByRole("button", { name: "Create assessment" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Fill in an example" }).count(), 0);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByLabel("Credential").waitFor();
    assert.equal(await page.getByRole("button", { name: texts.connection.useDemo }).count(), 0);
    const document = await (await fetch(`${production.url}/new`)).text();
    assert.match(document, /&quot;development&quot;:false,&quot;demo&quot;:null,/);
    for (const key of Object.values(KEYS)) assert.ok(!document.includes(key));
    await finish(page);
  } finally {
    await production.close();
  }
});

test("in_production_a_key_of_a_service_account_is_not_sent_from_the_page", async () => {
  const production = await startDashboard({ development: false });
  try {
    const page = await production.open("/new");
    const sent = await meddle(page, "create", []);
    // A tab may still have one, from when this was a development deployment.
    await page.evaluate(
      (token) => sessionStorage.setItem("assessments.credential", JSON.stringify({ token })),
      KEYS.harbor,
    );
    const calls = [];
    page.on("request", (request) => calls.push(request.url()));
    await page.reload();
    await field(page, "vendor_id").fill(NORTHWIND.id);
    await submit(page);
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Credential").fill(KEYS.harbor);
    await dialog.getByRole("button", { name: "Connect" }).click();
    await dialog
      .getByRole("alert")
      .getByText(/service-account key/)
      .waitFor();
    assert.deepEqual(sent, []);
    assert.deepEqual(
      calls.filter((url) => url.includes("/v1/")),
      [],
    );
    await finish(page);
  } finally {
    await production.close();
  }
});

// The credential.

test("an_unconnected_submit_asks_for_the_credential_and_then_sends", async () => {
  const page = await openForm();
  const sent = await meddle(page, "create", []);
  await fillIn(page, EVERYTHING);
  await submit(page);
  const dialog = page.getByRole("dialog", { name: "Connect to the API" });
  await dialog.getByLabel("Credential").fill(KEYS.harbor);
  assert.deepEqual(sent, []);
  await dialog.getByRole("button", { name: "Connect" }).click();
  await created(page);
  assert.deepEqual(
    sent.map(({ body }) => body),
    [EVERYTHING],
  );
  await finish(page);
});

test("who_closes_the_dialog_sends_nothing_and_keeps_the_form", async () => {
  const page = await openForm();
  const sent = await meddle(page, "create", []);
  await fillIn(page, EVERYTHING);
  await submit(page);
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.deepEqual(await formOf(page), EVERYTHING);
  assert.equal(await page.locator("main form button[type=submit]").isEnabled(), true);
  assert.deepEqual(sent, []);
  await finish(page);
});
