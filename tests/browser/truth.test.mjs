// What the list and the page of an assessment say is true: of the way that it went, of the
// connection, and of who says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { LIFETIME } from "./sign-in-support.mjs";
import { COMPLETE, created, openById, row } from "./watch-support.mjs";
import { dashboard } from "./started.mjs";
import { KEYS, answer, connect, finish, gateway, meddle, obstruct, sessionOf } from "./support.mjs";

const { connection, detail, trouble } = texts;
const state = (page) => page.locator(".connected");

/** What says what is wrong with the connection: there is one place for it. */
const banner = (page) => page.locator(".notices .banner.warning");

test("an_answer_about_another_assessment_is_not_taken_for_the_one_that_was_asked_for", async () => {
  const { id } = await created("asked for");
  const other = (await dashboard.api.retrieve(COMPLETE.id)).json;
  const page = await dashboard.open(`/assessments/${id}`);
  await meddle(page, "retrieve", [{ status: 200, json: other }]);
  await connect(page);
  await banner(page).getByText(trouble.ofAnother(COMPLETE.id)).waitFor();
  assert.equal(await page.getByText(COMPLETE.name).count(), 0);
  await banner(page).getByRole("button", { name: trouble.retry }).click();
  await page.getByRole("heading", { name: "asked for" }).waitFor();
  await finish(page);
});

// The way through the stages.

const steps = (page) =>
  page
    .locator(".tracker .step")
    .evaluateAll((all) =>
      all.map(({ classList, firstElementChild }) => [firstElementChild.textContent, classList[1]]),
    );

test("no_stage_is_done_that_nobody_saw", async () => {
  const page = await dashboard.open(`/assessments/${COMPLETE.id}`);
  await connect(page);
  await page.getByRole("heading", { name: COMPLETE.name }).waitFor();
  assert.deepEqual(await steps(page), [
    ["Collecting Documents", "unseen"],
    ["Analyzing Controls", "unseen"],
    ["Review Results", "unseen"],
    ["Complete", "current"],
  ]);
  await finish(page);
});

test("an_end_in_between_shows_what_was_seen_before_and_no_stage_that_never_came", async () => {
  const { id } = await created("ends in between");
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  await page.getByRole("heading", { name: "ends in between" }).waitFor();
  await dashboard.move(id, { status: "indexing_supporting_documents" });
  await page.locator(".badges").getByText("Analyzing Controls").waitFor();
  assert.deepEqual((await steps(page)).slice(0, 3), [
    ["Collecting Documents", "done"],
    ["Analyzing Controls", "current"],
    ["Review Results", "ahead"],
  ]);
  await dashboard.move(id, { status: "canceled" });
  await page.getByText(detail.endedAfter("Analyzing Controls")).waitFor();
  assert.deepEqual(await steps(page), [
    ["Collecting Documents", "done"],
    ["Analyzing Controls", "done"],
    ["Canceled", "current"],
  ]);
  await finish(page);
});

test("an_end_of_which_nothing_was_seen_before_says_so", async () => {
  const { id } = await created("ended elsewhere");
  await dashboard.api.archive(id);
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  await page.getByText(`${detail.neverBegan} ${detail.endedUnseen}`).waitFor();
  assert.deepEqual(await steps(page), [["Canceled", "current"]]);
  await finish(page);
});

// The connection: one state for all pages.

test("trouble_is_told_on_every_page_and_gone_with_the_first_success", async () => {
  const { id } = await created("in trouble");
  const page = await dashboard.open(`/assessments/${id}`);
  // What is read by name, here and for the watchlist, would be a success as well.
  await page.route(/\/v1\/dashboard\/assessments/, () => {});
  await connect(page);
  await page.getByRole("heading", { name: "in trouble" }).waitFor();
  const clear = await obstruct(page, "retrieve", "refuse");
  await page.getByRole("button", { name: detail.refresh }).click();
  await banner(page).getByText(trouble.unreachable).waitFor();
  assert.equal(await banner(page).count(), 1);
  assert.equal(await state(page).innerText(), connection.noAnswer);
  clear();
  // It is read again by itself; nobody has to press anything.
  await banner(page).waitFor({ state: "detached" });
  assert.equal(await state(page).innerText(), connection.connected);
  await finish(page);
});

test("a_banner_of_one_page_does_not_outlast_what_another_page_reads", async () => {
  const page = await dashboard.open();
  await connect(page, KEYS.harbor);
  const refusal = answer(403, { code: "ip_not_allowed", message: "Not here." });
  const clear = await obstruct(page, "retrieve", refusal);
  await openById(page, COMPLETE.id);
  await banner(page).getByText(trouble.address).waitFor();
  assert.equal(await state(page).innerText(), connection.refusedNow);
  await page.getByRole("link", { name: texts.pages.list, exact: true }).click();
  await banner(page).getByText(trouble.apiSays("Not here.")).waitFor();
  clear();
  await openById(page, COMPLETE.id);
  await page.getByRole("heading", { name: COMPLETE.name }).waitFor();
  assert.equal(await banner(page).count(), 0);
  await finish(page);
});

test("a_role_that_may_not_read_is_not_called_connected_and_another_is_one_press_away", async () => {
  const { id } = await created("for another role");
  const page = await dashboard.open(`/assessments/${id}`);
  await page.route("**/v1/dashboard/me", async (route) => {
    const response = await route.fetch();
    const json = { ...(await response.json()), role: "Auditor", routes: ["read_dashboard"] };
    await route.fulfill({ response, json });
  });
  const clear = await obstruct(page, "retrieve", answer(401, "Unauthorized role."));
  await connect(page, await sessionOf(dashboard, "Dashboard Viewer"));
  await banner(page).getByText(trouble.role("Auditor")).waitFor();
  assert.equal(await state(page).innerText(), connection.notAllowed);
  await page.unroute("**/v1/dashboard/me");
  clear();
  await banner(page).getByRole("button", { name: connection.connectAgain }).click();
  await page.getByRole("dialog").getByRole("button", { name: connection.useDemo }).click();
  await page.getByRole("heading", { name: "for another role" }).waitFor();
  assert.equal(await state(page).innerText(), connection.connected);
  await finish(page);
});

for (const what of /** @type {const} */ (["expired", "revoked"])) {
  test(`a_pasted_session_is_told_to_be_${what}_on_the_list_and_connects_again_there`, async () => {
    const page = await dashboard.open();
    await page.clock.install();
    const made = await dashboard.api.createSession({
      user_id: dashboard.offer.user_id,
      expires_in: LIFETIME,
    });
    await connect(page, made.json.token);
    const clear = await obstruct(page, "retrieve", answer(401, "Invalid or expired API key."));
    const id = (await created(`list, ${what}`)).id;
    if (what === "revoked") await openById(page, id);
    else await page.clock.fastForward((LIFETIME + 1) * 1_000);
    await banner(page).getByText(connection.problems[what]).waitFor();
    assert.equal(await state(page).count(), 0);
    clear();
    await banner(page).getByRole("button", { name: connection.connectAgain }).click();
    await page.getByRole("dialog").getByRole("button", { name: connection.useDemo }).click();
    await page.getByText(connection.connected, { exact: true }).waitFor();
    await banner(page).waitFor({ state: "detached" });
    await finish(page);
  });
}

// Who says what.

const { retry, reload } = trouble;
const WAIT = { "retry-after": "40" };
for (const { what, fate, told, remedy = retry } of [
  { what: "a gateway", fate: gateway(502), told: trouble.between(502) },
  { what: "a success of something else", fate: gateway(200), told: trouble.between(200) },
  {
    what: "the API, which asks to wait",
    fate: answer(503, "Service temporarily unavailable.", WAIT),
    told: trouble.wait(40),
  },
  {
    what: "the API, which has a fault",
    fate: answer(500, "Internal Server Error", WAIT),
    told: trouble.apiSays("Internal Server Error"),
  },
  {
    what: "an answer of a shape that the package does not know",
    fate: { ...answer(200), json: { id: 7 } },
    told: trouble.unreadable,
    remedy: reload,
  },
]) {
  test(`trouble_is_told_in_the_words_of_whose_it_is: ${what}`, async () => {
    const { id } = await created(`told of: ${what}`);
    const page = await dashboard.open();
    await connect(page);
    const clear = await obstruct(page, "retrieve", fate);
    await openById(page, id);
    await page.getByRole("link", { name: texts.pages.list, exact: true }).click();
    await banner(page).getByText(told).waitFor();
    const said = await banner(page).innerText();
    assert.equal(await state(page).innerText(), connection.notReading);
    if (!told.startsWith("The API")) assert.doesNotMatch(said, /The API (says|asks)/);
    if (fate.status !== 503) assert.doesNotMatch(said, /asks to wait/);
    await banner(page).getByRole("button", { name: remedy, exact: true }).waitFor();
    clear();
    await banner(page).getByRole("button", { name: trouble.retry }).click();
    await row(page, `told of: ${what}`).waitFor();
    await banner(page).waitFor({ state: "detached" });
    await finish(page);
  });
}

test("an_absurd_wait_neither_blocks_the_page_for_ever_nor_has_it_ask_without_end", async () => {
  const { id } = await created("absurd wait");
  const page = await dashboard.open();
  await connect(page);
  const reads = await meddle(page, "retrieve", [
    answer(503, "Later.", { "retry-after": "4000000000" }),
  ]);
  await openById(page, id);
  await banner(page).getByText(trouble.apiSays("Later.")).waitFor();
  const before = reads.length;
  await page.waitForTimeout(500);
  assert.equal(reads.length, before);
  await banner(page).getByRole("button", { name: trouble.retry }).click();
  await page.getByRole("heading", { name: "absurd wait" }).waitFor();
  await finish(page);
});
