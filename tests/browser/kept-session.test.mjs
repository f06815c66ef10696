// A session that a tab keeps over a reload: what is read before the API has said as whom,
// and what becomes of that when the API says something else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { rows, search } from "./list-support.mjs";
import { dashboard, startBeforeTests } from "./started.mjs";
import {
  NORTHWIND,
  answer,
  connectToStay,
  disconnect,
  field,
  finish,
  quiet,
  sessionOf,
} from "./support.mjs";

const { assessments: words, connection } = texts;

startBeforeTests();

/** Somebody whose session the tab keeps over a reload. */
async function remembered(role = "Dashboard Viewer") {
  const page = await dashboard.open("/");
  await connectToStay(page, await sessionOf(dashboard, role));
  await rows(page).first().waitFor();
  return page;
}

const ME = "**/v1/dashboard/me";
const REFUSED = answer(401, "Invalid or expired API key.");
const CREDENTIAL = "assessments.credential";
const keptIn = (page) => page.evaluate((key) => sessionStorage.getItem(key), CREDENTIAL);
const standing = (page) => page.locator(".connected").innerText();
const confirmed = (page) => page.locator(".connected.good").waitFor();

const keep = (page, entry) =>
  page.evaluate(
    ([key, text]) => sessionStorage.setItem(key, text),
    [CREDENTIAL, JSON.stringify(entry)],
  );

/** Has the tab keep its session as one of the demo, which gives another; answers what is kept. */
async function renewable(page) {
  const entry = JSON.parse((await keptIn(page)) ?? "");
  await keep(page, { ...entry, endsAt: Date.now() + 600_000, source: "demo" });
  return entry;
}

/** Has answers of the API come only once the function is called that this answers. */
async function hold(page, path, fate = (route) => route.continue()) {
  const { promise: released, resolve: release } = Promise.withResolvers();
  await page.route(path, async (route) => {
    await released;
    await fate(route);
  });
  return () => release(undefined);
}

/** The same of as whom the page is connected, with something else said. */
const holdMe = (page, change = (me) => me) =>
  hold(page, ME, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change(await response.json()) });
  });

/** Lets go what is held of it, until the page has taken it in. */
async function letGo(page, release) {
  const answered = page.waitForResponse(ME);
  release();
  await (await answered).finished();
  await quiet(page);
}

test("a_return_visit_reads_the_list_while_it_asks_as_whom", async () => {
  const page = await remembered();
  const release = await holdMe(page);
  await page.reload();
  await rows(page).first().waitFor();
  assert.equal(await standing(page), connection.signingIn);
  release();
  await confirmed(page);
  await finish(page);
});

test("a_role_that_changed_meanwhile_is_told_once_the_api_says_so", async () => {
  const page = await remembered();
  const routes = ["retrieve_assessment"];
  const release = await holdMe(page, (me) => ({ ...me, role: "Auditor", routes }));
  const refusal = answer(401, "Unauthorized role.");
  await page.route(/\/v1\/dashboard\/assessments/, (route) => route.fulfill(refusal));
  await page.reload();
  await page.getByText(texts.trouble.role("Dashboard Viewer")).first().waitFor();
  release();
  await page.getByRole("heading", { name: words.notAllowed("Auditor") }).waitFor();
  assert.equal(await rows(page).count(), 0);
  assert.equal(await search(page).isVisible(), false);
  // What the role before could not read is no trouble of this one.
  await confirmed(page);
  await finish(page);
});

test("a_session_that_was_revoked_meanwhile_is_not_called_connected", async () => {
  const page = await remembered();
  const release = await holdMe(page);
  await page.route(/\/v1\/dashboard\/assessments/, (route) => route.fulfill(REFUSED));
  await page.reload();
  await page.getByRole("heading", { name: words.unconnected }).waitFor();
  assert.equal(await keptIn(page), null);
  await letGo(page, release);
  assert.equal(await page.locator(".identity").count(), 0);
  assert.equal(await keptIn(page), null);
  await page.getByRole("heading", { name: words.unconnected }).waitFor();
  await finish(page);
});

test("what_was_read_stays_while_the_api_does_not_say_as_whom_and_that_is_asked_again", async () => {
  const page = await remembered();
  await page.clock.install();
  await page.route(ME, (route) => route.abort("connectionreset"));
  await page.reload();
  await rows(page).first().waitFor();
  await page.getByText(texts.trouble.unreachable).waitFor();
  assert.ok((await rows(page).count()) > 0);
  assert.equal(await standing(page), connection.signingIn);
  await page.unroute(ME);
  await page.clock.runFor(11_000);
  await confirmed(page);
  await page.getByText(texts.trouble.unreachable).waitFor({ state: "detached" });
  assert.ok((await rows(page).count()) > 0);
  await finish(page);
});

test("whoever_leaves_before_the_api_has_said_as_whom_has_left", async () => {
  const page = await remembered();
  const release = await holdMe(page);
  await page.reload();
  await rows(page).first().waitFor();
  await disconnect(page);
  await page.getByRole("heading", { name: words.unconnected }).waitFor();
  assert.equal(await search(page).isVisible(), false);
  await letGo(page, release);
  assert.equal(await page.locator(".identity").count(), 0);
  assert.equal(await keptIn(page), null);
  await finish(page);
});

for (const [first, second] of [
  ["as whom", "the list"],
  ["the list", "as whom"],
]) {
  test(`a_kept_session_that_is_refused_is_renewed_where_another_can_be_had: ${first} first`, async () => {
    const page = await remembered();
    const { token } = await renewable(page);
    const paths = { "as whom": ME, "the list": /\/v1\/dashboard\/assessments\?/ };
    const isOld = (request) => request.headers().authorization === `Bearer ${token}`;
    const releases = {};
    for (const [what, path] of Object.entries(paths)) {
      releases[what] = await hold(page, path, (route) =>
        isOld(route.request()) ? route.fulfill(REFUSED) : route.continue(),
      );
    }
    await page.reload();
    const refused = page.waitForResponse((response) => response.status() === 401);
    releases[first]();
    await (await refused).finished();
    releases[second]();
    await rows(page).first().waitFor();
    await confirmed(page);
    assert.notEqual(JSON.parse((await keptIn(page)) ?? "").token, token);
    await finish(page);
  });
}

test("another_tab_that_renews_says_nothing_of_the_role", async () => {
  const page = await remembered();
  const { me } = await renewable(page);
  const routes = ["retrieve_assessment"];
  const release = await holdMe(page, (now) => ({ ...now, role: "Auditor", routes }));
  await page.reload();
  await rows(page).first().waitFor();
  const renewed = [me.organization.id, me.user.id, undefined].join(" ");
  const other = await sessionOf(dashboard, "Dashboard Viewer");
  const asked = page.waitForRequest((request) => request.headers().authorization?.includes(other));
  const tab = await dashboard.openTab(page, "/watchlist");
  await tab.evaluate((told) => new BroadcastChannel("assessments.session").postMessage(told), {
    renewed,
    token: other,
    endsAt: Date.now() + 600_000,
  });
  await asked;
  release();
  await page.getByRole("heading", { name: words.notAllowed("Auditor") }).waitFor();
  await finish(page);
});

test("whatever_stands_where_the_tab_keeps_its_session_the_page_opens_and_nothing_is_lost", async () => {
  const page = await remembered();
  const { token, me } = JSON.parse((await keptIn(page)) ?? "");
  await page.goto(`${dashboard.url}/new`);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  for (const entry of [
    { token: 5 },
    { token: {} },
    { token, me: 5 },
    { token, me: { ...me, organization: null } },
    { token, me: { ...me, organization: {} } },
    { token, me: { ...me, organization: { id: "cborg_other", name: "Another" } } },
    { token, me: { ...me, routes: null } },
    { token, me: { ...me, role: 5 } },
    { token, me: { ...me, user: 5 } },
    { token, me: { ...me, organization: { id: me.organization.id } } },
    { token, me, endsAt: "soon" },
    { token, me: {} },
  ]) {
    const text = JSON.stringify(entry);
    await keep(page, entry);
    await page.goto(`${dashboard.url}/`);
    if (entry.token === token) await rows(page).first().waitFor();
    else await page.getByRole("heading", { name: words.unconnected }).waitFor();
    await page.goto(`${dashboard.url}/new`);
    assert.equal(await field(page, "vendor_id").inputValue(), NORTHWIND.id, text);
  }
  await finish(page);
});
