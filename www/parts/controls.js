// Small parts that many places use.

import { formatInstant, formatRelative } from "../format.js";
import { h, replace, setAttribute, svg } from "../dom.js";
import { texts } from "../texts.js";

/**
 * @import { Attribute, Child, Listener, Props } from "../dom.js"
 */

/**
 * A message in the page.
 *
 * @typedef {object} Message
 * @property {"info" | "success" | "warning" | "error"} tone
 * @property {string} [title]
 * @property {Child} [body] One paragraph, or a list of them.
 * @property {HTMLElement[]} [actions]
 * @property {string | undefined} [requestId]
 * @property {() => void} [onDismiss]
 */

/**
 * A button; `look` is "primary", "danger", "quiet" or "plain".
 *
 * @param {Child} label
 * @param {Listener | null} onclick
 * @param {Props & { look?: string }} [props]
 */
export function button(label, onclick, { look = "plain", ...props } = {}) {
  return h("button", { type: "button", class: `button ${look}`, onclick, ...props }, label);
}

const live = h("p", { class: "visually-hidden", role: "status" });

/** The place from which screen readers are told what happened. */
export const announcer = live;

/**
 * Says something to those who do not see it.
 *
 * @param {string} text
 */
export function announce(text) {
  // The same text twice would not be said again.
  live.textContent = live.textContent === text ? `${text}\u00a0` : text;
}

/**
 * A button that copies a text.
 *
 * @param {string} text
 * @param {string} what
 */
export function copyButton(text, what, { isSmall = false } = {}) {
  // A list of names would be more buttons than names.
  const shown = () => (isSmall ? copyIcon() : texts.copy);
  const label = h("span", { class: "copy-label" }, shown());
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      replace(label, isSmall ? "✓" : texts.copied);
      announce(texts.copied);
    } catch {
      announce(texts.copyFailed);
      replace(label, texts.copyFailed);
    }
    setTimeout(() => replace(label, shown()), 2_000);
  };
  return button(label, copy, {
    look: "quiet small",
    "aria-label": texts.copyWhat(what),
    title: text,
  });
}

const copyIcon = () =>
  svg(
    "svg",
    { viewBox: "0 0 24 24", class: "copy-icon", "aria-hidden": true },
    svg("path", { d: "M9 9h11v11H9zM5 15H4V4h11v1" }),
  );

/** @type {Set<WeakRef<HTMLTimeElement>>} */
const times = new Set();

/**
 * A time as seen from now, with the exact instant on hover. `seconds` is Unix time.
 *
 * @param {number | null | undefined} seconds
 */
export function time(seconds) {
  if (seconds == null) return h("span", { class: "muted" }, texts.time.never);
  const element = h(
    "time",
    {
      datetime: new Date(seconds * 1000).toISOString(),
      title: formatInstant(seconds),
    },
    formatRelative(seconds),
  );
  times.add(new WeakRef(element));
  return element;
}

/** Brings all times that are shown up to date. */
export function refreshTimes() {
  for (const reference of times) {
    const element = reference.deref();
    if (element?.isConnected) {
      element.textContent = formatRelative(Date.parse(element.dateTime) / 1000);
    } else {
      times.delete(reference);
    }
  }
}

const ICONS = {
  info: "M12 11v6m0-10v.5",
  success: "M7 12.5l3.5 3.5L17 9",
  warning: "M12 7v6m0 3.5v.5",
  error: "M8.5 8.5l7 7m0-7l-7 7",
};

/** @param {keyof typeof ICONS} name */
function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: "icon", "aria-hidden": true },
    svg("circle", { cx: 12, cy: 12, r: 10 }),
    svg("path", { d: ICONS[name] }),
  );
}

/**
 * Shows a message. Errors are said at once.
 *
 * @param {Message} message
 */
export function banner({ tone, title, body = [], actions = [], requestId, onDismiss }) {
  return h(
    "div",
    { class: `banner ${tone}`, role: tone === "error" ? "alert" : "status" },
    icon(tone),
    h(
      "div",
      { class: "banner-text" },
      title && h("p", { class: "banner-title" }, title),
      [body]
        .flat()
        .filter(Boolean)
        .map((text) => h("p", {}, text)),
      requestId &&
        h(
          "p",
          { class: "request-id" },
          `${texts.requestId}: `,
          h("code", {}, requestId),
          copyButton(requestId, texts.requestId),
        ),
      actions.length > 0 && h("div", { class: "actions" }, actions),
    ),
    onDismiss && button("×", onDismiss, { look: "quiet icon-only", "aria-label": texts.dismiss }),
  );
}

/**
 * An id as text, with a mark on what is wrong from `offset` on.
 *
 * @param {string} text
 * @param {number} [offset]
 */
export function markedId(text, offset) {
  if (offset === undefined) return h("code", { class: "id" }, text);
  // Offsets count characters, not UTF-16 units.
  const characters = [...text];
  const [good, bad, rest] = [
    characters.slice(0, offset),
    characters.slice(offset, offset + 1),
    characters.slice(offset + 1),
  ].map((part) => part.join(""));
  return h("code", { class: "id" }, good, h("mark", {}, bad), rest);
}

/**
 * Links a control to the texts that describe it.
 *
 * @param {HTMLElement} control
 * @param {HTMLElement[]} elements
 * @param {boolean} isInvalid
 */
export function describe(control, elements, isInvalid) {
  const ids = elements.filter((element) => !element.hidden).map(({ id }) => id);
  setAttribute(control, "aria-describedby", ids.join(" ") || null);
  setAttribute(control, "aria-invalid", isInvalid ? "true" : null);
}
