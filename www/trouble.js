// What keeps the page from the API at present: one state for all views. Whatever succeeds
// clears it, and a failure that is of one request alone is none.

import { Changing } from "./changing.js";

/** @import { Failure } from "./failure.js" */

/** @typedef {{ failure: Failure, retry: () => unknown }} State */

/**
 * Whether other reads would fail for the same reason.
 *
 * @param {Failure} failure
 */
function concernsAll({ kind, speaker, status = 0 }) {
  if (kind === "unreachable" || kind === "unexpected" || speaker === "between") return true;
  return kind === "refused" && (status >= 500 || [401, 403, 429].includes(status));
}

class Trouble extends Changing {
  /** @type {State | undefined} */
  #state;

  get state() {
    return this.#state;
  }

  /**
   * Notes that a read failed; `retry` asks once more for what it asked.
   *
   * @param {Failure} failure
   * @param {() => unknown} retry
   */
  note(failure, retry) {
    // What ended with the session is the session's to tell.
    if (concernsAll(failure)) this.#become({ failure, retry });
  }

  clear() {
    if (this.#state) this.#become(undefined);
  }

  /** @param {State | undefined} state */
  #become(state) {
    this.#state = state;
    this.tell();
  }
}

/** The trouble of the page. */
export const trouble = new Trouble();
