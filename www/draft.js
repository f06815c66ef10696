// The request that is being written, kept over a reload of the tab. Every tab
// has a draft of its own, with an idempotency key of its own.

import { readJson, write } from "./tab.js";

const KEY = "assessments.draft";
/** A tab that was reloaded lets go of its draft by then. */
const CLAIM_MS = 1_500;

/**
 * @import { CreateAssessmentRequest } from "assessments-edge/slim"
 * @import { Choice } from "./parts/picker.js"
 */

/**
 * A draft as it is kept: `open` is what was sent with this key and is without an answer,
 * `organization` the one that it is written for, once that is known.
 *
 * @typedef {object} State
 * @property {string} id
 * @property {string} key
 * @property {Partial<CreateAssessmentRequest>} fields
 * @property {string | undefined} open
 * @property {Record<string, Choice>} [names] What was chosen by its name, by field.
 * @property {string | undefined} [organization]
 */

/** @returns {State} */
const empty = () => ({
  id: crypto.randomUUID(),
  key: crypto.randomUUID(),
  fields: {},
  names: {},
  open: undefined,
});

export class Draft {
  /** @type {State} */
  #state;

  constructor() {
    this.#state = readJson(KEY) ?? empty();
    this.claimed = this.#claim();
  }

  get fields() {
    return this.#state.fields;
  }

  /** What of them was chosen by its name. */
  get names() {
    return this.#state.names ?? {};
  }

  get key() {
    return this.#state.key;
  }

  /** The request that was sent with this key and got no answer, if any. */
  get open() {
    return this.#state.open;
  }

  /**
   * Changes and keeps it.
   *
   * @param {Partial<State>} changes
   */
  change(changes) {
    Object.assign(this.#state, changes);
    write(KEY, JSON.stringify(this.#state));
  }

  /** Another request, with another key. */
  startAnew() {
    const { id } = this.#state;
    this.change({ ...empty(), id });
  }

  /**
   * Whom it is for. What was written for another organization has no meaning there.
   *
   * @param {string | undefined} organization
   */
  belongTo(organization) {
    const { organization: owner = organization } = this.#state;
    if (owner !== organization) this.startAnew();
    this.change({ organization });
  }

  /** Another key for the same fields. */
  renewKey() {
    this.change({ key: crypto.randomUUID(), open: undefined });
  }

  /**
   * A duplicated tab begins with a copy of the draft. With the same key, the
   * second to send would get what the first created, so it takes a new one.
   * Resolves to whether it did.
   */
  async #claim() {
    if (!navigator.locks) return false;
    const isOurs = await claim(`${KEY}.${this.#state.id}`);
    if (!isOurs) {
      const { fields, names } = this.#state;
      this.change({ ...empty(), fields, names });
      await claim(`${KEY}.${this.#state.id}`);
    }
    return !isOurs;
  }
}

/**
 * Holds a lock for as long as the page lives; whether it could be had.
 *
 * @param {string} name
 * @returns {Promise<boolean>}
 */
function claim(name) {
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { signal: AbortSignal.timeout(CLAIM_MS) }, () => {
        resolve(true);
        return new Promise(() => {});
      })
      // A browser that forbids locks says nothing of another tab.
      .catch(({ name }) => resolve(!["AbortError", "TimeoutError"].includes(name)));
  });
}
