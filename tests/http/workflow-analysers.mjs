// Analysers that answer in every way there is, and runs that call them, for a test file.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before } from "node:test";
import { startApi } from "./harness.mjs";
import {
  obeyRedirectMode,
  orgWithWorkflows,
  reply,
  runsOf,
  startAnalyser,
} from "./workflow-support.mjs";
import { listen } from "../listen.mjs";

export const WHOLE = {
  status: "review_evals",
  score_percent: 0.62,
  findings: [{ title: "Weak keys" }, { title: "No backups" }],
  artifacts: [
    { artifact_type: "report", id: "report-1", role: "output" },
    { artifact_type: "questionnaire", id: "q-7", role: "input" },
  ],
};
export const RUN_KEYS = [
  "workflow_run_id",
  "workflow_definition_id",
  "component_id",
  "component_name",
  "input",
  "sent_at",
];
/** More than an answer may have. */
export const LARGE = JSON.stringify({ findings: [], padding: "x".repeat(262_144) });

export const UNREACHABLE = "The analyser could not be reached.";
/** Of a failed connection, the harness makes a 500 before workerd sees it. */
export const NO_ANSWER = /^The analyser (could not be reached\.|failed: answered 500)$/;

export const titled = (n) => Array.from({ length: n }, (_, i) => ({ title: `finding ${i}` }));
/** Answers that are none, by the path that gives them. */
export const NONSENSE = {
  html: "<!doctype html><title>Sign in</title>",
  "no-object": '"fine"',
  array: "[]",
  "array-in-field-order": '["review_evals", 0.9]',
  "score-as-text": '{"score_percent":"0.5"}',
  "score-beyond-numbers": '{"score_percent":1e999}',
  "findings-as-object": '{"findings":{"title":"x"}}',
  "finding-as-text": '{"findings":["Weak keys"]}',
  "finding-as-array": '{"findings":[["Weak keys"]]}',
  "finding-untitled": '{"findings":[{}]}',
  "artifact-without-role": '{"artifacts":[{"artifact_type":"report","id":"1"}]}',
  "status-unknown": '{"status":"done"}',
  "status-canceled": '{"status":"canceled"}',
  "one-finding-too-many": JSON.stringify({ findings: titled(101) }),
  "title-too-long": JSON.stringify({ findings: [{ title: "x".repeat(256) }] }),
  "too-large": LARGE,
  bytes: Buffer.from([0x7b, 0xff, 0x7d]),
};

export let api;
export let runs;
export let org;
export let analyser;
export let other;
export let dead;
export const asked = obeyRedirectMode();

/** Requests that never get a whole answer; they are cut at the end. */
export function behave({ path, attempt }, response) {
  const [, kind, rest] = path.split("/");
  if (kind === "whole") return WHOLE;
  if (kind === "nothing") return {};
  if (kind === "bad-twice" && attempt > 2) return WHOLE;
  if (kind === "bad-twice") return reply(response, 500, "{}");
  if (kind === "status") return reply(response, Number(rest), "{}");
  if (kind === "once" && attempt > 1) return WHOLE;
  if (kind === "once") return reply(response, Number(rest), "{}");
  if (kind === "acknowledge") return reply(response, Number(rest), "");
  if (kind === "nonsense") return reply(response, 200, NONSENSE[rest]);
  if (kind === "redirect")
    return reply(response, Number(rest), "", { location: `${other.url}/whole` });
  if (kind === "most") return { findings: titled(100) };
  if (kind === "cut") {
    response.writeHead(200, { "content-length": "100" });
    response.write("{");
    response.destroy();
    return undefined;
  }
  if (kind === "endless") {
    response.writeHead(200, { "content-type": "application/json" });
    const dripping = setInterval(() => response.write(" "), 100);
    response.on("close", () => clearInterval(dripping));
    return undefined;
  }
  // "silent" never answers at all.
  return undefined;
}

export async function portWithoutServer() {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const call = (path, more = {}) => ["call", { url: `${analyser.url}/${path}`, ...more }];
export const flowOf = (step) => [["begin_assessment"], step, ["complete_assessment", {}]];

before(async () => {
  analyser = await startAnalyser(behave);
  other = await startAnalyser(behave);
  dead = `http://127.0.0.1:${await portWithoutServer()}/`;
  const flows = {
    whole: flowOf(call("whole")),
    nothing: flowOf(call("nothing")),
    ...Object.fromEntries(
      [200, 202, 204].map((status) => [
        `acknowledged ${status}`,
        flowOf(call(`acknowledge/${status}`)),
      ]),
    ),
    most: flowOf(call("most")),
    later: [["wait_for_event", { event: "go", timeout_seconds: 3600 }], ...flowOf(call("whole"))],
    "bad twice": flowOf(call("bad-twice", { retries: 2 })),
    cut: flowOf(call("cut", { retries: 1 })),
    down: flowOf(["call", { url: dead, retries: 1 }]),
    unreachable: flowOf(["call", { url: "https://unreachable.example/", retries: 1 }]),
    "down, continue": flowOf(["call", { url: dead, retries: 0, on_failure: "continue" }]),
    silent: flowOf(call("silent", { retries: 0 })),
    endless: flowOf(call("endless", { retries: 0 })),
    "two calls": [call("whole"), call("whole"), ["complete_assessment", {}]],
  };
  for (const status of [408, 425, 429, 502, 503]) {
    flows[`once ${status}`] = flowOf(call(`once/${status}`, { retries: 1 }));
  }
  for (const status of [400, 401, 404, 410, 422]) {
    flows[`status ${status}`] = flowOf(call(`status/${status}`));
  }
  for (const status of [301, 302, 303, 307, 308]) {
    flows[`redirect ${status}`] = flowOf(call(`redirect/${status}`));
  }
  for (const kind of Object.keys(NONSENSE)) flows[kind] = flowOf(call(`nonsense/${kind}`));
  org = orgWithWorkflows("calls", flows);
  api = await startApi({
    data: { orgs: [org.data] },
    faulty: true,
    vars: { ENVIRONMENT: "development" },
  });
  runs = runsOf(api, org);
});
after(async () => {
  await api.close();
  await Promise.all([analyser.close(), other.close()]);
});

/** Asserts that the call failed for good, and the run and its assessment with it. */
export async function failedWith({ id, run }, message) {
  const ended = await runs.ended(run);
  assert.equal(ended.status, "failed");
  const last = ended.steps.at(-1);
  assert.equal(last.action_type, "call");
  assert.equal(last.status, "failed");
  assert.match(last.message, message);
  assert.deepEqual(last.artifacts, []);
  const assessment = await runs.assessment(id);
  assert.equal(assessment.status, "failed");
  assert.equal(assessment.score_percent, null);
  assert.equal(assessment.findings_count, 0);
  return ended;
}
