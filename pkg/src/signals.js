// Abort signals and timers: what ends a call from outside, and leaves nothing
// behind when it does not.

/** The reason with which an attempt or a wait that takes too long is aborted. */
export const TIMED_OUT = Symbol("timed out");

/** What a timer can be set to; with more it fires at once. */
export const MAX_INT32 = 2 ** 31 - 1;

/** Whom to tell of the abort of a signal that someone follows now. */
const followers = new WeakMap();

/**
 * Calls `stop` with the reason when `signal` is aborted, unless the function that
 * this answers was called before. However many follow a signal, it has one
 * listener: platforms warn of more than ten, and a signal that lives as long as
 * a client has as many followers as calls are in flight.
 */
function follow(signal, stop) {
  let all = followers.get(signal);
  if (!all) {
    all = new Set();
    all.listener = () => all.forEach((stop) => stop(signal.reason));
    followers.set(signal, all);
    signal.addEventListener("abort", all.listener);
  }
  all.add(stop);
  return () => {
    all.delete(stop);
    if (all.size) return;
    followers.delete(signal);
    signal.removeEventListener("abort", all.listener);
  };
}

/** The outcome of a promise, or a rejection as soon as `signal` is aborted. */
export async function unlessAborted(signal, pending) {
  let leave;
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

function after(milliseconds, work) {
  return setTimeout(work, Math.min(milliseconds, MAX_INT32));
}

export async function sleep(milliseconds, signal) {
  let timer;
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
 */
export async function following(signals, work) {
  const controller = new AbortController();
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

/** The same, aborted by TIMED_OUT as well, after so many milliseconds. */
export async function within(milliseconds, signals, work) {
  const deadline = new AbortController();
  const timer = after(milliseconds, () => deadline.abort(TIMED_OUT));
  try {
    return await following([deadline.signal, ...signals], work);
  } finally {
    clearTimeout(timer);
  }
}
