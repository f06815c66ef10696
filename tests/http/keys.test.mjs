// The commands for service-account keys, as an operator runs them.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ORGS, ROOT, XTASK, inTemporaryFolder, makeOrg, mintKey } from "./harness.mjs";
import { dev, queries, run, xtask } from "./commands-support.mjs";

const ID = /^cbkey_[0-9a-f]{32}$/;

/** Runs a command that must succeed. */
async function succeed(...args) {
  const outcome = await xtask(...args);
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome;
}

/** Runs a command that must be refused; what it says of that. */
async function refuse(...args) {
  const { code, stdout, stderr } = await xtask(...args);
  assert.notEqual(code, 0, `${args.join(" ")}: ${stdout}`);
  assert.equal(stdout, "");
  return stderr;
}

/** The commands for the keys of one organization in one folder. */
function keysOf(org, state) {
  const of = ["--org", org, "--state", state];
  const made = async (action, path, args) => {
    const { stdout, stderr } = await succeed("keys", action, ...of, "--to-file", path, ...args);
    const id = stdout.trim();
    assert.match(id, ID);
    const secret = readFileSync(path, "utf8").trim();
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.ok(!stderr.includes(secret), "a secret goes into its file only");
    return { id, secret };
  };
  return {
    of,
    create: (path, ...args) => made("create", path, args),
    rotate: (path, ...args) => made("rotate", path, args),
    revoke: (...args) => succeed("keys", "revoke", ...of, ...args),
    async list() {
      const { stdout } = await succeed("keys", "list", ...of, "--json");
      const { keys, more } = JSON.parse(stdout);
      assert.equal(more, false);
      return new Map(keys.map((key) => [key.id, key]));
    },
  };
}

/** An organization that was imported into a folder. */
async function importedOrg(seed, state, more = []) {
  const org = makeOrg(seed);
  const file = join(state, "org.json");
  const api_keys = [...org.data.api_keys, ...more];
  writeFileSync(file, JSON.stringify({ orgs: [{ ...org.data, api_keys }] }));
  await succeed("import", file, "--state", state);
  return org;
}

/** Every file below a folder that holds one of some texts. */
function filesWith(folder, texts) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  assert.ok(files.length > 5, "the folder holds a database");
  return files.filter((file) => {
    const bytes = readFileSync(file);
    return texts.some((text) => bytes.includes(text));
  });
}

test("a_key_is_made_used_rotated_and_revoked_beside_a_running_dev", () =>
  inTemporaryFolder((secrets) =>
    inTemporaryFolder(async (state) => {
      const server = await dev(state);
      const keys = keysOf(ORGS.harbor.id, state);
      const statusOf = async ({ secret }) => {
        const headers = { authorization: `Bearer ${secret}` };
        return (await fetch(`${server.base}/v1/utils/authtest`, { headers })).status;
      };
      const first = await keys.create(join(secrets, "first"), "--name", "CI");
      assert.equal(await statusOf(first), 200);
      const second = await keys.rotate(join(secrets, "second"), "--name", "CI");
      assert.deepEqual([await statusOf(first), await statusOf(second)], [200, 200]);
      await keys.revoke("--last-four", first.secret.slice(-4));
      assert.deepEqual([await statusOf(first), await statusOf(second)], [401, 200]);
      await server.stop();
      assert.deepEqual(filesWith(state, [first.secret, second.secret]), []);
    }),
  ));

test("a_key_is_rotated_with_an_overlap_and_revoked_by_any_name_of_it", () =>
  inTemporaryFolder(async (state) => {
    const org = await importedOrg("handles", state);
    const keys = keysOf(org.id, state);
    const first = await keys.create(
      join(state, "first"),
      ...["--name", "it's CI", "--expires", "90d"],
    );
    const second = await keys.rotate(
      join(state, "second"),
      ...["--name", "it's CI", "--overlap", "1h"],
    );
    const listed = await keys.list();
    const [old, fresh] = [listed.get(first.id), listed.get(second.id)];
    const common = { name: "it's CI", role: "Service Account", revoked_at: null };
    for (const [key, { id, secret }] of [
      [old, first],
      [fresh, second],
    ]) {
      const { created_at: _, expires_at: __, ...rest } = key;
      const last_four = secret.slice(-4);
      assert.deepEqual(rest, { id, ...common, last_four, last_used_at: null, state: "active" });
    }
    assert.equal(fresh.expires_at - fresh.created_at, 90 * 86_400, "as long as the old one");
    const overlap = old.expires_at - fresh.created_at;
    assert.ok(overlap >= 3_600 && overlap <= 3_601, `${overlap}`);

    // Both are active under that name, so none is revoked by it.
    const told = await refuse("keys", "revoke", ...keys.of, "--name", "it's CI");
    for (const { id } of [first, second]) assert.ok(told.includes(id), told);

    await keys.revoke("--id", first.id);
    const third = await keys.rotate(join(state, "third"), "--name", "it's CI", "--overlap", "0s");
    const rotated = await keys.list();
    assert.deepEqual(
      [first, second, third].map(({ id }) => rotated.get(id).state),
      ["revoked", "expired", "active"],
    );
    await keys.revoke("--name", "it's CI");
    const before = await keys.list();
    assert.equal(before.get(third.id).state, "revoked");
    const again = await keys.revoke("--last-four", third.secret.slice(-4));
    assert.match(again.stderr, /was revoked already.*nothing was changed/);
    assert.deepEqual(await keys.list(), before);
  }));

test("what_is_refused_makes_and_changes_nothing", () =>
  inTemporaryFolder(async (state) => {
    const double = (n) => ({
      name: "double",
      secret: mintKey(`refused keys ${n}`),
      role: "Service Account",
    });
    const org = await importedOrg("refused keys", state, [double(1), double(2)]);
    const contents = () =>
      queries(state, "SELECT * FROM api_keys", "SELECT * FROM api_key_directory");
    const before = await contents();

    const there = join(state, "there");
    writeFileSync(there, "mine");
    const fresh = join(state, "fresh");
    const elsewhere = makeOrg("nowhere").id;
    const of = ["--org", org.id, "--state", state];
    const create = (...args) => ["keys", "create", ...of, "--name", "new", ...args];
    for (const [args, reason] of /** @type {[string[], RegExp][]} */ ([
      [create(), /no terminal.*nothing was made/],
      [create("--to-file", there), /there; nothing was made/],
      [create("--to-file", fresh, "--expires", "90"), /whole number and a unit/],
      [create("--to-file", fresh, "--expires", "0d"), /at least a second/],
      [create("--to-file", fresh, "--role", "Service account"), /no role "Service account"/],
      [["keys", "rotate", ...of, "--name", "double"], /no terminal/],
      [["keys", "rotate", ...of, "--name", "double", "--to-file", fresh], /any of these/],
      [["keys", "revoke", ...of, "--name", "double"], /any of these/],
      [["keys", "revoke", ...of, "--name", "doubel"], /has no such key/],
      [["keys", "revoke", ...of, "--name", org.key], /that is the secret of a key/],
      [["keys", "revoke", ...of], /required/],
      [
        ["keys", "create", "--org", elsewhere, "--state", state, "--name", "x", "--to-file", fresh],
        /no such organization; nothing was made/,
      ],
      [["keys", "list", "--org", elsewhere, "--state", state], /there is no organization/],
      [["keys", "list", "--org", org.id, "--state", fresh], /there is no database in/],
    ])) {
      const told = await refuse(...args);
      assert.match(told, reason);
      assert.ok(!told.includes(org.key), "no secret is repeated");
      assert.ok(!existsSync(fresh), `no secret is left: ${args.join(" ")}`);
    }
    assert.equal(readFileSync(there, "utf8"), "mine");
    assert.deepEqual(await contents(), before);
  }));

test("a_terminal_is_shown_the_secret_once_and_the_database_never", () =>
  inTemporaryFolder(async (state) => {
    const org = await importedOrg("terminal", state);
    // Python has pseudo-terminals; Node.js has none of its own.
    const python =
      "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    const args = ["keys", "create", "--org", org.id, "--state", state, "--name", "by hand"];
    const { stdout } = await run("python3", ["-c", python, XTASK, ...args, "--live"], {
      cwd: ROOT,
    });
    const secrets = stdout.match(/ak_live_[0-9A-Za-z]{49}/g) ?? [];
    assert.equal(secrets.length, 1, stdout);
    const hash = createHash("sha256").update(secrets[0]).digest("hex");
    const [rows, places] = await queries(
      state,
      `SELECT name FROM api_keys WHERE secret_sha256 = '${hash}'`,
      `SELECT org_id FROM api_key_directory WHERE secret_sha256 = '${hash}'`,
    );
    assert.deepEqual([rows, places], [[{ name: "by hand" }], [{ org_id: org.id }]]);
    assert.deepEqual(filesWith(state, secrets), []);
  }));
