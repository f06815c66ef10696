// Definitions of workflows and their versions.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  DONE,
  ORG,
  api,
  completedOnce,
  definitionOf,
  event,
  runs,
  second,
  update,
} from "./workflow-flows.mjs";
import {
  DEMO_WITH_STEPS,
  KEYS,
  XTASK,
  idOf,
  inTemporaryFolder,
  makeAssessment,
  makeOrg,
} from "./harness.mjs";
import { workflow } from "./workflow-support.mjs";

// Definitions and their versions.

test("a_run_keeps_the_version_that_it_began_with", async () => {
  const first = await runs.start("changing");
  await runs.reached(first.run, 1);
  const versions = async () => {
    const sql = "SELECT version FROM workflow_versions WHERE definition_id = ?1 ORDER BY version";
    return (await api.rows(sql, definitionOf("changing").id)).map(({ version }) => version);
  };
  assert.deepEqual(await versions(), [1]);
  // The same again makes no new version, nor does a new name or switch.
  await api.load({ orgs: [ORG.data] });
  assert.deepEqual(await versions(), [1]);

  const changed = workflow("workflows", "changing", [
    ["begin_assessment", {}, "Begin anew"],
    ["fail_assessment", { message: "The new version" }],
  ]);
  await api.load({ orgs: [{ ...ORG.data, workflows: [changed] }] });
  assert.deepEqual(await versions(), [1, 2]);
  const next = await runs.start("changing");
  const ended = await runs.ended(next.run);
  assert.equal(ended.status, "failed");
  assert.equal(ended.steps[0].component_name, "Begin anew");
  assert.equal(ended.steps[1].message, "The new version");

  // Even if the engine loses the first run and begins it anew.
  await (await api.env.WORKFLOWS.get(first.run)).terminate();
  await runs.overdue(first.run);
  await api.scheduled();
  await runs.send(first.run, { name: "go" });
  await completedOnce(first);
  await api.load({ orgs: [{ ...ORG.data, workflows: [changed] }] });
  assert.deepEqual(await versions(), [1, 2]);
});

test("the_demo_has_workflows_that_pass_the_import", async () => {
  const names = DEMO_WITH_STEPS.orgs.flatMap(({ workflows = [] }) =>
    workflows.filter(({ steps }) => steps?.length > 0).map(({ name }) => name),
  );
  assert.ok(names.includes("annual-reassessment-flow"));
  await api.load(DEMO_WITH_STEPS);
  const answer = await api.send("GET", "/v1/utils/authtest", { key: KEYS.harbor });
  assert.equal(answer.status, 200);
});

test("what_is_wrong_with_a_workflow_is_told_with_its_place", async () => {
  const flow = (name, steps, more) => workflow("faults", name, steps, more);
  const url = "https://analyser.example/";
  const secret = "not so long";
  /** @type {[ReturnType<typeof workflow>, string, RegExp][]} */
  const cases = [
    [
      flow(
        "many",
        Array.from({ length: 51 }, () => second),
      ),
      "",
      /"steps" has more than 50 entries/,
    ],
    [flow("terminal", [update("complete")]), "/steps/0", /status complete ends an assessment/],
    [
      flow("canceled", [second, update("canceled")]),
      "/steps/1",
      /status canceled ends an assessment/,
    ],
    [flow("zero", [["wait", { seconds: 0 }]]), "/steps/0", /seconds must be from 1 to 31536000/],
    [flow("negative", [["wait", { seconds: -1 }]]), "/steps/0", /./],
    [flow("text", [["wait", { seconds: "5" }]]), "/steps/0", /./],
    [flow("list", [["wait", [5]]]), "/steps/0", /./],
    [flow("absent", [["wait"]]), "/steps/0", /missing field `seconds`/],
    [flow("unknown action", [["explode", {}]]), "/steps/0", /unknown variant `explode`/],
    [flow("unknown", [["wait", { seconds: 1, hours: 2 }]]), "/steps/0", /unknown field `hours`/],
    [flow("superfluous", [["begin_assessment", { at: 1 }]]), "/steps/0", /unknown field `at`/],
    [flow("not last", [DONE, second]), "/steps/0", /ends the run, so it must be the last step/],
    [flow("event name", [event("a b")]), "/steps/0", /letters, digits/],
    [
      flow("time-out", [event("go", { timeout_seconds: 0 })]),
      "/steps/0",
      /timeout_seconds must be/,
    ],
    [
      flow("on time-out", [event("go", { on_timeout: "stop" })]),
      "/steps/0",
      /unknown variant `stop`/,
    ],
    [flow("retries", [["call", { url, retries: 11 }]]), "/steps/0", /retries must be from 0 to 10/],
    [flow("no url", [["call", { url: "analyser" }]]), "/steps/0", /url: not a URL/],
    [flow("score", [["complete_assessment", { score_percent: "1" }]]), "/steps/0", /./],
    [
      flow("title", [["complete_assessment", { findings: [{ title: "" }] }]]),
      "/steps/0",
      /title must/,
    ],
    [flow("short", [["call", { url }]], { signing_secret: secret }), "/signing_secret", /32 bytes/],
  ];
  const twice = flow("twice", [second, second]);
  twice.steps[1].id = twice.steps[0].id;
  cases.push([twice, "/steps/1", /stands in the file twice/]);
  const odd = flow("odd", [second]);
  odd.steps[0].id = idOf("cbwd", "odd");
  odd.steps[0].surprise = true;
  cases.push([odd, "/steps/0", /./]);

  const { data } = makeOrg("faults", { workflows: cases.map(([faulty]) => faulty) });
  await inTemporaryFolder((folder) => {
    const file = join(folder, "faults.json");
    writeFileSync(file, JSON.stringify({ orgs: [data] }));
    let told = "";
    try {
      const out = join(folder, "out.sql");
      execFileSync(XTASK, ["import", file, "--sql", out], { stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
      told = `${stdout}${stderr}`;
    }
    const missed = cases.filter(([, place, message], index) => {
      const at = `/orgs/0/workflows/${index}${place}`;
      const lines = told
        .split("\n")
        .filter((line) => line.includes(`${at}:`) || line.includes(`${at}/`));
      return !lines.some((line) => message.test(line));
    });
    assert.deepEqual(
      missed.map(([{ name }, place]) => `${name} at ${place}`),
      [],
      told,
    );
    assert.match(told, /faults in the file; nothing was imported/);
    assert.ok(!told.includes(secret), "a secret is never repeated");
  });
});

test("an_imported_assessment_has_no_run_and_needs_none", async () => {
  const org = makeOrg("workflows, imported");
  const assessment = makeAssessment("workflows, imported", org.vendor);
  await api.load({ orgs: [{ ...org.data, assessments: [assessment] }] });
  await api.scheduled();
  const answer = await api.retrieve(assessment.id, { key: org.key });
  assert.equal(answer.json.status, "created");
});
