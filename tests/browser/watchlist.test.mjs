// The watchlist: what is read when, the list and its order.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import {
  COMPLETE,
  created,
  names,
  openById,
  openDemo,
  row,
  rows,
  setHidden,
} from "./watch-support.mjs";
import { dashboard } from "./started.mjs";
import {
  NORTHWIND,
  ORGS,
  connect,
  finish,
  meddle,
  obstruct,
  quiet,
  until,
  KEYS,
  pauseClock,
} from "./support.mjs";

test("an_assessment_is_watched_to_its_end_and_then_left_alone", async () => {
  const { id, name } = await created("watched to its end");
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  await page.getByRole("heading", { name }).waitFor();
  const badge = page.locator(".badges .badge").first();
  for (const [status, label] of [
    ["collecting_documents", "Collecting Documents"],
    ["analyzing_questionnaire", "Analyzing Controls"],
    ["review_evals", "Review Results"],
    ["analyzing_questionnaire", "Analyzing Controls"],
  ]) {
    await dashboard.move(id, { status });
    await page.locator(".history code").first().filter({ hasText: status }).waitFor();
    assert.equal(await badge.textContent(), label);
    assert.equal(await page.locator("[aria-current=step]").textContent(), `${label} current`);
  }
  await page.getByText("Moved back from Review Results.").waitFor();
  await dashboard.move(id, { status: "complete", score: 0.566, findings: 2 });
  await page.getByText("56.6%").waitFor();
  await page.getByText("2 findings").waitFor();
  const reads = await meddle(page, "retrieve", []);
  await page.waitForTimeout(7_000);
  assert.deepEqual(reads, []);
  await finish(page);
});

test("the_list_follows_what_changes_and_counts_stages", async () => {
  const { id } = await created("followed in the list");
  const page = await dashboard.open();
  await connect(page);
  await openById(page, id);
  await page.getByRole("heading", { name: "followed in the list" }).waitFor();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await page.getByRole("button", { name: "Collecting Documents 1" }).waitFor();
  await dashboard.move(id, { status: "failed" });
  await page.getByRole("button", { name: "Failed 1" }).waitFor();
  assert.match(await row(page, "followed in the list").textContent(), /Failed/);
  await finish(page);
});

test("what_would_turn_a_name_around_is_shown_as_a_mark", async () => {
  const { id } = await created("invoice \u202efdp.exe");
  const page = await dashboard.open();
  await connect(page);
  await openById(page, id);
  await page.getByRole("heading", { name: "invoice ‹U+202E›fdp.exe" }).waitFor();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await row(page, "invoice").waitFor();
  assert.deepEqual(await names(page), ["invoice ‹U+202E›fdp.exe"]);
  await finish(page);
});

test("search_filter_and_sort_choose_and_order_rows", async () => {
  const page = await openDemo();
  assert.equal(await rows(page).count(), ORGS.harbor.assessments.length);
  await page.getByLabel("Search").fill("REVIEW");
  assert.deepEqual(await names(page), ["2025 Globex review_evals"]);
  await page.getByLabel("Search").fill(COMPLETE.id.slice(-6));
  assert.deepEqual(await names(page), ["2025 Globex complete"]);
  await page.getByLabel("Search").fill("");
  await page.getByLabel("Stage", { exact: true }).selectOption("Analyzing Controls");
  assert.equal(await rows(page).count(), 2);
  await page.getByText("2 of 8 assessments").waitFor();
  await page.getByRole("button", { name: "Analyzing Controls 2" }).click();
  assert.equal(await rows(page).count(), 8);
  await page.getByRole("button", { name: "Complete 1" }).click();
  assert.equal(await page.getByLabel("Stage", { exact: true }).inputValue(), "Complete");
  assert.deepEqual(await names(page), ["2025 Globex complete"]);
  await page.getByLabel("Search").fill("nothing like that");
  await page.getByText("No assessment matches.").waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByLabel("Sort by").selectOption("Name");
  const sorted = await names(page);
  assert.deepEqual(
    sorted,
    [...sorted].sort((a, b) => a.localeCompare(b)),
  );
  await page.getByLabel("Sort by").selectOption("Stage");
  const stages = await page.locator(".cell-stage .badge").allTextContents();
  const order = [...new Set(stages)];
  assert.deepEqual(order, [
    "Collecting Documents",
    "Analyzing Controls",
    "Review Results",
    "Complete",
    "Failed",
    "Canceled",
  ]);
  await finish(page);
});

test("nothing_is_read_in_a_hidden_tab_and_all_at_once_when_it_is_seen_again", async () => {
  const { id } = await created("hidden");
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  await page.getByRole("heading", { name: "hidden" }).waitFor();
  await setHidden(page, true);
  const reads = await meddle(page, "retrieve", []);
  await dashboard.move(id, { status: "review_evals" });
  await page.waitForTimeout(6_000);
  assert.deepEqual(reads, []);
  await setHidden(page, false);
  await page.locator(".history code", { hasText: "review_evals" }).waitFor();
  await finish(page);
});

test("waits_grow_while_nothing_changes", async () => {
  const { id } = await created("unchanging");
  const page = await dashboard.open();
  await page.clock.install();
  await connect(page);
  await openById(page, id);
  await page.getByRole("heading", { name: "unchanging" }).waitFor();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await pauseClock(page);
  const LIST = "/v1/dashboard/assessments?";
  // Counted in the page: this process hears of a read only some time after it began.
  const reads = await page.evaluateHandle((path) => {
    const counted = { open: 0, looks: 0 };
    const { fetch } = globalThis;
    globalThis.fetch = async (input, init) => {
      const { url } = new Request(input, init);
      if (!url.includes(path)) return fetch(input, init);
      // Those that are archived are looked for with the others.
      if (!url.includes("archived")) counted.looks += 1;
      counted.open += 1;
      try {
        const response = await fetch(input, init);
        await response.clone().text();
        return response;
      } finally {
        counted.open -= 1;
      }
    };
    return counted;
  }, LIST);
  await quiet(page);
  const open = () => reads.evaluate((counted) => counted.open);
  const looks = () => reads.evaluate((counted) => counted.looks);
  /** How many looks begin in so many seconds of the page's time, each answered in its second. */
  const readsIn = async (seconds) => {
    const before = await looks();
    for (let second = 0; second < seconds; second++) {
      await page.clock.runFor(1_000);
      await until(async () => (await open()) === 0);
      // What the answer leads to is planned by then.
      await page.evaluate(() => undefined);
    }
    return (await looks()) - before;
  };
  // A wait is of 60 s at most, a quarter more or less, and some reads were before.
  const first = await readsIn(30);
  await readsIn(200);
  const later = await readsIn(80);
  assert.ok(first >= 2, `${first} reads in the first 30 s`);
  assert.ok(later >= 1 && later <= 2, `${later} reads in 80 s after 230 s`);
  await finish(page);
});

test("an_api_that_does_not_answer_is_told_and_asked_again", async () => {
  const { id } = await created("interrupted");
  const page = await dashboard.open();
  await connect(page);
  await openById(page, id);
  await page.getByRole("heading", { name: "interrupted" }).waitFor();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  const endBusy = await obstruct(page, "list", {
    status: 503,
    json: { detail: "Service temporarily unavailable." },
    headers: { "retry-after": "1" },
  });
  const endRefusal = await obstruct(page, "list", "refuse");
  await page.getByText(texts.trouble.unreachable).waitFor();
  endRefusal();
  await page.getByText(texts.trouble.wait(1)).waitFor();
  endBusy();
  await dashboard.move(id, { status: "review_evals" });
  await row(page, "interrupted").getByText("Review Results").waitFor();
  await page.getByText(texts.trouble.wait(1)).waitFor({ state: "detached" });
  await finish(page);
});

test("a_revoked_credential_ends_reading_until_there_is_another", async () => {
  const { id } = await created("revoked meanwhile");
  const page = await dashboard.open();
  await connect(page, KEYS.harbor);
  await openById(page, id);
  await page.getByRole("heading", { name: "revoked meanwhile" }).waitFor();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  const refusal = { status: 401, json: { detail: "Invalid or expired API key." } };
  const reads = await meddle(page, "list", [refusal]);
  await page.getByText(texts.connection.problems.refused).waitFor();
  const soFar = reads.length;
  await page.waitForTimeout(5_000);
  assert.equal(reads.length, soFar);
  await connect(page);
  await dashboard.move(id, { status: "complete" });
  await row(page, "revoked meanwhile").getByText("Complete").waitFor();
  await finish(page);
});

test("the_list_survives_a_reload_and_is_shown_without_a_credential", async () => {
  const page = await openDemo();
  await page.reload();
  await page.getByText("2025 Globex complete").waitFor();
  assert.equal(await page.getByRole("button", { name: "Connect", exact: true }).count(), 1);
  await finish(page);
});

test("the_list_can_be_exported_cleared_and_imported", async () => {
  const page = await openDemo();
  await page.getByText("More", { exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export the list" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "assessments.json");
  const file = readFileSync(await download.path());
  assert.equal(JSON.parse(file.toString()).assessments.length, 8);
  await page.getByRole("button", { name: "Clear the list" }).click();
  await page
    .getByRole("dialog")
    .getByText(/forgets 8 assessments/)
    .waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Clear" }).click();
  await page.getByText("No assessments yet").waitFor();
  const upload = (buffer) =>
    page.locator("input[type=file]").setInputFiles({
      name: "list.json",
      mimeType: "application/json",
      buffer: Buffer.from(buffer),
    });
  await upload(file);
  await page.getByText("8 assessments in the file, 8 of them new here.").waitFor();
  await page.getByText("2025 Globex complete").waitFor();
  await upload(file);
  await page.getByText("8 assessments in the file, 0 of them new here.").waitFor();
  const one = (changes) => JSON.stringify({ ...JSON.parse(file.toString()), ...changes });
  for (const [content, told] of [
    ["{", /is not JSON/],
    ["[]", /not an exported list/],
    [one({ version: 2 }), /of version 2/],
    [one({ assessments: [{ id: COMPLETE.id }, { id: NORTHWIND.id }] }), /Entry 2 of this file/],
    [one({ assessments: [{ id: 7 }] }), /Entry 1 of this file/],
    [" ".repeat(5_000_001), /too large/],
  ]) {
    await upload(content);
    await page.getByRole("alert").filter({ hasText: told }).waitFor();
    assert.equal(await rows(page).count(), 8);
  }
  await finish(page);
});

test("two_tabs_show_the_same_list", async () => {
  const { id } = await created("in both tabs");
  const first = await dashboard.open();
  const second = await dashboard.openTab(first, "/watchlist");
  for (const each of [second, first]) {
    await each.bringToFront();
    await connect(each);
  }
  await openById(first, id);
  await row(second, "in both tabs").waitFor();
  // A tab in the background draws once a second.
  await first.bringToFront();
  await first.getByRole("button", { name: "Cancel assessment…" }).click();
  await first.getByRole("dialog").getByRole("button", { name: "Cancel assessment" }).click();
  await row(second, "in both tabs").getByText("Canceled").waitFor();
  await second.bringToFront();
  await second.getByText("More", { exact: true }).click();
  await second.getByRole("button", { name: "Clear the list" }).click();
  await second.getByRole("dialog").getByRole("button", { name: "Clear" }).click();
  await first.bringToFront();
  await first.getByRole("link", { name: "Watchlist", exact: true }).click();
  await first.getByText("No assessments yet").waitFor();
  await finish(second);
  assert.deepEqual(first.complaints, []);
});

test("what_another_tab_removed_is_not_brought_back_by_a_late_answer", async () => {
  const { id } = await created("removed meanwhile");
  const page = await dashboard.open();
  await connect(page);
  await openById(page, id);
  await page.getByRole("heading", { name: "removed meanwhile" }).waitFor();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  let release;
  const begun = new Promise((begin) => {
    page.route(
      /\/v1\/dashboard\/assessments\?/,
      async (route) => {
        begin(undefined);
        await new Promise((resolve) => (release = resolve));
        await route.continue();
      },
      { times: 1 },
    );
  });
  await dashboard.move(id, { status: "review_evals" });
  await begun;
  const other = await dashboard.openTab(page, "/watchlist");
  await connect(other);
  await other.getByText("More", { exact: true }).click();
  await other.getByRole("button", { name: "Clear the list" }).click();
  await other.getByRole("dialog").getByRole("button", { name: "Clear" }).click();
  await page.getByText("No assessments yet").waitFor();
  const answered = page.waitForResponse(/\/v1\/dashboard\/assessments\?/);
  release();
  await (await answered).finished();
  await other.reload();
  await other.getByText("No assessments yet").waitFor();
  await finish(page);
});
