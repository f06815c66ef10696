// Prints by how many bytes the heap grows over 20,000 calls with one signal.

import { AssessmentsClient } from "../../pkg/dist/index.js";
import { ASSESSMENT, ID } from "./client-support.mjs";

const text = JSON.stringify(ASSESSMENT);
const given = { ok: true, status: 200, headers: new Headers(), text: async () => text };
const client = new AssessmentsClient({
  baseUrl: "https://api.example",
  token: "a-session",
  fetch: async () => given,
});
const { signal } = new AbortController();

async function heapAfter(calls) {
  for (let call = 0; call < calls; call++) await client.retrieve(ID, { signal });
  // What the platform keeps of a request goes in steps, each a turn later.
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

const early = await heapAfter(5_000);
console.log((await heapAfter(20_000)) - early);
