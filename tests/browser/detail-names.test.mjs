// The page of one assessment by names: what it answers first, all runs, and what can be done.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { dashboard, startBeforeTests } from "./started.mjs";
import { overflowOf, violationsOf } from "./looks.mjs";
import { announced, connect, finish } from "./support.mjs";
import { idOf, makeAssessment, makeOrg } from "../http/harness.mjs";

const TURNED = "Hosting \u202efdp.exe";
const USERS = ["Una Ünal", "Rui Reviewer"].map((name) => ({
  id: idOf("cbuser", name),
  name,
  email: `${idOf("u", name)}@a.example`,
  membership: "active",
}));
const [UNA, RUI] = USERS;
const ACME = {
  id: idOf("cbvndr", "acme of detail"),
  name: "Acme <b>Payments</b>",
  services: [{ id: idOf("cbsvc", "hosting of detail"), name: TURNED }],
  documents: [{ id: idOf("cbvdoc", "soc of detail"), name: "SOC 2.pdf" }],
};
const SET = { id: idOf("cbctst", "iso of detail"), name: "ISO 27001" };
const OWNERS = {
  id: idOf("cbcfc", "owners of detail"),
  field_name: "Owners",
  field_type: "user",
  enabled: true,
};
const workflow = (name, steps) => ({
  id: idOf("cbwd", `${name} of detail`),
  name,
  kind: "direct",
  enabled: true,
  steps: steps.map(([step, action_type, parameters]) => ({
    ...{ id: idOf("cbwc", `${step} of ${name} of detail`), name: step, action_type },
    ...(parameters && { parameters }),
  })),
});
const event = (name, more = {}) => ({ event: name, timeout_seconds: 600, ...more });
const APPROVAL = workflow("approval", [
  ["Begin", "begin_assessment"],
  ["Wait for the review", "wait_for_event", event("review-approved")],
  ["Close", "complete_assessment", { score_percent: 0.9 }],
]);
const COLLECTED = workflow("collected", [
  ["Begin", "begin_assessment"],
  ["Wait for documents", "wait_for_event", event("documents-received")],
  ["Wait for the report", "wait_for_event", event("report-received", { applies_report: true })],
  ["Close", "complete_assessment"],
]);
const FINDINGS = Array.from({ length: 25 }, (_, index) => idOf("cbtask", `finding ${index}`));
const NAMED = makeAssessment("named", ACME.id, {
  name: "By names",
  control_set_ids: [SET.id],
  service_ids: [ACME.services[0].id],
  assignee_id: UNA.id,
  status: "complete",
  score_percent: 0.5,
  findings: FINDINGS,
  custom_fields: [{ config_id: OWNERS.id, value: [RUI.id] }],
});
const ORG = makeOrg("names of the detail", {
  users: USERS,
  vendors: [ACME],
  control_sets: [SET],
  custom_fields: [OWNERS],
  workflows: [APPROVAL, COLLECTED],
  assessments: [NAMED],
});
const BODY = {
  vendor_id: ACME.id,
  control_set_ids: [SET.id],
  supporting_document_ids: [ACME.documents[0].id],
};

startBeforeTests([ORG.data]);

/** An assessment whose run waits for the review. */
async function waiting(name) {
  const body = { ...BODY, name, trigger_workflow: APPROVAL.name };
  const { json, status, text } = await dashboard.api.create(body, { key: ORG.key });
  assert.equal(status, 201, text);
  return json;
}

/**
 * Has the first answers about the event of the approval get lost; answers what was sent.
 */
async function loseAnswers(page) {
  await page.evaluate(() => (Math.random = () => 0));
  /** @type {{ name: string, key: string | undefined }[]} */
  const sent = [];
  const fates = ["lose", "lose", "lose", "lose", "lose"];
  await page.route(/\/v1\/workflows\/runs\/[^/]+\/events$/, async (route, request) => {
    const { name } = request.postDataJSON();
    sent.push({ name, key: request.headers()["idempotency-key"] });
    if (name !== "review-approved" || fates.pop() === undefined) return route.continue();
    await route.fetch().catch(() => {});
    return route.abort("connectionreset");
  });
  return sent;
}

/** How many events came for the runs of an assessment. */
async function eventsOf(id) {
  const [{ count }] = await dashboard.api.rows(
    `SELECT count(*) AS count FROM workflow_events
     WHERE org_id = ? AND run_id = (SELECT id FROM workflow_runs WHERE assessment_id = ?)`,
    ORG.id,
    id,
  );
  return count;
}

async function open(id, options) {
  const page = await dashboard.open(`/assessments/${id}`, options);
  await connect(page, ORG.key);
  return page;
}

/** The value of a name in the page's cards. */
const fact = (page, name) => page.locator(`.facts > div:has(dt:has-text("${name}")) dd`);
const findings = (page) => page.locator(".outcome li");

/** Gives findings their titles, but for the first. */
async function title() {
  for (const [index, id] of FINDINGS.entries()) {
    if (index === 0) continue;
    await dashboard.api.rows(
      "UPDATE findings SET title = ? WHERE org_id = ? AND id = ?",
      `Finding ${index} of \u202e many`,
      ORG.id,
      id,
    );
  }
}

test("everything_is_called_by_its_name_and_its_id_is_behind_a_button", async () => {
  await title();
  const page = await open(NAMED.id);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await fact(page, texts.detail.vendor).getByText(ACME.name).waitFor();
  const of = async (name) => (await fact(page, name).locator("bdi").allTextContents()).join();
  assert.equal(await of(texts.detail.vendor), ACME.name);
  assert.equal(await of(texts.detail.assignee), UNA.name);
  assert.equal(await of(texts.detail.controlSets), SET.name);
  assert.equal(await of(texts.detail.services), "Hosting ‹U+202E›fdp.exe");
  assert.equal(await of("Owners"), RUI.name);
  const shown = await page.locator("main").innerText();
  for (const id of [ACME.id, UNA.id, RUI.id, SET.id, ...FINDINGS])
    assert.ok(!shown.includes(id), id);
  await page.getByRole("button", { name: `Copy the id of ${UNA.name}` }).click();
  await announced(page, texts.copied);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), UNA.id);
  await finish(page);
});

test("the_outcome_comes_first_with_score_and_findings_by_title", async () => {
  await title();
  const page = await open(NAMED.id);
  await page.getByText("Finding 7 of ‹U+202E› many").waitFor();
  const heads = await page.locator("main h2").allTextContents();
  assert.deepEqual(heads.slice(0, 2), [texts.names.outcome, texts.detail.progress]);
  const outcome = page.locator(".card", { has: page.locator(".outcome") });
  assert.match(await outcome.innerText(), /50%[\s\S]*25 findings/);
  assert.equal(await findings(page).count(), 25);
  assert.equal(await findings(page).filter({ visible: true }).count(), 20);
  await page.getByText("Show 5 more").click();
  assert.equal(await findings(page).filter({ visible: true }).count(), 25);
  assert.equal(await findings(page).getByText(texts.names.untitled).count(), 1);
  await finish(page);
});

test("all_runs_are_shown_whoever_opens_the_page_and_their_steps_when_opened", async () => {
  const { id, workflow_run_id: run } = await waiting("two runs");
  const earlier = idOf("cbwr", "earlier of detail");
  await dashboard.api.rows(
    `INSERT INTO workflow_runs (org_id, id, definition_id, assessment_id, status, input, started_at, completed_at)
     SELECT org_id, ?1, definition_id, assessment_id, 'completed', '{}', started_at - 7200, started_at - 3540
     FROM workflow_runs WHERE org_id = ?2 AND id = ?3`,
    ...[earlier, ORG.id, run],
  );
  await dashboard.api.rows(
    `INSERT INTO workflow_run_steps
       (org_id, run_id, position, id, component_id, component_name, action_type, status, created_at, updated_at)
     VALUES (?1, ?2, 0, ?3, ?4, 'An earlier step', 'wait', 'success', 1, 1)`,
    ...[ORG.id, earlier, idOf("cbws", "earlier"), APPROVAL.steps[0].id],
  );
  const archived = await dashboard.api.archive(id, { key: ORG.key });
  assert.equal(archived.status, 200);
  const page = await open(id);
  const runs = page.locator(".runs > li");
  await runs.first().getByText("Wait for the review").waitFor();
  assert.deepEqual(
    (await runs.locator("summary").allTextContents()).map((text) => text.trim()),
    ["approval · canceled", "approval · completed"],
  );
  assert.equal(await page.getByText("An earlier step").count(), 0);
  await runs.last().locator("summary").click();
  await page.getByText("An earlier step").waitFor();
  const times = runs.last().locator("dd");
  assert.match(await times.first().innerText(), /20\d\d.* ago/);
  assert.equal(await times.last().innerText(), "1 hr 1 min");
  // Neither is offered for one that is archived, by somebody else as well.
  assert.equal(await page.getByRole("button", { name: /^Cancel|^Archive/ }).count(), 0);
  await page.locator(".badges").getByText(texts.names.archived).waitFor();
  await finish(page);
});

test("a_step_that_waits_for_approval_is_approved_once_whatever_becomes_of_the_answers", async () => {
  const { id } = await waiting("to be approved");
  const page = await open(id);
  const sent = await loseAnswers(page);
  await page.getByText("“Wait for the review” of approval waits for review-approved.").waitFor();
  await page.getByRole("button", { name: texts.runs.approve }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("heading", { name: texts.event.approveTitle }).waitFor();
  assert.equal(await dialog.locator("input").count(), 0);
  const approve = dialog.getByRole("button", { name: texts.event.approve, exact: true });
  await approve.click();
  await dialog.getByText(texts.event.failed).waitFor();
  await approve.click();
  await page.getByText("The event review-approved was accepted.").waitFor();
  assert.equal(sent.length, 6);
  assert.equal(new Set(sent.map(({ key }) => key)).size, 1);
  await page.locator(".outcome").getByText("90%").waitFor();
  await page.getByText("approval · completed").waitFor();
  assert.equal(await eventsOf(id), 1);
  await finish(page);
});

test("whoever_rejects_what_a_run_waits_for_cancels_the_assessment_and_is_told_so", async () => {
  const { id } = await waiting("to be rejected");
  const page = await open(id);
  await page.getByRole("button", { name: texts.runs.reject }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(texts.end.rejectText).waitFor();
  await dialog.getByRole("button", { name: texts.end.rejectConfirm }).click();
  await page.getByText(texts.end.canceled).waitFor();
  await page.getByText("approval · canceled").waitFor();
  assert.equal(await eventsOf(id), 0);
  assert.equal(await page.getByRole("button", { name: texts.runs.approve }).count(), 0);
  await finish(page);
});

test("what_is_no_approval_is_called_by_its_name_and_what_a_system_reports_is_left_to_it", async () => {
  const body = { ...BODY, name: "several waits", trigger_workflow: COLLECTED.name };
  const { json, status, text } = await dashboard.api.create(body, { key: ORG.key });
  assert.equal(status, 201, text);
  const page = await open(json.id);
  const label = texts.runs.send("documents-received");
  await page.getByRole("button", { name: label }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("heading", { name: texts.event.knownTitle }).waitFor();
  await dialog.getByRole("button", { name: texts.event.send }).click();
  // The run goes on to the next wait without a change of the assessment.
  await page.getByText("“Wait for the report” of collected waits for report-received.").waitFor();
  await page.getByText(texts.runs.report).waitFor();
  assert.equal(await page.getByRole("button", { name: label }).count(), 0);
  assert.equal(await page.locator(".outcome .banner .actions button").count(), 0);
  await finish(page);
});

test("a_step_that_waits_is_answered_by_an_event_whose_name_one_has_to_know_where_nobody_tells_it", async () => {
  const { id } = await waiting("to be approved by name");
  const page = await dashboard.open(`/assessments/${id}`);
  await page.route(/\/v1\/dashboard\/assessments\//, async (route) => {
    const response = await route.fetch();
    const { runs, ...json } = await response.json();
    const silent = runs.map((run) => ({ ...run, awaited_event: null }));
    await route.fulfill({ response, json: { ...json, runs: silent } });
  });
  await connect(page, ORG.key);
  const sent = await loseAnswers(page);
  await page.getByText("“Wait for the review” of approval waits for an event.").waitFor();
  await page.getByRole("button", { name: texts.runs.answer }).click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.locator("input").evaluate((one) => one.matches(":focus")), true);
  await page.keyboard.press("Enter");
  await dialog.getByText(texts.event.empty).waitFor();
  assert.deepEqual(sent, []);
  await page.keyboard.type("approved");
  await page.keyboard.press("Enter");
  await dialog.getByText("No step of this run waits for 'approved'.").waitFor();
  await dialog.getByLabel(texts.event.name).fill("review-approved");
  await dialog.getByRole("button", { name: texts.event.send }).click();
  await dialog.getByText(texts.event.failed).waitFor();
  await dialog.getByRole("button", { name: texts.event.send }).click();
  await page.getByText("The event review-approved was accepted.").waitFor();
  const keys = sent.filter(({ name }) => name === "review-approved").map(({ key }) => key);
  assert.equal(keys.length, 6);
  assert.equal(new Set(keys).size, 1);
  await page.locator(".outcome").getByText("90%").waitFor();
  assert.equal(await eventsOf(id), 1);
  // The next of this step has the name already.
  const next = await waiting("the next to be approved");
  await page.goto(`${dashboard.url}/assessments/${next.id}`);
  await connect(page, ORG.key);
  await page.getByRole("button", { name: texts.runs.answer }).click();
  assert.equal(await dialog.getByLabel(texts.event.name).inputValue(), "review-approved");
  await finish(page);
});

test("the_json_stays_closed_until_somebody_opens_it_and_open_until_somebody_closes_it", async () => {
  const { id } = await waiting("with its json");
  const page = await open(id);
  await page.locator(".run-step").getByText("Wait for the review").waitFor();
  const isOpen = () => page.locator("details.json").evaluate((json) => json.open);
  const changed = async (score) => {
    await dashboard.move(id, { status: "review_evals", score });
    await page.getByRole("button", { name: texts.detail.refresh }).click();
    await page
      .locator(".outcome")
      .getByText(`${score * 100}%`)
      .waitFor();
  };
  await changed(0.5);
  assert.equal(await isOpen(), false);
  await page.getByText(texts.detail.json, { exact: true }).click();
  await changed(0.6);
  assert.equal(await isOpen(), true);
  await finish(page);
});

test("assess_again_begins_the_same_request_and_asks_before_it_replaces_another", async () => {
  const page = await open(NAMED.id);
  await fact(page, texts.detail.vendor).getByText(ACME.name).waitFor();
  const fields = () =>
    page.evaluate(() => JSON.parse(sessionStorage.getItem("assessments.draft") ?? "{}").fields);
  const again = () => page.getByRole("button", { name: texts.again.label }).click();
  const asked = {
    vendor_id: ACME.id,
    control_set_ids: [SET.id],
    service_ids: [ACME.services[0].id],
    assignee_id: UNA.id,
  };
  await again();
  await page.getByRole("heading", { name: texts.pages.create, level: 1 }).waitFor();
  const shown = await fields();
  for (const [name, value] of Object.entries(asked)) assert.deepEqual(shown[name], value, name);
  assert.equal(await page.locator('[data-field="vendor_id"] input').inputValue(), ACME.name);
  assert.ok(!shown.name);
  await page.locator('[data-field="name"] input').fill("Something of mine");
  await page.goBack();
  await again();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: texts.again.keep }).click();
  assert.equal((await fields()).name, "Something of mine");
  await again();
  await dialog.getByRole("button", { name: texts.again.confirm }).click();
  await page.getByRole("heading", { name: texts.pages.create, level: 1 }).waitFor();
  assert.ok(!(await fields()).name);
  assert.equal((await fields()).vendor_id, ACME.id);
  await finish(page);
});

test("a_duplicate_has_all_that_was_asked_for_the_name_and_the_evidence_too", async () => {
  const { id } = await waiting("to be had twice");
  const page = await open(id);
  await page.getByText("approval · going on").waitFor();
  await page.getByRole("button", { name: texts.again.duplicate }).click();
  await page.getByRole("heading", { name: texts.pages.create, level: 1 }).waitFor();
  const { fields } = await page.evaluate(() =>
    JSON.parse(sessionStorage.getItem("assessments.draft") ?? "{}"),
  );
  const [document] = ACME.documents;
  assert.deepEqual(
    [fields.vendor_id, fields.name, fields.supporting_document_ids, fields.trigger_workflow],
    [ACME.id, "to be had twice", [document.id], APPROVAL.name],
  );
  await finish(page);
});

test("without_the_names_the_page_shows_what_it_can", async () => {
  const page = await dashboard.open(`/assessments/${NAMED.id}`);
  await page.route(/\/v1\/dashboard\/assessments\//, (route) => route.abort("connectionreset"));
  const failed = page.waitForEvent("requestfailed");
  await connect(page, ORG.key);
  await failed;
  await page.getByRole("heading", { name: "By names" }).waitFor();
  assert.match(await fact(page, texts.detail.vendor).innerText(), new RegExp(ACME.id));
  assert.match(await page.locator(".outcome").innerText(), /50%[\s\S]*25 findings/);
  // It is asked for again when somebody wants it.
  await page.unroute(/\/v1\/dashboard\/assessments\//);
  await page.getByRole("button", { name: texts.detail.refresh }).click();
  await fact(page, texts.detail.vendor).getByText(ACME.name).waitFor();
  await finish(page);
});

for (const colorScheme of ["light", "dark"]) {
  test(`the_page_with_names_is_for_everyone_and_fits_a_phone_in_the_${colorScheme}_theme`, async () => {
    const { id } = await waiting(`for everyone, ${colorScheme}`);
    const viewport = { width: 320, height: 800 };
    const page = await open(id, { viewport, colorScheme, reducedMotion: "reduce" });
    await page.locator(".run-step").getByText("Wait for the review").waitFor();
    for (const direction of ["ltr", "rtl"]) {
      await page.evaluate((dir) => (document.documentElement.dir = dir), direction);
      assert.deepEqual(await violationsOf(page), [], direction);
      assert.deepEqual(await overflowOf(page), [], direction);
    }
    const small = await page
      .locator(".named .button, .run > summary, .outcome .button")
      .evaluateAll((all) =>
        all.filter((one) => one.getBoundingClientRect().height < 40).map((one) => one.outerHTML),
      );
    assert.deepEqual(small, []);
    await page.getByRole("button", { name: texts.runs.approve }).click();
    assert.deepEqual(await violationsOf(page), []);
    assert.deepEqual(await overflowOf(page), []);
    await finish(page);
  });
}
