// The shipped entry module with faults injected around it: the same glue and
// the same WebAssembly, in a world that misbehaves when a request asks for it.
//
// A request asks with the header x-test-faults, a JSON object:
//   d1      "throw": every batch fails; "hang": none ever answers;
//           "junk": answers make no sense; "fail-after-commit": the batches
//           that write are carried out, then reported as failed;
//           "fail-before-commit": the batches that write fail at one more
//           statement, so that D1 takes them back;
//           "panic": instead of the batch, and behind it the clock throws, where Rust cannot go
//           on
//   slow    milliseconds before each batch
//   together  a number of requests that are in flight at once: before that many with it have
//           come, no batch of theirs is carried out
//   meanwhile  an SQL statement that someone else carries out just before the
//           first batch that writes
//   kv      "throw" | "hang" | "junk": the same for the credential cache
//   limit   "throw" | "hang": the same for the rate limits
//   clock   seconds to add to the present
//   at      the present, in seconds; it stands still until a request says otherwise
//   random  "throw": the platform gives no random bytes
//   abort   true: reading the clock throws through the WebAssembly frames
//   nobody  true: the edge does not tell the client's address
//   audit   "throw" | "hang": the queue of audit records takes none of this request's;
//           "once": it refuses the first attempt; "twice": it takes each, and says that
//           it did not
// The header x-test-delivery, a JSON object of d1 and slow as above, says how the queues'
// deliveries go until it is sent again.
// The answer tells in x-test-d1-round-trips how often D1 was asked, in
// x-test-d1-rows-read and x-test-d1-rows-written what it says that this cost, in
// x-test-kv-reads how often the credential cache was asked, in x-test-kv-writes how often
// it was written since the Worker began, also behind answers, in x-test-waiting how many
// requests wait for more that are to be together with them, and in x-test-wasm-bytes how much
// memory the WebAssembly has taken.

import { wasmBytes } from "./wasm-memory.mjs";
import shipped from "../../dist/worker/entry.mjs";

export { AssessmentWorkflow } from "../../dist/worker/entry.mjs";

/**
 * What a request asks for, as said above.
 *
 * @typedef {object} Faults
 * @property {string} [d1]
 * @property {number} [slow]
 * @property {number} [together]
 * @property {string} [meanwhile]
 * @property {string} [kv]
 * @property {string} [limit]
 * @property {number} [clock]
 * @property {number} [at]
 * @property {string} [random]
 * @property {boolean} [abort]
 * @property {boolean} [nobody]
 * @property {string} [audit]
 * @property {string} [lifetime]
 */

/** @typedef {{ DB: D1Database, CREDENTIALS: KVNamespace, AUDIT: Queue, ENVIRONMENT?: string }} Env */

const LIMITS = ["READ_LIMIT", "WRITE_LIMIT", "EVENT_LIMIT", "ADDRESS_LIMIT"];

// Analysers of this host are not there, and the network says so in its own words.
const network = globalThis.fetch;
globalThis.fetch = (request, init) => {
  const address = request instanceof Request ? request.url : request;
  if (new URL(address).hostname !== "unreachable.example") return network(request, init);
  return Promise.reject(
    new TypeError("injected: connect ECONNREFUSED 10.1.2.3:8443 (db.corp.internal)"),
  );
};

const clock = Date.now;
const random = crypto.getRandomValues.bind(crypto);
/** @type {Faults} */
let faults = {};
/** @type {Faults} */
let delivery = {};
/** @type {number | undefined} */
let present;
Date.now = () => {
  if (faults.abort) throw new Error("injected: no clock");
  if (present !== undefined) return present * 1000;
  return clock() + (faults.clock ?? 0) * 1000;
};
crypto.getRandomValues = (array) => {
  if (faults.random) throw new Error("injected: no randomness");
  return random(array);
};

/**
 * @template {object} Target
 * @param {Target} target
 * @param {Record<PropertyKey, unknown>} methods
 */
function behaving(target, methods) {
  return new Proxy(target, {
    get(_, name) {
      if (name in methods) return methods[name];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    // The Rust binding recognises D1 by the name of its constructor.
    getPrototypeOf: () => Object.getPrototypeOf(target),
  });
}

/** @returns {Promise<never>} */
const never = () => new Promise(() => {});

/**
 * A context that takes the promise of the answer, and none of what goes on behind it; there
 * the `worker` crate panics.
 *
 * @param {ExecutionContext} target
 */
function deaf(target) {
  let taken = 0;
  const waitUntil = (/** @type {Promise<unknown>} */ work) => {
    taken += 1;
    if (taken > 1) throw new Error("injected: it ends with the answer");
    target.waitUntil(work);
  };
  return behaving(target, { waitUntil });
}

/** Has the clock throw when it is asked next. */
function breakClock() {
  const { now } = Date;
  Date.now = () => {
    Date.now = now;
    throw new Error("injected: no clock");
  };
}

/** Since the Worker began. */
let kvWrites = 0;

/** Requests that wait for more to come, and how often enough had. */
let waiting = 0;
let gathered = 0;

/**
 * Notes that a request has come; the answer waits until as many have as are to be together.
 *
 * @param {number | undefined} size
 */
function gathering(size) {
  if (!size) return async () => {};
  const own = gathered;
  waiting += 1;
  if (waiting === size) {
    waiting = 0;
    gathered += 1;
  }
  // A promise of another request must not be waited for.
  return async () => {
    while (gathered === own) await scheduler.wait(5);
  };
}

/** What a request was seen to cost. */
const nothing = () => ({ d1: 0, rowsRead: 0, rowsWritten: 0, kv: 0 });

/** @typedef {ReturnType<typeof nothing>} Counts */

/**
 * @param {D1Database} target
 * @param {Faults} faults
 * @param {Counts} counts
 */
function database(target, { d1: mode, slow, together, meanwhile }, counts) {
  const enough = gathering(together);
  let writes = false;
  return behaving(target, {
    constructor: target.constructor,
    prepare(/** @type {string} */ sql) {
      writes ||= !sql.startsWith("SELECT");
      return target.prepare(sql);
    },
    async batch(/** @type {D1PreparedStatement[]} */ statements) {
      const writing = writes;
      writes = false;
      counts.d1 += 1;
      await enough();
      if (slow) await scheduler.wait(slow);
      if (mode === "throw") throw new Error("injected: D1 is down");
      if (mode === "hang") return never();
      if (mode === "panic") {
        breakClock();
        return [];
      }
      if (mode === "junk") return [{ results: [{ json: 7 }, null] }, {}, 3, null];
      if (writing && meanwhile) {
        await target.prepare(meanwhile).run();
        meanwhile = undefined;
      }
      if (mode === "fail-before-commit" && writing) {
        const failing = target.prepare("SELECT json('injected: not JSON')");
        return target.batch([...statements, failing]);
      }
      const results = await target.batch(statements);
      for (const { meta } of results) {
        counts.rowsRead += meta.rows_read;
        counts.rowsWritten += meta.rows_written;
      }
      const wrote = results.some((result) => result.meta.changes > 0);
      if (mode === "fail-after-commit" && wrote) throw new Error("injected: the answer got lost");
      return results;
    },
  });
}

/**
 * @param {KVNamespace} target
 * @param {string | undefined} mode
 * @param {Counts} counts
 */
function cache(target, mode, counts) {
  const misbehave = async () => {
    if (mode === "hang") return never();
    if (mode === "junk") return "{";
    throw new Error("injected: KV is down");
  };
  const get = (/** @type {unknown[]} */ ...asked) => {
    counts.kv += 1;
    return mode ? misbehave() : Reflect.apply(target.get, target, asked);
  };
  const put = (/** @type {unknown[]} */ ...asked) => {
    kvWrites += 1;
    return mode ? misbehave() : Reflect.apply(target.put, target, asked);
  };
  return behaving(target, { constructor: target.constructor, get, put });
}

/**
 * @param {Queue} target
 * @param {string | undefined} mode
 */
function queue(target, mode) {
  let attempts = 0;
  return behaving(target, {
    async send(/** @type {unknown[]} */ ...message) {
      attempts += 1;
      if (mode === "throw") throw new Error("injected: the queue is down");
      if (mode === "hang") return never();
      if (mode === "once" && attempts === 1) throw new Error("injected: the queue is busy");
      const answer = await Reflect.apply(target.send, target, message);
      if (mode === "twice" && attempts === 1) throw new Error("injected: the answer got lost");
      return answer;
    },
  });
}

/** @typedef {Request<unknown, IncomingRequestCfProperties>} Arriving */

/** @param {Arriving} request */
function withoutAddress(request) {
  const headers = new Headers(request.headers);
  headers.delete("cf-connecting-ip");
  // It keeps what the edge tells of the request besides.
  return /** @type {Arriving} */ (new Request(request, { headers }));
}

/**
 * @param {Env} env
 * @param {Faults} asked
 * @param {Counts} counts
 */
function world(env, asked, counts) {
  const limit = async () => {
    if (asked.limit === "hang") return never();
    throw new Error("injected: no counter");
  };
  const limits = asked.limit ? LIMITS.map((name) => [name, { limit }]) : [];
  return {
    ...env,
    ...Object.fromEntries(limits),
    DB: database(env.DB, asked, counts),
    CREDENTIALS: cache(env.CREDENTIALS, asked.kv, counts),
    AUDIT: queue(env.AUDIT, asked.audit),
  };
}

export default /** @satisfies {ExportedHandler<Env>} */ ({
  async fetch(request, env, context) {
    const asked = JSON.parse(request.headers.get("x-test-faults") ?? "{}");
    // Only requests sent one at a time may change the clock or randomness.
    if (request.headers.has("x-test-faults")) {
      faults = asked;
      present = asked.at;
    }
    const deliveryAsked = request.headers.get("x-test-delivery");
    if (deliveryAsked) delivery = JSON.parse(deliveryAsked);
    const counts = nothing();
    try {
      const arriving = asked.nobody ? withoutAddress(request) : request;
      const life = asked.lifetime ? deaf(context) : context;
      const answer = await shipped.fetch(arriving, world(env, asked, counts), life);
      const headers = new Headers(answer.headers);
      headers.set("x-test-d1-round-trips", String(counts.d1));
      headers.set("x-test-d1-rows-read", String(counts.rowsRead));
      headers.set("x-test-d1-rows-written", String(counts.rowsWritten));
      headers.set("x-test-kv-reads", String(counts.kv));
      headers.set("x-test-kv-writes", String(kvWrites));
      headers.set("x-test-waiting", String(waiting));
      headers.set("x-test-wasm-bytes", String(wasmBytes()));
      return new Response(answer.body, { status: answer.status, headers });
    } finally {
      faults = {};
    }
  },
  scheduled: (event, env, context) => shipped.scheduled(event, env, context),
  queue: (batch, env) => shipped.queue(batch, world(env, delivery, nothing())),
});
