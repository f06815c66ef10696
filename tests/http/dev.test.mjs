// `cargo xtask dev` as a person runs it: what it offers, what it says, and what goes on
// beside it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { KEYS, idOf, inTemporaryFolder, makeOrg } from "./harness.mjs";
import { dev, processes, run, xtask } from "./commands-support.mjs";
import { until } from "./workflow-support.mjs";
import { freePort } from "../listen.mjs";

test("dev_prints_a_curl_that_works_and_data_survives_a_restart", () =>
  inTemporaryFolder(async (state) => {
    const first = await dev(state);
    const command = first.stdout.split("\n").slice(2).join("\n");
    const { stdout } = await run("sh", ["-c", command]);
    const created = JSON.parse(stdout);
    assert.equal(created.status, "created");
    assert.equal(await first.stop(), 0);
    // They were killed, which takes effect when they run next.
    await until(
      "all of it to be gone",
      () => !processes().some(({ args }) => args.includes(state)),
    );

    const second = await dev(state);
    const path = `${second.base}/v1/assessments/${created.id}`;
    const headers = { authorization: `Bearer ${KEYS.harbor}` };
    const answer = await fetch(path, { headers });
    assert.equal(answer.status, 200);
    assert.equal((await answer.json()).name, created.name);
    await second.stop();
  }));

/** What the document of the dashboard is told. */
async function settingsOf(base) {
  const document = await (await fetch(base)).text();
  const [, escaped] = /<meta name="settings" content="([^"]*)"/.exec(document) ?? [];
  return JSON.parse(
    escaped
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&"),
  );
}

test("dev_offers_the_dashboard_an_organization_with_a_year_of_work_that_goes_on", () =>
  inTemporaryFolder(async (state) => {
    const { base, stop } = await dev(state);
    const ask = async (token, path, body) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const answer = await fetch(base + path, {
        headers,
        ...(body && { method: "POST", body: JSON.stringify(body) }),
      });
      return { status: answer.status, json: await answer.json() };
    };
    const { token: key, user_id, request, assessment_ids: ids } = (await settingsOf(base)).demo;
    assert.notEqual(key, KEYS.harbor);
    const session = await ask(key, "/v1/sessions", { user_id });
    assert.equal(session.status, 201);
    const { token } = session.json;
    const me = await ask(token, "/v1/dashboard/me");
    assert.equal(me.json.organization.name, "Lantern Mutual");
    const statuses = [];
    for (const id of ids) statuses.push((await ask(token, `/v1/assessments/${id}`)).json.status);
    assert.equal(statuses.length, 16);
    for (const status of ["created", "review_evals", "complete", "failed", "canceled"]) {
      assert.ok(statuses.includes(status), status);
    }
    // What is filled in for a person to send is taken, and gets as far as the review.
    const created = await ask(token, "/v1/assessments", request);
    assert.equal(created.status, 201);
    const read = async () => (await ask(token, `/v1/assessments/${created.json.id}`)).json;
    await until("the review", async () => (await read()).status === "review_evals");
    const run = created.json.workflow_run_id;
    const event = { name: "review-approved" };
    assert.equal((await ask(token, `/v1/workflows/runs/${run}/events`, event)).status, 202);
    await until("the end", async () => (await read()).status === "complete");
    // What was under way when it was loaded, and changed last, has gone on by itself.
    await until("the analyser's answers", async () => {
      const found = await Promise.all(
        ids.slice(0, 2).map((id) => ask(token, `/v1/assessments/${id}`)),
      );
      return found.every(({ json }) => json.status === "review_evals");
    });
    await stop();
  }));

test("dev_says_in_one_line_that_a_port_is_taken_or_a_folder_in_use", () =>
  inTemporaryFolder(async (state) => {
    const running = await dev(state);
    const { port } = new URL(running.base);
    const taken = await xtask("dev", "--port", port, "--state", state);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /^error: cannot listen on 127\.0\.0\.1:\d+; choose another port/m);
    const inUse = await xtask("dev", "--port", String(await freePort()), "--state", state);
    assert.equal(inUse.code, 1);
    assert.match(inUse.stderr, /^error: .* is in use by another `cargo xtask`/m);
    await running.stop();
  }));

test("an_import_beside_a_running_dev_is_served_by_it", () =>
  inTemporaryFolder(async (state) => {
    const running = await dev(state);
    const { data, key } = makeOrg("beside");
    const file = join(state, "beside.json");
    const load = (org) => {
      writeFileSync(file, JSON.stringify({ orgs: [org] }));
      return xtask("import", file, "--state", state);
    };
    const imported = await load(data);
    assert.equal(imported.code, 0, imported.stderr);
    // When the import is told done, the server that it interrupted answers again.
    const probe = async () => {
      const headers = { authorization: `Bearer ${key}` };
      return (await fetch(`${running.base}/v1/utils/authtest`, { headers })).status;
    };
    assert.equal(await probe(), 200);

    const workflow = (n) => [
      { id: idOf("cbwd", `clash ${n}`), name: "same", enabled: true, kind: "direct" },
    ];
    assert.equal((await load({ ...data, workflows: workflow(1) })).code, 0);
    const refused = await load({ ...data, workflows: workflow(2) });
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^error: .*a live workflow of the same name.*nothing was imported/m,
    );
    assert.equal(await probe(), 200);
    await running.stop();
  }));
