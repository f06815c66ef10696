// Answers of the API, made up but of the right shape: each is looked at as a client would.

import { ConfigurationError } from "../errors.js";
import {
  ERRORS,
  KINDS,
  OPERATIONS,
  PERMISSIONS,
  PREFIXES,
  REQUEST_ID,
} from "../generated/tables.js";
import { strangeness } from "../operations.js";

/**
 * @import {
 *   ApiErrorName,
 *   ApiErrorOptions,
 *   ApiOperation,
 * } from "../../dist/testing.js"
 * @import {
 *   ArchivedAssessment,
 *   Assessment,
 *   CreatedAssessment,
 *   CreatedSession,
 *   Id,
 *   IdKind,
 *   Me,
 *   Operation,
 *   WorkflowRun,
 *   WorkflowRunStep,
 * } from "../types.js"
 */

/** When everything happened, Unix seconds: no snapshot of a test depends on the present. */
const THEN = 1_790_500_000;

/** How many ids were made without a seed. */
let made = 0;
/** How many request ids were made. */
let asked = 0;

/** Has `id` and the answers begin with the same ids again. */
export function resetIds() {
  made = 0;
  asked = 0;
}

/**
 * An id of a kind: the same for the same seed, or the next.
 *
 * @template {IdKind} Kind
 * @param {Kind} kind
 * @param {string | number} [seed]
 */
export function id(kind, seed) {
  const number = KINDS.indexOf(kind);
  if (number < 0) throw new ConfigurationError(`"${String(kind)}" is no kind of id`);
  const digits =
    seed === undefined ? (++made).toString(16).padStart(32, "0") : digest(`${kind} ${seed}`);
  return /** @type {Id<Kind>} */ (`${PREFIXES[number]}_${digits}`);
}

/**
 * 128 bits of a text in hexadecimal: four times FNV-1a, each from another start. Good enough
 * to tell texts of a test apart.
 *
 * @param {string} text
 */
export function digest(text) {
  let digits = "";
  for (let start = 0; start < 4; start++) {
    let hash = 0x811c9dc5 ^ Math.imul(start + 1, 0x9e3779b1);
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    digits += ((hash ^ (hash >>> 13)) >>> 0).toString(16).padStart(8, "0");
  }
  return digits;
}

/**
 * An answer with some values of its own, if a client would take it.
 *
 * @template {object} Answer
 * @param {Operation} operation
 * @param {Answer} answer
 * @param {Partial<Answer>} values
 * @returns {Answer}
 */
export function answerOf(operation, answer, values) {
  for (const key of Object.keys(values)) {
    if (!(key in answer)) {
      throw new ConfigurationError(
        `"${key}" is none of the keys of this answer: ${Object.keys(answer).join(", ")}`,
      );
    }
  }
  const whole = { ...answer, ...values };
  const wrong = strangeness({ answer: OPERATIONS[operation].number }, whole);
  if (wrong) throw new ConfigurationError(`no client would take this answer: ${wrong}`);
  return whole;
}

/** What the two answers that show an assessment have in common. */
const shared = () => ({
  id: id("assessment"),
  vendor_id: id("vendor"),
  name: "2026 Northwind initial",
  status: /** @type {const} */ ("created"),
  control_set_ids: [id("control_set")],
  service_ids: [],
  assignee_id: null,
  score_percent: null,
  findings_count: 0,
  initiated_at: null,
});

/**
 * The answer of a read.
 *
 * @param {Partial<Assessment>} [values]
 */
export function assessment(values = {}) {
  const { status = "created" } = values;
  const begun = status === "created" ? null : THEN + 60;
  const base = {
    ...shared(),
    initiated_at: begun,
    score_percent: status === "complete" ? 0.82 : null,
    custom_fields: [],
    created_at: values.created_at ?? THEN,
    updated_at: values.created_at ?? begun ?? THEN,
  };
  return answerOf("retrieve", /** @type {Assessment} */ (base), values);
}

/**
 * The answer of a create.
 *
 * @param {Partial<CreatedAssessment>} [values]
 */
export function createdAssessment(values = {}) {
  const { created_at: now = THEN } = values;
  const base = { ...shared(), created_at: now, updated_at: now, workflow_run_id: null };
  return answerOf("create", /** @type {CreatedAssessment} */ (base), values);
}

/**
 * The answer of a cancel or archive.
 *
 * @param {Partial<ArchivedAssessment>} [values]
 */
export function archivedAssessment(values = {}) {
  const base = {
    id: id("assessment"),
    status: /** @type {const} */ ("canceled"),
    is_archived: true,
    archived_at: THEN + 600,
  };
  return answerOf("archive", /** @type {ArchivedAssessment} */ (base), values);
}

/**
 * The steps of a run that is at its third, or ended there.
 *
 * @param {string} status
 * @returns {WorkflowRunStep[]}
 */
function stepsOf(status) {
  /**
   * @param {WorkflowRunStep["action_type"]} action_type
   * @param {string} component_name
   */
  const step = (action_type, component_name) => ({
    step_id: id("workflow_run_step"),
    component_id: id("workflow_component"),
    component_name,
    action_type,
    status: /** @type {WorkflowRunStep["status"]} */ ("success"),
    message: /** @type {string | null} */ (null),
    artifacts: /** @type {WorkflowRunStep["artifacts"]} */ ([]),
  });
  const steps = [
    step("begin_assessment", "Begin"),
    step("wait_for_event", "Wait for the documents"),
    step("call", "Analyse the documents"),
  ];
  const last = steps[2];
  if (status === "completed") {
    const [created_at, updated_at] = [THEN + 300, THEN + 300];
    last.artifacts = [
      { artifact_type: "report", id: "report-1", role: "output", created_at, updated_at },
    ];
    return [...steps, step("complete_assessment", "Close")];
  }
  if (status === "started") last.status = null;
  if (status === "canceled") last.status = "skipped";
  if (status === "failed") {
    last.status = "failed";
    last.message = "The analyser could not be reached.";
  }
  return steps;
}

/**
 * The answer of a read of a run.
 *
 * @param {Partial<WorkflowRun>} [values]
 */
export function workflowRun(values = {}) {
  const { status = "started", started_at: begun = THEN } = values;
  const base = {
    workflow_run_id: id("workflow_run"),
    workflow_name: "annual-reassessment-flow",
    workflow_definition_id: id("workflow_definition"),
    status,
    started_at: begun,
    completed_at: status === "started" ? null : begun + 600,
    steps: values.steps ?? stepsOf(status),
  };
  return answerOf("retrieveRun", /** @type {WorkflowRun} */ (base), values);
}

/**
 * The answer of a request for a session.
 *
 * @param {Partial<CreatedSession>} [values]
 */
export function session(values = {}) {
  return answerOf("createSession", { token: "a-session", expires_at: THEN + 900 }, values);
}

/**
 * The answer of `GET /v1/dashboard/me`: a person.
 *
 * @param {Partial<Me>} [values]
 * @returns {Me}
 */
export function me(values = {}) {
  return {
    organization: { id: id("organization"), name: "Harbor Credit Union" },
    user: { id: id("user"), name: "Ana Duarte" },
    key: null,
    role: "Dashboard User",
    routes: PERMISSIONS.filter((permission) => permission !== "create_session"),
    environment: "development",
    ...values,
  };
}

/** A request id: a UUID, as random ones are written. */
export function requestId() {
  return `00000000-0000-4000-8000-${(++asked).toString(16).padStart(12, "0")}`;
}

/** What every answer carries. */
export function commonHeaders() {
  return /** @type {Record<string, string>} */ ({
    "cache-control": "no-store",
    "content-type": "application/json",
    vary: "Origin",
    "x-content-type-options": "nosniff",
    [REQUEST_ID]: requestId(),
  });
}

/** Who waits for how long is told in this header. */
const RETRY_AFTER = "retry-after";

/**
 * An error of the API, by its name.
 *
 * @param {ApiErrorName} name
 * @param {ApiErrorOptions} [options]
 */
export function apiError(name, { operation, retryAfter } = {}) {
  const { status, header, body } = errorOf(name, operation, retryAfter);
  const headers = commonHeaders();
  if (header) headers[header[0]] = header[1];
  return { status, headers, body: JSON.parse(body) };
}

/**
 * The same before it is an answer.
 *
 * @param {ApiErrorName} name
 * @param {ApiOperation} [operation]
 * @param {number} [retryAfter]
 * @returns {{ status: number, header: string[] | null, body: string }}
 */
export function errorOf(name, operation, retryAfter) {
  if (!Object.hasOwn(ERRORS, name)) {
    throw new ConfigurationError(
      `"${String(name)}" is no error of the API; there are ${Object.keys(ERRORS).join(", ")}`,
    );
  }
  const { status, header, body, operations } = ERRORS[name];
  if (operation !== undefined && !Object.hasOwn(operations, operation)) {
    throw new ConfigurationError(`${operation} never answers ${name}`);
  }
  const own = (operation !== undefined && operations[operation]) || body;
  if (retryAfter === undefined) return { status, header, body: own };
  if (header?.[0] !== RETRY_AFTER) throw new ConfigurationError(`${name} has no Retry-After`);
  if (!Number.isSafeInteger(retryAfter) || retryAfter < 0) {
    throw new ConfigurationError(`retryAfter must be whole seconds, got ${String(retryAfter)}`);
  }
  return { status, header: [RETRY_AFTER, String(retryAfter)], body: own };
}

/** Whether an operation can answer an error. */
export const answers = (/** @type {ApiOperation} */ operation, /** @type {ApiErrorName} */ name) =>
  Object.hasOwn(ERRORS[name].operations, operation);
