// A field of many ids, each a chip. Lists can be pasted.

import { h, reconcile, replace, setAttribute } from "../dom.js";
import { shortId, withMarks } from "../format.js";
import { idFault } from "../rules.js";
import { texts } from "../texts.js";
import { announce, button, markedId } from "./controls.js";
import { Frame, idInput, sentence } from "./field.js";
import { idFaultLine } from "./id-field.js";
import { entriesOf, split } from "./pasted.js";
import { Picker, isLikeId } from "./picker.js";

/**
 * @import { FieldIssue } from "../faults.js"
 * @import { Form, RequestField } from "./field.js"
 * @import { Search } from "./picker.js"
 */

export class IdListField {
  #input;
  #frame;
  #form;
  #picker;
  #chips = h("ul", { class: "chips" });
  #head = h("span", { class: "field-count" });
  /** @type {string[]} */
  #texts = [];
  /** @type {FieldIssue[]} */
  #ofServer = [];

  /** @param {{ name: RequestField, form: Form, search?: Search }} parts */
  constructor({ name, form, search }) {
    this.name = name;
    this.#form = form;
    this.#input = idInput({
      oninput: () => this.#typed(),
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#pasted(event),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
      onblur: () => this.#isName || this.#commit(),
    });
    this.#chips.addEventListener("keydown", (event) => this.#moved(event));
    this.#picker =
      search &&
      new Picker({
        input: this.#input,
        label: texts.create.fields[name].label,
        search,
        onpick: ({ id }) => {
          this.#input.value = "";
          this.#change([...this.#texts, id]);
        },
      });
    this.#frame = new Frame({
      name,
      control: this.#input,
      below: this.#picker?.element,
      before: this.#chips,
      beside: this.#head,
    });
    this.element = this.#frame.element;
    this.#show();
  }

  /** The ids as they would be sent, with what is typed and not a chip yet. */
  get value() {
    return [...new Set([...this.#texts, ...this.#typedEntries()])];
  }

  set value(list) {
    this.#texts = [...(list ?? [])];
    this.#input.value = "";
    this.#ofServer = [];
    this.#show();
  }

  /**
   * Whether there are names to choose from.
   *
   * @param {boolean} isByName
   */
  set isByName(isByName) {
    if (!this.#picker || isByName === this.#picker.isOn) return;
    this.#picker.isOn = isByName;
    const { hint } = texts.create.fields[this.name];
    this.#frame.hint = (isByName && texts.create.hintsByName[this.name]) || hint;
  }

  /** Whether what is typed is to be found by name. */
  get #isName() {
    const text = this.#input.value;
    return this.#picker?.isOn === true && text.trim() !== "" && !isLikeId(text);
  }

  /** What is typed and no chip yet; a name is one entry, which is none of the API's. */
  #typedEntries() {
    const text = this.#input.value.trim();
    return this.#isName ? [text] : split(text);
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
    // A name that is being typed has spaces.
    if (!this.#isName && /[\s,;]/.test(this.#input.value)) this.#commit();
    else this.#form.changed();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const pasted = event.clipboardData?.getData("text") ?? "";
    const entries = entriesOf(pasted);
    const isPlain = entries.length === 1 && entries[0] === pasted.trim();
    if (isPlain || entries.length === 0) return;
    if (this.#picker?.isOn && !entries.some(isLikeId)) return;
    event.preventDefault();
    this.#change([...this.#texts, ...entries]);
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
    const typed = this.#typedEntries();
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
    const chips = this.#texts.map((text, index) => ({
      text,
      isBad: bad.has(index),
      called: this.#form.nameOf(text),
    }));
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
 * @param {{ text: string, isBad: boolean, called: string | undefined }} entry
 */
function update(chip, { text, isBad, called }) {
  setAttribute(chip, "class", isBad ? "chip bad" : "chip");
  replace(
    /** @type {Element} */ (chip.firstElementChild),
    called === undefined ? h("code", {}, shortId(text)) : h("bdi", {}, withMarks(called)),
  );
  const remove = /** @type {Element} */ (chip.lastElementChild);
  remove.setAttribute("aria-label", texts.create.remove(called ?? text));
}

/**
 * @param {HTMLElement[]} buttons
 * @param {HTMLElement} chosen
 */
function focusOne(buttons, chosen) {
  for (const each of buttons) each.tabIndex = each === chosen ? 0 : -1;
  chosen.focus();
}
