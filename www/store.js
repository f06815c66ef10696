// The index of assessments that this browser created or opened. The API has no
// list, so this is one browser's own, in IndexedDB; tabs share it.

/** @import { ArchivedAssessment, Assessment, CreatedAssessment, WorkflowRun } from "assessments-edge/slim" */

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
 * @property {Seen[]} history The statuses that this browser saw.
 * @property {Problem | undefined} [problem]
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

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(NAME, { keyPath: "id" });
  return done(request);
}

export class Store {
  /** @type {IDBDatabase | undefined} */
  #database;
  /** @type {Map<string, Entry>} */
  #records = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();
  #channel = new BroadcastChannel(NAME);

  /** Opens the index. Where there is no IndexedDB it lasts as long as the page. */
  static async open() {
    const store = new Store();
    try {
      store.#database = await open();
      await store.#load();
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      console.info("The list of assessments is not kept:", message);
    }
    store.#channel.onmessage = () => {
      if (store.isKept)
        store.#load().then(
          () => store.#tell(),
          () => {},
        );
    };
    return store;
  }

  /** Whether it outlasts the page. */
  get isKept() {
    return this.#database !== undefined;
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
   * Calls `listener` after every change; answers what ends that.
   *
   * @param {() => void} listener
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
    await this.#change((put) =>
      put(assessment.id, (record) => {
        if (!record && !adds) return undefined;
        // An answer that was overtaken by a newer one.
        const { updated_at: known = -Infinity } = record?.assessment ?? {};
        if (known > assessment.updated_at) return undefined;
        const { history = [], addedAt = Date.now(), archivedAt, run } = record ?? {};
        return {
          id: assessment.id,
          addedAt,
          archivedAt,
          run,
          assessment: { ...record?.assessment, ...assessment },
          readAt: Date.now(),
          requestId,
          history: extended(history, assessment.status),
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
          console.info("A change of the list is not kept:", transaction.error?.message);
          resolve();
        };
      });
      await ended;
      this.#channel.postMessage("changed");
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
    this.#tell();
  }

  /** A transaction, if the browser still has the database. */
  #begin() {
    try {
      return this.#database?.transaction(NAME, "readwrite");
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      console.info("The list of assessments is not kept any more:", message);
      this.#database = undefined;
      return undefined;
    }
  }

  async #load() {
    if (!this.#database) return;
    /** @type {Entry[]} */
    const records = await done(this.#database.transaction(NAME).objectStore(NAME).getAll());
    this.#records = new Map(records.map((record) => [record.id, record]));
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * @param {Seen[]} history
 * @param {string} status
 */
function extended(history, status) {
  if (history.at(-1)?.status === status) return history;
  return [...history, { status, at: Date.now() }].slice(-MAX_HISTORY);
}
