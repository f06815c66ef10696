// Rows of which only those near the window are in the document, so that ten thousand cost
// what forty do. All are equally high. The first and the last, that which has the focus and
// its neighbours are there wherever the window is, so the keyboard reaches every row from
// both ends and from where it is.

import { reconcile, setAttribute } from "../dom.js";

/** So many rows are there beyond each edge of the window. */
const BEYOND = 10;
/** By so many at once rows come and go. */
const STEP = 5;
/** So many rows before the end, more are wanted. */
const AHEAD = 50;

/** @template {{ id: string }} Item */
export class VirtualRows {
  #body;
  #ruler;
  #make;
  #update;
  #onnear;
  /** @type {readonly Item[]} */
  #items = [];
  /** Of a row, in pixels; none while the table is not seen. */
  #height = 0;
  /** How many rows are above the window, as somebody last scrolled. */
  #above = 0;
  /** What was made last. */
  #made = "";
  #frame = 0;
  #ended = new AbortController();
  #resized;

  /**
   * `ruler` is as high as a row, `update` fills a row that `make` made, `onnear` is told
   * that somebody scrolled near the end.
   *
   * @param {object} parts
   * @param {HTMLElement} parts.body
   * @param {HTMLElement} parts.ruler
   * @param {() => HTMLElement} parts.make
   * @param {(row: HTMLElement, item: Item, index: number) => void} parts.update
   * @param {() => void} parts.onnear
   */
  constructor({ body, ruler, make, update, onnear }) {
    this.#body = body;
    this.#ruler = ruler;
    this.#make = make;
    this.#update = update;
    this.#onnear = onnear;
    const { signal } = this.#ended;
    const scrolled = () => {
      this.#frame ||= requestAnimationFrame(() => this.#scrolled());
    };
    addEventListener("scroll", scrolled, { passive: true, signal });
    addEventListener("resize", () => this.#measure(), { signal });
    body.addEventListener("focusin", () => this.#render());
    this.#resized = new ResizeObserver(() => this.#measure());
    this.#resized.observe(ruler);
  }

  dispose() {
    this.#ended.abort();
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /**
   * Shows these items from now on.
   *
   * @param {readonly Item[]} items
   */
  show(items) {
    const focused = this.#focused;
    const place = Number(focused?.dataset.index);
    this.#items = items;
    this.#made = "";
    this.#measure();
    if (!focused || focused.contains(document.activeElement)) return;
    // What had the focus was made anew, or is gone: what stands in its place now has it.
    if (focused.isConnected) focused.querySelector("a")?.focus({ preventScroll: true });
    else this.focus(Math.min(place, items.length - 1));
  }

  /** The row that has the focus, if one has. */
  get #focused() {
    const { activeElement } = document;
    const row = this.#body.contains(activeElement) && activeElement?.closest("[data-index]");
    return row ? /** @type {HTMLElement} */ (row) : undefined;
  }

  /** The place of the row that has the focus, or -1. */
  get focused() {
    const key = this.#focused?.dataset.key;
    if (key === undefined) return -1;
    const place = Number(this.#focused?.dataset.index);
    if (this.#items[place]?.id === key) return place;
    return this.#items.findIndex(({ id }) => id === key);
  }

  /** The item in the middle of the window. */
  get middle() {
    const { first, last } = this.#seen();
    return this.#items.at(Math.max(Math.min((first + last) >> 1, this.#items.length - 1), 0));
  }

  /**
   * Gives the focus to the link of a row.
   *
   * @param {number} index
   */
  focus(index) {
    this.#render(index);
    /** @type {HTMLElement | null} */
    const link = this.#body.querySelector(`[data-index="${index}"] a`);
    link?.focus();
  }

  #scrolled() {
    this.#frame = 0;
    // Before anything is made of another height.
    if (this.#height === 0 || this.#height !== this.#ruler.offsetHeight) return;
    this.#above = -this.#body.getBoundingClientRect().top / this.#height;
    this.#render();
    if (this.#seen().last >= this.#items.length - AHEAD) this.#onnear();
  }

  /** Measures a row, and stays with those that are looked at. */
  #measure() {
    const before = this.#height;
    this.#height = this.#ruler.offsetHeight;
    if (this.#height !== before) this.#made = "";
    this.#render();
    if (this.#height === before || before * this.#height === 0 || this.#above <= 0) return;
    scrollBy(0, this.#body.getBoundingClientRect().top + this.#above * this.#height);
    this.#render();
  }

  #seen() {
    const { top } = this.#body.getBoundingClientRect();
    const height = Math.max(this.#height, 1);
    return { first: Math.floor(-top / height), last: Math.ceil((innerHeight - top) / height) };
  }

  /** @param {number} [also] A row that has to be there. */
  #render(also = this.focused) {
    const { length } = this.#items;
    if (this.#height === 0) return;
    this.#body.style.blockSize = `${length * this.#height}px`;
    const { first, last } = this.#seen();
    const step = (/** @type {number} */ place) => Math.floor(place / STEP) * STEP;
    const [from, to] = [step(first) - BEYOND, step(last) + STEP + BEYOND];
    const made = `${from} ${to} ${also}`;
    if (made === this.#made) return;
    this.#made = made;
    const indexes = [0, also - 1, also, also + 1, length - 1];
    for (let index = Math.max(from, 0); index < Math.min(to, length); index++) indexes.push(index);
    const wanted = [...new Set(indexes)].filter((index) => index >= 0 && index < length);
    reconcile(
      this.#body,
      wanted.sort((a, b) => a - b),
      (index) => this.#items[index].id,
      () => this.#make(),
      (row, index) => {
        row.dataset.index = `${index}`;
        // The heads are the first.
        setAttribute(row, "aria-rowindex", index + 2);
        row.style.insetBlockStart = `${index * this.#height}px`;
        this.#update(row, this.#items[index], index);
      },
    );
  }
}
