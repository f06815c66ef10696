// The form that creates an assessment, as its tests use it: opened, filled in, read,
// walked through by keyboard.

import assert from "node:assert/strict";
import { dashboard, startBeforeTests } from "./started.mjs";
import { NORTHWIND, ORGS, SETS, chips, connect, field, openMore, paste } from "./support.mjs";
import { idOf, makeOrg } from "../http/harness.mjs";

export { focused, tabTo, typeAtOnce } from "./keyboard.mjs";

export const [, GLOBEX] = ORGS.harbor.vendors;
export const [ANA, BO] = ORGS.harbor.users;
export const [CARDS, PORTAL] = NORTHWIND.services;
export const [SOC2, PENTEST] = NORTHWIND.documents;

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A value for every field, in model order. */
export const EVERYTHING = {
  vendor_id: NORTHWIND.id,
  control_set_ids: [SETS[1], SETS[0]],
  service_ids: [PORTAL.id, CARDS.id],
  name: "  Q3 review of Northwind ☕ ",
  assessment_name_format: "{{vendor:name}} {{date}}",
  assignee_id: BO.id,
  supporting_document_ids: [PENTEST.id, SOC2.id],
  trigger_workflow: "annual-reassessment-flow",
};
export const LISTS = ["control_set_ids", "service_ids", "supporting_document_ids"];

/** An organization that has as many control sets as one request may name. */
export const WIDE = makeOrg("a hundred control sets", {
  control_sets: Array.from({ length: 101 }, (_, n) => ({
    id: idOf("cbctst", `wide ${n}`),
    name: `Set ${n}`,
  })),
});
export const WIDE_SETS = WIDE.data.control_sets.map(({ id }) => id);

startBeforeTests([WIDE.data]);

/** A page with the form. */
export async function openForm() {
  const page = await dashboard.open("/new");
  await openMore(page);
  return page;
}

/** The same with a credential: the demo's, or a key. */
export async function openConnected(key) {
  const page = await openForm();
  await connect(page, key);
  return page;
}

/** Has the API tell nothing of vendors: what is shown of one is what the page knows by itself. */
export const withoutVendors = (page) => page.route(/\/v1\/dashboard\/vendors/, () => {});

/** Fills in what `values` has, as a user would who pastes. */
export async function fillIn(page, values) {
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) await paste(page, name, value.join("\n"));
    else await field(page, name).fill(value);
    await field(page, name).blur();
  }
}

/** The buttons that remove chips. */
export const chipButtons = (page, name) =>
  page.locator(`[data-field="${name}"] .chip button:last-child`);

export const preview = (page) => page.locator(".preview-name").innerText();

export const cycleNote = (page) => page.getByText("The last word is “reassessment”");

/** What is kept of the form for a reload. */
export const draftOf = (page) =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem("assessments.draft") ?? "null"));

/** What the form holds, by field; empty fields are left out. */
export async function formOf(page) {
  const held = {};
  for (const name of Object.keys(EVERYTHING)) {
    const typed = await field(page, name).inputValue();
    const value = LISTS.includes(name)
      ? [...(await chips(page, name)), ...typed.split(" ").filter(Boolean)]
      : typed;
    if (value.length > 0) held[name] = value;
  }
  return held;
}

/** Waits for the page of what was created; answers its id. */
export async function created(page) {
  await page.getByText("The assessment was created.").waitFor();
  const { pathname } = new URL(page.url());
  assert.match(pathname, /^\/assessments\/cbqsrw_[0-9a-f]{32}$/);
  return pathname.split("/").at(-1);
}
