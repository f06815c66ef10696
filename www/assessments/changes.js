// What changed in a list that was read whole, by the API's order of changes, instead of
// reading it all again.

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
  /** The API's time of the newest change that is known. */
  #since = 0;

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
    const { items } = await this.#page(this.#asked.archived, 1, signal);
    this.#since = items[0]?.updated_at ?? 0;
  }

  /**
   * Takes into the list what changed since the last time. False if that is more than can
   * be told: then the list has to be read again.
   *
   * @param {Paged<ListedAssessment>} list
   * @param {AbortSignal} signal
   */
  async read(list, signal) {
    const { archived } = this.#asked;
    const page = await this.#page(archived, LIMIT, signal);
    const oldest = page.items.at(-1)?.updated_at ?? 0;
    if (page.next_cursor !== null && oldest >= this.#since) return false;
    // What is older than all that was read is not in it yet.
    const end = list.hasMore ? (list.items.at(-1)?.created_at ?? 0) : 0;
    // One that is on the other list now is on no page of this one.
    const { items: moved } = await this.#page(!archived, LIMIT, signal);
    /** @type {Map<string, ListedAssessment | undefined>} */
    const changes = new Map();
    for (const item of page.items) {
      // A second is not over when it is told of.
      if (item.updated_at < this.#since) continue;
      const known = list.get(item.id);
      const isWanted =
        this.#isWanted(item, known !== undefined) && (known || item.created_at >= end);
      if (isWanted || known) changes.set(item.id, isWanted ? item : undefined);
    }
    for (const { id } of moved) if (list.get(id)) changes.set(id, undefined);
    this.#since = Math.max(this.#since, page.items[0]?.updated_at ?? 0);
    list.change(changes);
    return true;
  }

  /**
   * Whether it is in the list. What a search finds, the API knows alone.
   *
   * @param {ListedAssessment} item
   * @param {boolean} isKnown
   */
  #isWanted({ status, assignee_id: assignee }, isKnown) {
    const { q, status: wanted, mine } = this.#asked;
    if (wanted !== "" && status !== wanted) return false;
    if (mine && assignee !== this.#me) return false;
    return isKnown || q.trim() === "";
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
