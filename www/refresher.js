// Reads unfinished assessments again and again: soon after a change, ever more seldom
// without one, not at all in a hidden tab. The one that is looked at is read by each tab, all
// others by one tab for all.

import { isTerminal, subscribeToRules } from "./rules.js";
import { session } from "./session.js";
import { trouble } from "./trouble.js";
import { Turn } from "./turn.js";
import { WatchlistReader } from "./watchlist-reader.js";

/**
 * @import { Api } from "./api.js"
 * @import { Failure } from "./failure.js"
 * @import { Store } from "./store.js"
 */

/** The beginning of what the turns to read are called. */
const TURN = "assessments.reading";
const FIRST_DELAY_MS = 2_000;
/** The longest for the assessment that is looked at. */
const LONGEST_DELAY_MS = 5_000;
/** The longest that an answer can have all reading wait, in seconds. */
const LONGEST_PAUSE_S = 3_600;
const GROWTH = 1.5;
/** How long nothing is read after a failure, and after many. */
const FIRST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 60_000;

export class Refresher {
  #api;
  #store;
  /** All but the one that is looked at. */
  #watchlist;
  /** It is one tab of each organization that reads the watchlist. */
  #turn = new Turn(() => this.#schedule());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {string | undefined} */
  #watched;
  /** When the one that is looked at is read next. */
  #next = { at: 0, delay: FIRST_DELAY_MS };
  #isReading = false;
  /** While there is trouble, nothing is read before that. */
  #pausedUntil = 0;
  #pause = FIRST_PAUSE_MS;
  /** Whether there was a pause since the turn was last wanted. */
  #isAwoken = false;
  /** @type {Map<string, Failure>} */
  #failures = new Map();

  /** @param {{ api: Api, store: Store }} app */
  constructor({ api, store }) {
    this.#api = api;
    this.#store = store;
    const readOne = (/** @type {string} */ id) => this.read(id);
    this.#watchlist = new WatchlistReader({ api, store, readOne });
    document.addEventListener("visibilitychange", () => this.#resume());
    addEventListener("online", () => this.#resume());
    session.subscribe(() => this.#startAnew());
    store.subscribe(() => this.#schedule());
    trouble.subscribe(() => (trouble.state ? this.#wait() : this.#goOn()));
    subscribeToRules(() => this.#schedule());
    this.#schedule();
  }

  /**
   * Why the last read of one failed, if it did.
   *
   * @param {string} id
   */
  failureOf(id) {
    return this.#failures.get(id);
  }

  /**
   * Reads that one more often, until another is named.
   *
   * @param {string | undefined} id
   */
  watch(id) {
    this.#watched = id;
    this.#plan(FIRST_DELAY_MS);
    this.#schedule();
  }

  /**
   * Says which of the watchlist are on the screen: these are read before others.
   *
   * @param {Set<string>} ids
   */
  show(ids) {
    this.#watchlist.inSight = ids;
  }

  /**
   * Reads one now, whatever the plan; a Failure goes to the caller.
   *
   * @param {string} id
   */
  async read(id, { adds = false } = {}) {
    // Whoever reads it, it is not read twice at once.
    if (id === this.#watched) this.#plan(this.#next.delay);
    try {
      const { data, requestId } = await this.#api.retrieve(id);
      this.#failures.delete(id);
      await this.#store.note(data, { requestId, adds });
      if (id === this.#watched) await this.#readRun(id);
    } catch (failure) {
      await this.#note(id, /** @type {Failure} */ (failure), adds);
      throw failure;
    }
  }

  /**
   * Reads the workflow run of the assessment that is looked at, until it has ended.
   *
   * @param {string} id
   */
  async #readRun(id) {
    const { assessment, run } = this.#store.get(id) ?? {};
    if (!assessment?.workflow_run_id || run?.completed_at) return;
    try {
      const { data } = await this.#api.retrieveRun(assessment.workflow_run_id);
      await this.#store.noteRun(id, data);
    } catch (failure) {
      // The assessment was read all the same; the run is asked for next time.
      const { message } = /** @type {Failure} */ (failure);
      console.info("The workflow run was not read:", message);
    }
  }

  /** Reads all that are shown now, finished ones as well, in this tab. */
  readAll() {
    this.#watchlist.force();
    this.#goOn();
    this.#turn.take();
  }

  #resume() {
    // Hidden, it only gives the turn back.
    if (document.hidden) return this.#schedule();
    this.#next.at = 0;
    this.#watchlist.hurry();
    this.#goOn();
  }

  #goOn() {
    this.#pausedUntil = 0;
    this.#pause = FIRST_PAUSE_MS;
    this.#schedule();
  }

  /** After a failure, wherever on the page, nothing is read for a while. */
  #wait() {
    const now = Date.now();
    if (now >= this.#pausedUntil) this.#pausedUntil = now + this.#pause;
    this.#schedule();
  }

  #startAnew() {
    this.#failures.clear();
    this.#watchlist.startAnew();
    this.#goOn();
  }

  /** @param {number} delay */
  #plan(delay) {
    // A share of the wait is random, so that many spread out.
    this.#next = { at: Date.now() + delay * (0.75 + Math.random() / 2), delay };
  }

  /** Whether the one that is looked at may still change. */
  get #isUnfinished() {
    const record = this.#store.get(this.#watched ?? "");
    if (!record || record.problem) return false;
    const { assessment, run } = record;
    const isRunning = run !== undefined && !run.completed_at;
    return !assessment || isRunning || !isTerminal(assessment.status);
  }

  #schedule() {
    clearTimeout(this.#timer);
    const now = Date.now();
    const canRead = !document.hidden && session.isConnected && this.#pausedUntil !== Infinity;
    if (!canRead || now < this.#pausedUntil) {
      // Another tab may fare better.
      this.#turn.want(undefined);
      this.#isAwoken = true;
      if (canRead) this.#wake(this.#pausedUntil - now);
      return;
    }
    const { organization, isKept } = this.#store;
    const isNeeded = this.#watchlist.isNeeded && organization !== undefined;
    // What a tab cannot keep, no other can show.
    this.#turn.want(isNeeded && isKept ? `${TURN}.${organization}` : undefined);
    // Somebody sees here that there is trouble, whether or not another tab has any. It is
    // taken once after a pause: another that is in trouble as well takes it too.
    if (trouble.state && this.#isAwoken) this.#turn.take();
    this.#isAwoken = false;
    const isMine = isNeeded && (this.#turn.isMine || !isKept);
    if (!isMine) this.#watchlist.rest();
    const own = this.#isUnfinished && !this.#isReading ? this.#next.at : Infinity;
    const list = isMine ? (this.#watchlist.nextAt ?? Infinity) : Infinity;
    if (own <= now) this.#readWatched();
    if (list <= now) this.#readWatchlist();
    const next = Math.min(own > now ? own : Infinity, list > now ? list : Infinity);
    if (next !== Infinity) this.#wake(next - now);
  }

  /** @param {number} delay */
  #wake(delay) {
    this.#timer = setTimeout(() => this.#schedule(), delay);
  }

  async #readWatched() {
    const id = /** @type {string} */ (this.#watched);
    const before = this.#store.get(id)?.assessment?.updated_at;
    const longer = Math.min(this.#next.delay * GROWTH, LONGEST_DELAY_MS);
    this.#isReading = true;
    try {
      await this.read(id);
      const hasChanged = before !== this.#store.get(id)?.assessment?.updated_at;
      this.#plan(hasChanged ? FIRST_DELAY_MS : longer);
    } catch {
      this.#plan(longer);
    } finally {
      this.#isReading = false;
      this.#schedule();
    }
  }

  async #readWatchlist() {
    try {
      await this.#watchlist.read();
    } catch (failure) {
      this.#noteTrouble(/** @type {Failure} */ (failure), () => this.#resume());
    } finally {
      this.#schedule();
    }
  }

  /**
   * What a failure says of this assessment, or of all.
   *
   * @param {string} id
   * @param {Failure} failure
   * @param {boolean} adds Whether the read was one that adds it to the list.
   */
  async #note(id, failure, adds) {
    const { kind, status = 0, code, message } = failure;
    this.#failures.set(id, failure);
    if (kind === "refused" && status === 404 && failure.speaker === "api") {
      // It was an answer: the API is there.
      trouble.clear();
      await this.#store.noteProblem(id, { status, code, message });
      return;
    }
    this.#noteTrouble(failure, () => this.read(id, { adds }).catch(() => {}));
  }

  /**
   * @param {Failure} failure
   * @param {() => unknown} retry
   */
  #noteTrouble(failure, retry) {
    trouble.note(failure, retry);
    if (!trouble.state) return;
    const isLasting = failure.speaker === "api" && [401, 403].includes(failure.status ?? 0);
    const asked = Math.min(failure.retryAfter ?? 0, LONGEST_PAUSE_S) * 1_000;
    this.#pausedUntil = isLasting ? Infinity : Date.now() + Math.max(asked, this.#pause);
    this.#pause = Math.min(this.#pause * GROWTH, LONGEST_PAUSE_MS);
  }
}
