// Our Worker, a peer and the floor, each on a workerd of its own, under the same load.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DEMO, importStatements } from "../../tests/http/harness.mjs";
import { printTable, median, ratio, shown, spread } from "../table.mjs";
import { measure } from "./load.mjs";
import * as modules from "./modules.mjs";
import { record } from "./record.mjs";
import { answerTo, rowsFor } from "./rows.mjs";
import { newState, quietSettings, serve, SIGNALS } from "./serve.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    only: { type: "string", default: "" },
  },
});
const ROUNDS = Number(options.rounds);
const SECONDS = Number(options.seconds);
const CONNECTIONS = [1, 16];
const WARM_UP = { connections: 4, seconds: 1 };

const chosen = ({ name }) => name.includes(options.only);

/** What each server does in a round, by row and connections, with the rounds in order. */
async function run(targets, folder) {
  const names = targets[0].rows.map((row) => row.name);
  const figures = new Map();
  for (const { server, rows } of targets) {
    for (const row of rows) {
      await answerTo(server.url, row);
      await measure(server, row, { ...WARM_UP, folder });
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const connections of CONNECTIONS) {
      for (const [index, name] of names.entries()) {
        // Whoever is first must not always be the same.
        for (const { server, rows } of round % 2 ? targets.toReversed() : targets) {
          const load = { connections, seconds: SECONDS, folder };
          const measured = await measure(server, rows[index], load);
          const key = `${name} ${connections}`;
          const byServer = figures.get(key) ?? {};
          figures.set(key, byServer);
          byServer[server.name] ??= { rate: [], cpu: [] };
          byServer[server.name].rate.push(measured.rate);
          byServer[server.name].cpu.push(measured.cpu);
        }
      }
    }
  }
  return { names, figures };
}

function report({ names, figures }) {
  const both = (name, cell) => CONNECTIONS.map((count) => cell(figures.get(`${name} ${count}`)));
  const cells = (name, cell) => both(name, cell).join(" / ");
  const head = ["req/s (c=1 / c=16)", "peer", "ours", "floor", "ours of peer", "ours of floor"];
  printTable([
    [...head, "cpu us of peer", "of ours", "of floor"],
    ...names.map((name) => [
      name,
      ...["peer", "ours", "floor"].map((server) =>
        cells(name, (of) => shown(median(of[server].rate))),
      ),
      ...["peer", "floor"].map((server) =>
        cells(name, (of) => ratio(of.ours.rate, of[server].rate)),
      ),
      ...["peer", "ours", "floor"].map((server) =>
        shown(median(both(name, (of) => median(of[server].cpu)))),
      ),
    ]),
  ]);
  console.log(`\nLeast and most of the rounds:\n`);
  printTable([
    ["req/s (c=1 / c=16)", "peer", "ours", "floor"],
    ...names.map((name) => [
      name,
      ...["peer", "ours", "floor"].map((server) => cells(name, (of) => spread(of[server].rate))),
    ]),
  ]);
}

const folder = mkdtempSync(join(tmpdir(), "bench-"));
const state = newState();
const closing = [
  () => rmSync(folder, { recursive: true }),
  () => rmSync(state, { recursive: true }),
];
async function close() {
  for (const work of closing.splice(0).reverse()) await work();
}
for (const signal of SIGNALS) process.on(signal, () => close().then(() => process.exit(1)));

try {
  const seed = await importStatements(DEMO);
  const recording = await record(state, seed);
  const serving = async (name, modules, bindings, data) => {
    const server = await serve(name, modules, bindings, data);
    closing.push(server.close);
    return server;
  };
  const peer = await serving("peer", await modules.peer(), {}, { seed });
  const ours = await serving("ours", modules.shipped(), quietSettings(), { seed });
  const settings = { RECORDING: recording.recorded };
  const floor = await serving("floor", await modules.floor(), settings, { state });
  const targets = [
    { server: peer, rows: (await rowsFor(peer.url)).filter(chosen) },
    { server: ours, rows: (await rowsFor(ours.url)).filter(chosen) },
    { server: floor, rows: recording.rows.filter(chosen) },
  ];
  console.log(
    `${ROUNDS} rounds of ${SECONDS} s, interleaved; medians, and of ratios those of each round.\n`,
  );
  report(await run(targets, folder));
} finally {
  await close();
}
