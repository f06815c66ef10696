// Canceling and archiving several assessments: one request each, a few at a time.

import { askedWait } from "../explain.js";

/**
 * @import { ArchivedAssessment, ListedAssessment } from "assessments-edge/slim"
 * @import { Failure } from "../failure.js"
 */

/** So many requests are on their way at once. */
const AT_ONCE = 4;
/** How often one is sent again because the API asked to wait, and the longest wait for that. */
const MAX_WAITS = 5;
const LONGEST_WAIT_S = 60;
/** How often without having been asked to, and after how many seconds. */
const MAX_AGAIN = 2;
const AGAIN_S = 1;
/** After so many failures in a row, the next would fail as well. */
const MAX_IN_ROW = 8;

/** @typedef {{ data: ArchivedAssessment, requestId?: string | undefined }} Answer */

/** One attempt to end them all. What was not reached is still there afterwards. */
export class Ending {
  #archive;
  #signal;
  #onprogress;
  /** @type {ListedAssessment[]} */
  #left;
  #inRow = 0;
  #pausedUntil = 0;
  /** @type {Map<string, number>} */
  #tries = new Map();
  /** What the API answered, or nothing where it has no such assessment any more. */
  done = /** @type {Map<string, Answer | undefined>} */ (new Map());
  /** @type {Map<string, { item: ListedAssessment, failure: Failure }>} */
  failed = new Map();

  /**
   * @param {readonly ListedAssessment[]} items
   * @param {object} parts
   * @param {(id: string) => Promise<Answer>} parts.archive
   * @param {AbortSignal} parts.signal Ends it; what is on its way is waited for.
   * @param {() => void} parts.onprogress
   */
  constructor(items, { archive, signal, onprogress }) {
    this.#left = [...items];
    this.#archive = archive;
    this.#signal = signal;
    this.#onprogress = onprogress;
  }

  /** Those that were not tried. */
  get left() {
    return this.#left;
  }

  async run() {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work()));
  }

  async #work() {
    while (!this.#signal.aborted && this.#inRow < MAX_IN_ROW) {
      const pause = this.#pausedUntil - Date.now();
      if (pause > 0) {
        await this.#sleep(pause);
        continue;
      }
      const item = this.#left.shift();
      if (!item) return;
      await this.#end(item);
      this.#onprogress();
    }
  }

  /** @param {ListedAssessment} item */
  async #end(item) {
    try {
      this.done.set(item.id, await this.#archive(item.id));
      this.#inRow = 0;
    } catch (error) {
      const failure = /** @type {Failure} */ (error);
      // There is no such assessment any more, so there is nothing left to do.
      if (failure.status === 404 && failure.speaker === "api") {
        this.done.set(item.id, undefined);
        this.#inRow = 0;
      } else if (!this.#isPutOff(item, failure)) {
        this.failed.set(item.id, { item, failure });
        const isForAll = failure.kind === "ended" || failure.status === 401;
        this.#inRow = isForAll ? MAX_IN_ROW : this.#inRow + 1;
      }
    }
  }

  /**
   * Whether it is sent again later: as the API asks, or because it is not certain that it
   * arrived.
   *
   * @param {ListedAssessment} item
   * @param {Failure} failure
   */
  #isPutOff(item, failure) {
    const asked = askedWait(failure);
    const tries = (this.#tries.get(item.id) ?? 0) + 1;
    if (asked === undefined && !failure.isOpen) return false;
    if (tries > (asked === undefined ? MAX_AGAIN : MAX_WAITS)) return false;
    this.#tries.set(item.id, tries);
    this.#pausedUntil = Date.now() + Math.min(asked ?? AGAIN_S, LONGEST_WAIT_S) * 1_000;
    this.#left.unshift(item);
    return true;
  }

  /** @param {number} ms */
  #sleep(ms) {
    /** @type {Promise<void>} */
    const slept = new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    return slept;
  }
}
