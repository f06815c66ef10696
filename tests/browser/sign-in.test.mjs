// The dashboard as it is deployed, with sessions that the team's own backend gives.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { texts } from "../../www/texts.js";
import { overflowOf, violationsOf } from "./looks.mjs";
import {
  LIFETIME,
  PEOPLE,
  connectByTeam,
  databases,
  databasesGone,
  kept,
  passUntilRenewed,
  signInWithTeam,
  startDeployed,
} from "./sign-in-support.mjs";
import {
  KEY,
  KEYS,
  NORTHWIND,
  ORGS,
  answer,
  arrived,
  field,
  disconnect,
  finish,
  meddle,
  message,
  refused,
  settingsOf,
  submit,
  openAccount,
  openMore,
  until,
  pauseClock,
} from "./support.mjs";

const { connection } = texts;
const CREATED = texts.detail.createdNotice;
const REFUSED = answer(401, "Invalid or expired API key.");

let dashboard;
before(async () => {
  dashboard = await startDeployed();
});
after(() => dashboard?.close());
beforeEach(() => {
  const { backend } = dashboard;
  backend.asked.length = 0;
  backend.given.length = 0;
  backend.fate = undefined;
});

const identity = (page) => page.locator(".identity");
/** Waits until the API has said as whom the page is connected. */
const confirmed = (page) => page.locator(".identity .connected.good").waitFor();
/** Waits until the page is connected for somebody; the name stands in the menu. */
const named = (page, name) =>
  page.locator(".connection").getByText(name).waitFor({ state: "attached" });
const again = (page) =>
  page.getByRole("button", { name: connection.connectAgain, exact: true }).first();

/** Time that the page sees and that can be made to pass. */
async function withClock(page) {
  await page.clock.install();
  await page.reload();
  await page.locator("h1").first().waitFor();
}

/** Waits until the backend was asked so often. */
const asked = (times) =>
  until(
    () => dashboard.backend.asked.length >= times,
    () => `asked ${dashboard.backend.asked.length} times, not ${times}`,
  );

test("one_press_connects_creates_watches_and_cancels_and_keeps_nothing_of_the_session", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await connectByTeam(page);
  const told = await page.locator(".connection").textContent();
  for (const part of [ORGS.harbor.name, "production", PEOPLE.ana.user.name, "Dashboard User"]) {
    assert.ok(told.includes(part), `${part} is not in ${told}`);
  }
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await submit(page);
  const id = await arrived(page, CREATED);
  await dashboard.move(id, { status: "review_evals" });
  await page.locator(".badges").getByText("Review Results").waitFor();
  await page.getByRole("button", { name: texts.detail.cancel }).click();
  await page.getByRole("dialog").getByRole("button", { name: texts.end.cancelConfirm }).click();
  await page.getByText(texts.end.canceled).waitFor();
  const [token] = dashboard.backend.given;
  const all = await kept(page);
  assert.ok(all.includes(id), "what is kept was not found at all");
  for (const secret of [token, token.split(".")[2], ...Object.values(KEYS)]) {
    assert.ok(!all.includes(secret));
  }
  assert.deepEqual(dashboard.backend.asked, ["ana"]);
  await finish(page);
});

test("the_policy_lets_pages_call_the_backend_and_nothing_else", async () => {
  for (const path of ["/", "/new"]) {
    const { headers } = await fetch(dashboard.url + path);
    const policy = headers.get("content-security-policy") ?? "";
    const [, callees] = /connect-src ([^;]*)/.exec(policy) ?? [];
    assert.equal(callees, `'self' ${new URL(dashboard.backend.url).origin}`);
  }
  assert.deepEqual(await settingsOf(dashboard.url), {
    development: false,
    demo: null,
    session_url: dashboard.backend.url,
  });
});

test("a_key_is_refused_where_it_is_typed_and_not_sent", async () => {
  const page = await dashboard.openAs(undefined);
  const calls = [];
  page.on("request", (request) => calls.push(request.url()));
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(connection.problems.signedOut).waitFor();
  await dialog.getByLabel(connection.credential).fill(KEYS.harbor);
  await dialog.getByRole("button", { name: connection.connect, exact: true }).click();
  await dialog.getByRole("alert").getByText(connection.keyRefused).waitFor();
  assert.deepEqual(
    calls.filter((url) => url.includes("/v1/")),
    [],
  );
  await finish(page);
});

test("a_pasted_session_is_taken_and_an_old_one_is_not", async () => {
  const page = await dashboard.openAs(undefined);
  const made = await dashboard.api.createSession({
    user_id: PEOPLE.bo.user.id,
    role: "Dashboard Viewer",
  });
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  const dialog = page.getByRole("dialog");
  const paste = async (token) => {
    await dialog.getByLabel(connection.credential).fill(token);
    await dialog.getByRole("button", { name: connection.connect, exact: true }).click();
  };
  await paste(`${made.json.token}x`);
  await dialog
    .getByRole("alert")
    .getByText(/Invalid or expired API key\./)
    .waitFor();
  await paste(made.json.token);
  await dialog.waitFor({ state: "detached" });
  assert.match(await page.locator(".connection").textContent(), /Dashboard Viewer/);
  // A role that may only look keeps its session when it is refused a write.
  await page.getByRole("link", { name: texts.pages.create, exact: true }).first().click();
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await submit(page);
  const title = texts.trouble.role("Dashboard Viewer");
  assert.match(await refused(page, title), /The API says: Unauthorized role\./);
  assert.equal(await identity(page).count(), 1);
  await finish(page);
});

test("a_session_is_renewed_before_it_ends_and_calls_use_the_next", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await withClock(page);
  await connectByTeam(page);
  await openMore(page);
  await field(page, "name").fill("while it was renewed");
  await passUntilRenewed(page, LIFETIME * 850);
  const tokens = [];
  page.on("request", (request) => tokens.push(request.headers().authorization));
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(dashboard.backend.given.length, 2);
  assert.equal(tokens.find(Boolean), `Bearer ${dashboard.backend.given[1]}`);
  await finish(page);
});

test("a_session_that_ends_in_the_middle_of_a_draft_is_told_and_nothing_is_lost", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await withClock(page);
  await connectByTeam(page);
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await openMore(page);
  await field(page, "name").fill("half written");
  const key = await field(page, KEY).inputValue();
  await signInWithTeam(page, undefined);
  await page.clock.fastForward((LIFETIME + 1) * 1_000);
  await page.getByText(connection.problems.expired).waitFor();
  assert.equal(await field(page, "name").inputValue(), "half written");
  // What is sent now asks first; who closes that has lost nothing either.
  await submit(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByText(connection.problems.signedOut).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(sent.length, 0);
  assert.equal(await field(page, "name").inputValue(), "half written");
  await signInWithTeam(page, "ana");
  await connectByTeam(page, connection.connectAgain);
  assert.equal(await page.getByText(connection.problems.expired).count(), 0);
  await submit(page);
  await arrived(page, CREATED);
  assert.deepEqual(
    sent.map((request) => [request.key, request.body.name]),
    [[key, "half written"]],
  );
  await finish(page);
});

test("every_screen_of_signing_in_is_accessible_and_fits_a_small_window", async () => {
  const page = await dashboard.openAs(undefined);
  await page.setViewportSize({ width: 320, height: 800 });
  await withClock(page);
  const found = [];
  const look = async (screen) => {
    for (const fault of [...(await violationsOf(page)), ...(await overflowOf(page))]) {
      found.push(`${screen}: ${fault}`);
    }
  };
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(connection.problems.signedOut).waitFor();
  await look("signed out");
  await dialog.getByLabel(connection.credential).fill(KEYS.harbor);
  await dialog.getByRole("button", { name: connection.connect, exact: true }).click();
  await dialog.getByRole("alert").getByText(connection.keyRefused).waitFor();
  await look("a key");
  await signInWithTeam(page, "ana");
  await dialog.getByRole("button", { name: connection.signInAgain }).click();
  await identity(page).waitFor();
  await look("connected");
  await signInWithTeam(page, undefined);
  await page.clock.fastForward((LIFETIME + 1) * 1_000);
  await page.getByText(connection.problems.expired).waitFor();
  await look("expired");
  assert.deepEqual(found, []);
  await finish(page);
});

test("a_401_in_between_is_mended_without_the_user", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await connectByTeam(page);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  const sent = await meddle(page, "create", [REFUSED]);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(sent.length, 2);
  assert.equal(sent[0].key, sent[1].key);
  assert.equal(dashboard.backend.asked.length, 2);
  await finish(page);
});

test("a_session_that_is_refused_for_good_is_told_once_and_asks_no_more", async () => {
  const page = await dashboard.openAs("bo", "/new");
  await connectByTeam(page);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  const { id } = PEOPLE.bo.user;
  const become = (membership) =>
    dashboard.api.rows("UPDATE users SET membership = ? WHERE id = ?", membership, id);
  await become("inactive");
  try {
    await submit(page);
    await message(page).getByText(connection.problems.revoked).waitFor();
    assert.equal(await field(page, "vendor_id").inputValue(), NORTHWIND.id);
    const times = dashboard.backend.asked.length;
    await page.waitForTimeout(3_000);
    assert.equal(dashboard.backend.asked.length, times);
    assert.equal(times, 2);
  } finally {
    await become("active");
  }
  await connectByTeam(page, connection.connectAgain);
  await submit(page);
  await arrived(page, CREATED);
  await finish(page);
});

test("a_backend_that_is_down_is_told_and_tried_again", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await withClock(page);
  dashboard.backend.fate = "down";
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(connection.problems.unreachable).waitFor();
  dashboard.backend.fate = undefined;
  await dialog.getByRole("button", { name: connection.signInAgain }).click();
  await identity(page).waitFor();
  // Down when the session ends: nothing is lost, and it goes on when the backend is back.
  dashboard.backend.fate = 503;
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await page.clock.fastForward((LIFETIME + 1) * 1_000);
  await submit(page);
  await message(page).getByText(connection.problems.unreachable).waitFor();
  assert.equal(await identity(page).count(), 1);
  dashboard.backend.fate = undefined;
  await message(page).getByRole("button", { name: texts.create.again }).click();
  await arrived(page, CREATED);
  await finish(page);
});

test("who_does_not_answer_is_not_waited_for_beyond_a_bound", async () => {
  const page = await dashboard.openAs("ana");
  await page.clock.install();
  dashboard.backend.fate = "hang";
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(connection.signingIn).waitFor();
  await dialog.getByText(connection.problems.unreachable).waitFor({ timeout: 30_000 });
  await finish(page);
});

test("signing_out_clears_the_screen_and_what_is_kept_in_every_tab", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await connectByTeam(page);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await openMore(page);
  await field(page, "name").fill("to be forgotten");
  await submit(page);
  const id = await arrived(page, CREATED);
  const tab = await dashboard.openTab(page, "/watchlist");
  await connectByTeam(tab);
  await tab.getByText("to be forgotten").waitFor();
  assert.deepEqual(await databases(page), [`assessments.${ORGS.harbor.id}`]);
  await disconnect(page);
  for (const each of [page, tab]) {
    await each.getByRole("button", { name: connection.connect, exact: true }).first().waitFor();
    await each.getByText("to be forgotten").first().waitFor({ state: "detached" });
    await databasesGone(each);
    const all = await kept(each);
    for (const trace of ["to be forgotten", ORGS.harbor.id, ORGS.harbor.name, NORTHWIND.id]) {
      assert.ok(!all.includes(trace), trace);
    }
  }
  assert.ok(page.url().endsWith(id), "the page itself has no reason to go elsewhere");
  assert.deepEqual(await databases(page), []);
  assert.deepEqual(tab.complaints, []);
  await finish(page);
});

test("two_organizations_in_one_browser_see_nothing_of_each_other", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await connectByTeam(page);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await openMore(page);
  await field(page, "name").fill("harbor's own");
  await submit(page);
  await arrived(page, CREATED);
  await signInWithTeam(page, "eva");
  const tab = await dashboard.openTab(page, "/watchlist");
  await connectByTeam(tab);
  assert.match(await identity(tab).innerText(), new RegExp(ORGS.fjord.name));
  await tab.getByText(texts.list.empty).waitFor();
  assert.ok(!(await tab.locator("body").innerText()).includes("harbor's own"));
  assert.deepEqual(
    await databases(tab),
    [ORGS.fjord.id, ORGS.harbor.id].map((org) => `assessments.${org}`).sort(),
  );
  // The other tab goes on as it was.
  await page.getByRole("link", { name: texts.pages.list, exact: true }).click();
  await page.getByText("harbor's own").waitFor();
  // Leaving one leaves the other alone.
  await disconnect(tab);
  await tab.getByRole("button", { name: connection.connect, exact: true }).first().waitFor();
  assert.equal(await identity(page).count(), 1);
  await page.getByText("harbor's own").waitFor();
  assert.deepEqual(tab.complaints, []);
  await finish(page);
});

test("who_connects_for_another_organization_sees_its_data_and_no_draft_of_the_other", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await withClock(page);
  await connectByTeam(page);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await openMore(page);
  await field(page, "name").fill("harbor's draft");
  const key = await field(page, KEY).inputValue();
  await signInWithTeam(page, undefined);
  await page.clock.fastForward((LIFETIME + 1) * 1_000);
  await page.getByText(connection.problems.expired).waitFor();
  await signInWithTeam(page, "eva");
  await connectByTeam(page, connection.connectAgain);
  assert.equal(await field(page, "name").inputValue(), "");
  assert.notEqual(await field(page, KEY).inputValue(), key);
  assert.ok(!(await kept(page)).includes("harbor's draft"));
  await finish(page);
});

test("what_was_begun_for_one_person_is_not_sent_for_another", async () => {
  const page = await dashboard.openAs("ana", "/new");
  await withClock(page);
  await connectByTeam(page);
  const sent = await meddle(page, "create", []);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await signInWithTeam(page, "bo");
  dashboard.backend.fate = "down";
  const failed = page.waitForEvent("requestfailed");
  // It stands still then: after a while the page would ask again by itself.
  await page.clock.pauseAt(Date.now() + (LIFETIME + 60) * 1_000);
  await failed;
  dashboard.backend.fate = undefined;
  await submit(page);
  await named(page, PEOPLE.bo.user.name);
  await message(page).getByText(connection.problems.changed).waitFor();
  assert.deepEqual(sent, []);
  assert.equal(await field(page, "vendor_id").inputValue(), NORTHWIND.id);
  await message(page).getByRole("button", { name: texts.create.again }).click();
  await arrived(page, CREATED);
  await finish(page);
});

test("of_two_tabs_of_one_person_one_asks", async () => {
  const page = await dashboard.openAs("ana");
  await withClock(page);
  await connectByTeam(page);
  const tab = await dashboard.openTab(page, "/watchlist");
  await connectByTeam(tab);
  await page.bringToFront();
  assert.equal(dashboard.backend.asked.length, 2);
  await page.clock.fastForward(LIFETIME * 850);
  await asked(3);
  await page.waitForTimeout(2_000);
  assert.equal(dashboard.backend.asked.length, 3);
  assert.deepEqual(tab.complaints, []);
  await finish(page);
});

test("a_tab_that_is_asked_to_keeps_its_session_over_a_reload_and_renews_it", async () => {
  const page = await dashboard.openAs("ana");
  await withClock(page);
  dashboard.backend.fate = "down";
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(connection.problems.unreachable).waitFor();
  dashboard.backend.fate = undefined;
  await dialog.getByLabel(connection.remember).check();
  await dialog.getByRole("button", { name: connection.signInAgain }).click();
  await identity(page).waitFor();
  assert.ok((await kept(page)).includes(dashboard.backend.given[0]));
  await page.reload();
  await confirmed(page);
  assert.equal(dashboard.backend.given.length, 1);
  await page.clock.fastForward((LIFETIME + 1) * 1_000);
  await asked(3);
  await page.reload();
  await confirmed(page);
  await disconnect(page);
  await again(page).waitFor({ state: "detached" });
  const all = await kept(page);
  for (const token of dashboard.backend.given) assert.ok(!all.includes(token));
  await finish(page);
});

/** Opens the dialog while the answer of the backend is on its way; answers what lets it go. */
async function signInSlowly(page) {
  const { promise: released, resolve: release } = Promise.withResolvers();
  await page.route(dashboard.backend.url, async (route) => {
    await released;
    await route.continue();
  });
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  await page.getByRole("dialog").getByText(connection.signingIn).waitFor();
  return release;
}

test("a_session_that_one_person_kept_is_not_there_for_the_next_who_connects", async () => {
  const page = await dashboard.openAs("ana");
  const release = await signInSlowly(page);
  release(undefined);
  await named(page, PEOPLE.ana.user.name);
  const [token] = dashboard.backend.given;
  // As the tab keeps it where it is asked to.
  const entry = JSON.stringify({ token, source: "backend" });
  await page.evaluate((text) => sessionStorage.setItem("assessments.credential", text), entry);
  await page.route("**/v1/dashboard/me", (route) => route.abort("internetdisconnected"));
  await page.reload();
  await page.getByText(texts.trouble.unreachable).waitFor();
  await page.unroute("**/v1/dashboard/me");
  assert.equal(await identity(page).count(), 0);
  await signInWithTeam(page, "bo");
  await connectByTeam(page);
  await named(page, PEOPLE.bo.user.name);
  assert.ok(!(await kept(page)).includes(token), "the first person's session is still kept");
  await page.reload();
  await page.getByRole("button", { name: connection.connect, exact: true }).waitFor();
  assert.equal(await identity(page).count(), 0);
  await finish(page);
});

test("a_key_that_a_tab_kept_is_removed_where_keys_are_refused", async () => {
  const page = await dashboard.openAs(undefined);
  const entry = JSON.stringify({ token: KEYS.harbor });
  await page.evaluate((text) => sessionStorage.setItem("assessments.credential", text), entry);
  await page.reload();
  await page.getByRole("button", { name: connection.connect, exact: true }).waitFor();
  assert.ok(!(await kept(page)).includes(KEYS.harbor));
  await finish(page);
});

test("the_choice_to_keep_a_session_can_be_made_while_it_is_got_and_changed_later", async () => {
  const page = await dashboard.openAs("ana");
  const release = await signInSlowly(page);
  await page.getByRole("dialog").getByLabel(connection.remember).check();
  release(undefined);
  await identity(page).waitFor();
  const [token] = dashboard.backend.given;
  assert.ok((await kept(page)).includes(token), "the choice was not heeded");
  const choice = page.getByLabel(connection.keepConnected);
  await openAccount(page);
  assert.ok(await choice.isChecked());
  await choice.uncheck();
  assert.ok(!(await kept(page)).includes(token));
  await choice.check();
  assert.ok((await kept(page)).includes(token));
  await page.reload();
  await confirmed(page);
  await openAccount(page);
  assert.ok(await page.getByLabel(connection.keepConnected).isChecked());
  await page.getByLabel(connection.keepConnected).uncheck();
  await page.reload();
  await page.getByRole("button", { name: connection.connect, exact: true }).waitFor();
  assert.equal(await identity(page).count(), 0);
  await finish(page);
});

test("a_reload_while_the_api_or_the_backend_is_down_is_told_and_can_be_tried_again", async () => {
  const page = await dashboard.openAs("ana");
  await withClock(page);
  const release = await signInSlowly(page);
  await page.getByRole("dialog").getByLabel(connection.remember).check();
  release(undefined);
  await identity(page).waitFor();
  const retry = page.getByRole("button", { name: connection.signInAgain });
  // The API first, then the backend, which is asked as the session is over.
  await page.route("**/v1/dashboard/me", (route) => route.abort("internetdisconnected"));
  await page.reload();
  await page.getByText(texts.trouble.unreachable).waitFor();
  const failed = page.waitForEvent("requestfailed");
  await retry.click();
  await failed;
  await page.getByText(texts.trouble.unreachable).waitFor();
  // By itself it would ask again after a while.
  await pauseClock(page);
  await page.unroute("**/v1/dashboard/me");
  await retry.click();
  await confirmed(page);
  await page.getByText(texts.trouble.unreachable).waitFor({ state: "detached" });
  assert.equal(dashboard.backend.given.length, 1);
  dashboard.backend.fate = "down";
  await page.clock.fastForward((LIFETIME + 1) * 1_000);
  await page.reload();
  await page.getByText(connection.problems.unreachable).waitFor();
  assert.equal(await identity(page).count(), 0);
  dashboard.backend.fate = undefined;
  await retry.click();
  await identity(page).waitFor();
  assert.equal(dashboard.backend.given.length, 2);
  await finish(page);
});
