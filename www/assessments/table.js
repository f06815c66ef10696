// The table of assessments, or cards where that has no room.

import { h, keepingFocus, replace, setAttribute } from "../dom.js";
import { formatNumber, formatPercent, withMarks } from "../format.js";
import { stageBadge } from "../parts/assessment.js";
import { button, time } from "../parts/controls.js";
import { VirtualRows } from "../parts/virtual-rows.js";
import { stageLabel } from "../rules.js";
import { texts } from "../texts.js";
import { columnOf } from "./asked.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { Child } from "../dom.js"
 * @import { Store } from "../store.js"
 * @import { Column, Sort } from "./asked.js"
 * @import { Selection } from "./selection.js"
 */

/**
 * The heads that sort, in their order, each with what a first press sorts by.
 *
 * @type {[keyof typeof texts.assessments.columns, Sort][]}
 */
const HEADS = [
  ["vendor", "vendor"],
  ["name", "name"],
  ["stage", "stage"],
  ["score", "-score"],
  ["findings", "-findings"],
  ["assignee", "assignee"],
  ["updated", "-updated_at"],
  ["created", "-created_at"],
];

export class Table {
  #store;
  #selection;
  #heads;
  #body = h("div", { role: "rowgroup", class: "table-body" });
  #ruler = h("div", { class: "row-ruler", "aria-hidden": "true" });
  /** @type {VirtualRows<ListedAssessment>} */
  #rows;
  #table;

  /**
   * @param {object} parts
   * @param {Store} parts.store
   * @param {Selection} parts.selection
   * @param {(sort: Sort) => void} parts.onsort
   * @param {() => void} parts.onnear Told when somebody comes near the end.
   */
  constructor({ store, selection, onsort, onnear }) {
    this.#store = store;
    this.#selection = selection;
    this.#heads = HEADS.map(([name, first]) => new Head(name, first, onsort));
    const { select, watch } = texts.assessments.columns;
    const mute = (/** @type {string} */ label) =>
      h("div", { role: "columnheader" }, h("span", { class: "visually-hidden" }, label));
    this.#table = h(
      "div",
      { class: "table", role: "table", "aria-label": texts.pages.assessments, hidden: true },
      h(
        "div",
        { role: "rowgroup", class: "table-head" },
        h(
          "div",
          { role: "row", class: "table-heads", "aria-rowindex": 1 },
          mute(select),
          mute(watch),
          this.#heads.map(({ element }) => element),
        ),
      ),
      this.#body,
    );
    this.element = h("div", { class: "listed" }, this.#ruler, this.#table);
    this.#rows = new VirtualRows({
      body: this.#body,
      ruler: this.#ruler,
      make: () => h("div", { class: "table-row", role: "row" }),
      update: (row, item) => this.#showRow(row, item),
      onnear,
    });
  }

  dispose() {
    this.#rows.dispose();
  }

  /**
   * @param {readonly ListedAssessment[]} items
   * @param {{ sort: Sort, isSorted: boolean, hasMore: boolean }} told
   */
  show(items, { sort, isSorted, hasMore }) {
    this.#table.hidden = items.length === 0;
    // Nobody knows how many there are until they were read.
    setAttribute(this.#table, "aria-rowcount", hasMore ? -1 : items.length + 1);
    for (const head of this.#heads) head.show(isSorted ? sort : undefined);
    this.#rows.show(items);
  }

  /** The id of what is in the middle of the window. */
  get lookedAt() {
    return this.#rows.middle?.id;
  }

  /** The place of the row that has the focus, or -1. */
  get focused() {
    return this.#rows.focused;
  }

  /** @param {number} index */
  focus(index) {
    this.#rows.focus(index);
  }

  /**
   * @param {HTMLElement} row
   * @param {ListedAssessment} item
   */
  #showRow(row, item) {
    const isWatched = this.#store.get(item.id) !== undefined;
    const isSelected = this.#selection.has(item.id);
    const { isOffered } = this.#selection;
    const content = JSON.stringify([
      item,
      isWatched,
      isSelected,
      isOffered,
      stageLabel(item.status),
    ]);
    if (row.dataset.content === content) return;
    row.dataset.content = content;
    row.classList.toggle("selected", isSelected);
    keepingFocus(row, () => replace(row, this.#cells(item, isWatched)));
  }

  /**
   * @param {ListedAssessment} item
   * @param {boolean} isWatched
   */
  #cells(item, isWatched) {
    const { columns, watch, unwatch, noVendor, nobody, watchWhat } = texts.assessments;
    const name = withMarks(item.name);
    const toggle = () => (isWatched ? this.#store.remove(item.id) : this.#store.add([item.id]));
    const missing = (/** @type {string} */ text) => h("span", { class: "muted" }, text);
    const named = (/** @type {string | null} */ text, /** @type {string} */ otherwise) =>
      text === null ? missing(otherwise) : h("bdi", {}, withMarks(text));
    const { score_percent: score } = item;
    return [
      cell("select", undefined, this.#selection.box(item)),
      cell(
        "star",
        undefined,
        button(h("span", { "aria-hidden": "true" }, isWatched ? "★" : "☆"), toggle, {
          look: "quiet star",
          title: isWatched ? unwatch : watch,
          "aria-label": watchWhat(name),
          "aria-pressed": String(isWatched),
        }),
      ),
      cell("vendor", undefined, h("span", { class: "clamped" }, named(item.vendor_name, noVendor))),
      cell(
        "name",
        undefined,
        h("a", { href: `/assessments/${encodeURIComponent(item.id)}` }, h("bdi", {}, name)),
      ),
      cell("stage", undefined, stageBadge(item.status)),
      cell("score figure", columns.score, score === null ? missing("–") : formatPercent(score)),
      cell("findings figure", columns.findings, formatNumber(item.findings_count)),
      cell(
        "assignee",
        columns.assignee,
        h("span", { class: "clamped" }, named(item.assignee_name, nobody)),
      ),
      cell("updated", columns.updated, time(item.updated_at)),
      cell("created", columns.created, time(item.created_at)),
    ];
  }
}

/**
 * @param {string} name
 * @param {string | undefined} label Where there are no heads.
 * @param {Child} content
 */
function cell(name, label, content) {
  return h(
    "div",
    { class: `cell cell-${name}`, role: "cell" },
    label !== undefined && h("span", { class: "cell-label", "aria-hidden": "true" }, label),
    content,
  );
}

/** The head of a column, which sorts by it: first in one direction, then in the other. */
class Head {
  #first;
  #column;
  #mark = h("span", { class: "sort-mark", "aria-hidden": "true" });
  /** @type {Sort | undefined} */
  #sort;

  /**
   * @param {keyof typeof texts.assessments.columns} name
   * @param {Sort} first
   * @param {(sort: Sort) => void} onsort
   */
  constructor(name, first, onsort) {
    this.#first = first;
    this.#column = columnOf(first).column;
    const label = texts.assessments.columns[name];
    const press = () => onsort(this.#sort === first ? opposite(first) : first);
    this.element = h(
      "div",
      { class: `head-${name}`, role: "columnheader" },
      h("button", { type: "button", class: "sort", onclick: press }, label, this.#mark),
      // Where there are cards, it is only heard.
      h("span", { class: "head-text" }, label),
    );
  }

  /** @param {Sort | undefined} sort What is sorted by, if it is. */
  show(sort) {
    const { column, isDescending } = columnOf(sort ?? this.#first);
    const isSorted = sort !== undefined && column === this.#column;
    this.#sort = isSorted ? sort : undefined;
    const order = isDescending ? "descending" : "ascending";
    setAttribute(this.element, "aria-sort", isSorted && order);
    replace(this.#mark, isSorted && (isDescending ? "↓" : "↑"));
  }
}

/**
 * @param {Sort} sort
 * @returns {Sort}
 */
function opposite(sort) {
  const { column, isDescending } = columnOf(sort);
  return isDescending ? column : `-${column}`;
}
