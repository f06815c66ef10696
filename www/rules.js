// What the package knows and this page asks it. Until it is there, and where WebAssembly
// is not allowed, the answers are empty: nothing is checked before it is sent, and the
// server's own checks are shown in the same places.

/**
 * @import {
 *   AssessmentsClient,
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

/**
 * Whether the package can run: not yet, or not here because WebAssembly is not allowed,
 * or not now because it could not be had.
 *
 * @typedef {"loading" | "ready" | "forbidden" | "missing"} RulesState
 */

/** The smallest module there is: its header. */
const EMPTY_MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** @type {typeof import("./package.js") | undefined} */
let edge;
/** @type {Map<string, StatusMeaning>} */
let meanings = new Map();
/** @type {RulesState} */
let state = "loading";
/** @type {Set<() => void>} */
const listeners = new Set();

/** Gets the package ready. Nobody has to wait for it: whoever asks meanwhile knows nothing. */
export async function loadRules() {
  become("loading");
  try {
    const loaded = await import("./package.js");
    await loaded.init(loaded.MODULE);
    meanings = new Map(loaded.statuses().map((meaning) => [meaning.status, meaning]));
    edge = loaded;
    become("ready");
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    console.info("Requests are checked by the server only:", message);
    become(isAllowed() ? "missing" : "forbidden");
  }
}

/** Whether the browser and the page's policy allow WebAssembly. */
function isAllowed() {
  try {
    return new WebAssembly.Module(EMPTY_MODULE) !== undefined;
  } catch {
    return false;
  }
}

/** @param {RulesState} next */
function become(next) {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

export const rulesState = () => state;

/**
 * Calls `listener` when the package comes, or cannot; answers what ends that.
 *
 * @param {() => void} listener
 */
export function subscribeToRules(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the package can run. */
export const hasRules = () => edge !== undefined;

/**
 * The package's client, if it can run.
 *
 * @param {Omit<ClientOptions, "baseUrl">} options
 */
export function makeClient(options) {
  return edge && new edge.AssessmentsClient({ baseUrl: location.origin, ...options });
}

/**
 * The package's reads of what is shown by name, through its client.
 *
 * @param {AssessmentsClient} client
 */
export function readerOf(client) {
  return edge?.dashboard(client);
}

/**
 * The name of an error's class, if it is one of the package's.
 *
 * @param {unknown} error
 */
export function packageError(error) {
  return edge && error instanceof edge.AssessmentsError ? error.name : undefined;
}

/**
 * What is wrong with the value of a field: a list of issues.
 *
 * @param {keyof CreateAssessmentRequest} name
 * @param {unknown} value
 * @returns {Issue[]}
 */
export function fieldIssues(name, value) {
  const checked = edge?.validateField(name, value);
  return !checked || checked.ok ? [] : checked.issues;
}

/**
 * What is wrong with an idempotency key.
 *
 * @param {string} key
 * @returns {Issue[]}
 */
export function keyIssues(key) {
  const checked = edge?.validateIdempotencyKey(key);
  return !checked || checked.ok ? [] : checked.issues;
}

/**
 * What an empty request lacks: the issue of each required field, by its name.
 *
 * @returns {Map<string, Issue>}
 */
export function missingIssues() {
  const checked = edge?.validateCreateAssessment({});
  const issues = !checked || checked.ok ? [] : checked.issues;
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
    edge?.parseId(text, kind);
  } catch (error) {
    return /** @type {import("assessments-edge/slim").IdError} */ (error).offset;
  }
}

/**
 * The kind of a text that is an id.
 *
 * @param {string} text
 */
export function kindOf(text) {
  try {
    return edge?.parseId(text).kind;
  } catch {
    return undefined;
  }
}

/** The tokens of a name's format. */
export function nameTokens() {
  return edge?.nameTokens() ?? [];
}

/**
 * The name that a request would give, if that can be told.
 *
 * @param {Pick<CreateAssessmentRequest, "name" | "assessment_name_format">} request
 * @param {NameFacts} facts
 */
export function previewName(request, facts) {
  return edge?.previewName(request, facts);
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
