// Assessments of several vendors at once: how the vendors are chosen, what is sent, and what
// is shown of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { idOf, makeOrg } from "../http/harness.mjs";
import { tabTo, typeAtOnce } from "./keyboard.mjs";
import { countOf, dashboard, startBeforeTests } from "./started.mjs";
import {
  ORGS,
  SETS,
  answer,
  chips,
  connect,
  faultTexts,
  field,
  disconnect,
  finish,
  meddle,
  obstruct,
  paste,
  sentSoMany,
  stopClock,
  submit,
  until,
} from "./support.mjs";
import { texts } from "../../www/texts.js";

/** An organization with vendors whose names are alike, in several scripts. */
const NAMES = ["Ångström Labs", "Acme", "ACME", "Acme Holding", "北京支付", "Zoë & Sons, Ltd"];
const WIDE = makeOrg("several vendors", {
  vendors: [
    ...NAMES.map((name, n) => ({ id: idOf("cbvndr", `named ${n}`), name })),
    ...Array.from({ length: 210 }, (_, n) => ({
      id: idOf("cbvndr", `many ${n}`),
      name: `Supplier ${String(n).padStart(3, "0")}`,
    })),
  ],
});
const [ANGSTROM, , , HOLDING, BEIJING, ZOE] = WIDE.data.vendors;
const SUPPLIERS = WIDE.data.vendors.slice(NAMES.length);
const { many } = texts;
/** For whom no key is asked. */
const DEMO_USER = "";

startBeforeTests([WIDE.data]);

/** A page with the form, as somebody of an organization. */
async function openMany(key = WIDE.key, path = "/new/many") {
  const page = await dashboard.open(path);
  await connect(page, key || undefined);
  return page;
}

const rows = (page) => page.locator(".vendor-row");
const rowNames = (page) => page.locator(".vendor-row strong").allInnerTexts();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const results = (page) => page.locator(".batch tbody tr");

/** Pastes ids or names, and waits until all of them were looked for. */
async function pasteVendors(page, entries) {
  await paste(page, "vendors", entries.join("\n"));
  await page.getByText(many.looking).first().waitFor({ state: "detached" });
}

/** What is kept of the plan. */
const planOf = (page) =>
  page.evaluate(
    (id) => JSON.parse(localStorage.getItem(`assessments.batch.${id}`) ?? "null"),
    WIDE.id,
  );

/** Waits for what the page says of the plan. */
const says = (page, title) =>
  page.locator(".banner-title").getByText(title, { exact: true }).waitFor();

const ids = (vendors) => vendors.map(({ id }) => id);

test("vendors_are_chosen_by_name_and_each_gets_an_assessment_with_a_key_of_its_own", async () => {
  const page = await openMany(DEMO_USER);
  const sent = await meddle(page, "create", []);
  for (const [typed, name] of [
    ["north", "Northwind Payments"],
    ["glob", "Globex Cloud"],
  ]) {
    await field(page, "vendors").pressSequentially(typed);
    await page.getByRole("option", { name }).click();
  }
  await paste(page, "control_set_ids", SETS[0]);
  await page.keyboard.press("Enter");
  await field(page, "assessment_name_format").fill("{{vendor:name}} 2031 review");
  await page.getByText("Northwind Payments 2031 review").waitFor();
  await press(page, many.create(2));
  await says(page, many.done(2));
  assert.deepEqual(
    sent.map(({ body }) => body.vendor_id).sort(),
    ids(ORGS.harbor.vendors.slice(0, 2)).sort(),
  );
  assert.equal(new Set(sent.map(({ key }) => key)).size, 2);
  for (const { body } of sent) assert.deepEqual(body.control_set_ids, [SETS[0]]);
  await page.getByRole("link", { name: "Globex Cloud 2031 review" }).click();
  await page.getByRole("heading", { name: "Globex Cloud 2031 review" }).waitFor();
  await finish(page);
});

test("the_same_is_done_by_keyboard_alone", async () => {
  const page = await openMany(DEMO_USER);
  await tabTo(page, "vendors");
  for (const [typed, name] of [
    ["north", "Northwind Payments"],
    ["glob", "Globex Cloud"],
  ]) {
    await typeAtOnce(page, typed);
    await page.getByRole("option", { name }).waitFor();
    await page.keyboard.press("Enter");
  }
  await rows(page).nth(1).waitFor();
  await tabTo(page, "Remove Northwind Payments");
  await page.keyboard.press("Enter");
  assert.deepEqual(await rowNames(page), ["Globex Cloud"]);
  await tabTo(page, many.create(1));
  await page.keyboard.press("Enter");
  await says(page, many.done(1));
  await tabTo(page, many.startAnew);
  await page.keyboard.press("Enter");
  await page.locator('[data-field="vendors"] input:focus').waitFor();
  await finish(page);
});

test("a_pasted_column_of_names_is_matched_whole_without_case_and_accents_and_the_rest_is_settled_by_hand", async () => {
  const page = await openMany();
  const column = [
    "angstrom  LABS\tOslo",
    '"Zoë & Sons, Ltd"',
    "北京支付",
    "acme",
    "Acme Hold",
    "Nobody",
    `${SUPPLIERS[0].id}\tSupplier`,
    `https://grc.example/vendors/${SUPPLIERS[1].id}`,
  ];
  await pasteVendors(page, column);
  const settled = ["Ångström Labs", "Zoë & Sons, Ltd", "北京支付"];
  assert.deepEqual(await rowNames(page), [
    ...settled,
    "acme",
    "Acme Hold",
    "Nobody",
    "Supplier 000",
    "Supplier 001",
  ]);
  assert.deepEqual(await rows(page).nth(3).getByRole("button").allInnerTexts(), [
    "ACME\nnever assessed",
    "Acme\nnever assessed",
    "×",
  ]);
  const sent = await meddle(page, "create", []);
  await submit(page);
  assert.deepEqual(await faultTexts(page, "vendors"), [
    many.toSettle(3),
    many.whichOne,
    many.whichOne,
    many.unknown,
  ]);
  assert.equal(sent.length, 0);
  await rows(page).nth(3).getByRole("button", { name: /^Acme/ }).click();
  // One that is only alike is not taken for it.
  await rows(page)
    .nth(4)
    .getByRole("button", { name: /^Acme Holding/ })
    .click();
  await rows(page).nth(5).getByRole("button", { name: "Remove Nobody" }).click();
  await press(page, many.create(7));
  await says(page, many.done(7));
  const asked = sent.map(({ body }) => body.vendor_id);
  for (const { id } of [ANGSTROM, ZOE, BEIJING, HOLDING]) assert.ok(asked.includes(id), id);
  assert.equal(new Set(asked).size, 7);
  await finish(page);
});

test("a_vendor_is_there_once_and_200_are_the_most", async () => {
  const page = await openMany();
  await pasteVendors(page, [...ids(SUPPLIERS.slice(0, 201)), SUPPLIERS[0].id]);
  assert.equal(await rows(page).count(), 200);
  assert.deepEqual(await faultTexts(page, "vendors"), [many.tooMany(1)]);
  await finish(page);
});

test("what_was_chosen_survives_a_reload_and_goes_with_the_organization", async () => {
  const page = await openMany();
  await pasteVendors(page, [SUPPLIERS[2].id, "Nobody"]);
  await field(page, "assessment_name_format").fill("kept");
  await page.reload();
  await connect(page, WIDE.key);
  await page.getByText(many.unknown).waitFor();
  assert.deepEqual(await rowNames(page), ["Supplier 002", "Nobody"]);
  assert.equal(await field(page, "assessment_name_format").inputValue(), "kept");
  await disconnect(page);
  await page.waitForFunction(() => document.querySelectorAll(".vendor-row").length === 0);
  assert.equal(await field(page, "assessment_name_format").inputValue(), "");
  await finish(page);
});

test("the_address_may_name_vendors", async () => {
  const [one, other] = SUPPLIERS.slice(3);
  const page = await openMany(WIDE.key, `/new/many?vendor=${one.id}&vendor=${other.id}`);
  await page.getByText("Supplier 004").first().waitFor();
  assert.deepEqual((await rowNames(page)).sort(), [one.name, other.name]);
  assert.equal(new URL(page.url()).search, "");
  await finish(page);
});

test("one_that_is_refused_stops_no_other_and_is_sent_again_or_changed", async () => {
  const page = await openMany();
  const before = await countOf();
  const chosen = SUPPLIERS.slice(10, 16);
  const refusal = { error: "vendor_id: that one not found" };
  const sent = await meddle(page, "create", [answer(400, refusal), answer(400, refusal)]);
  await pasteVendors(page, ids(chosen));
  await submit(page);
  await says(page, many.counted(4, 6, 2));
  assert.equal(await countOf(), before + 4);
  const failed = results(page).filter({ hasText: "that one not found" });
  assert.equal(await failed.count(), 2);
  assert.match(await failed.first().innerText(), /The API refused this\./);
  await press(page, many.change);
  await page.getByText(many.looking).first().waitFor({ state: "detached" });
  assert.deepEqual(await rowNames(page), [chosen[0].name, chosen[1].name]);
  await page.reload();
  await connect(page, WIDE.key);
  await press(page, many.retry);
  await says(page, many.done(6));
  assert.equal(await countOf(), before + 6);
  assert.equal(new Set(sent.map(({ key }) => key)).size, 6, "a key that created nothing is free");
  await finish(page);
});

test("an_answer_that_is_lost_is_asked_for_again_with_the_same_key_and_nothing_is_there_twice", async () => {
  const page = await openMany();
  const before = await countOf();
  const sent = await meddle(page, "create", ["lose", "lose", "refuse"]);
  await pasteVendors(page, ids(SUPPLIERS.slice(20, 25)));
  await submit(page);
  await says(page, many.done(5));
  assert.equal(await countOf(), before + 5);
  assert.equal(sent.length, 8);
  assert.equal(new Set(sent.map(({ key }) => key)).size, 5);
  await finish(page);
});

test("a_reload_in_between_goes_on_with_the_same_keys_once_somebody_says_so", async () => {
  const page = await openMany();
  const before = await countOf();
  const first = await meddle(page, "create", ["hold", "hold", "hold", "hold"]);
  await pasteVendors(page, ids(SUPPLIERS.slice(30, 36)));
  await submit(page);
  await says(page, many.sending);
  await sentSoMany(first, 4);
  const { items } = await planOf(page);
  assert.equal(items.filter(({ state }) => state === "open").length, 4);
  // What is held stays so until the page is gone: without its route it would be answered.
  await page.reload();
  await says(page, many.unfinished);
  const second = await meddle(page, "create", []);
  assert.equal(second.length, 0, "nothing is sent by itself");
  await press(page, many.goOn);
  await page.getByRole("dialog").getByLabel(texts.connection.credential).fill(WIDE.key);
  await page.getByRole("dialog").getByRole("button", { name: texts.connection.connect }).click();
  await says(page, many.done(6));
  assert.equal(await countOf(), before + 6);
  assert.deepEqual(second.map(({ key }) => key).sort(), items.map(({ key }) => key).sort());
  await finish(page);
});

test("no_more_than_four_are_on_their_way_at_once_and_stop_lets_them_arrive", async () => {
  const page = await openMany();
  const before = await countOf();
  let [onTheWay, most] = [0, 0];
  const { promise: released, resolve: release } = Promise.withResolvers();
  await page.route(/\/v1\/assessments$/, async (route) => {
    onTheWay += 1;
    most = Math.max(most, onTheWay);
    await released;
    onTheWay -= 1;
    await route.continue();
  });
  await pasteVendors(page, ids(SUPPLIERS.slice(40, 52)));
  await submit(page);
  await says(page, many.sending);
  await until(() => onTheWay === 4);
  await press(page, many.stop);
  await says(page, many.ending);
  release(undefined);
  await says(page, many.unfinished);
  assert.equal(most, 4);
  assert.equal(await countOf(), before + 4);
  await page.getByText(many.counted(4, 12, 0)).waitFor();
  await press(page, many.goOn);
  await says(page, many.done(12));
  assert.equal(await countOf(), before + 12);
  await finish(page);
});

test("a_429_has_all_wait_as_long_as_it_asks", async () => {
  const page = await openMany();
  const busy = answer(429, "Too many requests.", { "retry-after": "2" });
  const sent = await meddle(page, "create", [busy, busy, busy, busy]);
  await pasteVendors(page, ids(SUPPLIERS.slice(60, 66)));
  await stopClock(page);
  await submit(page);
  await says(page, many.waiting);
  await sentSoMany(sent, 4);
  await page.clock.runFor(1_500);
  assert.equal(sent.length, 4);
  await page.clock.runFor(1_500);
  await says(page, many.done(6));
  assert.equal(new Set(sent.map(({ key }) => key)).size, 6);
  await finish(page);
});

test("a_credential_that_is_refused_stops_all_and_nothing_is_lost", async () => {
  const page = await openMany();
  const before = await countOf();
  const refusal = answer(401, "Unauthorized role.");
  await meddle(page, "create", [refusal, refusal, refusal, refusal]);
  await pasteVendors(page, ids(SUPPLIERS.slice(70, 80)));
  await submit(page);
  await page.getByRole("alert").getByText(many.goOnText).waitFor();
  await page.getByText(many.counted(0, 10, 0)).waitFor();
  await press(page, many.goOn);
  await says(page, many.done(10));
  assert.equal(await countOf(), before + 10);
  await finish(page);
});

test("two_tabs_do_not_send_the_same_at_once_and_one_shows_what_the_other_does", async () => {
  const page = await openMany();
  const before = await countOf();
  const { promise: released, resolve: release } = Promise.withResolvers();
  await page.route(/\/v1\/assessments$/, async (route) => {
    await released;
    await route.continue();
  });
  await pasteVendors(page, ids(SUPPLIERS.slice(80, 86)));
  await submit(page);
  await says(page, many.sending);
  const tab = await dashboard.openTab(page, "/new/many");
  await connect(tab, WIDE.key);
  await says(tab, many.elsewhere);
  assert.equal(await tab.getByRole("button", { name: many.goOn }).count(), 0);
  release(undefined);
  await says(tab, many.done(6));
  await says(page, many.done(6));
  assert.equal(await countOf(), before + 6);
  assert.deepEqual(tab.complaints, []);
  await finish(page);
});

test("what_was_sent_longer_ago_than_a_key_lives_is_a_persons_to_decide", async () => {
  const page = await openMany();
  const sent = await meddle(page, "create", []);
  const clear = await obstruct(page, "create", "refuse");
  await pasteVendors(page, [SUPPLIERS[90].id]);
  await submit(page);
  await says(page, many.waiting);
  await press(page, many.stop);
  await says(page, many.unfinished);
  clear();
  const [{ key }] = (await planOf(page)).items;
  await page.evaluate((id) => {
    const name = `assessments.batch.${id}`;
    const plan = JSON.parse(localStorage.getItem(name) ?? "");
    plan.items[0].sentAt -= 24 * 3_600_000;
    localStorage.setItem(name, JSON.stringify(plan));
  }, WIDE.id);
  await page.reload();
  await connect(page, WIDE.key);
  await page.getByText(many.unsureText).waitFor();
  assert.equal(await page.getByRole("button", { name: many.goOn }).count(), 0);
  await press(page, many.renew);
  await says(page, many.done(1));
  assert.equal(sent.length, 1);
  assert.notEqual(sent[0].key, key);
  await finish(page);
});

test("an_answer_that_is_not_what_was_asked_for_counts_as_none_and_gets_another_key", async () => {
  const page = await openMany();
  const other = await dashboard.api.create(
    { vendor_id: SUPPLIERS[95].id, control_set_ids: [] },
    { key: WIDE.key },
  );
  assert.equal(other.status, 201, other.text);
  const replay = {
    status: 201,
    json: other.json,
    headers: { "x-coverbase-request-id": crypto.randomUUID(), "idempotent-replayed": "true" },
  };
  const sent = await meddle(page, "create", [replay]);
  await pasteVendors(page, [SUPPLIERS[96].id]);
  await submit(page);
  await page.getByText(texts.create.keyTaken).waitFor();
  await press(page, many.retry);
  await says(page, many.done(1));
  assert.notEqual(sent[1].key, sent[0].key);
  await finish(page);
});

test("the_outcome_is_a_file_for_spreadsheets", async () => {
  const page = await openMany();
  await meddle(page, "create", [answer(400, { error: "=refused" })]);
  await pasteVendors(page, [ZOE.id, BEIJING.id]);
  await submit(page);
  await says(page, many.counted(1, 2, 1));
  const download = page.waitForEvent("download");
  await press(page, many.exportFile);
  const text = await readFile(await (await download).path(), "utf8");
  const [head, first, second] = text.slice(1).trimEnd().split("\r\n");
  assert.equal(head, '"vendor","vendor_id","name","result","assessment_id","problem","request_id"');
  assert.ok(first.startsWith(`"Zoë & Sons, Ltd","${ZOE.id}",`), first);
  assert.match(first, /"failed",,"The API refused this\. The API says: =refused",/);
  assert.match(second, /"created","cbqsrw_[0-9a-f]{32}",,/);
  await finish(page);
});

test("without_the_permission_to_read_names_ids_are_sent_all_the_same", async () => {
  const page = await dashboard.open("/new/many");
  await page.route("**/v1/dashboard/me", async (route) => {
    const response = await route.fetch();
    const me = await response.json();
    me.routes = me.routes.filter((name) => name !== "read_dashboard");
    return route.fulfill({ response, json: me });
  });
  await connect(page, WIDE.key);
  await pasteVendors(page, ids(SUPPLIERS.slice(100, 102)));
  await field(page, "control_set_ids").fill(SUPPLIERS[0].id);
  await field(page, "control_set_ids").blur();
  await submit(page);
  assert.equal((await faultTexts(page, "control_set_ids")).length, 1);
  await page.locator('[data-field="control_set_ids"] .chip button').last().click();
  assert.deepEqual(await chips(page, "control_set_ids"), []);
  await submit(page);
  await says(page, many.done(2));
  await finish(page);
});
