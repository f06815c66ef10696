// A field of text, checked as it is typed.

import { h, replace } from "../dom.js";
import { nameTokens } from "../rules.js";
import { texts } from "../texts.js";
import { button } from "./controls.js";
import { Frame, sentence } from "./field.js";
import { Picker } from "./picker.js";

/**
 * @import { Attribute, Child } from "../dom.js"
 * @import { FieldIssue } from "../faults.js"
 * @import { Name } from "./field.js"
 * @import { Search } from "./picker.js"
 */

export class TextField {
  #input;
  #frame;
  #check;
  #picker;
  /** @type {FieldIssue[]} */
  #ofServer = [];

  /**
   * `check` answers the issues of a text; `onchange` is told of every change.
   *
   * @param {object} parts
   * @param {Name} parts.name
   * @param {(text: string | undefined) => FieldIssue[]} parts.check
   * @param {() => void} parts.onchange
   * @param {Search} [parts.search] What may be chosen, each by its name.
   * @param {Child} [parts.after]
   * @param {Attribute} [parts.class]
   */
  constructor({ name, check, onchange, search, after, ...props }) {
    this.name = name;
    this.#check = check;
    const oninput = () => {
      this.#ofServer = [];
      this.#show();
      onchange();
    };
    this.#input = h("input", {
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      oninput,
      ...props,
    });
    this.#picker =
      search &&
      new Picker({
        input: this.#input,
        label: texts.create.fields[name].label,
        search,
        onpick: ({ name: chosen }) => {
          this.value = chosen;
          onchange();
        },
      });
    this.#frame = new Frame({ name, control: this.#input, below: this.#picker?.element, after });
    this.element = this.#frame.element;
  }

  /** The text, undefined if there is none. */
  get value() {
    return this.#input.value === "" ? undefined : this.#input.value;
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
   * Whether there are names to choose from.
   *
   * @param {boolean} isByName
   */
  set isByName(isByName) {
    if (this.#picker && isByName !== this.#picker.isOn) this.#picker.isOn = isByName;
  }

  /** @param {boolean} isReadOnly */
  set readOnly(isReadOnly) {
    this.#input.readOnly = isReadOnly;
  }

  /**
   * Puts a text where the caret is.
   *
   * @param {string} text
   */
  insert(text) {
    // Null is for inputs of other types.
    const { selectionStart, selectionEnd } = this.#input;
    this.#input.setRangeText(text, selectionStart ?? 0, selectionEnd ?? 0, "end");
    this.#input.dispatchEvent(new Event("input"));
    this.#input.focus();
  }

  /**
   * Shows issues that were found elsewhere, until the text changes.
   *
   * @param {FieldIssue[]} issues
   */
  setIssues(issues) {
    this.#ofServer = issues;
    this.#show();
  }

  get hasFaults() {
    return this.#issues().length > 0;
  }

  focus() {
    this.#input.focus();
  }

  #issues() {
    return this.#ofServer.length > 0 ? this.#ofServer : this.#check(this.value);
  }

  #show() {
    this.#frame.show(this.#issues().map(sentence));
  }
}

/**
 * Offers the tokens of a name's format, each to be put where the caret is.
 *
 * @param {HTMLElement} place
 * @param {TextField} format
 */
export function showTokens(place, format) {
  const insert = (/** @type {string} */ token) => () => format.insert(token);
  const tokens = nameTokens().map((token) =>
    button(h("code", {}, token), insert(token), { look: "quiet small" }),
  );
  place.hidden = tokens.length === 0;
  replace(place, texts.create.tokens, " ", tokens);
}
