// The form where WebAssembly is not allowed: nothing is checked before it is sent, and
// what the server says is shown in the same places.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ARCHIVED_SET,
  DEE,
  EVERYTHING,
  GLOBEX,
  REFUSED,
  RULES_MISSING,
  focused,
  open,
  openForm,
  reload,
} from "./plain-support.mjs";
import { countOf, dashboard, written } from "./started.mjs";
import {
  CREATED,
  KEY,
  KEYS,
  NORTHWIND,
  ONE_FAULT,
  SETS,
  UNANSWERED,
  answer,
  arrived,
  chips,
  connect,
  faultTexts,
  faults,
  field,
  finish,
  gateway,
  meddle,
  message,
  paste,
  refused,
  sendAgain,
  submit,
  sessionOf,
} from "./support.mjs";
import { idOf } from "../http/harness.mjs";
import { texts } from "../../www/texts.js";

// The form.

test("the_page_says_that_the_server_checks_and_offers_only_what_it_can", async () => {
  const page = await open("/new");
  const notice = page.getByRole("status").filter({ hasText: RULES_MISSING });
  assert.match(await notice.innerText(), /The server checks it\./);
  assert.equal(await page.locator(".preview").isVisible(), false);
  assert.equal(await page.getByRole("button", { name: "{{year}}" }).count(), 0);
  assert.equal(
    await page.evaluate(() => {
      try {
        return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) && "allowed";
      } catch {
        return "refused";
      }
    }),
    "refused",
  );
  await finish(page);
});

test("all_eight_fields_are_sent_and_the_page_goes_to_what_was_created", async () => {
  const had = await countOf();
  const page = await openForm(EVERYTHING, KEYS.harbor);
  const key = await field(page, KEY).inputValue();
  const [request] = await Promise.all([
    page.waitForRequest((each) => each.method() === "POST"),
    submit(page),
  ]);
  const headers = await request.allHeaders();
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["idempotency-key"], key);
  assert.equal(headers.authorization, `Bearer ${KEYS.harbor}`);
  assert.deepEqual(request.postDataJSON(), EVERYTHING);
  const id = await arrived(page, CREATED);
  const { json } = await dashboard.api.retrieve(id);
  for (const name of ["vendor_id", "control_set_ids", "service_ids", "name", "assignee_id"]) {
    assert.deepEqual(json[name], EVERYTHING[name], name);
  }
  assert.equal(await page.locator("h1").innerText(), EVERYTHING.name);
  assert.equal(await countOf(), had + 1);
  // The next draft is another one.
  await page.getByRole("link", { name: "New assessment" }).click();
  assert.equal(await field(page, "vendor_id").inputValue(), "");
  assert.notEqual(await field(page, KEY).inputValue(), key);
  await finish(page);
});

test("lists_are_split_as_elsewhere_and_nothing_is_found_wrong_while_one_types", async () => {
  const page = await openForm({ vendor_id: "no id at all", name: "n".repeat(256) });
  await paste(page, "control_set_ids", `${SETS[0]},\n\n${SETS[1]}; ${SETS[0]} cbctst_x`);
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0], SETS[1], "cbctst_x"]);
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
  await finish(page);
});

// What the server finds.

test("a_missing_vendor_is_found_by_the_server_and_shown_at_its_field", async () => {
  const had = await countOf();
  const page = await openForm({ name: "No vendor" });
  const sent = await meddle(page, "create", []);
  await submit(page);
  const said = await refused(page, ONE_FAULT);
  assert.match(said, /Request id: [0-9a-f-]{36}/);
  assert.deepEqual(
    sent.map(({ body }) => body),
    [{ control_set_ids: [], name: "No vendor" }],
  );
  assert.deepEqual(await faultTexts(page, "vendor_id"), ["Field required"]);
  assert.equal(await field(page, "vendor_id").getAttribute("aria-invalid"), "true");
  assert.equal(await focused(page), "vendor_id");
  // Mended, the fault is gone, and the same key is still free.
  await field(page, "vendor_id").fill(NORTHWIND.id);
  assert.equal(await faults(page, "vendor_id").count(), 0);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(new Set(sent.map(({ key }) => key)).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("a_schema_fault_of_an_entry_is_shown_at_its_chip", async () => {
  const page = await openForm({ vendor_id: NORTHWIND.id, control_set_ids: SETS });
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body", "control_set_ids", 1], msg: "This is not a text", type: "string_type" },
      { loc: ["body"], msg: "of the body", type: "value_error" },
    ]),
  ]);
  await submit(page);
  const said = await refused(page, ONE_FAULT);
  assert.match(said, /of the body/);
  assert.deepEqual(await chips(page, "control_set_ids", ".chip.bad"), [SETS[1]]);
  assert.deepEqual(await faultTexts(page, "control_set_ids"), [`${SETS[1]} This is not a text`]);
  await finish(page);
});

test("bad_references_are_named_in_the_sentence_of_the_api", async () => {
  const unknown = idOf("cbctst", "unknown");
  const page = await openForm({
    vendor_id: NORTHWIND.id,
    control_set_ids: [SETS[0], unknown, SETS[1], ARCHIVED_SET],
    service_ids: [GLOBEX.services[0].id],
    assignee_id: DEE.id,
    supporting_document_ids: [NORTHWIND.documents[0].id, GLOBEX.documents[0].id],
  });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.ok(said.includes(`control_set_ids: ${unknown}, ${ARCHIVED_SET} not found`), said);
  assert.ok(said.includes(`service_ids: ${GLOBEX.services[0].id} not found`), said);
  assert.ok(said.includes(`assignee_id: ${DEE.id} not found`), said);
  assert.ok(said.includes(`supporting_document_ids: ${GLOBEX.documents[0].id} not found`), said);
  assert.equal(await faults(page, "vendor_id").count(), 0);
  await finish(page);
});

test("malformed_ids_are_each_named_in_the_sentence", async () => {
  const bad = ["cbctst_7", "cbctst_7a", NORTHWIND.services[0].id, "not", "found"];
  const page = await openForm({ vendor_id: "cbvndr_", control_set_ids: [SETS[0], ...bad] });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.ok(said.includes("vendor_id: cbvndr_ not found"), said);
  assert.ok(said.includes(`control_set_ids: ${bad.join(", ")} not found`), said);
  await finish(page);
});

test("more_than_a_hundred_ids_are_refused_and_a_hundred_are_not", async () => {
  const ids = Array.from({ length: 101 }, (_, n) => idOf("cbctst", `limit ${n}`));
  const page = await openForm({ vendor_id: NORTHWIND.id, control_set_ids: ids });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.match(said, /control_set_ids: at most 100 entries, got 101/);
  await page.locator('[data-field="control_set_ids"] .chip button:last-child').first().click();
  await submit(page);
  // They do not exist, which the server says of each.
  await message(page).getByText(`${ids[100]} not found`).waitFor();
  await finish(page);
});

test("a_limit_is_told_whatever_the_entries_are", async () => {
  const ids = ["a", "100", ...Array.from({ length: 99 }, (_, n) => `cbsvc_${n}`)];
  const page = await openForm({ vendor_id: NORTHWIND.id, service_ids: ids });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.match(said, /service_ids: at most 100 entries, got 101/);
  await finish(page);
});

test("every_limit_is_told", async () => {
  const page = await openForm({
    vendor_id: NORTHWIND.id,
    name: "n".repeat(256),
    assessment_name_format: "f".repeat(257),
    trigger_workflow: "w".repeat(258),
  });
  await submit(page);
  const said = await refused(page, REFUSED);
  for (const [name, length] of [
    ["name", 256],
    ["assessment_name_format", 257],
    ["trigger_workflow", 258],
  ]) {
    assert.ok(said.includes(`${name}: at most 255 characters, got ${length}`), said);
  }
  await finish(page);
});

for (const [
  what,
  key,
  said,
  title = REFUSED,
] of /** @type {[string, string, RegExp, string?][]} */ ([
  ["a space", "TICKET 1", /bad character at position 6/],
  ["nothing", "", /must not be empty/],
  ["256 characters", "k".repeat(256), /at most 255 characters, got 256/],
  ["a character of Latin-1", "TICKET-é", /bad character at position 7/],
  ["a character that no header carries", "TICKET-☕", /The browser says: /, "This was not sent"],
])) {
  test(`a_bad_idempotency_key_is_told: ${what}`, async () => {
    const page = await openForm({ vendor_id: NORTHWIND.id });
    await field(page, KEY).fill(key);
    await submit(page);
    const sentence = await refused(page, title);
    assert.match(sentence, /Idempotency-Key: /);
    assert.match(sentence, said);
    await page.getByRole("button", { name: "New key" }).click();
    await submit(page);
    await arrived(page, CREATED);
    await finish(page);
  });
}

for (const [workflow, title, said] of [
  ["no-such-flow", "There is no such workflow", "Workflow 'no-such-flow' not found."],
  ["paused-flow", "The workflow is switched off", "Workflow 'paused-flow' is disabled."],
]) {
  test(`a_workflow_that_cannot_be_started_is_told_at_its_field: ${workflow}`, async () => {
    const had = await written();
    const page = await openForm({ vendor_id: NORTHWIND.id, trigger_workflow: workflow });
    await submit(page);
    await refused(page, title);
    assert.deepEqual(await faultTexts(page, "trigger_workflow"), [said]);
    assert.equal(await focused(page), "trigger_workflow");
    assert.deepEqual(await written(), had);
    await field(page, "trigger_workflow").fill("");
    await submit(page);
    await arrived(page, CREATED);
    await finish(page);
  });
}

test("a_role_that_may_not_create_is_told", async () => {
  const page = await openForm(
    { vendor_id: NORTHWIND.id },
    await sessionOf(dashboard, "Dashboard Viewer"),
  );
  await submit(page);
  const said = await refused(page, texts.trouble.role("Dashboard Viewer"));
  assert.match(said, /The API says: Unauthorized role\./);
  await finish(page);
});

for (const [status, title] of [
  [429, "Too many requests"],
  [503, "The API is not available"],
]) {
  test(`a_wait_is_told_and_left_to_the_user: ${status}`, async () => {
    const had = await countOf();
    const page = await openForm({ vendor_id: NORTHWIND.id });
    const sent = await meddle(page, "create", [answer(status, "Later.", { "retry-after": "7" })]);
    await submit(page);
    const said = await refused(page, title);
    assert.match(said, /The API asks to wait 7 seconds\./);
    assert.equal(sent.length, 1);
    await sendAgain(page);
    await arrived(page, CREATED);
    assert.equal(sent[0].key, sent[1].key);
    assert.equal(await countOf(), had + 1);
    await finish(page);
  });
}

test("a_page_of_a_gateway_is_told_and_sending_again_creates_one", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  await meddle(page, "create", [gateway(502)]);
  await submit(page);
  assert.match(await refused(page, "No answer of the API"), /HTTP 502/);
  await sendAgain(page);
  await arrived(page, CREATED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

for (const status of [200, 201]) {
  test(`a_success_that_is_no_answer_of_the_api_leaves_the_request_open: ${status}`, async () => {
    const page = await openForm({ vendor_id: NORTHWIND.id });
    await meddle(page, "create", [gateway(status)]);
    await submit(page);
    const again = message(page).getByRole("button", { name: "Send again" });
    await again.waitFor();
    await reload(page);
    await message(page).getByText(UNANSWERED).waitFor();
    await connect(page);
    await again.click();
    await arrived(page, CREATED);
    await finish(page);
  });
}

test("markup_in_what_the_server_says_is_shown_as_text", async () => {
  const image = "<img src=x onerror=globalThis.hacked=true>";
  const page = await openForm({ vendor_id: image, name: image });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.ok(said.includes(`vendor_id: ${image} not found`), said);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(await page.locator("h1").innerText(), image);
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  await finish(page);
});
