// What can be asked of the list: search, filters and order.

import { freshId, h, replace } from "../dom.js";
import { stages } from "../rules.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { searchable } from "./asked.js";

/** @import { Asked, Sort } from "./asked.js" */

/** How long nothing is typed before it is searched for. */
const TYPING_MS = 250;

export class Tools {
  #onask;
  #search = h("input", {
    id: freshId("search"),
    type: "search",
    placeholder: texts.assessments.searchHint,
    oninput: () => this.#typed(),
  });
  /** @type {HTMLSelectElement} */
  #status = h("select", { onchange: () => this.#onask({ status: this.#status.value }) });
  /** @type {HTMLSelectElement} */
  #sort = h("select", {
    onchange: () => this.#onask({ sort: /** @type {Sort} */ (this.#sort.value) }),
  });
  /** @type {HTMLInputElement} */
  #mine = h("input", {
    type: "checkbox",
    onchange: () => this.#onask({ mine: this.#mine.checked }),
  });
  /** @type {HTMLInputElement} */
  #archived = h("input", {
    type: "checkbox",
    onchange: () => this.#onask({ archived: this.#archived.checked }),
  });
  #mineLabel = h("label", { class: "check tool-check" }, this.#mine, texts.assessments.mine);
  #shown = h("p", { class: "muted shown", role: "status" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  /** @param {(changes: Partial<Asked>) => void} onask */
  constructor(onask) {
    this.#onask = onask;
    const tool = (
      /** @type {string} */ label,
      /** @type {HTMLElement} */ control,
      /** @type {string} */ more = "",
    ) => {
      control.id ||= freshId("tool");
      return h("div", { class: `tool ${more}` }, h("label", { for: control.id }, label), control);
    };
    const { search, stage, sort, archived } = texts.assessments;
    this.element = h(
      "div",
      { class: "tools", role: "search" },
      tool(search, this.#search, "grow"),
      tool(stage, this.#status),
      tool(sort, this.#sort),
      this.#mineLabel,
      h("label", { class: "check tool-check" }, this.#archived, archived),
      this.#shown,
    );
  }

  dispose() {
    this.#forgetTyped();
  }

  #forgetTyped() {
    clearTimeout(this.#typing);
    this.#typing = undefined;
  }

  /** Begins a search anew. */
  clear() {
    this.#forgetTyped();
    this.#search.value = "";
    this.#search.focus();
  }

  /** Goes to the search, to type something else. */
  search() {
    this.#search.focus();
    this.#search.select();
  }

  /** @param {string} text What the list is like. */
  tell(text) {
    if (this.#shown.textContent !== text) replace(this.#shown, text);
  }

  /**
   * Makes the controls show what is asked.
   *
   * @param {Asked} asked
   */
  show({ q, status, mine, archived, sort }) {
    // Nothing is taken out of the hands of who types.
    if (this.#typing === undefined && searchable(this.#search.value).trim() !== q.trim())
      this.#search.value = q;
    this.#mine.checked = mine;
    this.#archived.checked = archived;
    const all = stages().flatMap(({ label, statuses }) =>
      statuses.map((value) => [value, statuses.length > 1 ? `${label}: ${words(value)}` : label]),
    );
    // One that is asked for by its address alone is shown as it is.
    if (status && all.every(([value]) => value !== status)) all.push([status, words(status)]);
    const { allStages, sorts } = texts.assessments;
    replace(this.#status, options([["", allStages], ...all], status));
    replace(this.#sort, options(Object.entries(sorts), sort));
    this.#mineLabel.hidden = !session.isOfPerson && !mine;
  }

  #typed() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#typing = undefined;
      this.#onask({ q: searchable(this.#search.value) });
    }, TYPING_MS);
  }
}

/** A status as words, where there is no other. */
const words = (/** @type {string} */ status) => status.replaceAll("_", " ");

/**
 * @param {string[][]} all Values and texts.
 * @param {string} chosen
 */
function options(all, chosen) {
  return all.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
}
