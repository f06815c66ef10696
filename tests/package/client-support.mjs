// What the tests of the client share: sample answers, a client on a scripted
// `fetch`, time that passes on command, and a proxy that loses answers.

import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import { AssessmentsClient, VERSION } from "../../pkg/dist/index.js";
import { KEYS, idOf } from "../http/harness.mjs";
import { listen } from "../listen.mjs";

export const ID = idOf("cbqsrw", "a sample");
export const BODY = { vendor_id: idOf("cbvndr", "a sample"), control_set_ids: [] };

const COMMON = {
  id: ID,
  vendor_id: BODY.vendor_id,
  name: "A sample",
  status: "created",
  control_set_ids: [],
  service_ids: [],
  assignee_id: null,
  score_percent: null,
  findings_count: 0,
  initiated_at: null,
  created_at: 1_790_500_000,
  updated_at: 1_790_500_000,
};
/** The JSON of a good answer to each operation. */
export const CREATED = { ...COMMON, workflow_run_id: null };
export const ASSESSMENT = { ...COMMON, custom_fields: [] };
export const ARCHIVED = {
  id: ID,
  status: "canceled",
  is_archived: true,
  archived_at: 1_790_510_000,
};

/** What a server tells of the client with the first attempt of a call. */
export const ABOUT_CLIENT = {
  "user-agent": `assessments-edge/${VERSION} (${navigator.userAgent})`,
  "assessments-retry-count": "0",
};

/** An answer of the API. */
export function answer(json, status = 200, headers = {}) {
  return Response.json(json, { status, headers });
}

/** A promise that never settles. */
export const never = () => new Promise(() => {});

/** An answer whose body begins and never ends. */
export function endless(status = 200) {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"id":"')),
  });
  return new Response(body, { status, headers: { "content-type": "application/json" } });
}

/**
 * A client whose `fetch` plays `script`, an answer or a function that gives
 * one for each attempt; the last one serves for all that follow. `requests`
 * and `retries` list what was sent and what the client waited for. The client is that
 * of pages, unless `Client` is another.
 *
 * @param {unknown} script
 * @param {object} [options]
 */
export function scripted(script, options = {}, Client = AssessmentsClient) {
  const requests = [];
  const retries = [];
  const steps = [script].flat();
  const client = new Client({
    baseUrl: "https://api.example",
    token: "a-session",
    hooks: { onRetry: (event) => retries.push(event) },
    async fetch(url, init) {
      const request = new Request(url, init);
      const step = steps[Math.min(requests.length, steps.length - 1)];
      requests.push(request);
      const given = typeof step === "function" ? await step(request) : step;
      // A body can be read only once, an answer may be given again and again.
      return given instanceof Response && !given.body?.locked ? given.clone() : given;
    },
    ...options,
  });
  return { client, requests, retries };
}

/** A client of the real API, or of a proxy in front of it. */
export function clientOf(api, options = {}) {
  return new AssessmentsClient({ baseUrl: api.url, token: KEYS.harbor, ...options });
}

/** Lets everything happen that waits for no timer. */
export async function settle() {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}

/** Time that stands still but for `pass` and `until`, for one test. */
export function clock(t) {
  let now = 0;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(performance, "now", () => now);
  const pass = async (milliseconds) => {
    await settle();
    now += milliseconds;
    t.mock.timers.tick(milliseconds);
    await settle();
  };
  return {
    now: () => now,
    pass,
    /** The outcome of `pending`, which must come before `limit`. */
    async until(pending, limit = 3_600_000, step = 50) {
      let outcome;
      pending.then(
        (value) => (outcome = { value }),
        (error) => (outcome = { error }),
      );
      await settle();
      while (!outcome) {
        assert.ok(now < limit, `still pending at ${now} ms`);
        await pass(step);
      }
      if ("error" in outcome) throw outcome.error;
      return outcome.value;
    },
  };
}

/** Waits take no time, and are still counted and reported. */
export function hasty(t) {
  t.mock.method(Math, "random", () => 0);
}

const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };

/**
 * A server in front of `target` that serves `files` itself, all of them with
 * `headers`, and takes the tokens of `sessions` for what they stand for. `faults` holds
 * what becomes of the next requests to the API, first come first served:
 *   "drop"   it is carried out, and the connection breaks before the answer
 *   "break"  the same in the middle of the answer's body
 *   "stall"  the answer's body begins and never ends
 *   "hang"   it is never answered, nor carried out
 *   a function (request, response)  answers itself
 *   an object  it is carried out in a world with those faults (faulty-entry.mjs)
 */
export async function startProxy(target, { files = {}, headers: extra = {}, sessions = {} } = {}) {
  const faults = [];
  const requests = [];
  const server = createServer(async (request, response) => {
    const { url: path = "/" } = request;
    const file = files[path];
    if (file !== undefined) {
      const type = TYPES[path.split(".").at(-1) ?? ""] ?? TYPES.html;
      response.writeHead(200, { ...extra, "content-type": type, connection: "close" });
      response.end(file);
      return;
    }
    const { method, url, headers } = request;
    const body = Buffer.concat(await request.toArray());
    requests.push({ method, url, headers, body: body.toString() });
    const fault = faults.shift();
    if (fault === "hang") return;
    if (typeof fault === "function") {
      fault(request, response);
      return;
    }
    const [scheme, token] = headers.authorization?.split(" ") ?? [];
    const credential = token in sessions ? { authorization: `${scheme} ${sessions[token]}` } : {};
    const world = typeof fault === "object" ? { "x-test-faults": JSON.stringify(fault) } : {};
    const sent = { method, url, headers: { ...headers, ...credential, ...world }, body };
    const answered = await forward(target, sent);
    if (fault === "drop") {
      response.destroy();
      return;
    }
    // A browser sends again by itself on a connection that it had used before.
    response.writeHead(answered.status, { ...answered.headers, connection: "close" });
    if (fault === "break" || fault === "stall") {
      response.write(answered.body.subarray(0, answered.body.length / 2), () => {
        if (fault === "break") response.destroy();
      });
      return;
    }
    response.end(answered.body);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(target, { method, url, headers, body }) {
  const { host, hostname, port } = new URL(target);
  const answered = await new Promise((resolve, reject) => {
    const options = { method, hostname, port, path: url, headers: { ...headers, host } };
    httpRequest(options, resolve).on("error", reject).end(body);
  });
  const whole = Buffer.concat(await answered.toArray());
  const passed = { ...answered.headers, "content-length": String(whole.length) };
  delete passed["transfer-encoding"];
  return { status: answered.statusCode, headers: passed, body: whole };
}
