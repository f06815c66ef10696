import { detour, isAnswer, isOfProgram, retryAfter } from "./answers.js";
import { call, start } from "./core.js";
import { Credential } from "./credential.js";
import {
  ApiError,
  ConfigurationError,
  ConnectionError,
  ResponseShapeError,
  TimeoutError,
  UnreachableError,
} from "./errors.js";
import { DEFAULTS, RUN_ENDS, STATUSES } from "./generated/tables.js";
import { checkedArgument, checkedKey, readAnswer, requestOf } from "./operations.js";
import { disposal } from "./platform.js";
import { SETTINGS, checked, checkedBaseUrl, checkedToken } from "./settings.js";
import { MAX_INT32, TIMED_OUT, following, sleep, unlessAborted, within } from "./signals.js";

/**
 * @import {
 *   Assessment,
 *   AssessmentStatus,
 *   Attempt,
 *   CallOptions,
 *   CallSettings,
 *   ClientOptions,
 *   ClientSettings,
 *   CreateAssessmentRequest,
 *   CreateOptions,
 *   CreateSessionRequest,
 *   CreatedAssessment,
 *   Data,
 *   Fetched,
 *   Hooks,
 *   Job,
 *   Operation,
 *   Read,
 *   RunWaitOptions,
 *   Settings,
 *   Wait,
 *   WaitOptions,
 *   Waiting,
 *   WithResponse,
 * } from "./types.js"
 */

/** What a retry decision is told of an attempt without an answer. */
const CONNECTION = 0;
const TIMEOUT = -1;
/** The status of a credential that the API refuses. */
const REFUSED = 401;

/** Shortest time between two reads of a wait, whatever its settings say. */
const READ_FLOOR_MS = 250;

/** How much of an answer's text an error keeps: enough for a log, and no more. */
const BODY_EXCERPT = 2_048;

/**
 * A hook is told and not waited for. What it throws, at once or later, is its
 * own affair; this never rejects.
 *
 * @template {string} Hook
 * @template Event
 * @param {{ [hook in Hook]?: (event: Event) => unknown } | undefined} owner
 * @param {Hook} hook
 * @param {Event} event
 */
async function tell(owner, hook, event) {
  try {
    await owner?.[hook]?.(event);
  } catch (error) {
    console.error(`assessments-edge: ${hook} threw`, error);
  }
}

/** A client of the API. It holds plain data only; there is nothing to free. */
export class AssessmentsClient {
  // Survives minification.
  static get name() {
    return "AssessmentsClient";
  }

  /** @type {ClientSettings} */
  #settings;
  #credential;
  #disposal = disposal();
  #warned = false;

  /** @param {ClientOptions} options */
  constructor(options) {
    const settings = checked(options, SETTINGS.client);
    const baseUrl = checkedBaseUrl(settings.baseUrl);
    this.#settings = { ...settings, baseUrl, token: checkedToken(settings.token) };
    this.#credential = new Credential(this.#settings);
    // What `using` calls, where there is that.
    if (Symbol.dispose) Object.defineProperty(this, Symbol.dispose, { value: this.dispose });
  }

  /**
   * Creates an assessment. One idempotency key serves all attempts.
   *
   * @param {CreateAssessmentRequest} body
   * @param {CreateOptions} [options]
   */
  async create(body, options) {
    const answer = await this.#call("create", body, options);
    if (answer.requestDiffers) this.#warnOfKey(options, answer);
    return answer.data;
  }

  /**
   * Reads an assessment.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   */
  async retrieve(id, options) {
    return (await this.#call("retrieve", id, options)).data;
  }

  /**
   * Cancels an unfinished assessment, or archives a finished one.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   */
  async cancel(id, options) {
    return (await this.#call("archive", id, options)).data;
  }

  /**
   * The same as `cancel`.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   */
  archive(id, options) {
    return this.cancel(id, options);
  }

  /**
   * Reads a workflow run with its steps.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   */
  async retrieveRun(id, options) {
    return (await this.#call("retrieveRun", id, options)).data;
  }

  /**
   * Makes a session for a browser. For servers, which may hold a key.
   *
   * @param {CreateSessionRequest} request
   * @param {CallOptions} [options]
   */
  async createSession(request, options) {
    return (await this.#createSession(request, options)).data;
  }

  /**
   * @param {CreateSessionRequest} request
   * @param {CallOptions} [options]
   */
  async #createSession(request, options) {
    if (!this.#credential.mayBeKey) {
      throw new ConfigurationError(
        "createSession needs a service-account key (ak_...), which no page may hold. " +
          "Call it on your server, for the person who is signed in there, and let the page ask that.",
      );
    }
    return this.#call("createSession", request, options);
  }

  /**
   * The same operations, answering
   * `{ data, status, headers, requestId, attempts, replayed, requestDiffers }`.
   */
  get withResponse() {
    /**
     * @template {Exclude<Operation, "create" | "createSession">} Asked
     * @param {Asked} operation
     * @returns {(id: string, options?: CallOptions) => Promise<WithResponse<Data[Asked]>>}
     */
    const byId = (operation) => (id, options) => this.#call(operation, id, options);
    return {
      /**
       * @param {CreateAssessmentRequest} body
       * @param {CreateOptions} [options]
       */
      create: (body, options) => this.#call("create", body, options),
      retrieve: byId("retrieve"),
      cancel: byId("archive"),
      archive: byId("archive"),
      retrieveRun: byId("retrieveRun"),
      /**
       * @param {CreateSessionRequest} request
       * @param {CallOptions} [options]
       */
      createSession: (request, options) => this.#createSession(request, options),
    };
  }

  /**
   * Reads an assessment again and again, until it is as wished or time is up.
   *
   * @param {string} id
   * @param {WaitOptions} [options]
   */
  async waitFor(id, options = {}) {
    const settings = checked(options, SETTINGS.wait);
    return this.#wait("retrieve", id, wish(settings.until), settings, options);
  }

  /**
   * Reads a workflow run again and again, until it has ended or time is up.
   *
   * @param {string} id
   * @param {RunWaitOptions} [options]
   */
  async waitForRun(id, options = {}) {
    const ended = (/** @type {Data["retrieveRun"]} */ { status }) => RUN_ENDS.includes(status);
    const settings = checked(options, SETTINGS.runWait);
    return this.#wait("retrieveRun", id, ended, settings, options);
  }

  /**
   * @template {Read} Asked
   * @param {Asked} operation
   * @param {string} id
   * @param {(read: Data[Asked]) => unknown} wished
   * @param {Waiting} own
   * @param {{ onUpdate?(read: Data[Asked]): unknown }} owner What the caller gave, which has the hook.
   */
  async #wait(operation, id, wished, own, owner) {
    const { minDelayMs = 1_000, maxDelayMs = 15_000, maxWaitMs = 600_000, signal } = own;
    // Only time ends a wait, unless its own settings bound its reads.
    const settings = this.#with({ maxRetries: Infinity, totalTimeoutMs: Infinity, ...own });
    /** @type {Wait} */
    const wait = { deadline: performance.now() + maxWaitMs };
    /** @type {Data[Asked] | undefined} */
    let read;
    /** @type {string | undefined} */
    let seen;
    const watch = async (/** @type {AbortSignal} */ signal) => {
      for (let delay = Math.max(minDelayMs, READ_FLOOR_MS); ; delay *= 1.5) {
        read = (await this.#perform(operation, id, settings, signal, wait)).data;
        wait.error = undefined;
        if (JSON.stringify(read) !== seen) {
          seen = JSON.stringify(read);
          tell(owner, "onUpdate", read);
        }
        if (await unlessAborted(signal, wished(read))) return read;
        delay = Math.min(delay, maxDelayMs);
        // Half of the wait is random, so that many watchers spread out.
        await sleep(Math.max(READ_FLOOR_MS, delay * (0.5 + Math.random() / 2)), signal);
      }
    };
    try {
      return await within(maxWaitMs, this.#signals(signal), watch);
    } catch (error) {
      if (error !== TIMED_OUT) throw error;
      const state = read ? `still ${read.status}` : "not read";
      const message = `${id} is ${state} after ${maxWaitMs} ms`;
      throw new TimeoutError(message, undefined, wait.error && { cause: wait.error });
    }
  }

  /** Aborts what is in flight. */
  dispose() {
    this.#disposal.abort();
  }

  /**
   * Tells that a key has served another request, which is what came back.
   *
   * @param {CreateOptions | undefined} options
   * @param {WithResponse<CreatedAssessment>} answer
   */
  #warnOfKey(options = {}, { data: { id }, requestId }) {
    const { idempotencyKey, hooks = this.#settings.hooks } = options;
    if (hooks?.onRequestDiffers) {
      tell(hooks, "onRequestDiffers", { idempotencyKey, id, requestId });
    } else if (!this.#warned) {
      this.#warned = true;
      console.warn(
        `assessments-edge: nothing was created, for the idempotency key "${idempotencyKey}" belongs to ` +
          `another request; what that created was answered (${id}). Told once; see onRequestDiffers.`,
      );
    }
  }

  /** @param {AbortSignal | undefined} signal */
  #signals(signal) {
    return signal ? [this.#disposal.signal, signal] : [this.#disposal.signal];
  }

  /**
   * @param {CreateOptions} settings
   * @returns {Settings}
   */
  #with(settings) {
    return { ...DEFAULTS, ...this.#settings, ...settings };
  }

  /**
   * @template {Operation} Asked
   * @param {Asked} operation
   * @param {unknown} argument
   * @param {CreateOptions} [options]
   */
  async #call(operation, argument, options = {}) {
    const settings = this.#with(checked(options, SETTINGS.call));
    return following(this.#signals(settings.signal), (signal) =>
      this.#perform(operation, argument, settings, signal),
    );
  }

  /**
   * A call on a signal of its own; `wait` is what it is a read of, if it is one.
   *
   * @template {Operation} Asked
   * @param {Asked} operation
   * @param {unknown} argument
   * @param {Settings} settings
   * @param {AbortSignal} signal
   * @param {Wait} [wait]
   */
  async #perform(operation, argument, settings, signal, wait) {
    /** @type {Job} */
    const job = {
      operation,
      argument: checkedArgument(operation, argument, settings.validate !== false),
      key: operation === "create" ? checkedKey(settings.idempotencyKey) : "",
      settings,
      signal,
      started: performance.now(),
    };
    for (let attempt = 0; ; attempt++) {
      const { answer, error, status, retryAfter, refused } = await this.#attempt(job, attempt);
      // The module has checked the data against their type.
      if (answer) return /** @type {WithResponse<Data[Asked]>} */ (answer);
      // Nothing was done, and there may be a newer token: once more, and no oftener.
      if (refused !== undefined && !job.refusal) {
        job.refusal = { token: refused, error };
        continue;
      }
      const now = performance.now();
      start();
      const delay = call(
        "retryDelay",
        attempt,
        status,
        retryAfter ?? Number.NaN,
        now - job.started,
        Math.random(),
        Math.min(settings.maxRetries, MAX_INT32),
        settings.totalTimeoutMs,
        wait ? wait.deadline - now : Number.NaN,
      );
      if (Number.isNaN(delay)) throw error;
      const delayMs = wait ? Math.max(delay, READ_FLOOR_MS) : delay;
      if (wait) wait.error = error;
      tell(settings.hooks, "onRetry", { attempt: attempt + 1, delayMs, error });
      await sleep(delayMs, signal);
    }
  }

  /**
   * One attempt in its time: its answer, or its error and what a retry depends on.
   *
   * @param {Job} job
   * @param {number} attempt
   * @returns {Promise<Attempt>}
   */
  async #attempt(job, attempt) {
    const { settings, signal, started } = job;
    const remaining = settings.totalTimeoutMs - (performance.now() - started);
    const patience = Math.max(0, Math.min(settings.timeoutMs, remaining));
    try {
      return await within(patience, [signal], (bound) => this.#exchange(job, attempt + 1, bound));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error !== TIMED_OUT) throw error;
      const message = `No whole answer within ${Math.round(patience)} ms`;
      return { error: new TimeoutError(message, attempt + 1), status: TIMEOUT };
    }
  }

  /**
   * Sends one request and reads its answer, unless `signal` is aborted first.
   *
   * @param {Job} job
   * @param {number} attempts
   * @param {AbortSignal} signal
   * @returns {Promise<Attempt>}
   */
  async #exchange({ operation, argument, key, settings, refusal }, attempts, signal) {
    const token = await this.#credential.get(refusal?.token, settings, signal);
    if (token === refusal?.token) return { error: refusal.error, status: REFUSED };
    const request = requestOf(operation, argument, key, settings.baseUrl, token);
    const { url, ...init } = request;
    const { method } = init;
    // Looked up now, and called without an owner: the platform's own refuses any other.
    const { fetch = globalThis.fetch, hooks } = settings;
    if (!fetch) throw new ConfigurationError("There is no fetch here; give one in the options");
    tell(hooks, "onRequest", { method, url, attempt: attempts });
    /** @type {Fetched} */
    let response;
    let away;
    let text;
    let asking = true;
    try {
      const asked = fetch(url, { ...init, redirect: "manual", signal });
      response = await unlessAborted(signal, asked);
      asking = false;
      away = detour(response, url);
      text = away ? "" : await unlessAborted(signal, response.text());
      if (!away && !isAnswer(response, text)) throw new TypeError("fetch gave no whole Response");
    } catch (cause) {
      signal.throwIfAborted();
      if (asking && isOfProgram(cause)) throw cause;
      return { error: new ConnectionError(attempts, cause), status: CONNECTION };
    }
    if (away) {
      // Nobody reads the body, and the connection is wanted for others.
      Promise.resolve(response.body?.cancel?.()).catch(() => {});
      throw new ConnectionError(attempts, new Error(away));
    }
    // What echoes the request must not bring the credential into a log.
    if (!response.ok) text = text.replaceAll(token, "...");
    const reading = readAnswer(operation, argument, response, text);
    // A `fetch` of the caller's may give less, which is what the caller gets.
    const headers = /** @type {Headers} */ (response.headers);
    const { status, requestId } = reading;
    tell(hooks, "onResponse", { status, requestId, attempt: attempts });
    if (reading.ok) {
      const { ok, ...read } = reading;
      return { answer: { ...read, headers, attempts } };
    }
    const { ok, shape, isCredential, ...read } = reading;
    const answer = { ...read, headers, attempts };
    const body = text.replaceAll(token, "...").slice(0, BODY_EXCERPT);
    const about = { message: strange(answer, url), ...answer, method, url, body };
    if (shape) throw new ResponseShapeError(about);
    const seconds = retryAfter(headers, Date.now());
    const error = new ApiError({ ...about, retryAfter: seconds });
    const isRenewable = isCredential && this.#credential.canBeRenewed;
    return { error, status, retryAfter: seconds, refused: isRenewable ? token : undefined };
  }
}

/**
 * What an error says whose body is none of the API's: something in between answered.
 *
 * @param {Pick<WithResponse<unknown>, "status" | "headers">} answer
 * @param {string} url
 */
function strange({ status, headers }, url) {
  const type = headers.get("content-type") ?? "no content type";
  return `HTTP ${status} from ${new URL(url).origin} (not the API: ${type.split(";")[0].slice(0, 80)})`;
}

/**
 * The test of what `until` says: a function, a status, some statuses, or the end.
 *
 * @param {WaitOptions["until"]} until
 * @returns {(assessment: Assessment) => unknown}
 */
function wish(until) {
  if (typeof until === "function") return until;
  const isTerminal = (/** @type {AssessmentStatus} */ asked) =>
    STATUSES.find(({ status }) => status === asked)?.isTerminal;
  if (until === undefined) return ({ status }) => isTerminal(status) === true;
  const statuses = [until].flat();
  if (statuses.length === 0) throw new ConfigurationError("until names no status");
  for (const status of statuses) {
    if (typeof status !== "string" || isTerminal(status) === undefined) {
      throw new ConfigurationError(`"${String(status)}" is no status of an assessment`);
    }
  }
  return (assessment) => {
    const { id, status } = assessment;
    if (statuses.includes(status)) return true;
    if (isTerminal(status) !== true) return false;
    throw new UnreachableError(
      `${id} is ${status}, and will not be ${statuses.join(" or ")}`,
      assessment,
    );
  };
}
