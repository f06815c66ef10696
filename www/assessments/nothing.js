// What stands in place of rows, and leads on.

import { h, keepingFocus, replace } from "../dom.js";
import { explained } from "../explain.js";
import { button } from "../parts/controls.js";
import { askForCredential } from "../parts/dialogs.js";
import { session } from "../session.js";
import { texts } from "../texts.js";

/**
 * @import { Failure } from "../failure.js"
 * @import { Dashboard } from "../main.js"
 */

/**
 * Why there are no rows; "" if there are.
 *
 * @typedef {"" | "loading" | "unconnected" | "notAllowed" | "failed" | "further" | "none"
 *   | "empty"} Why
 */

/**
 * What helps.
 *
 * @typedef {object} Actions
 * @property {() => void} all Asks for all.
 * @property {() => void} again Reads again what could not be read.
 * @property {() => void} more Reads on.
 * @property {() => void} archived Asks for those that are archived.
 */

export class Nothing {
  #app;
  #actions;
  /** In place of rows. */
  element = h("div", { class: "message" });
  /** In place of all that could be asked. */
  whole = h("div", { class: "message" });

  /**
   * @param {Dashboard} app
   * @param {Actions} actions
   */
  constructor(app, actions) {
    this.#app = app;
    this.#actions = actions;
  }

  /**
   * @param {Why} why
   * @param {Failure} [failure]
   */
  show(why, failure) {
    // Made anew, a button would lose a press that is on its way.
    const shown = JSON.stringify([why, failure?.message, failure?.requestId]);
    if (this.element.dataset.why === shown) return;
    this.element.dataset.why = shown;
    const isWhole = why === "unconnected" || why === "notAllowed";
    const state = why && this.#state(why, failure);
    keepingFocus(this.element, () => replace(this.element, !isWhole && state));
    keepingFocus(this.whole, () => replace(this.whole, isWhole && state));
  }

  /**
   * @param {Why} why
   * @param {Failure | undefined} failure
   */
  #state(why, failure) {
    const { assessments, connection, list, loading, pages } = texts;
    const watchlist = h("a", { class: "button", href: "/watchlist" }, assessments.toWatchlist);
    const state = (
      /** @type {string} */ title,
      /** @type {string | string[]} */ text,
      /** @type {HTMLElement[]} */ ...actions
    ) =>
      h(
        "div",
        { class: "empty card" },
        h("h2", {}, title),
        [text].flat().map((each) => h("p", {}, each)),
        h("div", { class: "actions" }, actions),
      );
    const primary = { look: "primary" };
    const { all: askAll, again, more, archived } = this.#actions;
    const all = button(list.showAll, askAll);
    switch (why) {
      case "loading":
        return h("p", { class: "empty muted" }, loading);
      case "unconnected": {
        const connect = () => askForCredential(this.#app);
        const label = session.ended ? connection.connectAgain : assessments.connect;
        const { unconnected, unconnectedText } = assessments;
        return state(unconnected, unconnectedText, button(label, connect, primary), watchlist);
      }
      case "notAllowed": {
        const title = assessments.notAllowed(session.me?.role ?? "");
        return state(title, assessments.notAllowedText, watchlist);
      }
      case "failed": {
        const told = /** @type {Failure} */ (failure);
        const { title, body } = explained(told);
        const { requestId } = told;
        const quoted = requestId === undefined ? [] : [`${texts.requestId}: ${requestId}`];
        const retry = button(texts.trouble.retry, again, primary);
        return state(title, [...body, ...quoted], retry, all, watchlist);
      }
      case "further": {
        const go = button(assessments.goOn, more, primary);
        return state(assessments.noneYet, assessments.noneYetText, go, all);
      }
      case "none":
        return state(list.noneMatch, assessments.noneMatchText, all);
      default: {
        const create = h("a", { class: "button primary", href: "/new" }, pages.create);
        const look = button(assessments.lookAtArchived, archived);
        return state(list.empty, assessments.emptyText, create, look);
      }
    }
  }
}
