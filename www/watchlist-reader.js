// What became of the assessments of the watchlist, with as few requests as tell it: the
// list of what changed last is read as far as it is not known already. Those that it does
// not tell of are read one after the other.

import { isTerminal } from "./rules.js";
import { readShared, writeShared } from "./tab.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { ListPage } from "assessments-edge/dashboard"
 * @import { Api } from "./api.js"
 * @import { Entry, Store } from "./store.js"
 */

/** @typedef {{ at: number, delay: number }} Plan */

/**
 * A look for what changed, through the list of those that are archived as well.
 *
 * @typedef {object} Look
 * @property {number | undefined} until Up to when all was known before, in the API's Unix
 *   seconds. Without it, the look goes on while it finds any of those that are wanted.
 * @property {boolean} archived
 * @property {string} [cursor]
 * @property {number} pages
 * @property {number} fruitless Pages in a row without any that are wanted.
 * @property {Set<string>} wanted Who is not found yet.
 * @property {number} newest When the newest of all changed.
 * @property {number} changed How many have changed.
 * @property {boolean} isCut Whether it ended before it came to what is known.
 */

const FIRST_DELAY_MS = 4_000;
const LONGEST_DELAY_MS = 60_000;
const GROWTH = 1.5;
/** The least time from one request to the next, but for so many at once. */
const PACE_MS = 1_250;
const BURST = 4;
/** What was written so many seconds earlier may have become visible only since. */
export const OVERLAP_S = 60;
/** Items of the first page, which mostly has all that is new, and of those behind it. */
const FIRST_PAGE = 25;
const PAGE = 100;
/** A look goes through so many pages of a list, and so many in a row that have nothing. */
const MAX_PAGES = 50;
const MAX_FRUITLESS = 5;
/** If more than that were never read, they are looked for in the list. */
const FEW = 2;
const ORDER = /** @type {const} */ ("-updated_at");
/** Under that name the browser keeps up to when an organization's watchlist is known. */
const KNOWN_KEY = "assessments.known";

/**
 * Up to when the watchlist of an organization is known, in the API's Unix seconds, and when
 * that was found out, in the browser's milliseconds.
 *
 * @param {string | undefined} organization
 * @returns {{ until?: number, at?: number }}
 */
export function known(organization) {
  const [whose, until, at] = readShared(KNOWN_KEY)?.split(" ") ?? [];
  return whose === organization ? { until: Number(until), at: Number(at) } : {};
}

/** Forgets whose watchlist is known. */
export const forgetKnown = () => writeShared(KNOWN_KEY, undefined);

/**
 * What comes after a wait, a longer one. A share of it is random, so that many spread out.
 *
 * @param {number} before
 * @returns {Plan}
 */
function later(before) {
  const delay = Math.min(before * GROWTH, LONGEST_DELAY_MS);
  return { at: Date.now() + delay * (0.75 + Math.random() / 2), delay };
}

export class WatchlistReader {
  #api;
  #store;
  #readOne;
  /**
   * When those are read that failed to be.
   *
   * @type {Map<string, Plan>}
   */
  #plans = new Map();
  /**
   * Those that no list told of, so each is read by itself.
   *
   * @type {Set<string>}
   */
  #alone = new Set();
  /**
   * Those that are read once more, whatever is known of them.
   *
   * @type {Set<string>}
   */
  #forced = new Set();
  /** Up to when all others are known, in the API's Unix seconds. */
  #until = 0;
  /** @type {Look | undefined} */
  #look;
  /** @type {Plan} */
  #nextLook = { at: 0, delay: FIRST_DELAY_MS };
  #isReading = false;
  /** When the next request would be due if all had come evenly. */
  #evenly = 0;
  /**
   * Those on the screen, which come before others.
   *
   * @type {Set<string>}
   */
  inSight = new Set();

  /** @param {{ api: Api, store: Store, readOne: (id: string) => Promise<void> }} parts */
  constructor({ api, store, readOne }) {
    this.#api = api;
    this.#store = store;
    this.#readOne = readOne;
  }

  /** Whether there is anything to read. */
  get isNeeded() {
    return this.#next() !== undefined;
  }

  /** When the next request may be made, if there is one to make. */
  get nextAt() {
    const next = this.#isReading ? undefined : this.#next();
    return next && Math.max(next.at, this.#evenly - BURST * PACE_MS);
  }

  /** Reads what changed as soon as may be. */
  hurry() {
    this.#nextLook.at = 0;
    for (const plan of this.#plans.values()) plan.at = 0;
  }

  /** Reads all that are there, finished ones as well. */
  force() {
    for (const { id } of this.#store.all()) this.#forced.add(id);
    this.#look = undefined;
    this.hurry();
  }

  /** Leaves it to another tab, which will know more when it is the turn of this one again. */
  rest() {
    this.#plans.clear();
    this.#alone.clear();
    this.#look = undefined;
    this.#until = 0;
    this.#nextLook.at = 0;
  }

  /** Begins as whoever is connected now: what was not found for another may be there. */
  startAnew() {
    this.rest();
    this.#forced.clear();
    for (const { id, problem } of this.#store.all()) if (problem) this.#forced.add(id);
    this.hurry();
  }

  /** Makes the next request; a Failure that is not of one assessment goes to the caller. */
  async read() {
    const next = this.#next();
    if (!next || this.#isReading) return;
    this.#evenly = Math.max(this.#evenly, Date.now()) + PACE_MS;
    this.#isReading = true;
    try {
      await (next.id === undefined ? this.#readList() : this.#readAlone(next.id));
    } finally {
      this.#isReading = false;
    }
  }

  /** @param {Entry} record */
  #isWanted({ id, assessment, problem }) {
    const isOver = problem || (assessment && isTerminal(assessment.status));
    return !isOver || this.#alone.has(id) || this.#forced.has(id);
  }

  /**
   * Whether nothing was read of it yet that is sure to be new, nor looked for.
   *
   * @param {Entry} record
   */
  #isUnread({ id, assessment, problem, mayBeOld }) {
    return (!assessment || mayBeOld === true) && !problem && !this.#alone.has(id);
  }

  /**
   * What is read next, a list or one by itself, and when.
   *
   * @returns {{ at: number, id?: string } | undefined}
   */
  #next() {
    const wanted = this.#store.all().filter((record) => this.#isWanted(record));
    if (wanted.length === 0) return undefined;
    const unread = wanted.filter((record) => this.#isUnread(record));
    const look = this.#look || unread.length > FEW ? { at: 0 } : this.#nextLook;
    if (look.at <= Date.now()) return look;
    const alone = wanted.filter(({ id }) => this.#alone.has(id));
    const first = this.#firstOf([...alone, ...unread]);
    return first && first.at < look.at ? first : look;
  }

  /**
   * Who is read first of those that are read one by one: of those whose time has come who is
   * in sight, and then who was not read for longest.
   *
   * @param {Entry[]} records
   */
  #firstOf(records) {
    const now = Date.now();
    const isDue = (/** @type {{ at: number }} */ { at }) => Number(at <= now);
    const all = records.map(({ id, readAt = 0 }) => {
      const at = this.#plans.get(id)?.at ?? 0;
      return { id, at, readAt, isInSight: Number(this.inSight.has(id)) };
    });
    all.sort(
      (a, b) =>
        isDue(b) - isDue(a) ||
        (isDue(a) ? b.isInSight - a.isInSight || a.readAt - b.readAt : a.at - b.at),
    );
    return all.at(0);
  }

  /** @param {string} id */
  async #readAlone(id) {
    try {
      await this.#readOne(id);
    } catch {
      // Who reads tells what is wrong; that there is no such assessment is an answer.
      if (!this.#store.get(id)?.problem) {
        const { delay } = this.#plans.get(id) ?? { delay: FIRST_DELAY_MS };
        this.#plans.set(id, later(delay));
        return;
      }
    }
    this.#alone.delete(id);
    this.#forced.delete(id);
    this.#plans.delete(id);
  }

  /** Reads the next page of a look, or the first of another. */
  async #readList() {
    this.#look ??= this.#begin();
    const look = this.#look;
    const { archived, cursor, until } = look;
    const limit = cursor === undefined && until !== undefined ? FIRST_PAGE : PAGE;
    /** @type {ListPage<ListedAssessment>} */
    let page;
    try {
      const query = { archived: archived || undefined, sort: ORDER, limit, cursor };
      page = await this.#api.reads.assessments(query, { maxRetries: 0 });
    } catch (failure) {
      if (look === this.#look) this.#look = undefined;
      this.#plan(false);
      throw failure;
    }
    const { items, next_cursor: next } = page;
    look.changed += await this.#store.noteListed(items);
    // It is another tab's meanwhile, or for another.
    if (look !== this.#look) return;
    const found = items.filter(({ id }) => look.wanted.delete(id));
    look.pages += 1;
    look.fruitless = found.length > 0 ? 0 : look.fruitless + 1;
    look.newest ||= items[0]?.updated_at ?? 0;
    const oldest = items.at(-1)?.updated_at ?? Infinity;
    const isThrough =
      until === undefined
        ? look.wanted.size === 0 || look.fruitless >= MAX_FRUITLESS
        : oldest < until - OVERLAP_S;
    const isTooLong = look.pages >= MAX_PAGES;
    if (!isThrough && !isTooLong && next !== null && next !== cursor) {
      look.cursor = next;
      return;
    }
    look.isCut ||= !isThrough && isTooLong;
    if (archived || (until === undefined && look.wanted.size === 0)) this.#finish(look);
    else Object.assign(look, { archived: true, cursor: undefined, pages: 0, fruitless: 0 });
  }

  /** @returns {Look} */
  #begin() {
    const records = this.#store.all();
    const isWhole =
      this.#forced.size > 0 || records.filter((record) => this.#isUnread(record)).length > FEW;
    const kept = this.#store.isKept ? (known(this.#store.organization).until ?? 0) : 0;
    const until = isWhole ? 0 : Math.max(this.#until, kept);
    const wanted = records.filter((record) => this.#isWanted(record)).map(({ id }) => id);
    return {
      until: until || undefined,
      archived: false,
      pages: 0,
      fruitless: 0,
      wanted: new Set(wanted),
      newest: 0,
      changed: 0,
      isCut: false,
    };
  }

  /** @param {Look} look */
  #finish({ until, wanted, newest, changed, isCut }) {
    this.#look = undefined;
    this.#forced.clear();
    if (until === undefined || isCut) for (const id of wanted) this.#alone.add(id);
    this.#until = Math.max(this.#until, newest);
    this.#plan(changed > 0);
    const { organization, isKept } = this.#store;
    // The next visit has to find out what it was not left.
    if (!isKept) forgetKnown();
    else if (this.#alone.size === 0)
      writeShared(KNOWN_KEY, `${organization} ${this.#until} ${Date.now()}`);
  }

  /** @param {boolean} hasChanged */
  #plan(hasChanged) {
    this.#nextLook = later(hasChanged ? FIRST_DELAY_MS / GROWTH : this.#nextLook.delay);
  }
}
