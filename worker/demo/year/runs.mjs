// Runs as the engine would have left them: one goes through the steps of its workflow
// up to where it stops.

import { idOf } from "./chance.mjs";
import { DAY, WORKFLOWS } from "./workflows.mjs";

/** Days that each event takes to come, at least and at most, where things go fast. */
const DAYS_UNTIL = {
  "documents-received": [0.3, 3],
  "documents-indexed": [0.05, 0.8],
  "report-received": [0.4, 2],
  "review-approved": [0.3, 4],
  "committee-approved": [0.5, 4],
};
const UNANSWERED = ["The analyser could not be reached.", "The analyser failed: answered 503"];
const UNREADABLE = "The analyser failed: not an analysis";
/** Seconds that a call with all its attempts takes until it fails. */
const ATTEMPTS_SECONDS = 46;

/**
 * How a run stops, at the step of that name: it goes on there (`started`), the step fails it,
 * or the archive of its assessment ends it that many seconds later (`canceled`).
 *
 * @typedef {{ at: string, as: "started" | "failed" | "canceled", after?: number }} Stop
 */

/**
 * What a step came to, after how many seconds; `reports` if it told of the assessment.
 *
 * @typedef {object} Outcome
 * @property {number} seconds
 * @property {"success" | "failed" | "skipped"} [status] A success unless it says otherwise.
 * @property {string} [message]
 * @property {object[]} [artifacts]
 * @property {boolean} [reports]
 */

/**
 * @typedef {object} Plan
 * @property {string} workflow A key of `WORKFLOWS`.
 * @property {number} startedAt
 * @property {Stop} [stop] Without one it goes through to the end.
 * @property {number} [pace] How much slower than fast things go.
 * @property {string} [late] The event that does not come in time, whose step says `continue`.
 * @property {boolean} [unanswered] Whether calls fail whose step says `continue`.
 */

/**
 * @param {any} parameters
 * @param {Plan} plan
 * @param {boolean} fails
 * @param {any} chance
 * @returns {Outcome}
 */
function awaited(
  { event, timeout_seconds: timeout, applies_report: applies },
  plan,
  fails,
  chance,
) {
  if (event === plan.late || (fails && !applies)) {
    const message = `No event '${event}' within ${timeout} s`;
    return { seconds: timeout, status: "failed", message };
  }
  const [least, most] = DAYS_UNTIL[event];
  const seconds = Math.round(chance.between(least, most) * (plan.pace ?? 1) * DAY);
  return fails
    ? { seconds, status: "failed", message: "not an analysis" }
    : { seconds, reports: applies };
}

/**
 * @param {any} parameters
 * @param {Plan} plan
 * @param {boolean} fails
 * @param {any} chance
 * @param {string} run
 * @returns {Outcome}
 */
function asked({ on_failure: onFailure }, plan, fails, chance, run) {
  if (fails || (plan.unanswered && onFailure === "continue")) {
    const message = chance.pick(fails ? [...UNANSWERED, UNREADABLE] : UNANSWERED);
    return { seconds: ATTEMPTS_SECONDS, status: "failed", message };
  }
  const artifacts = [{ artifact_type: "report", id: `report-of-${run}`, role: "output" }];
  return { seconds: chance.whole(2, 9), artifacts, reports: true };
}

/**
 * Goes through a workflow: the run, and what becomes of the assessment by it.
 *
 * @param {string} seed
 * @param {any} chance
 * @param {Plan} plan
 */
export function go(seed, chance, plan) {
  const definition = WORKFLOWS[plan.workflow];
  const id = idOf("cbwr", seed);
  const steps = [];
  let runStatus = "completed";
  let status = "created";
  let initiatedAt;
  let isAnalysed = false;
  let movedAt = plan.startedAt;
  let now = plan.startedAt + 1;
  for (const [position, { name, action_type: action, parameters }] of definition.steps.entries()) {
    const stop = plan.stop?.at === name ? plan.stop : undefined;
    const step = { id: idOf("cbwrs", `${seed} ${position}`), created_at: now, updated_at: now };
    if (stop?.as === "started") {
      steps.push(step);
      runStatus = "started";
      break;
    }
    const fails = stop?.as === "failed";
    /** @type {Outcome} */
    let outcome = { seconds: 0 };
    if (stop?.as === "canceled") outcome = { seconds: stop.after ?? 0, status: "skipped" };
    else if (action === "wait") outcome = { seconds: parameters.seconds };
    else if (action === "wait_for_event") outcome = awaited(parameters, plan, fails, chance);
    else if (action === "call") outcome = asked(parameters, plan, fails, chance, id);
    now += outcome.seconds;
    const { status: ended = "success", message, artifacts, reports } = outcome;
    steps.push({ ...step, status: ended, message, artifacts, updated_at: now });
    if (action === "begin_assessment") initiatedAt = now;
    if (action === "update_assessment") status = parameters.status;
    if (action === "complete_assessment") status = "complete";
    if (fails) status = "failed";
    if (reports) isAnalysed = true;
    if (reports || fails || action.endsWith("_assessment")) movedAt = now;
    if (stop) {
      runStatus = stop.as;
      break;
    }
  }
  const run = {
    id,
    workflow_id: definition.id,
    status: runStatus,
    started_at: plan.startedAt,
    completed_at: runStatus === "started" ? undefined : now,
    steps,
  };
  return { run, status, initiatedAt, movedAt, isAnalysed };
}

/**
 * The run of a workflow that is executed elsewhere: it is started, and no more is known.
 *
 * @param {string} seed
 * @param {string} workflow
 * @param {number} startedAt
 */
export const startElsewhere = (seed, workflow, startedAt) => ({
  id: idOf("cbwr", seed),
  workflow_id: WORKFLOWS[workflow].id,
  status: "started",
  started_at: startedAt,
  steps: [],
});
