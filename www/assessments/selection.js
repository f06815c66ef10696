// Assessments that are selected in the list, and what is done with them.

import { h, replace } from "../dom.js";
import { sentenceOf } from "../explain.js";
import { formatNumber, withMarks } from "../format.js";
import { announce, banner, button } from "../parts/controls.js";
import { confirm } from "../parts/dialogs.js";
import { hasRules, isTerminal } from "../rules.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { restOf, titleOf, who } from "./endings.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { Failure } from "../failure.js"
 * @import { Dashboard } from "../main.js"
 * @import { Ending, Failed } from "./ending.js"
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
  #isGone = false;
  /**
   * What is told of: how far it is, and then how it went.
   *
   * @type {Ending | undefined}
   */
  #ending;
  #progress = h("span", { "aria-hidden": "true" });
  #ends;
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
    this.#ends = app.endings.subscribe(() => this.#went());
    this.#ending = app.endings.ending;
    if (this.#ending?.isOver) this.#tell(this.#ending);
    else if (this.#ending) this.#showProgress(this.#ending);
    this.#showBar();
  }

  dispose() {
    this.#isGone = true;
    this.#ends();
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
    const { me } = session;
    this.#isOffered = !isArchivedList && (me?.routes.includes("archive_assessment") ?? false);
    // Whoever connects again goes on with what they selected.
    if (!this.#isOffered && (me || isArchivedList)) this.#ids.clear();
    this.#showBar();
  }

  /** Selects nothing. */
  clear() {
    this.#ids.clear();
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

  /** Shows how far it is, or what is selected, or else how it went with what was. */
  #showBar() {
    const { count, end, none, stop, working } = texts.selection;
    const { endings } = this.#app;
    const size = this.#isOffered ? this.#ids.size : 0;
    const ending = this.#ending;
    const isWorking = ending?.isOver === false;
    const said = ending?.isOver && restOf(ending).length === 0 ? titleOf(ending) : "";
    const shown = isWorking ? working : size > 0 ? `${size}` : said;
    this.#bar.hidden = shown === "";
    if (this.#bar.dataset.shown === shown) return;
    this.#bar.dataset.shown = shown;
    if (isWorking) {
      const stopIt = button(stop, () => endings.stop());
      replace(this.#bar, h("span", {}, working), this.#progress, stopIt);
    } else if (size > 0)
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
        button(texts.dismiss, () => endings.dismiss()),
      );
  }

  async #ask() {
    const items = this.#list().filter(({ id }) => this.#ids.has(id));
    // Others may have ended them meanwhile.
    if (items.length === 0) return this.clear();
    const over = items.filter(({ status }) => isTerminal(status)).length;
    const { selection, end } = texts;
    const going = items.length - over;
    const asked = who();
    const isMeant = await confirm({
      title: selection.title(items.length),
      text: [
        !hasRules() && selection.either,
        hasRules() && going > 0 && selection.cancels(going),
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
    // The question may outlive its page, and whom it was asked.
    if (isMeant && who() === asked) this.#end(items);
  }

  /** @param {readonly ListedAssessment[]} items */
  #end(items) {
    if (this.#isGone || !this.#app.endings.begin(items)) return;
    this.#bar.querySelector("button")?.focus({ preventScroll: true });
    announce(texts.selection.working);
  }

  /** Shows how it goes with what is being ended, from this page or one before. */
  #went() {
    const { ending } = this.#app.endings;
    this.#ending = ending;
    if (!ending?.isOver) {
      replace(this.#result);
      if (ending) this.#showProgress(ending);
      return this.#showBar();
    }
    const ids = [...ending.done.keys()];
    for (const id of ids) this.#ids.delete(id);
    const isHere = this.#bar.contains(document.activeElement);
    this.#tell(ending);
    this.#onended(ids);
    this.#showBar();
    // Whoever pressed the button that is gone is still here, and sees what is left to do.
    const next = this.#result.querySelector("button") ?? this.#bar.querySelector("button");
    if (isHere) next?.focus();
    else this.#result.scrollIntoView({ block: "nearest" });
  }

  /** @param {Ending} ending */
  #showProgress({ done, count }) {
    replace(this.#progress, texts.selection.progress(done.size, count));
  }

  /**
   * Tells how it went, if anything is left to do.
   *
   * @param {Ending} ending
   */
  #tell(ending) {
    const { selection } = texts;
    const { failed, halt, left } = ending;
    const rest = restOf(ending);
    if (rest.length === 0) return replace(this.#result);
    const again = button(selection.again(rest.length), () => this.#end(rest), { look: "primary" });
    return replace(
      this.#result,
      banner({
        tone: "warning",
        title: titleOf(ending),
        body: [halt && sentenceOf(halt), left.length > 0 && selection.left(left.length)],
        actions: [again],
        onDismiss: () => this.#app.endings.dismiss(),
      }),
      failed.size > 0 && failures([...failed.values()]),
    );
  }
}

/**
 * What could not be ended, as a table.
 *
 * @param {Failed[]} all
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
