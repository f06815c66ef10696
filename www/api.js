// Calls to the API, through the package's client where that can run.

import { Failure, failureOf } from "./failure.js";
import { plainClient, plainReader } from "./plain-client.js";
import { Reads, about } from "./reads.js";
import { refusesCredential } from "./refusals.js";
import { makeClient, readerOf } from "./rules.js";
import { session } from "./session.js";
import { SessionError } from "./source.js";
import { trouble } from "./trouble.js";

/**
 * @import { CreateAssessmentRequest, Hooks, SendWorkflowEventRequest } from "assessments-edge/slim"
 * @import { Ask, Client, Options } from "./plain-client.js"
 * @import { Reader } from "./reads.js"
 */

/** @typedef {Options & { onRetry?: Hooks["onRetry"], maxRetries?: number }} CallOptions */

/** @typedef {{ client: Client, reader: Reader }} Callers */

/** The API, for one development or production deployment. */
export class Api {
  #development;

  /** @param {{ development: boolean }} settings */
  constructor({ development }) {
    this.#development = development;
    /** What it shows by name. */
    this.reads = new Reads((operation, options) =>
      this.#call(({ reader }, given) => operation(reader, given), options),
    );
  }

  /**
   * @param {Hooks} hooks
   * @returns {Callers}
   */
  #callers(hooks) {
    /** @type {Ask} */
    const token = ({ refused }) => session.token(refused);
    const client = makeClient({ token, hooks, dangerouslyAllowBrowserKey: this.#development });
    const reader = client && readerOf(client);
    return client && reader
      ? { client: client.withResponse, reader }
      : { client: plainClient(token), reader: plainReader(token) };
  }

  /**
   * @template Answer
   * @param {(callers: Callers, options: Options) => PromiseLike<Answer>} operation
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
      const answer = await operation(this.#callers({ onRetry: onRepeat }), { signal, ...options });
      // What was asked for one organization is not shown to another.
      if (organization !== session.organization)
        throw new Failure("stopped", "page", undefined, true);
      trouble.clear();
      return answer;
    } catch (error) {
      const failure = failureOf(error, signal);
      if (failure.kind === "refused" && refusesCredential(failure)) session.refused();
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
    return this.#call(({ client }, given) => client.create(body, given), options);
  }

  /**
   * Reads an assessment, once: who reads again and again has a plan of their own.
   *
   * @param {string} id
   */
  async retrieve(id) {
    const answer = await this.#call(({ client }, given) => client.retrieve(id, given), {
      maxRetries: 0,
    });
    return about(id, answer.data.id, answer);
  }

  /**
   * Reads a workflow run, once.
   *
   * @param {string} id
   */
  async retrieveRun(id) {
    const answer = await this.#call(({ client }, given) => client.retrieveRun(id, given), {
      maxRetries: 0,
    });
    return about(id, answer.data.workflow_run_id, answer);
  }

  /**
   * Sends a workflow run an event; one key serves all attempts.
   *
   * @param {string} id
   * @param {SendWorkflowEventRequest} event
   * @param {{ idempotencyKey: string }} options
   */
  async sendEvent(id, event, options) {
    const answer = await this.#call(
      ({ client }, given) => client.sendEvent(id, event, given),
      options,
    );
    return about(id, answer.data.workflow_run_id, answer);
  }

  /**
   * Cancels or archives an assessment.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   */
  async archive(id, options = {}) {
    const answer = await this.#call(({ client }, given) => client.archive(id, given), options);
    return about(id, answer.data.id, answer);
  }
}
