// Doing something while no other tab of the browser does the same.

/**
 * Does `work` under the lock of that name, which is null if it was only wanted at once and
 * another tab has it. Where there are no locks, or the browser forbids them, the work is
 * done without; `work` is called once in any case.
 *
 * @template Result
 * @param {string} name
 * @param {Pick<LockOptions, "ifAvailable" | "mode">} how
 * @param {(lock: Lock | null | undefined) => Result | PromiseLike<Result>} work
 * @returns {Promise<Result>}
 */
export async function withLock(name, how, work) {
  let hasBegun = false;
  const begin = (/** @type {Lock | null} */ lock) => {
    hasBegun = true;
    return work(lock);
  };
  try {
    if (navigator.locks) return await navigator.locks.request(name, how, begin);
  } catch (error) {
    // What the work came to is the caller's.
    if (hasBegun) throw error;
  }
  return work(undefined);
}

/** The names of the locks that the tabs of this browser hold, as far as that is told. */
export async function heldLocks() {
  try {
    const { held = [] } = await navigator.locks.query();
    return held.map(({ name }) => name);
  } catch {
    return [];
  }
}
