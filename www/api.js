// Calls to the API, through the package's client where that can run, and what
// their failures mean for a person.

import { NoAnswer, PlainError, plainClient, refusesCredential } from "./plain-client.js";
import {
  ApiError,
  ConfigurationError,
  ConnectionError,
  TimeoutError,
  ValidationError,
  makeClient,
} from "./rules.js";
import { session } from "./session.js";
import { SessionError } from "./source.js";

/**
 * @import { CreateAssessmentRequest, Hooks, Issue } from "assessments-edge/slim"
 * @import { Ask, Client, Options } from "./plain-client.js"
 */

/**
 * What went wrong with a call: "ended" tells of the session, and "misused" is what the
 * package says of how it is used.
 *
 * @typedef {"ended" | "misused" | "invalid" | "refused" | "unreachable" | "stopped"
 *   | "unexpected"} Kind
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
 */

/** @typedef {Options & { onRetry?: Hooks["onRetry"], maxRetries?: number }} CallOptions */

/** Why a call did not succeed. */
export class Failure extends Error {
  /**
   * `isOpen` tells that the request may have been carried out.
   *
   * @param {Kind} kind
   * @param {unknown} [error]
   */
  constructor(kind, error, isOpen = false) {
    const told = /** @type {Partial<Error> & Told} */ (error ?? {});
    super(told.message ?? kind, { cause: error });
    this.kind = kind;
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
 * @param {unknown} error
 * @param {AbortSignal} [signal]
 */
function failureOf(error, signal) {
  if (error instanceof Failure) return error;
  if (signal?.aborted) return new Failure("stopped", error, true);
  // Nothing is sent without a token.
  if (error instanceof SessionError)
    return new Failure(error.trouble === "unreachable" ? "unreachable" : "ended", error);
  if (error instanceof ApiError || error instanceof PlainError) {
    return new Failure("refused", error, leavesOpen(error));
  }
  if (error instanceof ValidationError) return new Failure("invalid", error);
  if ([ConnectionError, TimeoutError, NoAnswer].some((type) => error instanceof type)) {
    return new Failure("unreachable", error, true);
  }
  if (error instanceof ConfigurationError) return new Failure("misused", error);
  return new Failure("unexpected", error, true);
}

/** The API, for one development or production deployment. */
export class Api {
  #development;

  /** @param {{ development: boolean }} settings */
  constructor({ development }) {
    this.#development = development;
  }

  /**
   * @param {Hooks} hooks
   * @returns {Client}
   */
  #client(hooks) {
    /** @type {Ask} */
    const token = ({ refused }) => session.token(refused);
    const client = makeClient({ token, hooks, dangerouslyAllowBrowserKey: this.#development });
    return client?.withResponse ?? plainClient(token);
  }

  /**
   * @template Answer
   * @param {(client: Client, options: Options) => Promise<Answer>} operation
   * @param {CallOptions} options
   */
  async #call(operation, { signal, onRetry, ...options }) {
    const { organization } = session;
    let isRepeated = false;
    /** @type {Hooks["onRetry"]} */
    const onRepeat = (event) => {
      isRepeated = true;
      onRetry?.(event);
    };
    try {
      const answer = await operation(this.#client({ onRetry: onRepeat }), { signal, ...options });
      // What was asked for one organization is not shown to another.
      if (organization !== session.organization) throw new Failure("stopped", undefined, true);
      return answer;
    } catch (error) {
      const failure = failureOf(error, signal);
      if (failure.kind === "refused" && refusesCredential(failure)) session.end("refused");
      // An attempt before may have been carried out, whatever became of this one.
      if (isRepeated && (failure.status === 401 || error instanceof SessionError)) {
        failure.isOpen = true;
      }
      throw failure;
    }
  }

  /**
   * Creates an assessment; `onRetry` is told of each attempt after the first.
   *
   * @param {CreateAssessmentRequest} body
   * @param {CallOptions} options
   */
  create(body, options) {
    return this.#call((client, given) => client.create(body, given), options);
  }

  /**
   * Reads an assessment, once: who reads again and again has a plan of their own.
   *
   * @param {string} id
   */
  retrieve(id) {
    return this.#call((client, given) => client.retrieve(id, given), { maxRetries: 0 });
  }

  /**
   * Reads a workflow run, once.
   *
   * @param {string} id
   */
  retrieveRun(id) {
    return this.#call((client, given) => client.retrieveRun(id, given), { maxRetries: 0 });
  }

  /**
   * Cancels or archives an assessment.
   *
   * @param {string} id
   */
  archive(id) {
    return this.#call((client, given) => client.archive(id, given), {});
  }
}
