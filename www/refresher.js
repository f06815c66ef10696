// Reads unfinished assessments again and again: soon after a change, ever more
// seldom without one, not at all in a hidden tab.

import { isTerminal, subscribeToRules } from "./rules.js";
import { session } from "./session.js";
import { trouble } from "./trouble.js";

/**
 * @import { Api } from "./api.js"
 * @import { Failure } from "./failure.js"
 * @import { Entry, Store } from "./store.js"
 */

/** @typedef {{ at: number, delay: number, isRunning?: boolean }} Plan */

const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 60_000;
/** The longest for the assessment that is looked at. */
const WATCHED_DELAY_MS = 5_000;
/** The longest that an answer can have all reading wait, in seconds. */
const LONGEST_PAUSE_S = 3_600;
const GROWTH = 1.5;
const AT_ONCE = 4;

export class Refresher {
  #api;
  #store;
  /** @type {Map<string, Plan>} */
  #plans = new Map();
  #running = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {string | undefined} */
  #watched;
  /** While there is trouble, nothing is read before that. */
  #pausedUntil = 0;
  /** @type {Map<string, Failure>} */
  #failures = new Map();

  /** @param {{ api: Api, store: Store }} app */
  constructor({ api, store }) {
    this.#api = api;
    this.#store = store;
    document.addEventListener("visibilitychange", () => this.#resume());
    addEventListener("online", () => this.#resume());
    session.subscribe(() => this.#startAnew());
    store.subscribe(() => this.#schedule());
    trouble.subscribe(() => trouble.state ?? this.#goOn());
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
    if (id !== undefined) this.#plans.delete(id);
    this.#schedule();
  }

  /**
   * Reads one now, whatever the plan; a Failure goes to the caller.
   *
   * @param {string} id
   */
  async read(id, { adds = false } = {}) {
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

  /** Reads all that are shown now, finished ones as well. */
  async readAll() {
    for (const { id } of this.#store.all()) this.#plans.set(id, { at: 0, delay: FIRST_DELAY_MS });
    this.#goOn();
  }

  #resume() {
    if (document.hidden) return;
    for (const plan of this.#plans.values()) plan.at = 0;
    this.#goOn();
  }

  #goOn() {
    this.#pausedUntil = 0;
    this.#schedule();
  }

  #startAnew() {
    this.#plans.clear();
    this.#failures.clear();
    this.#pausedUntil = 0;
    // With another credential, what was not found may be.
    for (const { id, problem } of this.#store.all()) {
      if (problem) this.#plans.set(id, { at: 0, delay: FIRST_DELAY_MS });
    }
    this.#schedule();
  }

  /** Who is to be read, and when. */
  #plan() {
    /** @type {Map<string, Plan>} */
    const wanted = new Map();
    for (const { id, assessment, run, problem } of this.#store.all()) {
      const planned = this.#plans.get(id);
      const isRunning = id === this.#watched && run && !run.completed_at;
      const isOver = problem || (assessment && isTerminal(assessment.status) && !isRunning);
      if (planned?.at === 0 || planned?.isRunning || !isOver) {
        wanted.set(id, planned ?? { at: firstRead(assessment), delay: FIRST_DELAY_MS });
      }
    }
    this.#plans = wanted;
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (document.hidden || !session.isConnected) return;
    this.#plan();
    const now = Date.now();
    const waiting = [...this.#plans].filter(([, plan]) => !plan.isRunning);
    waiting.sort(([, a], [, b]) => a.at - b.at);
    const pausedUntil = this.#pausedUntil;
    if (pausedUntil === Infinity) return;
    for (const [id, plan] of waiting) {
      const at = Math.max(plan.at, pausedUntil);
      if (this.#running >= AT_ONCE) return;
      if (at > now) {
        this.#timer = setTimeout(() => this.#schedule(), at - now);
        return;
      }
      this.#run(id, plan);
    }
  }

  /**
   * @param {string} id
   * @param {Plan} plan
   */
  async #run(id, plan) {
    plan.isRunning = true;
    this.#running += 1;
    const before = this.#store.get(id)?.assessment?.updated_at;
    try {
      await this.read(id);
      const after = this.#store.get(id)?.assessment?.updated_at;
      const longest = id === this.#watched ? WATCHED_DELAY_MS : LONGEST_DELAY_MS;
      plan.delay = before === after ? Math.min(plan.delay * GROWTH, longest) : FIRST_DELAY_MS;
    } catch {
      plan.delay = Math.min(plan.delay * GROWTH, LONGEST_DELAY_MS);
    } finally {
      // A share of the wait is random, so that many spread out.
      plan.at = Date.now() + plan.delay * (0.75 + Math.random() / 2);
      plan.isRunning = false;
      this.#running -= 1;
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
    trouble.note(failure, () => this.read(id, { adds }).catch(() => {}));
    if (!trouble.state) return;
    const isLasting = failure.speaker === "api" && [401, 403].includes(status);
    const delay = Math.max(
      Math.min(failure.retryAfter ?? 0, LONGEST_PAUSE_S) * 1000,
      this.#plans.get(id)?.delay ?? FIRST_DELAY_MS,
    );
    this.#pausedUntil = isLasting ? Infinity : Date.now() + delay;
  }
}

/**
 * What was never read is read now, the rest a little later, not all at once.
 *
 * @param {Entry["assessment"]} assessment
 */
function firstRead(assessment) {
  return assessment ? Date.now() + Math.random() * FIRST_DELAY_MS : 0;
}
