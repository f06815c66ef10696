// The commands for operators on the deployed database, as far as wrangler, and with a
// network that fails at the worst moment.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { ROOT, XTASK, idOf, inTemporaryFolder } from "./harness.mjs";
import { run } from "./commands-support.mjs";

const ORG = idOf("cborg", "remote");

/** A copy of what the commands need of the project, with our wrangler, and its database. */
function copy(folder) {
  const wrangler = join(folder, "node_modules/wrangler/bin");
  for (const part of ["xtask", "worker", "node_modules/.bin"])
    mkdirSync(join(folder, part), { recursive: true });
  mkdirSync(wrangler, { recursive: true });
  for (const file of ["xtask/Cargo.toml", "wrangler.toml", "package-lock.json"])
    cpSync(join(ROOT, file), join(folder, file));
  // By this the commands know that the npm tools are installed.
  copyFileSync(
    join(ROOT, "package-lock.json"),
    join(folder, "node_modules/.assessments-lock.json"),
  );
  cpSync(join(ROOT, "worker/migrations"), join(folder, "worker/migrations"), { recursive: true });
  symlinkSync(process.execPath, join(folder, "node_modules/.bin/node"));
  writeFileSync(join(wrangler, "package.json"), '{"type":"module"}');
  copyFileSync(join(ROOT, "tests/http/remote-wrangler.mjs"), join(wrangler, "wrangler.js"));

  const command = async (faults, ...args) => {
    writeFileSync(join(folder, "faults.json"), JSON.stringify(faults));
    const env = {
      ...process.env,
      REMOTE_FOLDER: folder,
      MIGRATIONS: join(folder, "worker/migrations"),
    };
    try {
      const { stdout, stderr } = await run(XTASK, args, { cwd: folder, env });
      return { code: 0, stdout, stderr };
    } catch (error) {
      return /** @type {{ code: number, stdout: string, stderr: string }} */ (error);
    }
  };
  /** Rows of the deployed database. */
  const rows = (sql, ...values) => {
    const database = new DatabaseSync(join(folder, "remote.sqlite"));
    const found = database.prepare(sql).all(...values);
    database.close();
    return found;
  };
  return { command, rows };
}

/** A copy whose deployed database has one organization. */
async function withOrg(folder) {
  const { command, rows } = copy(folder);
  const missing = await command(["none"], "keys", "list", "--org", ORG, "--remote");
  assert.match(missing.stderr, /there is no organization .* in the deployed database/);
  rows("INSERT INTO organizations (id, name) VALUES (?, 'Remote')", ORG);
  const create = (faults, path) =>
    command(
      faults,
      ...["keys", "create", "--org", ORG, "--name", "CI", "--remote", "--to-file", path],
    );
  const keyOf = (path) => {
    const secret = readFileSync(path, "utf8").trim();
    assert.match(secret, /^ak_live_/);
    const hash = createHash("sha256").update(secret).digest("hex");
    const sql = `SELECT name FROM api_keys k JOIN api_key_directory d USING (org_id, secret_sha256)
      WHERE secret_sha256 = ?`;
    return { secret, rows: rows(sql, hash).map(({ name }) => name) };
  };
  return { command, rows, create, keyOf };
}

test("a_key_of_the_deployment_is_live_and_its_secret_is_no_argument", () =>
  inTemporaryFolder(async (folder) => {
    const { command, create, keyOf } = await withOrg(folder);
    const path = join(folder, "secret");
    const made = await create(["none"], path);
    assert.equal(made.code, 0, made.stderr);
    const key = keyOf(path);
    assert.deepEqual(key.rows, ["CI"]);
    const id = made.stdout.trim();
    const revoked = await command(["none"], "keys", "revoke", "--org", ORG, "--id", id, "--remote");
    assert.equal(revoked.code, 0, revoked.stderr);
    const listed = await command(["none"], "keys", "list", "--org", ORG, "--remote", "--json");
    assert.deepEqual(
      JSON.parse(listed.stdout).keys.map((one) => [one.id, one.state]),
      [[id, "revoked"]],
    );
    const calls = readFileSync(join(folder, "calls.jsonl"), "utf8");
    for (const call of calls.trim().split("\n")) assert.match(call, /"--remote","--command"/);
    assert.ok(!calls.includes(key.secret));
  }));

test("a_secret_is_kept_with_its_key_and_forgotten_without_it_whatever_the_network_does", () =>
  inTemporaryFolder(async (folder) => {
    const { rows, create, keyOf } = await withOrg(folder);
    const keys = () => rows("SELECT id FROM api_keys").length;

    // The write was committed and its answer lost: the key is found.
    const committed = join(folder, "committed");
    const found = await create(["lost after", "none"], committed);
    assert.equal(found.code, 0, found.stderr);
    assert.deepEqual(keyOf(committed).rows, ["CI"]);
    assert.equal(keys(), 1);

    // It never arrived: there is no key, and no secret.
    const lost = join(folder, "lost");
    const refused = await create(["lost before", "none"], lost);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /nothing was made/);
    assert.ok(!existsSync(lost));
    assert.equal(keys(), 1);

    // Nobody can tell: the secret is kept, and that is said.
    const unknown = join(folder, "unknown");
    const untold = await create(["lost after", "lost before"], unknown);
    assert.equal(untold.code, 1);
    assert.match(untold.stderr, /it is not known whether the key cbkey_[0-9a-f]{32} was made/);
    assert.ok(untold.stderr.includes(unknown));
    assert.deepEqual(keyOf(unknown).rows, ["CI"]);
  }));

test("status_of_a_deployment_judges_its_sweep_and_its_size", () =>
  inTemporaryFolder(async (folder) => {
    const { command } = await withOrg(folder);
    const { code, stdout } = await command(["none"], "status", "--remote", "--json");
    assert.equal(code, 1);
    const { checks, size_bytes, is_swept } = JSON.parse(stdout);
    assert.deepEqual([size_bytes, is_swept], [8_500_000_000, true]);
    assert.deepEqual(
      checks.filter(({ needs }) => needs).map(({ name }) => name),
      ["last_sweep", "database_size"],
    );
  }));
