// The assessments that this browser created, opened or was told to watch. The list is
// its own, in IndexedDB; tabs share it. Each organization
// has a database of its own, and of those only one is open.

import { Changing } from "./changing.js";

/**
 * @import {
 *   ArchivedAssessment,
 *   Assessment,
 *   CreatedAssessment,
 *   ListedAssessment,
 *   WorkflowRun,
 * } from "assessments-edge/slim"
 */

/**
 * A record of the index. Times are Unix milliseconds, but for those inside
 * `assessment` and `archivedAt`.
 *
 * @typedef {object} Entry
 * @property {string} id
 * @property {number} addedAt
 * @property {Known} [assessment] The last answer.
 * @property {WorkflowRun | undefined} [run] The last answer of its workflow.
 * @property {number} [readAt]
 * @property {string | undefined} [requestId]
 * @property {number | undefined} [archivedAt]
 * @property {boolean | undefined} [isEndedHere] Whether it was this browser that ended it.
 * @property {Seen[]} history The statuses that this browser saw.
 * @property {Problem | undefined} [problem]
 * @property {boolean | undefined} [mayBeOld] Whether the answer may be one of long ago.
 */

/**
 * An assessment as far as answers told of it: only a create tells of the run.
 *
 * @typedef {Omit<Assessment, "custom_fields"> & Partial<Pick<Assessment, "custom_fields">>
 *   & Partial<Pick<CreatedAssessment, "workflow_run_id">>} Known
 */

/** @typedef {{ status: string, at: number }} Seen */

/**
 * A refusal that reading again will not mend.
 *
 * @typedef {{ status: number, code?: string | undefined, message: string }} Problem
 */

/**
 * Makes a record of the record there is; nothing leaves it as it is.
 *
 * @typedef {(record: Entry | undefined) => Entry | undefined} Make
 * @typedef {(id: string, make: Make) => void} Put
 */

const NAME = "assessments";
const MAX_HISTORY = 50;
/** Longest wait for the browser to open or remove a database. */
const PATIENCE_MS = 3_000;

/**
 * The outcome of an IndexedDB request.
 *
 * @template Outcome
 * @param {IDBRequest<Outcome>} request
 * @returns {Promise<Outcome>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * What work comes to, if it does in time: a browser may leave a question about its
 * databases without any answer.
 *
 * @param {number} patience
 * @param {Promise<unknown>} work
 */
function within(patience, work) {
  const { promise, reject } = Promise.withResolvers();
  const timer = setTimeout(() => reject(new Error(`no answer in ${patience} ms`)), patience);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/**
 * The database of an organization.
 *
 * @param {string} organization
 */
const nameOf = (organization) => `${NAME}.${organization}`;

/** @param {string} organization */
function open(organization) {
  const request = indexedDB.open(nameOf(organization), 1);
  request.onupgradeneeded = () => request.result.createObjectStore(NAME, { keyPath: "id" });
  return done(request);
}

/**
 * Removes a database as soon as no tab has it open any more.
 *
 * @param {string} name
 */
function remove(name) {
  const request = indexedDB.deleteDatabase(name);
  return new Promise((resolve, reject) => {
    request.onsuccess = request.onblocked = () => resolve(undefined);
    request.onerror = () => reject(request.error);
  });
}

export class Store extends Changing {
  /** @type {string | undefined} */
  #organization;
  /** @type {IDBDatabase | undefined} */
  #database;
  /** @type {Map<string, Entry>} */
  #records = new Map();
  /** @type {BroadcastChannel | undefined} */
  #channel;
  #isForbidden = false;
  /** Whether another tab has changed what is kept since it was read. */
  #isStale = false;
  #isReloading = false;

  /**
   * Opens the index, of an organization if one is known. Where there is no IndexedDB
   * it lasts as long as the page.
   *
   * @param {string | undefined} organization
   */
  static async open(organization) {
    const store = new Store();
    // There was one list for all organizations once. Nobody knows any more whose.
    await store.#unlessForbidden(() => remove(NAME));
    if (organization !== undefined) await store.use(organization);
    return store;
  }

  /**
   * Shows the index of an organization from now on. What was added before it was
   * known goes along.
   *
   * @param {string} organization
   */
  async use(organization) {
    if (organization === this.#organization) return;
    const added = this.#organization === undefined ? [...this.#records.keys()] : [];
    this.#close();
    this.#organization = organization;
    this.#isForbidden = false;
    await this.#unlessForbidden(async () => {
      const database = await open(organization);
      if (this.#organization !== organization) return database.close();
      this.#database = database;
      // Another tab that forgets the organization does not wait for this one.
      database.onversionchange = () => database.close();
      await this.#load();
    });
    if (this.#organization !== organization) return;
    this.#listen(nameOf(organization));
    if (added.length > 0) await this.add(added);
    else this.tell();
  }

  /** Removes what this browser keeps of the organization. */
  async forget() {
    const organization = this.#organization;
    if (organization === undefined) return;
    await this.clear();
    this.#close();
    this.#organization = undefined;
    this.tell();
    await this.#unlessForbidden(() => remove(nameOf(organization)));
  }

  #close() {
    this.#database?.close();
    this.#database = undefined;
    this.#channel?.close();
    this.#channel = undefined;
    this.#records = new Map();
  }

  /** @param {() => Promise<unknown>} work */
  async #unlessForbidden(work) {
    try {
      await within(PATIENCE_MS, work());
    } catch (error) {
      this.#isForbidden = true;
      const { message } = /** @type {Error} */ (error);
      console.info("The list of assessments is not kept:", message);
    }
  }

  /** @param {string} name */
  #listen(name) {
    const channel = new BroadcastChannel(name);
    this.#channel = channel;
    channel.onmessage = () => this.#reload();
  }

  /** Whose it is, once that is known. */
  get organization() {
    return this.#organization;
  }

  /** Whether it outlasts the page, with all that was changed since it was opened. */
  get isKept() {
    return !this.#isForbidden;
  }

  /** Every record. */
  all() {
    return [...this.#records.values()];
  }

  /** @param {string} id */
  get(id) {
    return this.#records.get(id);
  }

  /**
   * Adds ids that are not there yet; how many that were.
   *
   * @param {string[]} ids
   */
  async add(ids) {
    let added = 0;
    const addedAt = Date.now();
    await this.#change((put) => {
      for (const id of new Set(ids)) {
        put(id, (record) => {
          if (record) return undefined;
          added += 1;
          return { id, addedAt, history: [] };
        });
      }
    });
    return added;
  }

  /**
   * Notes an answer of the API; the record is added if `adds`, else only changed.
   *
   * @param {Assessment | CreatedAssessment} assessment
   * @param {{ requestId?: string | undefined, adds?: boolean }} told
   */
  async note(assessment, { requestId, adds = false }) {
    // What a create answers may be what it answered before.
    const mayBeOld = "workflow_run_id" in assessment || undefined;
    await this.#change((put) =>
      put(assessment.id, (record) => {
        if (!record && !adds) return undefined;
        const told = { archivedAt: record?.archivedAt, requestId, mayBeOld };
        return noted(record, assessment, told);
      }),
    );
  }

  /**
   * Notes what a list answered of those that are here; how many of them it tells more of.
   *
   * @param {ListedAssessment[]} items
   */
  async noteListed(items) {
    let changed = 0;
    const isNews = (/** @type {ListedAssessment} */ item) => {
      const record = this.#records.get(item.id);
      return record && !isTold(record, item);
    };
    const news = items.filter(isNews);
    if (news.length === 0) return 0;
    await this.#change((put) => {
      for (const item of news) {
        put(item.id, (record) => {
          if (!record || isTold(record, item)) return undefined;
          const { requestId, archivedAt = item.updated_at } = record;
          changed += 1;
          const told = { requestId, archivedAt: item.is_archived ? archivedAt : undefined };
          return noted(record, publicOf(item), told);
        });
      }
    });
    return changed;
  }

  /**
   * Notes which run of a workflow was started last. What was read of another is not of it.
   *
   * @param {string} id
   * @param {string} run
   */
  async noteNewestRun(id, run) {
    const runId = /** @type {NonNullable<Known["workflow_run_id"]>} */ (run);
    await this.#change((put) =>
      put(id, (record) => {
        const { assessment, run: known } = record ?? {};
        if (!record || !assessment || assessment.workflow_run_id === runId) return undefined;
        return {
          ...record,
          run: known?.workflow_run_id === runId ? known : undefined,
          assessment: { ...assessment, workflow_run_id: runId },
        };
      }),
    );
  }

  /**
   * Notes what a workflow run answered.
   *
   * @param {string} id
   * @param {WorkflowRun} run
   */
  async noteRun(id, run) {
    await this.#change((put) => put(id, (record) => record && { ...record, run }));
  }

  /**
   * Notes what cancelling or archiving answered.
   *
   * @param {ArchivedAssessment} answer
   * @param {{ requestId?: string | undefined }} told
   */
  async noteArchive({ id, status, archived_at: archivedAt }, { requestId }) {
    await this.#change((put) =>
      put(
        id,
        (record) =>
          record && {
            ...record,
            problem: undefined,
            archivedAt,
            isEndedHere: true,
            requestId,
            assessment: record.assessment && {
              ...record.assessment,
              status,
              updated_at: archivedAt,
            },
            history: extended(record.history, status),
          },
      ),
    );
  }

  /**
   * Notes a refusal that will not go away by itself.
   *
   * @param {string} id
   * @param {Problem} problem
   */
  async noteProblem(id, problem) {
    await this.#change((put) => put(id, (record) => record && { ...record, problem }));
  }

  /** @param {string} id */
  async remove(id) {
    await this.#change((_, remove) => remove(id));
  }

  async clear() {
    await this.#change((_, remove) => {
      for (const id of this.#records.keys()) remove(id);
    });
  }

  /**
   * Runs `change` in one transaction. It puts what a function makes of the
   * record as another tab may just have left it, so that no change is lost.
   *
   * @param {(put: Put, remove: (id: string) => void) => void} change
   */
  async #change(change) {
    /** @type {Map<string, Entry | undefined>} */
    const changed = new Map();
    const transaction = this.#begin();
    if (transaction) {
      const table = transaction.objectStore(NAME);
      /** @type {Put} */
      const put = (id, make) => {
        const read = table.get(id);
        read.onsuccess = () => {
          const record = make(read.result);
          if (!record) return;
          table.put(record);
          changed.set(id, record);
        };
      };
      const remove = (/** @type {string} */ id) => {
        table.delete(id);
        changed.set(id, undefined);
      };
      change(put, remove);
      // What cannot be kept (a full disk) is still shown as long as the page lives.
      /** @type {Promise<void>} */
      const ended = new Promise((resolve) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => {
          this.#isForbidden ||= transaction.db === this.#database;
          console.info("A change of the list is not kept:", transaction.error?.message);
          resolve();
        };
      });
      await ended;
      if (transaction.db !== this.#database) return;
      this.#channel?.postMessage("changed");
    } else {
      /** @type {Put} */
      const put = (id, make) => {
        const record = make(this.#records.get(id));
        if (record) changed.set(id, record);
      };
      change(put, (id) => changed.set(id, undefined));
    }
    for (const [id, record] of changed) {
      if (record) this.#records.set(id, record);
      else this.#records.delete(id);
    }
    this.tell();
  }

  /** A transaction, if the browser still has the database. */
  #begin() {
    try {
      return this.#database?.transaction(NAME, "readwrite");
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      this.#isForbidden = true;
      console.info("The list of assessments is not kept any more:", message);
      this.#database = undefined;
      return undefined;
    }
  }

  async #load() {
    const database = this.#database;
    if (!database) return;
    /** @type {Entry[]} */
    const records = await done(database.transaction(NAME).objectStore(NAME).getAll());
    // It may be another's meanwhile.
    if (database === this.#database)
      this.#records = new Map(records.map((record) => [record.id, record]));
  }

  /** Reads what other tabs changed, once for all that they tell meanwhile. */
  async #reload() {
    this.#isStale = true;
    if (this.#isReloading) return;
    this.#isReloading = true;
    try {
      while (this.#isStale && this.#database) {
        this.#isStale = false;
        await this.#load();
        this.tell();
      }
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      console.info("What another tab changed was not read:", message);
    } finally {
      this.#isReloading = false;
    }
  }
}

/**
 * A record with an answer, unless a newer one has overtaken that.
 *
 * @param {Entry | undefined} record
 * @param {Known} assessment
 * @param {Pick<Entry, "archivedAt" | "requestId" | "mayBeOld">} told
 * @returns {Entry | undefined}
 */
function noted(record, assessment, told) {
  const { updated_at: known = -Infinity } = record?.assessment ?? {};
  if (known > assessment.updated_at) return undefined;
  const { history = [], addedAt = Date.now(), run, isEndedHere } = record ?? {};
  return {
    id: assessment.id,
    addedAt,
    run,
    isEndedHere,
    ...told,
    assessment: { ...record?.assessment, ...assessment },
    readAt: Date.now(),
    history: extended(history, assessment.status),
  };
}

/**
 * What an item of a list has of what the public read answers.
 *
 * @param {ListedAssessment} item
 * @returns {Known}
 */
function publicOf(item) {
  const { vendor_name, assignee_name, workflow_run_id, is_archived, ...assessment } = item;
  return /** @type {Known} */ (/** @type {unknown} */ (assessment));
}

/**
 * Whether a record has all that an item tells, or newer.
 *
 * @param {Entry} record
 * @param {ListedAssessment} item
 */
function isTold({ assessment, archivedAt, problem, mayBeOld }, item) {
  if (!assessment || problem || mayBeOld) return false;
  if (assessment.updated_at > item.updated_at) return true;
  const told = Object.entries(publicOf(item));
  const known = /** @type {Record<string, unknown>} */ (assessment);
  return (
    (archivedAt !== undefined) === item.is_archived &&
    told.every(([name, value]) => JSON.stringify(known[name]) === JSON.stringify(value))
  );
}

/**
 * @param {Seen[]} history
 * @param {string} status
 */
function extended(history, status) {
  if (history.at(-1)?.status === status) return history;
  return [...history, { status, at: Date.now() }].slice(-MAX_HISTORY);
}
