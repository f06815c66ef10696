// What has a name and an id: the name is shown, and the id is behind a button.

import { h } from "../dom.js";
import { formatMoment, withMarks } from "../format.js";
import { formatDuration } from "../durations.js";
import { texts } from "../texts.js";
import { idLine } from "./assessment.js";
import { copyButton, time } from "./controls.js";

/**
 * @import { Child } from "../dom.js"
 */

/** How many of a list are shown at once. */
const AT_ONCE = 20;

/**
 * A text that others wrote.
 *
 * @param {string} text
 */
export const foreign = (text) => h("bdi", {}, withMarks(text));

/**
 * A name, and its id to be copied; the id if there is no name.
 *
 * @param {string} id
 * @param {string | null | undefined} name
 * @param {string} what What it is, where it has no name.
 */
export function named(id, name, what) {
  if (!name) return idLine(id, what);
  const copy = copyButton(id, texts.names.idOf(withMarks(name)), { isSmall: true });
  return h("span", { class: "named" }, foreign(name), copy);
}

/**
 * A list, of which the first are shown, and the others once they are asked for.
 *
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => Child} show
 */
export function listed(items, show) {
  if (items.length === 0) return h("span", { class: "muted" }, texts.detail.none);
  const part = (/** @type {readonly Item[]} */ some) =>
    h(
      "ul",
      { class: "plain" },
      some.map((item) => h("li", {}, show(item))),
    );
  const more = items.slice(AT_ONCE);
  return [
    part(items.slice(0, AT_ONCE)),
    more.length > 0 &&
      h("details", { class: "more" }, h("summary", {}, texts.names.more(more.length)), part(more)),
  ];
}

/**
 * An instant, and how long ago that is.
 *
 * @param {number | null | undefined} seconds Unix time.
 */
export function moment(seconds) {
  if (seconds == null) return time(seconds);
  const datetime = new Date(seconds * 1000).toISOString();
  return h(
    "span",
    { class: "moment" },
    h("time", { datetime }, formatMoment(seconds)),
    " ",
    h("span", { class: "muted" }, time(seconds)),
  );
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return h("time", { datetime: `PT${whole}S` }, formatDuration(whole));
}
