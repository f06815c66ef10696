// The project's commands as a person runs them: dev, import, and the check of
// a deployment.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DEMO, KEYS, ORGS, ROOT, XTASK, idOf, inTemporaryFolder, makeOrg } from "./harness.mjs";
import { contents, create, dev, processes, queries, run, xtask } from "./commands-support.mjs";
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

/** More of them than every test run can wait for. */
const CRASHES = Number(process.env.CRASHES ?? 3);

test("after_kill_9_every_key_replays_or_is_free_and_nothing_is_half_written", () =>
  inTemporaryFolder(async (state) => {
    const acknowledged = new Map();
    const sent = new Set();
    for (let round = 0; round < CRASHES; round++) {
      const server = await dev(state);
      for (const [key, body] of acknowledged) {
        const replay = await create(server.base, key);
        assert.equal(replay.headers.get("idempotent-replayed"), "true");
        assert.equal(await replay.text(), body);
      }
      let answered = 0;
      let enough;
      const crashTime = new Promise((resolve) => (enough = resolve));
      const client = async (name) => {
        for (let n = 0; ; n++) {
          const key = `${round}-${name}-${n}`;
          sent.add(key);
          const answer = await create(server.base, key);
          if (answer.status !== 201) return;
          acknowledged.set(key, await answer.text());
          if (++answered > 20 + 7 * round) enough();
        }
      };
      const clients = ["a", "b", "c", "d"].map((name) => client(name).catch(() => {}));
      await crashTime;
      await server.crash();
      await Promise.all(clients);
    }
    // Keys whose answer the crash swallowed are used again: each has one
    // assessment then, whether the first attempt had committed or not.
    const server = await dev(state);
    const ids = new Set();
    for (const key of sent) {
      const answer = await create(server.base, key);
      assert.equal(answer.status, 201);
      ids.add((await answer.json()).id);
    }
    await server.stop();
    assert.equal(ids.size, sent.size);
    const [[counts]] = await queries(
      state,
      `SELECT (SELECT count(*) FROM idempotency_records) AS keys,
        (SELECT count(*) FROM assessments WHERE vendor_id = '${ORGS.harbor.vendors[0].id}') AS assessments,
        (SELECT count(*) FROM document_links WHERE org_id = '${ORGS.harbor.id}') AS links,
        (SELECT count(*) FROM workflow_runs WHERE org_id = '${ORGS.harbor.id}') AS runs`,
    );
    const n = sent.size;
    assert.deepEqual(counts, { keys: n, assessments: n, links: n, runs: n });
  }));

test("importing_twice_changes_nothing", () =>
  inTemporaryFolder(async (state) => {
    const file = "worker/demo/demo-data.json";
    const first = await xtask("import", file, "--state", state);
    assert.equal(first.code, 0, first.stderr);
    const once = await contents(state);
    assert.equal((await xtask("import", file, "--state", state)).code, 0);
    assert.equal(await contents(state), once);
    assert.ok(once.includes(DEMO.orgs[0].name));
    assert.ok(!once.includes(KEYS.harbor), "secrets are stored hashed only");
  }));

test("whatever_wrangler_is_told_to_log_an_import_reads_its_answer", () =>
  inTemporaryFolder(async (state) => {
    for (const level of ["none", "debug"]) {
      const file = "worker/demo/demo-data.json";
      const env = { ...process.env, WRANGLER_LOG: level };
      const { stderr } = await run(XTASK, ["import", file, "--state", state], { cwd: ROOT, env });
      assert.match(stderr, /^the local database .* has what /m, level);
    }
  }));

test("a_file_with_faults_is_reported_whole_and_imports_nothing", () =>
  inTemporaryFolder(async (state) => {
    const data = structuredClone(DEMO);
    data.orgs[0].vendors[0].id = "cbsvc_acf371740e5fe26c982b64185e20506c";
    data.orgs[2].api_keys[0].secret = `${KEYS.citadel.slice(0, -1)}x`;
    const file = join(state, "faulty.json");
    writeFileSync(file, JSON.stringify(data));
    const refused = await xtask("import", file, "--state", state);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /\/orgs\/0\/vendors\/0\/id: .*This is a service id/);
    assert.match(refused.stderr, /\/orgs\/2\/api_keys\/0\/secret: is not a key/);
    assert.match(refused.stderr, /^error: 2 faults in the file; nothing was imported$/m);
    writeFileSync(file, "{");
    assert.match((await xtask("import", file, "--state", state)).stderr, /is not JSON: .*line 1/);
  }));

test("what_the_database_refuses_imports_nothing", () =>
  inTemporaryFolder(async (state) => {
    assert.equal((await xtask("import", "worker/demo/demo-data.json", "--state", state)).code, 0);
    const before = await contents(state);
    // A live workflow of that name exists in the database under another id.
    const data = {
      orgs: [
        {
          ...structuredClone(DEMO.orgs[1]),
          name: "Renamed",
          workflows: [
            {
              id: "cbwd_00000000000000000000000000000000",
              name: "annual-reassessment-flow",
              enabled: true,
              kind: "direct",
            },
          ],
        },
      ],
    };
    const file = join(state, "clash.json");
    writeFileSync(file, JSON.stringify(data));
    const refused = await xtask("import", file, "--state", state);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /nothing was imported/);
    assert.equal(await contents(state), before);
  }));

test("an_organization_with_10000_vendors_imports", () =>
  inTemporaryFolder(async (state) => {
    const hex = (n) => n.toString(16).padStart(32, "0");
    const vendors = Array.from({ length: 10_000 }, (_, n) => ({
      id: `cbvndr_${hex(n)}`,
      name: `Vendor ${n}; 'quoted' "twice" \n ☕`,
      services: [{ id: `cbsvc_${hex(n)}`, name: "Service" }],
      documents: [{ id: `cbvdoc_${hex(n)}`, name: "Document.pdf" }],
    }));
    const file = join(state, "large.json");
    writeFileSync(
      file,
      JSON.stringify({ orgs: [{ id: `cborg_${hex(1)}`, name: "Large", vendors }] }),
    );
    const imported = await xtask("import", file, "--state", state);
    assert.equal(imported.code, 0, imported.stderr);
    const [[row]] = await queries(
      state,
      `SELECT count(*) AS vendors, (SELECT count(*) FROM services) AS services,
        max(name) AS name FROM vendors`,
    );
    // The greatest by code point: "9;" comes after "9999".
    assert.deepEqual(row, { vendors: 10_000, services: 10_000, name: vendors[9].name });
  }));

test("a_deployment_would_pass_with_no_network", () =>
  inTemporaryFolder(async (folder) => {
    const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
    await run(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", folder], {
      cwd: ROOT,
    });
    const bundle = readFileSync(join(folder, "entry.js"), "utf8");
    assert.match(bundle, /assessments_worker_bg\.wasm/);
  }));

test("a_copied_checkout_works_on_its_own_files_and_not_on_those_of_the_original", async () => {
  await inTemporaryFolder(async (folder) => {
    for (const part of ["xtask/src", "target/debug"])
      mkdirSync(join(folder, part), { recursive: true });
    for (const file of ["xtask/Cargo.toml", "wrangler.toml"])
      cpSync(join(ROOT, file), join(folder, file));
    const copy = join(folder, "target/debug/xtask");
    copyFileSync(XTASK, copy);
    // Only the copy's own file has this mistake.
    const configuration = join(folder, "wrangler.toml");
    const mistaken = readFileSync(configuration, "utf8").replace(
      /^CALL_PORTS = .*$/m,
      'CALL_PORTS = "none"',
    );
    writeFileSync(configuration, mistaken);
    const data = join(folder, "data.json");
    writeFileSync(data, '{"orgs":[]}');
    const ofOriginal = { ...process.env, CARGO_MANIFEST_DIR: join(ROOT, "xtask") };
    const { CARGO_MANIFEST_DIR: _, ...unset } = process.env;
    const ofCopy = { ...unset, CARGO_MANIFEST_DIR: join(folder, "xtask") };
    for (const [program, cwd, env] of [
      [copy, folder, unset],
      [copy, folder, ofOriginal],
      [copy, join(folder, "xtask/src"), unset],
      [copy, "/", unset],
      [XTASK, folder, unset],
      [XTASK, "/", ofCopy],
    ]) {
      const answered = run(program, ["import", data, "--sql", join(folder, "out.sql")], {
        cwd,
        env,
      });
      await assert.rejects(answered, ({ stderr }) => {
        assert.ok(stderr.includes(configuration), stderr);
        return true;
      });
    }
  });
});
