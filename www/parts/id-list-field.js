// A field of many ids, each a chip. Lists can be pasted.

import { h, reconcile, replace, setAttribute } from "../dom.js";
import { shortId } from "../format.js";
import { idFault } from "../rules.js";
import { texts } from "../texts.js";
import { announce, button, markedId } from "./controls.js";
import { Frame, idInput, sentence } from "./field.js";
import { idFaultLine } from "./id-field.js";

/**
 * @import { FieldIssue } from "../faults.js"
 * @import { Form, RequestField } from "./field.js"
 */

/** What stands between ids in a list. */
const SEPARATORS = /[\s,;]+/;

export class IdListField {
  #input;
  #frame;
  #form;
  #chips = h("ul", { class: "chips" });
  #head = h("span", { class: "field-count" });
  /** @type {string[]} */
  #texts = [];
  /** @type {FieldIssue[]} */
  #ofServer = [];

  /** @param {{ name: RequestField, form: Form }} parts */
  constructor({ name, form }) {
    this.name = name;
    this.#form = form;
    this.#input = idInput({
      oninput: () => this.#typed(),
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#pasted(event),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
      onblur: () => this.#commit(),
    });
    this.#chips.addEventListener("keydown", (event) => this.#moved(event));
    this.#frame = new Frame({
      name,
      control: this.#input,
      before: this.#chips,
      beside: this.#head,
    });
    this.element = this.#frame.element;
    this.#show();
  }

  /** The ids as they would be sent, with what is typed and not a chip yet. */
  get value() {
    return [...new Set([...this.#texts, ...split(this.#input.value)])];
  }

  set value(list) {
    this.#texts = [...(list ?? [])];
    this.#input.value = "";
    this.#ofServer = [];
    this.#show();
  }

  /** Looks at them again, by what is known of the field now. */
  check() {
    this.#show();
  }

  /** Makes chips of what is typed, as a request that is sent takes them. */
  settle() {
    const settled = this.value;
    this.value = settled;
  }

  /**
   * Takes an id that was elsewhere.
   *
   * @param {string} text
   */
  take(text) {
    this.#change([...this.#texts, text]);
  }

  /** @param {string} text */
  drop(text) {
    this.#change(this.#texts.filter((other) => other !== text));
  }

  /**
   * Shows issues that were found elsewhere, until the list changes. `index`
   * tells which entry an issue is about, if it is about one.
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

  /** @returns {FieldIssue[]} */
  #issues() {
    const issues = this.#form.issues(this.name, this.#texts);
    return issues.map(({ loc, ...issue }) => ({ ...issue, index: loc[2] }));
  }

  #typed() {
    if (SEPARATORS.test(this.#input.value)) this.#commit();
    else this.#form.changed();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (!SEPARATORS.test(pasted.trim())) return;
    event.preventDefault();
    this.#change([...this.#texts, ...split(pasted)]);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key === "Enter" && this.#input.value.trim() !== "") {
      event.preventDefault();
      this.#commit();
    } else if (event.key === "Backspace" && this.#input.value === "" && this.#texts.length > 0) {
      // The last one comes back as text, to be mended.
      event.preventDefault();
      this.#input.value = this.#texts[this.#texts.length - 1];
      this.#change(this.#texts.slice(0, -1));
    }
  }

  /** Makes chips of what is typed. */
  #commit() {
    const typed = split(this.#input.value);
    if (typed.length === 0) return;
    this.#input.value = "";
    this.#change([...this.#texts, ...typed]);
  }

  /** @param {string[]} list */
  #change(list) {
    // An id that is there twice says nothing more; the API keeps the first.
    this.#texts = [...new Set(list)];
    this.#ofServer = [];
    this.#show();
    this.#form.changed();
  }

  /**
   * Arrow keys go from chip to chip, so that a hundred of them are one stop of the tab key.
   *
   * @param {KeyboardEvent} event
   */
  #moved(event) {
    const buttons = [...this.#chips.querySelectorAll("button")];
    const focused = /** @type {HTMLButtonElement} */ (event.target);
    const at = buttons.indexOf(focused);
    const isLtr = getComputedStyle(this.#chips).direction === "ltr";
    /** @type {Record<string, number>} */
    const steps = {
      ArrowRight: isLtr ? 1 : -1,
      ArrowLeft: isLtr ? -1 : 1,
      ArrowDown: 1,
      ArrowUp: -1,
    };
    if (event.key in steps) {
      event.preventDefault();
      focusOne(buttons, buttons[at + steps[event.key]] ?? focused);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#remove(this.#texts[at]);
    }
  }

  /** @param {string} text */
  #remove(text) {
    const at = this.#texts.indexOf(text);
    const hadFocus = this.#chips.contains(document.activeElement);
    this.drop(text);
    announce(texts.create.entries(this.#texts.length));
    if (!hadFocus) return;
    const buttons = [...this.#chips.querySelectorAll("button")];
    if (buttons.length === 0) this.#input.focus();
    else focusOne(buttons, buttons[Math.min(at, buttons.length - 1)]);
  }

  #show() {
    const issues = this.#ofServer.length > 0 ? this.#ofServer : this.#issues();
    const bad = new Set(issues.map(({ index }) => index));
    const chips = this.#texts.map((text, index) => ({ text, isBad: bad.has(index) }));
    reconcile(
      this.#chips,
      chips,
      ({ text }) => text,
      ({ text }) => this.#chip(text),
      update,
    );
    const buttons = [...this.#chips.querySelectorAll("button")];
    if (!buttons.some(({ tabIndex }) => tabIndex === 0) && buttons.length > 0)
      buttons[0].tabIndex = 0;
    this.#chips.hidden = chips.length === 0;
    const removeAll = () => {
      this.#change([]);
      this.#input.focus();
    };
    replace(
      this.#head,
      chips.length > 0 && [
        texts.create.entries(chips.length),
        " ",
        button(texts.create.removeAll, removeAll, { look: "quiet small" }),
      ],
    );
    this.#frame.show(issues.map((issue) => this.#line(issue)));
  }

  /** @param {string} text */
  #chip(text) {
    return h(
      "li",
      { class: "chip", title: text },
      h("span", { class: "chip-text" }),
      h(
        "button",
        {
          type: "button",
          tabindex: -1,
          "aria-label": texts.create.remove(text),
          onclick: () => this.#remove(text),
        },
        "×",
      ),
    );
  }

  /** @param {FieldIssue} issue */
  #line(issue) {
    const text = this.#texts[Number(issue.index)];
    if (text === undefined) return sentence(issue);
    if (this.#ofServer.length > 0) return [markedId(text), " ", sentence(issue)];
    return idFaultLine(this, text, issue, idFault(text), this.#form);
  }
}

/**
 * @param {HTMLElement} chip
 * @param {{ text: string, isBad: boolean }} entry
 */
function update(chip, { text, isBad }) {
  setAttribute(chip, "class", isBad ? "chip bad" : "chip");
  replace(/** @type {Element} */ (chip.firstElementChild), h("code", {}, shortId(text)));
}

/**
 * @param {HTMLElement[]} buttons
 * @param {HTMLElement} chosen
 */
function focusOne(buttons, chosen) {
  for (const each of buttons) each.tabIndex = each === chosen ? 0 : -1;
  chosen.focus();
}

/** @param {string} text */
function split(text) {
  return text.split(SEPARATORS).filter(Boolean);
}
