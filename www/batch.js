// Assessments of many vendors at once: one create for each, with a key of its own. What is
// asked for is kept before the first of them is sent, for all tabs of the organization, so
// that after a reload, a closed tab or a lost answer it goes on with the same keys, and
// nothing is created twice. One tab sends at a time.

import { Changing } from "./changing.js";
import { quoted } from "./explain.js";
import { askedWait } from "./failure.js";
import { heldLocks, withLock } from "./locks.js";
import { differences } from "./outcome.js";
import { isRefusal, refusalWords, troubleWords } from "./refusal-words.js";
import { readJson, readSharedJson, write, writeShared } from "./tab.js";
import { texts } from "./texts.js";

/**
 * @import { CreateAssessmentRequest, CreatedAssessment } from "assessments-edge/slim"
 * @import { Api } from "./api.js"
 * @import { Failure } from "./failure.js"
 * @import { Choice } from "./parts/picker.js"
 * @import { Answer } from "./plain-client.js"
 * @import { Store } from "./store.js"
 * @import { Vendor } from "./vendor-rows.js"
 */

/**
 * What becomes of one: "open" was sent and is without an answer, "unsure" was so for longer
 * than its key lives.
 *
 * @typedef {"planned" | "open" | "created" | "failed" | "unsure"} State
 */

/**
 * One create. Times are Unix milliseconds; `sentAt` is when it was first sent with this key.
 *
 * @typedef {object} Item
 * @property {{ id: string, name?: string | undefined }} vendor
 * @property {string | undefined} name What the assessment will be called, as far as that is known.
 * @property {string} key
 * @property {State} state
 * @property {number} [sentAt]
 * @property {string} [assessment] The id of what was created.
 * @property {string} [problem] Why it came to nothing.
 * @property {string | undefined} [requestId]
 * @property {boolean} [isTaken] Whether the key turned out to be another's.
 * @property {Plan["request"]} [request] What it was sent with, if that is not the plan's.
 */

/**
 * What is asked for: the request but for its vendor, and the vendors.
 *
 * @typedef {{ request: Omit<CreateAssessmentRequest, "vendor_id">, items: Item[] }} Plan
 *
 * @typedef {object} Draft
 * @property {Vendor[]} vendors
 * @property {string[]} unsettled
 * @property {Partial<CreateAssessmentRequest>} fields
 * @property {Record<string, Choice>} names
 */

/** What is being written for the next plan, by the tab. */
const DRAFT = "assessments.batch";
/** The plan of an organization, and the lock of the tab that sends it. */
const NAME = "assessments.batch";
const AT_ONCE = 4;
/** The API keeps a key for 24 hours from its first use; some of it is left to clocks. */
const KEY_LIFE_MS = 23 * 3_600_000;
/** Waits in a row without any success, after which it is up to a person to go on. */
const MOST_WAITS = 6;
const FIRST_WAIT_MS = 1_000;
/** The longest wait that an answer can ask for; after more, a person goes on. */
const LONGEST_WAIT_MS = 600_000;

export class Batch extends Changing {
  #api;
  #store;
  /** @type {string | undefined} */
  #key;
  /** @type {Plan | undefined} */
  #plan;
  /** @type {AbortController | undefined} */
  #running;
  #isEnding = false;
  #isElsewhere = false;
  #isKept = true;
  /** @type {Failure | undefined} */
  #halt;
  #waits = 0;
  #waitsUntil = 0;

  /** @param {{ api: Api, store: Store }} app */
  constructor({ api, store }) {
    super();
    this.#api = api;
    this.#store = store;
    addEventListener("storage", ({ key }) => {
      if (key === this.#key && !this.#running) this.#load();
    });
  }

  get plan() {
    return this.#plan;
  }

  /** Whether this tab sends. */
  get isRunning() {
    return this.#running !== undefined;
  }

  /** Whether it was told to stop, and waits for what is on its way. */
  get isEnding() {
    return this.#isEnding;
  }

  /** Whether another tab sends. */
  get isElsewhere() {
    return this.#isElsewhere;
  }

  /** Whether the plan outlasts the page. */
  get isKept() {
    return this.#isKept;
  }

  /** Why it stopped by itself before its end. */
  get halt() {
    return this.#halt;
  }

  /** Until when it waits, as the API asked or because it cannot be reached. */
  get waitsUntil() {
    return this.#waitsUntil;
  }

  /** Whether something may have been created that nobody has looked for. */
  get isUnsure() {
    return this.#plan?.items.some(({ state }) => state === "unsure") === true;
  }

  /** Whether something is left to be sent. */
  get isUnfinished() {
    return this.#plan?.items.some(({ state }) => state === "planned" || state === "open") === true;
  }

  /**
   * What the tab keeps of the form for the next plan.
   *
   * @returns {Draft | undefined}
   */
  get draft() {
    const draft = readJson(DRAFT);
    return draft?.of === this.#key ? draft : undefined;
  }

  set draft(draft) {
    write(DRAFT, draft && JSON.stringify({ ...draft, of: this.#key }));
  }

  /**
   * Whose plan it is from now on.
   *
   * @param {string | undefined} organization
   */
  use(organization) {
    const key = organization && `${NAME}.${organization}`;
    if (key === this.#key) return;
    this.#running?.abort();
    // What was written before anybody had connected is theirs who do.
    const draft = this.#key === undefined ? this.draft : undefined;
    this.#key = key;
    if (draft) this.draft = draft;
    this.#halt = undefined;
    this.#isElsewhere = false;
    this.#load();
  }

  /** Removes what is kept of the organization. */
  forget() {
    this.discard();
    this.draft = undefined;
    this.use(undefined);
  }

  /**
   * Keeps a plan, and sends it, unless another tab has just begun with one; whether it did.
   *
   * @param {Plan["request"]} request
   * @param {Pick<Item, "vendor" | "name">[]} vendors
   */
  begin(request, vendors) {
    this.#load();
    if (this.isUnfinished) return false;
    const { items = [], request: asked } = this.#plan ?? {};
    const unsure = items.filter(({ state }) => state === "unsure");
    /** @type {Item[]} */
    const planned = vendors.map((one) => ({
      ...one,
      key: crypto.randomUUID(),
      state: "planned",
    }));
    // What is not known yet stays to be looked for, and is what it was.
    const before = unsure.map((item) => ({ request: asked, ...item }));
    this.#plan = { request, items: [...before, ...planned] };
    this.#keep();
    this.run();
    return true;
  }

  /**
   * Sends what is left, or the one with that key, unless another tab does.
   *
   * @param {string} [only]
   */
  async run(only) {
    const name = this.#key;
    if (this.#running || name === undefined) return;
    const running = new AbortController();
    this.#running = running;
    this.#halt = undefined;
    this.#isEnding = false;
    this.#waits = 0;
    const work = async (/** @type {unknown} */ lock) => {
      this.#isElsewhere = lock === null;
      if (lock !== null && this.#key === name) await this.#sendAll(running.signal, only);
    };
    try {
      await withLock(name, { ifAvailable: true }, work);
    } finally {
      if (this.#running === running) this.#running = undefined;
      this.#isEnding = false;
      this.#waitsUntil = 0;
      this.tell();
      if (this.#isElsewhere) this.#follow();
    }
  }

  /** Sends nothing more; what is on its way is waited for. */
  stop() {
    this.#isEnding = this.isRunning;
    this.#waitsUntil = 0;
    this.tell();
  }

  /** Sends those once more that came to nothing. */
  retry() {
    for (const item of this.#plan?.items ?? []) {
      if (item.state === "failed") this.#reset(item, item.isTaken === true);
    }
    this.#keep();
    return this.run();
  }

  /**
   * Sends one with another key, whatever became of it before; none of the others with it.
   *
   * @param {Item} item
   */
  renew({ key }) {
    // The one that was shown may be of what was read before.
    const item = this.#plan?.items.find((one) => one.key === key);
    if (!item) return;
    this.#reset(item, true);
    this.#keep();
    return this.run(item.key);
  }

  /** Forgets the plan and what came of it. */
  discard() {
    this.#running?.abort();
    this.#plan = undefined;
    this.#halt = undefined;
    this.#keep();
  }

  /**
   * @param {Item} item
   * @param {boolean} isRenewed
   */
  #reset(item, isRenewed) {
    item.state = "planned";
    delete item.problem;
    delete item.isTaken;
    delete item.sentAt;
    if (isRenewed) item.key = crypto.randomUUID();
  }

  #keep() {
    if (this.#key !== undefined) {
      const text = this.#plan && JSON.stringify(this.#plan);
      this.#isKept = writeShared(this.#key, text);
    }
    this.tell();
  }

  /** Takes over what is kept, which another tab may have brought on. */
  #load() {
    this.#plan = this.#key === undefined ? undefined : readSharedJson(this.#key);
    this.#plan?.items.forEach(markUnsure);
    this.tell();
    if (this.#plan && !this.#isElsewhere) this.#look();
  }

  /** Finds out whether another tab sends. */
  async #look() {
    const key = this.#key;
    const held = await heldLocks();
    if (this.#key !== key) return;
    this.#isElsewhere = !this.#running && key !== undefined && held.includes(key);
    this.tell();
    if (this.#isElsewhere) await this.#follow();
  }

  /** Waits until no other tab sends. */
  async #follow() {
    const name = this.#key;
    if (name === undefined) return;
    await withLock(name, { mode: "shared" }, () => {});
    if (this.#key !== name) return;
    this.#isElsewhere = false;
    if (!this.#running) this.#load();
  }

  /**
   * @param {AbortSignal} signal
   * @param {string} [only]
   */
  async #sendAll(signal, only) {
    // Where nothing can be kept, what is in memory is all there is.
    if (this.#isKept) this.#load();
    const plan = this.#plan;
    if (!plan) return;
    const queue = plan.items.filter(
      ({ key, state }) =>
        (state === "planned" || state === "open") && (only === undefined || key === only),
    );
    const worker = async () => {
      while (!signal.aborted && !this.#isEnding && !this.#halt) {
        if (await this.#wait(signal)) continue;
        const item = queue.shift();
        if (!item) return;
        // The computer may have slept since.
        if (markUnsure(item)) this.#keep();
        else if (await this.#send(plan, item, signal)) queue.push(item);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /**
   * Waits a moment, if there is a wait; whether there was.
   *
   * @param {AbortSignal} signal
   */
  async #wait(signal) {
    const left = this.#waitsUntil - Date.now();
    if (left <= 0 || signal.aborted) return false;
    // Whoever stops it does not wait.
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, 250)));
    return true;
  }

  /**
   * Sends one; whether it is to be sent once more.
   *
   * @param {Plan} plan
   * @param {Item} item
   * @param {AbortSignal} signal
   */
  async #send(plan, item, signal) {
    const before = item.state;
    const body = { vendor_id: item.vendor.id, ...(item.request ?? plan.request) };
    const keep = () => plan === this.#plan && this.#keep();
    item.state = "open";
    item.sentAt ??= Date.now();
    keep();
    const options = { idempotencyKey: item.key, signal, maxRetries: 0 };
    /** @type {Answer<CreatedAssessment>} */
    let answer;
    try {
      answer = await this.#api.create(body, options);
    } catch (failure) {
      // What is on its way when all ends stays open.
      const isAgain =
        !signal.aborted && this.#failed(item, before, /** @type {Failure} */ (failure));
      keep();
      return isAgain;
    }
    const { data, requestId, requestDiffers } = answer;
    const isTaken = requestDiffers || differences(body, data).length > 0;
    const { id: assessment, name } = data;
    Object.assign(item, { requestId, isTaken, state: isTaken ? "failed" : "created" });
    if (isTaken) item.problem = texts.create.keyTaken;
    else Object.assign(item, { assessment, name });
    this.#waits = 0;
    keep();
    if (plan === this.#plan) await this.#store.note(data, { requestId, adds: true });
    return false;
  }

  /**
   * Notes why one was not created; whether it is to be sent once more.
   *
   * @param {Item} item
   * @param {State} before
   * @param {Failure} failure
   */
  #failed(item, before, failure) {
    const { isOpen, kind, requestId, status = 0 } = failure;
    item.requestId = requestId;
    const isLasting = ["ended", "misused"].includes(kind) || [401, 403].includes(status);
    const isPassing = status === 429 || isOpen || !isRefusal(failure);
    if (isLasting) this.#halt = failure;
    else if (isPassing) this.#delay(failure);
    else this.#fail(item, failure);
    // These are answered before the key is looked at: it is as it was.
    if (!isOpen && (isLasting || isPassing)) {
      item.state = before;
      if (before === "planned") delete item.sentAt;
    }
    return isPassing && !isLasting;
  }

  /**
   * Has all wait, as the API asks or ever longer.
   *
   * @param {Failure} failure
   */
  #delay(failure) {
    const now = Date.now();
    // Those that were on their way meanwhile are told the same.
    if (now >= this.#waitsUntil) this.#waits += 1;
    const asked = (askedWait(failure) ?? 0) * 1_000;
    // So long nobody wants to look at a page that waits.
    if (this.#waits > MOST_WAITS || asked > LONGEST_WAIT_MS) this.#halt = failure;
    const wait = Math.max(asked, FIRST_WAIT_MS * 2 ** (this.#waits - 1));
    this.#waitsUntil = Math.max(this.#waitsUntil, now + wait);
  }

  /**
   * @param {Item} item
   * @param {Failure} failure
   */
  #fail(item, failure) {
    const { title, body = [quoted(failure)] } = refusalWords(failure, 0);
    item.state = "failed";
    item.problem = [`${title}.`, ...body].join(" ");
  }
}

/**
 * Gives up one that is without an answer for longer than its key lives; whether it is such.
 *
 * @param {Item} item
 */
function markUnsure(item) {
  const isForgotten = item.state === "open" && (item.sentAt ?? 0) < Date.now() - KEY_LIFE_MS;
  if (isForgotten) item.state = "unsure";
  return isForgotten;
}

/** Words for why it stopped by itself. */
export const haltWords = (/** @type {Failure} */ failure) =>
  isRefusal(failure) ? refusalWords(failure, 0) : troubleWords(failure);
