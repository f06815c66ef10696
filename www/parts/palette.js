// Finding anything by its name from wherever one is: assessments, vendors to assess, pages,
// views.

import { savedViews, BUILT_IN } from "../assessments/saved-views.js";
import { freshId, h } from "../dom.js";
import { canReadNames, lastAssessed } from "../names.js";
import { stageLabel } from "../rules.js";
import { texts } from "../texts.js";
import { writeAnew } from "../write-anew.js";
import { button } from "./controls.js";
import { makeDialog, show } from "./dialogs.js";
import { LONGEST, Picker } from "./picker.js";

/**
 * @import { Dashboard } from "../main.js"
 * @import { Choice, Found } from "./picker.js"
 */

/** @typedef {Choice & { go: () => unknown }} Way */

/** So many of each are offered. */
const ASSESSMENTS = 8;
const VENDORS = 4;

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/**
 * Has the key open it from now on; answers a button that does.
 *
 * @param {Dashboard} app
 */
export function palette(app) {
  const { open, title } = texts.palette;
  /** @type {HTMLDialogElement | undefined} */
  let shown;
  const toggle = () => {
    if (shown?.open) return shown.close();
    if (document.querySelector("dialog[open]") === null) shown = showPalette(app);
  };
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    const isMeant = isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey;
    if (!isMeant || shiftKey || altKey || key.toLowerCase() !== "k") return;
    event.preventDefault();
    toggle();
  });
  const keys = isMac ? ["⌘K", "Meta+K"] : ["Ctrl K", "Control+K"];
  const key = h("kbd", { "aria-hidden": "true" }, keys[0]);
  const props = { look: "plain palette-opener", title, "aria-keyshortcuts": keys[1] };
  return button([open, key], toggle, props);
}

/** @param {Dashboard} app */
function showPalette(app) {
  const { title, label, hint } = texts.palette;
  const input = h("input", {
    id: freshId("palette"),
    autocomplete: "off",
    spellcheck: "false",
    autofocus: true,
    placeholder: hint,
    "aria-label": label,
  });
  const picker = new Picker({
    input,
    label,
    isAlways: true,
    search: (text, signal) => waysTo(app, text, signal),
    onpick: (choice) => {
      dialog.close();
      /** @type {Way} */ (choice).go();
    },
  });
  const dialog = makeDialog(title, h("div", { class: "control" }, input, picker.element));
  dialog.classList.add("palette");
  dialog.addEventListener("close", () => picker.close());
  // Beside it there is a way out for a finger as well.
  let isBeside = false;
  dialog.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    isBeside = x < left || x > right || y < top || y > bottom;
  });
  dialog.addEventListener("click", () => isBeside && dialog.close());
  picker.isOn = true;
  show(dialog);
  // Where one may go is there at once.
  input.click();
  return dialog;
}

/**
 * @param {Dashboard} app
 * @param {string} text
 * @param {AbortSignal} signal
 * @returns {Promise<Found>}
 */
async function waysTo(app, text, signal) {
  const fixed = places(app).filter(({ name }) => isBegun(name, text));
  const id = /(?<!\w)cbqsrw_[0-9a-f]{32}(?!\w)/i.exec(text)?.[0].toLowerCase();
  if (id !== undefined)
    return { choices: [openingOf(app, id, id, texts.palette.openId)], hasMore: false };
  if (text === "" || !canReadNames()) return { choices: fixed, hasMore: false };
  const { reads } = app.api;
  const q = text.slice(0, LONGEST);
  const [assessments, vendors] = await Promise.allSettled([
    reads.assessments({ q, limit: ASSESSMENTS }, { signal, maxRetries: 0 }),
    reads.vendors({ q, limit: VENDORS }, { signal, maxRetries: 0 }),
  ]);
  // What is here can be chosen all the same.
  if (assessments.status === "rejected" && fixed.length === 0) throw assessments.reason;
  const isPartial = assessments.status === "rejected" || vendors.status === "rejected";
  const none = { items: [], next_cursor: null };
  const listed = assessments.status === "fulfilled" ? assessments.value : none;
  const offered = vendors.status === "fulfilled" ? vendors.value : none;
  const hasMore = listed.next_cursor !== null || offered.next_cursor !== null;
  const choices = [
    ...listed.items.map(({ id: of, name, status, vendor_name: vendor }) =>
      openingOf(app, of, name, [vendor, stageLabel(status)].filter(Boolean).join(" · ")),
    ),
    ...offered.items.map(({ id: of, name, last_assessment: last }) => ({
      id: of,
      name: texts.palette.assess(name),
      detail: lastAssessed(last),
      go: () => writeAnew(app, { vendor_id: /** @type {any} */ (of) }, { [of]: name }),
    })),
    ...fixed,
  ];
  return { choices, hasMore, isPartial };
}

/**
 * @param {Dashboard} app
 * @param {string} id
 * @param {string} name
 * @param {string} detail
 */
function openingOf(app, id, name, detail) {
  return { id, name, detail, go: () => app.navigate(`/assessments/${id}`) };
}

/**
 * The pages, and the views of the list.
 *
 * @param {Dashboard} app
 * @returns {Way[]}
 */
function places(app) {
  const { pages, palette: words } = texts;
  const place = (/** @type {string} */ path, /** @type {string} */ name, detail = words.page) => ({
    id: path,
    name,
    detail,
    go: () => app.navigate(path),
  });
  return [
    place("/new", words.create),
    place("/watchlist", pages.list),
    ...[...BUILT_IN, ...savedViews.all].map(({ name, address }) =>
      place(address, name, words.view),
    ),
  ];
}

/**
 * Whether each word of a text is the beginning of a word of a name.
 *
 * @param {string} name
 * @param {string} text
 */
function isBegun(name, text) {
  const wordsOf = (/** @type {string} */ of) => of.toLowerCase().split(/\s+/).filter(Boolean);
  const words = wordsOf(name);
  return wordsOf(text).every((begun) => words.some((word) => word.startsWith(begun)));
}
