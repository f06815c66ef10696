// The watchlist and the page of one assessment, as their tests use them.

import { dashboard, startBeforeTests } from "./started.mjs";
import { NORTHWIND, ORGS, connect } from "./support.mjs";

export { row, rows, setHidden } from "./support.mjs";

export const [GLOBEX_CREATED] = ORGS.harbor.assessments;
export const COMPLETE = ORGS.harbor.assessments.find(({ status }) => status === "complete");
export const FJORDS = ORGS.fjord.assessments?.[0];

startBeforeTests();

/** A new assessment that no other test uses. */
export async function created(name) {
  const body = { vendor_id: NORTHWIND.id, control_set_ids: [], name };
  return (await dashboard.api.create(body)).json;
}

export const names = (page) => page.locator(".cell-name a").allTextContents();

/** Opens an assessment by the form of the list. */
export async function openById(page, id) {
  await page.getByLabel("Assessment id").fill(id);
  await page.getByRole("button", { name: "Open", exact: true }).click();
}

/** The page with all assessments of the demo. */
export async function openDemo() {
  const page = await dashboard.open();
  await connect(page);
  await page.getByRole("button", { name: /demo assessments/ }).click();
  await page.getByText("2025 Globex canceled").waitFor();
  await page.waitForFunction(() => !document.body.innerText.includes("Not read yet"));
  return page;
}
