// One corpus, four judges: native Rust, the package in Node.js, the package in
// Chromium, and the Worker over HTTP. All must say the same.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, test } from "node:test";
import { KEYS, ROOT, startApi } from "../http/harness.mjs";
import { validateCreateAssessment } from "../../pkg/dist/index.js";
import { corpus } from "./corpus.mjs";
import { launchBrowser } from "./projects.mjs";
import { listen } from "../listen.mjs";

const SEED = Number(process.env.CORPUS_SEED ?? 20_261_124);
const COUNT = 20_000;
/** How many of them go over HTTP, where each takes a hundred times as long. */
const OVER_HTTP = Number(process.env.CORPUS_OVER_HTTP ?? 5_000);
const bodies = corpus(COUNT, SEED);
/** What native Rust says of each body. */
let native;

before(async () => {
  console.log(`corpus: ${bodies.length} bodies, CORPUS_SEED=${SEED}`);
  native = await nativeOutcomes();
  const count = (test) => native.filter(test).length;
  // A corpus that is nearly all good or nearly all bad would prove little.
  assert.ok(count(({ ok }) => ok) > COUNT / 10);
  assert.ok(count(({ status }) => status === 422) > COUNT / 10);
  assert.ok(count(({ status }) => status === 400) > COUNT / 10);
});

async function nativeOutcomes() {
  const args = ["run", "--quiet", "--package=assessments", "--example=validate"];
  const child = spawn("cargo", args, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(bodies.map((body) => `${body}\n`).join(""));
  const chunks = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  return Buffer.concat(chunks)
    .toString()
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text));
}

test("the_package_in_node_says_what_native_rust_says", () => {
  assert.equal(native.length, bodies.length);
  bodies.forEach((body, index) => {
    assert.deepEqual(validateCreateAssessment(JSON.parse(body)), native[index], body);
  });
});

test("the_package_in_chromium_says_what_native_rust_says", async () => {
  const module = await readFile(join(ROOT, "pkg/dist/index.js"));
  const server = createServer((request, response) => {
    const isModule = request.url === "/assessments-edge.js";
    response.setHeader("content-type", isModule ? "text/javascript" : "text/html");
    response.end(isModule ? module : "<!doctype html><title>corpus</title>");
  });
  const port = await listen(server);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    const outcomes = await page.evaluate(async (bodies) => {
      const { validateCreateAssessment } = await import("/assessments-edge.js");
      return JSON.stringify(bodies.map((body) => validateCreateAssessment(JSON.parse(body))));
    }, bodies);
    assert.deepEqual(JSON.parse(outcomes), native);
  } finally {
    await browser.close();
    server.close();
  }
});

test("the_worker_answers_what_the_package_says", async () => {
  // What counts and tells of calls has nothing to do with what they are answered.
  const api = await startApi({ limits: null, vars: { LOG_LEVEL: "off" } });
  try {
    let next = 0;
    const client = async () => {
      for (let index = next++; index < OVER_HTTP; index = next++) {
        const answer = await api.create(bodies[index], { key: KEYS.fjord });
        agree(bodies[index], native[index], answer);
      }
    };
    await Promise.all(Array.from({ length: 16 }, client));
  } finally {
    await api.close();
  }
});

/** Whether the Worker's answer is what the outcome leads to expect. */
function agree(body, outcome, { status, json }) {
  if (outcome.status === 422) {
    assert.equal(status, 422, body);
    assert.deepEqual(json.detail, outcome.issues, body);
    return;
  }
  // The ids of the corpus exist nowhere, so the best request is refused for
  // its vendor, or for its workflow, which is looked up first.
  const limits = outcome.ok ? [] : outcome.issues.filter(({ type }) => /^too_/.test(type));
  if (limits.length) {
    assert.equal(status, 400, body);
    const named = json.detail.error.split("; ").map((part) => part.split(":")[0]);
    assert.deepEqual(
      named,
      limits.map(({ loc }) => loc[1]),
      body,
    );
    return;
  }
  if (status === 404) {
    assert.equal(json.detail.code, "workflow_not_found", body);
    return;
  }
  assert.equal(status, 400, body);
  const badIds = outcome.ok ? [] : outcome.issues;
  for (const { loc } of badIds) {
    const value = loc.slice(1).reduce((at, step) => at[step], JSON.parse(body));
    const reason = json.detail.error.split("; ").find((part) => part.startsWith(`${loc[1]}: `));
    assert.ok(reason?.includes(value), body);
  }
}
