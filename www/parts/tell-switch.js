// The switch for being told when what is watched has ended. It is there when there is
// something to be told of, and asks the browser's user only when it is turned on.

import { h, replace } from "../dom.js";
import { texts } from "../texts.js";

/**
 * @import { Notifier } from "../notifier.js"
 * @import { Store } from "../store.js"
 */

/** @param {{ notifier: Notifier, store: Store }} app */
export function tellSwitch({ notifier, store }) {
  const { label, hint, denied } = texts.tell;
  const box = h("input", { type: "checkbox" });
  const said = h("p", { class: "hint", role: "status" });
  const show = () => {
    element.hidden = !notifier.isUseful;
    box.checked = notifier.isOn;
    box.disabled = notifier.isDenied;
    const text = notifier.isDenied ? denied : notifier.isOn ? hint : "";
    if (said.textContent !== text) replace(said, text);
  };
  box.addEventListener("change", async () => {
    await notifier.turn(box.checked);
    show();
  });
  const element = h("footer", { class: "tell" }, h("label", { class: "check" }, box, label), said);
  store.subscribe(show);
  // Another tab may have turned it, or the user the browser's setting.
  document.addEventListener("visibilitychange", show);
  show();
  return element;
}
