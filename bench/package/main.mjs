// The package beside what people validate with, in Node.js and in Chromium.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { listen } from "../../tests/listen.mjs";
import { launchBrowser, ROOT } from "../../tests/package/projects.mjs";
import { median, printTable, shown, spread } from "../table.mjs";
import { BODIES } from "./bodies.mjs";
import { firstCall } from "./first-call.mjs";
import { measure } from "./measure.mjs";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const ROUNDS = Number(options.rounds);
const CONTENDERS = ["ours", "zod", "zod-mini", "valibot", "ajv", "typebox"];
const HERE = join(ROOT, "bench/package");
const { body: BODY } = BODIES["small, good"];

function report(title, figures) {
  const names = [...new Set(Object.values(figures).flatMap((row) => Object.keys(row)))];
  const cells = (row, cell) => names.map((name) => (row[name] ? cell(row[name]) : "-"));
  const rows = Object.entries(figures).filter(([row]) => row.includes(options.only));
  console.log(`\n${title}, ns for a call; medians of ${ROUNDS} rounds, and least and most:\n`);
  printTable([
    ["", ...names],
    ...rows.map(([row, of]) => [row, ...cells(of, (values) => shown(median(values)))]),
  ]);
  console.log("");
  printTable([["", ...names], ...rows.map(([row, of]) => [row, ...cells(of, spread)])]);
}

/** Milliseconds of each contender, which take turns. */
async function cold(once) {
  /** @type {Record<string, number[]>} */
  const figures = Object.fromEntries(CONTENDERS.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of CONTENDERS) figures[name]?.push(await once(name));
  }
  return CONTENDERS.map((name) => {
    const values = figures[name] ?? [];
    return `${shown(median(values))}, ${spread(values)}`;
  });
}

function inNode(name) {
  const entry = JSON.stringify(join(HERE, `contenders/${name}.mjs`));
  const program = `console.log(await (${firstCall})(${entry}, ${JSON.stringify(BODY)}))`;
  const args = ["--input-type=module", "--eval", program];
  return Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

/** The modules as pages get them: one file each, made for browsers. */
async function bundle(folder) {
  const contenders = CONTENDERS.map((name) => [name, join(HERE, `contenders/${name}.mjs`)]);
  await build({
    entryPoints: Object.fromEntries([...contenders, ["measure", join(HERE, "measure.mjs")]]),
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
}

async function inChromium(work) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  await bundle(folder);
  const server = createServer((request, response) => {
    const isModule = request.url?.endsWith(".js");
    response.setHeader("content-type", isModule ? "text/javascript" : "text/html");
    response.end(
      isModule ? readFileSync(join(folder, request.url ?? "")) : "<!doctype html><title>x</title>",
    );
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  const browser = await launchBrowser();
  const onPage = async (task, ...args) => {
    // Of another context nothing is in any cache.
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(url);
      return await page.evaluate(`(${task})(...${JSON.stringify(args)})`);
    } finally {
      await context.close();
    }
  };
  try {
    return await work(onPage, browser.version());
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

report(`Node.js ${process.version}`, measure(ROUNDS));
const coldInNode = await cold(inNode);
await inChromium(async (onPage, version) => {
  // Each is run as its own text, in the page.
  const measured = async (entry, rounds) => (await import(entry)).measure(rounds);
  report(`Chromium ${version}`, await onPage(measured, "/measure.js", ROUNDS));
  const coldInPage = await cold((name) => onPage(firstCall, `/${name}.js`, BODY));
  console.log(
    "\nFrom import to the first result, where nothing was run before, ms; median, least-most:\n",
  );
  printTable([
    ["", ...CONTENDERS],
    ["Node.js", ...coldInNode],
    ["Chromium", ...coldInPage],
  ]);
});
