// Ids in the form: their faults, and lists of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ANA,
  CARDS,
  EVERYTHING,
  LISTS,
  SOC2,
  WIDE,
  WIDE_SETS,
  chipButtons,
  created,
  draftOf,
  fillIn,
  focused,
  formOf,
  openConnected,
  openForm,
} from "./form-support.mjs";
import { dashboard } from "./started.mjs";
import {
  NORTHWIND,
  SETS,
  chips,
  faultTexts,
  faults,
  field,
  finish,
  meddle,
  paste,
  submit,
} from "./support.mjs";
import { idOf } from "../http/harness.mjs";

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
  await services.getByRole("button", { name: "Remove all", exact: true }).click();
  const { service_ids: _, ...rest } = EVERYTHING;
  assert.deepEqual(await formOf(page), rest);
  assert.deepEqual((await draftOf(page)).fields.service_ids, []);
  assert.equal(await services.getByRole("button", { name: "Remove all", exact: true }).count(), 0);
  assert.equal(await focused(page), "service_ids");
  await finish(page);
});

test("remove_all_takes_the_faults_of_the_list_with_it", async () => {
  const page = await openForm();
  await paste(page, "control_set_ids", `cbctst_1 cbctst_2 ${CARDS.id}`);
  assert.equal(await faults(page, "control_set_ids").count(), 3);
  await page.getByRole("button", { name: "Remove all", exact: true }).click();
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
