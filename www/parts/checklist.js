// A list to check things off, by their names.

import { freshId, h, replace } from "../dom.js";
import { withMarks } from "../format.js";

/** @import { Named } from "assessments-edge/slim" */

export class Checklist {
  #onchange;
  #head;
  #rows = h("div", { class: "checklist" });
  /** @type {Map<string, HTMLInputElement>} */
  #boxes = new Map();

  /** @param {(id: string, isChecked: boolean) => void} onchange */
  constructor(onchange) {
    this.#onchange = onchange;
    const head = freshId("checklist");
    this.#head = h("p", { id: head, class: "checklist-head" });
    this.element = h(
      "div",
      { role: "group", "aria-labelledby": head, hidden: true },
      this.#head,
      this.#rows,
    );
  }

  /** What it offers. */
  get ids() {
    return [...this.#boxes.keys()];
  }

  /**
   * Offers other things.
   *
   * @param {string} label
   * @param {Named[]} items
   */
  show(label, items) {
    this.#boxes = new Map();
    const rows = items.map(({ id, name }) => {
      const box = h("input", { type: "checkbox" });
      box.addEventListener("change", () => this.#onchange(id, box.checked));
      this.#boxes.set(id, box);
      return h("label", { class: "check" }, box, h("bdi", {}, withMarks(name)));
    });
    this.element.hidden = items.length === 0;
    replace(this.#head, label);
    replace(this.#rows, rows);
  }

  /** @param {string[]} ids */
  set checked(ids) {
    const checked = new Set(ids);
    for (const [id, box] of this.#boxes) box.checked = checked.has(id);
  }
}
