// Power cuts: everything that serves the API is killed at random moments, again
// and again, while runs are in flight. None is lost, none does a thing twice.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { queries } from "./commands-support.mjs";
import { ROOT, XTASK, inTemporaryFolder } from "./harness.mjs";
import { family, killAll, seeded } from "./kill-support.mjs";
import { freePort, isFree } from "../listen.mjs";
import { orgWithWorkflows, startAnalyser, until } from "./workflow-support.mjs";

const run = promisify(execFile);
/** More kills of more runs than every test run can wait for. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 3);
const RUNS_OF_A_ROUND = Number(process.env.KILL_RUNS ?? 8);
/** Those of them whose event is sent after the kill, so that they are in flight then. */
const HELD_OF_A_ROUND = Math.floor(RUNS_OF_A_ROUND / 2);
/**
 * How long nothing may happen to any run. One may have to be looked after several
 * times, the first half a minute after the last and each after twice the wait of the one before:
 * a fourth comes within five minutes. How long all of them take together depends on the machine.
 */
const STALL_MS = 310_000;
const EXPECTED_FINDINGS = ["Asked 1", "Asked 5", "Done, first", "Done, second"];

/** Starts `cargo xtask dev`; resolves when it says that it is ready. */
async function dev(state, port) {
  const child = spawn(XTASK, ["dev", "--port", String(port), "--state", state], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  let isReady = false;
  let hasEnded = false;
  const ended = new Promise((resolve) => child.on("exit", resolve));
  ended.then(() => (hasEnded = true));
  child.stderr.on("data", (chunk) => (log += chunk));
  child.stdout.on("data", (chunk) => (isReady ||= /^ready /m.test(String(chunk))));
  const server = {
    log: () => log,
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
  try {
    await until("dev to be ready", () => isReady || hasEnded, { bound: 90_000 });
    assert.ok(isReady, `dev ended before it was ready:\n${log}`);
    return server;
  } catch (error) {
    await server.crash();
    throw error;
  }
}

test("runs_survive_being_killed_again_and_again", (t) =>
  inTemporaryFolder(async (state) => {
    const random = seeded(t);

    const analyser = await startAnalyser(async ({ path }) => {
      await wait(300);
      return {
        findings: [{ title: `Asked ${path.slice(1)}` }],
        artifacts: [{ artifact_type: "report", id: "report", role: "output" }],
      };
    });
    let server;
    let isOver = false;
    try {
      const { data, key, body } = orgWithWorkflows("kill", {
        // As many attempts as there may be: those of a busy machine time out.
        flow: [
          ["begin_assessment"],
          ["call", { url: `${analyser.url}/1`, retries: 10 }],
          ["wait", { seconds: 2 }],
          ["update_assessment", { status: "review_evals" }],
          ["wait_for_event", { event: "go", timeout_seconds: 3600 }],
          ["call", { url: `${analyser.url}/5`, retries: 10 }],
          ["wait", { seconds: 1 }],
          [
            "complete_assessment",
            { score_percent: 0.9, findings: [{ title: "Done, first" }, { title: "Done, second" }] },
          ],
        ],
      });
      const file = join(state, "kill.json");
      writeFileSync(file, JSON.stringify({ orgs: [data] }));
      await run(XTASK, ["import", file, "--state", state], { cwd: ROOT });

      const port = await freePort();
      const base = `http://127.0.0.1:${port}`;
      const send = (method, path, json, idempotencyKey) =>
        fetch(base + path, {
          method,
          headers: {
            authorization: `Bearer ${key}`,
            "content-type": "application/json",
            ...(idempotencyKey ? { "idempotency-key": idempotencyKey } : {}),
          },
          body: json && JSON.stringify(json),
          signal: AbortSignal.timeout(10_000),
        });

      /** Sends until it is answered, however often the server dies meanwhile. */
      const insist = (status, ...request) =>
        until(
          `a ${status}`,
          async () => {
            if (isOver) throw new Error("the test is over");
            try {
              const answer = await send(...request);
              const text = await answer.text();
              // A server that is stopped or starting may answer a 503.
              return answer.status === status && JSON.parse(text);
            } catch {
              return false;
            }
          },
          { bound: STALL_MS, every: 100 },
        );

      const created = [];
      const client = async (name, mayGoOn) => {
        const create = { ...body, trigger_workflow: "flow" };
        const { id, workflow_run_id } = await insist(201, "POST", "/v1/assessments", create, name);
        created.push({ id, run: workflow_run_id });
        await mayGoOn;
        const events = `/v1/workflows/runs/${workflow_run_id}/events`;
        await insist(202, "POST", events, { name: "go" }, name);
      };
      const read = async (one) => ({
        ...one,
        ...(await insist(200, "GET", `/v1/workflows/runs/${one.run}`)),
      });
      const inFlight = async (runs) =>
        (await Promise.all(runs.map(read))).filter(({ status }) => status === "started");
      /** What changes as long as any of the runs goes on. */
      const progressOf = (runs) =>
        JSON.stringify(runs.map(({ run, steps }) => [run, steps.map(({ status }) => status)]));

      const clients = [];
      const pairs = [];
      let open = [];
      let letGo = () => {};
      for (let round = 0; round <= ROUNDS; round++) {
        server = await dev(state, port);
        // Whatever is still started now was in flight when everything died.
        if (round > 0) {
          open = await inFlight(open);
          pairs.push(open.length);
          letGo();
        }
        if (round === ROUNDS) break;
        const hasDied = new Promise((resolve) => (letGo = () => resolve(undefined)));
        for (let n = 0; n < RUNS_OF_A_ROUND; n++) {
          const one = client(`${round}-${n}`, n < HELD_OF_A_ROUND ? hasDied : undefined);
          one.catch(() => {});
          clients.push(one);
        }
        // Not before most are begun, else there is little to kill.
        await until("runs", () => created.length >= (round + 1) * RUNS_OF_A_ROUND);
        await wait(random(`round ${round}`, 4_500));
        const isOpen = new Set(open.map(({ run }) => run));
        open = [
          ...open,
          ...created.slice(round * RUNS_OF_A_ROUND).filter(({ run }) => !isOpen.has(run)),
        ];
        await server.crash();
        server = undefined;
      }
      await Promise.all(clients);
      const total = pairs.reduce((sum, n) => sum + n, 0);
      t.diagnostic(
        `${ROUNDS} kills, ${created.length} runs; in flight at each kill: ${pairs.join(" ")} = ${total}`,
      );
      const finish = Date.now();
      let seen = { progress: "", at: Date.now() };
      while (open.length > 0) {
        await wait(1_000);
        open = await inFlight(open);
        const progress = progressOf(open);
        if (progress !== seen.progress) seen = { progress, at: Date.now() };
        assert.ok(Date.now() - seen.at < STALL_MS, `these runs no longer go on: ${progress}`);
      }
      t.diagnostic(`all ended ${Math.round((Date.now() - finish) / 1000)} s after the last start`);
      assert.equal(await server.stop(), 0);
      server = undefined;

      const [runs, steps, findings, events] = await queries(
        state,
        `SELECT r.id, r.status, r.restarts, a.id AS assessment, a.status AS assessment_status,
           a.score_percent FROM workflow_runs r JOIN assessments a ON a.id = r.assessment_id
           WHERE r.org_id = '${data.id}'`,
        `SELECT run_id, position, status, message, artifacts FROM workflow_run_steps
           WHERE org_id = '${data.id}' ORDER BY run_id, position`,
        `SELECT assessment_id, title FROM findings WHERE org_id = '${data.id}' ORDER BY title`,
        `SELECT run_id, name, taken_by FROM workflow_events WHERE org_id = '${data.id}'`,
      );
      const restarts = runs.reduce((sum, row) => sum + row.restarts, 0);
      t.diagnostic(`${analyser.requests.length} calls were made, runs begun anew: ${restarts}`);
      assert.equal(runs.length, ROUNDS * RUNS_OF_A_ROUND);
      for (const row of runs) {
        const messages = steps.filter((step) => step.run_id === row.id).map((one) => one.message);
        assert.equal(row.status, "completed", JSON.stringify(messages));
        assert.equal(row.assessment_status, "complete");
        assert.equal(row.score_percent, 0.9);
        const titles = findings.filter((one) => one.assessment_id === row.assessment);
        assert.deepEqual(
          titles.map(({ title }) => title),
          EXPECTED_FINDINGS,
        );
        const ofRun = steps.filter((step) => step.run_id === row.id);
        assert.deepEqual(
          ofRun.map(({ position }) => position),
          [0, 1, 2, 3, 4, 5, 6, 7],
        );
        for (const { position, status, message, artifacts } of ofRun) {
          assert.deepEqual([status, message], ["success", null]);
          assert.equal(JSON.parse(artifacts).length, position === 1 || position === 5 ? 1 : 0);
        }
        const taken = events.filter((one) => one.run_id === row.id);
        assert.deepEqual(
          taken.map(({ taken_by: by }) => by),
          [4],
        );
      }
      assert.equal(findings.length, runs.length * EXPECTED_FINDINGS.length);
      assert.ok(analyser.requests.length >= 2 * runs.length);
      assert.ok(
        pairs.every((count) => count >= HELD_OF_A_ROUND),
        `in flight at the kills were ${pairs.join(" ")} runs`,
      );
      // Of the others some as well, wherever they were.
      assert.ok(total > ROUNDS * HELD_OF_A_ROUND, `no more than those that were held: ${total}`);
    } finally {
      isOver = true;
      await server?.crash();
      await analyser.close();
    }
  }));
