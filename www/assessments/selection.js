// Assessments that are selected in the list, and what is done with them.

import { h, replace } from "../dom.js";
import { sentenceOf } from "../explain.js";
import { formatNumber, withMarks } from "../format.js";
import { announce, banner, button } from "../parts/controls.js";
import { confirm } from "../parts/dialogs.js";
import { isTerminal } from "../rules.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { Ending } from "./ending.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { Failure } from "../failure.js"
 * @import { Dashboard } from "../main.js"
 */

/** So many can be selected. */
const MAX_SELECTED = 1_000;

export class Selection {
  #app;
  #list;
  #onchange;
  #onended;
  /** @type {Set<string>} */
  #ids = new Set();
  /** The id that was selected last: a range begins there. */
  #last = "";
  #isOffered = false;
  #stop = new AbortController();
  #isWorking = false;
  /** How it went the last time, if all went well. */
  #said = "";
  #bar = h("div", {
    class: "selection",
    role: "group",
    "aria-label": texts.selection.label,
    hidden: true,
  });
  #result = h("div", { class: "message" });

  /**
   * `list` answers what is shown, in its order; `onended` is told of those that are over.
   *
   * @param {object} parts
   * @param {Dashboard} parts.app
   * @param {() => readonly ListedAssessment[]} parts.list
   * @param {() => void} parts.onchange
   * @param {(ids: string[]) => void} parts.onended
   */
  constructor({ app, list, onchange, onended }) {
    this.#app = app;
    this.#list = list;
    this.#onchange = onchange;
    this.#onended = onended;
    this.bar = this.#bar;
    this.result = this.#result;
  }

  /** Ends what is being done. */
  stop() {
    this.#stop.abort();
  }

  /** Whether something can be done with what is selected. */
  get isOffered() {
    return this.#isOffered;
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** @param {boolean} isArchivedList Nothing is left to do with those. */
  offer(isArchivedList) {
    this.#isOffered =
      !isArchivedList && (session.me?.routes.includes("archive_assessment") ?? false);
    if (!this.#isOffered) this.#ids.clear();
    this.#showBar();
  }

  /** Selects nothing. */
  clear() {
    this.#ids.clear();
    this.#said = "";
    this.#changed();
  }

  /**
   * The box that selects a row.
   *
   * @param {ListedAssessment} item
   */
  box({ id, name }) {
    if (!this.#isOffered) return undefined;
    const toggle = (/** @type {MouseEvent} */ { shiftKey }) => this.toggle(id, shiftKey);
    const box = h("input", {
      type: "checkbox",
      checked: this.#ids.has(id),
      "aria-label": texts.selection.select(withMarks(name)),
      onclick: toggle,
    });
    // What a finger meets is larger than the box.
    return h("label", { class: "select-box" }, box);
  }

  /**
   * Selects one or lets it go, and with `isRange` all between it and the last one.
   *
   * @param {string} id
   * @param {boolean} isRange
   */
  toggle(id, isRange = false) {
    if (!this.#isOffered) return;
    const isSelected = !this.#ids.has(id);
    const ids = isRange ? this.#rangeTo(id) : [id];
    for (const each of ids) {
      if (!isSelected) this.#ids.delete(each);
      else if (this.#ids.size < MAX_SELECTED) this.#ids.add(each);
    }
    this.#last = id;
    this.#changed();
    const { count, full } = texts.selection;
    const isFull = isSelected && !this.#ids.has(id);
    announce(isFull ? full(formatNumber(MAX_SELECTED)) : count(this.#ids.size));
  }

  /** @param {string} id */
  #rangeTo(id) {
    const ids = this.#list().map((item) => item.id);
    const [from, to] = [ids.indexOf(this.#last), ids.indexOf(id)];
    return from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
  }

  #changed() {
    this.#showBar();
    this.#onchange();
  }

  /** Shows what is selected, or else how it went with what was. */
  #showBar() {
    if (this.#isWorking) return;
    const { count, end, none } = texts.selection;
    const { size } = this.#ids;
    const said = size === 0 ? this.#said : "";
    this.#bar.hidden = size === 0 && said === "";
    const shown = `${size} ${said}`;
    if (this.#bar.dataset.shown === shown) return;
    this.#bar.dataset.shown = shown;
    if (size > 0)
      replace(
        this.#bar,
        h("span", {}, count(size)),
        button(end, () => this.#ask(), { look: "danger-quiet" }),
        button(none, () => this.clear(), { look: "quiet" }),
      );
    else
      replace(
        this.#bar,
        h("span", {}, said),
        button(texts.dismiss, () => this.clear()),
      );
  }

  async #ask() {
    const items = this.#list().filter(({ id }) => this.#ids.has(id));
    // Others may have ended them meanwhile.
    if (items.length === 0) return this.clear();
    const over = items.filter(({ status }) => isTerminal(status)).length;
    const { selection, end } = texts;
    const going = items.length - over;
    const isMeant = await confirm({
      title: selection.title(items.length),
      text: [
        going > 0 && selection.cancels(going),
        over > 0 && selection.archives(over),
        selection.noUndo,
      ]
        .filter(Boolean)
        .join(" "),
      label: selection.confirm(items.length),
      keep: selection.keep,
      working: end.working,
      act: async () => true,
      explain: sentenceOf,
    });
    if (isMeant) await this.#end(items);
  }

  /** @param {readonly ListedAssessment[]} items */
  async #end(items) {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#stop = new AbortController();
    const { selection } = texts;
    // Who hears the page is told of the end.
    const progress = h("span", { "aria-hidden": "true" });
    const { signal } = this.#stop;
    /** @type {Ending} */
    const ending = new Ending(items, {
      archive: (id) => this.#app.api.archive(id, { maxRetries: 0 }),
      signal,
      onprogress: () => replace(progress, selection.progress(ending.done.size, items.length)),
    });
    const stop = button(selection.stop, () => this.stop());
    replace(this.#result);
    replace(this.#bar, h("span", {}, selection.working), progress, stop);
    this.#bar.hidden = false;
    this.#bar.dataset.shown = "";
    stop.focus({ preventScroll: true });
    announce(selection.working);
    await ending.run();
    this.#isWorking = false;
    for (const [id, answer] of ending.done) {
      this.#ids.delete(id);
      if (answer) await this.#app.store.noteArchive(answer.data, answer);
    }
    const isHere = this.#bar.contains(document.activeElement);
    this.#tell(ending);
    this.#onended([...ending.done.keys()]);
    this.#showBar();
    // Whoever pressed the button that is gone is still here, and sees what is left to do.
    const next = this.#result.querySelector("button") ?? this.#bar.querySelector("button");
    if (isHere) next?.focus();
    else this.#result.scrollIntoView({ block: "nearest" });
  }

  /** @param {Ending} ending */
  #tell({ done, failed, left }) {
    const { selection } = texts;
    const statuses = [...done.values()].map((answer) => answer?.data.status);
    const canceled = statuses.filter((status) => status === "canceled").length;
    const rest = [...[...failed.values()].map(({ item }) => item), ...left];
    const title = selection.ended(canceled, statuses.length - canceled);
    this.#said = rest.length === 0 ? title : "";
    if (this.#stop.signal.aborted) announce(selection.stopped);
    else if (rest.length === 0) announce(title);
    if (rest.length === 0) return;
    const again = button(selection.again(rest.length), () => this.#end(rest), { look: "primary" });
    replace(
      this.#result,
      banner({
        tone: "warning",
        title,
        body: left.length > 0 ? selection.left(left.length) : [],
        actions: [again],
        onDismiss: () => replace(this.#result),
      }),
      failed.size > 0 && failures([...failed.values()]),
    );
  }
}

/**
 * What could not be ended, as a table.
 *
 * @param {{ item: ListedAssessment, failure: Failure }[]} all
 */
function failures(all) {
  const { failed, what, why } = texts.selection;
  const heads = [what, why, texts.requestId].map((text) => h("th", { scope: "col" }, text));
  const rows = all.map(({ item: { id, name }, failure }) =>
    h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        h("a", { href: `/assessments/${id}` }, h("bdi", {}, withMarks(name))),
      ),
      h("td", {}, reasonOf(failure)),
      h("td", {}, h("code", { class: "id" }, failure.requestId)),
    ),
  );
  return h(
    "div",
    { class: "card scrolling", role: "region", "aria-label": failed, tabindex: 0 },
    h("table", { class: "results" }, h("caption", {}, failed), h("tr", {}, heads), rows),
  );
}

/**
 * Why one could not be ended. What got lost may have arrived, and can be sent again.
 *
 * @param {Failure} failure
 */
const reasonOf = (failure) => (failure.isOpen ? texts.end.failed : sentenceOf(failure));
