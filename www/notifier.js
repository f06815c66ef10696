// Tells that an assessment which is watched has ended, while nobody looks at it: once, by
// whichever tab sees it first. A hidden page reads nothing by itself; for whoever wants to
// be told, one of the hidden tabs looks once a minute, at one page of the list.

import { withMarks } from "./format.js";
import { canReadNames } from "./names.js";
import { withLock } from "./locks.js";
import { isTerminal, stageLabel } from "./rules.js";
import { session } from "./session.js";
import { readShared, readSharedJson, writeShared } from "./tab.js";
import { texts } from "./texts.js";

/**
 * @import { Failure } from "./failure.js"
 * @import { Dashboard } from "./main.js"
 * @import { Entry } from "./store.js"
 */

/** The lock of all tabs, and how the names begin of what they keep for an organization. */
const NAME = "assessments.tell";
/** Between two looks of all hidden tabs together. */
const LOOK_MS = 60_000;
/** From an end that is seen to its telling. */
const GRACE_MS = 1_000;
/** The assessments that changed last, of which one look sees so many. */
const LOOKED_AT = 100;
/** So many ends are remembered, so that each is told once. */
const MOST_TOLD = 200;
/** More at once are told in one. */
const MOST_SINGLY = 3;

/** Whether this browser can tell of anything. */
const isPossible = "Notification" in globalThis;

export class Notifier {
  #app;
  /** @type {string | undefined} */
  #organization;
  /**
   * The statuses as they were last seen.
   *
   * @type {Map<string, string>}
   */
  #seen = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Pick<Dashboard, "api" | "navigate" | "store">} app */
  constructor(app) {
    this.#app = app;
    app.store.subscribe(() => this.#compare());
    session.subscribe(() => this.#plan());
    document.addEventListener("visibilitychange", () => this.#plan());
    this.#compare();
  }

  /** Whether there is something to be told of, and a browser that can. */
  get isUseful() {
    return isPossible && this.#unfinished.length > 0;
  }

  /** Whether the browser's user forbade it. */
  get isDenied() {
    return isPossible && Notification.permission === "denied";
  }

  /** Whether somebody wants to be told, and may be. */
  get isOn() {
    const isAllowed = isPossible && Notification.permission === "granted";
    return isAllowed && readShared(this.#keyOf("wish")) !== undefined;
  }

  /**
   * Tells from now on, or no longer. The browser may ask its user.
   *
   * @param {boolean} isWanted
   */
  async turn(isWanted) {
    if (isWanted && Notification.permission === "default") await Notification.requestPermission();
    const isAllowed = Notification.permission === "granted";
    writeShared(this.#keyOf("wish"), isWanted && isAllowed ? "on" : undefined);
    this.#plan();
  }

  /** Removes what is kept of the organization. */
  forget() {
    for (const what of ["wish", "told", "looked"]) writeShared(this.#keyOf(what), undefined);
  }

  /** @param {string} what */
  #keyOf(what) {
    return `${NAME}.${what}.${this.#app.store.organization}`;
  }

  get #unfinished() {
    return this.#app.store
      .all()
      .filter(({ assessment }) => assessment && !isTerminal(assessment.status));
  }

  /** Finds out what has ended since. */
  #compare() {
    const { store } = this.#app;
    if (store.organization !== this.#organization) this.#seen.clear();
    this.#organization = store.organization;
    const ended = store.all().filter(({ id, assessment }) => {
      const status = assessment?.status ?? "";
      const before = this.#seen.get(id);
      this.#seen.set(id, status);
      return before !== undefined && !isTerminal(before) && isTerminal(status);
    });
    this.#plan();
    if (ended.length === 0 || !this.isOn) return;
    const isLookedAt = (/** @type {Entry} */ { id }) =>
      !document.hidden && location.pathname === pathOf(id);
    // As told as it can be: another tab need not tell it.
    this.#claim(ended.filter(isLookedAt));
    const others = ended.filter((entry) => !isLookedAt(entry));
    // Where it is looked at, or was ended, may be another tab, which says so first.
    const { organization } = store;
    setTimeout(() => organization === store.organization && this.#tell(others), GRACE_MS);
  }

  /**
   * Which of those no other tab told of. From now on none will.
   *
   * @param {Entry[]} ended
   */
  #claim(ended) {
    const key = this.#keyOf("told");
    const endOf = (/** @type {Entry} */ { id, assessment }) => `${id} ${assessment?.updated_at}`;
    return withLock(NAME, {}, () => {
      /** @type {string[]} */
      const told = readSharedJson(key) ?? [];
      const mine = ended.filter((entry) => !told.includes(endOf(entry)));
      writeShared(key, JSON.stringify([...told, ...mine.map(endOf)].slice(-MOST_TOLD)));
      return mine;
    });
  }

  /**
   * Tells of those that no other tab told of.
   *
   * @param {Entry[]} ended
   */
  async #tell(ended) {
    if (!this.isOn) return;
    const { store } = this.#app;
    // What somebody ended here, that person knows.
    const mine = await this.#claim(ended.filter(({ id }) => !store.get(id)?.isEndedHere));
    if (mine.length > MOST_SINGLY) this.#show(texts.tell.several(mine.length), "", "/watchlist");
    else
      for (const { id, assessment } of mine)
        this.#show(stageLabel(assessment?.status ?? ""), assessment?.name ?? id, pathOf(id));
  }

  /**
   * @param {string} title
   * @param {string} body
   * @param {string} path
   */
  #show(title, body, path) {
    try {
      const shown = new Notification(title, { body: withMarks(body), tag: path });
      shown.onclick = () => {
        focus();
        this.#app.navigate(path);
        shown.close();
      };
    } catch (error) {
      // Some phones have the class, and do not let pages use it.
      console.info("Nothing could be told:", /** @type {Error} */ (error).message);
    }
  }

  /** Looks in a while, if that is wanted and nobody sees the page. */
  #plan(delay = LOOK_MS) {
    clearTimeout(this.#timer);
    const isWanted = document.hidden && this.isOn && session.isConnected && canReadNames();
    if (isWanted && this.#unfinished.length > 0)
      this.#timer = setTimeout(() => this.#look(), delay);
  }

  async #look() {
    let delay = LOOK_MS;
    try {
      if (await this.#isTurn()) await this.#read();
    } catch (failure) {
      const { message, retryAfter = 0 } = /** @type {Failure} */ (failure);
      delay = Math.max(delay, retryAfter * 1_000);
      console.info("What ended meanwhile was not read:", message);
    }
    this.#plan(delay);
  }

  /** Whether no other tab has looked in the last minute; from now on this one has. */
  async #isTurn() {
    const key = this.#keyOf("looked");
    return withLock(NAME, {}, () => {
      // A clock that was put back is no reason never to look again.
      const isTurn = Math.abs(Date.now() - Number(readShared(key) ?? 0)) >= LOOK_MS;
      if (isTurn) writeShared(key, String(Date.now()));
      return isTurn;
    });
  }

  async #read() {
    const { api, store } = this.#app;
    const query = /** @type {const} */ ({ sort: "-updated_at", limit: LOOKED_AT });
    const { items } = await api.reads.assessments(query, { maxRetries: 0 });
    await store.noteListed(items);
  }
}

/** @param {string} id */
const pathOf = (id) => `/assessments/${id}`;
