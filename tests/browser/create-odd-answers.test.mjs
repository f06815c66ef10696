// The form that creates an assessment when answers are none that it expects, and
// when they look like markup.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ATTEMPTS,
  DISABLED,
  IMAGE,
  TOO_LARGE,
  always,
  badChips,
  focused,
  keysOf,
  openFilled,
  reload,
} from "./troubles-support.mjs";
import { countOf } from "./started.mjs";
import {
  CREATED,
  KEY,
  NORTHWIND,
  ORGS,
  ONE_FAULT,
  REPLAYED,
  SETS,
  UNANSWERED,
  answer,
  arrived,
  connect,
  faultTexts,
  faults,
  field,
  finish,
  gateway,
  meddle,
  message,
  paste,
  refused,
  sendAgain,
  stopClock,
  submit,
  KEYS,
} from "./support.mjs";

// Answers that the server could give.

test("a_schema_fault_of_a_field_is_shown_at_the_field", async () => {
  const page = await openFilled();
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body", "name"], msg: "Input should be a valid string", type: "string_type" },
    ]),
  ]);
  await submit(page);
  await refused(page, ONE_FAULT);
  assert.deepEqual(await faultTexts(page, "name"), ["Input should be a valid string"]);
  assert.equal(await focused(page), "name");
  await finish(page);
});

test("a_schema_fault_of_an_entry_is_shown_at_its_chip", async () => {
  const page = await openFilled();
  await paste(page, "control_set_ids", SETS.join(" "));
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body", "control_set_ids", 1], msg: "This is not a text", type: "string_type" },
    ]),
  ]);
  await submit(page);
  await refused(page, ONE_FAULT);
  assert.deepEqual(await badChips(page, "control_set_ids"), [SETS[1]]);
  assert.deepEqual(await faultTexts(page, "control_set_ids"), [`${SETS[1]} This is not a text`]);
  // Mended, the fault of the server is gone. What can be called by its name is.
  const { name } = ORGS.harbor.control_sets.find(({ id }) => id === SETS[1]);
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  assert.equal(await faults(page, "control_set_ids").count(), 0);
  await finish(page);
});

test("a_schema_fault_of_the_whole_body_is_told_in_the_message", async () => {
  const page = await openFilled();
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body"], msg: "Input should be a valid dictionary", type: "model_attributes_type" },
    ]),
  ]);
  await submit(page);
  const said = await refused(page, "The API refused this");
  assert.match(said, /Input should be a valid dictionary/);
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
  await finish(page);
});

test("faults_of_fields_of_the_body_and_of_what_the_form_does_not_know_are_all_shown", async () => {
  const page = await openFilled();
  await meddle(page, "create", [
    answer(422, [
      { loc: ["body"], msg: "of the body", type: "value_error" },
      { loc: ["body", "assignee_id"], msg: "of the assignee", type: "value_error" },
      { loc: ["body", "risk_type"], msg: "of a field that is new", type: "value_error" },
    ]),
  ]);
  await submit(page);
  const said = await refused(page, ONE_FAULT);
  assert.match(said, /of the body/);
  assert.match(said, /of a field that is new/);
  assert.deepEqual(await faultTexts(page, "assignee_id"), ["of the assignee"]);
  await finish(page);
});

test("a_refused_idempotency_key_is_shown_at_its_field", async () => {
  const page = await openFilled();
  await meddle(page, "create", [answer(400, { error: "Idempotency-Key: must not be like that" })]);
  await submit(page);
  await refused(page, ONE_FAULT);
  assert.deepEqual(await faultTexts(page, KEY), ["must not be like that"]);
  assert.equal(await focused(page), KEY);
  await page.getByRole("button", { name: "New key" }).click();
  await submit(page);
  await arrived(page, CREATED);
  await finish(page);
});

test("a_reason_that_names_no_field_is_told_in_the_message", async () => {
  const page = await openFilled();
  await meddle(page, "create", [answer(400, { error: "not on a Sunday; nor ever" })]);
  await submit(page);
  const said = await refused(page, "The API refused this");
  assert.match(said, /not on a Sunday/);
  assert.match(said, /nor ever/);
  await finish(page);
});

test("a_request_that_is_too_large_is_told", async () => {
  const page = await openFilled();
  const sent = await meddle(page, "create", [answer(413, "Request body too large.")]);
  await submit(page);
  await refused(page, TOO_LARGE);
  assert.equal(sent.length, 1);
  await finish(page);
});

for (const [status, title, detail] of [
  [429, "Too many requests", "Too many requests."],
  [503, "The API is not available", "Service temporarily unavailable."],
]) {
  test(`a_long_wait_is_told_and_not_waited_for: ${status}`, async () => {
    const had = await countOf();
    const page = await openFilled();
    const sent = await meddle(page, "create", [answer(status, detail, { "retry-after": "31" })]);
    await submit(page);
    const said = await refused(page, title);
    assert.match(said, /The API asks to wait 31 seconds\./);
    assert.match(said, /Nothing is created twice: the key stays the same\./);
    assert.equal(sent.length, 1);
    await sendAgain(page);
    await arrived(page, CREATED);
    assert.equal(sent.length, 2);
    assert.equal(keysOf(sent).size, 1);
    assert.equal(await countOf(), had + 1);
    await finish(page);
  });

  test(`after_all_attempts_the_wait_is_told_and_the_key_stays_the_same: ${status}`, async () => {
    const had = await countOf();
    const page = await openFilled();
    const busy = answer(status, detail, { "retry-after": "0" });
    const last = answer(status, detail, { "retry-after": "1" });
    const sent = await meddle(page, "create", [...always(busy).slice(1), last]);
    await submit(page);
    const said = await refused(page, title);
    assert.match(said, /The API asks to wait 1 second\./);
    assert.equal(sent.length, ATTEMPTS);
    await sendAgain(page);
    await arrived(page, CREATED);
    assert.equal(sent.length, ATTEMPTS + 1);
    assert.deepEqual([...keysOf(sent)], [sent[0].key]);
    for (const { body } of sent) assert.deepEqual(body, sent[0].body);
    assert.equal(await countOf(), had + 1);
    await finish(page);
  });

  test(`a_short_wait_is_waited_for_and_the_next_attempt_is_told_of: ${status}`, async () => {
    const page = await openFilled();
    const sent = await meddle(page, "create", [answer(status, detail, { "retry-after": "1" })]);
    await stopClock(page);
    await submit(page);
    await message(page).getByText("Attempt 2, with the same key.").waitFor();
    assert.equal(sent.length, 1);
    await page.clock.resume();
    await arrived(page, CREATED);
    assert.equal(sent.length, 2);
    assert.equal(keysOf(sent).size, 1);
    await finish(page);
  });
}

test("a_page_of_a_gateway_instead_of_an_answer_is_told_and_sending_again_creates_one", async () => {
  const had = await countOf();
  const page = await openFilled();
  const sent = await meddle(page, "create", always(gateway(502)));
  await submit(page);
  const said = await refused(page, "No answer of the API");
  assert.match(said, /HTTP 502/);
  assert.doesNotMatch(said, /bad gateway|doctype|The API says/i);
  await sendAgain(page);
  await arrived(page, CREATED);
  assert.equal(keysOf(sent).size, 1);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

for (const status of [200, 201]) {
  test(`a_success_that_is_no_answer_of_the_api_leaves_the_request_open: ${status}`, async () => {
    const page = await openFilled();
    await meddle(page, "create", [gateway(status)]);
    await submit(page);
    await refused(page, "An unexpected answer");
    await reload(page);
    await message(page).getByText(UNANSWERED).waitFor();
    await connect(page);
    await sendAgain(page);
    await arrived(page, CREATED);
    await finish(page);
  });
}

test("an_error_page_of_a_gateway_says_nothing_of_an_earlier_attempt", async () => {
  const had = await countOf();
  const page = await openFilled();
  await meddle(page, "create", [...always("lose"), gateway(404)]);
  await submit(page);
  await refused(page, "No answer");
  await sendAgain(page);
  await refused(page, "No answer of the API");
  await reload(page);
  await message(page).getByText(UNANSWERED).waitFor();
  await connect(page);
  await sendAgain(page);
  await arrived(page, REPLAYED);
  assert.equal(await countOf(), had + 1);
  await finish(page);
});

// Texts that look like markup.

test("markup_in_a_name_is_shown_as_text_everywhere", async () => {
  const page = await openFilled({ name: IMAGE });
  assert.equal(await page.locator(".preview-name").innerText(), IMAGE);
  await submit(page);
  await arrived(page, CREATED);
  assert.equal(await page.locator("h1").innerText(), IMAGE);
  assert.equal(await page.title(), `${IMAGE} · Assessments`);
  await page.getByRole("link", { name: "Watchlist", exact: true }).click();
  await page.getByRole("link", { name: IMAGE }).waitFor();
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  await finish(page);
});

test("markup_in_what_is_entered_is_shown_as_text_in_its_fault", async () => {
  const page = await openFilled({ vendor: IMAGE });
  await paste(page, "control_set_ids", `cbctst_${IMAGE.replaceAll(" ", "/")} `);
  await field(page, "name").blur();
  assert.ok((await faultTexts(page, "vendor_id"))[0].startsWith(IMAGE));
  assert.ok(
    (await faultTexts(page, "control_set_ids"))[0].startsWith("cbctst_<img/src=x/onerror="),
  );
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await page.getByRole("button", { name: "Remove all", exact: true }).click();
  await field(page, "trigger_workflow").fill(IMAGE);
  await submit(page);
  await refused(page, "There is no such workflow");
  assert.deepEqual(await faultTexts(page, "trigger_workflow"), [`Workflow '${IMAGE}' not found.`]);
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  await finish(page);
});

for (const [what, title, fate] of [
  ["a reason", ONE_FAULT, answer(400, { error: `vendor_id: ${IMAGE}; ${IMAGE}` })],
  ["a fault", ONE_FAULT, answer(422, [{ loc: ["body", "name"], msg: IMAGE, type: IMAGE }])],
  ["a code", DISABLED, answer(409, { code: "workflow_disabled", message: IMAGE })],
  ["a text", "The credential was refused", answer(401, IMAGE)],
  ["a request id", TOO_LARGE, answer(413, "Too large.", { "x-coverbase-request-id": IMAGE })],
]) {
  test(`markup_in_what_the_server_says_is_shown_as_text: ${what}`, async () => {
    // A refused session would be renewed; a key is what it is.
    const page = await openFilled({ key: KEYS.harbor });
    await meddle(page, "create", [fate]);
    await submit(page);
    await refused(page, title);
    assert.ok((await page.locator("main form").innerText()).includes(IMAGE));
    assert.equal(await page.locator("img[src=x]").count(), 0);
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    await finish(page);
  });
}
