// The dashboard that a test file starts, and what its tests ask of its database.

import { after, before } from "node:test";
import { startDashboard, until } from "./support.mjs";

/** It is there as soon as the first test runs. */
export let dashboard;

/** Starts it before the tests of the file, with these organizations besides the demo's. */
export function startBeforeTests(orgs = []) {
  before(async () => {
    dashboard = await startDashboard();
    if (orgs.length > 0) await dashboard.api.load({ orgs });
  });
  after(() => dashboard?.close());
}

export const countOf = async () => (await dashboard.api.counts()).assessments;

/** How many rows a create could have written; workflow runs of other tests go on meanwhile. */
export async function written() {
  const { assessments, document_links: links, workflow_runs: runs } = await dashboard.api.counts();
  return { assessments, links, runs };
}

/** Waits until the database has so many assessments. */
export async function stored(count) {
  let found = -1;
  await until(
    async () => {
      found = await countOf();
      return found === count;
    },
    () => `there are ${found} assessments, not ${count}`,
  );
}
