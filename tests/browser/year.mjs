// The demo's organization with a year of work, as `cargo xtask dev` offers it, and a walk
// through what its people see.

import { organizationOf } from "../../worker/demo/year/organization.mjs";
import { startDashboard } from "./support.mjs";

/** The organization as it is today. */
export const thisYear = () => organizationOf(new Date().toISOString().slice(0, 10));

/** Starts the Worker with it, and a browser; `data` is the file to import. */
export async function startYear(org = thisYear(), data = { orgs: [org] }) {
  const offer = {
    token: org.api_keys[0].secret,
    user_id: org.users[0].id,
    request: { vendor_id: org.vendors[0].id, control_set_ids: [org.control_sets[0].id] },
    assessment_ids: [],
  };
  const dashboard = await startDashboard({ data, more: { DEMO: JSON.stringify(offer) } });
  return { ...dashboard, org };
}

/** Signs in by one press, as in development. */
export async function signIn(page, { connection }) {
  await page.getByRole("button", { name: connection.connect, exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: connection.useDemo, exact: true }).click();
  await page.getByText(connection.connected, { exact: true }).waitFor();
}

/** Goes to another page of the dashboard without loading it anew, which would sign out. */
const go = (page, path) =>
  page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);

/** Goes from screen to screen in `page`, and calls `look` with the name of each. */
export async function visitYear({ org }, page, texts, look) {
  await signIn(page, texts);
  // What a team looks at first.
  await go(page, "/?sort=-findings");
  await page.locator("[role=columnheader][aria-sort=descending]").waitFor({ state: "attached" });
  await page.locator(".table-row").nth(8).waitFor();
  await page.mouse.move(0, 0);
  await look("year");
  const isOpen = (one) => one.archived_at === undefined;
  const all = org.assessments.filter(isOpen);
  const waits = all.find(({ status, runs }) => status === "review_evals" && runs?.length > 0);
  const done = all.find(({ status, findings }) => status === "complete" && findings?.length > 3);
  for (const [name, { id }] of Object.entries({ waits, done })) {
    await go(page, `/assessments/${id}`);
    await page.locator(".runs").waitFor();
    await look(`year-${name}`);
  }
  await go(page, "/new");
  await page.locator('[data-field="vendor_id"] input').waitFor();
  await look("year-new");
  await page.locator('[data-field="vendor_id"] input').fill(org.vendors[1].name.slice(0, 3));
  await page.getByRole("option").first().waitFor();
  await look("year-picker");
}
