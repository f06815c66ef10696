// What the tests of workflows share: definitions in few words, waiting for a
// run with a bound, and an analyser that does as it is told.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { idOf, makeOrg } from "./harness.mjs";
import { listen } from "../listen.mjs";

export const SECRET = "a signing secret of the tests, long enough";
/** Longest wait for anything that must happen. */
const BOUND_MS = 45_000;

/** Polls until `probe` gives something, which is the outcome. */
export async function until(what, probe, { bound = BOUND_MS, every = 25 } = {}) {
  const begun = Date.now();
  for (;;) {
    const outcome = await probe();
    if (outcome) return outcome;
    assert.ok(Date.now() - begun < bound, `in vain waited for: ${what}`);
    await wait(every);
  }
}

/**
 * A workflow for the importer. Each step is [action_type, parameters] and
 * optionally a name; ids come from the seed and the step's position.
 */
export function workflow(seed, name, steps, more = {}) {
  return {
    id: idOf("cbwd", `${seed} ${name}`),
    name,
    kind: "direct",
    enabled: true,
    signing_secret: SECRET,
    steps: steps?.map(([action_type, parameters, stepName], position) => ({
      id: idOf("cbwc", `${seed} ${name} ${position}`),
      name: stepName ?? `${action_type} ${position}`,
      action_type,
      parameters,
    })),
    ...more,
  };
}

/** An organization with workflows: an object from name to steps. */
export function orgWithWorkflows(seed, flows, more = {}) {
  const workflows = Object.entries(flows).map(([name, steps]) => workflow(seed, name, steps));
  return makeOrg(seed, { workflows, ...more });
}

/** What the tests do with the runs of one organization. */
export function runsOf(api, org) {
  const pathOf = (run) => `/v1/workflows/runs/${run}`;
  const client = {
    pathOf,

    /** Starts a workflow; the answer of the create. */
    async start(name, more = {}) {
      const answer = await api.create(
        { ...org.body, trigger_workflow: name, ...more },
        { key: org.key },
      );
      assert.equal(answer.status, 201, answer.text);
      return { id: answer.json.id, run: answer.json.workflow_run_id, created: answer };
    },

    /** The answer to a GET of a run. */
    get: (run, options) => api.send("GET", pathOf(run), { key: org.key, ...options }),

    async run(run) {
      const answer = await client.get(run);
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    },

    async assessment(id) {
      const answer = await api.retrieve(id, { key: org.key });
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    },

    /**
     * Sends an event; `body` as it is if it is a text or absent.
     *
     * @param {string} run
     * @param {any} body Any JSON value, or what is none.
     * @param {import("./harness.mjs").Sent} [options]
     */
    send(run, body, { headers = {}, idempotencyKey, ...options } = {}) {
      return api.send("POST", `${pathOf(run)}/events`, {
        key: org.key,
        body: typeof body === "object" && !Buffer.isBuffer(body) ? JSON.stringify(body) : body,
        ...options,
        headers: {
          "content-type": "application/json",
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
          ...headers,
        },
      });
    },

    /** Waits until a run has ended. */
    ended: (run, options) =>
      until(
        `the end of ${run}`,
        async () => {
          const found = await client.run(run);
          return found.status !== "started" && found;
        },
        options,
      ),

    /** Waits until the step at a position has begun; `status` says how it then stands. */
    reached: (run, position, status = null) =>
      until(`step ${position} of ${run} with status ${status}`, async () => {
        const found = await client.run(run);
        return found.steps[position]?.status === status && found;
      }),

    /** Makes a run overdue at once. */
    async overdue(run) {
      const sql = "UPDATE workflow_runs SET due_at = 1 WHERE id = ?1";
      await api.env.DB.prepare(sql).bind(run).run();
    },

    /** Both answers as bytes, for comparing. */
    async both({ id, run }) {
      const answers = await Promise.all([api.retrieve(id, { key: org.key }), client.get(run)]);
      return answers.map(({ text }) => text);
    },

    titles: async (id) => {
      const sql = "SELECT title FROM findings WHERE assessment_id = ?1 ORDER BY title";
      return (await api.rows(sql, id)).map(({ title }) => title);
    },
  };
  return client;
}

export const outcomes = (run) => run.steps.map(({ status }) => status);

/**
 * An analyser. `behave` gets each request ({ headers, body, json, attempt }),
 * where attempt counts from 1 for each idempotency key, and the response; what
 * it returns is answered as JSON with a 200, unless it returns nothing.
 */
export async function startAnalyser(behave) {
  const requests = [];
  const server = createServer(async (request, response) => {
    // A caller that gives up while it sends is no affair of the tests.
    const chunks = await request.toArray().catch(() => []);
    const body = Buffer.concat(chunks);
    const key = request.headers["idempotency-key"];
    const attempt = 1 + requests.filter(({ headers }) => headers["idempotency-key"] === key).length;
    const { method, url: path, headers } = request;
    const json = body.length > 0 ? JSON.parse(body.toString()) : undefined;
    const asked = { method, path, headers, body, json, attempt };
    requests.push(asked);
    const answer = await behave(asked, response);
    if (answer !== undefined) reply(response, 200, JSON.stringify(answer));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    /** The requests that a run made. */
    of: (run) => requests.filter(({ json }) => json?.workflow_run_id === run),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export function reply(response, status, text, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text);
}

export const signatureOf = (body, secret = SECRET) =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

/**
 * The test harness carries out the Worker's own requests with Node's fetch, and
 * forgets that redirects are not to be followed; workerd itself does not. Each
 * address that is asked for is noted in the list that this returns.
 */
export function obeyRedirectMode() {
  const asked = [];
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    if (!init?.headers?.has?.("cf-worker")) return real(input, init);
    asked.push(String(input?.url ?? input));
    /** @type {RequestInit & { duplex?: "half" }} */
    const obeying = {
      method: init.method,
      headers: init.headers,
      body: init.body,
      duplex: init.body ? "half" : undefined,
      redirect: "manual",
      signal: init.signal,
    };
    return real(input, obeying);
  };
  return asked;
}
