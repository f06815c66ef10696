// Why a call did not succeed, and whose words say so.

import { NoAnswer, PlainError, StrangeAnswer, isDetail } from "./plain-client.js";
import { packageError } from "./rules.js";
import { SessionError } from "./source.js";

/** @import { Issue } from "assessments-edge/slim" */

/**
 * What went wrong with a call: "ended" tells of the session, and "misused" is what the
 * package says of how it is used.
 *
 * @typedef {"ended" | "misused" | "invalid" | "refused" | "unreachable" | "stopped"
 *   | "unexpected"} Kind
 */

/**
 * Whose words the message is: the API's, the package's, the browser's, those of whatever
 * answered in the API's place, or the page's own.
 *
 * @typedef {"api" | "package" | "browser" | "between" | "page"} Speaker
 */

/**
 * What an error may tell besides its message.
 *
 * @typedef {object} Told
 * @property {number} [status]
 * @property {string} [code]
 * @property {Issue[]} [issues]
 * @property {string} [requestId]
 * @property {number} [retryAfter]
 * @property {boolean} [wasSent]
 * @property {string} [body] The beginning of what was answered.
 */

/** Why a call did not succeed. */
export class Failure extends Error {
  /**
   * `isOpen` tells that the request may have been carried out.
   *
   * @param {Kind} kind
   * @param {Speaker} speaker
   * @param {unknown} [error]
   */
  constructor(kind, speaker, error, isOpen = false) {
    const told = /** @type {Partial<Error> & Told} */ (error ?? {});
    super(told.message ?? kind, { cause: error });
    this.kind = kind;
    this.speaker = speaker;
    this.isOpen = isOpen;
    this.status = told.status;
    this.code = told.code;
    this.issues = told.issues;
    this.requestId = told.requestId;
    this.retryAfter = told.retryAfter;
  }
}

/**
 * Whether an error answer leaves open what became of the request: the API says
 * so itself with a 5xx, and what has no request id is not the API's answer.
 *
 * @param {Told & { status: number }} error
 */
function leavesOpen({ status, requestId, wasSent = true }) {
  return wasSent && (status >= 500 || requestId === undefined);
}

/**
 * Who speaks in an error answer. A request id alone does not tell: what has one and is
 * no `detail` is in nobody's words.
 *
 * @param {Told} error
 * @returns {Speaker}
 */
function speakerOf({ body, wasSent = true }) {
  if (!wasSent) return "browser";
  return isDetail(body) ? "api" : "between";
}

/**
 * @param {unknown} error
 * @param {AbortSignal} [signal]
 */
export function failureOf(error, signal) {
  if (error instanceof Failure) return error;
  if (signal?.aborted) return new Failure("stopped", "page", error, true);
  // Nothing is sent without a token.
  if (error instanceof SessionError)
    return new Failure(error.isPassing ? "unreachable" : "ended", "page", error);
  const named = packageError(error);
  if (error instanceof PlainError || named === "ApiError") {
    const told = /** @type {Told & { status: number }} */ (error);
    return new Failure("refused", speakerOf(told), error, leavesOpen(told));
  }
  if (error instanceof NoAnswer || named === "ConnectionError" || named === "TimeoutError")
    return new Failure("unreachable", "browser", error, true);
  if (named === "ValidationError") return new Failure("invalid", "package", error);
  if (named === "ConfigurationError") return new Failure("misused", "package", error);
  if (named === "ResponseShapeError") {
    const { requestId } = /** @type {Told} */ (error);
    return new Failure("unexpected", requestId ? "package" : "between", error, true);
  }
  if (error instanceof StrangeAnswer) return new Failure("unexpected", "between", error, true);
  return new Failure("unexpected", named ? "package" : "page", error, true);
}

/**
 * How long the API asks to wait, in seconds, if it does: of all its answers two can.
 *
 * @param {Failure} failure
 */
export function askedWait({ speaker, status, retryAfter = 0 }) {
  const asks = speaker === "api" && (status === 429 || status === 503);
  return asks && retryAfter > 0 ? retryAfter : undefined;
}
