// What all fields of the form share: label, hint and the list of faults.

import { freshId, h, replace } from "../dom.js";
import { texts } from "../texts.js";
import { describe } from "./controls.js";

/** Faults that are shown one by one; more would bury the form. */
const SHOWN_FAULTS = 5;

/** What an issue says, in our words if we have any. */
export const sentence = ({ type, msg }) => texts.create.issues[type] ?? msg;

/**
 * The frame of a field: `control` is the element that is labelled and
 * described, `before` and `after` stand around it.
 */
export class Frame {
  #hint;
  #faults = h("ul", { id: freshId("faults"), class: "faults", hidden: true });
  #control;

  constructor({ name, control, required, before = [], after = [], beside = [] }) {
    const { label, hint } = texts.create.fields[name];
    this.#control = control;
    control.id = freshId(name);
    this.#hint = h("p", { id: freshId("hint"), class: "hint" }, hint);
    this.element = h(
      "div",
      { class: "field", "data-field": name },
      h(
        "div",
        { class: "field-head" },
        h(
          "label",
          { for: control.id },
          label,
          required && h("span", { class: "required" }, ` ${texts.create.required}`),
        ),
        beside,
      ),
      before,
      control,
      this.#faults,
      this.#hint,
      after,
    );
    this.show([]);
  }

  /** Shows faults: nodes or texts. */
  show(faults) {
    const shown = faults.slice(0, SHOWN_FAULTS).map((fault) => h("li", { class: "fault" }, fault));
    const more = faults.length - shown.length;
    replace(
      this.#faults,
      shown,
      more > 0 && h("li", { class: "fault" }, texts.create.moreFaults(more)),
    );
    this.#faults.hidden = faults.length === 0;
    describe(this.#control, [this.#faults, this.#hint], faults.length > 0);
  }
}
