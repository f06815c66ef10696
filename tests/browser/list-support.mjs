// The list of assessments as its tests use it.

import { texts } from "../../www/texts.js";
import { dashboard } from "./started.mjs";
import { connect } from "./support.mjs";

const { assessments: words } = texts;

export const rows = (page) => page.locator(".table-row");
/** The names of the rows that are there, in their order. */
export const names = (page) => page.locator(".table .cell-name a").allInnerTexts();
export const row = (page, name) => rows(page).filter({ hasText: name }).first();
export const shown = (page) => page.locator(".shown");
export const asked = (page) => new URL(page.url()).search;
export const search = (page) => page.getByLabel(words.search, { exact: true });
export const head = (page, name) => page.getByRole("columnheader", { name, exact: true });
export const focused = (page) => page.evaluate(() => document.activeElement?.textContent);

/** The list as someone sees it who is connected. */
export async function openList(path = "/", key = undefined, options = {}) {
  const page = await dashboard.open(path, options);
  await connect(page, key);
  return page;
}

/** What is read of the list from now on: the parameters of each request. */
export function readsOf(page) {
  const reads = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === "/v1/dashboard/assessments") reads.push(Object.fromEntries(searchParams));
  });
  return reads;
}
