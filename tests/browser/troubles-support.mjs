// The form that creates an assessment in trouble: what goes wrong, and how a test waits
// for it.

import assert from "node:assert/strict";
import { dashboard, startBeforeTests } from "./started.mjs";
import {
  ASSESSMENT,
  CONTROL_SETS,
  NORTHWIND,
  ORGS,
  TAKEN,
  chips,
  connect,
  field,
  openMore,
  message,
  refused,
} from "./support.mjs";
import { makeOrg } from "../http/harness.mjs";

export const [, GLOBEX] = ORGS.harbor.vendors;
export const [, , , DEE] = ORGS.harbor.users;

export const [, , , ARCHIVED_SET] = CONTROL_SETS;

/** As often as the package's client sends before it gives up. */
export const ATTEMPTS = 5;

export const IMAGE = "<img src=x onerror=globalThis.hacked=true>";

/** Organizations whose keys and addresses change under an open page. */
export const REVOKED = makeOrg("troubles, revoked meanwhile");
export const MOVED = makeOrg("troubles, another network");

startBeforeTests([REVOKED.data, MOVED.data]);

/** Every attempt meets the same fate. */
export const always = (fate) => Array(ATTEMPTS).fill(fate);

/** The client waits a random part of its longest wait: none of it. */
export const hurry = (page) => page.evaluate(() => (Math.random = () => 0));

/**
 * The form with a credential and a request that could be created.
 *
 * @param {{ key?: string, vendor?: string, name?: string }} [filled]
 */
export async function openFilled({ key, vendor = NORTHWIND.id, name = "Troubled" } = {}) {
  const page = await dashboard.open("/new");
  await openMore(page);
  await hurry(page);
  await connect(page, key);
  await field(page, "vendor_id").fill(vendor);
  await field(page, "name").fill(name);
  return page;
}

export const DISABLED = "The workflow is switched off";
export const TOO_LARGE = "The request is too large";

export const EDITED = "You changed the request since then.";

/** Waits to be told that the key is another assessment's; answers that one's id. */
export async function taken(page, name) {
  assert.match(await refused(page, TAKEN), /What you wrote is still here/);
  const link = message(page).getByRole("link", { name, exact: true });
  const [, id] = ASSESSMENT.exec((await link.getAttribute("href")) ?? "") ?? [];
  assert.match(page.url(), /\/new$/);
  return id;
}

export const keysOf = (sent) => new Set(sent.map(({ key }) => key));

export const badChips = (page, name) => chips(page, name, ".chip.bad");

export const focused = (page) =>
  page.evaluate(() => {
    const active = document.activeElement;
    /** @type {HTMLElement | null | undefined} */
    const field = active?.closest("[data-field]");
    return field?.dataset.field ?? active?.textContent.trim();
  });

export async function reload(page) {
  await page.reload();
  await page.locator("h1").waitFor();
  await hurry(page);
}
