// What the package knows and this page asks it. Where WebAssembly is not
// allowed, the answers are empty: nothing is checked before it is sent, and the
// server's own checks are shown in the same places.

import * as edge from "./assessments-edge/slim.js";

const MODULE = new URL("./assessments-edge/assessments.wasm", import.meta.url);

/**
 * @import {
 *   ClientOptions,
 *   CreateAssessmentRequest,
 *   IdKind,
 *   Issue,
 *   NameFacts,
 *   StatusMeaning,
 * } from "assessments-edge/slim"
 */

/**
 * Statuses that are one to a person.
 *
 * @typedef {{ label: string, statuses: string[], isTerminal: boolean }} Stage
 */

let ready = false;
/** @type {Map<string, StatusMeaning>} */
let meanings = new Map();

/** Gets the package ready; whether it is. */
export async function loadRules() {
  try {
    await edge.init(MODULE);
    meanings = new Map(edge.statuses().map((meaning) => [meaning.status, meaning]));
    ready = true;
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    console.info("Requests are checked by the server only:", message);
  }
  return ready;
}

/** Whether the package can run. */
export const hasRules = () => ready;

/**
 * The package's client, if it can run.
 *
 * @param {Omit<ClientOptions, "baseUrl">} options
 */
export function makeClient(options) {
  return ready ? new edge.AssessmentsClient({ baseUrl: location.origin, ...options }) : undefined;
}

export const { ApiError, ConfigurationError, ConnectionError, TimeoutError, ValidationError } =
  edge;

/**
 * What is wrong with the value of a field: a list of issues.
 *
 * @param {keyof CreateAssessmentRequest} name
 * @param {unknown} value
 * @returns {Issue[]}
 */
export function fieldIssues(name, value) {
  if (!ready) return [];
  const checked = edge.validateField(name, value);
  return checked.ok ? [] : checked.issues;
}

/**
 * What is wrong with an idempotency key.
 *
 * @param {string} key
 * @returns {Issue[]}
 */
export function keyIssues(key) {
  if (!ready) return [];
  const checked = edge.validateIdempotencyKey(key);
  return checked.ok ? [] : checked.issues;
}

/**
 * What an empty request lacks: the issue of each required field, by its name.
 *
 * @returns {Map<string, Issue>}
 */
export function missingIssues() {
  if (!ready) return new Map();
  const checked = edge.validateCreateAssessment({});
  const issues = checked.ok ? [] : checked.issues;
  return new Map(issues.map((issue) => [String(issue.loc[1]), issue]));
}

/**
 * The position at which a text stops being an id, of `kind` if one is named; undefined if it is one.
 *
 * @param {string} text
 * @param {IdKind} [kind]
 */
export function idFault(text, kind) {
  try {
    if (ready) edge.parseId(text, kind);
  } catch (error) {
    return /** @type {edge.IdError} */ (error).offset;
  }
}

/**
 * The kind of a text that is an id.
 *
 * @param {string} text
 */
export function kindOf(text) {
  try {
    return ready ? edge.parseId(text).kind : undefined;
  } catch {
    return undefined;
  }
}

/** The tokens of a name's format. */
export function nameTokens() {
  return ready ? edge.nameTokens() : [];
}

/**
 * The name that a request would give, if that can be told.
 *
 * @param {Pick<CreateAssessmentRequest, "name" | "assessment_name_format">} request
 * @param {NameFacts} facts
 */
export function previewName(request, facts) {
  return ready ? edge.previewName(request, facts) : undefined;
}

/**
 * Whether no more work will happen; where that cannot be told, it may.
 *
 * @param {string} status
 */
export function isTerminal(status) {
  return meanings.get(status)?.isTerminal ?? false;
}

/**
 * The label of a status's stage; the status itself if that cannot be told.
 *
 * @param {string} status
 */
export function stageLabel(status) {
  return meanings.get(status)?.stageLabel ?? status;
}

/** The stages in the order of the work, each once. */
export function stages() {
  /** @type {Map<string, Stage>} */
  const byLabel = new Map();
  for (const { status, stageLabel: label, isTerminal } of meanings.values()) {
    const stage = byLabel.get(label) ?? { label, statuses: [], isTerminal };
    stage.statuses.push(status);
    byLabel.set(label, stage);
  }
  return [...byLabel.values()];
}
