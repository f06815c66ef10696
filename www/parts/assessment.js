// How the parts of an assessment are shown.

import { formatDay, formatNumber, formatPercent, withMarks } from "../format.js";
import { h, svg } from "../dom.js";
import { stageLabel, stages } from "../rules.js";
import { texts } from "../texts.js";
import { copyButton } from "./controls.js";

/**
 * @import { CustomField, WorkflowRun } from "assessments-edge/slim"
 * @import { Child, Props } from "../dom.js"
 * @import { Known, Seen } from "../store.js"
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
 * Steps of a run that prove a status which nobody may have read.
 *
 * @type {Record<string, string>}
 */
const PROVEN = { complete_assessment: "complete", fail_assessment: "failed" };

/**
 * The way through the stages. Done is what was seen, by this browser or by the run, and
 * nothing else: an assessment may leave stages out, move backwards, or end in between.
 *
 * @param {Known} assessment
 * @param {Seen[]} history
 * @param {WorkflowRun | undefined} run
 */
export function tracker({ status, initiated_at: initiated }, history, run) {
  const all = stages();
  const of = (/** @type {string | undefined} */ sought) =>
    all.find(({ statuses }) => sought !== undefined && statuses.includes(sought));
  const now = of(status) ?? { label: stageLabel(status), statuses: [status], isTerminal: false };
  const before = history.slice(0, -1).map(({ status: seen }) => of(seen));
  const proven = run?.steps.filter(({ status: outcome }) => outcome === "success") ?? [];
  const past = [...proven.map(({ action_type: action }) => of(PROVEN[action])), ...before];
  const seen = new Set(past);
  const work = all.filter(({ isTerminal }) => !isTerminal);
  const last = work.findLast((stage) => seen.has(stage));
  const isCutOff = now.isTerminal && status !== "complete";
  // After an end in between, what might have come never will.
  const passed = isCutOff ? work.slice(0, last ? work.indexOf(last) + 1 : 0) : work;
  const end = now.isTerminal ? now : (of("complete") ?? now);
  const way = all.length > 0 ? [...passed, end] : [now];
  const at = way.indexOf(now);
  const steps = way.map((stage, index) => {
    const isDone = seen.has(stage) ? "done" : "unseen";
    const state = index < at ? isDone : index === at ? "current" : "ahead";
    /** @type {Props} */
    const props = { class: `step ${state} ${tone(stage.statuses[0])}` };
    if (state === "current") props["aria-current"] = "step";
    const { done, current, unseen } = texts.detail;
    const said = { done, current, unseen, ahead: undefined }[state];
    return h(
      "li",
      props,
      h("span", { class: "step-label" }, stage.label),
      said && [" ", h("span", { class: "visually-hidden" }, said)],
    );
  });
  const was = past.findLast((stage) => stage !== undefined && stage !== now);
  const isBack = was !== undefined && !now.isTerminal && all.indexOf(was) > all.indexOf(now);
  const { endedAfter, endedUnseen, neverBegan, movedBack } = texts.detail;
  const ended = last ? endedAfter(last.label) : endedUnseen;
  return h(
    "div",
    {},
    h("ol", { class: "tracker" }, steps),
    isBack && h("p", { class: "hint" }, movedBack(was.label)),
    isCutOff && h("p", { class: "hint" }, initiated === null ? `${neverBegan} ${ended}` : ended),
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
 * The value of a custom field, by its type; `person` shows one of the people in it.
 *
 * @param {CustomField} field
 * @param {(id: string, what: string) => Child} person
 */
export function customFieldValue({ field_type: type, field_name: name, value }, person) {
  const text = String(value);
  const list = /** @type {string[]} */ (value);
  if (Array.isArray(value) && value.length === 0)
    return h("span", { class: "muted" }, texts.detail.none);
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
        list.map((label) => h("li", { class: "tag" }, h("bdi", {}, withMarks(label)))),
      );
    case "select":
      return h("span", { class: "tag" }, h("bdi", {}, withMarks(text)));
    case "user":
      return h(
        "ul",
        { class: "plain" },
        list.map((id) => h("li", {}, person(id, name))),
      );
    default:
      return h("bdi", {}, withMarks(text));
  }
}
