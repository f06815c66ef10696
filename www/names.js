// What can be chosen by name for a request, and what ids are called, as far as that was read.

import { formatRelative } from "./format.js";
import { noteUsed, recents } from "./recents.js";
import { stageLabel } from "./rules.js";
import { session } from "./session.js";
import { texts } from "./texts.js";

/**
 * @import {
 *   CreateAssessmentRequest,
 *   LastAssessment,
 *   ListedUser,
 *   ListedVendor,
 *   ListedWorkflow,
 *   VendorDetail,
 * } from "assessments-edge/slim"
 * @import { Api } from "./api.js"
 * @import { Choice, Found, Search } from "./parts/picker.js"
 * @import { ListPage } from "assessments-edge/dashboard"
 * @import { Kind } from "./recents.js"
 */

/**
 * A vendor, and its last assessment if that is known.
 *
 * @typedef {VendorDetail & { last: LastAssessment | null | undefined }} Vendor
 */

/** So many are offered at once; whoever looks for another types more. */
const OFFERED = 20;
/** A page of names for ids that are there already. */
const PAGE = 100;
/** So many names are kept. */
const KEPT = 2_000;

/** Whether there is somebody who may read names. */
export const canReadNames = () => session.me?.routes.includes("read_dashboard") === true;

/**
 * The last assessment of a vendor in a few words.
 *
 * @param {LastAssessment | null} last
 */
export function lastAssessed(last) {
  const { lastAssessed: said, neverAssessed } = texts.picker;
  return last ? said(formatRelative(last.created_at), stageLabel(last.status)) : neverAssessed;
}

export class Names {
  #api;
  /** @type {Map<string, string>} */
  #known = new Map();
  #hasLists = false;

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
  }

  /** @type {Search} */
  vendors = async (q, signal) => {
    const page = await this.#api.reads.vendors({ q, limit: OFFERED }, { signal });
    const detail = (/** @type {ListedVendor} */ { last_assessment: last }) => lastAssessed(last);
    return this.#found(page, q, "vendors", detail);
  };

  /** @type {Search} */
  controlSets = async (q, signal) => {
    const page = await this.#api.reads.controlSets({ q, limit: OFFERED }, { signal });
    return this.#found(page, q, "control_sets");
  };

  /** @type {Search} */
  users = async (q, signal) => {
    const page = await this.#api.reads.users({ q, limit: OFFERED }, { signal });
    const detail = (/** @type {ListedUser} */ { email }) => email;
    return this.#found(page, q, "users", detail);
  };

  /**
   * Those that are switched off cannot be started.
   *
   * @type {Search}
   */
  workflows = async (q, signal) => {
    const page = await this.#api.reads.workflows({ q, limit: OFFERED }, { signal });
    const steps = (/** @type {ListedWorkflow} */ { steps: n }) =>
      n > 0 ? texts.picker.steps(n) : undefined;
    const isOffered = (/** @type {ListedWorkflow} */ { is_enabled: isEnabled }) => isEnabled;
    return this.#found(page, q, "workflows", steps, isOffered);
  };

  /**
   * What an id is called, if that was read.
   *
   * @param {string} id
   */
  of(id) {
    return this.#known.get(id);
  }

  /**
   * A vendor with what a request may name of it.
   *
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {Promise<Vendor>}
   */
  async vendor(id, signal) {
    const { reads } = this.#api;
    const vendor = await reads.vendor(id, { signal });
    this.#learn([vendor, ...vendor.services, ...vendor.documents]);
    const { items } = await reads.vendors(
      { q: vendor.name.slice(0, PAGE), limit: PAGE },
      { signal },
    );
    return { ...vendor, last: items.find((item) => item.id === id)?.last_assessment };
  }

  /**
   * Reads what the first control sets and users are called, once.
   *
   * @param {AbortSignal} signal
   */
  async readLists(signal) {
    if (this.#hasLists) return;
    this.#hasLists = true;
    const { reads } = this.#api;
    const lists = [
      reads.controlSets({ limit: PAGE }, { signal }),
      reads.users({ limit: PAGE }, { signal }),
    ];
    for (const { items } of await Promise.all(lists)) this.#learn(items);
  }

  /**
   * Notes that a request was sent, so that what it names is offered first.
   *
   * @param {CreateAssessmentRequest} request
   * @param {string[]} [vendors] If it was sent for several.
   */
  noteUsed(request, vendors = [request.vendor_id]) {
    const named = (/** @type {readonly string[]} */ ids) =>
      ids.flatMap((id) => {
        const name = this.of(id);
        return name === undefined ? [] : [{ id, name }];
      });
    const { control_set_ids: sets, assignee_id: user, trigger_workflow: workflow } = request;
    noteUsed({
      vendors: named(vendors),
      control_sets: named(sets),
      users: named(user ? [user] : []),
      // A request names it so.
      workflows: workflow ? [{ id: workflow, name: workflow }] : [],
    });
  }

  /**
   * What was found and can be used; without a text, what was used last comes first, unless
   * it is seen to be gone.
   *
   * @template {{ id: string, name: string }} Item
   * @param {ListPage<Item>} page
   * @param {string} q
   * @param {Kind} kind
   * @param {(item: Item) => string | undefined} [detail]
   * @param {(item: Item) => boolean} [isUsable]
   * @returns {Found}
   */
  #found({ items, next_cursor: next }, q, kind, detail, isUsable = () => true) {
    this.#learn(items);
    const all = items
      .filter(isUsable)
      .map((item) => ({ id: item.id, name: item.name, detail: detail?.(item) }));
    const isOf = (/** @type {Choice} */ used) => (/** @type {Choice} */ each) =>
      kind === "workflows" ? each.name === used.name : each.id === used.id;
    const recent = (q === "" ? recents(kind) : []).flatMap((used) => {
      const found = all.find(isOf(used));
      if (found) return found;
      const isGone = next === null || items.some(isOf(used));
      return isGone ? [] : { ...used, name: this.of(used.id) ?? used.name };
    });
    // What was read since is newer than what was noted.
    this.#learn(recent.filter(({ id }) => !this.#known.has(id)));
    const choices = all.filter((each) => !recent.includes(each));
    return { recent, choices, hasMore: next !== null };
  }

  /** @param {{ id: string, name: string }[]} items */
  #learn(items) {
    for (const { id, name } of items) {
      if (this.#known.size < KEPT) this.#known.set(id, name);
    }
  }
}
