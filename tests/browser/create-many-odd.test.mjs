// Assessments of several vendors where something is out of the ordinary: a computer that
// slept, a browser that forbids locks, a credential of another organization.

import assert from "node:assert/strict";
import { test } from "node:test";
import { idOf, makeOrg } from "../http/harness.mjs";
import { countOf, dashboard, startBeforeTests } from "./started.mjs";
import { KEYS, connect, field, finish, meddle, paste, stopClock, submit } from "./support.mjs";
import { texts } from "../../www/texts.js";

const ORG = makeOrg("several vendors, oddly", {
  vendors: ["Acme", "ACME", ...Array.from({ length: 30 }, (_, n) => `Oddity ${n}`)].map(
    (name, n) => ({ id: idOf("cbvndr", `odd ${n}`), name }),
  ),
});
const SUPPLIERS = ORG.data.vendors.slice(2);
const ids = (vendors) => vendors.map(({ id }) => id);
const { many } = texts;
const DAY_MS = 24 * 3_600_000;

startBeforeTests([ORG.data]);

const rows = (page) => page.locator(".vendor-row");
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const results = (page) => page.locator(".batch tbody tr");
const says = (page, title) =>
  page.locator(".banner-title").getByText(title, { exact: true }).waitFor();

const openMany = () => dashboard.open("/new/many");

/** Pastes ids or names, and waits until all of them were looked for. */
async function pasteVendors(page, entries) {
  await paste(page, "vendors", entries.join("\n"));
  await page.getByText(many.looking).first().waitFor({ state: "detached" });
}

/** Answers the question for a credential that somebody's press has brought. */
async function giveCredential(page, key) {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(texts.connection.credential).fill(key);
  await dialog.getByRole("button", { name: texts.connection.connect }).click();
  await dialog.waitFor({ state: "detached" });
}

test("where_locks_are_forbidden_all_is_sent_without_them", async () => {
  const page = await openMany();
  await page.addInitScript(() => {
    const refuse = () => Promise.reject(new DOMException("No locks here.", "SecurityError"));
    Object.assign(LockManager.prototype, { request: refuse, query: refuse });
  });
  await page.reload();
  await connect(page, ORG.key);
  await pasteVendors(page, ids(SUPPLIERS.slice(0, 3)));
  await submit(page);
  await says(page, many.done(3));
  await finish(page);
});

test("a_computer_that_slept_longer_than_a_key_lives_sends_nothing_with_it_again", async () => {
  const page = await openMany();
  await connect(page, ORG.key);
  const before = await countOf();
  const sent = await meddle(page, "create", ["lose"]);
  await pasteVendors(page, ids(SUPPLIERS.slice(3, 4)));
  await stopClock(page);
  await submit(page);
  await says(page, many.waiting);
  await page.clock.fastForward(DAY_MS);
  await page.getByText(many.unsureText).waitFor();
  assert.equal(sent.length, 1);
  assert.equal(await countOf(), before + 1);
  await finish(page);
});

test("a_credential_of_another_organization_sends_nothing_that_was_written_for_the_one_before", async () => {
  const page = await openMany();
  await connect(page, ORG.key);
  const sent = await meddle(page, "create", []);
  await pasteVendors(page, ids(SUPPLIERS.slice(4, 6)));
  await page.reload();
  await rows(page).nth(1).waitFor();
  await submit(page);
  await giveCredential(page, KEYS.harbor);
  await rows(page).first().waitFor({ state: "detached" });
  assert.equal(await page.locator("progress").isVisible(), false);
  assert.equal(sent.length, 0);
  await finish(page);
});

test("nor_does_the_form_of_one", async () => {
  const page = await dashboard.open("/new");
  await connect(page, ORG.key);
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(SUPPLIERS[6].id);
  await page.reload();
  await submit(page);
  await giveCredential(page, KEYS.harbor);
  await page.waitForFunction(() => {
    const input = document.querySelector('[data-field="vendor_id"] input');
    return input instanceof HTMLInputElement && input.value === "";
  });
  assert.equal(await page.locator("main form button[type=submit]").isEnabled(), true);
  assert.equal(sent.length, 0);
  await finish(page);
});

/** What another visit left behind: items in these states, each sent a month ago. */
async function leaveBehind(page, states) {
  const items = states.map((state, n) => ({
    vendor: SUPPLIERS[10 + n],
    name: undefined,
    key: crypto.randomUUID(),
    state,
    ...(state !== "planned" && { sentAt: Date.now() - 30 * DAY_MS }),
  }));
  const plan = JSON.stringify({ request: { control_set_ids: [] }, items });
  await page.evaluate(
    ([id, text]) => localStorage.setItem(`assessments.batch.${id}`, text),
    [ORG.id, plan],
  );
  await page.reload();
  await connect(page, ORG.key);
  await results(page)
    .nth(states.length - 1)
    .waitFor();
}

test("each_that_nobody_knows_of_is_created_when_somebody_says_so_and_no_other_with_it", async () => {
  const page = await openMany();
  await connect(page, ORG.key);
  const sent = await meddle(page, "create", []);
  await leaveBehind(page, ["unsure", "unsure", "planned"]);
  const vendorsSent = () => sent.map(({ body }) => body.vendor_id);
  for (const n of [0, 1]) {
    await results(page).nth(n).getByRole("button", { name: many.renew }).click();
    await results(page).nth(n).locator("a[href^='/assessments/']").waitFor();
    await says(page, many.unfinished);
    assert.deepEqual(vendorsSent(), ids(SUPPLIERS.slice(10, 11 + n)));
  }
  await press(page, many.goOn);
  await says(page, many.done(3));
  assert.equal(new Set(vendorsSent()).size, 3);
  await finish(page);
});

test("what_nobody_knows_of_is_given_up_only_by_somebody_who_was_asked", async () => {
  const page = await openMany();
  await connect(page, ORG.key);
  await leaveBehind(page, ["unsure", "created"]);
  await press(page, many.startAnew);
  await page.getByRole("dialog").getByRole("button", { name: many.keep }).click();
  assert.equal(await results(page).filter({ hasText: many.unsureText }).count(), 1);
  // Other vendors that are created meanwhile leave it where it is.
  await page.evaluate((path) => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/new/many?vendor=${SUPPLIERS[20].id}`);
  await rows(page).first().waitFor();
  await page.getByText(many.looking).first().waitFor({ state: "detached" });
  await field(page, "assessment_name_format").fill("Another");
  const sent = await meddle(page, "create", []);
  await submit(page);
  await page
    .getByText(many.counted(1, 2, 0))
    .first()
    .waitFor();
  const unsure = results(page).filter({ hasText: many.unsureText });
  assert.equal(await unsure.count(), 1);
  // It is what it was, whatever was asked for since.
  await unsure.getByRole("button", { name: many.renew }).click();
  await says(page, many.done(2));
  assert.deepEqual(
    sent.map(({ body }) => [body.vendor_id, body.assessment_name_format]),
    [
      [SUPPLIERS[20].id, "Another"],
      [SUPPLIERS[10].id, undefined],
    ],
  );
  await finish(page);
});

test("a_name_that_nobody_could_look_for_yet_is_looked_for_once_somebody_can", async () => {
  const page = await openMany();
  await field(page, "vendors").fill("Acme");
  await page.keyboard.press("Enter");
  await page.getByText(many.unread).waitFor();
  assert.equal(await page.getByText(many.unknown).count(), 0);
  await connect(page, ORG.key);
  await page.getByText(many.whichOne).waitFor();
  // What was written before is kept for whoever has connected since.
  await page.reload();
  await page.getByText(many.unread).waitFor();
  await connect(page, ORG.key);
  await page.getByText(many.whichOne).waitFor();
  assert.equal(await rows(page).first().getByRole("button", { name: /^Acme/i }).count(), 2);
  await finish(page);
});

test("enter_that_ends_the_composition_of_a_character_takes_nothing_yet", async () => {
  const page = await openMany();
  for (const name of ["vendors", "control_set_ids"]) {
    await field(page, name).fill("ほくと");
    const isTaken = await field(page, name).evaluate(
      (input) =>
        !input.dispatchEvent(
          new KeyboardEvent("keydown", {
            key: "Enter",
            isComposing: true,
            bubbles: true,
            cancelable: true,
          }),
        ),
    );
    assert.equal(isTaken, false);
    assert.equal(await field(page, name).inputValue(), "ほくと");
  }
  assert.equal(await rows(page).count(), 0);
  await finish(page);
});

test("whoever_works_by_keyboard_stays_where_the_actions_are_when_one_of_them_goes", async () => {
  const page = await openMany();
  await connect(page, ORG.key);
  await leaveBehind(page, ["unsure", "planned"]);
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await page.getByRole("button", { name: many.goOn }).press("Enter");
  await says(page, many.counted(1, 2, 0));
  assert.equal(await focused(), many.exportFile);
  await page.getByRole("button", { name: many.renew }).press("Enter");
  await says(page, many.done(2));
  assert.equal(await focused(), many.exportFile);
  await finish(page);
});

test("each_that_is_created_is_counted_and_not_read_out", async () => {
  const page = await openMany();
  await connect(page, ORG.key);
  const { promise: released, resolve: release } = Promise.withResolvers();
  let asked = 0;
  await page.route(/\/v1\/assessments$/, async (route) => {
    asked += 1;
    if (asked > 1) await released;
    await route.continue();
  });
  await pasteVendors(page, ids(SUPPLIERS.slice(24, 28)));
  await submit(page);
  await says(page, many.sending);
  await page.getByText(many.counted(1, 4, 0)).waitFor();
  // What changes is beside what is said.
  const live = page.locator(".card [role=status]");
  assert.equal(await live.getByText(many.sending).count(), 1);
  assert.equal(await live.getByText(many.counted(1, 4, 0)).count(), 0);
  release(undefined);
  await says(page, many.done(4));
  await finish(page);
});
