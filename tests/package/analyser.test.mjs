// The example analyser, run as it stands, asked by workflow runs of the real Worker and by
// strangers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApi } from "../http/harness.mjs";
import {
  SECRET,
  obeyRedirectMode,
  orgWithWorkflows,
  runsOf,
  signatureOf,
} from "../http/workflow-support.mjs";
import { installExample, node, startServer } from "./projects.mjs";

const BEFORE = "the signing secret before this one, long enough";

let api;
let org;
let runs;
let analyser;
obeyRedirectMode();
before(async () => {
  const folder = await installExample("analyser/node");
  analyser = await startServer(...node("server.mjs"), {
    cwd: folder,
    env: { PORT: "0", SIGNING_SECRET: SECRET, SIGNING_SECRET_BEFORE: BEFORE },
  });
  org = orgWithWorkflows("analyser", {
    asks: [["begin_assessment"], ["call", { url: analyser.url }], ["complete_assessment", {}]],
  });
  api = await startApi({ data: { orgs: [org.data] }, vars: { ENVIRONMENT: "development" } });
  runs = runsOf(api, org);
});
after(async () => {
  await api?.close();
  await analyser?.close();
});

test("what_it_finds_is_applied", async () => {
  const { id, run } = await runs.start("asks");
  const { status, steps } = await runs.ended(run);
  assert.equal(status, "completed", JSON.stringify(steps));
  const [{ artifact_type: type, id: report }] = steps[1].artifacts;
  assert.deepEqual([type, report], ["report", `report-of-${run}`]);
  const { score_percent: score, findings_count: count } = await runs.assessment(id);
  assert.deepEqual([score, count], [0.64, 1]);
});

const QUESTION = {
  workflow_run_id: `cbwr_${"1".repeat(32)}`,
  workflow_definition_id: `cbwd_${"2".repeat(32)}`,
  component_id: `cbwc_${"3".repeat(32)}`,
  component_name: "asks",
  input: { assessment_id: `cbqsrw_${"4".repeat(32)}`, vendor_id: `cbvndr_${"5".repeat(32)}` },
  sent_at: 1_790_500_000,
};

/** @param {string} body */
const ask = async (body, signature = signatureOf(body), method = "POST") => {
  const headers = signature ? { "coverbase-signature": signature } : undefined;
  const init = method === "POST" ? { method, headers, body } : { method, headers };
  const response = await fetch(analyser.url, init);
  return { status: response.status, json: await response.json() };
};

test("attempts_get_the_same_answer_by_either_secret", async () => {
  const body = JSON.stringify(QUESTION);
  const first = await ask(body);
  assert.equal(first.status, 200);
  assert.deepEqual(await ask(body, signatureOf(body, BEFORE)), first);
});

test("nobody_else_is_answered", async () => {
  const body = JSON.stringify(QUESTION);
  for (const signature of ["", "sha256=", signatureOf(body, "another secret")]) {
    assert.deepEqual(await ask(body, signature), { status: 401, json: {} }, signature);
  }
  assert.equal((await ask("{}")).status, 400);
  assert.equal((await ask("x".repeat(70_000))).status, 413);
  assert.equal((await ask("", "", "GET")).status, 405);
});
