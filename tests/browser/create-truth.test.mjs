// What the form says of what was created is true, and it says whose words it shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { idOf, makeOrg } from "../http/harness.mjs";
import { GLOBEX, openFilled, taken } from "./troubles-support.mjs";
import { countOf, dashboard } from "./started.mjs";
import {
  CREATED,
  KEY,
  NORTHWIND,
  SETS,
  answer,
  arrived,
  field,
  finish,
  meddle,
  message,
  paste,
  refused,
  submit,
} from "./support.mjs";

const { detail } = texts;

// A key that belongs to another assessment, where the API's word for it gets lost.

/** Something on the way that lets through no header that it does not know. */
async function dropHeaders(page) {
  await page.route(/\/v1\/assessments$/, async (route) => {
    const response = await route.fetch();
    const known = ["content-type", "cache-control", "x-coverbase-request-id"];
    const headers = Object.entries(response.headers()).filter(([name]) => known.includes(name));
    await route.fulfill({ response, headers: Object.fromEntries(headers) });
  });
}

/** What was asked for with the key first, and what the form is given besides. */
const OTHERS = {
  "the vendor": { first: { vendor_id: GLOBEX.id }, filled: {} },
  "the name": { first: { name: "By a colleague, too" }, filled: {} },
  "the control sets": { first: { control_set_ids: [SETS[0]] }, filled: {} },
  "the services": { first: { service_ids: [NORTHWIND.services[0].id] }, filled: {} },
  "the workflow": { first: { trigger_workflow: "annual-reassessment-flow" }, filled: {} },
  "the format of the name": {
    first: { name: "2026 quite another" },
    filled: { name: "", assessment_name_format: "Yearly {{vendor:name}}" },
  },
  "the assignee": { first: {}, filled: { assignee_id: idOf("cbuser", "nobody") } },
};

for (const [what, { first, filled }] of Object.entries(OTHERS)) {
  test(`a_key_of_another_request_is_seen_by_the_answer_itself: ${what}`, async () => {
    const key = crypto.randomUUID();
    const body = { vendor_id: NORTHWIND.id, control_set_ids: [], name: "Mine", ...first };
    const { json } = await dashboard.api.create(body, { idempotencyKey: key });
    const had = await countOf();
    const page = await openFilled({ name: "Mine" });
    await dropHeaders(page);
    for (const [name, value] of Object.entries(filled)) await field(page, name).fill(value);
    await field(page, KEY).fill(key);
    await submit(page);
    assert.equal(await taken(page, json.name), json.id);
    assert.match(await message(page).innerText(), /What differs: /);
    assert.equal(await field(page, "vendor_id").inputValue(), NORTHWIND.id);
    assert.equal(await countOf(), had);
    if (Object.keys(filled).length === 0) {
      await message(page).getByRole("button", { name: texts.create.newKey }).click();
      await submit(page);
      const own = await arrived(page, CREATED);
      assert.notEqual(own, json.id);
      assert.equal(await countOf(), had + 1);
    }
    await finish(page);
  });
}

test("what_the_api_changes_of_a_request_is_no_difference", async () => {
  const page = await openFilled({ name: "\u00a0 trimmed \u0085" });
  await dropHeaders(page);
  await paste(page, "control_set_ids", [SETS[1], SETS[0]].join(" "));
  await submit(page);
  await arrived(page, CREATED);
  for (const format of ["{{vendor:name}} {{date}} {{cycle}}", " {{service:name}} ", "", "{{no}}"]) {
    await page.getByRole("navigation").getByRole("link", { name: texts.pages.create }).click();
    await field(page, "vendor_id").fill(NORTHWIND.id);
    await field(page, "assessment_name_format").fill(format);
    await submit(page);
    await arrived(page, CREATED);
  }
  await finish(page);
});

test("that_it_was_created_is_no_longer_said_beside_what_became_of_it", async () => {
  const page = await openFilled({ name: "said once" });
  await submit(page);
  const id = await arrived(page, CREATED);
  await dashboard.move(id, { status: "complete", score: 0.5 });
  await page.locator(".badges").getByText("Complete").waitFor();
  assert.equal(await page.getByText(CREATED).count(), 0);
  await finish(page);
});

test("a_step_that_failed_says_whether_the_run_went_on", async () => {
  const wait = (name, onTimeout) => ({
    id: idOf("cbwc", name),
    action_type: "wait_for_event",
    name,
    parameters: { event: name, timeout_seconds: 1, on_timeout: onTimeout },
  });
  const org = makeOrg("failures of the dashboard", {
    workflows: [
      {
        id: idOf("cbwd", "failures"),
        name: "failing",
        kind: "direct",
        enabled: true,
        steps: [wait("first", "continue"), wait("second", "fail")],
      },
    ],
  });
  await dashboard.api.load({ orgs: [org.data] });
  const page = await openFilled({ key: org.key, vendor: org.vendor, name: "fails" });
  await field(page, "trigger_workflow").fill("failing");
  await submit(page);
  const states = page.locator(".run-step-state");
  await states.getByText(detail.stepStatuses.ended).waitFor();
  assert.deepEqual(await states.allTextContents(), [
    detail.stepStatuses.continued,
    detail.stepStatuses.ended,
  ]);
  await finish(page);
});

test("a_fault_of_the_api_is_no_request_to_wait", async () => {
  const page = await openFilled();
  const fault500 = answer(500, "Internal Server Error", { "retry-after": "40" });
  await meddle(page, "create", [fault500]);
  await submit(page);
  const fault = await refused(page, texts.create.problems.unavailable);
  assert.doesNotMatch(fault, /asks to wait/);
  await finish(page);
});
