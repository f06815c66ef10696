// A field of one id: checked as it is typed, with a mark where it goes wrong.

import { h, replace } from "../dom.js";
import { idFault } from "../rules.js";
import { button, markedId } from "./controls.js";
import { Frame, idInput, sentence } from "./field.js";
import { withMarks } from "../format.js";
import { texts } from "../texts.js";
import { entriesOf } from "./pasted.js";
import { Picker, isLikeId } from "./picker.js";

/**
 * @import { Child } from "../dom.js"
 * @import { FieldIssue } from "../faults.js"
 * @import { Form, RequestField } from "./field.js"
 * @import { IdListField } from "./id-list-field.js"
 * @import { Choice, Search } from "./picker.js"
 */

export class IdField {
  #input;
  #frame;
  #form;
  #picker;
  /** What the id in the input is called. */
  #called = h("p", { class: "hint", hidden: true });
  /**
   * What was chosen by its name, which is in the input then.
   *
   * @type {Choice | undefined}
   */
  #picked;
  /** @type {FieldIssue[]} */
  #ofServer = [];

  /** @param {{ name: RequestField, form: Form, search: Search }} parts */
  constructor({ name, form, search }) {
    this.name = name;
    this.#form = form;
    this.#input = idInput({
      oninput: () => {
        this.#picked = undefined;
        this.#ofServer = [];
        this.#show();
        form.changed();
      },
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#pasted(event),
      onblur: () => this.#show(),
    });
    this.#picker = new Picker({
      input: this.#input,
      label: texts.create.fields[name].label,
      search,
      onpick: (choice) => {
        this.pick(choice);
        form.changed();
      },
    });
    this.#frame = new Frame({
      name,
      control: this.#input,
      below: this.#picker.element,
      after: this.#called,
    });
    this.element = this.#frame.element;
  }

  /** The id as it would be sent, undefined if there is none. */
  get value() {
    const text = this.#picked?.id ?? this.#input.value.trim();
    return text === "" ? undefined : text;
  }

  set value(text) {
    this.#picked = undefined;
    this.#input.value = text ?? "";
    this.#ofServer = [];
    this.#show();
  }

  /** What was chosen by its name, if that is in the field. */
  get picked() {
    return this.#picked;
  }

  /**
   * Takes what was chosen by its name.
   *
   * @param {Choice} choice
   */
  pick(choice) {
    this.value = choice.id;
    this.#picked = choice;
    this.#input.value = withMarks(choice.name);
    this.#show();
  }

  /**
   * Whether there are names to choose from.
   *
   * @param {boolean} isByName
   */
  set isByName(isByName) {
    if (isByName === this.#picker.isOn) return;
    this.#picker.isOn = isByName;
    const { hint } = texts.create.fields[this.name];
    this.#frame.hint = (isByName && texts.create.hintsByName[this.name]) || hint;
    this.#show();
  }

  /**
   * Says what the id is called, or what an empty field means.
   *
   * @param {Child} called
   */
  set called(called) {
    replace(this.#called, called);
    this.#called.hidden = !called;
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

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const pasted = (event.clipboardData?.getData("text") ?? "").trim();
    const [id, ...more] = new Set(entriesOf(pasted));
    if (more.length > 0 || id === undefined || id === pasted || !isLikeId(id)) return;
    event.preventDefault();
    this.value = id;
    this.#form.changed();
  }

  #show() {
    this.#input.classList.toggle("id", !this.#picker.isOn || isLikeId(this.#input.value));
    if (this.#ofServer.length > 0) {
      this.#frame.show(this.#ofServer.map(sentence));
      return;
    }
    const text = this.value ?? "";
    const offset = text === "" ? undefined : idFault(text);
    // What ends too early may not be at its end yet.
    const isName = this.#picker.isOn && !isLikeId(text);
    const isUnfinished =
      document.activeElement === this.#input && (isName || offset === text.length);
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
    button(texts.create.move(label), () => form.move([{ text, from: field }]), {
      look: "quiet small",
    }),
  ];
}
