// The form on one screen, and what is behind "More".

import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../www/texts.js";
import { dashboard, startBeforeTests } from "./started.mjs";
import { NORTHWIND, SETS, connect, field, finish, openMore, paste, submit } from "./support.mjs";

const { duplicateOf } = await import(new URL("../../www/duplicate.js", import.meta.url).href);

startBeforeTests();

for (const [width, height] of [
  [1440, 900],
  [390, 844],
]) {
  test(`what_most_requests_need_is_on_one_screen_of_${width}_by_${height}`, async () => {
    const page = await dashboard.open("/new", { viewport: { width, height } });
    await connect(page);
    const parts = [
      field(page, "vendor_id"),
      field(page, "control_set_ids"),
      field(page, "trigger_workflow"),
      page.locator(".preview-name"),
      page.locator(".rest > summary"),
      page.getByRole("button", { name: texts.create.submit }),
    ];
    for (const part of parts) {
      const box = await part.boundingBox();
      assert.ok(box && box.y + box.height <= height, `${part}: ${JSON.stringify(box)}`);
    }
    for (const name of ["service_ids", "name", "assignee_id", "Idempotency-Key"])
      assert.equal(await field(page, name).isVisible(), false, name);
    await finish(page);
  });
}

test("more_opens_by_itself_for_what_is_in_it_and_stays_as_it_was_left", async () => {
  const page = await dashboard.open("/new");
  const more = page.locator("details.rest");
  const isOpen = () => more.evaluate((details) => details.open);
  assert.equal(await isOpen(), false);
  await paste(page, "control_set_ids", `${NORTHWIND.services[0].id} ${SETS[0]}`);
  await page.getByRole("button", { name: "Move to Services" }).click();
  assert.equal(await field(page, "service_ids").isVisible(), true, "the focus went there");
  await page.reload();
  await page.locator("h1").waitFor();
  assert.equal(await isOpen(), true, "a field in it has something");
  await page.getByRole("button", { name: texts.create.clear }).click();
  await page.reload();
  await page.locator("h1").waitFor();
  assert.equal(await isOpen(), false);
  await openMore(page);
  await page.reload();
  await page.locator("h1").waitFor();
  assert.equal(await isOpen(), true, "somebody opened it");
  await finish(page);
});

test("a_fault_in_what_is_closed_is_shown", async () => {
  const page = await dashboard.open("/new");
  await connect(page);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await openMore(page);
  await field(page, "name").fill("x".repeat(256));
  await page.locator(".rest > summary").click();
  assert.equal(await field(page, "name").isVisible(), false);
  await submit(page);
  await page.locator('[data-field="name"] input:focus').waitFor();
  await finish(page);
});

test("a_duplicate_has_everything_that_a_request_can_have", () => {
  const assessment = {
    ...{ id: "a", vendor_id: "v", control_set_ids: ["c"], service_ids: ["s"], name: "The name" },
    ...{ assignee_id: null, status: "complete", score_percent: 0.5, created_at: 7 },
  };
  const run = (workflow_name, started_at) => ({ workflow_name, started_at });
  const detail = {
    documents: [{ id: "d", name: "One" }],
    runs: [run("later", 9), run("with it", 7)],
  };
  const plain = { vendor_id: "v", control_set_ids: ["c"], service_ids: ["s"], name: "The name" };
  assert.deepEqual(duplicateOf(/** @type {any} */ (assessment)), plain);
  const assigned = /** @type {any} */ ({ ...assessment, assignee_id: "u" });
  assert.deepEqual(duplicateOf(assigned, /** @type {any} */ (detail)), {
    ...plain,
    assignee_id: "u",
    supporting_document_ids: ["d"],
    trigger_workflow: "with it",
  });
});
