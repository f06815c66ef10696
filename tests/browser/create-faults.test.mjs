// The faults of the form and their count, and the form by keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CARDS,
  EVERYTHING,
  LISTS,
  chipButtons,
  created,
  fillIn,
  focused,
  formOf,
  openConnected,
  openForm,
  tabTo,
} from "./form-support.mjs";
import {
  KEY,
  KEYS,
  NORTHWIND,
  faultTexts,
  faults,
  field,
  finish,
  meddle,
  message,
  submit,
} from "./support.mjs";

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
