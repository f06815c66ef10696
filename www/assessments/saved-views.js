// Views of the list that have a name: those that are there for everyone, and those that
// somebody saved. These are an organization's, in this browser, and its tabs share them.

import { Changing } from "../changing.js";
import { readShared, writeShared } from "../tab.js";
import { texts } from "../texts.js";

/** @typedef {{ name: string, address: string }} View */

const KEY = "assessments.views";
/** So many can be saved. */
export const MAX_VIEWS = 20;
/** The longest name, in characters. */
export const MAX_NAME = 60;

/** @type {View[]} */
export const BUILT_IN = [
  { name: texts.views.all, address: "/" },
  { name: texts.views.mine, address: "/?assignee=me" },
  { name: texts.views.review, address: "/?status=review_evals" },
  { name: texts.views.complete, address: "/?status=complete&sort=-updated_at" },
];

class SavedViews extends Changing {
  /** @type {string | undefined} */
  #organization;
  #text = /** @type {string | undefined} */ (undefined);

  constructor() {
    super();
    addEventListener("storage", ({ key }) => {
      if (key !== null && key !== this.#key) return;
      this.#text = readShared(this.#key);
      this.tell();
    });
  }

  get #key() {
    return `${KEY}.${this.#organization}`;
  }

  /** @param {string} organization */
  use(organization) {
    if (organization === this.#organization) return;
    this.#organization = organization;
    this.#text = readShared(this.#key);
    this.tell();
  }

  /** Forgets those of the organization. */
  forget() {
    if (this.#organization === undefined) return;
    writeShared(this.#key, undefined);
    this.#organization = undefined;
    this.#text = undefined;
    this.tell();
  }

  /**
   * Those that were saved.
   *
   * @returns {View[]}
   */
  get all() {
    try {
      const kept = JSON.parse(this.#text ?? "[]");
      return Array.isArray(kept) ? kept.filter(isView).slice(0, MAX_VIEWS) : [];
    } catch {
      return [];
    }
  }

  /**
   * Saves what `change` makes of those that there are now, in whatever tab. If that cannot
   * be kept, nothing changes, and the answer is why.
   *
   * @param {(views: View[]) => View[]} change
   * @returns {"full" | "notKept" | undefined}
   */
  change(change) {
    if (this.#organization === undefined) return "notKept";
    this.#text = readShared(this.#key);
    const views = change(this.all);
    const text = JSON.stringify(views);
    const isFull = views.length > MAX_VIEWS;
    const isKept = !isFull && writeShared(this.#key, text);
    if (isKept) this.#text = text;
    this.tell();
    return isFull ? "full" : isKept ? undefined : "notKept";
  }
}

/** @param {unknown} value */
function isView(value) {
  const { name, address } = /** @type {Partial<View>} */ (value ?? {});
  // It becomes a link: of this list and nothing else.
  return typeof name === "string" && typeof address === "string" && /^\/(\?|$)/.test(address);
}

/** Those of the organization that the page shows. */
export const savedViews = new SavedViews();
