// The page of one assessment, and the credential.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { COMPLETE, FJORDS, GLOBEX_CREATED, created, setHidden } from "./watch-support.mjs";
import { dashboard } from "./started.mjs";
import {
  KEYS,
  announced,
  connect,
  disconnect,
  field,
  finish,
  meddle,
  quiet,
  submit,
} from "./support.mjs";
import { idOf, makeOrg } from "../http/harness.mjs";

test("the_page_of_an_assessment_shows_everything_there_is", async () => {
  const page = await dashboard.open(`/assessments/${COMPLETE.id}`);
  await connect(page);
  await page.getByRole("heading", { name: "2025 Globex complete" }).waitFor();
  const { json } = await dashboard.api.retrieve(COMPLETE.id);
  const text = await page.locator("main").innerText();
  for (const shown of [
    "82%",
    `${json.findings_count} findings`,
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
  // Ids are behind the buttons that copy them, once their names are there.
  const ids = [json.vendor_id, json.assignee_id, ...json.service_ids, ...json.control_set_ids];
  for (const id of ids) await page.locator(`main button[title="${id}"]`).waitFor();
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
  await announced(page, texts.copied);
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
  await quiet(page);
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
  await connect(page, KEYS.fjord);
  // As from a colleague's file, who is with another organization.
  await page.locator("input[type=file]").setInputFiles({
    name: "list.json",
    mimeType: "application/json",
    buffer: Buffer.from(
      JSON.stringify({
        format: "assessments-index",
        version: 1,
        assessments: [{ id: GLOBEX_CREATED.id }],
      }),
    ),
  });
  await page.locator(".row-item").getByText("Not found with this credential").waitFor();
  await page.locator(".row-item").getByRole("link").click();
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
  await page.getByRole("button", { name: texts.connection.useDemo }).click();
  await page.getByRole("heading", { name: "2025 Globex complete" }).waitFor();
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
          const open = indexedDB.open(name ?? "");
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
  const other = await dashboard.openTab(page, "/watchlist");
  assert.equal(await other.getByRole("button", { name: "Connect", exact: true }).count(), 1);
  await disconnect(page);
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
    ["ak_test_wrong", /Invalid or expired API key\./],
    ["clé", /no spaces/],
    [KEYS.revoked, /Invalid or expired API key\./],
    ["", /Enter a credential/],
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
  assert.equal(
    await page.locator("h1 bdi").textContent(),
    name.trim().replace("\u202e", "‹U+202E›"),
  );
  assert.equal(await page.locator("main img").count(), 0);
  await finish(page);
});

test("the_steps_of_a_workflow_run_are_shown_as_they_come", async () => {
  const steps = [
    { action_type: "begin_assessment", name: "Begin" },
    {
      action_type: "wait_for_event",
      name: "Wait for approval",
      parameters: { event: "approved", timeout_seconds: 600 },
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
  await page.getByText("Wait for approval", { exact: true }).waitFor();
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
  await page.getByText("approval · completed").waitFor();
  await page.getByText("90%").waitFor();
  assert.deepEqual(await states(), ["Begin: done", "Wait for approval: done", "Close: done"]);
  assert.match(await page.locator("main").innerText(), /approval · completed/);
  await finish(page);
});
