// What the first call costs, which is what the first key typed into a form waits
// for: in Node.js, and in Chromium as it is and four times slower; and what the
// ways of decoding the module cost there. Run by hand, nothing is asserted:
//   CHROMIUM=/usr/bin/chromium node tests/package/bench-first-call.mjs

import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FOR_PAGES, decode } from "./module-text.mjs";
import { ROOT, launchBrowser } from "./projects.mjs";
import { listen } from "../listen.mjs";

const DIST = join(ROOT, "pkg/dist");
const ROUNDS = 15;
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1].toFixed(1);

/** One measurement where nothing was run before: milliseconds by name. */
async function measure(entry, bytes, unpack) {
  const { validateField } = await import(entry);
  const { default: base64 } = await import(bytes);
  const timed = (work) => {
    const started = performance.now();
    work();
    return performance.now() - started;
  };
  const times = { "first call": timed(() => validateField("name", "Q")) };
  times["second call"] = timed(() => validateField("name", "Q2"));
  times["decode: callback for each character"] = timed(() =>
    Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
  );
  times["decode: loop"] = timed(() => {
    const binary = atob(base64);
    const all = new Uint8Array(binary.length);
    for (let index = 0; index < all.length; index++) all[index] = binary.charCodeAt(index);
  });
  if (Uint8Array.fromBase64) {
    times["decode: Uint8Array.fromBase64"] = timed(() => Uint8Array.fromBase64(base64));
  }
  if (typeof Buffer === "function") {
    times["decode: Buffer"] = timed(() => Buffer.from(base64, "base64"));
  }
  times["decode: what pages have"] = timed(() => unpack.decode(unpack.text));
  return times;
}

/** How pages have the module, and what makes bytes of it, as a program. */
const UNPACK = `{ text: ${JSON.stringify(FOR_PAGES)}, decode: ${decode} }`;

async function report(where, once) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await once());
  console.log(`\n${where}, median of ${ROUNDS}`);
  for (const name of Object.keys(rounds[0])) {
    console.log(`${median(rounds.map((times) => times[name])).padStart(8)} ms  ${name}`);
  }
}

await report(`Node.js ${process.version}`, () => {
  const files = [join(DIST, "node.js"), join(DIST, "bytes.js")].map((file) => JSON.stringify(file));
  const program = `console.log(JSON.stringify(await (${measure})(${files}, ${UNPACK})))`;
  const args = ["--input-type=module", "--eval", program];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
});

const server = createServer(async (request, response) => {
  const { url: path = "/" } = request;
  const isModule = path.endsWith(".js");
  response.setHeader("content-type", isModule ? "text/javascript" : "text/html");
  response.end(isModule ? await readFile(join(DIST, path)) : "<!doctype html><title>x</title>");
});
const port = await listen(server);
const url = `http://127.0.0.1:${port}`;
const browser = await launchBrowser();
try {
  for (const rate of [1, 4]) {
    await report(`Chromium ${browser.version()}, ${rate} times slower`, async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(url);
      const session = await context.newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate });
      const times = await page.evaluate(`(${measure})("/index.js", "/bytes.js", ${UNPACK})`);
      await context.close();
      return times;
    });
  }
} finally {
  await browser.close();
  server.close();
}
