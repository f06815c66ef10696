// Abort signals and timers: what ends a call from outside, and leaves nothing
// behind when it does not.

/** The reason with which an attempt or a wait that takes too long is aborted. */
export const TIMED_OUT = { name: "TimeoutError", message: "timed out" };

/** What a timer can be set to; with more it fires at once. */
export const MAX_INT32 = 2 ** 31 - 1;

/**
 * Who is told of the abort of a signal.
 *
 * @typedef {{ stops: Set<(reason: unknown) => void>, listener: () => void }} Followers
 */

/**
 * Whom to tell of the abort of a signal that someone follows now.
 *
 * @type {WeakMap<AbortSignal, Followers>}
 */
let followers;

/**
 * Calls `stop` with the reason when `signal` is aborted, unless the function that
 * this answers was called before. However many follow a signal, it has one
 * listener: platforms warn of more than ten, and a signal that lives as long as
 * a client has as many followers as calls are in flight.
 *
 * @param {AbortSignal} signal
 * @param {(reason: unknown) => void} stop
 */
function follow(signal, stop) {
  followers ??= new WeakMap();
  const { stops, listener } = followers.get(signal) ?? begin(signal);
  stops.add(stop);
  return () => {
    stops.delete(stop);
    if (stops.size) return;
    followers.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}

/** @param {AbortSignal} signal */
function begin(signal) {
  /** @type {Followers["stops"]} */
  const stops = new Set();
  const listener = () => {
    for (const stop of stops) stop(signal.reason);
  };
  followers.set(signal, { stops, listener });
  signal.addEventListener("abort", listener);
  return { stops, listener };
}

/**
 * The outcome of a promise, or a rejection as soon as `signal` is aborted.
 *
 * @template Outcome
 * @param {AbortSignal} signal
 * @param {Outcome | PromiseLike<Outcome>} pending
 * @returns {Promise<Outcome>}
 */
export async function unlessAborted(signal, pending) {
  /** @type {(() => void) | undefined} */
  let leave;
  /** @type {Promise<never>} */
  const aborted = new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else leave = follow(signal, reject);
  });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    leave?.();
  }
}

/**
 * @param {number} milliseconds
 * @param {() => void} work
 */
function after(milliseconds, work) {
  return setTimeout(work, Math.min(milliseconds, MAX_INT32));
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 */
export async function sleep(milliseconds, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<void>} */
  const elapsed = new Promise((resolve) => (timer = after(milliseconds, resolve)));
  try {
    await unlessAborted(signal, elapsed);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The outcome of `work` on a signal that is aborted as soon as one of `signals`
 * is. AbortSignal.any does this without clean-up, and lets a signal that lives
 * long grow with every call.
 *
 * @template Outcome
 * @param {AbortSignal[]} signals
 * @param {(signal: AbortSignal) => Promise<Outcome>} work
 */
export async function following(signals, work) {
  const controller = new AbortController();
  /** @type {(() => void)[]} */
  const leaves = [];
  try {
    for (const signal of signals) {
      signal.throwIfAborted();
      leaves.push(follow(signal, (reason) => controller.abort(reason)));
    }
    return await work(controller.signal);
  } finally {
    for (const leave of leaves) leave();
  }
}

/**
 * The same, aborted by TIMED_OUT as well, after so many milliseconds.
 *
 * @template Outcome
 * @param {number} milliseconds
 * @param {AbortSignal[]} signals
 * @param {(signal: AbortSignal) => Promise<Outcome>} work
 */
export async function within(milliseconds, signals, work) {
  const deadline = new AbortController();
  const timer = after(milliseconds, () => deadline.abort(TIMED_OUT));
  try {
    return await following([deadline.signal, ...signals], work);
  } finally {
    clearTimeout(timer);
  }
}
