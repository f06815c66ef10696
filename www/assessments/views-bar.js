// The views of the list as links, and what can be done with the one that is shown.

import { freshId, h, keepingFocus, replace } from "../dom.js";
import { sentenceOf } from "../explain.js";
import { Failure } from "../failure.js";
import { withMarks } from "../format.js";
import { announce, button } from "../parts/controls.js";
import { confirm } from "../parts/dialogs.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { BUILT_IN, MAX_NAME, MAX_VIEWS, savedViews } from "./saved-views.js";

/** @import { View } from "./saved-views.js" */

export class ViewsBar {
  #address = "";
  #links = h("ul", { class: "views-list" });
  #actions = h("div", { class: "actions" });
  element = h(
    "nav",
    { class: "views", "aria-label": texts.views.title },
    this.#links,
    this.#actions,
  );
  dispose = savedViews.subscribe(() => this.show(this.#address));

  /** @param {string} address What is asked. */
  show(address) {
    this.#address = address;
    const saved = savedViews.all;
    const { isConnected, isOfPerson } = session;
    const offered = BUILT_IN.filter(({ address: at }) => isOfPerson || !at.includes("assignee=me"));
    const all = [...offered, ...saved];
    const shown = all.find(({ address: at }) => at === address);
    const told = JSON.stringify([address, all, isConnected]);
    if (this.element.dataset.shown === told) return;
    this.element.dataset.shown = told;
    keepingFocus(this.element, () => {
      replace(
        this.#links,
        all.map((view) =>
          h("li", {}, h("a", linkOf(view, view === shown), h("bdi", {}, withMarks(view.name)))),
        ),
      );
      replace(this.#actions, this.#actionsFor(shown, saved));
    });
  }

  /**
   * @param {View | undefined} shown
   * @param {View[]} saved
   */
  #actionsFor(shown, saved) {
    const { views } = texts;
    const quiet = { look: "quiet small" };
    // They are an organization's.
    if (!session.isConnected) return [];
    if (!shown && saved.length < MAX_VIEWS) return button(views.save, () => this.#save(), quiet);
    if (!shown || !saved.includes(shown)) return [];
    const { name } = shown;
    return [
      button(views.rename, () => this.#save(name), quiet),
      button(views.remove, () => this.#remove(name), quiet),
    ];
  }

  /**
   * Saves what is asked under a name, or gives a view another one.
   *
   * @param {string} [before]
   */
  async #save(before) {
    const { views, end } = texts;
    const address = this.#address;
    const input = h("input", {
      id: freshId("view"),
      value: before ?? "",
      maxlength: MAX_NAME,
      autocomplete: "off",
      autofocus: true,
    });
    const name = await confirm({
      title: before === undefined ? views.saveTitle : views.renameTitle,
      text: views.saveText,
      label: before === undefined ? views.saveConfirm : views.renameConfirm,
      keep: views.keep,
      working: end.working,
      look: "primary",
      content: h("div", { class: "field" }, h("label", { for: input.id }, views.name), input),
      act: async () => {
        const given = nameOf(input.value, before);
        const why = savedViews.change((all) =>
          before === undefined
            ? [...all, { name: given, address }]
            : all.map((view) => (view.name === before ? { ...view, name: given } : view)),
        );
        if (why) throw faultOf(views[why]);
        return given;
      },
      explain: sentenceOf,
    });
    if (name !== undefined) announce(views.saved(name));
  }

  /** @param {string} name */
  #remove(name) {
    const why = savedViews.change((all) => all.filter((view) => view.name !== name));
    announce(why ? texts.views[why] : texts.views.removed(name));
    if (why) return;
    this.#links.querySelector("a")?.focus();
  }
}

/**
 * @param {View} view
 * @param {boolean} isShown
 */
const linkOf = ({ address }, isShown) => ({
  class: "button",
  href: address,
  "aria-current": isShown && "page",
});

/** @param {string} told */
const faultOf = (told) => new Failure("invalid", "page", new Error(told));

/**
 * The name that is written there, if a view can have it.
 *
 * @param {string} text
 * @param {string | undefined} before
 */
function nameOf(text, before) {
  const { empty, taken } = texts.views;
  const name = text.trim();
  if (name === "") throw faultOf(empty);
  const others = [...BUILT_IN, ...savedViews.all].filter((view) => view.name !== before);
  if (others.some((view) => view.name.toLowerCase() === name.toLowerCase())) throw faultOf(taken);
  return name;
}
