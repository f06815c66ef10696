// The form that creates an assessment when the server refuses: the request, or who sends it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import {
  ARCHIVED_SET,
  DEE,
  DISABLED,
  GLOBEX,
  MOVED,
  REVOKED,
  always,
  badChips,
  focused,
  keysOf,
  openFilled,
  reload,
} from "./troubles-support.mjs";
import { countOf, dashboard, written } from "./started.mjs";
import {
  CREATED,
  KEYS,
  NORTHWIND,
  ONE_FAULT,
  ORGS,
  REPLAYED,
  SETS,
  UNANSWERED,
  answer,
  arrived,
  connect,
  faultTexts,
  faults,
  field,
  finish,
  meddle,
  message,
  paste,
  refused,
  sendAgain,
  submit,
  sessionOf,
} from "./support.mjs";
import { idOf } from "../http/harness.mjs";

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
  const page = await openFilled({ key: await sessionOf(dashboard, "Dashboard Viewer") });
  await submit(page);
  const said = await refused(page, texts.trouble.role("Dashboard Viewer"));
  assert.match(said, /The API says: Unauthorized role\./);
  assert.equal(await countOf(), had);
  // Another credential is asked for right there.
  await message(page).getByRole("button", { name: "Connect" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: texts.connection.useDemo }).click();
  await dialog.waitFor({ state: "detached" });
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("a_key_that_is_revoked_meanwhile_is_told_and_can_send_once_it_is_good_again", async () => {
  const page = await openFilled({ key: REVOKED.key, vendor: REVOKED.vendor });
  // The create is what learns of it, not a name that is still read.
  const sent = await meddle(page, "create", [
    () => dashboard.api.rows("UPDATE api_keys SET revoked_at = 1 WHERE org_id = ?", REVOKED.id),
  ]);
  await submit(page);
  const said = await refused(page, "The credential was refused");
  assert.match(said, /Invalid or expired API key\./);
  await dashboard.api.rows("UPDATE api_keys SET revoked_at = NULL WHERE org_id = ?", REVOKED.id);
  await connect(page, REVOKED.key);
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
  await meddle(page, "create", [() => allow('["203.0.113.0/24"]')]);
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
  const page = await openFilled({ key: KEYS.harbor });
  await meddle(page, "create", [
    ...always("lose"),
    answer(401, "Invalid or expired API key."),
    answer(429, "Too many requests.", { "retry-after": "60" }),
  ]);
  await submit(page);
  await refused(page, "No answer");
  await sendAgain(page);
  await refused(page, "The credential was refused");
  await connect(page, KEYS.harbor);
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
