// The vendors that somebody chose, and those that a pasted column names: each found by its
// name, which has to be the whole, or by its id. What cannot be told is a person's to settle.

import { folded } from "./folded.js";
import { canReadNames } from "./names.js";
import { entriesOf } from "./parts/pasted.js";

/**
 * @import { LastAssessment } from "assessments-edge/slim"
 * @import { Api } from "./api.js"
 * @import { Failure } from "./failure.js"
 * @import { Names } from "./names.js"
 */

/**
 * A vendor; without a name where none can be read.
 *
 * @typedef {{ id: string, name?: string | undefined, last?: LastAssessment | null | undefined }} Vendor
 */

/**
 * What stands in the list: a vendor, or a text that is looked for, that could not be, or
 * that is open: then it may mean one of `choices`, if there are any.
 *
 * @typedef {object} Row
 * @property {string} key
 * @property {"ready" | "waiting" | "looking" | "open" | "failed"} state
 * @property {string} text
 * @property {string} [label] What it is called, before it is found.
 * @property {Vendor} [vendor]
 * @property {Vendor[]} [choices]
 */

const VENDOR_ID = /^cbvndr_[0-9a-f]{32}$/;
/** The most vendors at once. */
export const MOST_VENDORS = 200;
/** Searches at once. */
const AT_ONCE = 4;
/** So many vendors are looked through for a name, by pages of the API. */
const PAGE = 100;
const MOST_PAGES = 3;
/** More ids than that are looked for in the list of vendors first, as far as it is read. */
const MOST_SINGLY = 8;
const LISTED_PAGES = 5;
/** What is offered where no vendor is called exactly so. */
const OFFERED = 5;
/** The longest text that the API searches for. */
const LONGEST = 100;

/**
 * The entries of what was pasted: ids, and else the first cell of each row, which is a name.
 *
 * @param {string} text
 */
export function vendorEntries(text) {
  const rows = text.split(/[\r\n]+/).flatMap((row) => {
    const ids = entriesOf(row).filter((entry) => VENDOR_ID.test(entry));
    if (ids.length > 0) return ids;
    const cell = row.split("\t").find((each) => each.trim() !== "") ?? "";
    return [
      cell
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .replaceAll('""', '"'),
    ];
  });
  return [...new Set(rows)].filter(Boolean);
}

/** @param {Vendor} vendor @returns {Row} */
const ready = (vendor) => ({ key: vendor.id, state: "ready", text: vendor.id, vendor });

/** @param {string} text @returns {Row} */
const waiting = (text) => ({ key: text, state: "waiting", text });

export class VendorRows {
  #api;
  #names;
  #onchange;
  #disposal = new AbortController();
  #workers = 0;
  /** @type {Promise<Map<string, Vendor>> | undefined} */
  #listed;
  /** How many of what was added last were too many. */
  leftOut = 0;
  /** @type {Row[]} */
  #rows = [];

  /** @param {{ api: Api, names: Names, onchange: () => void }} parts */
  constructor({ api, names, onchange }) {
    this.#api = api;
    this.#names = names;
    this.#onchange = onchange;
  }

  dispose() {
    this.#disposal.abort();
  }

  get all() {
    return this.#rows;
  }

  /** The vendors, each once. */
  get vendors() {
    return this.#rows.flatMap(({ vendor }) => vendor ?? []);
  }

  /** The texts that are still to be settled. */
  get unsettled() {
    return this.#rows.filter(({ vendor }) => !vendor).map(({ text }) => text);
  }

  /**
   * Adds vendors that are known.
   *
   * @param {Vendor[]} vendors
   */
  add(vendors) {
    this.#become([...this.#rows, ...vendors.map(ready)]);
  }

  /**
   * Adds one that was chosen, and looks for what else is to be told of it.
   *
   * @param {{ id: string, name: string }} vendor
   */
  take({ id, name }) {
    this.#become([...this.#rows, { ...waiting(id), label: name }]);
    this.look();
  }

  /**
   * Adds ids and names, and looks for them.
   *
   * @param {string[]} entries
   */
  paste(entries) {
    this.#become([...this.#rows, ...entries.map(waiting)]);
    this.look();
  }

  /** Looks for what was not found yet, because it could not be read. */
  look() {
    const isBare = (/** @type {Row} */ { state, vendor }) =>
      state === "failed" || (canReadNames() && vendor !== undefined && vendor.name === undefined);
    this.#rows = this.#rows.map((row) => (isBare(row) ? waiting(row.text) : row));
    // One that finds nothing to do is gone at once.
    for (let idle = AT_ONCE - this.#workers; idle > 0; idle--) this.#work();
  }

  async #work() {
    const { signal } = this.#disposal;
    this.#workers += 1;
    for (;;) {
      const row = this.#rows.find(({ state }) => state === "waiting");
      if (!row || signal.aborted) break;
      row.state = "looking";
      try {
        const found = await this.#find(row.text, signal);
        if (signal.aborted) break;
        if (!found) row.state = "failed";
        else if (found.vendor) this.settle(row, found.vendor);
        else this.#leaveOpen(row, found.choices ?? []);
      } catch (error) {
        // What it has no answer for, it has none for later.
        const { status = 0 } = /** @type {Failure} */ (error);
        if (status === 404 || status === 422) this.#leaveOpen(row, []);
        else row.state = "failed";
      }
      if (!signal.aborted) this.#onchange();
    }
    this.#workers -= 1;
  }

  /**
   * @param {Row} row
   * @param {Vendor[]} choices
   */
  #leaveOpen(row, choices) {
    row.state = "open";
    row.choices = choices.slice(0, OFFERED);
  }

  /**
   * What a text means if that is certain, and else what it may; nothing where no name can
   * be read.
   *
   * @param {string} text
   * @param {AbortSignal} signal
   * @returns {Promise<{ vendor?: Vendor, choices?: Vendor[] } | undefined>}
   */
  async #find(text, signal) {
    if (VENDOR_ID.test(text))
      return { vendor: canReadNames() ? await this.#vendor(text, signal) : { id: text } };
    if (!canReadNames()) return undefined;
    /** @type {Vendor[]} */
    const alike = [];
    const query = { q: text.slice(0, LONGEST) };
    const hasMore = await this.#pages(query, MOST_PAGES, signal, (one) => alike.push(one));
    const exact = alike.filter(({ name = "" }) => folded(name) === folded(text));
    // Of what was not read, one may be called so as well.
    if (exact.length === 1 && !hasMore) return { vendor: exact[0] };
    return { choices: exact.length > 0 ? exact : alike };
  }

  /**
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {Promise<Vendor>}
   */
  async #vendor(id, signal) {
    const isMany = this.#rows.filter(({ vendor }) => !vendor).length > MOST_SINGLY;
    if (isMany) this.#listed ??= this.#readList(signal);
    const listed = (await this.#listed)?.get(id);
    if (listed) return listed;
    const { name, last } = await this.#names.vendor(id, signal);
    return { id, name, last };
  }

  /**
   * Reads the first vendors, so that many ids are not asked for one by one.
   *
   * @param {AbortSignal} signal
   */
  async #readList(signal) {
    /** @type {Map<string, Vendor>} */
    const vendors = new Map();
    try {
      await this.#pages({}, LISTED_PAGES, signal, (vendor) => vendors.set(vendor.id, vendor));
    } catch {
      // Those that are not there are asked for.
      this.#listed = undefined;
    }
    return vendors;
  }

  /**
   * Reads pages of vendors; whether there are more.
   *
   * @param {{ q?: string }} query
   * @param {number} most
   * @param {AbortSignal} signal
   * @param {(vendor: Vendor) => void} take
   */
  async #pages(query, most, signal, take) {
    /** @type {string | undefined} */
    let cursor;
    for (let page = 0; page < most; page++) {
      const asked = { ...query, limit: PAGE, cursor };
      const { items, next_cursor: next } = await this.#api.reads.vendors(asked, { signal });
      for (const { id, name, last_assessment: last } of items) take({ id, name, last });
      cursor = next ?? undefined;
      if (!cursor) return false;
    }
    return true;
  }

  /**
   * Makes a row a vendor.
   *
   * @param {Row} row
   * @param {Vendor} vendor
   */
  settle(row, vendor) {
    this.#become(this.#rows.map((each) => (each === row ? ready(vendor) : each)));
  }

  /** @param {Row} row */
  remove(row) {
    this.leftOut = 0;
    this.#become(this.#rows.filter((each) => each !== row));
  }

  clear() {
    this.leftOut = 0;
    this.#become([]);
  }

  /**
   * Keeps each vendor once, where it came first.
   *
   * @param {Row[]} rows
   */
  #become(rows) {
    /** @type {Map<string, Row>} */
    const all = new Map();
    for (const row of rows) if (!all.has(row.key)) all.set(row.key, row);
    this.#rows = [...all.values()].slice(0, MOST_VENDORS);
    // What is found of the others later changes nothing of that.
    this.leftOut = all.size - this.#rows.length || this.leftOut;
    this.#onchange();
  }
}
