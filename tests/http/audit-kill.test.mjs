// Power cuts: the Worker is killed again and again while clients call. What the queue
// took is written once; what it did not take is lost, and told as a figure.
//
// Locally a queue is the memory of the process that serves its consumer, which a
// platform's queue is not. So the consumer is another process here, as the platform's
// is, and the Worker that is killed only sends. With AUDIT_QUEUE=inside both are one
// process, and what the queue took dies with it: that tells how much of the local
// figure is the local queue's. AUDIT_CALLS and AUDIT_KILLS make it larger.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { queries } from "./commands-support.mjs";
import { ROOT, UUID, XTASK, inTemporaryFolder, makeOrg, readToml, workerOf } from "./harness.mjs";
import { family, killAll, seeded } from "./kill-support.mjs";
import { freePort, isFree } from "../listen.mjs";
import { until } from "./workflow-support.mjs";

const CALLS = Number(process.env.AUDIT_CALLS ?? 600);
const KILLS = Number(process.env.AUDIT_KILLS ?? 2);
const IS_INSIDE = process.env.AUDIT_QUEUE === "inside";
const CLIENTS = 8;
const ORG = makeOrg("audit, killed");
const run = promisify(execFile);

/** The settings of one of the two processes. */
function configOf(name, port, { producers, consumers }) {
  const toml = readToml();
  return {
    ...workerOf(toml),
    name,
    no_bundle: false,
    vars: { ...toml.vars, LOG_LEVEL: "warn" },
    dev: { ip: "127.0.0.1", port },
    queues: {
      producers: producers ? toml.queues.producers : [],
      consumers: consumers
        ? toml.queues.consumers?.map((one) => ({ ...one, max_batch_timeout: 1 }))
        : [],
    },
  };
}

/** Starts wrangler with those settings; resolves when it answers. */
async function start(folder, state, name, port, queues) {
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify(configOf(name, port, queues)));
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const args = [wrangler, "dev", "--config", config, "--persist-to", state];
  args.push("--inspector-port", "0", "--show-interactive-dev-session=false");
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      WRANGLER_REGISTRY_PATH: join(folder, "registry"),
      FORCE_COLOR: "0",
      // At the level of the tests it would not tell what queues deliver.
      WRANGLER_LOG: "log",
    },
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  let hasEnded = false;
  const ended = new Promise((resolve) => child.on("exit", resolve));
  ended.then(() => (hasEnded = true));
  const server = {
    output: () => output,
    /** Messages that were written, as wrangler tells it. */
    written: () =>
      [...output.matchAll(/QUEUE assessments-audit (\d+)\//g)].reduce(
        (sum, [, written]) => sum + Number(written),
        0,
      ),
    async stop() {
      child.kill("SIGTERM");
      return ended;
    },
    async crash() {
      killAll(family(child.pid));
      await ended;
      await until("the port to be free again", () => isFree(port));
    },
  };
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  try {
    await until(`${name} to answer`, async () => hasEnded || (await answers()), {
      bound: 90_000,
      every: 100,
    });
    assert.ok(!hasEnded, `${name} ended:\n${output}`);
    return server;
  } catch (error) {
    await server.crash();
    throw error;
  }
}

test("what_the_queue_took_is_written_once_however_often_the_worker_is_killed", (t) =>
  inTemporaryFolder(async (folder) => {
    const random = seeded(t);
    const states = { api: join(folder, "api"), consumer: join(folder, "consumer") };
    const file = join(folder, "data.json");
    writeFileSync(file, JSON.stringify({ orgs: [ORG.data] }));
    for (const state of Object.values(states)) {
      mkdirSync(state);
      await run(XTASK, ["import", file, "--state", state], { cwd: ROOT });
    }
    const port = await freePort();
    const startWorker = () =>
      start(folder, states.api, "assessments-killed", port, {
        producers: true,
        consumers: IS_INSIDE,
      });
    let consumer;
    let worker;
    let isOver = false;
    try {
      if (!IS_INSIDE) {
        consumer = await start(folder, states.consumer, "assessments-writer", await freePort(), {
          producers: false,
          consumers: true,
        });
      }
      worker = await startWorker();

      /** The ids of the answers that clients have got. */
      const answered = new Set();
      const client = async () => {
        while (answered.size < CALLS && !isOver) {
          try {
            const answer = await fetch(`http://127.0.0.1:${port}/v1/utils/authtest`, {
              headers: { authorization: `Bearer ${ORG.key}` },
              signal: AbortSignal.timeout(10_000),
            });
            const text = await answer.text();
            const id = answer.headers.get("x-coverbase-request-id") ?? "";
            // One that is stopped or starting may answer otherwise.
            if (answer.status === 200 && JSON.parse(text).msg) {
              assert.match(id, UUID);
              answered.add(id);
            }
          } catch {
            await wait(50);
          }
        }
      };
      const clients = Promise.all(Array.from({ length: CLIENTS }, client));
      for (let kill = 1; kill <= KILLS; kill++) {
        const share = CALLS / (KILLS + 1);
        const goal = Math.floor((kill - 0.5) * share + random(`kill ${kill}`, share / 2));
        await until(`${goal} answers`, () => answered.size >= goal, { bound: 240_000, every: 5 });
        await worker.crash();
        worker = undefined;
        worker = await startWorker();
      }
      await clients;
      const writer = consumer ?? worker;
      let before = 0;
      let quiet = 0;
      await until(
        "the queue to be empty",
        () => {
          const written = writer.written();
          quiet = written === before ? quiet + 1 : 0;
          before = written;
          // Where some are missing, it is longer before they are lost and not late.
          return quiet > (written >= answered.size ? 1 : 5);
        },
        { bound: 120_000, every: 2_000 },
      );
      assert.ok(before > 0, "wrangler does not tell what was written");
      await worker.stop();
      await consumer?.stop();
      worker = undefined;
      consumer = undefined;

      const [records, losses] = await queries(
        IS_INSIDE ? states.api : states.consumer,
        `SELECT request_id FROM audit_records WHERE org_id = '${ORG.id}'`,
        "SELECT org_id, reason, lost FROM audit_losses",
      );
      const ids = new Set(records.map((row) => row.request_id));
      const lost = [...answered].filter((id) => !ids.has(id)).length;
      const beyond = [...ids].filter((id) => !answered.has(id)).length;
      t.diagnostic(
        `${answered.size} calls were answered, ${KILLS} kills, queue ${IS_INSIDE ? "inside" : "outside"} of what is killed: ` +
          `${ids.size} records, ${beyond} of them of calls whose answer was lost; ` +
          `${lost} answered calls have no record; counted losses: ${JSON.stringify(losses)}`,
      );
      assert.equal(ids.size, records.length, "a record was written twice");
      assert.ok(answered.size >= CALLS);
      if (!IS_INSIDE) {
        // What is in flight at a kill: the calls of every client, and what they just had.
        assert.ok(lost <= KILLS * CLIENTS * 4, `${lost} were lost before the queue took them`);
        assert.ok(ids.size >= answered.size - lost);
      }
    } finally {
      isOver = true;
      await worker?.crash();
      await consumer?.crash();
    }
  }));
