// Uses `assessments-edge/slim` too early, then after an `init` of the kind that
// is asked for.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as assessments from "assessments-edge/slim";
import { useIt } from "./use-it.mjs";

const [kind, absent, api] = process.argv.slice(2);
const file = fileURLToPath(import.meta.resolve("assessments-edge/assessments.wasm"));
const bytes = await readFile(file);
const sources = {
  bytes,
  "an ArrayBuffer": Uint8Array.from(bytes).buffer,
  "a promise of bytes": readFile(file),
  "a WebAssembly.Module": new WebAssembly.Module(bytes),
  "a Response": new Response(bytes),
  "a data URL": `data:application/wasm;base64,${bytes.toString("base64")}`,
};

async function refusal(work) {
  try {
    return await work();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

const client = new assessments.AssessmentsClient({ baseUrl: api, token: "session-token" });
const early = [
  await refusal(() => assessments.validateCreateAssessment({})),
  await refusal(() => client.retrieve("x")),
];
const missed = await refusal(() => assessments.init(absent));
const still = await refusal(() => assessments.isId("x"));
await assessments.init(sources[kind]);
console.log(JSON.stringify({ early, missed, still, outcome: await useIt(assessments, api) }));
