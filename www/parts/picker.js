// Choosing by name: a combobox with a list that pops up, as the ARIA patterns have it. The
// focus stays in the input. It is put on an input that works without it as well.

import { freshId, h, replace, setAttribute } from "../dom.js";
import { shortId, withMarks } from "../format.js";
import { texts } from "../texts.js";
import { announce } from "./controls.js";

/** @import { Failure } from "../failure.js" */

/**
 * What can be chosen; `detail` is what else is said of it. `recent` is what was used last,
 * and comes first.
 *
 * @typedef {{ id: string, name: string, detail?: string | undefined }} Choice
 *
 * What was found; `isPartial` if not all of it could be read.
 *
 * @typedef {{ recent?: Choice[], choices: Choice[], hasMore: boolean, isPartial?: boolean }} Found
 *
 * @typedef {(text: string, signal: AbortSignal) => Promise<Found>} Search
 */

/** So long nothing is asked while somebody types. */
const PAUSE_MS = 150;
/** So long somebody who saw nothing happen may press the same key again. */
const AGAIN_MS = 1_000;
/** The longest text that the API searches for. */
export const LONGEST = 100;

/** Whether a text is an id or begins like one, so that it is no name. */
export const isLikeId = (/** @type {string} */ text) => /^\s*cb[a-z]+_/i.test(text);

export class Picker {
  #input;
  #search;
  #onpick;
  #isAlways;
  #list;
  #note = h("p", { class: "hint", hidden: true });
  #isOn = false;
  /** @type {Choice[]} */
  #choices = [];
  #active = -1;
  /** @type {AbortController | undefined} */
  #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Whether what is searched for is to be taken as it comes. */
  #isTaking = false;
  /** When something was taken as it came. */
  #takenAt = 0;

  /**
   * `onpick` is told of what was chosen; the input is the caller's to fill.
   *
   * @param {object} parts
   * @param {HTMLInputElement} parts.input
   * @param {string} parts.label
   * @param {Search} parts.search
   * @param {(choice: Choice) => void} parts.onpick
   * @param {boolean} [parts.isAlways] It is there for nothing else: ids are searched for as
   *   well, and it stays open for as long as the input is there.
   */
  constructor({ input, label, search, onpick, isAlways = false }) {
    this.#isAlways = isAlways;
    this.#input = input;
    this.#search = search;
    this.#onpick = onpick;
    const id = freshId("choices");
    this.#list = h("div", { id, role: "listbox", "aria-label": label });
    this.element = h("div", { class: "choices", hidden: true }, this.#list, this.#note);
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("click", () => this.#isOn && this.element.hidden && this.#ask(0));
    input.addEventListener("blur", () => isAlways || this.close());
    // Before the field's own, which takes what is typed as it is.
    input.addEventListener("keydown", (event) => this.#pressed(event), { capture: true });
    // The focus stays where one types.
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => {
      const option = target instanceof Element ? target.closest("[role=option]") : null;
      const choice = this.#choices[option ? this.#options.indexOf(option) : -1];
      if (choice) this.#pick(choice);
    });
  }

  get isOn() {
    return this.#isOn;
  }

  /** @param {boolean} isOn */
  set isOn(isOn) {
    this.#isOn = isOn;
    setAttribute(this.#input, "role", isOn && "combobox");
    setAttribute(this.#input, "aria-autocomplete", isOn && "list");
    setAttribute(this.#input, "aria-controls", isOn && this.#list.id);
    this.close();
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
    this.element.hidden = true;
    this.#show([]);
    setAttribute(this.#input, "aria-expanded", this.#isOn && "false");
  }

  #typed() {
    this.#takenAt = 0;
    if (!this.#isOn) return;
    if (isLikeId(this.#input.value) && !this.#isAlways) this.close();
    else this.#ask(PAUSE_MS);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (!this.#isOn || event.isComposing) return;
    const { key } = event;
    const isOpen = !this.element.hidden;
    const isWaiting = this.#timer !== undefined || this.#asking !== undefined;
    const chosen = this.#choices[this.#active];
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (isOpen) this.#activate(this.#active + (key === "ArrowDown" ? 1 : -1));
      else if (!isLikeId(this.#input.value)) this.#ask(0);
    } else if (key === "Escape" && !this.#isAlways && (isOpen || isWaiting)) {
      this.close();
    } else if (key === "Enter" && (event.repeat || Date.now() - this.#takenAt < AGAIN_MS)) {
      // Pressed again for what was taken meanwhile, it is no press of the form's button.
    } else if (key === "Enter" && isWaiting) {
      // What is shown was found for another text. One that alone is found for this is meant.
      this.#isTaking = true;
    } else if (key === "Enter" && isOpen && chosen) {
      this.#pick(chosen);
    } else {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {number} pause */
  #ask(pause) {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#isTaking = false;
    this.#timer = setTimeout(async () => {
      this.#timer = undefined;
      const typed = this.#input.value.trim();
      // Whoever takes anything finds out what it is.
      const text = this.#isAlways ? typed : typed.slice(0, LONGEST);
      try {
        const { signal } = asking;
        const { recent = [], choices, hasMore, isPartial } = await this.#search(text, signal);
        if (signal.aborted) return;
        this.#show(choices, recent);
        const [only, ...others] = this.#choices;
        const isMore = others.length > 0 || hasMore || isPartial;
        if (text !== "" && this.#isTaking && only && !isMore) {
          this.#takenAt = Date.now();
          return this.#pick(only);
        }
        if (text !== "") this.#activate(0);
        const { failed, found, none, more } = texts.picker;
        const { length } = this.#choices;
        const note = isPartial ? failed : length === 0 ? none : hasMore ? more : undefined;
        this.#open(note);
        announce(length === 0 && note ? note : found(length));
      } catch (error) {
        if (asking.signal.aborted) return;
        this.#show([]);
        this.#open(texts.picker.failed);
        announce(texts.picker.failed);
        console.info("No names:", /** @type {Failure} */ (error).message);
      } finally {
        if (this.#asking === asking) this.#asking = undefined;
      }
    }, pause);
  }

  /** @param {string | undefined} note */
  #open(note) {
    this.#note.hidden = note === undefined;
    replace(this.#note, note);
    this.element.hidden = false;
    setAttribute(this.#input, "aria-expanded", String(this.#choices.length > 0));
  }

  get #options() {
    return [...this.#list.querySelectorAll("[role=option]")];
  }

  /**
   * @param {Choice[]} choices
   * @param {Choice[]} [recent]
   */
  #show(choices, recent = []) {
    this.#choices = [...recent, ...choices];
    this.#active = -1;
    this.#input.removeAttribute("aria-activedescendant");
    const names = this.#choices.map(({ name }) => name);
    const isTwice = (/** @type {string} */ name) => names.indexOf(name) !== names.lastIndexOf(name);
    const option = (/** @type {Choice} */ { id, name, detail }) =>
      h(
        "div",
        { id: freshId("choice"), class: "choice", role: "option", "aria-selected": "false" },
        h("bdi", {}, withMarks(name)),
        (detail || isTwice(name)) &&
          h("span", { class: "hint" }, detail, isTwice(name) && ` ${shortId(id)}`),
      );
    const group = (/** @type {string} */ title, /** @type {Choice[]} */ some) => {
      const head = h("div", { id: freshId("group"), class: "choices-head" }, title);
      const props = { role: "group", "aria-labelledby": head.id };
      return some.length > 0 && h("div", props, head, some.map(option));
    };
    const { recent: used, others } = texts.picker;
    this.#list.hidden = names.length === 0;
    replace(
      this.#list,
      recent.length > 0 ? [group(used, recent), group(others, choices)] : choices.map(option),
    );
  }

  /** @param {number} place Beyond an end, it goes on at the other. */
  #activate(place) {
    const options = this.#options;
    if (options.length === 0) return;
    options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = (place + options.length) % options.length;
    const option = options[this.#active];
    option.setAttribute("aria-selected", "true");
    this.#input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  /** @param {Choice} choice */
  #pick(choice) {
    this.close();
    this.#onpick(choice);
    announce(texts.picker.picked(choice.name));
  }
}
