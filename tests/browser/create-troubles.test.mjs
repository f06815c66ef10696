// The form that creates an assessment when the server refuses, when answers are
// lost on their way, and when something in between answers instead.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { idOf, makeOrg } from "../http/harness.mjs";
import {
  ASSESSMENT,
  CONTROL_SETS,
  KEYS,
  NORTHWIND,
  ORGS,
  arrived,
  connect,
  faults,
  field,
  finish,
  meddle,
  message,
  paste,
  refused,
  sendAgain,
  startDashboard,
  submit,
} from "./support.mjs";

const [, GLOBEX] = ORGS.harbor.vendors;
const [, , , DEE] = ORGS.harbor.users;
const SETS = CONTROL_SETS.slice(0, 3);
const [, , , ARCHIVED_SET] = CONTROL_SETS;
const KEY = "Idempotency-Key";
const PATIENCE_MS = 10_000;
/** As often as the package's client sends before it gives up. */
const ATTEMPTS = 5;
const HTML = "<!doctype html><title>A gateway</title><h1>Bad gateway</h1>";
const IMAGE = "<img src=x onerror=globalThis.hacked=true>";

/** Organizations whose keys and addresses change under an open page. */
const REVOKED = makeOrg("troubles, revoked meanwhile");
const MOVED = makeOrg("troubles, another network");

let dashboard;
before(async () => {
  dashboard = await startDashboard();
  await dashboard.api.load({ orgs: [REVOKED.data, MOVED.data] });
});
after(() => dashboard?.close());

/** Every attempt meets the same fate. */
const always = (fate) => Array(ATTEMPTS).fill(fate);

/** An error as the API answers it. */
const answer = (status, detail, headers = {}) => ({
  status,
  json: { detail },
  headers: { "x-coverbase-request-id": crypto.randomUUID(), ...headers },
});

/** An answer of something in between. */
const gateway = (status) => ({ status, contentType: "text/html", body: HTML });

/** The client waits a random part of its longest wait: none of it. */
const hurry = (page) => page.evaluate(() => (Math.random = () => 0));

/** The form with a credential and a request that could be created. */
async function openFilled({ key, vendor = NORTHWIND.id, name = "Troubled" } = {}) {
  const page = await dashboard.open("/new");
  page.setDefaultTimeout(PATIENCE_MS);
  await hurry(page);
  await connect(page, key);
  await field(page, "vendor_id").fill(vendor);
  await field(page, "name").fill(name);
  return page;
}

const ONE_FAULT = "One thing needs your attention.";
const DISABLED = "The workflow is switched off";
const TOO_LARGE = "The request is too large";
const CREATED = "The assessment was created.";
const REPLAYED = "This is what it created; nothing was created twice.";
const TAKEN = "This key belongs to another assessment. Yours was not created.";
const UNANSWERED = "An earlier attempt to send this was not answered.";
const EDITED = "You changed the request since then.";

const countOf = async () => (await dashboard.api.counts()).assessments;

/** Waits to be told that the key is another assessment's; answers that one's id. */
async function taken(page, name) {
  assert.match(await refused(page, TAKEN), /What you wrote is still here/);
  const link = message(page).getByRole("link", { name, exact: true });
  const [, id] = ASSESSMENT.exec(await link.getAttribute("href"));
  assert.match(page.url(), /\/new$/);
  return id;
}

/** How many rows a create could have written; workflow runs of other tests go on meanwhile. */
async function written() {
  const { assessments, document_links: links, workflow_runs: runs } = await dashboard.api.counts();
  return { assessments, links, runs };
}

/** Waits until the database has so many assessments. */
async function stored(count) {
  const until = Date.now() + PATIENCE_MS;
  while ((await countOf()) !== count) {
    assert.ok(Date.now() < until, `there are ${await countOf()} assessments, not ${count}`);
    await wait(20);
  }
}

const keysOf = (sent) => new Set(sent.map(({ key }) => key));

const faultTexts = (page, name) => faults(page, name).allInnerTexts();

const badChips = (page, name) =>
  page
    .locator(`[data-field="${name}"] .chip.bad`)
    .evaluateAll((all) => all.map(({ title }) => title));

const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: active } = document;
    return active.closest("[data-field]")?.dataset.field ?? active.textContent.trim();
  });

async function reload(page) {
  await page.reload();
  await page.locator("h1").waitFor();
  await hurry(page);
}

// What the server refuses.

test("bad_references_in_several_fields_are_each_shown_at_their_field_and_chip", async () => {
  const had = await written();
  const page = await openFilled();
  const unknown = idOf("cbctst", "unknown");
  const [document] = GLOBEX.documents;
  await paste(page, "control_set_ids", [SETS[0], unknown, SETS[1], ARCHIVED_SET].join("\n"));
  await paste(page, "service_ids", [NORTHWIND.services[0].id, GLOBEX.services[0].id].join("\n"));
  await field(page, "assignee_id").fill(DEE.id);
  await paste(page, "supporting_document_ids", `${document.id} `);
  await submit(page);
  const said = await refused(page, "4 things need your attention.");
  assert.match(said, /Request id: [0-9a-f-]{36}/);
  assert.deepEqual(await faultTexts(page, "control_set_ids"), [
    `${unknown} not found`,
    `${ARCHIVED_SET} not found`,
  ]);
  assert.deepEqual(await badChips(page, "control_set_ids"), [unknown, ARCHIVED_SET]);
  assert.deepEqual(await faultTexts(page, "service_ids"), [`${GLOBEX.services[0].id} not found`]);
  assert.deepEqual(await badChips(page, "service_ids"), [GLOBEX.services[0].id]);
  assert.deepEqual(await faultTexts(page, "assignee_id"), [`${DEE.id} not found`]);
  assert.deepEqual(await badChips(page, "supporting_document_ids"), [document.id]);
  assert.equal(await faults(page, "vendor_id").count(), 0);
  assert.deepEqual(
    await page
      .locator("[aria-invalid]")
      .evaluateAll((all) => all.map((input) => input.closest("[data-field]").dataset.field)),
    ["control_set_ids", "service_ids", "assignee_id", "supporting_document_ids"],
  );
  assert.equal(await focused(page), "control_set_ids");
  assert.deepEqual(await written(), had);
  await finish(page);
});

test("go_to_the_field_leads_to_the_first_field_that_was_refused", async () => {
  const page = await openFilled();
  await field(page, "assignee_id").fill(DEE.id);
  await submit(page);
  await refused(page, ONE_FAULT);
  await field(page, "name").focus();
  await message(page).getByRole("button", { name: "Go to the field" }).click();
  assert.equal(await focused(page), "assignee_id");
  await finish(page);
});

test("a_bad_vendor_is_refused_at_its_field_and_services_on_existence_only", async () => {
  const vendor = idOf("cbvndr", "unknown");
  const page = await openFilled({ vendor });
  await paste(page, "service_ids", `${NORTHWIND.services[0].id} ${idOf("cbsvc", "unknown")}`);
  await submit(page);
  await refused(page, "2 things need your attention.");
  assert.deepEqual(await faultTexts(page, "vendor_id"), [`${vendor} not found`]);
  assert.deepEqual(await badChips(page, "service_ids"), [idOf("cbsvc", "unknown")]);
  await finish(page);
});

test("ids_of_another_organization_are_refused_in_the_same_words", async () => {
  const [foreign] = ORGS.fjord.vendors;
  const page = await openFilled({ vendor: foreign.id });
  await submit(page);
  await refused(page, ONE_FAULT);
  assert.deepEqual(await faultTexts(page, "vendor_id"), [`${foreign.id} not found`]);
  await finish(page);
});

test("what_was_refused_is_mended_and_sent_with_the_same_key", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", []);
  await paste(page, "control_set_ids", `${SETS[0]} ${ARCHIVED_SET}`);
  await field(page, "assignee_id").fill(DEE.id);
  await submit(page);
  await refused(page, "2 things need your attention.");
  await field(page, "assignee_id").fill("");
  assert.equal(await faults(page, "assignee_id").count(), 0);
  await page.getByRole("button", { name: `Remove ${ARCHIVED_SET}` }).click();
  assert.equal(await faults(page, "control_set_ids").count(), 0);
  await submit(page);
  const { json } = await dashboard.api.retrieve(await arrived(page, CREATED));
  assert.deepEqual(json.control_set_ids, [SETS[0]]);
  assert.equal(sent.length, 2);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("a_refusal_that_is_mended_on_the_server_is_sent_again_unchanged", async () => {
  const page = await openFilled({ name: "Again" });
  await field(page, "trigger_workflow").fill("later-flow");
  await submit(page);
  await refused(page, "There is no such workflow");
  await dashboard.api.rows(
    "INSERT INTO workflow_definitions (org_id, id, name, kind, is_enabled) VALUES (?, ?, ?, ?, 1)",
    ORGS.harbor.id,
    idOf("cbwd", "later"),
    "later-flow",
    "direct",
  );
  await submit(page);
  await arrived(page, CREATED);
  await finish(page);
});

test("an_unknown_workflow_is_told_at_its_field_and_in_the_message", async () => {
  const had = await written();
  const page = await openFilled();
  await field(page, "trigger_workflow").fill("Annual-Reassessment-Flow");
  await submit(page);
  await refused(page, "There is no such workflow");
  assert.deepEqual(await faultTexts(page, "trigger_workflow"), [
    "Workflow 'Annual-Reassessment-Flow' not found.",
  ]);
  assert.equal(await field(page, "trigger_workflow").getAttribute("aria-invalid"), "true");
  assert.equal(await focused(page), "trigger_workflow");
  await field(page, "trigger_workflow").press("End");
  await field(page, "trigger_workflow").press("Backspace");
  assert.equal(await faults(page, "trigger_workflow").count(), 0);
  assert.deepEqual(await written(), had);
  await finish(page);
});

test("a_disabled_workflow_is_told_at_its_field_and_in_the_message", async () => {
  const had = await written();
  const page = await openFilled();
  await field(page, "trigger_workflow").fill("paused-flow");
  await submit(page);
  const said = await refused(page, DISABLED);
  assert.match(said, /Workflow 'paused-flow' is disabled\./);
  assert.deepEqual(await faultTexts(page, "trigger_workflow"), [
    "Workflow 'paused-flow' is disabled.",
  ]);
  assert.equal(await focused(page), "trigger_workflow");
  assert.deepEqual(await written(), had);
  await finish(page);
});

test("a_workflow_whose_name_looks_like_a_reason_is_told_at_the_workflow_alone", async () => {
  const page = await openFilled();
  const name = "x; vendor_id: cbvndr_1 not found; name: y";
  await field(page, "trigger_workflow").fill(name);
  await submit(page);
  await refused(page, "There is no such workflow");
  assert.deepEqual(await faultTexts(page, "trigger_workflow"), [`Workflow '${name}' not found.`]);
  assert.equal(await page.locator("[aria-invalid]").count(), 1);
  await finish(page);
});

// Credentials and addresses.

for (const which of ["revoked", "expired"]) {
  test(`a_credential_that_is_no_longer_good_is_told_in_the_connect_dialog: ${which}`, async () => {
    const page = await dashboard.open("/new");
    page.setDefaultTimeout(PATIENCE_MS);
    const sent = await meddle(page, "create", []);
    await field(page, "vendor_id").fill(NORTHWIND.id);
    await submit(page);
    const dialog = page.getByRole("dialog");
    const input = dialog.getByLabel("Credential");
    await input.fill(KEYS[which]);
    await dialog.getByRole("button", { name: "Connect" }).click();
    await dialog
      .getByRole("alert")
      .getByText("The API says: Invalid or expired API key.")
      .waitFor();
    assert.equal(await input.getAttribute("aria-invalid"), "true");
    assert.deepEqual(sent, []);
    // The dialog stays, for another one.
    await input.fill(KEYS.harbor);
    await dialog.getByRole("button", { name: "Connect" }).click();
    await arrived(page, CREATED);
    assert.equal(sent.length, 1);
    await finish(page);
  });
}

test("a_role_that_may_not_create_connects_and_is_refused_then", async () => {
  const had = await countOf();
  const page = await openFilled({ key: KEYS.reportViewer });
  await submit(page);
  const said = await refused(page, "The credential was refused");
  assert.match(said, /Unauthorized role\./);
  assert.equal(await countOf(), had);
  // Another credential is asked for right there.
  await message(page).getByRole("button", { name: "Connect" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Use the demo credential" }).click();
  await dialog.waitFor({ state: "detached" });
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("a_key_that_is_revoked_meanwhile_is_told_and_can_send_once_it_is_good_again", async () => {
  const page = await openFilled({ key: REVOKED.key, vendor: REVOKED.vendor });
  const sent = await meddle(page, "create", []);
  await dashboard.api.rows("UPDATE api_keys SET revoked_at = 1 WHERE org_id = ?", REVOKED.id);
  await submit(page);
  const said = await refused(page, "The credential was refused");
  assert.match(said, /Invalid or expired API key\./);
  await dashboard.api.rows("UPDATE api_keys SET revoked_at = NULL WHERE org_id = ?", REVOKED.id);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(sent.length, 2);
  assert.equal(keysOf(sent).size, 1);
  await finish(page);
});

test("an_address_outside_of_the_allowlist_is_told", async () => {
  const page = await openFilled({ key: MOVED.key, vendor: MOVED.vendor });
  const allow = (list) =>
    dashboard.api.rows(
      "UPDATE organizations SET api_ip_allowlist = ? WHERE id = ?",
      list,
      MOVED.id,
    );
  await allow('["203.0.113.0/24"]');
  await submit(page);
  const said = await refused(page, "Your network address is not allowed");
  assert.match(said, /not in your organization's API allowlist/);
  await allow("[]");
  await submit(page);
  await arrived(page, CREATED);
  await finish(page);
});

test("a_refusal_by_the_credential_says_nothing_of_an_earlier_attempt", async () => {
  const had = await countOf();
  const page = await openFilled();
  await meddle(page, "create", [
    ...always("lose"),
    answer(401, "Invalid or expired API key."),
    answer(429, "Too many requests.", { "retry-after": "60" }),
  ]);
  await submit(page);
  await refused(page, "No answer");
  await sendAgain(page);
  await refused(page, "The credential was refused");
  await submit(page);
  await refused(page, "Too many requests");
  await reload(page);
  await message(page).getByText(UNANSWERED).waitFor();
  await connect(page);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

// Answers that the server could give.

test("a_schema_fault_of_a_field_is_shown_at_the_field", async () => {
  const page = await openFilled();
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body", "name"], msg: "Input should be a valid string", type: "string_type" },
    ]),
  ]);
  await submit(page);
  await refused(page, ONE_FAULT);
  assert.deepEqual(await faultTexts(page, "name"), ["Input should be a valid string"]);
  assert.equal(await focused(page), "name");
  await finish(page);
});

test("a_schema_fault_of_an_entry_is_shown_at_its_chip", async () => {
  const page = await openFilled();
  await paste(page, "control_set_ids", SETS.join(" "));
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body", "control_set_ids", 1], msg: "This is not a text", type: "string_type" },
    ]),
  ]);
  await submit(page);
  await refused(page, ONE_FAULT);
  assert.deepEqual(await badChips(page, "control_set_ids"), [SETS[1]]);
  assert.deepEqual(await faultTexts(page, "control_set_ids"), [`${SETS[1]} This is not a text`]);
  // Mended, the fault of the server is gone.
  await page.getByRole("button", { name: `Remove ${SETS[1]}` }).click();
  assert.equal(await faults(page, "control_set_ids").count(), 0);
  await finish(page);
});

test("a_schema_fault_of_the_whole_body_is_told_in_the_message", async () => {
  const page = await openFilled();
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body"], msg: "Input should be a valid dictionary", type: "model_attributes_type" },
    ]),
  ]);
  await submit(page);
  const said = await refused(page, "The API refused this");
  assert.match(said, /Input should be a valid dictionary/);
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
  await finish(page);
});

test("faults_of_fields_of_the_body_and_of_what_the_form_does_not_know_are_all_shown", async () => {
  const page = await openFilled();
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body"], msg: "of the body", type: "value_error" },
      { loc: ["body", "assignee_id"], msg: "of the assignee", type: "value_error" },
      { loc: ["body", "risk_type"], msg: "of a field that is new", type: "value_error" },
    ]),
  ]);
  await submit(page);
  const said = await refused(page, ONE_FAULT);
  assert.match(said, /of the body/);
  assert.match(said, /of a field that is new/);
  assert.deepEqual(await faultTexts(page, "assignee_id"), ["of the assignee"]);
  await finish(page);
});

test("a_refused_idempotency_key_is_shown_at_its_field", async () => {
  const page = await openFilled();
  await meddle(page, "create", [answer(400, { error: "Idempotency-Key: must not be like that" })]);
  await submit(page);
  await refused(page, ONE_FAULT);
  assert.deepEqual(await faultTexts(page, KEY), ["must not be like that"]);
  assert.equal(await focused(page), KEY);
  await page.getByRole("button", { name: "New key" }).click();
  await submit(page);
  await arrived(page, CREATED);
  await finish(page);
});

test("a_reason_that_names_no_field_is_told_in_the_message", async () => {
  const page = await openFilled();
  await meddle(page, "create", [answer(400, { error: "not on a Sunday; nor ever" })]);
  await submit(page);
  const said = await refused(page, "The API refused this");
  assert.match(said, /not on a Sunday/);
  assert.match(said, /nor ever/);
  await finish(page);
});

test("a_request_that_is_too_large_is_told", async () => {
  const page = await openFilled();
  const sent = await meddle(page, "create", [answer(413, "Request body too large.")]);
  await submit(page);
  await refused(page, TOO_LARGE);
  assert.equal(sent.length, 1);
  await finish(page);
});

for (const [status, title, detail] of [
  [429, "Too many requests", "Too many requests."],
  [503, "The API is not available", "Service temporarily unavailable."],
]) {
  test(`a_long_wait_is_told_and_not_waited_for: ${status}`, async () => {
    const had = await countOf();
    const page = await openFilled();
    const sent = await meddle(page, "create", [answer(status, detail, { "retry-after": "31" })]);
    await submit(page);
    const said = await refused(page, title);
    assert.match(said, /The API asks to wait 31 seconds\./);
    assert.match(said, /Nothing is created twice: the key stays the same\./);
    assert.equal(sent.length, 1);
    await sendAgain(page);
    await arrived(page, CREATED);
    assert.equal(sent.length, 2);
    assert.equal(keysOf(sent).size, 1);
    assert.equal(await countOf(), had + 1);
    await finish(page);
  });

  test(`after_all_attempts_the_wait_is_told_and_the_key_stays_the_same: ${status}`, async () => {
    const had = await countOf();
    const page = await openFilled();
    const busy = answer(status, detail, { "retry-after": "0" });
    const last = answer(status, detail, { "retry-after": "1" });
    const sent = await meddle(page, "create", [...always(busy).slice(1), last]);
    await submit(page);
    const said = await refused(page, title);
    assert.match(said, /The API asks to wait 1 second\./);
    assert.equal(sent.length, ATTEMPTS);
    await sendAgain(page);
    await arrived(page, CREATED);
    assert.equal(sent.length, ATTEMPTS + 1);
    assert.deepEqual([...keysOf(sent)], [sent[0].key]);
    for (const { body } of sent) assert.deepEqual(body, sent[0].body);
    assert.equal(await countOf(), had + 1);
    await finish(page);
  });

  test(`a_short_wait_is_waited_for_and_the_next_attempt_is_told_of: ${status}`, async () => {
    const page = await openFilled();
    const sent = await meddle(page, "create", [answer(status, detail, { "retry-after": "1" })]);
    await submit(page);
    await message(page).getByText("Attempt 2, with the same key.").waitFor();
    await arrived(page, CREATED);
    assert.equal(sent.length, 2);
    assert.equal(keysOf(sent).size, 1);
    await finish(page);
  });
}

test("a_page_of_a_gateway_instead_of_an_answer_is_told_and_sending_again_creates_one", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", always(gateway(502)));
  await submit(page);
  const said = await refused(page, "The API is not available");
  assert.match(said, /HTTP 502/);
  assert.doesNotMatch(said, /gateway|doctype/i);
  await sendAgain(page);
  await arrived(page, CREATED);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

for (const status of [200, 201]) {
  test(`a_success_that_is_no_answer_of_the_api_leaves_the_request_open: ${status}`, async () => {
    const page = await openFilled();
    await meddle(page, "create", [gateway(status)]);
    await submit(page);
    await refused(page, "An unexpected answer");
    await reload(page);
    await message(page).getByText(UNANSWERED).waitFor();
    await connect(page);
    await sendAgain(page);
    await arrived(page, CREATED);
    await finish(page);
  });
}

test("an_error_page_of_a_gateway_says_nothing_of_an_earlier_attempt", async () => {
  const had = await countOf();
  const page = await openFilled();
  await meddle(page, "create", [...always("lose"), gateway(404)]);
  await submit(page);
  await refused(page, "No answer");
  await sendAgain(page);
  await refused(page, "The API refused this");
  await reload(page);
  await message(page).getByText(UNANSWERED).waitFor();
  await connect(page);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

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
  await dialog.getByRole("button", { name: "Use the demo credential" }).click();
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
  assert.equal(sent.at(-1).body.name, "As edited");
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
  await meddle(page, "create", [...always("lose"), ...always("lose")]);
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As sent second");
  await submit(page);
  await message(page).getByRole("alert").waitFor({ state: "detached" });
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
  assert.equal(sent.at(-1).key, "ANOTHER-TICKET");
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
    await page.waitForURL(ASSESSMENT);
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
    ([name, old]) => document.querySelector(`[data-field="${name}"] input`).value !== old,
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

// Texts that look like markup.

test("markup_in_a_name_is_shown_as_text_everywhere", async () => {
  const page = await openFilled({ name: IMAGE });
  assert.equal(await page.locator(".preview-name").innerText(), IMAGE);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(await page.locator("h1").innerText(), IMAGE);
  assert.equal(await page.title(), `${IMAGE} · Assessments`);
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await page.getByRole("link", { name: IMAGE }).waitFor();
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  await finish(page);
});

test("markup_in_what_is_entered_is_shown_as_text_in_its_fault", async () => {
  const page = await openFilled({ vendor: IMAGE });
  await paste(page, "control_set_ids", `cbctst_${IMAGE.replaceAll(" ", "/")} `);
  await field(page, "name").blur();
  assert.ok((await faultTexts(page, "vendor_id"))[0].startsWith(IMAGE));
  assert.ok(
    (await faultTexts(page, "control_set_ids"))[0].startsWith("cbctst_<img/src=x/onerror="),
  );
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await page.getByRole("button", { name: "Remove all" }).click();
  await field(page, "trigger_workflow").fill(IMAGE);
  await submit(page);
  await refused(page, "There is no such workflow");
  assert.deepEqual(await faultTexts(page, "trigger_workflow"), [`Workflow '${IMAGE}' not found.`]);
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  await finish(page);
});

for (const [what, title, fate] of [
  ["a reason", ONE_FAULT, answer(400, { error: `vendor_id: ${IMAGE}; ${IMAGE}` })],
  ["a fault", ONE_FAULT, answer(422, [{ loc: ["body", "name"], msg: IMAGE, type: IMAGE }])],
  ["a code", DISABLED, answer(409, { code: "workflow_disabled", message: IMAGE })],
  ["a text", "The credential was refused", answer(401, IMAGE)],
  ["a request id", TOO_LARGE, answer(413, "Too large.", { "x-coverbase-request-id": IMAGE })],
]) {
  test(`markup_in_what_the_server_says_is_shown_as_text: ${what}`, async () => {
    const page = await openFilled();
    await meddle(page, "create", [fate]);
    await submit(page);
    await refused(page, title);
    assert.ok((await page.locator("main form").innerText()).includes(IMAGE));
    assert.equal(await page.locator("img[src=x]").count(), 0);
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    await finish(page);
  });
}
