// Calls of analysers: what is sent, what is made of the answer, and what becomes of a
// run whose analyser is down, slow, wrong or hostile.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  NONSENSE,
  NO_ANSWER,
  RUN_KEYS,
  UNREACHABLE,
  WHOLE,
  analyser,
  api,
  asked,
  call,
  dead,
  failedWith,
  flowOf,
  org,
  other,
  runs,
} from "./workflow-analysers.mjs";
import { linesWith } from "./audit-support.mjs";
import { startApi } from "./harness.mjs";
import {
  SECRET,
  orgWithWorkflows,
  outcomes,
  runsOf,
  signatureOf,
  until,
} from "./workflow-support.mjs";

test("a_call_is_signed_and_has_exactly_its_documented_body_and_headers", async () => {
  const { id, run } = await runs.start("whole");
  await runs.ended(run);
  const [request, ...more] = analyser.of(run);
  assert.equal(more.length, 0);
  assert.equal(request.method, "POST");
  assert.equal(request.path, "/whole");
  assert.equal(request.headers["content-type"], "application/json");
  assert.equal(request.headers["coverbase-signature"], signatureOf(request.body));
  assert.equal(request.headers.authorization, undefined);
  const definition = org.data.workflows.find(({ name }) => name === "whole");
  assert.deepEqual(Object.keys(request.json), RUN_KEYS);
  const { sent_at: sentAt, input, ...rest } = request.json;
  assert.ok(Number.isInteger(sentAt));
  assert.deepEqual(rest, {
    workflow_run_id: run,
    workflow_definition_id: definition.id,
    component_id: definition.steps[1].id,
    component_name: definition.steps[1].name,
  });
  assert.equal(input.assessment_id, id);
  const [{ kept }] = await api.rows("SELECT input AS kept FROM workflow_runs WHERE id = ?1", run);
  assert.deepEqual(input, JSON.parse(kept));
});

test("all_that_an_analyser_answers_is_applied", async () => {
  const { id, run } = await runs.start("whole");
  const ended = await runs.ended(run);
  assert.deepEqual(outcomes(ended), ["success", "success", "success"]);
  const artifacts = ended.steps[1].artifacts;
  for (const artifact of artifacts) {
    assert.deepEqual(Object.keys(artifact), [
      "artifact_type",
      "id",
      "role",
      "created_at",
      "updated_at",
    ]);
    assert.ok(Number.isInteger(artifact.created_at));
    assert.equal(artifact.updated_at, artifact.created_at);
  }
  assert.deepEqual(
    artifacts.map(({ artifact_type, id: of, role }) => ({ artifact_type, id: of, role })),
    WHOLE.artifacts,
  );
  const assessment = await runs.assessment(id);
  assert.equal(assessment.status, "complete");
  assert.equal(assessment.score_percent, WHOLE.score_percent);
  assert.equal(assessment.findings_count, 2);
  assert.deepEqual(await runs.titles(id), ["No backups", "Weak keys"]);
});

test("an_answer_may_say_nothing_or_as_much_as_the_limits_allow", async () => {
  const [nothing, most] = [await runs.start("nothing"), await runs.start("most")];
  assert.equal((await runs.ended(nothing.run)).status, "completed");
  assert.equal((await runs.assessment(nothing.id)).score_percent, null);
  assert.equal((await runs.ended(most.run)).status, "completed");
  assert.equal((await runs.assessment(most.id)).findings_count, 100);
});

test("each_call_of_a_run_has_an_idempotency_key_of_its_own", async () => {
  const { id, run } = await runs.start("two calls");
  await runs.ended(run);
  const keys = analyser.of(run).map(({ headers }) => headers["idempotency-key"]);
  assert.equal(keys.length, 2);
  assert.equal(new Set(keys).size, 2);
  assert.equal((await runs.assessment(id)).findings_count, 4);
});

test("an_analyser_that_fails_twice_is_asked_a_third_time_and_applied_once", async () => {
  const { id, run } = await runs.start("bad twice");
  assert.equal((await runs.ended(run)).status, "completed");
  const requests = analyser.of(run);
  assert.deepEqual(
    requests.map(({ attempt }) => attempt),
    [1, 2, 3],
  );
  const keys = requests.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(new Set(keys).size, 1);
  assert.ok(keys[0]);
  for (const { headers, body } of requests) {
    assert.equal(headers["coverbase-signature"], signatureOf(body));
  }
  assert.equal((await runs.assessment(id)).findings_count, 2);
});

test("an_analyser_that_is_down_fails_the_run_and_its_assessment", async () => {
  const before = asked.length;
  const started = await runs.start("down");
  await failedWith(started, NO_ANSWER);
  assert.equal(asked.slice(before).filter((url) => url === dead).length, 2);
});

test("what_the_network_says_of_an_analyser_is_in_the_log_and_not_in_the_run", async () => {
  const started = await runs.start("unreachable");
  const ended = await failedWith(started, /./);
  assert.equal(ended.steps.at(-1).message, UNREACHABLE);
  assert.doesNotMatch(JSON.stringify(ended), /ECONNREFUSED|10\.1\.2\.3|internal/);
  const told = await linesWith(api, [started.run, "ECONNREFUSED"], 2);
  assert.equal(told.length, 2);
});

test("an_answer_that_breaks_off_is_asked_for_again", async () => {
  const started = await runs.start("cut");
  await failedWith(started, /^The analyser failed: /);
  assert.equal(analyser.of(started.run).length, 2);
});

test("a_run_goes_on_after_a_failed_call_if_it_is_told_to", async () => {
  const { id, run } = await runs.start("down, continue");
  const ended = await runs.ended(run);
  assert.equal(ended.status, "completed");
  assert.deepEqual(outcomes(ended), ["success", "failed", "success"]);
  assert.match(ended.steps[1].message, NO_ANSWER);
  assert.equal((await runs.assessment(id)).status, "complete");
});

test("statuses_that_may_pass_are_tried_again", async () => {
  await Promise.all(
    [408, 425, 429, 502, 503].map(async (status) => {
      const { id, run } = await runs.start(`once ${status}`);
      assert.equal((await runs.ended(run)).status, "completed", `${status}`);
      assert.equal(analyser.of(run).length, 2, `${status}`);
      assert.equal((await runs.assessment(id)).findings_count, 2);
    }),
  );
});

test("statuses_that_will_not_pass_are_not_tried_again", async () => {
  await Promise.all(
    [400, 401, 404, 410, 422].map(async (status) => {
      const started = await runs.start(`status ${status}`);
      await failedWith(started, new RegExp(`^The analyser failed: answered ${status}$`));
      assert.equal(analyser.of(started.run).length, 1, `${status}`);
    }),
  );
});

for (const status of [200, 202, 204]) {
  test(`an_empty_answer_says_nothing_and_is_none_the_worse: ${status}`, async () => {
    const { id, run } = await runs.start(`acknowledged ${status}`);
    assert.equal((await runs.ended(run)).status, "completed");
    assert.equal(analyser.of(run).length, 1);
    assert.equal((await runs.assessment(id)).score_percent, null);
  });
}

for (const kind of Object.keys(NONSENSE)) {
  test(`an_answer_that_is_none_fails_after_one_attempt_${kind.replaceAll("-", "_")}`, async () => {
    const started = await runs.start(kind);
    const ended = await failedWith(started, /^The analyser failed: ./);
    assert.equal(analyser.of(started.run).length, 1);
    // Of the answer nothing is repeated.
    assert.doesNotMatch(ended.steps.at(-1).message, /`|Weak keys|fine|line \d|column/);
  });
}

test("a_redirect_is_not_followed", async () => {
  await Promise.all(
    [301, 302, 303, 307, 308].map(async (status) => {
      const started = await runs.start(`redirect ${status}`);
      await failedWith(started, new RegExp(`answered ${status}; redirects are not followed`));
      assert.equal(analyser.of(started.run).length, 1, `${status}`);
    }),
  );
  assert.deepEqual(other.requests, []);
});

test("an_analyser_that_takes_too_long_is_given_up_and_the_api_answers_meanwhile", async () => {
  const slow = [await runs.start("silent"), await runs.start("endless")];
  for (const { run } of slow) await runs.reached(run, 1);
  let isOver = false;
  const failing = Promise.all(
    slow.map((started) => failedWith(started, /^The analyser failed: no whole answer in 10 s$/)),
  ).finally(() => (isOver = true));
  await until("the slow runs", async () => {
    assert.equal((await api.send("GET", "/healthz")).status, 200);
    return isOver;
  });
  await failing;
  for (const { run } of slow) assert.equal(analyser.of(run).length, 1);
});

test("a_run_signs_with_the_secret_that_it_began_with_while_that_is_valid", async () => {
  const [next, after] = ["the next secret", "the secret after that"].map((text) =>
    text.padEnd(40, "."),
  );
  const definition = org.data.workflows.find(({ name }) => name === "later");
  const rotate = (signing_secret) =>
    api.load({ orgs: [{ ...org.data, workflows: [{ ...definition, signing_secret }] }] });
  const signedWith = async ({ run }) => {
    assert.equal((await runs.send(run, { name: "go" })).status, 202);
    assert.equal((await runs.ended(run)).status, "completed");
    const [{ headers, body }] = analyser.of(run);
    const signature = headers["coverbase-signature"];
    return [SECRET, next, after].find((secret) => signatureOf(body, secret) === signature);
  };
  const waiting = [];
  for (let n = 0; n < 3; n++) waiting.push(await runs.start("later"));
  // A re-import without a secret, with or without the steps, leaves it.
  await rotate(undefined);
  await api.load({
    orgs: [
      { ...org.data, workflows: [{ ...definition, steps: undefined, signing_secret: undefined }] },
    ],
  });
  assert.equal(await signedWith(waiting[0]), SECRET);
  // Secrets are told apart by the second in which they came.
  await api.rows("UPDATE workflow_runs SET started_at = started_at - 10");
  await api.rows("UPDATE workflow_signing_secrets SET valid_from = valid_from - 20");
  await rotate(next);
  assert.equal(await signedWith(waiting[1]), SECRET);
  assert.equal(await signedWith(await runs.start("later")), next);
  await api.rows("UPDATE workflow_signing_secrets SET valid_until = 1 WHERE secret = ?1", SECRET);
  assert.equal(await signedWith(waiting[2]), next);
});

test("outside_of_development_nothing_but_public_https_is_asked", async () => {
  const urls = {
    http: `${analyser.url}/whole`,
    "https here": analyser.url.replace("http:", "https:"),
    private: "https://10.0.0.7/",
    "link-local": "https://169.254.169.254/latest/meta-data",
    localhost: "https://localhost:8443/",
    ipv6: "https://[::1]/",
    mapped: "https://[::ffff:127.0.0.1]/",
    hex: "https://0x7f000001/",
    name: "https://metadata.google.internal/",
    wildcard: "https://127.0.0.1.nip.io/",
    teredo: "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    cluster: "https://analyser.default.svc/",
    azure: "https://168.63.129.16/",
    port: "https://unreachable.example:6379/",
  };
  // The importer refuses most of these: they stand in the database as if the
  // rules had been laxer when they were imported.
  const flows = Object.fromEntries(Object.keys(urls).map((name) => [name, flowOf(call("whole"))]));
  const caged = orgWithWorkflows("calls, deployed", flows);
  const deployed = await startApi({ data: { orgs: [caged.data] } });
  try {
    const theirs = runsOf(deployed, caged);
    const { requests } = analyser;
    const before = [requests.length, asked.length];
    await Promise.all(
      Object.entries(urls).map(async ([name, url]) => {
        const sql = `UPDATE workflow_versions SET components =
          json_set(components, '$[1].parameters.url', ?1) WHERE definition_id = ?2`;
        const { id: definition } =
          caged.data.workflows.find((flow) => flow.name === name) ?? assert.fail(name);
        await deployed.env.DB.prepare(sql).bind(url, definition).run();
        const { id, run } = await theirs.start(name);
        const ended = await theirs.ended(run);
        assert.equal(ended.status, "failed", url);
        const { message } = ended.steps[1];
        assert.match(message, /must be https|is not a public address|has a port/, url);
        // Where it would have gone is the definition's affair, not the reader's.
        assert.ok(!message.includes(new URL(url).hostname), message);
        assert.equal((await theirs.assessment(id)).status, "failed");
      }),
    );
    assert.deepEqual([requests.length, asked.length], before);
  } finally {
    await deployed.close();
  }
});
