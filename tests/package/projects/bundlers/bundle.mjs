// Bundles for pages, for production, with what a bundler does by itself:
//
//   node bundle.mjs BUNDLER OUTPUT ENTRY...          the entries together
//   node bundle.mjs BUNDLER OUTPUT --each ENTRY...   each for itself
//
// The script of an entry has its name. What is printed is what the bundler warned of.

import { readFileSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** The part of a path that names what is made of it. */
const nameOf = (entry) => basename(entry).replace(/\.\w+$/, "");
/** Entries by their names. */
const named = (entries) => Object.fromEntries(entries.map((entry) => [nameOf(entry), resolve(entry)]));

async function esbuild(entries, folder) {
  const { build } = await import("esbuild");
  const { warnings } = await build({
    entryPoints: entries,
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    loader: { ".wasm": "file" },
    logLevel: "silent",
  });
  return warnings.map(({ text }) => text);
}

/** A module that is imported by Rollup is emitted, and its address answered. */
const asFile = {
  name: "as-file",
  load(id) {
    if (!id.endsWith(".wasm")) return null;
    const file = this.emitFile({ type: "asset", name: basename(id), source: readFileSync(id) });
    return `export default import.meta.ROLLUP_FILE_URL_${file};`;
  },
};

async function rollup(entries, folder) {
  const [{ rollup }, { nodeResolve }, { default: terser }] = await Promise.all([
    import("rollup"),
    import("@rollup/plugin-node-resolve"),
    import("@rollup/plugin-terser"),
  ]);
  const warnings = [];
  const bundle = await rollup({
    input: named(entries),
    plugins: [nodeResolve({ browser: true }), asFile, terser()],
    onwarn: ({ message }) => warnings.push(message),
  });
  await bundle.write({ dir: folder, format: "es" });
  await bundle.close();
  return warnings;
}

async function rolldown(entries, folder) {
  const { rolldown } = await import("rolldown");
  const warnings = [];
  const bundle = await rolldown({
    input: named(entries),
    platform: "browser",
    moduleTypes: { ".wasm": "asset" },
    onwarn: ({ message }) => warnings.push(message),
  });
  await bundle.write({ dir: folder, format: "es", minify: true });
  await bundle.close();
  return warnings;
}

/** webpack, and what has its interface. */
async function compiled(compiler, entries, folder) {
  const running = compiler({
    mode: "production",
    entry: named(entries),
    output: { path: resolve(folder) },
    // A bundle above its size hint is no fault of the build.
    performance: { hints: false },
  });
  const stats = await new Promise((done, failed) => {
    running.run((error, stats) => (error ? failed(error) : done(stats)));
  });
  await new Promise((done) => running.close(done));
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  return [...errors, ...warnings].map(({ message }) => message);
}

const webpack = async (entries, folder) =>
  compiled((await import("webpack")).default, entries, folder);

const rspack = async (entries, folder) =>
  compiled((await import("@rspack/core")).rspack, entries, folder);

async function rsbuild(entries, folder) {
  const { createRsbuild } = await import("@rsbuild/core");
  const builder = await createRsbuild({
    config: {
      mode: "production",
      logLevel: "silent",
      source: { entry: named(entries) },
      output: { distPath: { root: folder, js: "" }, filename: { js: "[name].js" } },
      splitChunks: false,
      tools: { htmlPlugin: false },
    },
  });
  const { stats, close } = await builder.build();
  await close();
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  return [...errors, ...warnings].map(({ message }) => message);
}

async function parcel(entries, folder) {
  const { Parcel } = await import("@parcel/core");
  const cacheDir = join(folder, ".cache");
  const pages = { context: "browser", outputFormat: "esmodule", distDir: folder, sourceMap: false };
  const bundler = new Parcel({
    entries,
    defaultConfig: "@parcel/config-default",
    mode: "production",
    targets: { pages },
    defaultTargetOptions: { shouldOptimize: true, shouldScopeHoist: true },
    cacheDir,
    shouldDisableCache: true,
  });
  const { diagnostics = [] } = await bundler.run();
  rmSync(cacheDir, { recursive: true, force: true });
  return diagnostics.map(({ message }) => message);
}

const BUNDLERS = { esbuild, rollup, rolldown, webpack, rspack, rsbuild, parcel };

const [name, output, ...rest] = process.argv.slice(2);
const entries = rest.filter((entry) => entry !== "--each");
const batches = rest.includes("--each") ? entries.map((entry) => [entry]) : [entries];
const warnings = [];
for (const batch of batches) warnings.push(...(await BUNDLERS[name](batch, output)));
console.log(warnings.join("\n"));
