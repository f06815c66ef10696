// What all fields of the form share: label, hint and the list of faults.

import { freshId, h, replace } from "../dom.js";
import { texts } from "../texts.js";
import { describe } from "./controls.js";

/**
 * @import { CreateAssessmentRequest, IdKind, Issue } from "assessments-edge/slim"
 * @import { Child, Props } from "../dom.js"
 * @import { FieldIssue } from "../faults.js"
 * @import { IdField } from "./id-field.js"
 * @import { IdListField } from "./id-list-field.js"
 */

/** @typedef {keyof typeof texts.create.fields} Name */

/** @typedef {keyof CreateAssessmentRequest} RequestField */

/**
 * What a field of ids asks the form: the issues of a value, where an id of another
 * kind belongs, and to move such ids there; whom it tells of a change; and what an id is
 * called, if that is known.
 *
 * @typedef {object} Form
 * @property {(name: RequestField, value: unknown) => Issue[]} issues
 * @property {(text: string, name: RequestField) => Home | undefined} homeOf
 * @property {(moves: { text: string, from: IdField | IdListField }[]) => void} move
 * @property {() => void} changed
 * @property {(id: string) => string | undefined} nameOf
 *
 * @typedef {{ kind: IdKind, field: IdField | IdListField }} Home
 */

/** Faults that are shown one by one; more would bury the form. */
const SHOWN_FAULTS = 5;

/** @type {Record<string, string>} */
const OWN_WORDS = texts.create.issues;

/** What an issue says, in our words if we have any. */
export const sentence = (/** @type {FieldIssue} */ { type, msg }) => OWN_WORDS[type] ?? msg;

/**
 * The input of ids: nothing completes, corrects or underlines what is typed.
 *
 * @param {Props} listeners
 */
export function idInput(listeners) {
  return h("input", {
    type: "text",
    class: "id",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    ...listeners,
  });
}

/**
 * The frame of a field: `control` is the element that is labelled and
 * described, `before` and `after` stand around it.
 */
export class Frame {
  #hint;
  #faults = h("ul", { id: freshId("faults"), class: "faults", hidden: true });
  #control;
  #required = h("span", { class: "required" });

  /**
   * @param {object} parts
   * @param {Name} parts.name
   * @param {HTMLInputElement} parts.control
   * @param {Child} [parts.below] What pops up below the control.
   * @param {Child} [parts.before]
   * @param {Child} [parts.after]
   * @param {Child} [parts.beside]
   */
  constructor({ name, control, below, before = [], after = [], beside = [] }) {
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
        h("label", { for: control.id }, label, this.#required),
        beside,
      ),
      before,
      h("div", { class: "control" }, control, below),
      this.#faults,
      this.#hint,
      after,
    );
    this.show([]);
  }

  /** @param {string} hint */
  set hint(hint) {
    replace(this.#hint, hint);
  }

  /** @param {boolean} isRequired */
  set isRequired(isRequired) {
    replace(this.#required, isRequired && ` ${texts.create.required}`);
  }

  /**
   * Shows faults.
   *
   * @param {Child[]} faults
   */
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
