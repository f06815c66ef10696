// The Workers that are measured, as workerd is given them: the entry first.

import { readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../../tests/http/harness.mjs";

/** @typedef {import("miniflare").V4ModuleDefinition} Module */

/** @type {Record<string, Module["type"]>} */
const TYPES = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm" };
const SHIPPED = join(ROOT, "dist/worker");
const ENTRY = "entry.mjs";

/** @returns {Module} */
const moduleOf = (path) => ({ type: TYPES[extname(path)] ?? "ESModule", path });

/** Our Worker. */
export function shipped() {
  const files = readdirSync(SHIPPED, { recursive: true })
    .map(String)
    .filter((file) => extname(file) in TYPES && file !== ENTRY);
  return [ENTRY, ...files].map((file) => moduleOf(join(SHIPPED, file)));
}

/** Our Worker, which tells what it asks. */
export const recording = () => [
  moduleOf(join(ROOT, "bench/worker/recording-entry.mjs")),
  ...shipped(),
];

/** A Worker that answers and does nothing else. */
export function empty() {
  const contents = "export default { fetch: () => new Response() };";
  return [{ ...moduleOf(join(ROOT, "bench/empty.mjs")), contents }];
}

export const peer = () => bundled("peer/src/index.ts", "peer");

export const floor = () => bundled("floor/index.mjs", "floor");

/** In one file, below the project's folder, beyond which workerd reads nothing. */
async function bundled(source, name) {
  const outfile = join(ROOT, `target/bench/${name}.mjs`);
  await build({
    entryPoints: [join(ROOT, "bench", source)],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker"],
    external: ["cloudflare:workers"],
    logLevel: "warning",
  });
  return [moduleOf(outfile)];
}
