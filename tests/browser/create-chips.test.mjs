// Chips by keyboard, and the name that is previewed.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CARDS,
  GLOBEX,
  PORTAL,
  created,
  cycleNote,
  draftOf,
  fillIn,
  focused,
  formOf,
  openConnected,
  openForm,
  preview,
  withoutVendors,
} from "./form-support.mjs";
import { dashboard } from "./started.mjs";
import {
  NORTHWIND,
  SETS,
  chips,
  faults,
  field,
  finish,
  meddle,
  paste,
  submit,
} from "./support.mjs";
import { shortId } from "../../www/format.js";

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
  assert.deepEqual(stops, [
    "Remove all",
    `Edit ${shortId(SETS[0])}`,
    "control_set_ids",
    "trigger_workflow",
  ]);
  await finish(page);
});

test("arrow_keys_go_through_the_buttons_of_the_chips_and_stop_at_the_ends", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", SETS.join(" "));
  await page.keyboard.press("Shift+Tab");
  const visited = [await focused(page)];
  for (const key of [
    "ArrowLeft",
    "ArrowRight",
    "ArrowRight",
    "ArrowDown",
    "ArrowDown",
    "ArrowRight",
    "ArrowRight",
    "ArrowUp",
  ]) {
    await page.keyboard.press(key);
    visited.push(await focused(page));
  }
  const [first, second, third] = SETS;
  assert.deepEqual(visited, [
    `Edit ${shortId(first)}`,
    `Edit ${shortId(first)}`,
    `Remove ${first}`,
    `Edit ${shortId(second)}`,
    `Edit ${shortId(third)}`,
    `Edit ${shortId(third)}`,
    `Remove ${third}`,
    `Remove ${third}`,
    `Remove ${second}`,
  ]);
  // Who leaves the chips and comes back is where they left.
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "control_set_ids");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(page), `Remove ${second}`);
  await finish(page);
});

for (const key of ["Delete", "Backspace"]) {
  test(`a_chip_is_removed_by_key_and_the_focus_stays_among_the_chips: ${key}`, async () => {
    const page = await openForm();
    await paste(page, "control_set_ids", SETS.join(" "));
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press(key);
    assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0], SETS[2]]);
    assert.equal(await focused(page), `Edit ${shortId(SETS[2])}`, "the next one");
    await page.keyboard.press(key);
    assert.equal(await focused(page), `Edit ${shortId(SETS[0])}`, "the last one that is left");
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
  await page.keyboard.press("ArrowRight");
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

// A chip changed in its place.

/** The input that a chip has become. */
const editor = (page) => page.locator('[data-field="control_set_ids"] .chip input');
const said = (page) => page.locator("body > [role=status]").innerText();

for (const [how, open] of /** @type {[string, (page: any) => Promise<unknown>][]} */ ([
  ["Enter", (page) => page.keyboard.press("Enter")],
  ["F2", (page) => page.keyboard.press("F2")],
  ["a click", (page) => page.getByRole("button", { name: `Edit ${shortId(SETS[0])}` }).click()],
  [
    "a double click",
    (page) => page.getByRole("button", { name: `Edit ${shortId(SETS[0])}` }).dblclick(),
  ],
])) {
  test(`a_chip_is_changed_in_its_place_by_${how.replaceAll(" ", "_")}`, async () => {
    const page = await openForm();
    await paste(page, "control_set_ids", `${SETS[0]} ${SETS[1]}`);
    await page.keyboard.press("Shift+Tab");
    await open(page);
    assert.equal(await editor(page).inputValue(), SETS[0]);
    assert.match(await said(page), /Enter keeps the change/);
    await editor(page).fill(SETS[2]);
    await page.keyboard.press("Enter");
    assert.deepEqual(await chips(page, "control_set_ids"), [SETS[2], SETS[1]]);
    assert.equal(await focused(page), `Edit ${shortId(SETS[2])}`);
    assert.equal(await said(page), "Changed.");
    assert.deepEqual((await draftOf(page)).fields.control_set_ids, [SETS[2], SETS[1]]);
    await finish(page);
  });
}

test("escape_leaves_a_chip_as_it_was_and_nothing_is_sent_by_enter", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await paste(page, "control_set_ids", `${SETS[0]} ${SETS[1]}`);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("F2");
  await editor(page).fill("something else");
  await page.keyboard.press("Escape");
  assert.deepEqual(await chips(page, "control_set_ids"), SETS.slice(0, 2));
  assert.match((await focused(page)) ?? "", /^Edit /);
  await page.keyboard.press("F2");
  await page.keyboard.press("Enter");
  assert.deepEqual(await chips(page, "control_set_ids"), SETS.slice(0, 2));
  assert.deepEqual(sent, []);
  await finish(page);
});

test("a_chip_that_is_left_keeps_what_was_made_of_it_and_an_empty_one_is_gone", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", `${SETS[0]} ${SETS[1]}`);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("F2");
  await editor(page).fill(SETS[2].toUpperCase());
  await field(page, "name").focus();
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[2], SETS[1]]);
  assert.equal(await focused(page), "name");
  await page.getByRole("button", { name: `Edit ${shortId(SETS[1])}` }).click();
  await editor(page).fill("");
  await page.keyboard.press("Enter");
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[2]]);
  await finish(page);
});

test("a_chip_to_which_others_are_added_in_its_place_is_a_chip_again", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", SETS[0]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("F2");
  await editor(page).fill(`${SETS[0]}, ${SETS[1]}`);
  await page.keyboard.press("Enter");
  assert.equal(await editor(page).count(), 0);
  assert.deepEqual(await chips(page, "control_set_ids"), SETS.slice(0, 2));
  assert.equal(await focused(page), `Edit ${shortId(SETS[0])}`);
  await finish(page);
});

test("ids_of_other_kinds_are_moved_all_at_once_to_where_they_belong", async () => {
  const page = await openForm();
  const strays = [NORTHWIND.id, CARDS.id, PORTAL.id, NORTHWIND.documents[0].id, GLOBEX.id];
  await paste(page, "control_set_ids", [SETS[0], ...strays, "cbctst_12"].join(" "));
  await page.getByRole("button", { name: "Move all 5 to where they belong" }).click();
  // A field of one id takes no second.
  assert.deepEqual(await formOf(page), {
    vendor_id: NORTHWIND.id,
    control_set_ids: [SETS[0], GLOBEX.id, "cbctst_12"],
    service_ids: [CARDS.id, PORTAL.id],
    supporting_document_ids: [NORTHWIND.documents[0].id],
  });
  assert.equal(await said(page), "Moved to Vendor, Services, and Supporting documents.");
  await page.getByRole("button", { name: "Remove all 2 that are wrong" }).press("Enter");
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0]]);
  assert.equal(await focused(page), "control_set_ids");
  assert.equal(await faults(page, "control_set_ids").count(), 0);
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

/** Each token, what is shown of it at the end of a year, and whether the note on the cycle is. */
const TOKENS = /** @type {[string, string, boolean][]} */ ([
  ["{{vendor:name}}", "‹vendor's name›", false],
  ["{{service:name}}", "‹service 1›, ‹service 2›", false],
  ["{{cycle}}", "initial", true],
  ["{{year}}", "2031", false],
  ["{{date}}", "2031-12-31", false],
]);

for (const [token, shown, isCycle] of TOKENS) {
  test(`a_token_is_inserted_by_its_button_and_previewed: ${token}`, async () => {
    const page = await openForm();
    await page.clock.setFixedTime("2031-12-31T23:59:59Z");
    await fillIn(page, { service_ids: [CARDS.id, PORTAL.id] });
    await page.getByRole("button", { name: token }).click();
    assert.equal(await field(page, "assessment_name_format").inputValue(), token);
    assert.equal(await preview(page), shown);
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
  await withoutVendors(page);
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
  await withoutVendors(page);
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
