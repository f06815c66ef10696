// How the parts of an assessment are shown.

import { formatDay, formatNumber, formatPercent } from "../format.js";
import { h, svg } from "../dom.js";
import { stageLabel, stages } from "../rules.js";
import { texts } from "../texts.js";
import { copyButton } from "./controls.js";

/**
 * @import { CustomField } from "assessments-edge/slim"
 * @import { Props } from "../dom.js"
 * @import { Seen } from "../store.js"
 */

/** The class that colours a status; an unknown one has no colour of its own. */
const tone = (/** @type {string} */ status) => `stage-${status.replaceAll("_", "-")}`;

/** @param {string} status */
export function stageBadge(status) {
  return h("span", { class: `badge ${tone(status)}` }, stageLabel(status));
}

/**
 * A bar of how many assessments are in each stage.
 *
 * @param {{ status: string, count: number }[]} counts
 */
export function distribution(counts) {
  const parts = counts
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => {
      const part = h("span", { class: `part ${tone(status)}` });
      part.style.flexGrow = String(count);
      return part;
    });
  return h("div", { class: "distribution", "aria-hidden": "true" }, parts);
}

/**
 * The way through the stages. An assessment may move backwards, so nothing
 * says that what was passed once is done for good.
 *
 * @param {string} status
 * @param {Seen[]} history
 */
export function tracker(status, history) {
  const all = stages();
  const now = all.findIndex(({ statuses }) => statuses.includes(status));
  // Of the ways to end, that which was taken, or else the first.
  const work = all.filter(({ isTerminal }) => !isTerminal);
  const ends = all.filter(({ isTerminal }) => isTerminal);
  const end = all[now]?.isTerminal ? all[now] : ends[0];
  const way = end ? [...work, end] : [{ label: stageLabel(status), statuses: [status] }];
  const at = way.findIndex(({ statuses }) => statuses.includes(status));
  const steps = way.map((stage, index) => {
    const state = index < at ? "done" : index === at ? "current" : "ahead";
    /** @type {Props} */
    const props = { class: `step ${state} ${tone(stage.statuses[0])}` };
    if (state === "current") props["aria-current"] = "step";
    const said = { done: texts.detail.done, current: texts.detail.current, ahead: undefined }[
      state
    ];
    return h(
      "li",
      props,
      h("span", { class: "step-label" }, stage.label),
      said && [" ", h("span", { class: "visually-hidden" }, said)],
    );
  });
  const before = history.at(-2)?.status;
  const was = way.findIndex(({ statuses }) => before !== undefined && statuses.includes(before));
  return h(
    "div",
    {},
    h("ol", { class: "tracker" }, steps),
    was > at && h("p", { class: "hint" }, texts.detail.movedBack(way[was].label)),
  );
}

const RADIUS = 42;
const LENGTH = 2 * Math.PI * RADIUS;

/**
 * A score as a ring. The API clamps no score, so the ring does, and the text does not.
 *
 * @param {number | null} score
 */
export function scoreRing(score) {
  const text = score === null ? "–" : formatPercent(score);
  const drawn = Math.min(Math.max(score ?? 0, 0), 1) * LENGTH;
  const circle = (/** @type {Props} */ props) =>
    svg("circle", { cx: 50, cy: 50, r: RADIUS, ...props });
  return h(
    "div",
    { class: "ring" },
    svg(
      "svg",
      { viewBox: "0 0 100 100", "aria-hidden": "true" },
      circle({ class: "ring-track" }),
      score !== null &&
        circle({
          class: "ring-value",
          "stroke-dasharray": `${drawn} ${LENGTH}`,
          transform: "rotate(-90 50 50)",
        }),
    ),
    h("span", { class: "ring-text" }, text),
    score === null && h("span", { class: "visually-hidden" }, texts.detail.notScored),
  );
}

/**
 * An id, whole, that can be copied.
 *
 * @param {string} id
 * @param {string} what
 */
export function idLine(id, what) {
  return h("span", { class: "id-line" }, h("code", { class: "id" }, id), copyButton(id, what));
}

/**
 * The value of a custom field, by its type.
 *
 * @param {CustomField} field
 */
export function customFieldValue({ field_type: type, field_name: name, value }) {
  const text = String(value);
  const list = /** @type {string[]} */ (value);
  switch (type) {
    case "boolean":
      return value ? texts.detail.yes : texts.detail.no;
    case "number":
      return formatNumber(Number(value));
    case "date":
      return h("time", { datetime: text }, formatDay(text));
    case "multiselect":
      return h(
        "ul",
        { class: "tags" },
        list.map((label) => h("li", { class: "tag" }, h("bdi", {}, label))),
      );
    case "select":
      return h("span", { class: "tag" }, h("bdi", {}, text));
    case "user":
      return h(
        "ul",
        { class: "plain" },
        list.map((id) => h("li", {}, idLine(id, name))),
      );
    default:
      return h("bdi", {}, text);
  }
}
