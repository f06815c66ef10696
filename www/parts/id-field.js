// A field of one id: checked as it is typed, with a mark where it goes wrong.

import { idFault } from "../rules.js";
import { button, markedId } from "./controls.js";
import { Frame, idInput, sentence } from "./field.js";
import { texts } from "../texts.js";

/**
 * @import { Child } from "../dom.js"
 * @import { FieldIssue } from "../faults.js"
 * @import { Form, RequestField } from "./field.js"
 * @import { IdListField } from "./id-list-field.js"
 */

export class IdField {
  #input;
  #frame;
  #form;
  /** @type {FieldIssue[]} */
  #ofServer = [];

  /** @param {{ name: RequestField, form: Form }} parts */
  constructor({ name, form }) {
    this.name = name;
    this.#form = form;
    this.#input = idInput({
      oninput: () => {
        this.#ofServer = [];
        this.#show();
        form.changed();
      },
      onblur: () => this.#show(),
    });
    this.#frame = new Frame({ name, control: this.#input });
    this.element = this.#frame.element;
  }

  /** The id as it would be sent, undefined if there is none. */
  get value() {
    const text = this.#input.value.trim();
    return text === "" ? undefined : text;
  }

  set value(text) {
    this.#input.value = text ?? "";
    this.#ofServer = [];
    this.#show();
  }

  /**
   * Looks at it again, by what is known of the field now.
   *
   * @param {boolean} isRequired
   */
  check(isRequired) {
    this.#frame.isRequired = isRequired;
    this.#show();
  }

  /**
   * Takes an id that was elsewhere.
   *
   * @param {string} text
   */
  take(text) {
    this.value = text;
  }

  drop() {
    this.value = undefined;
  }

  /**
   * Shows issues that were found elsewhere, until the id changes.
   *
   * @param {FieldIssue[]} issues
   */
  setIssues(issues) {
    this.#ofServer = issues;
    this.#show();
  }

  get hasFaults() {
    return this.#ofServer.length > 0 || this.#issues().length > 0;
  }

  focus() {
    this.#input.focus();
  }

  #issues() {
    return this.value === undefined ? [] : this.#form.issues(this.name, this.value);
  }

  #show() {
    if (this.#ofServer.length > 0) {
      this.#frame.show(this.#ofServer.map(sentence));
      return;
    }
    const text = this.value ?? "";
    const offset = text === "" ? undefined : idFault(text);
    // What ends too early may not be at its end yet.
    const isUnfinished = document.activeElement === this.#input && offset === text.length;
    const issues = isUnfinished ? [] : this.#issues();
    this.#frame.show(issues.map((issue) => idFaultLine(this, text, issue, offset, this.#form)));
  }
}

/**
 * What is wrong with an id, and the way out if it is only in the wrong place.
 *
 * @param {IdField | IdListField} field
 * @param {string} text
 * @param {FieldIssue} issue
 * @param {number | undefined} offset
 * @param {Form} form
 * @returns {Child}
 */
export function idFaultLine(field, text, issue, offset, form) {
  const home = form.homeOf(text, field.name);
  if (!home) return [markedId(text, offset), " ", sentence(issue)];
  const { label } = texts.create.fields[home.field.name];
  /** @type {Record<string, string>} */
  const kinds = texts.create.kinds;
  const kind = kinds[home.kind] ?? home.kind;
  return [
    markedId(text),
    " ",
    texts.create.wrongKind(kind, label),
    " ",
    button(texts.create.move(label), () => form.move(text, field, home.field), {
      look: "quiet small",
    }),
  ];
}
