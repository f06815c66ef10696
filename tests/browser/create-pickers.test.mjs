// The form filled in by names: vendor, what the vendor has, control sets, assignee, workflow.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ANA,
  BO,
  CARDS,
  GLOBEX,
  SOC2,
  created,
  draftOf,
  fillIn,
  formOf,
  openConnected,
  openForm,
  preview,
  tabTo,
  typeAtOnce,
} from "./form-support.mjs";
import { idOf } from "../http/harness.mjs";
import { overflowOf, violationsOf } from "./looks.mjs";
import { dashboard } from "./started.mjs";
import {
  NORTHWIND,
  ORGS,
  SETS,
  chips,
  connect,
  faults,
  field,
  disconnect,
  finish,
  meddle,
  openMore,
  paste,
  sessionOf,
  submit,
  pauseClock,
  until,
} from "./support.mjs";
import { texts } from "../../www/texts.js";

const option = (page, name) => page.getByRole("option", { name });
const checkbox = (page, name) => page.getByRole("checkbox", { name });
const within = (page, name) => page.locator(`[data-field="${name}"]`);
const WORKFLOW = "annual-reassessment-flow";

/** Types a text into a field and waits for what is found. */
async function seek(page, name, text, found) {
  await field(page, name).focus();
  await typeAtOnce(page, text);
  await option(page, found).first().waitFor();
}

/** What the tests' request holds, in whatever way it was filled in. */
const WANTED = {
  vendor_id: NORTHWIND.id,
  control_set_ids: [SETS[0], SETS[1]],
  service_ids: [CARDS.id],
  assignee_id: BO.id,
  supporting_document_ids: [SOC2.id],
  trigger_workflow: WORKFLOW,
};

test("a_request_is_filled_in_by_names_with_the_mouse_and_sent_with_their_ids", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await seek(page, "vendor_id", "north", NORTHWIND.name);
  await option(page, NORTHWIND.name).click();
  assert.equal(await field(page, "vendor_id").inputValue(), NORTHWIND.name);
  await checkbox(page, CARDS.name).check();
  await checkbox(page, SOC2.name).check();
  await within(page, "assignee_id").getByText(ANA.name).waitFor();
  for (const [typed, name] of [
    ["soc", "SOC 2 Trust Services"],
    ["iso", "ISO/IEC 27001:2022"],
  ]) {
    await seek(page, "control_set_ids", typed, name);
    await option(page, name).click();
  }
  await seek(page, "assignee_id", "bo", BO.name);
  await option(page, BO.name).click();
  await seek(page, "trigger_workflow", "ann", WORKFLOW);
  await option(page, WORKFLOW).click();
  await page.getByText(`${new Date().getUTCFullYear()} ${NORTHWIND.name}`).waitFor();
  const shown = await within(page, "control_set_ids").locator(".chip-text").allInnerTexts();
  assert.deepEqual(shown, ["SOC 2 Trust Services", "ISO/IEC 27001:2022"]);
  await submit(page);
  await created(page);
  assert.deepEqual(sent[0].body, WANTED);
  await finish(page);
});

test("the_same_is_done_by_keyboard_alone", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  const choose = async (name, text, found) => {
    await tabTo(page, name);
    await seek(page, name, text, found);
    await page.keyboard.press("Enter");
  };
  await choose("vendor_id", "NÖRTH", NORTHWIND.name);
  await choose("control_set_ids", "soc", "SOC 2");
  await choose("control_set_ids", "iso", "ISO");
  await checkbox(page, CARDS.name).waitFor();
  for (const { name } of [CARDS, SOC2]) {
    await page.keyboard.press("Tab");
    while (!(await checkbox(page, name).evaluate((box) => box === document.activeElement)))
      await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
  }
  await tabTo(page, "assignee_id", "Shift+Tab");
  await seek(page, "assignee_id", "bo", BO.name);
  await page.keyboard.press("Enter");
  await choose("trigger_workflow", "ann", WORKFLOW);
  assert.equal(sent.length, 0, "a choice sends nothing");
  await page.keyboard.press("Enter");
  await created(page);
  assert.deepEqual(sent[0].body, WANTED);
  await finish(page);
});

test("enter_before_anything_was_found_takes_what_alone_is_found_then", async () => {
  const page = await openConnected();
  const input = field(page, "vendor_id");
  const names = ORGS.harbor.vendors.map(({ name }) => name);
  const letter = "g";
  const begun = (name) =>
    name
      .toLowerCase()
      .split(" ")
      .some((word) => word.startsWith(letter));
  assert.ok(names.filter(begun).length > 1, "several have a word that begins so");
  for (const [typed, shown] of [
    ["northwind", NORTHWIND.name],
    [letter, letter],
  ]) {
    const { promise: released, resolve: release } = Promise.withResolvers();
    const path = /\/v1\/dashboard\/vendors\?/;
    await page.route(path, async (route) => {
      await released;
      await route.continue();
    });
    await input.fill("");
    await input.focus();
    await typeAtOnce(page, typed);
    await page.keyboard.press("Enter");
    release(undefined);
    if (shown === typed) await page.getByRole("option").nth(1).waitFor();
    else await checkbox(page, CARDS.name).waitFor();
    assert.equal(await input.inputValue(), shown);
  }
  assert.equal(await page.getByRole("option").count(), names.filter(begun).length);
  await finish(page);
});

test("enter_takes_nothing_of_which_there_may_be_more_and_pressed_again_it_sends_nothing", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  const input = field(page, "vendor_id");
  const path = /\/v1\/dashboard\/vendors\?/;
  const items = [{ id: NORTHWIND.id, name: NORTHWIND.name, last_assessment: null }];
  for (const hasMore of [true, false]) {
    const { promise: released, resolve: release } = Promise.withResolvers();
    await page.route(path, async (route) => {
      await released;
      await route.fulfill({ json: { items, next_cursor: hasMore ? "more" : null } });
    });
    await input.fill("");
    await input.focus();
    await typeAtOnce(page, "northwind");
    await page.keyboard.press("Enter");
    release(undefined);
    if (hasMore) await option(page, NORTHWIND.name).waitFor();
    else await checkbox(page, CARDS.name).waitFor();
    assert.equal(await input.inputValue(), hasMore ? "northwind" : NORTHWIND.name);
  }
  await page.clock.install();
  await pauseClock(page);
  await input.fill("");
  await typeAtOnce(page, "northwind");
  await page.keyboard.press("Enter");
  await page.clock.runFor(500);
  await until(async () => (await input.inputValue()) === NORTHWIND.name);
  await page.keyboard.press("Enter");
  await page.clock.runFor(600);
  assert.equal(sent.length, 0, "that was for the choice");
  // Now it is for the form.
  await page.clock.runFor(600);
  await page.keyboard.press("Enter");
  await until(() => sent.length > 0);
  assert.equal(sent.length, 1);
  await finish(page);
});

test("arrow_keys_go_round_the_list_and_escape_closes_it_without_a_choice", async () => {
  const page = await openConnected();
  const input = field(page, "vendor_id");
  assert.equal(await input.getAttribute("role"), "combobox");
  assert.equal(await input.getAttribute("aria-expanded"), "false");
  await input.focus();
  await page.keyboard.press("ArrowDown");
  await option(page, GLOBEX.name).waitFor();
  assert.equal(await input.getAttribute("aria-expanded"), "true");
  const names = await page.getByRole("option").locator("bdi").allInnerTexts();
  assert.ok(names.includes(NORTHWIND.name), `${names}`);
  const active = () =>
    input.evaluate((each) => {
      const id = each.getAttribute("aria-activedescendant");
      return id && document.getElementById(id)?.querySelector("bdi")?.textContent;
    });
  assert.equal(await active(), null);
  await page.keyboard.press("ArrowDown");
  assert.equal(await active(), names[0]);
  await page.keyboard.press("ArrowUp");
  assert.equal(await active(), names.at(-1));
  assert.equal(await page.locator("[role=option][aria-selected=true]").count(), 1);
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("option").count(), 0);
  assert.equal(await input.getAttribute("aria-expanded"), "false");
  assert.equal(await input.inputValue(), "");
  await finish(page);
});

test("an_id_that_was_pasted_stays_and_is_called_by_its_name", async () => {
  const page = await openConnected();
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await within(page, "vendor_id").getByText(NORTHWIND.name).waitFor();
  await paste(page, "control_set_ids", `${SETS[0]} ${SETS[1]}`);
  await within(page, "control_set_ids").getByText("SOC 2 Trust Services").waitFor();
  assert.deepEqual(await formOf(page), {
    vendor_id: NORTHWIND.id,
    control_set_ids: SETS.slice(0, 2),
  });
  await finish(page);
});

test("another_vendor_that_is_chosen_takes_what_belonged_to_the_first_with_it", async () => {
  const page = await openConnected();
  await seek(page, "vendor_id", "north", NORTHWIND.name);
  await page.keyboard.press("Enter");
  await checkbox(page, CARDS.name).check();
  await field(page, "vendor_id").fill("");
  await seek(page, "vendor_id", "globex", GLOBEX.name);
  await page.keyboard.press("Enter");
  await checkbox(page, GLOBEX.services[0].name).waitFor();
  assert.equal(await checkbox(page, CARDS.name).count(), 0);
  const { fields } = await draftOf(page);
  assert.deepEqual([fields.vendor_id, fields.service_ids], [GLOBEX.id, []]);
  await finish(page);
});

test("a_choice_survives_a_reload_by_its_name", async () => {
  const page = await openConnected();
  await seek(page, "vendor_id", "north", NORTHWIND.name);
  await page.keyboard.press("Enter");
  await page.reload();
  await page.locator("h1").waitFor();
  assert.equal(await field(page, "vendor_id").inputValue(), NORTHWIND.name);
  assert.equal((await draftOf(page)).fields.vendor_id, NORTHWIND.id);
  await finish(page);
});

test("the_preview_has_the_real_names_and_says_what_the_create_will", async () => {
  const page = await openConnected();
  const sent = await meddle(page, "create", []);
  await field(page, "assessment_name_format").fill("{{vendor:name}} {{service:name}} {{cycle}}");
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await checkbox(page, CARDS.name).check();
  await page.locator(".preview-name").getByText(CARDS.name).waitFor();
  const promised = await preview(page);
  await submit(page);
  const { json } = await dashboard.api.retrieve(await created(page));
  assert.equal(json.name, promised);
  assert.equal(sent.length, 1);
  await finish(page);
});

test("without_a_connection_and_without_the_permission_the_fields_take_ids_as_ever", async () => {
  const page = await openForm();
  assert.equal(await field(page, "vendor_id").getAttribute("role"), null);
  await field(page, "vendor_id").pressSequentially("nor");
  await field(page, "vendor_id").blur();
  assert.equal(await faults(page, "vendor_id").count(), 1);
  await page.route("**/v1/dashboard/me", async (route) => {
    const response = await route.fetch();
    const me = await response.json();
    me.routes = me.routes.filter((name) => name !== "read_dashboard");
    return route.fulfill({ response, json: me });
  });
  await connect(page, await sessionOf(dashboard, "Dashboard Viewer"));
  assert.equal(await field(page, "vendor_id").getAttribute("role"), null);
  await finish(page);
});

test("names_that_cannot_be_read_are_told_in_place_and_ids_still_work", async () => {
  const page = await openConnected();
  await page.route("**/v1/dashboard/vendors?*", (route) => route.abort());
  await field(page, "vendor_id").pressSequentially("north");
  await within(page, "vendor_id").getByText(texts.picker.failed).waitFor();
  await field(page, "vendor_id").fill(NORTHWIND.id);
  assert.equal(await faults(page, "vendor_id").count(), 0);
  await finish(page);
});

for (const [what, text] of [
  ["a JSON array", JSON.stringify(SETS)],
  ["JSON over lines", JSON.stringify(SETS, null, 2)],
  ["quoted", SETS.map((id) => `'${id}'`).join(", ")],
  ["addresses", SETS.map((id) => `https://a.example/sets/${id}?tab=1`).join("\n")],
  ["capitals", SETS.map((id) => id.toUpperCase()).join("\n")],
  ["a table", SETS.map((id, row) => `${row},"${id}","A set, by name",true`).join("\r\n")],
]) {
  test(`ids_are_found_in_what_is_pasted: ${what}`, async () => {
    const page = await openForm();
    await paste(page, "control_set_ids", text);
    assert.deepEqual(await chips(page, "control_set_ids"), SETS);
    await finish(page);
  });
}

test("an_id_in_an_address_is_pasted_into_a_field_of_one", async () => {
  const page = await openForm();
  await paste(page, "vendor_id", `https://a.example/vendors/${NORTHWIND.id.toUpperCase()}/x`);
  assert.equal(await field(page, "vendor_id").inputValue(), NORTHWIND.id);
  await finish(page);
});

test("what_a_person_used_last_comes_first_and_goes_with_the_organization", async () => {
  const page = await openConnected();
  const groups = (name) => within(page, name).getByRole("group").first();
  const offered = async (name) => {
    await field(page, name).click();
    await page.getByRole("option").first().waitFor();
    const heads = await within(page, name).locator(".choices-head").allInnerTexts();
    const used = await groups(name).getByRole("option").locator("bdi").allInnerTexts();
    const all = await page.getByRole("option").locator("bdi").allInnerTexts();
    assert.equal(new Set(all).size, all.length, "each is there once");
    await page.keyboard.press("Escape");
    return heads.length > 0 ? used : [];
  };
  assert.deepEqual(await offered("control_set_ids"), []);
  for (const vendor of [NORTHWIND, GLOBEX]) {
    await field(page, "vendor_id").fill(vendor.id);
    await within(page, "vendor_id").getByText(vendor.name).waitFor();
    await seek(page, "control_set_ids", "iso", "ISO/IEC 27001:2022");
    await page.keyboard.press("Enter");
    await seek(page, "assignee_id", "bo", BO.name);
    await page.keyboard.press("Enter");
    await field(page, "trigger_workflow").fill(WORKFLOW);
    await submit(page);
    await created(page);
    await page.getByRole("link", { name: "New assessment" }).click();
  }
  assert.deepEqual(await offered("vendor_id"), [GLOBEX.name, NORTHWIND.name]);
  assert.deepEqual(await offered("control_set_ids"), ["ISO/IEC 27001:2022"]);
  assert.deepEqual(await offered("assignee_id"), [BO.name]);
  assert.deepEqual(await offered("trigger_workflow"), [WORKFLOW]);
  // By keyboard they are the first.
  await field(page, "vendor_id").focus();
  await page.keyboard.press("ArrowDown");
  await option(page, GLOBEX.name).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await field(page, "vendor_id").inputValue(), GLOBEX.name);
  const kept = () =>
    page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("recents")));
  assert.equal((await kept()).length, 1);
  await disconnect(page);
  await page.getByRole("button", { name: texts.connection.connect }).first().waitFor();
  assert.deepEqual(await kept(), []);
  await finish(page);
});

test("what_was_used_last_and_is_gone_since_or_switched_off_is_not_offered", async () => {
  const page = await openConnected();
  const used = "ISO/IEC 27001:2022";
  await fillIn(page, { vendor_id: NORTHWIND.id, trigger_workflow: WORKFLOW });
  await seek(page, "control_set_ids", "iso", used);
  await page.keyboard.press("Enter");
  await submit(page);
  await created(page);
  const list = (name, items) =>
    page.route(new RegExp(`/v1/dashboard/${name}\\?`), (route) =>
      route.fulfill({
        status: 200,
        json: { items, next_cursor: null },
        headers: { "x-coverbase-request-id": crypto.randomUUID() },
      }),
    );
  const workflow = { steps: 1 };
  await list("control-sets", [{ id: SETS[1], name: "Another set" }]);
  await list("workflows", [
    { ...workflow, id: idOf("cbwd", "off"), name: WORKFLOW, is_enabled: false },
    { ...workflow, id: idOf("cbwd", "on"), name: "another flow", is_enabled: true },
  ]);
  await page.getByRole("link", { name: "New assessment" }).click();
  for (const [name, left] of [
    ["control_set_ids", "Another set"],
    ["trigger_workflow", "another flow"],
  ]) {
    await field(page, name).click();
    await option(page, left).waitFor();
    assert.equal(await within(page, name).getByRole("option").count(), 1);
    await page.keyboard.press("Escape");
  }
  await finish(page);
});

test("what_turns_the_direction_of_a_name_is_shown_as_a_mark", async () => {
  const page = await openConnected();
  const name = "Evil \u202Efdp.exe";
  const item = { id: GLOBEX.id, name, last_assessment: null };
  await page.route("**/v1/dashboard/vendors?*", (route) =>
    route.fulfill({ json: { items: [item], next_cursor: null } }),
  );
  await seek(page, "vendor_id", "evil", "Evil");
  assert.equal(await page.getByRole("option").locator("bdi").innerText(), "Evil ‹U+202E›fdp.exe");
  await page.keyboard.press("Enter");
  assert.equal(await field(page, "vendor_id").inputValue(), "Evil ‹U+202E›fdp.exe");
  await finish(page);
});

for (const [what, direction, colorScheme] of /** @type {const} */ ([
  ["left to right, light", "ltr", "light"],
  ["right to left, dark", "rtl", "dark"],
])) {
  test(`an_open_list_fits_a_phone_and_axe_finds_nothing: ${what}`, async () => {
    const viewport = { width: 320, height: 800 };
    const page = await dashboard.open("/new", { viewport, colorScheme });
    await openMore(page);
    await connect(page);
    await page.evaluate((dir) => (document.documentElement.dir = dir), direction);
    await seek(page, "vendor_id", "north", NORTHWIND.name);
    assert.deepEqual(await overflowOf(page), []);
    assert.deepEqual(await violationsOf(page), []);
    const target = await option(page, NORTHWIND.name).boundingBox();
    assert.ok(target && target.height >= 40 && target.x >= 0, JSON.stringify(target));
    await page.keyboard.press("Enter");
    await checkbox(page, CARDS.name).waitFor();
    assert.deepEqual(await overflowOf(page), []);
    assert.deepEqual(await violationsOf(page), []);
    await finish(page);
  });
}
