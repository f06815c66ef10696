// The watchlist and the page of one assessment.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { idOf, makeOrg } from "../http/harness.mjs";
import {
  KEYS,
  NORTHWIND,
  ORGS,
  connect,
  field,
  finish,
  meddle,
  startDashboard,
  submit,
} from "./support.mjs";

const [GLOBEX_CREATED] = ORGS.harbor.assessments;
const COMPLETE = ORGS.harbor.assessments.find(({ status }) => status === "complete");
const FJORDS = ORGS.fjord.assessments?.[0];

let dashboard;
before(async () => {
  dashboard = await startDashboard();
});
after(() => dashboard.close());

/** A new assessment that no other test uses. */
async function created(name) {
  const body = { vendor_id: NORTHWIND.id, control_set_ids: [], name };
  return (await dashboard.api.create(body)).json;
}

const row = (page, name) => page.locator(".row-item").filter({ hasText: name });
const rows = (page) => page.locator(".row-item");
const names = (page) => page.locator(".cell-name a").allTextContents();

/** Opens an assessment by the form of the list. */
async function openById(page, id) {
  await page.getByLabel("Assessment id").fill(id);
  await page.getByRole("button", { name: "Open", exact: true }).click();
}

/** The page with all assessments of the demo. */
async function openDemo() {
  const page = await dashboard.open();
  await connect(page);
  await page.getByRole("button", { name: /demo assessments/ }).click();
  await page.getByText("2025 Globex canceled").waitFor();
  await page.waitForFunction(() => !document.body.innerText.includes("Not read yet"));
  return page;
}

/** Says to the page that it is hidden, or seen again. */
function setHidden(page, isHidden) {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}

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
  const reads = await meddle(page, "retrieve", []);
  /** How many reads begin in so many seconds of the page's time. */
  const readsIn = async (seconds) => {
    const before = reads.length;
    for (let second = 0; second < seconds; second++) {
      await page.clock.runFor(1_000);
      await page.waitForLoadState("networkidle");
    }
    return reads.length - before;
  };
  const first = await readsIn(20);
  await readsIn(200);
  const later = await readsIn(60);
  assert.ok(first >= 3, `${first} reads in the first 20 s`);
  assert.ok(later >= 1 && later <= 2, `${later} reads in a minute after 220 s`);
  await finish(page);
});

test("an_api_that_does_not_answer_is_told_and_asked_again", async () => {
  const { id } = await created("interrupted");
  const page = await dashboard.open();
  await connect(page);
  await openById(page, id);
  await page.getByRole("heading", { name: "interrupted" }).waitFor();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await meddle(page, "retrieve", [
    "refuse",
    {
      status: 503,
      json: { detail: "Service temporarily unavailable." },
      headers: { "retry-after": "1" },
    },
  ]);
  await page.getByText("The API does not answer. Trying again soon.").waitFor();
  await page.getByText(/The API asks to wait: Service temporarily unavailable/).waitFor();
  await dashboard.move(id, { status: "review_evals" });
  await row(page, "interrupted").getByText("Review Results").waitFor();
  await page.getByText(/Trying again soon/).waitFor({ state: "detached" });
  await finish(page);
});

test("a_revoked_credential_ends_reading_until_there_is_another", async () => {
  const { id } = await created("revoked meanwhile");
  const page = await dashboard.open();
  await connect(page);
  await openById(page, id);
  await page.getByRole("heading", { name: "revoked meanwhile" }).waitFor();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  const refusal = { status: 401, json: { detail: "Invalid or expired API key." } };
  const reads = await meddle(page, "retrieve", [refusal]);
  await page.getByText("Not refreshing: Invalid or expired API key.").waitFor();
  const soFar = reads.length;
  await page.waitForTimeout(5_000);
  assert.equal(reads.length, soFar);
  await page.getByRole("button", { name: "Disconnect" }).click();
  await connect(page);
  await dashboard.move(id, { status: "complete" });
  await row(page, "revoked meanwhile").getByText("Complete").waitFor();
  await finish(page);
});

test("the_page_of_an_assessment_shows_everything_there_is", async () => {
  const page = await dashboard.open(`/assessments/${COMPLETE.id}`);
  await connect(page);
  await page.getByRole("heading", { name: "2025 Globex complete" }).waitFor();
  const { json } = await dashboard.api.retrieve(COMPLETE.id);
  const text = await page.locator("main").innerText();
  for (const shown of [
    "82%",
    `${json.findings_count} findings`,
    json.vendor_id,
    json.assignee_id,
    ...json.service_ids,
    ...json.control_set_ids,
    "Complete",
    "March 1, 2026",
    "Yes",
    "4.5",
    "DORA",
    "GLBA",
    "Gold",
  ]) {
    assert.ok(text.includes(shown), shown);
  }
  for (const { field_name: name } of json.custom_fields) assert.ok(text.includes(name), name);
  const instants = await page
    .locator("time")
    .evaluateAll((times) => times.map(({ title }) => title));
  assert.ok(
    instants.every((title) => /\d/.test(title) || title === ""),
    instants.join(),
  );
  await page.getByText("Raw JSON").click();
  assert.deepEqual(JSON.parse(await page.locator("pre").textContent()), json);
  assert.equal(await page.title(), "2025 Globex complete · Assessments");
  await finish(page);
});

test("the_request_id_can_be_copied_and_is_that_of_the_answer", async () => {
  const page = await dashboard.open(`/assessments/${COMPLETE.id}`);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const answered = page.waitForResponse((response) => response.url().includes("/v1/assessments/"));
  await connect(page);
  const id = (await answered).headers()["x-coverbase-request-id"];
  await page.getByRole("button", { name: "Copy Request id" }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), id);
  await finish(page);
});

test("cancelling_asks_first_and_shows_what_the_api_answered", async () => {
  const { id } = await created("to be canceled");
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  const deletes = await meddle(page, "archive", []);
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  await page
    .getByRole("dialog")
    .getByText(/archived as canceled/)
    .waitFor();
  await page.getByRole("button", { name: "Keep it" }).click();
  assert.deepEqual(deletes, []);
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel assessment" }).click();
  await page.getByText("The assessment is canceled and archived.").waitFor();
  const { json } = await dashboard.api.retrieve(id);
  assert.equal(json.status, "canceled");
  await page
    .locator(".badges")
    .getByText(/^Archived/)
    .waitFor();
  assert.equal(await page.getByRole("button", { name: /^Cancel|^Archive/ }).count(), 0);
  await finish(page);
});

test("a_finished_one_is_archived_and_keeps_its_stage", async () => {
  const { id } = await created("to be archived");
  await dashboard.move(id, { status: "failed" });
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  await page.getByRole("button", { name: "Archive…" }).click();
  await page
    .getByRole("dialog")
    .getByText(/keeps its stage, Failed/)
    .waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
  await page.getByText("The assessment is archived as Failed.").waitFor();
  const [{ archived_at: at }] = await dashboard.api.rows(
    "SELECT archived_at FROM assessments WHERE id = ?",
    id,
  );
  assert.ok(at > 0);
  await finish(page);
});

test("one_that_finished_before_the_cancel_arrived_is_told_to_be_archived", async () => {
  const { id } = await created("finished meanwhile");
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  // Without this, the page might read of it before the button is pressed.
  await setHidden(page, true);
  await dashboard.move(id, { status: "complete" });
  await page.getByRole("dialog").getByRole("button", { name: "Cancel assessment" }).click();
  await page.getByText("It had finished meanwhile and is archived as Complete.").waitFor();
  await finish(page);
});

test("a_cancel_whose_answer_is_lost_is_tried_again_and_happens_once", async () => {
  const { id } = await created("lost cancel");
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  await page.evaluate(() => (Math.random = () => 0));
  const deletes = await meddle(page, "archive", ["lose", "lose", "lose", "lose", "lose"]);
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel assessment" }).click();
  await dialog.getByText(/It is not certain that this arrived/).waitFor();
  await dialog.getByRole("button", { name: "Cancel assessment" }).click();
  await page.getByText("The assessment is canceled and archived.").waitFor();
  assert.equal(deletes.length, 6);
  await finish(page);
});

test("unknown_and_foreign_ids_are_not_found_and_not_kept", async () => {
  const ids = [idOf("cbqsrw", "nobody"), FJORDS?.id].filter(Boolean);
  for (const id of ids) {
    const page = await dashboard.open(`/assessments/${id}`);
    await connect(page);
    await page.getByRole("heading", { name: "Assessment not found" }).waitFor();
    await page.getByRole("link", { name: "Watchlist", exact: true }).click();
    await page.getByText("No assessments yet").waitFor();
    await finish(page);
  }
});

test("a_listed_one_that_is_not_found_is_marked_and_can_be_removed", async () => {
  const page = await dashboard.open();
  await connect(page);
  await openById(page, GLOBEX_CREATED.id);
  await page.getByRole("heading", { name: "2025 Globex created" }).waitFor();
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await connect(page, KEYS.fjord);
  await row(page, "2025 Globex created").getByText("Not found with this credential").waitFor();
  await page.getByRole("link", { name: "2025 Globex created" }).click();
  await page.getByText(/belongs to another organization/).waitFor();
  await page.getByRole("button", { name: "Remove from the list" }).click();
  await page.getByText("No assessments yet").waitFor();
  await finish(page);
});

test("an_address_that_holds_no_id_says_where_it_goes_wrong", async () => {
  const page = await dashboard.open(`/assessments/${GLOBEX_CREATED.id.slice(0, -1)}%3Cb%3E`);
  assert.equal(await page.locator("mark").textContent(), "<");
  await page.getByRole("heading", { name: "This is not the id of an assessment" }).waitFor();
  await finish(page);
});

test("a_deep_link_waits_for_the_credential_and_then_reads", async () => {
  const page = await dashboard.open(`/assessments/${COMPLETE.id}`);
  await page.getByRole("heading", { name: "Connect to read this assessment." }).waitFor();
  await page.locator("main").getByRole("button", { name: "Connect" }).click();
  await page.getByRole("button", { name: "Use the demo credential" }).click();
  await page.getByRole("heading", { name: "2025 Globex complete" }).waitFor();
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
  assert.equal(JSON.parse(file).assessments.length, 8);
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
  const one = (changes) => JSON.stringify({ ...JSON.parse(file), ...changes });
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
  const second = await dashboard.openTab(first, "/");
  await connect(first);
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
      /\/v1\/assessments\/[^/]+$/,
      async (route) => {
        begin();
        await new Promise((resolve) => (release = resolve));
        await route.continue();
      },
      { times: 1 },
    );
  });
  await begun;
  const other = await dashboard.openTab(page, "/");
  await other.getByText("More", { exact: true }).click();
  await other.getByRole("button", { name: "Clear the list" }).click();
  await other.getByRole("dialog").getByRole("button", { name: "Clear" }).click();
  await page.getByText("No assessments yet").waitFor();
  const answered = page.waitForResponse(/\/v1\/assessments\//);
  release();
  await (await answered).finished();
  await other.reload();
  await other.getByText("No assessments yet").waitFor();
  await finish(page);
});

test("the_credential_is_in_memory_only_unless_the_user_wishes_otherwise", async () => {
  const page = await dashboard.open();
  const stored = () =>
    page.evaluate(async () => {
      const databases = await indexedDB.databases();
      const records = [];
      for (const { name } of databases) {
        const database = await new Promise((resolve) => {
          const open = indexedDB.open(name);
          open.onsuccess = () => resolve(open.result);
        });
        for (const table of database.objectStoreNames) {
          const all = database.transaction(table).objectStore(table).getAll();
          records.push(await new Promise((resolve) => (all.onsuccess = () => resolve(all.result))));
        }
      }
      return JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        records,
        document.documentElement.outerHTML,
        location.href,
        document.cookie,
        [...document.querySelectorAll("input")].map(({ value }) => value),
      ]);
    });
  await connect(page, KEYS.harbor);
  await page.getByText("Connected", { exact: true }).waitFor();
  assert.ok(!(await stored()).includes(KEYS.harbor));
  await page.reload();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByLabel("Credential").fill(KEYS.harbor);
  await page.getByLabel("Keep it for this tab").check();
  await page.getByRole("dialog").getByRole("button", { name: "Connect" }).click();
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("Connected", { exact: true }).waitFor();
  const other = await dashboard.openTab(page, "/");
  assert.equal(await other.getByRole("button", { name: "Connect", exact: true }).count(), 1);
  await page.getByRole("button", { name: "Disconnect" }).click();
  assert.ok(!(await stored()).includes(KEYS.harbor));
  await finish(page);
});

test("a_bad_credential_is_told_and_not_kept", async () => {
  const page = await dashboard.open();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const dialog = page.getByRole("dialog");
  for (const [token, told] of [
    ["", /Enter a credential/],
    ["two words", /no spaces/],
    ["clé", /no spaces/],
    ["ak_test_wrong", /Invalid or expired API key\./],
    [KEYS.revoked, /Invalid or expired API key\./],
    [KEYS.expired, /Invalid or expired API key\./],
  ]) {
    await dialog.getByLabel("Credential").fill(token);
    await dialog.getByRole("button", { name: "Connect" }).click();
    await dialog.getByRole("alert").filter({ hasText: told }).waitFor();
  }
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("button", { name: "Connect", exact: true }).count(), 1);
  await finish(page);
});

test("names_are_text_whatever_they_contain", async () => {
  const name = `<img src=x onerror="document.title='owned'"> & "quotes" \u202e`;
  const { id } = await created(name);
  const page = await dashboard.open(`/assessments/${id}`);
  await connect(page);
  await page.locator("h1 bdi").waitFor();
  assert.equal(await page.locator("h1 bdi").textContent(), name.trim());
  assert.equal(await page.locator("main img").count(), 0);
  await finish(page);
});

test("the_steps_of_a_workflow_run_are_shown_as_they_come", async () => {
  const steps = [
    { action_type: "begin_assessment", name: "Begin" },
    {
      action_type: "wait_for_event",
      name: "Wait for approval",
      parameters: { event: "approved", timeout_seconds: 60 },
    },
    { action_type: "complete_assessment", name: "Close", parameters: { score_percent: 0.9 } },
  ].map((step) => ({ id: idOf("cbwc", step.name), ...step }));
  const org = makeOrg("workflow of the dashboard", {
    workflows: [
      { id: idOf("cbwd", "dashboard"), name: "approval", kind: "direct", enabled: true, steps },
    ],
  });
  await dashboard.api.load({ orgs: [org.data] });
  const page = await dashboard.open("/new");
  await connect(page, org.key);
  await field(page, "vendor_id").fill(org.vendor);
  await field(page, "trigger_workflow").fill("approval");
  await submit(page);
  const states = () =>
    page
      .locator(".run-step")
      .evaluateAll((items) =>
        items.map(({ children: [name, state] }) => `${name.textContent}: ${state.textContent}`),
      );
  await page.getByText("Wait for approval").waitFor();
  assert.deepEqual(await states(), ["Begin: done", "Wait for approval: going on"]);
  const [{ id }] = await dashboard.api.rows(
    "SELECT id FROM workflow_runs WHERE org_id = ?",
    org.id,
  );
  const sent = await dashboard.api.send("POST", `/v1/workflows/runs/${id}/events`, {
    key: org.key,
    headers: { "content-type": "application/json" },
    body: '{"name":"approved"}',
  });
  assert.equal(sent.status, 202);
  await page.locator(".run-step").getByText("Close").waitFor();
  await page.getByText("90%").waitFor();
  assert.deepEqual(await states(), ["Begin: done", "Wait for approval: done", "Close: done"]);
  assert.match(await page.locator("main").innerText(), /approval · completed/);
  await finish(page);
});
