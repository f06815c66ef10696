// The runs of workflows, and their steps.

import { h } from "../dom.js";
import { withMarks } from "../format.js";
import { texts } from "../texts.js";
import { button } from "./controls.js";
import { duration, foreign, moment } from "./named.js";

/**
 * @import { AwaitedEvent, ListedRun, WorkflowRun, WorkflowRunStep } from "assessments-edge/slim"
 * @import { Child } from "../dom.js"
 */

/**
 * A run as far as it is known: its steps, or why they could not be read.
 *
 * @typedef {object} Known
 * @property {WorkflowRun | undefined} run
 * @property {string | undefined} fault
 * @property {AwaitedEvent | undefined} awaited What its last step waits for.
 */

/**
 * The step of a run that goes on by an event, if it has come to one.
 *
 * @param {WorkflowRun} run
 * @returns {WorkflowRunStep | undefined}
 */
export function waitingStep({ status, steps }) {
  const last = steps.at(-1);
  const waits = last?.action_type === "wait_for_event" && last.status === null;
  return status === "started" && waits ? last : undefined;
}

/**
 * What a run's status is called; one that is not known here calls itself.
 *
 * @param {string} status
 */
export function runStatus(status) {
  /** @type {Record<string, string>} */
  const names = texts.detail.runStatuses;
  return names[status] ?? status;
}

/**
 * Every run, of which those in `opened` show their steps.
 *
 * @param {readonly ListedRun[]} runs
 * @param {object} more
 * @param {(id: string) => Known} more.known
 * @param {ReadonlySet<string>} more.opened
 * @param {(id: string, isOpen: boolean) => void} more.toggled
 * @param {(id: string) => unknown} more.retry
 */
export function runList(runs, { known, opened, toggled, retry }) {
  const items = runs.map((listed) => {
    const { workflow_run_id: id } = listed;
    const { run, fault, awaited } = known(id);
    const { status, started_at: started, completed_at: completed } = run ?? listed;
    /** @type {[Child, Child][]} */
    const times = [[texts.runs.started, moment(started)]];
    if (completed != null) {
      times.push([texts.runs.ended, moment(completed)]);
      times.push([texts.runs.took, duration(completed - started)]);
    }
    const ontoggle = (/** @type {Event} */ { currentTarget }) =>
      toggled(id, /** @type {HTMLDetailsElement} */ (currentTarget).open);
    return h(
      "li",
      {},
      h(
        "details",
        { class: "run", open: opened.has(id), ontoggle },
        h("summary", {}, foreign(listed.workflow_name), " · ", h("span", {}, runStatus(status))),
        h(
          "dl",
          { class: "facts" },
          times.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
        ),
        run && stepList(run, awaited),
        !run && fault === undefined && h("p", { class: "muted" }, texts.loading),
        fault !== undefined && [
          h("p", { class: "fault" }, fault),
          button(texts.trouble.retry, () => retry(id)),
        ],
      ),
    );
  });
  return h("ol", { class: "runs" }, items);
}

/**
 * The steps of a run that were begun.
 *
 * @param {WorkflowRun} run
 * @param {AwaitedEvent} [awaited] What it waits for, if that is known.
 */
export function stepList(run, awaited) {
  if (run.steps.length === 0) return h("p", { class: "muted" }, texts.detail.noSteps);
  /** @type {Record<string, string>} */
  const stepStatuses = texts.detail.stepStatuses;
  const waiting = waitingStep(run);
  const steps = run.steps.map((step, index) => {
    // What the run did about a failure: the last step that failed may have ended it.
    const isEnd = run.status === "failed" && index === run.steps.length - 1;
    const failed = isEnd ? "ended" : "continued";
    const state = step.status === "failed" ? failed : (step.status ?? "going");
    return h(
      "li",
      { class: `run-step ${state}` },
      h("span", { class: "run-step-name" }, foreign(step.component_name)),
      h("span", { class: "run-step-state" }, stepStatuses[state]),
      step === waiting &&
        h("p", { class: "hint" }, texts.runs.waits(awaited ? withMarks(awaited.name) : undefined)),
      step.message && h("p", { class: "hint" }, foreign(step.message)),
      step.artifacts.length > 0 &&
        h(
          "ul",
          { class: "tags" },
          step.artifacts.map((artifact) =>
            h(
              "li",
              { class: "tag", title: artifact.id },
              foreign(`${artifact.artifact_type}: ${artifact.id}`),
            ),
          ),
        ),
    );
  });
  return h("ol", { class: "timeline" }, steps);
}
