// The module that workerd starts from: hands events to the Rust in the
// WebAssembly module beside it, and stands in for it when it breaks.
//
// WebAssembly cannot unwind here: after a panic, a trap or an exception that
// crossed its frames, the instance must not run again, and the promises of
// every request inside it will never settle. So each of those is answered a
// 500, and the next event gets a fresh instance.

import { WorkflowEntrypoint } from "cloudflare:workers";
import {
  __wbg_reset_state as startAfresh,
  allowOriginHeader,
  exposingHeaders,
  countBroken,
  fetch as handleFetch,
  initSync,
  internalErrorBody,
  internalErrorHeaders,
  listedOrigins,
  queue as handleQueue,
  requestIdHeader,
  runWorkflow,
  scheduled as handleScheduled,
} from "./assessments_worker.js";
import wasmModule from "./assessments_worker_bg.wasm";

initSync({ module: wasmModule });
const REQUEST_ID = requestIdHeader();
const INTERNAL_ERROR = internalErrorBody();
const INTERNAL_ERROR_HEADERS = {
  development: internalErrorHeaders(true),
  deployed: internalErrorHeaders(false),
};
const ALLOW_ORIGIN = allowOriginHeader();
const EXPOSING_HEADERS = exposingHeaders();
/**
 * The origins whose pages may read answers, asked for while the module is well.
 *
 * @type {string[] | undefined}
 */
let origins;
/**
 * Where those were read: an isolate may outlive a deployment that changes settings only.
 *
 * @type {object | undefined}
 */
let settings;

let broken = false;
/** Calls that were answered a 500 here, so that the Rust has neither logged nor recorded them. */
let unrecorded = 0;

/**
 * A line of the log as the Rust writes them, whatever its level: something is broken.
 *
 * @param {string} event
 * @param {object} fields
 */
function logError(event, fields) {
  console.error(JSON.stringify({ level: "error", event, ...fields }));
}

/**
 * Rejects each event inside the present instance. Every event has a promise of
 * its own: workerd settles a promise in the event that made it, so one that
 * they shared would die with its maker.
 *
 * @type {Set<(cause: unknown) => void>}
 */
const inside = new Set();

/** Where the Rust counts records that are not on their way yet; it may break meanwhile. */
const outside = /** @type {{ __assessmentsUnsentRecords?: number }} */ (
  /** @type {unknown} */ (globalThis)
);

/** @param {unknown} cause */
function breakInstance(cause) {
  if (broken) return;
  broken = true;
  // Some may have been taken all the same: it is how many were lost at most.
  unrecorded += outside.__assessmentsUnsentRecords ?? 0;
  outside.__assessmentsUnsentRecords = 0;
  logError("instance_broke", { cause: String(cause) });
  for (const reject of inside) reject(cause);
  inside.clear();
}

const { __worker_init_state: state } = /** @type {{ __worker_init_state: object }} */ (
  /** @type {unknown} */ (globalThis)
);
// The panic hook of the `worker` crate sets this flag.
Object.defineProperty(state, "criticalError", {
  set: (panicked) => {
    if (panicked) breakInstance(new Error("panic"));
  },
});

// Futures are polled in microtasks, so that is where traps and exceptions
// surface, and where nobody else would hear of them.
const enqueue = globalThis.queueMicrotask;
globalThis.queueMicrotask = (task) =>
  enqueue(() => {
    try {
      task();
    } catch (cause) {
      breakInstance(cause);
    }
  });

// Late answers to an instance that is gone already are harmless.
addEventListener("unhandledrejection", (event) => {
  if (/previous WASM instance/i.test(String(event.reason))) event.preventDefault();
});

/** Has a fresh instance if the present one is broken. */
function haveInstance() {
  if (!broken) return;
  startAfresh();
  broken = false;
  if (unrecorded > 0) countBroken(unrecorded);
  unrecorded = 0;
}

/**
 * Begins one event in the instance, or in the next if this one is broken. What needs no wait
 * comes at once.
 *
 * @template {unknown[]} Arguments
 * @template Outcome
 * @param {(...args: Arguments) => Outcome} handler
 * @param {Arguments} args
 * @returns {Outcome}
 */
function begin(handler, ...args) {
  haveInstance();
  try {
    return handler(...args);
  } catch (cause) {
    // With null the Rust says, itself in good health, that it has no answer.
    if (cause !== null) breakInstance(cause);
    throw cause;
  }
}

/**
 * What an event that was begun comes to, unless its instance breaks before.
 *
 * @template Outcome
 * @param {Promise<Outcome>} begun
 * @returns {Promise<Outcome>}
 */
function finish(begun) {
  return new Promise((resolve, reject) => {
    inside.add(reject);
    begun.then(
      (outcome) => {
        inside.delete(reject);
        resolve(outcome);
      },
      (cause) => {
        inside.delete(reject);
        if (cause !== null) breakInstance(cause);
        reject(cause);
      },
    );
  });
}

/**
 * Runs one event.
 *
 * @template {unknown[]} Arguments
 * @template Outcome
 * @param {(...args: Arguments) => Promise<Outcome>} handler
 * @param {Arguments} args
 * @returns {Promise<Outcome>}
 */
async function run(handler, ...args) {
  return finish(begin(handler, ...args));
}

/**
 * A workflow run on the platform's engine. An instance that breaks ends it with
 * an error; the sweep has it begun anew, and D1 knows what was done already.
 */
export class AssessmentWorkflow extends WorkflowEntrypoint {
  /**
   * @param {import("cloudflare:workers").WorkflowEvent<unknown>} event
   * @param {import("cloudflare:workers").WorkflowStep} step
   */
  async run(event, step) {
    const [isWell, value] = await run(runWorkflow, event, step, this.env);
    if (!isWell) throw value;
    return value;
  }
}

export default /** @satisfies {ExportedHandler<{ ENVIRONMENT?: string }>} */ ({
  async fetch(request, env, context) {
    try {
      if (env !== settings) {
        haveInstance();
        origins = listedOrigins(env);
        settings = env;
      }
      const begun = begin(handleFetch, request, env, context);
      if (begun instanceof Response) return begun;
      const answered = finish(begun);
      // Whoever hangs up must not take the record of what was done for them.
      context.waitUntil(answered.catch(() => {}));
      return await answered;
    } catch (cause) {
      const { development, deployed } = INTERNAL_ERROR_HEADERS;
      const headers = new Headers(env.ENVIRONMENT === "development" ? development : deployed);
      const id = crypto.randomUUID();
      headers.set(REQUEST_ID, id);
      const origin = request.headers.get("origin");
      if (origin !== null && origins?.includes(origin)) {
        headers.set(ALLOW_ORIGIN, origin);
        for (const [name, value] of EXPOSING_HEADERS) headers.set(name, value);
      }
      // With null the Rust says itself why it has no answer.
      if (cause !== null) unrecorded += 1;
      logError("request", { request_id: id, status: 500 });
      return new Response(INTERNAL_ERROR, { status: 500, headers });
    }
  },

  async scheduled(event, env, context) {
    await run(handleScheduled, event, env, context);
  },

  // What is not done when the instance breaks comes again.
  async queue(batch, env) {
    await run(handleQueue, batch, env);
  },
});
