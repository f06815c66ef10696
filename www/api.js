// Calls to the API, through the package's client where that can run, and what
// their failures mean for a person.

import { NoAnswer, PlainError, plainClient, probe } from "./plain-client.js";
import {
  ApiError,
  ConfigurationError,
  ConnectionError,
  TimeoutError,
  ValidationError,
  makeClient,
} from "./rules.js";
import { session } from "./session.js";

/** Why a call did not succeed. */
export class Failure extends Error {
  /**
   * `kind` is "no-credential", "misused" (the package says how), "invalid",
   * "refused", "unreachable", "stopped" or "unexpected". `isOpen` tells that the request may have been carried out.
   */
  constructor(kind, error, isOpen = false) {
    super(error?.message ?? kind, { cause: error });
    this.kind = kind;
    this.isOpen = isOpen;
    for (const key of ["status", "code", "issues", "requestId", "retryAfter"]) {
      this[key] = error?.[key];
    }
  }
}

/**
 * Whether an error answer leaves open what became of the request: the API says
 * so itself with a 5xx, and what has no request id is not the API's answer.
 */
function leavesOpen({ status, requestId, wasSent = true }) {
  return wasSent && (status >= 500 || requestId === undefined);
}

function failureOf(error, signal) {
  if (error instanceof Failure) return error;
  if (signal?.aborted) return new Failure("stopped", error, true);
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

  constructor({ development }) {
    this.#development = development;
  }

  #client(hooks) {
    const { token } = session;
    if (token === undefined) throw new Failure("no-credential");
    const client = makeClient({ token, hooks, dangerouslyAllowBrowserKey: this.#development });
    return client?.withResponse ?? plainClient(token);
  }

  async #call(operation, argument, { signal, onRetry, ...options }) {
    try {
      return await this.#client({ onRetry })[operation](argument, { signal, ...options });
    } catch (error) {
      throw failureOf(error, signal);
    }
  }

  /** Creates an assessment; `onRetry` is told of each attempt after the first. */
  create(body, options) {
    return this.#call("create", body, options);
  }

  /** Reads an assessment, once: who reads again and again has a plan of their own. */
  retrieve(id, options = {}) {
    return this.#call("retrieve", id, { maxRetries: 0, ...options });
  }

  /** Reads a workflow run, once. */
  retrieveRun(id, options = {}) {
    return this.#call("retrieveRun", id, { maxRetries: 0, ...options });
  }

  /** Cancels or archives an assessment. */
  archive(id, options = {}) {
    return this.#call("archive", id, options);
  }

  /** Tries a credential: nothing, or a Failure. */
  async probe(token) {
    try {
      await probe(token);
    } catch (error) {
      throw failureOf(error);
    }
  }
}
