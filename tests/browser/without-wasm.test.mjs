// The dashboard where WebAssembly is not allowed: nothing is checked before it
// is sent, and what the server says is shown in the same places.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { idOf } from "../http/harness.mjs";
import {
  CONTROL_SETS,
  KEYS,
  NORTHWIND,
  ORGS,
  arrived,
  connect,
  faults,
  field,
  finish,
  meddle,
  message,
  paste,
  refused,
  sendAgain,
  startDashboard,
  submit,
} from "./support.mjs";

const [, GLOBEX] = ORGS.harbor.vendors;
const [ANA, , , DEE] = ORGS.harbor.users;
const SETS = CONTROL_SETS.slice(0, 3);
const [, , , ARCHIVED_SET] = CONTROL_SETS;
const KEY = "Idempotency-Key";
const PATIENCE_MS = 10_000;
const RULES_MISSING = "This browser does not allow WebAssembly here";
const ONE_FAULT = "One thing needs your attention.";
const REFUSED = "The API refused this";
const CREATED = "The assessment was created.";
const REPLAYED = "This is what it created; nothing was created twice.";
const TAKEN = "This key belongs to another assessment. Yours was not created.";
const UNANSWERED = "An earlier attempt to send this was not answered.";

const EVERYTHING = {
  vendor_id: NORTHWIND.id,
  control_set_ids: [SETS[1], SETS[0]],
  service_ids: [NORTHWIND.services[1].id],
  name: "Without WebAssembly ☕",
  assessment_name_format: "{{date}}",
  assignee_id: ANA.id,
  supporting_document_ids: [NORTHWIND.documents[0].id],
  trigger_workflow: "annual-reassessment-flow",
};

let dashboard;
before(async () => {
  dashboard = await startDashboard();
});
after(() => dashboard?.close());

/** A page whose policy is without the word that allows WebAssembly. */
async function open(path) {
  const page = await dashboard.open(path);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.route("**/*", async (route, request) => {
    if (request.resourceType() !== "document") return route.fallback();
    const response = await route.fetch();
    const headers = response.headers();
    const policy = headers["content-security-policy"];
    assert.match(policy, / 'wasm-unsafe-eval'/);
    headers["content-security-policy"] = policy.replace(" 'wasm-unsafe-eval'", "");
    return route.fulfill({ response, headers });
  });
  await reload(page);
  return page;
}

async function reload(page) {
  await page.reload();
  await page.locator("h1").waitFor();
  // Were it allowed all the same, these tests would be of something else.
  await page.getByText(RULES_MISSING).waitFor();
}

/** The form with a credential, and what `values` says. */
async function openForm(values = {}, key) {
  const page = await open("/new");
  await connect(page, key);
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) await paste(page, name, `${value.join("\n")} `);
    else await field(page, name).fill(value);
    await field(page, name).blur();
  }
  return page;
}

const countOf = async () => (await dashboard.api.counts()).assessments;

/** How many rows a create could have written; workflow runs of other tests go on meanwhile. */
async function written() {
  const { assessments, document_links: links, workflow_runs: runs } = await dashboard.api.counts();
  return { assessments, links, runs };
}

/** Waits until the database has so many assessments. */
async function stored(count) {
  const until = Date.now() + PATIENCE_MS;
  while ((await countOf()) !== count) {
    assert.ok(Date.now() < until, `there are ${await countOf()} assessments, not ${count}`);
    await wait(20);
  }
}

const faultTexts = (page, name) => faults(page, name).allInnerTexts();

const chips = (page, name, which = ".chip") =>
  page
    .locator(`[data-field="${name}"] ${which}`)
    .evaluateAll((all) => all.map(({ title }) => title));

const focused = (page) =>
  page.evaluate(() => document.activeElement.closest("[data-field]")?.dataset.field);

/** An error as the API answers it. */
const answer = (status, detail, headers = {}) => ({
  status,
  json: { detail },
  headers: { "x-coverbase-request-id": crypto.randomUUID(), ...headers },
});

const gateway = (status) => ({
  status,
  contentType: "text/html",
  body: "<!doctype html><title>A gateway</title>",
});

// The form.

test("the_page_says_that_the_server_checks_and_offers_only_what_it_can", async () => {
  const page = await open("/new");
  const notice = page.getByRole("status").filter({ hasText: RULES_MISSING });
  assert.match(await notice.innerText(), /The server checks it\./);
  assert.equal(await page.locator(".preview").isVisible(), false);
  assert.equal(await page.getByRole("button", { name: "{{year}}" }).count(), 0);
  assert.equal(
    await page.evaluate(() => {
      try {
        return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) && "allowed";
      } catch {
        return "refused";
      }
    }),
    "refused",
  );
  await finish(page);
});

test("all_eight_fields_are_sent_and_the_page_goes_to_what_was_created", async () => {
  const had = await countOf();
  const page = await openForm(EVERYTHING);
  const key = await field(page, KEY).inputValue();
  const [request] = await Promise.all([
    page.waitForRequest((each) => each.method() === "POST"),
    submit(page),
  ]);
  const headers = await request.allHeaders();
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["idempotency-key"], key);
  assert.equal(headers.authorization, `Bearer ${KEYS.harbor}`);
  assert.deepEqual(request.postDataJSON(), EVERYTHING);
  const id = await arrived(page, CREATED);
  const { json } = await dashboard.api.retrieve(id);
  for (const name of ["vendor_id", "control_set_ids", "service_ids", "name", "assignee_id"]) {
    assert.deepEqual(json[name], EVERYTHING[name], name);
  }
  assert.equal(await page.locator("h1").innerText(), EVERYTHING.name);
  assert.equal(await countOf(), had + 1);
  // The next draft is another one.
  await page.getByRole("link", { name: "New assessment" }).click();
  assert.equal(await field(page, "vendor_id").inputValue(), "");
  assert.notEqual(await field(page, KEY).inputValue(), key);
  await finish(page);
});

test("lists_are_split_as_elsewhere_and_nothing_is_found_wrong_while_one_types", async () => {
  const page = await openForm({ vendor_id: "no id at all", name: "n".repeat(256) });
  await paste(page, "control_set_ids", `${SETS[0]},\n\n${SETS[1]}; ${SETS[0]} cbctst_x`);
  assert.deepEqual(await chips(page, "control_set_ids"), [SETS[0], SETS[1], "cbctst_x"]);
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
  await finish(page);
});

// What the server finds.

test("a_missing_vendor_is_found_by_the_server_and_shown_at_its_field", async () => {
  const had = await countOf();
  const page = await openForm({ name: "No vendor" });
  const sent = await meddle(page, "create", []);
  await submit(page);
  const said = await refused(page, ONE_FAULT);
  assert.match(said, /Request id: [0-9a-f-]{36}/);
  assert.deepEqual(
    sent.map(({ body }) => body),
    [{ control_set_ids: [], name: "No vendor" }],
  );
  assert.deepEqual(await faultTexts(page, "vendor_id"), ["Field required"]);
  assert.equal(await field(page, "vendor_id").getAttribute("aria-invalid"), "true");
  assert.equal(await focused(page), "vendor_id");
  // Mended, the fault is gone, and the same key is still free.
  await field(page, "vendor_id").fill(NORTHWIND.id);
  assert.equal(await faults(page, "vendor_id").count(), 0);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(new Set(sent.map(({ key }) => key)).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("a_schema_fault_of_an_entry_is_shown_at_its_chip", async () => {
  const page = await openForm({ vendor_id: NORTHWIND.id, control_set_ids: SETS });
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body", "control_set_ids", 1], msg: "This is not a text", type: "string_type" },
      { loc: ["body"], msg: "of the body", type: "value_error" },
    ]),
  ]);
  await submit(page);
  const said = await refused(page, ONE_FAULT);
  assert.match(said, /of the body/);
  assert.deepEqual(await chips(page, "control_set_ids", ".chip.bad"), [SETS[1]]);
  assert.deepEqual(await faultTexts(page, "control_set_ids"), [`${SETS[1]} This is not a text`]);
  await finish(page);
});

test("bad_references_are_named_in_the_sentence_of_the_api", async () => {
  const unknown = idOf("cbctst", "unknown");
  const page = await openForm({
    vendor_id: NORTHWIND.id,
    control_set_ids: [SETS[0], unknown, SETS[1], ARCHIVED_SET],
    service_ids: [GLOBEX.services[0].id],
    assignee_id: DEE.id,
    supporting_document_ids: [NORTHWIND.documents[0].id, GLOBEX.documents[0].id],
  });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.ok(said.includes(`control_set_ids: ${unknown}, ${ARCHIVED_SET} not found`), said);
  assert.ok(said.includes(`service_ids: ${GLOBEX.services[0].id} not found`), said);
  assert.ok(said.includes(`assignee_id: ${DEE.id} not found`), said);
  assert.ok(said.includes(`supporting_document_ids: ${GLOBEX.documents[0].id} not found`), said);
  assert.equal(await faults(page, "vendor_id").count(), 0);
  await finish(page);
});

test("malformed_ids_are_each_named_in_the_sentence", async () => {
  const bad = ["cbctst_7", "cbctst_7a", NORTHWIND.services[0].id, "not", "found"];
  const page = await openForm({ vendor_id: "cbvndr_", control_set_ids: [SETS[0], ...bad] });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.ok(said.includes("vendor_id: cbvndr_ not found"), said);
  assert.ok(said.includes(`control_set_ids: ${bad.join(", ")} not found`), said);
  await finish(page);
});

test("more_than_a_hundred_ids_are_refused_and_a_hundred_are_not", async () => {
  const ids = Array.from({ length: 101 }, (_, n) => idOf("cbctst", `limit ${n}`));
  const page = await openForm({ vendor_id: NORTHWIND.id, control_set_ids: ids });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.match(said, /control_set_ids: at most 100 entries, got 101/);
  await page.locator('[data-field="control_set_ids"] .chip button').first().click();
  await submit(page);
  // They do not exist, which the server says of each.
  await message(page).getByText(`${ids[100]} not found`).waitFor();
  await finish(page);
});

test("a_limit_is_told_whatever_the_entries_are", async () => {
  const ids = ["a", "100", ...Array.from({ length: 99 }, (_, n) => `cbsvc_${n}`)];
  const page = await openForm({ vendor_id: NORTHWIND.id, service_ids: ids });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.match(said, /service_ids: at most 100 entries, got 101/);
  await finish(page);
});

test("every_limit_is_told", async () => {
  const page = await openForm({
    vendor_id: NORTHWIND.id,
    name: "n".repeat(256),
    assessment_name_format: "f".repeat(257),
    trigger_workflow: "w".repeat(258),
  });
  await submit(page);
  const said = await refused(page, REFUSED);
  for (const [name, length] of [
    ["name", 256],
    ["assessment_name_format", 257],
    ["trigger_workflow", 258],
  ]) {
    assert.ok(said.includes(`${name}: at most 255 characters, got ${length}`), said);
  }
  await finish(page);
});

for (const [what, key, said] of [
  ["a space", "TICKET 1", /bad character at position 6/],
  ["nothing", "", /must not be empty/],
  ["256 characters", "k".repeat(256), /at most 255 characters, got 256/],
  ["a character of Latin-1", "TICKET-é", /bad character at position 7/],
  ["a character that no header carries", "TICKET-☕", /./],
]) {
  test(`a_bad_idempotency_key_is_told: ${what}`, async () => {
    const page = await openForm({ vendor_id: NORTHWIND.id });
    await field(page, KEY).fill(key);
    await submit(page);
    const sentence = await refused(page, REFUSED);
    assert.match(sentence, /Idempotency-Key: /);
    assert.match(sentence, said);
    await page.getByRole("button", { name: "New key" }).click();
    await submit(page);
    await arrived(page, CREATED);
    await finish(page);
  });
}

for (const [workflow, title, said] of [
  ["no-such-flow", "There is no such workflow", "Workflow 'no-such-flow' not found."],
  ["paused-flow", "The workflow is switched off", "Workflow 'paused-flow' is disabled."],
]) {
  test(`a_workflow_that_cannot_be_started_is_told_at_its_field: ${workflow}`, async () => {
    const had = await written();
    const page = await openForm({ vendor_id: NORTHWIND.id, trigger_workflow: workflow });
    await submit(page);
    await refused(page, title);
    assert.deepEqual(await faultTexts(page, "trigger_workflow"), [said]);
    assert.equal(await focused(page), "trigger_workflow");
    assert.deepEqual(await written(), had);
    await field(page, "trigger_workflow").fill("");
    await submit(page);
    await arrived(page, CREATED);
    await finish(page);
  });
}

test("a_role_that_may_not_create_is_told", async () => {
  const page = await openForm({ vendor_id: NORTHWIND.id }, KEYS.reportViewer);
  await submit(page);
  const said = await refused(page, "The credential was refused");
  assert.match(said, /Unauthorized role\./);
  await finish(page);
});

for (const [status, title] of [
  [429, "Too many requests"],
  [503, "The API is not available"],
]) {
  test(`a_wait_is_told_and_left_to_the_user: ${status}`, async () => {
    const had = await countOf();
    const page = await openForm({ vendor_id: NORTHWIND.id });
    const sent = await meddle(page, "create", [answer(status, "Later.", { "retry-after": "7" })]);
    await submit(page);
    const said = await refused(page, title);
    assert.match(said, /The API asks to wait 7 seconds\./);
    assert.equal(sent.length, 1);
    await sendAgain(page);
    await arrived(page, CREATED);
    assert.equal(sent[0].key, sent[1].key);
    assert.equal(await countOf(), had + 1);
    await finish(page);
  });
}

test("a_page_of_a_gateway_is_told_and_sending_again_creates_one", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  await meddle(page, "create", [gateway(502)]);
  await submit(page);
  assert.match(await refused(page, "The API is not available"), /HTTP 502/);
  await sendAgain(page);
  await arrived(page, CREATED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

for (const status of [200, 201]) {
  test(`a_success_that_is_no_answer_of_the_api_leaves_the_request_open: ${status}`, async () => {
    const page = await openForm({ vendor_id: NORTHWIND.id });
    await meddle(page, "create", [gateway(status)]);
    await submit(page);
    const again = message(page).getByRole("button", { name: "Send again" });
    await again.waitFor();
    await reload(page);
    await message(page).getByText(UNANSWERED).waitFor();
    await connect(page);
    await again.click();
    await arrived(page, CREATED);
    await finish(page);
  });
}

test("markup_in_what_the_server_says_is_shown_as_text", async () => {
  const image = "<img src=x onerror=globalThis.hacked=true>";
  const page = await openForm({ vendor_id: image, name: image });
  await submit(page);
  const said = await refused(page, REFUSED);
  assert.ok(said.includes(`vendor_id: ${image} not found`), said);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(await page.locator("h1").innerText(), image);
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  await finish(page);
});

// Answers that are lost.

test("a_lost_answer_is_told_and_sending_again_creates_nothing_twice", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  const sent = await meddle(page, "create", ["lose"]);
  await submit(page);
  const said = await refused(page, "No answer");
  assert.match(said, /Nothing is created twice: the key stays the same\./);
  assert.equal(sent.length, 1);
  assert.equal(await countOf(), had + 1);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(sent[0].key, sent[1].key);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("an_edit_after_a_lost_answer_is_told_to_be_another_request", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id, name: "As sent" });
  await meddle(page, "create", ["lose"]);
  await submit(page);
  await refused(page, "No answer");
  await field(page, "name").fill("As edited");
  await submit(page);
  await refused(page, TAKEN);
  await message(page).getByRole("link", { name: "As sent", exact: true }).waitFor();
  assert.equal(await field(page, "name").inputValue(), "As edited");
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("what_did_not_arrive_is_created_by_sending_again", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  await meddle(page, "create", ["refuse"]);
  await submit(page);
  await refused(page, "No answer");
  assert.equal(await countOf(), had);
  await sendAgain(page);
  await arrived(page, CREATED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("stop_ends_a_request_that_hangs_and_sending_again_creates_nothing_twice", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  await meddle(page, "create", ["hold"]);
  await submit(page);
  await stored(had + 1);
  await page.getByRole("button", { name: "Stop" }).click();
  await refused(page, "Stopped");
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

test("a_reload_in_the_middle_of_sending_is_told_and_sending_again_replays", async () => {
  const had = await countOf();
  const page = await openForm({ vendor_id: NORTHWIND.id });
  const sent = await meddle(page, "create", ["hold"]);
  await submit(page);
  await stored(had + 1);
  await reload(page);
  await message(page).getByText(UNANSWERED).waitFor();
  await connect(page);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(sent[0].key, sent[1].key);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

// The other pages.

test("a_credential_that_is_not_good_is_told_in_the_connect_dialog", async () => {
  const page = await open("/");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Credential").fill(KEYS.revoked);
  await dialog.getByRole("button", { name: "Connect" }).click();
  await dialog.getByRole("alert").getByText("Invalid or expired API key.").waitFor();
  await finish(page);
});

test("the_list_shows_statuses_as_they_are", async () => {
  const page = await open("/");
  await connect(page);
  await page.getByRole("button", { name: "Open the 8 demo assessments" }).click();
  for (const { name, status } of ORGS.harbor.assessments) {
    const link = page.getByRole("link", { name, exact: true });
    const row = page.locator(".row-item").filter({ has: link });
    await row.locator(".badge").getByText(status, { exact: true }).waitFor();
  }
  await page.getByLabel("Search").fill("complete");
  assert.equal(await page.locator(".row-item").count(), 1);
  await finish(page);
});

test("a_detail_page_shows_the_status_as_it_is_and_everything_else", async () => {
  const complete = ORGS.harbor.assessments.find(({ status }) => status === "complete");
  const page = await open(`/assessments/${complete.id}`);
  await connect(page);
  await page.getByRole("heading", { name: complete.name }).waitFor();
  assert.equal(await page.locator(".page-head .badge").first().innerText(), "complete");
  assert.match(await page.locator("main").innerText(), /82\s?%/);
  await page.getByText("Regulatory scope", { exact: true }).waitFor();
  await finish(page);
});

test("what_is_no_id_is_not_found_by_the_server", async () => {
  const page = await open("/");
  await connect(page);
  await page.getByLabel("Assessment id").fill("cbqsrw_12x");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByRole("heading", { name: "Assessment not found" }).waitFor();
  await finish(page);
});

test("cancelling_works_and_the_status_is_shown_as_it_is", async () => {
  const page = await openForm({ vendor_id: NORTHWIND.id, name: "To be canceled" });
  await submit(page);
  const id = await arrived(page, CREATED);
  assert.equal(await page.locator(".page-head .badge").first().innerText(), "created");
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel assessment" }).click();
  await page.getByText("The assessment is canceled and archived.").waitFor();
  assert.equal(await page.locator(".page-head .badge").first().innerText(), "canceled");
  assert.equal(await page.getByRole("button", { name: "Cancel assessment…" }).count(), 0);
  assert.equal((await dashboard.api.retrieve(id)).json.status, "canceled");
  await finish(page);
});

test("cancelling_again_after_a_lost_answer_ends_the_same", async () => {
  const page = await openForm({ vendor_id: NORTHWIND.id, name: "To be canceled twice" });
  await submit(page);
  const id = await arrived(page, CREATED);
  const sent = await meddle(page, "archive", ["lose"]);
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel assessment" }).click();
  await dialog.getByText("It is not certain that this arrived.").waitFor();
  await dialog.getByRole("button", { name: "Cancel assessment" }).click();
  await page.getByText("The assessment is canceled and archived.").waitFor();
  assert.equal(sent.length, 2);
  assert.equal((await dashboard.api.retrieve(id)).json.status, "canceled");
  await finish(page);
});
