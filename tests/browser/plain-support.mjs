// The dashboard where WebAssembly is not allowed.

import assert from "node:assert/strict";
import { dashboard, startBeforeTests } from "./started.mjs";
import {
  CONTROL_SETS,
  NORTHWIND,
  ORGS,
  SETS,
  connect,
  field,
  openMore,
  paste,
} from "./support.mjs";

export const [, GLOBEX] = ORGS.harbor.vendors;
export const [ANA, , , DEE] = ORGS.harbor.users;

export const [, , , ARCHIVED_SET] = CONTROL_SETS;

export const RULES_MISSING = "This browser does not allow WebAssembly here";
export const REFUSED = "The API refused this";

export const EVERYTHING = {
  vendor_id: NORTHWIND.id,
  control_set_ids: [SETS[1], SETS[0]],
  service_ids: [NORTHWIND.services[1].id],
  name: "Without WebAssembly ☕",
  assessment_name_format: "{{date}}",
  assignee_id: ANA.id,
  supporting_document_ids: [NORTHWIND.documents[0].id],
  trigger_workflow: "annual-reassessment-flow",
};

startBeforeTests();

/** A page whose policy is without the word that allows WebAssembly. */
export async function open(path) {
  const page = await dashboard.open(path);
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

export async function reload(page) {
  await page.reload();
  await page.locator("h1").waitFor();
  // Were it allowed all the same, these tests would be of something else.
  await page.getByText(RULES_MISSING).waitFor();
}

/** The form with a credential, and what `values` says. */
export async function openForm(values = {}, key) {
  const page = await open("/new");
  await openMore(page);
  await connect(page, key);
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) await paste(page, name, `${value.join("\n")} `);
    else await field(page, name).fill(value);
    await field(page, name).blur();
  }
  return page;
}

export const focused = (page) =>
  page.evaluate(() => {
    /** @type {HTMLElement | null | undefined} */
    const field = document.activeElement?.closest("[data-field]");
    return field?.dataset.field;
  });
