// A page whose code comes when somebody goes there.

import { h, keepingFocus, replace } from "../dom.js";
import { texts } from "../texts.js";
import { banner, button } from "./controls.js";

/** @import { View } from "../main.js" */

/** After that it is said that it is still on its way. */
const LATE_MS = 5_000;

/**
 * The page, once `load` has answered how to make it; until then its title, and what keeps
 * it. It is not made for somebody who has left: it would change the page they are on.
 *
 * @param {string} title
 * @param {() => Promise<() => View>} load
 * @returns {View}
 */
export function lateView(title, load) {
  const state = h("div", {}, h("p", { class: "muted" }, texts.loading));
  const element = h(
    "div",
    {},
    h("div", { class: "page narrow" }, h("h1", { tabindex: -1 }, title), state),
  );
  /** @type {View | undefined} */
  let view;
  let isLeft = false;
  const tell = (/** @type {string} */ said) => {
    const { reload, retry } = texts.trouble;
    const again = button(retry, () => begin(), { look: "primary" });
    // What is asked for may be gone, with the deployment that had it.
    const anew = button(reload, () => location.reload(), { look: "quiet" });
    replace(state, banner({ tone: "warning", title: said, actions: [again, anew] }));
  };
  const begin = async () => {
    replace(state, h("p", { class: "muted" }, texts.loading));
    const late = setTimeout(() => tell(texts.partLate), LATE_MS);
    try {
      const make = await load();
      // It may have been asked for twice.
      if (isLeft || view) return;
      const made = make();
      view = made;
      keepingFocus(element, () => replace(element, made.element));
    } catch (error) {
      console.info("A part of the page did not come:", /** @type {Error} */ (error).message);
      if (!view) tell(texts.partMissing);
    } finally {
      clearTimeout(late);
    }
  };
  begin();
  return {
    title,
    element,
    dispose: () => {
      isLeft = true;
      view?.dispose();
    },
  };
}
