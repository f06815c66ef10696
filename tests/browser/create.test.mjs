// The form that creates an assessment: filling it in, by mouse, by paste and by
// keyboard, its checks while one types, its draft, and what it sends.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KEYS as DEMO_KEYS, idOf, makeOrg } from "../http/harness.mjs";
import {
  CONTROL_SETS,
  KEYS,
  NORTHWIND,
  ORGS,
  connect,
  faults,
  field,
  finish,
  meddle,
  message,
  paste,
  startDashboard,
  submit,
} from "./support.mjs";

const [, GLOBEX] = ORGS.harbor.vendors;
const [ANA, BO] = ORGS.harbor.users;
const [CARDS, PORTAL] = NORTHWIND.services;
const [SOC2, PENTEST] = NORTHWIND.documents;
/** The control sets that can be used: one more is archived. */
const SETS = CONTROL_SETS.slice(0, 3);
const KEY = "Idempotency-Key";
/** A page that has not changed by then will not; the browser's own patience is longer. */
const PATIENCE_MS = 10_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A value for every field, in model order. */
const EVERYTHING = {
  vendor_id: NORTHWIND.id,
  control_set_ids: [SETS[1], SETS[0]],
  service_ids: [PORTAL.id, CARDS.id],
  name: "  Q3 review of Northwind ☕ ",
  assessment_name_format: "{{vendor:name}} {{date}}",
  assignee_id: BO.id,
  supporting_document_ids: [PENTEST.id, SOC2.id],
  trigger_workflow: "annual-reassessment-flow",
};
const LISTS = ["control_set_ids", "service_ids", "supporting_document_ids"];

/** An organization that has as many control sets as one request may name. */
const WIDE = makeOrg("a hundred control sets", {
  control_sets: Array.from({ length: 101 }, (_, n) => ({
    id: idOf("cbctst", `wide ${n}`),
    name: `Set ${n}`,
  })),
});
const WIDE_SETS = WIDE.data.control_sets.map(({ id }) => id);

let dashboard;
before(async () => {
  dashboard = await startDashboard();
  await dashboard.api.load({ orgs: [WIDE.data] });
});
after(() => dashboard?.close());

/** A page with the form. */
async function openForm() {
  const page = await dashboard.open("/new");
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** The same with a credential: the demo's, or a key. */
async function openConnected(key) {
  const page = await openForm();
  await connect(page, key);
  return page;
}

/** Fills in what `values` has, as a user would who pastes. */
async function fillIn(page, values) {
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) await paste(page, name, value.join("\n"));
    else await field(page, name).fill(value);
    await field(page, name).blur();
  }
}

/** The ids of a list as its chips show them. */
const chips = (page, name) =>
  page.locator(`[data-field="${name}"] .chip`).evaluateAll((all) => all.map(({ title }) => title));

const chipButtons = (page, name) => page.locator(`[data-field="${name}"] .chip button`);

const faultTexts = (page, name) => faults(page, name).allInnerTexts();

const preview = (page) => page.locator(".preview-name").innerText();

const cycleNote = (page) => page.getByText("The last word is “reassessment”");

/** What is kept of the form for a reload. */
const draftOf = (page) =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem("assessments.draft")));

const countOf = async () => (await dashboard.api.counts()).assessments;

/** What the form holds, by field; empty fields are left out. */
async function formOf(page) {
  const held = {};
  for (const name of Object.keys(EVERYTHING)) {
    const typed = await field(page, name).inputValue();
    const value = LISTS.includes(name)
      ? [...(await chips(page, name)), ...typed.split(" ").filter(Boolean)]
      : typed;
    if (value.length > 0) held[name] = value;
  }
  return held;
}

/** Waits for the page of what was created; answers its id. */
async function created(page) {
  await page.getByText("The assessment was created.").waitFor();
  const { pathname } = new URL(page.url());
  assert.match(pathname, /^\/assessments\/cbqsrw_[0-9a-f]{32}$/);
  return pathname.split("/").at(-1);
}

/** Where the focus is: a field's name, or the name of a button. */
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: active } = document;
    if (active.matches("input"))
      return active.closest("[data-field]")?.dataset.field ?? active.type;
    return active.getAttribute("aria-label") ?? active.textContent.trim();
  });

/** Presses Tab until the focus is where it is wanted, as far as the page goes. */
async function tabTo(page, wanted, key = "Tab") {
  const seen = [];
  for (let presses = 0; presses < 80; presses++) {
    const at = await focused(page);
    if (at === wanted) return;
    seen.push(at);
    await page.keyboard.press(key);
  }
  assert.fail(`Tab never reaches ${wanted}: ${seen.join(" | ")}`);
}

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
  assert.deepEqual(sent, []);
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
  const page = await openConnected();
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
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
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

// Ids, one by one.

for (const [name, id] of [
  ["vendor_id", NORTHWIND.id],
  ["assignee_id", ANA.id],
]) {
  test(`the_character_that_makes_an_id_malformed_is_marked: ${name}`, async () => {
    const page = await openForm();
    const at = id.length - 10;
    await field(page, name).fill(`${id.slice(0, at)}z${id.slice(at + 1)}`);
    const mark = faults(page, name).locator("mark");
    assert.equal(await mark.innerText(), "z");
    assert.equal(await mark.evaluate((each) => each.previousSibling.data), id.slice(0, at));
    assert.match(
      (await faultTexts(page, name))[0],
      /'z' is not a lower-case hexadecimal digit \(0-9, a-f\)/,
    );
    await field(page, name).fill(id);
    assert.equal(await faults(page, name).count(), 0);
    await finish(page);
  });
}

test("a_character_outside_the_basic_plane_is_marked_whole", async () => {
  const page = await openForm();
  await field(page, "vendor_id").fill("cbvndr_12🚢34");
  assert.equal(await faults(page, "vendor_id").locator("mark").innerText(), "🚢");
  await finish(page);
});

test("an_id_that_is_not_finished_is_no_fault_until_the_field_is_left", async () => {
  const page = await openForm();
  await field(page, "vendor_id").pressSequentially(NORTHWIND.id.slice(0, 20));
  assert.equal(await faults(page, "vendor_id").count(), 0);
  assert.equal(await field(page, "vendor_id").getAttribute("aria-invalid"), null);
  await page.keyboard.press("Tab");
  const [text] = await faultTexts(page, "vendor_id");
  assert.match(text, /32 hexadecimal digits after its prefix; this one has 13/);
  await finish(page);
});

test("an_entry_that_is_malformed_is_marked_and_so_is_its_chip", async () => {
  const page = await openForm();
  const bad = SETS[1].replace(/.$/, "x");
  await paste(page, "control_set_ids", [SETS[0], bad, SETS[2]].join("\n"));
  assert.equal(await faults(page, "control_set_ids").locator("mark").innerText(), "x");
  const marked = await page
    .locator('[data-field="control_set_ids"] .chip.bad')
    .evaluateAll((all) => all.map(({ title }) => title));
  assert.deepEqual(marked, [bad]);
  await chipButtons(page, "control_set_ids").nth(1).click();
  assert.equal(await faults(page, "control_set_ids").count(), 0);
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0], SETS[2]]);
  await finish(page);
});

test("many_faults_of_a_list_are_cut_to_five_and_a_count", async () => {
  const page = await openForm();
  await paste(page, "service_ids", Array.from({ length: 8 }, (_, n) => `cbsvc_${n}`).join(" "));
  const texts = await faultTexts(page, "service_ids");
  assert.equal(texts.length, 6);
  assert.equal(texts.at(-1), "and 3 more");
  await finish(page);
});

for (const [from, id, label, to] of [
  ["control_set_ids", CARDS.id, "Services", "service_ids"],
  ["service_ids", SOC2.id, "Supporting documents", "supporting_document_ids"],
  ["supporting_document_ids", SETS[0], "Control sets", "control_set_ids"],
  ["vendor_id", ANA.id, "Assignee", "assignee_id"],
  ["assignee_id", NORTHWIND.id, "Vendor", "vendor_id"],
  ["vendor_id", SETS[0], "Control sets", "control_set_ids"],
  ["service_ids", NORTHWIND.id, "Vendor", "vendor_id"],
]) {
  test(`a_wrong_kind_offers_to_move_and_the_button_moves_it: ${from} to ${to}`, async () => {
    const page = await openForm();
    await field(page, from).fill(id);
    await field(page, from).blur();
    const [text] = await faultTexts(page, from);
    assert.match(text, new RegExp(`^${id} This is the id of an? .*\\. Move it to ${label}\\?`));
    await page.getByRole("button", { name: `Move to ${label}` }).click();
    assert.deepEqual(await formOf(page), { [to]: LISTS.includes(to) ? [id] : id });
    assert.deepEqual((await draftOf(page)).fields[to], LISTS.includes(to) ? [id] : id);
    assert.equal(await faults(page, from).count(), 0);
    assert.equal(await faults(page, to).count(), 0);
    assert.equal(await focused(page), to);
    await finish(page);
  });
}

test("an_id_of_a_kind_that_no_field_takes_cannot_be_moved", async () => {
  const page = await openForm();
  await field(page, "vendor_id").fill(idOf("cbqsrw", "of no field"));
  await field(page, "vendor_id").blur();
  assert.match((await faultTexts(page, "vendor_id"))[0], /a vendor id starts with cbvndr_/);
  assert.equal(await page.getByRole("button", { name: /^Move to/ }).count(), 0);
  await finish(page);
});

// Lists.

for (const [how, text] of [
  ["newlines", SETS.join("\n")],
  ["carriage returns and newlines", `${SETS.join("\r\n")}\r\n`],
  ["commas", SETS.join(",")],
  ["commas and spaces", SETS.join(", ")],
  ["spaces", SETS.join(" ")],
  ["tabs", SETS.join("\t")],
  ["semicolons", SETS.join(";")],
  ["everything", `\n\n ${SETS[0]},\n,, ${SETS[1]}\t;\r\n\r\n  ${SETS[2]} , \n`],
  ["duplicates", [...SETS, ...SETS, SETS[1]].join("\n")],
]) {
  test(`a_pasted_list_becomes_chips: ${how}`, async () => {
    const page = await openConnected();
    const sent = await meddle(page, "create", []);
    await paste(page, "control_set_ids", text);
    assert.deepEqual(await chips(page, "control_set_ids"), SETS);
    assert.equal(await field(page, "control_set_ids").inputValue(), "");
    const count = page.locator('[data-field="control_set_ids"] .field-count');
    assert.match(await count.innerText(), /^3 entries/);
    assert.equal(await faults(page, "control_set_ids").count(), 0);
    await field(page, "vendor_id").fill(NORTHWIND.id);
    await submit(page);
    const { json } = await dashboard.api.retrieve(await created(page));
    assert.deepEqual(sent[0].body.control_set_ids, SETS);
    assert.deepEqual(json.control_set_ids, SETS);
    await finish(page);
  });
}

test("what_is_pasted_after_chips_is_added_to_them_and_known_ones_are_not_there_twice", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", `${SETS[1]} ${SETS[0]}`);
  await paste(page, "control_set_ids", SETS.join(" "));
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[1], SETS[0], SETS[2]]);
  await finish(page);
});

test("one_pasted_id_stays_text_until_the_field_is_left", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", SETS[0]);
  assert.deepEqual(await chips(page, "control_set_ids"), []);
  assert.equal(await field(page, "control_set_ids").inputValue(), SETS[0]);
  await field(page, "control_set_ids").blur();
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0]]);
  await finish(page);
});

test("a_typed_separator_makes_a_chip", async () => {
  const page = await openForm();
  for (const separator of [" ", ",", ";"]) {
    await field(page, "service_ids").pressSequentially(`${CARDS.id}${separator}`);
    assert.deepEqual(await chips(page, "service_ids"), [CARDS.id]);
    assert.equal(await field(page, "service_ids").inputValue(), "");
    await chipButtons(page, "service_ids").click();
  }
  await finish(page);
});

for (const [name, prefix] of [
  ["control_set_ids", "cbctst"],
  ["service_ids", "cbsvc"],
  ["supporting_document_ids", "cbvdoc"],
]) {
  test(`a_101st_id_is_over_the_limit_and_without_it_the_fault_is_gone: ${name}`, async () => {
    const page = await openForm();
    const ids = Array.from({ length: 101 }, (_, n) => idOf(prefix, `limit ${n}`));
    await paste(page, name, ids.slice(0, 100).join("\n"));
    assert.equal(await faults(page, name).count(), 0);
    await paste(page, name, `${ids[100]}\n`);
    await field(page, name).blur();
    assert.deepEqual(await faultTexts(page, name), ["At most 100 entries, this has 101"]);
    assert.equal(await field(page, name).getAttribute("aria-invalid"), "true");
    await chipButtons(page, name).first().click();
    assert.equal(await faults(page, name).count(), 0);
    assert.deepEqual(await chips(page, name), ids.slice(1));
    await finish(page);
  });
}

test("a_hundred_ids_are_accepted_and_stored_in_their_order", async () => {
  const page = await openConnected(WIDE.key);
  await field(page, "vendor_id").fill(WIDE.vendor);
  await paste(page, "control_set_ids", WIDE_SETS.join(", "));
  await submit(page);
  assert.deepEqual(await faultTexts(page, "control_set_ids"), [
    "At most 100 entries, this has 101",
  ]);
  await chipButtons(page, "control_set_ids").nth(50).click();
  await submit(page);
  const { json } = await dashboard.api.retrieve(await created(page), { key: WIDE.key });
  assert.deepEqual(json.control_set_ids, WIDE_SETS.toSpliced(50, 1));
  await finish(page);
});

test("remove_all_empties_one_list_and_leaves_the_others", async () => {
  const page = await openForm();
  await fillIn(page, EVERYTHING);
  const services = page.locator('[data-field="service_ids"]');
  await services.getByRole("button", { name: "Remove all" }).click();
  const { service_ids: _, ...rest } = EVERYTHING;
  assert.deepEqual(await formOf(page), rest);
  assert.deepEqual((await draftOf(page)).fields.service_ids, []);
  assert.equal(await services.getByRole("button", { name: "Remove all" }).count(), 0);
  assert.equal(await focused(page), "service_ids");
  await finish(page);
});

test("remove_all_takes_the_faults_of_the_list_with_it", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", `cbctst_1 cbctst_2 ${CARDS.id}`);
  assert.equal(await faults(page, "control_set_ids").count(), 3);
  await page.getByRole("button", { name: "Remove all" }).click();
  assert.equal(await faults(page, "control_set_ids").count(), 0);
  assert.equal(await field(page, "control_set_ids").getAttribute("aria-invalid"), null);
  await finish(page);
});

test("typed_ids_that_are_no_chips_yet_are_sent_by_the_button", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await fillIn(page, { vendor_id: NORTHWIND.id, control_set_ids: [SETS[0], SETS[1]] });
  await field(page, "control_set_ids").pressSequentially(SETS[2]);
  await submit(page);
  const { json } = await dashboard.api.retrieve(await created(page));
  assert.deepEqual(sent[0].body.control_set_ids, SETS);
  assert.deepEqual(json.control_set_ids, SETS);
  await finish(page);
});

test("typed_ids_are_sent_when_the_form_is_submitted_without_leaving_their_field", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await fillIn(page, { vendor_id: NORTHWIND.id, control_set_ids: SETS.slice(0, 2) });
  // As the keyboard of a phone does, which has a key for it; one of the two is there already.
  await field(page, "control_set_ids").pressSequentially(SETS[0]);
  await page.locator("main form").evaluate((form) => form.requestSubmit());
  await created(page);
  assert.deepEqual(
    sent.map(({ body }) => body.control_set_ids),
    [SETS.slice(0, 2)],
  );
  await finish(page);
});

test("a_typed_id_with_a_fault_is_told_on_submit_without_leaving_its_field", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await field(page, "service_ids").pressSequentially("cbsvc_12");
  await page.locator("main form").evaluate((form) => form.requestSubmit());
  await page.getByText("One thing needs your attention.").waitFor();
  assert.deepEqual(await chips(page, "service_ids"), ["cbsvc_12"]);
  assert.equal(await faults(page, "service_ids").count(), 1);
  assert.deepEqual(sent, []);
  await finish(page);
});

// Chips by keyboard.

test("enter_makes_a_chip_and_does_not_submit", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  for (const id of SETS) {
    await field(page, "control_set_ids").pressSequentially(id);
    await page.keyboard.press("Enter");
  }
  assert.deepEqual(await chips(page, "control_set_ids"), SETS);
  assert.equal(await field(page, "control_set_ids").inputValue(), "");
  assert.equal(await focused(page), "control_set_ids");
  assert.deepEqual(sent, []);
  await finish(page);
});

test("the_tab_key_stops_once_at_a_list_of_chips_and_once_in_its_input", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", SETS.join(" "));
  await field(page, "vendor_id").focus();
  const stops = [];
  for (let presses = 0; presses < 4; presses++) {
    await page.keyboard.press("Tab");
    stops.push(await focused(page));
  }
  assert.deepEqual(stops, ["Remove all", `Remove ${SETS[0]}`, "control_set_ids", "service_ids"]);
  await finish(page);
});

test("arrow_keys_go_from_chip_to_chip_and_stop_at_the_ends", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", SETS.join(" "));
  await page.keyboard.press("Shift+Tab");
  const visited = [await focused(page)];
  for (const key of [
    "ArrowLeft",
    "ArrowRight",
    "ArrowRight",
    "ArrowRight",
    "ArrowUp",
    "ArrowUp",
    "ArrowDown",
  ]) {
    await page.keyboard.press(key);
    visited.push(await focused(page));
  }
  const expected = [0, 0, 1, 2, 2, 1, 0, 1].map((index) => `Remove ${SETS[index]}`);
  assert.deepEqual(visited, expected);
  // Who leaves the chips and comes back is where they left.
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "control_set_ids");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(page), `Remove ${SETS[1]}`);
  await finish(page);
});

for (const key of ["Delete", "Backspace"]) {
  test(`a_chip_is_removed_by_key_and_the_focus_stays_among_the_chips: ${key}`, async () => {
    const page = await openForm();
    await paste(page, "control_set_ids", SETS.join(" "));
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press(key);
    assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0], SETS[2]]);
    assert.equal(await focused(page), `Remove ${SETS[2]}`, "the next one");
    await page.keyboard.press(key);
    assert.equal(await focused(page), `Remove ${SETS[0]}`, "the last one that is left");
    await page.keyboard.press(key);
    assert.deepEqual(await chips(page, "control_set_ids"), []);
    assert.equal(await focused(page), "control_set_ids", "the input when no chip is left");
    assert.deepEqual((await draftOf(page)).fields.control_set_ids, []);
    await finish(page);
  });
}

test("a_chip_is_removed_by_space_on_its_button_and_what_is_left_is_announced", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", SETS.join(" "));
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Space");
  assert.deepEqual(await chips(page, "control_set_ids"), SETS.slice(1));
  assert.equal(await page.locator("body > [role=status]").innerText(), "2 entries");
  await finish(page);
});

test("backspace_in_the_empty_input_takes_the_last_chip_back_as_text", async () => {
  const page = await openConnected();
  const mistyped = SETS[1].slice(0, -1);
  await paste(page, "control_set_ids", `${SETS[0]} ${mistyped}`);
  assert.equal(await faults(page, "control_set_ids").count(), 1);
  await page.keyboard.press("Backspace");
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0]]);
  assert.equal(await field(page, "control_set_ids").inputValue(), mistyped);
  assert.equal(await faults(page, "control_set_ids").count(), 0);
  // The caret is at its end, so that one key mends it.
  await page.keyboard.press(SETS[1].at(-1));
  await page.keyboard.press("Enter");
  assert.deepEqual(await chips(page, "control_set_ids"), SETS.slice(0, 2));
  await finish(page);
});

test("backspace_in_an_input_with_text_leaves_the_chips", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", `${SETS[0]} ${SETS[1]}`);
  await page.keyboard.type("ab");
  await page.keyboard.press("Backspace");
  assert.equal(await field(page, "control_set_ids").inputValue(), "a");
  assert.deepEqual(await chips(page, "control_set_ids"), SETS.slice(0, 2));
  await finish(page);
});

test("an_id_taken_back_as_text_survives_a_reload", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", `${SETS[0]} ${SETS[1]}`);
  await page.keyboard.press("Backspace");
  await page.reload();
  await page.locator("h1").waitFor();
  assert.deepEqual(await formOf(page), { control_set_ids: SETS.slice(0, 2) });
  await finish(page);
});

// The name.

test("a_name_is_previewed_without_white_space_around_it_and_wins_over_a_format", async () => {
  const page = await openForm();
  await field(page, "assessment_name_format").fill("{{date}}");
  await field(page, "name").fill("  Given ☕ name ");
  assert.equal(await preview(page), "Given ☕ name");
  assert.equal(await cycleNote(page).isVisible(), false);
  await finish(page);
});

test("without_name_and_format_the_preview_is_the_default_and_notes_the_cycle", async () => {
  const page = await openForm();
  const year = new Date().getUTCFullYear();
  assert.equal(await preview(page), `${year} ‹vendor's name› initial`);
  assert.equal(await cycleNote(page).isVisible(), true);
  // White space alone is no name.
  await field(page, "name").fill("   ");
  assert.equal(await preview(page), `${year} ‹vendor's name› initial`);
  await finish(page);
});

for (const [token, shown, isCycle] of [
  ["{{vendor:name}}", () => "‹vendor's name›", false],
  ["{{service:name}}", () => "‹service 1›, ‹service 2›", false],
  ["{{cycle}}", () => "initial", true],
  ["{{year}}", (today) => today.slice(0, 4), false],
  ["{{date}}", (today) => today, false],
]) {
  test(`a_token_is_inserted_by_its_button_and_previewed: ${token}`, async () => {
    const page = await openForm();
    await fillIn(page, { service_ids: [CARDS.id, PORTAL.id] });
    await page.getByRole("button", { name: token }).click();
    assert.equal(await field(page, "assessment_name_format").inputValue(), token);
    assert.equal(await preview(page), shown(new Date().toISOString().slice(0, 10)));
    assert.equal(await cycleNote(page).isVisible(), isCycle);
    assert.equal(await focused(page), "assessment_name_format");
    assert.equal((await draftOf(page)).fields.assessment_name_format, token);
    await finish(page);
  });
}

test("tokens_are_inserted_where_the_caret_is_and_replace_what_is_selected", async () => {
  const page = await openForm();
  const format = field(page, "assessment_name_format");
  await format.fill("in  of OLD");
  await format.evaluate((input) => input.setSelectionRange(3, 3));
  await page.getByRole("button", { name: "{{year}}" }).click();
  await page.keyboard.type("!");
  assert.equal(await format.inputValue(), "in {{year}}! of OLD");
  await format.evaluate((input) => input.setSelectionRange(input.value.length - 3, 99));
  await page.getByRole("button", { name: "{{vendor:name}}" }).click();
  assert.equal(await format.inputValue(), "in {{year}}! of {{vendor:name}}");
  const year = new Date().getUTCFullYear();
  assert.equal(await preview(page), `in ${year}! of ‹vendor's name›`);
  await finish(page);
});

test("a_format_is_sent_as_written_and_the_server_names_by_it", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  const format = "{{service:name}} | {{vendor:name}} | {{nothing}}";
  await fillIn(page, { vendor_id: NORTHWIND.id, service_ids: [PORTAL.id, CARDS.id] });
  await field(page, "assessment_name_format").fill(format);
  assert.equal(await preview(page), "‹service 1›, ‹service 2› | ‹vendor's name› | {{nothing}}");
  await submit(page);
  const { json } = await dashboard.api.retrieve(await created(page));
  assert.equal(sent[0].body.assessment_name_format, format);
  assert.equal(json.name, "Merchant portal, Card processing | Northwind Payments | {{nothing}}");
  await finish(page);
});

test("the_note_on_reassessment_is_gone_once_the_index_knows_an_assessment_of_the_vendor", async () => {
  const page = await openConnected();
  await field(page, "vendor_id").fill(GLOBEX.id);
  assert.equal(await cycleNote(page).isVisible(), true);
  await submit(page);
  await created(page);
  await page.getByRole("link", { name: "New assessment" }).click();
  assert.equal(await cycleNote(page).isVisible(), true);
  await field(page, "vendor_id").fill(GLOBEX.id);
  const year = new Date().getUTCFullYear();
  assert.equal(await cycleNote(page).isVisible(), false);
  assert.equal(await preview(page), `${year} ‹vendor's name› reassessment`);
  // Of another vendor, the index knows nothing.
  await field(page, "vendor_id").fill(NORTHWIND.id);
  assert.equal(await cycleNote(page).isVisible(), true);
  assert.equal(await preview(page), `${year} ‹vendor's name› initial`);
  await finish(page);
});

// The key.

for (const [what, key, said] of [
  ["a space", "TICKET 1", /bad character at position 6/],
  ["a character outside ASCII", "TICKET-é", /bad character at position 7/],
  ["nothing", "", /must not be empty/],
  ["256 characters", "k".repeat(256), /at most 255 characters, got 256/],
]) {
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

// Faults.

/** A value that each field finds a fault in by itself. */
const FAULTY = {
  vendor_id: "cbvndr_x",
  control_set_ids: ["cbctst_x"],
  service_ids: ["cbsvc_x"],
  name: "n".repeat(256),
  assessment_name_format: "f".repeat(256),
  assignee_id: "cbuser_x",
  supporting_document_ids: ["cbvdoc_x"],
  trigger_workflow: "w".repeat(256),
  [KEY]: "k k",
};

for (const [name, value] of Object.entries(FAULTY)) {
  test(`a_fault_is_linked_to_its_input: ${name}`, async () => {
    const page = await openForm();
    const described = () =>
      field(page, name).evaluate((input) => ({
        invalid: input.getAttribute("aria-invalid"),
        texts: input
          .getAttribute("aria-describedby")
          .split(" ")
          .map((id) => document.getElementById(id))
          .map((element) => [element.className, element.innerText]),
        label: input.labels.length,
      }));
    const good = await described();
    assert.equal(good.invalid, null);
    assert.equal(good.label, 1);
    assert.deepEqual(
      good.texts.map(([role]) => role),
      ["hint"],
    );
    await fillIn(page, { [name]: [value].flat().join(" ") });
    const bad = await described();
    assert.equal(bad.invalid, "true");
    assert.deepEqual(
      bad.texts.map(([role]) => role),
      ["faults", "hint"],
    );
    assert.deepEqual(bad.texts[0][1], (await faultTexts(page, name)).join("\n"));
    assert.ok(bad.texts[0][1].length > 0);
    assert.equal(await page.locator("[aria-invalid]").count(), 1);
    await finish(page);
  });
}

test("names_of_255_characters_are_within_the_limit_whatever_the_characters", async () => {
  const page = await openForm();
  for (const name of ["name", "assessment_name_format", "trigger_workflow"]) {
    await field(page, name).fill("🚢".repeat(255));
    assert.equal(await faults(page, name).count(), 0, name);
    await field(page, name).fill("🚢".repeat(256));
    assert.deepEqual(await faultTexts(page, name), ["At most 255 characters, this has 256"]);
  }
  // White space around a name is not part of it.
  await field(page, "name").fill(`${" ".repeat(300)}${"n".repeat(255)}  `);
  assert.equal(await faults(page, "name").count(), 0);
  await finish(page);
});

test("the_focus_goes_to_the_first_faulty_field_on_submit_one_after_the_other", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  const { vendor_id: _, ...rest } = FAULTY;
  for (const [name, value] of Object.entries(rest)) {
    await fillIn(page, { [name]: [value].flat().join(" ") });
  }
  const order = [];
  const good = { ...EVERYTHING, [KEY]: "k" };
  for (const name of Object.keys(FAULTY)) {
    await submit(page);
    order.push(await focused(page));
    if (LISTS.includes(name)) {
      await chipButtons(page, name).click();
    } else if (name !== KEY) {
      await field(page, name).fill(good[name]);
    }
  }
  assert.deepEqual(order, Object.keys(FAULTY));
  assert.deepEqual(sent, []);
  await finish(page);
});

test("the_count_follows_while_faults_are_mended_and_made", async () => {
  const page = await openConnected();
  await submit(page);
  assert.match(await message(page).innerText(), /^One thing needs your attention\.$/);
  await fillIn(page, { service_ids: ["cbsvc_x"], assignee_id: "cbuser_x" });
  assert.match(await message(page).innerText(), /^3 things need your attention\.$/);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  assert.match(await message(page).innerText(), /^2 things need your attention\.$/);
  await chipButtons(page, "service_ids").click();
  assert.match(await message(page).innerText(), /^One thing needs your attention\.$/);
  await field(page, "assignee_id").fill("");
  assert.equal(await message(page).innerText(), "");
  await finish(page);
});

test("faults_before_the_first_submit_are_not_counted_in_a_message", async () => {
  const page = await openConnected();
  await fillIn(page, { service_ids: ["cbsvc_x"] });
  assert.equal(await message(page).innerText(), "");
  await submit(page);
  const alert = page.locator("main form").getByRole("alert");
  assert.equal(await alert.innerText(), "2 things need your attention.");
  await finish(page);
});

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
    await page.evaluate(async () => {
      const { held } = await navigator.locks.query();
      const { id } = JSON.parse(sessionStorage.getItem("assessments.draft"));
      if (!held.some(({ name }) => name.includes(id))) throw new Error("the draft is not claimed");
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
  const tab = await dashboard.openTab(page, "/new");
  tab.setDefaultTimeout(PATIENCE_MS);
  return tab;
}

/** Waits until a tab has another key than it was given. */
const keyOtherThan = async (tab, key) => {
  const taken = await tab.waitForFunction(
    ([name, old]) => {
      const { value } = document.querySelector(`[data-field="${name}"] input`);
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
  await tab.getByRole("link", { name: "Back to the watchlist" }).waitFor();
  assert.equal(sent.length, 1);
  await created(tab);
  await finish(page);
  assert.deepEqual(tab.complaints, []);
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
    assert.equal(await page.getByRole("button", { name: "Use the demo credential" }).count(), 0);
    const settings = await page.evaluate(async () => {
      const response = await fetch("/dashboard/settings.json");
      return response.text();
    });
    assert.deepEqual(JSON.parse(settings), { development: false, demo: null });
    for (const key of Object.values(DEMO_KEYS)) assert.ok(!settings.includes(key));
    await finish(page);
  } finally {
    await production.close();
  }
});

test("in_production_a_key_of_a_service_account_is_not_sent_from_the_page", async () => {
  const production = await startDashboard({ development: false });
  try {
    const page = await production.open("/new");
    page.setDefaultTimeout(PATIENCE_MS);
    const sent = await meddle(page, "create", []);
    await connect(page, KEYS.harbor);
    await field(page, "vendor_id").fill(NORTHWIND.id);
    await submit(page);
    const alert = page.locator("main form").getByRole("alert");
    await alert.getByText("This cannot be sent from here").waitFor();
    assert.match(await alert.innerText(), /service-account key/);
    assert.deepEqual(sent, []);
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

// By keyboard alone.

test("the_whole_form_is_filled_in_and_submitted_by_keyboard_alone", async () => {
  const page = await openForm();
  const sent = await meddle(page, "create", []);
  await tabTo(page, "Connect");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo(page, "password");
  await page.keyboard.type(KEYS.harbor);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  for (const [name, value] of Object.entries(EVERYTHING)) {
    await tabTo(page, name);
    if (Array.isArray(value)) {
      for (const id of value) {
        await page.keyboard.type(id);
        await page.keyboard.press("Enter");
      }
    } else if (name === "assessment_name_format") {
      // Its tokens have buttons, which are reached by the same key.
      await tabTo(page, "{{vendor:name}}");
      await page.keyboard.press("Enter");
      await page.keyboard.type(" ");
      await tabTo(page, "{{date}}");
      await page.keyboard.press("Enter");
    } else {
      await page.keyboard.type(value);
    }
  }
  assert.deepEqual(await formOf(page), EVERYTHING);
  await tabTo(page, KEY);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("BY-KEYBOARD");
  await tabTo(page, "Create assessment");
  await page.keyboard.press("Enter");
  await created(page);
  assert.deepEqual(sent, [{ key: "BY-KEYBOARD", body: EVERYTHING }]);
  await finish(page);
});

for (const name of [...Object.keys(EVERYTHING), KEY]) {
  test(`enter_submits_and_leads_to_the_first_fault: ${name}`, async () => {
    const page = await openConnected();
    await field(page, name).focus();
    await page.keyboard.press("Enter");
    await message(page).getByText("One thing needs your attention.").waitFor();
    assert.equal(await focused(page), "vendor_id");
    await finish(page);
  });
}

test("enter_in_a_field_of_a_form_without_faults_sends_it_once", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").focus();
  await page.keyboard.type(NORTHWIND.id);
  await page.keyboard.press("Enter");
  await created(page);
  assert.equal(sent.length, 1);
  await finish(page);
});

test("a_fault_is_mended_by_keyboard_through_the_button_that_moves_it", async () => {
  const page = await openConnected();
  await field(page, "control_set_ids").focus();
  await page.keyboard.type(CARDS.id);
  await page.keyboard.press("Enter");
  await tabTo(page, "Move to Services");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "service_ids");
  assert.deepEqual(await formOf(page), { service_ids: [CARDS.id] });
  await finish(page);
});
