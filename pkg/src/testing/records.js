// What the stand-in keeps: assessments with their timelines, runs, and answers of keys.

import { ConfigurationError } from "../errors.js";
import { STATUSES, WHEN_ARCHIVED } from "../generated/tables.js";
import { answerOf } from "./fixtures.js";

/** @import { TestState, Timeline } from "../../dist/testing.js" */
/** @import { Assessment, WorkflowRun } from "../types.js" */

/** Of each kind, as many as no test has; beyond, a loop of the test is told. */
export const MAX_KEPT = 10_000;

/**
 * A list of what is kept, by id.
 *
 * @template Record
 * @extends {Map<string, Record>}
 */
export class Kept extends Map {
  /**
   * @param {string} key
   * @param {Record} record
   * @override
   */
  set(key, record) {
    if (this.size >= MAX_KEPT && !this.has(key)) {
      throw new ConfigurationError(
        `the stand-in keeps ${MAX_KEPT} of a kind and no more: call reset()`,
      );
    }
    return super.set(key, record);
  }
}

/** How a run ends with its assessment. */
const RUN_ENDS = /** @type {Record<string, WorkflowRun["status"]>} */ ({
  complete: "completed",
  failed: "failed",
  canceled: "canceled",
});

/** @param {string} status */
const isTerminal = (status) => STATUSES.some((one) => one.status === status && one.isTerminal);

/**
 * The states of a timeline behind the first.
 *
 * @param {Timeline} timeline
 * @returns {TestState[]}
 */
function statesOf(timeline) {
  const states = timeline.map((state) => (typeof state === "string" ? { status: state } : state));
  // Which every assessment begins with.
  const [first] = states;
  if (first && first.status === "created" && first.after === undefined) states.shift();
  return states;
}

/** An assessment. */
export class AssessmentRecord {
  /** @type {number | undefined} */
  archivedAt;
  /** @type {RunRecord[]} */
  runs = [];
  #reads = 0;
  #next = 0;
  #states;

  /**
   * @param {Assessment} data
   * @param {Timeline} timeline
   */
  constructor(data, timeline) {
    this.data = data;
    this.#states = statesOf(timeline);
    for (const { after } of this.#states) {
      if (after !== undefined && !(Number.isFinite(after) && after >= 0)) {
        throw new ConfigurationError(`timeline: after must be seconds, got ${String(after)}`);
      }
    }
    // Every state is one that a client would take, or the test is told now.
    for (const { after, ...values } of this.#states) answerOf("retrieve", data, values);
  }

  /**
   * Goes on to where the clock, and a read, have brought it. One read brings it on by one
   * state, and the first by none.
   *
   * @param {number} now
   * @param {boolean} isRead
   */
  goOn(now, isRead) {
    if (this.archivedAt !== undefined) return;
    let read = isRead && this.#reads > 0;
    if (isRead) this.#reads++;
    for (; this.#next < this.#states.length; this.#next++) {
      const { after, ...values } = this.#states[this.#next];
      if (after === undefined ? !read : this.data.created_at + after > now) break;
      if (after === undefined) read = false;
      this.change(values, after === undefined ? now : this.data.created_at + after);
    }
  }

  /**
   * @param {Partial<Assessment>} values
   * @param {number} now
   */
  change(values, now) {
    const { status = this.data.status } = values;
    const begins = this.data.initiated_at === null && status !== "created";
    this.data = answerOf("retrieve", this.data, {
      ...(begins && { initiated_at: now }),
      updated_at: now,
      ...values,
    });
    if (isTerminal(status)) for (const run of this.runs) run.end(RUN_ENDS[status], now);
  }

  /** @param {number} now */
  archive(now) {
    if (this.archivedAt === undefined) {
      this.goOn(now, false);
      const status = /** @type {Assessment["status"]} */ (
        WHEN_ARCHIVED[this.data.status] ?? this.data.status
      );
      this.data = { ...this.data, status, updated_at: now };
      this.archivedAt = now;
      for (const run of this.runs) run.end("canceled", now);
    }
    const { id, status } = this.data;
    return { id, status, is_archived: true, archived_at: this.archivedAt };
  }
}

/** A run of a workflow. */
export class RunRecord {
  /** @type {{ name: string, payload: unknown, receivedAt: number }[]} */
  events = [];

  /**
   * @param {WorkflowRun} data
   * @param {AssessmentRecord} [assessment]
   * @param {readonly string[]} [expects] Names of events; any, if there is no list.
   */
  constructor(data, assessment, expects) {
    this.data = data;
    this.assessment = assessment;
    this.expects = expects;
    assessment?.runs.push(this);
  }

  /** @param {Partial<WorkflowRun>} values */
  change(values) {
    this.data = answerOf("retrieveRun", this.data, values);
  }

  /**
   * @param {WorkflowRun["status"]} status
   * @param {number} now
   */
  end(status, now) {
    if (this.data.status !== "started") return;
    const left = status === "completed" ? "success" : "skipped";
    const steps = this.data.steps.map((step) => ({ ...step, status: step.status ?? left }));
    this.change({ status, completed_at: now, steps });
  }
}
