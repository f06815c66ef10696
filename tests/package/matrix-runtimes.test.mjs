// The packed tarball in projects of every runtime that is no browser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createTestHarness, unstable_readConfig } from "wrangler";
import { FOR_PAGES, FOR_SERVERS } from "./module-text.mjs";
import {
  EXPECTED,
  ROOT,
  assertAskedOnServer,
  assertOnServer,
  assertUsed,
  install,
  node,
  run,
  serve,
  startStandIn,
} from "./projects.mjs";

const EXPORTS = [
  "ApiError",
  "AssessmentsClient",
  "AssessmentsError",
  "ConfigurationError",
  "ConnectionError",
  "IdError",
  "InternalError",
  "ResponseShapeError",
  "TimeoutError",
  "UnreachableError",
  "VERSION",
  "ValidationError",
  "createAssessmentFormSchema",
  "createAssessmentSchema",
  "fromForm",
  "isId",
  "nameTokens",
  "parseId",
  "previewName",
  "statuses",
  "validateCreateAssessment",
  "validateField",
  "validateIdempotencyKey",
];

let standIn;
before(async () => {
  standIn = await startStandIn();
});
after(() => standIn.close());

/** What a script of a project prints, which is JSON and nothing else. */
async function said(program, args, folder, env) {
  const { stdout, stderr } = await run(program, args, { cwd: folder, env });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

/** The Node.js of the tests and, where it is another version, the machine's own. */
function nodes() {
  const version = (program) => execFileSync(program, ["--version"], { encoding: "utf8" }).trim();
  const found = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "node"));
  const programs = [process.execPath, ...found.filter(existsSync)];
  const byVersion = new Map(programs.map((program) => [version(program), program]));
  return [...byVersion].filter(([version]) => Number.parseInt(version.slice(1), 10) >= 20);
}

for (const [version, program] of nodes()) {
  describe(`Node.js ${version}`, () => {
    let esm;
    let cjs;
    before(async () => {
      esm = await install("node-esm");
      cjs = await install("node-cjs");
    });

    test("node_imports_the_package", async () => {
      assertUsed(await said(program, ["main.mjs", standIn.url], esm), standIn);
    });

    test("node_and_its_threads_send_a_key_and_follow_no_redirect", async () => {
      const { main, worker } = await said(program, ["server.mjs", standIn.url], esm);
      for (const outcome of [main, worker]) assertOnServer(outcome, standIn);
      assertAskedOnServer(standIn, 2);
    });

    for (const which of ["undici", "node-fetch"]) {
      test(`a_fetch_of_npm_works_as_the_platform_s: ${which}`, async () => {
        const folder = await install("node-fetches");
        const { used, main } = await said(program, ["main.mjs", which, standIn.url], folder);
        assert.deepEqual(used, EXPECTED);
        assertOnServer(main, standIn);
        const calls = standIn.takeCalls().map(([method, url]) => `${method} ${url}`);
        const path = `/v1/assessments/${EXPECTED.created.id}`;
        assert.deepEqual(calls, [
          "POST /v1/assessments",
          `GET ${path}`,
          `GET ${path}`,
          `GET /away${path}`,
        ]);
      });
    }

    test("node_requires_the_package", async () => {
      assertUsed(await said(program, ["main.cjs", standIn.url], cjs), standIn);
    });

    test("node_requires_a_script_even_where_a_page_is_simulated", async () => {
      // Jest with jsdom resolves so, and cannot run a module.
      const script = 'console.log(JSON.stringify(require.resolve("assessments-edge")))';
      const resolved = await said(program, ["--conditions=browser", "--eval", script], cjs);
      assert.equal(resolved, join(cjs, "node_modules/assessments-edge/dist/index.cjs"));
    });

    test("importing_does_nothing", async () => {
      assert.deepEqual(await said(program, ["inert.mjs"], esm), {
        imported: EXPORTS,
        slim: [...EXPORTS, "init"].toSorted(),
        first:
          "ConfigurationError: " +
          "WebAssembly cannot be compiled here. If this page has a Content-Security-Policy, " +
          "its script-src needs 'wasm-unsafe-eval'.",
      });
    });

    test("importing_does_nothing_where_there_is_no_webassembly", async () => {
      const { imported, first } = await said(program, ["inert.mjs", "without WebAssembly"], esm);
      assert.deepEqual(imported, EXPORTS);
      assert.match(first, /^ConfigurationError: WebAssembly cannot be compiled here/);
    });

    for (const kind of [
      "bytes",
      "an ArrayBuffer",
      "a promise of bytes",
      "a WebAssembly.Module",
      "a Response",
      "a data URL",
    ]) {
      test(`slim_works_in_node_after_init_with_${kind.replaceAll(" ", "_")}_and_not_before`, async () => {
        const nothing = await serve([]);
        const absent = `${nothing.url}/absent.wasm`;
        try {
          const all = await said(program, ["slim.mjs", kind, absent, standIn.url], esm);
          const tooEarly =
            "ConfigurationError: assessments-edge/slim: await init(urlOrModule) first";
          assert.deepEqual(all.early, [tooEarly, tooEarly]);
          assert.equal(all.missed, `ConfigurationError: assessments-edge/slim: 404 for ${absent}`);
          assert.equal(all.still, tooEarly);
          assertUsed(all.outcome, standIn);
        } finally {
          nothing.close();
        }
      });
    }
  });
}

describe("workerd", () => {
  let folder;
  before(async () => {
    folder = await install("workerd");
  });

  /** What the Worker of the project answers, with its compatibility date or another. */
  async function answered(path, date) {
    const file = join(folder, "wrangler.toml");
    const { name, main, services, compatibility_date } = unstable_readConfig({ config: file });
    const config = { name, main, services, compatibility_date: date ?? compatibility_date };
    const server = createTestHarness({ root: folder, workers: [{ config }] });
    try {
      const { url } = await server.listen();
      const answer = await fetch(`${url.origin}${path}?api=${encodeURIComponent(standIn.url)}`);
      return await answer.json();
    } finally {
      await server.close();
    }
  }

  test("a_worker_uses_the_package", async () => {
    assertUsed(await answered("/"), standIn);
  });

  // Before March 2022 there is no navigator, which tells who workerd is.
  for (const date of [undefined, "2022-01-01"]) {
    test(`a_worker_sends_a_key_and_follows_no_redirect: ${date ?? "now"}`, async () => {
      // The redirect is of a binding: the harness's own way to the network follows.
      const { alone, ...outcome } = await answered("/server", date);
      assert.match(alone, /^TypeError: Illegal invocation/);
      assert.deepEqual(outcome, {
        key: "created",
        owned: "created",
        redirected:
          "ConnectionError: No answer from the API: redirected to https://elsewhere.example",
      });
      assert.equal(standIn.takeCalls().length, 1);
    });
  }

  test("a_worker_is_shipped_with_the_module_beside_it_and_not_inside", async () => {
    const wrangler = node(join(ROOT, "node_modules/wrangler/bin/wrangler.js"), "deploy");
    const options = { cwd: folder, env: { WRANGLER_SEND_METRICS: "false" } };
    await run(wrangler[0], [...wrangler[1], "--dry-run", "--outdir=shipped"], options);
    const shipped = join(folder, "shipped");
    const script = readFileSync(join(shipped, "worker.js"), "utf8");
    const imported = /from "\.\/([0-9a-f]+-assessments-server\.wasm)"/.exec(script);
    assert.ok(imported, "the script imports the module");
    assert.deepEqual(
      readFileSync(join(shipped, imported[1])),
      readFileSync(join(folder, "node_modules/assessments-edge/dist/assessments-server.wasm")),
    );
    for (const inside of [FOR_PAGES, FOR_SERVERS]) {
      assert.ok(!script.includes(inside), "the script does not have the module's bytes");
    }
  });
});

/** Runs a script of the Deno project. */
async function deno(script) {
  const folder = await install("deno");
  const deno = node("node_modules/deno/bin.cjs", "run", "--cached-only", "--no-prompt");
  const access = [`--allow-net=${new URL(standIn.url).host}`, `--allow-read=${folder}`];
  const env = { DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(folder, ".deno") };
  return said(deno[0], [...deno[1], ...access, script, standIn.url], folder, env);
}

/** Runs a script of the Bun project. */
async function bun(script) {
  const folder = await install("bun");
  // Its own launcher is put in place by an install script; the program is here.
  const [bun] = globSync("node_modules/@oven/bun-*/bin/bun", { cwd: folder });
  return said(join(folder, bun), [script, standIn.url], folder, { DO_NOT_TRACK: "1" });
}

for (const [name, run] of Object.entries({ deno, bun })) {
  test(`${name}_uses_the_package`, async () => {
    assertUsed(await run("main.js"), standIn);
  });

  test(`${name}_and_its_workers_send_a_key_and_follow_no_redirect`, async () => {
    const { main, worker } = await run("server.js");
    for (const outcome of [main, worker]) assertOnServer(outcome, standIn);
    assertAskedOnServer(standIn, 2);
  });
}
