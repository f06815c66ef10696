// `assessments-edge/webhook` of the packed tarball in every runtime of servers, and where a
// bundler meets it.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { createTestHarness, unstable_readConfig } from "wrangler";
import { install, launchBrowser, node, run, serve, visit } from "./projects.mjs";

const EXPECTED = {
  key: `cbwr_${"1".repeat(32)}-cbwc_${"3".repeat(32)}`,
  name: "ask ☕",
  refused: "WebhookError 401",
  good: { ok: true, value: { score_percent: 0.64, findings: [{ title: "Weak keys" }] } },
  bad: { ok: false, message: "an analyser cannot cancel an assessment" },
};

/** Checks what a program prints, which is the outcome and nothing else. */
async function says(program, args, cwd, env = {}) {
  const { stdout, stderr } = await run(program, args, { cwd, env });
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), EXPECTED);
}

test("node_imports_it", async () => {
  await says(...node("webhook.mjs"), await install("node-esm"));
});

test("node_requires_it", async () => {
  await says(...node("webhook.cjs"), await install("node-cjs"));
});

test("deno_imports_it", async () => {
  const folder = await install("deno");
  const [program, args] = node("node_modules/deno/bin.cjs", "run", "--cached-only", "--no-prompt");
  const access = [`--allow-read=${folder}`, "webhook.mjs"];
  const env = { DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(folder, ".deno") };
  await says(program, [...args, ...access], folder, env);
});

test("bun_imports_it", async () => {
  const folder = await install("bun");
  const [bun] = globSync("node_modules/@oven/bun-*/bin/bun", { cwd: folder });
  await says(join(folder, bun), ["webhook.mjs"], folder, { DO_NOT_TRACK: "1" });
});

test("a_worker_imports_it", async () => {
  const folder = await install("workerd-webhook");
  const { name, main, compatibility_date } = unstable_readConfig({
    config: join(folder, "wrangler.toml"),
  });
  const config = { name, main, compatibility_date };
  const server = createTestHarness({ root: folder, workers: [{ config }] });
  try {
    const { url } = await server.listen();
    assert.deepEqual(await (await fetch(url)).json(), EXPECTED);
  } finally {
    await server.close();
  }
});

test("edge_runtimes_get_a_module_that_they_compile", async () => {
  const folder = await install("node-esm");
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ["webhook.mjs"],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["edge-light"],
    external: ["*.wasm?module"],
  });
  const [{ text }] = outputFiles;
  const [, file] = /from "\.\/([\w-]+\.wasm)\?module"/.exec(text) ?? [];
  const bytes = readFileSync(join(folder, "node_modules/assessments-edge/dist", String(file)));
  const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
  assert.ok(names.includes("readAnalysis"));
});

test("a_bundler_for_pages_that_meets_it_makes_a_page_that_works", async () => {
  const folder = await install("bundlers");
  await build({
    absWorkingDir: folder,
    stdin: {
      contents: `
        import * as webhook from "assessments-edge/webhook";
        import { useWebhook } from "./use-webhook.mjs";
        useWebhook(webhook).then((outcome) => { window.outcome = outcome; });
      `,
      resolveDir: folder,
    },
    bundle: true,
    platform: "browser",
    outfile: "webhook-page/main.js",
  });
  const pages = await serve([join(folder, "webhook-page"), folder]);
  const browser = await launchBrowser();
  try {
    const outcome = await visit(browser, `${pages.url}/webhook.html`, async (page) => {
      await page.waitForFunction(() => "outcome" in window);
      return page.evaluate(() => window.outcome);
    });
    assert.deepEqual(outcome, EXPECTED);
  } finally {
    await browser.close();
    pages.close();
  }
});
