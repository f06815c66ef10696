// What is downloaded: by a page that validates and calls, beside what it would download
// instead, and by the platform that starts the Worker.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ROOT } from "../../tests/http/harness.mjs";
import { BUNDLERS, shipped as shippedBy } from "../../tests/package/shaking.mjs";
import { empty, peer, shipped } from "../worker/modules.mjs";
import { cpuMicroseconds, quietSettings, serve } from "../worker/serve.mjs";
import { median, printTable, shown, spread } from "../table.mjs";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const ROUNDS = Number(options.rounds);

/** What a page imports, by what it is called. */
const PAGES = {
  "ours: assessments-edge": "ours",
  "ours: assessments-edge/slim, without its module": "ours-slim",
  "zod + openapi-fetch": "zod",
  "zod/mini + openapi-fetch": "zod-mini",
  "valibot + openapi-fetch": "valibot",
  "openapi-fetch, no validation": "openapi-fetch",
  "the client openai, no validation": "openai",
  "the client stripe, no validation": "stripe",
  "the client svix, no validation": "svix",
};

const bytes = (content) => [
  content.length,
  gzipSync(content, { level: 9 }).length,
  brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  }).length,
];
const number = (value) => value.toLocaleString("en-US");

async function pageOf(entry, folder) {
  const outfile = join(folder, `${entry}.js`);
  await build({
    entryPoints: [join(ROOT, `bench/size/pages/${entry}.mjs`)],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  return readFileSync(outfile);
}

async function reportPages() {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const rows = [];
    for (const [name, entry] of Object.entries(PAGES)) {
      if (!name.includes(options.only)) continue;
      rows.push([name, ...bytes(await pageOf(entry, folder)).map(number)]);
    }
    console.log("What a page downloads to validate a create and to send it, bytes:\n");
    printTable([["", "raw", "gzip", "brotli"], ...rows]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function reportImports() {
  const made = {};
  for (const bundler of BUNDLERS) made[bundler] = await shippedBy(bundler);
  console.log("\nWhat a page ships of the package, bytes after gzip:\n");
  const [first = {}] = Object.values(made);
  printTable([
    ["import", ...BUNDLERS],
    ...Object.keys(first)
      .filter((name) => name.includes(options.only))
      .map((name) => [name, ...BUNDLERS.map((bundler) => number(made[bundler][name]))]),
  ]);
}

/** Milliseconds until a new process has answered, and those of its processor. */
async function start(modules, bindings) {
  const began = performance.now();
  const server = await serve("start", modules, bindings, {});
  try {
    // Nobody routes it, so nothing else is begun by it.
    await (await fetch(`${server.url}/nope`)).text();
    return { wall: performance.now() - began, cpu: cpuMicroseconds(server.pid) / 1_000 };
  } finally {
    await server.close();
  }
}

async function reportWorker() {
  const contentOf = (modules) => Buffer.concat(modules.map(({ path }) => readFileSync(path)));
  const ours = shipped();
  const module = ours.filter(({ type }) => type === "CompiledWasm");
  console.log("\nWhat the platform starts, bytes:\n");
  const beside = await peer();
  printTable([
    ["", "raw", "gzip", "brotli"],
    ["our Worker", ...bytes(contentOf(ours)).map(number)],
    ["of it the WebAssembly module", ...bytes(contentOf(module)).map(number)],
    ["the peer", ...bytes(contentOf(beside)).map(number)],
  ]);
  const contenders = {
    ours: [ours, quietSettings()],
    peer: [beside, {}],
    "an empty Worker": [empty(), {}],
  };
  /** @type {Record<string, { wall: number[], cpu: number[] }>} */
  const figures = Object.fromEntries(
    Object.keys(contenders).map((name) => [name, { wall: [], cpu: [] }]),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, [modules, bindings]] of Object.entries(contenders)) {
      const { wall, cpu } = await start(modules, bindings);
      figures[name]?.wall.push(wall);
      figures[name]?.cpu.push(cpu);
    }
  }
  console.log(
    `\nFrom the start of workerd to the first answer, ms; medians of ${ROUNDS} rounds, and least and most:\n`,
  );
  printTable([
    ["", "wall", "", "processor", ""],
    ...Object.entries(figures).map(([name, { wall, cpu }]) => [
      name,
      ...[wall, cpu].flatMap((values) => [shown(median(values)), spread(values)]),
    ]),
  ]);
}

await reportPages();
await reportImports();
await reportWorker();
