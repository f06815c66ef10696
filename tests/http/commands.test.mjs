// The project's commands as a person runs them: import, and the check of a deployment.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DEMO, KEYS, ROOT, XTASK, inTemporaryFolder } from "./harness.mjs";
import { contents, queries, run, xtask } from "./commands-support.mjs";

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
