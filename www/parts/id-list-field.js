// A field of many ids, each a chip, which can be changed in its place. Lists can be pasted.

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
  /** What mends several at once. */
  #mending = h("div", { class: "actions" });
  /**
   * The entry that is being changed.
   *
   * @type {string | undefined}
   */
  #edited;
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
      after: this.#mending,
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
    if (event.isComposing) return;
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

  get #buttons() {
    return [...this.#chips.querySelectorAll("button")];
  }

  /**
   * Arrow keys go from chip to chip, so that a hundred of them are one stop of the tab key:
   * along the line through both buttons of each, across it to the same of the next.
   *
   * @param {KeyboardEvent} event
   */
  #moved(event) {
    const buttons = this.#buttons;
    const focused = /** @type {HTMLElement} */ (event.target);
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (focused));
    if (at < 0) return;
    const text = focused.parentElement?.dataset.key ?? "";
    const along = getComputedStyle(this.#chips).direction === "ltr" ? 1 : -1;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: along, ArrowLeft: -along, ArrowDown: 2, ArrowUp: -2 };
    if (event.key in steps) focusOne(buttons, buttons[at + steps[event.key]] ?? focused);
    else if (event.key === "Delete" || event.key === "Backspace") this.#remove(text);
    else if (event.key === "F2") this.#edit(text);
    else return;
    event.preventDefault();
  }

  /**
   * Makes a chip an input, with the entry as it is sent.
   *
   * @param {string} text
   */
  #edit(text) {
    const { edit, editing, unchanged } = texts.create;
    const chip = this.#chipOf(text);
    if (!chip) return;
    this.#edited = text;
    const input = idInput({
      value: text,
      "aria-label": edit(text),
      size: Math.max(text.length, 10),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
        if (event.key === "Enter") this.#keep(text, input.value, true);
        else this.#leave(text, unchanged);
      },
      onblur: () => this.#edited === text && this.#keep(text, input.value, false),
    });
    replace(chip, input);
    input.select();
    input.focus();
    announce(editing);
  }

  /**
   * Takes what was made of an entry; nothing takes it away.
   *
   * @param {string} text
   * @param {string} typed
   * @param {boolean} isFocused Whether the focus is still in it.
   */
  #keep(text, typed, isFocused) {
    const entries = entriesOf(typed);
    const at = this.#texts.indexOf(text);
    // It may have been taken out meanwhile.
    if (entries.join() === text || at < 0) {
      this.#leave(text, texts.create.unchanged, isFocused);
      return;
    }
    this.#edited = undefined;
    // If it is still an entry, it is a chip again.
    this.#chipOf(text)?.remove();
    this.#change(this.#texts.toSpliced(at, 1, ...entries));
    announce(entries.length > 0 ? texts.create.changed : texts.create.entries(this.#texts.length));
    if (isFocused) this.#focusChip(this.#texts.indexOf(entries[0] ?? ""));
  }

  /**
   * Makes it a chip again, as it was.
   *
   * @param {string} text
   * @param {string} said
   */
  #leave(text, said, isFocused = true) {
    this.#edited = undefined;
    this.#chipOf(text)?.remove();
    this.#show();
    announce(said);
    if (isFocused) this.#focusChip(this.#texts.indexOf(text));
  }

  /** @param {string} text */
  #chipOf(text) {
    const chips = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#chips.children);
    return [...chips].find(({ dataset }) => dataset.key === text);
  }

  /** @param {number} at */
  #focusChip(at) {
    const buttons = this.#buttons;
    const button = buttons[2 * at];
    if (button) focusOne(buttons, button);
    else this.#input.focus();
  }

  /** @param {string} text */
  #remove(text) {
    const at = this.#texts.indexOf(text);
    const hadFocus = this.#chips.contains(document.activeElement);
    this.drop(text);
    announce(texts.create.entries(this.#texts.length));
    if (!hadFocus) return;
    this.#focusChip(Math.min(at, this.#texts.length - 1));
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
    const buttons = this.#buttons;
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
    this.#offerMending(chips.filter(({ isBad }) => isBad).map(({ text }) => text));
  }

  /**
   * Offers to mend all entries that are wrong, if that is more than one.
   *
   * @param {string[]} bad
   */
  #offerMending(bad) {
    const { moveAll, removeBad } = texts.create;
    const strays = bad.filter((text) => this.#form.homeOf(text, this.name));
    const look = "quiet small";
    const move = () => this.#form.move(strays.map((text) => ({ text, from: this })));
    const remove = () => {
      this.#change(this.#texts.filter((text) => !bad.includes(text)));
      this.#input.focus();
      announce(texts.create.entries(this.#texts.length));
    };
    replace(
      this.#mending,
      strays.length > 1 && button(moveAll(strays.length), move, { look }),
      bad.length > 1 && button(removeBad(bad.length), remove, { look }),
    );
    this.#mending.hidden = bad.length < 2;
  }

  /** @param {string} text */
  #chip(text) {
    return h(
      "li",
      { class: "chip", title: text },
      h("button", {
        type: "button",
        class: "chip-text",
        tabindex: -1,
        onclick: () => this.#edit(text),
      }),
      h("button", { type: "button", tabindex: -1, onclick: () => this.#remove(text) }, "×"),
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
  const [edit, remove] = chip.children;
  // An input is there until it is left.
  if (!remove) return;
  setAttribute(chip, "class", isBad ? "chip bad" : "chip");
  const name = called === undefined ? shortId(text) : withMarks(called);
  replace(edit, h(called === undefined ? "code" : "bdi", {}, name));
  // Who speaks to the browser says what is seen.
  edit.setAttribute("aria-label", texts.create.edit(name));
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
