// What changed in a list that was read whole, by the API's order of changes, instead of
// reading it all again.

import { OVERLAP_S } from "../watchlist-reader.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { AssessmentQuery, ListPage } from "assessments-edge/dashboard"
 * @import { Paged } from "../paged.js"
 * @import { Asked } from "./asked.js"
 */

const LIMIT = 100;

/** @typedef {(query: AssessmentQuery, signal: AbortSignal) => Promise<ListPage<ListedAssessment>>} Read */

export class Changes {
  #asked;
  #me;
  #read;
  /** The API's clock when changes were read last: not earlier, as far as can be told. */
  #since = 0;
  /** The page's clock at that time. */
  #at = 0;
  /** What the last read told of, as text. */
  #told = /** @type {Set<string>} */ (new Set());

  /**
   * @param {Asked} asked
   * @param {string | undefined} me
   * @param {Read} read
   */
  constructor(asked, me, read) {
    this.#asked = asked;
    this.#me = me;
    this.#read = read;
  }

  /**
   * Notes where changes begin. Then the list has to be read.
   *
   * @param {AbortSignal} signal
   */
  async begin(signal) {
    const { archived } = this.#asked;
    const pages = [archived, !archived].map((each) => this.#page(each, 1, signal));
    this.#note(0, await Promise.all(pages));
  }

  /**
   * Takes into the list what changed since the last time. False if that is more than can
   * be told: then the list has to be read again, and nothing else.
   *
   * @param {Paged<ListedAssessment>} list
   * @param {AbortSignal} signal
   */
  async read(list, signal) {
    const { archived } = this.#asked;
    // What was written earlier may have become visible only since.
    const from = this.#since - OVERLAP_S;
    const clock = this.#since + (performance.now() - this.#at) / 1_000;
    const page = await this.#page(archived, LIMIT, signal);
    // One that is on the other list now is on no page of this one.
    const moved = await this.#page(!archived, LIMIT, signal);
    signal.throwIfAborted();
    this.#note(clock, [page, moved]);
    const before = this.#told;
    this.#told = new Set(page.items.map((item) => JSON.stringify(item)));
    const isCut = [page, moved].some(
      ({ items, next_cursor: next }) => next !== null && (items.at(-1)?.updated_at ?? 0) >= from,
    );
    if (isCut) return false;
    // What is older than all that was read is not in it yet.
    const end = list.hasMore ? (list.items.at(-1)?.created_at ?? 0) : 0;
    /** @type {Map<string, ListedAssessment | undefined>} */
    const changes = new Map();
    for (const item of page.items) {
      if (item.updated_at < from) continue;
      const isKnown = list.get(item.id) !== undefined;
      const isWanted = this.#isWanted(item) && (isKnown || item.created_at >= end);
      // What a search finds, the API knows alone; once for what it is now.
      if (isWanted && !isKnown && this.#asked.q.trim() !== "") {
        if (!before.has(JSON.stringify(item))) return false;
      } else if (isWanted || isKnown) changes.set(item.id, isWanted ? item : undefined);
    }
    for (const { id } of moved.items) if (list.get(id)) changes.set(id, undefined);
    list.change(changes);
    return true;
  }

  /**
   * Whether the filters let it pass.
   *
   * @param {ListedAssessment} item
   */
  #isWanted({ status, assignee_id: assignee }) {
    const { status: wanted, mine } = this.#asked;
    return (wanted === "" || status === wanted) && (!mine || assignee === this.#me);
  }

  /**
   * @param {number} clock What the API's clock shows at least.
   * @param {ListPage<ListedAssessment>[]} pages
   */
  #note(clock, pages) {
    this.#since = Math.max(clock, ...pages.map(({ items }) => items[0]?.updated_at ?? 0));
    this.#at = performance.now();
  }

  /**
   * @param {boolean} archived
   * @param {number} limit
   * @param {AbortSignal} signal
   */
  #page(archived, limit, signal) {
    return this.#read({ sort: "-updated_at", archived: archived || undefined, limit }, signal);
  }
}
