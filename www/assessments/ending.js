// Canceling and archiving several assessments: one request each, a few at a time.

import { askedWait } from "../failure.js";

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

/** @typedef {{ item: ListedAssessment, failure: Failure }} Failed */

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
  /**
   * Those of which it is not certain that they arrived.
   *
   * @type {Map<string, Failed>}
   */
  #open = new Map();
  /**
   * What the API answered, or nothing where it has no such assessment any more.
   *
   * @type {Map<string, { item: ListedAssessment, answer: Answer | undefined }>}
   */
  done = new Map();
  /** @type {Map<string, Failed>} */
  failed = new Map();
  /**
   * Why it stopped by itself: the API asked for a wait that is too long to look at.
   *
   * @type {Failure | undefined}
   */
  halt;
  isOver = false;

  /**
   * @param {readonly ListedAssessment[]} items
   * @param {object} parts
   * @param {(id: string) => Promise<Answer>} parts.archive
   * @param {AbortSignal} parts.signal Ends it; what is on its way is waited for.
   * @param {() => void} parts.onprogress
   */
  constructor(items, { archive, signal, onprogress }) {
    this.count = items.length;
    this.#left = [...items];
    this.#archive = archive;
    this.#signal = signal;
    this.#onprogress = onprogress;
  }

  /** Those of which it is certain that nothing happened to them. */
  get left() {
    return this.#left;
  }

  /** Whether it was told to stop. */
  get isStopped() {
    return this.#signal.aborted;
  }

  async run() {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work()));
    for (const [id, each] of this.#open) {
      if (!this.done.has(id) && !this.failed.has(id)) this.failed.set(id, each);
    }
    this.#left = this.#left.filter(({ id }) => !this.failed.has(id));
    this.isOver = true;
  }

  async #work() {
    while (!this.isStopped && !this.halt && this.#inRow < MAX_IN_ROW) {
      const pause = this.#pausedUntil - Date.now();
      if (pause > 0) {
        // Whoever stops it does not wait.
        await new Promise((resolve) => setTimeout(resolve, Math.min(pause, 250)));
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
      this.done.set(item.id, { item, answer: await this.#archive(item.id) });
      this.#inRow = 0;
    } catch (error) {
      const failure = /** @type {Failure} */ (error);
      if (failure.isOpen) this.#open.set(item.id, { item, failure });
      // There is no such assessment any more, so there is nothing left to do.
      if (failure.status === 404 && failure.speaker === "api") {
        this.done.set(item.id, { item, answer: undefined });
        this.#inRow = 0;
      } else if (!this.#isPutOff(item, failure)) {
        // An earlier attempt may have ended it, whatever a later one was told.
        this.failed.set(item.id, this.#open.get(item.id) ?? { item, failure });
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
    const wait = asked ?? AGAIN_S;
    if (wait > LONGEST_WAIT_S) this.halt = failure;
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + wait * 1_000);
    this.#left.unshift(item);
    return true;
  }
}
