import { detour, isAnswer, isOfProgram, retryAfter } from "./answers.js";
import { call, start } from "./core.js";
import { Credential } from "./credential.js";
import {
  ApiError,
  AssessmentsError,
  ConfigurationError,
  ConnectionError,
  ResponseShapeError,
  TimeoutError,
  UnreachableError,
} from "./errors.js";
import { DEFAULTS, RUN_ENDS, STATUSES } from "./generated/tables.js";
import { apiRequest, initOf, readAnswer } from "./operations.js";
import { disposal } from "./platform.js";
import {
  LEVELS,
  SETTINGS,
  checked,
  checkedBaseUrl,
  checkedToken,
  fromEnvironment,
} from "./settings.js";
import { MAX_INT32, TIMED_OUT, following, sleep, unlessAborted, within } from "./signals.js";

/**
 * @import {
 *   ApiRequest,
 *   Assessment,
 *   AssessmentStatus,
 *   Attempt,
 *   CallOptions,
 *   ClientOptions,
 *   ClientSettings,
 *   CreateAssessmentRequest,
 *   CreateOptions,
 *   CreateSessionRequest,
 *   Data,
 *   EnvironmentOptions,
 *   Fetched,
 *   HeaderEntry,
 *   Job,
 *   LogLevel,
 *   Operation,
 *   Read,
 *   RunWaitOptions,
 *   SendWorkflowEventRequest,
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

/** Characters of the shortest credential that no answer has for other reasons. */
const SHORTEST_SECRET = 16;

/** How much of an answer's text an error keeps: enough for a log, and no more. */
const BODY_EXCERPT = 2_048;

/**
 * How other entries of this package make calls that the client has no method for: with
 * its retries, credential, hooks and errors. Theirs alone, and no promise to anyone else.
 */
const CALL = Symbol.for("assessments-edge.call");

/**
 * Tells the logger, if it wants to know. What it throws is its own affair; this never
 * rejects.
 *
 * @param {Pick<ClientSettings, "logger" | "logLevel">} settings
 * @param {Exclude<LogLevel, "off">} level
 * @param {string} message
 * @param {unknown} [about]
 */
async function log({ logger, logLevel = "warn" }, level, message, about) {
  if (LEVELS.indexOf(level) > LEVELS.indexOf(logLevel)) return;
  try {
    await (logger ?? console)[level](`assessments-edge: ${message}`, ...(about ? [about] : []));
  } catch {}
}

/**
 * A hook is told and not waited for. What it throws, at once or later, is its
 * own affair; this never rejects.
 *
 * @template {string} Hook
 * @template Event
 * @param {ClientSettings} settings
 * @param {{ [hook in Hook]?: (event: Event) => unknown } | undefined} owner
 * @param {Hook} hook
 * @param {Event} event
 */
async function tell(settings, owner, hook, event) {
  try {
    await owner?.[hook]?.(event);
  } catch (error) {
    // One of these may have the request or the answer in its words.
    log(settings, "error", `${hook} threw`, error instanceof AssessmentsError ? error.name : error);
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
    Object.defineProperty(this, CALL, {
      value: (/** @type {ApiRequest} */ asked, /** @type {CallOptions | undefined} */ options) =>
        this.#call(asked, "", undefined, options),
    });
  }

  /**
   * A client with the settings that the environment of a server has.
   *
   * @param {EnvironmentOptions} [options]
   */
  static fromEnv(options = {}) {
    return new AssessmentsClient(fromEnvironment(options));
  }

  /**
   * Creates an assessment. One idempotency key serves all attempts.
   *
   * @param {CreateAssessmentRequest} body
   * @param {CreateOptions} [options]
   */
  async create(body, options) {
    const answer = await this.#call("create", "", body, options);
    if (answer.requestDiffers) this.#warnOfKey(options, answer.data.id, answer.requestId);
    return answer.data;
  }

  /**
   * Reads an assessment.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   */
  async retrieve(id, options) {
    return (await this.#call("retrieve", id, undefined, options)).data;
  }

  /**
   * Cancels an unfinished assessment, or archives a finished one.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   */
  async cancel(id, options) {
    return (await this.#call("archive", id, undefined, options)).data;
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
    return (await this.#call("retrieveRun", id, undefined, options)).data;
  }

  /**
   * Sends a workflow run an event. One idempotency key serves all attempts.
   *
   * @param {string} runId
   * @param {SendWorkflowEventRequest} event
   * @param {CreateOptions} [options]
   */
  async sendEvent(runId, event, options) {
    const answer = await this.#call("sendEvent", runId, event, options);
    if (answer.requestDiffers) this.#warnOfKey(options, runId, answer.requestId);
    return answer.data;
  }

  /**
   * Finds out whether the credential is good.
   *
   * @param {CallOptions} [options]
   */
  async authTest(options) {
    return (await this.#call("authTest", "", undefined, options)).data;
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
    return this.#call("createSession", "", request, options);
  }

  /**
   * The same operations, answering
   * `{ data, status, headers, requestId, attempts, replayed, requestDiffers }`.
   */
  get withResponse() {
    /**
     * @template {Read | "archive"} Asked
     * @param {Asked} operation
     * @returns {(id: string, options?: CallOptions) => Promise<WithResponse<Data[Asked]>>}
     */
    const byId = (operation) => (id, options) => this.#call(operation, id, undefined, options);
    return {
      /**
       * @param {CreateAssessmentRequest} body
       * @param {CreateOptions} [options]
       */
      create: (body, options) => this.#call("create", "", body, options),
      retrieve: byId("retrieve"),
      cancel: byId("archive"),
      archive: byId("archive"),
      retrieveRun: byId("retrieveRun"),
      /**
       * @param {string} runId
       * @param {SendWorkflowEventRequest} event
       * @param {CreateOptions} [options]
       */
      sendEvent: (runId, event, options) => this.#call("sendEvent", runId, event, options),
      /** @param {CallOptions} [options] */
      authTest: (options) => this.#call("authTest", "", undefined, options),
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
  async waitFor(id, options) {
    return last(this.watch(id, options));
  }

  /**
   * The same, and gives the assessment when it is first read and whenever it changed.
   *
   * @param {string} id
   * @param {WaitOptions} [options]
   */
  watch(id, options = {}) {
    const settings = checked(options, SETTINGS.wait);
    return this.#watch("retrieve", id, wish(settings.until), settings, options);
  }

  /**
   * Reads a workflow run again and again, until it has ended or time is up.
   *
   * @param {string} id
   * @param {RunWaitOptions} [options]
   */
  async waitForRun(id, options) {
    return last(this.watchRun(id, options));
  }

  /**
   * The same, and gives the run when it is first read and whenever it changed.
   *
   * @param {string} id
   * @param {RunWaitOptions} [options]
   */
  watchRun(id, options = {}) {
    const ended = (/** @type {Data["retrieveRun"]} */ { status }) => RUN_ENDS.includes(status);
    const settings = checked(options, SETTINGS.runWait);
    return this.#watch("retrieveRun", id, ended, settings, options);
  }

  /**
   * What a watch gives, until its `return` is called: that ends it at once, where a
   * generator by itself would first wait for what is in flight.
   *
   * @template {Read} Asked
   * @param {Asked} operation
   * @param {string} id
   * @param {(read: Data[Asked]) => unknown} wished
   * @param {Waiting} own
   * @param {{ onUpdate?(read: Data[Asked]): unknown }} owner What the caller gave, which has the hook.
   */
  #watch(operation, id, wished, own, owner) {
    const stop = new AbortController();
    const states = this.#states(operation, id, wished, own, owner, stop.signal);
    const end = states.return.bind(states);
    states.return = (value) => {
      stop.abort();
      return end(value);
    };
    return states;
  }

  /**
   * @template {Read} Asked
   * @param {Asked} operation
   * @param {string} id
   * @param {(read: Data[Asked]) => unknown} wished
   * @param {Waiting} own
   * @param {{ onUpdate?(read: Data[Asked]): unknown }} owner
   * @param {AbortSignal} stop
   * @returns {AsyncGenerator<Data[Asked], void, undefined>}
   */
  async *#states(operation, id, wished, own, owner, stop) {
    const { minDelayMs = 1_000, maxDelayMs = 15_000, maxWaitMs = 600_000, signal } = own;
    // Only time ends a wait, unless its own settings bound its reads.
    const settings = this.#with({ maxRetries: Infinity, totalTimeoutMs: Infinity, ...own });
    /** @type {Wait} */
    const wait = { deadline: performance.now() + maxWaitMs };
    let delay = Math.max(minDelayMs, READ_FLOOR_MS);
    /** @type {Data[Asked] | undefined} */
    let read;
    /** @type {string | undefined} */
    let seen;
    /** @type {Promise<unknown> | undefined} */
    let verdict;
    /** The next that differs from the one before; none, if that is as wished. */
    const next = async (/** @type {AbortSignal} */ signal) => {
      for (;;) {
        if (read) {
          if (await unlessAborted(signal, verdict)) return;
          delay = Math.min(delay, maxDelayMs);
          // Half of the wait is random, so that many watchers spread out.
          await sleep(Math.max(READ_FLOOR_MS, delay * (0.5 + Math.random() / 2)), signal);
          delay *= 1.5;
        }
        read = (await this.#perform(operation, id, undefined, settings, signal, wait)).data;
        wait.error = undefined;
        // It is judged as it came, before anyone has it, however long they take.
        const state = read;
        verdict = Promise.resolve().then(() => wished(state));
        verdict.catch(() => {});
        if (JSON.stringify(read) === seen) continue;
        seen = JSON.stringify(read);
        return read;
      }
    };
    try {
      for (;;) {
        const left = Math.max(0, wait.deadline - performance.now());
        const state = await within(left, [stop, ...this.#signals(signal)], next);
        if (!state) return;
        tell(settings, owner, "onUpdate", state);
        yield state;
      }
    } catch (error) {
      if (stop.aborted) return;
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
   * @param {string} id Of what was created, or got an event.
   * @param {string | undefined} requestId
   */
  #warnOfKey(options = {}, id, requestId) {
    const { idempotencyKey, hooks = this.#settings.hooks } = options;
    if (hooks?.onRequestDiffers) {
      tell(this.#settings, hooks, "onRequestDiffers", { idempotencyKey, id, requestId });
    } else if (!this.#warned) {
      this.#warned = true;
      log(
        this.#settings,
        "warn",
        `nothing was created or sent, for the idempotency key "${idempotencyKey}" belongs to ` +
          `another request; what that was answered came back (${id}). Told once; see onRequestDiffers.`,
      );
    }
  }

  /** @param {AbortSignal | undefined} signal */
  #signals(signal) {
    return signal ? [this.#disposal.signal, signal] : [this.#disposal.signal];
  }

  /**
   * All that a call is told: its own settings go before the client's, but that headers
   * and what is for `fetch` do so one by one.
   *
   * @param {CreateOptions} own
   * @returns {Settings}
   */
  #with(own) {
    const all = { ...DEFAULTS, ...this.#settings, ...own };
    const headers = [this.#settings, own].flatMap(
      ({ headers = [] }) =>
        // They were checked.
        /** @type {HeaderEntry[]} */ (headers),
    );
    return {
      ...all,
      headers,
      fetchOptions: { ...this.#settings.fetchOptions, ...own.fetchOptions },
    };
  }

  /**
   * @template {Operation} Asked
   * @param {Asked | ApiRequest} asked
   * @param {string} id
   * @param {unknown} body
   * @param {CreateOptions} [options]
   */
  async #call(asked, id, body, options = {}) {
    const settings = this.#with(checked(options, SETTINGS.call));
    return following(this.#signals(settings.signal), (signal) =>
      this.#perform(asked, id, body, settings, signal),
    );
  }

  /**
   * A call on a signal of its own; `wait` is what it is a read of, if it is one.
   *
   * @template {Operation} Asked
   * @param {Asked | ApiRequest} asked
   * @param {string} id
   * @param {unknown} body
   * @param {Settings} settings
   * @param {AbortSignal} signal
   * @param {Wait} [wait]
   */
  async #perform(asked, id, body, settings, signal, wait) {
    const request = typeof asked === "object" ? asked : apiRequest(asked, id, body, settings);
    /** @type {Job} */
    const job = { request, settings, signal, started: performance.now() };
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
      // Its message may repeat what was sent.
      const { method, path } = request;
      log(settings, "info", `${method} ${path}: ${error.name}, again in ${Math.ceil(delayMs)} ms`);
      tell(settings, settings.hooks, "onRetry", { attempt: attempt + 1, delayMs, error });
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
  async #exchange({ request, settings, refusal }, attempts, signal) {
    const token = await this.#credential.get(refusal?.token, settings, signal);
    if (token === refusal?.token) return { error: refusal.error, status: REFUSED };
    const init = initOf(request, settings, token, attempts);
    const { method } = init;
    const url = settings.baseUrl + request.path;
    // Looked up now, and called without an owner: the platform's own refuses any other.
    const { fetch = globalThis.fetch, hooks } = settings;
    if (!fetch) throw new ConfigurationError("There is no fetch here; give one in the options");
    tell(settings, hooks, "onRequest", { method, url, attempt: attempts });
    const asked = performance.now();
    const note = (/** @type {object} */ outcome) => {
      const durationMs = Math.round(performance.now() - asked);
      log(settings, "debug", `${method} ${url}`, { attempt: attempts, ...outcome, durationMs });
    };
    /** @type {Fetched} */
    let response;
    let away;
    let text;
    let asking = true;
    try {
      response = await unlessAborted(signal, fetch(url, { ...init, redirect: "manual", signal }));
      asking = false;
      away = detour(response, url);
      text = away ? "" : await unlessAborted(signal, response.text());
      if (!away && !isAnswer(response, text)) throw new TypeError("fetch gave no whole Response");
    } catch (cause) {
      const error = new ConnectionError(attempts, cause);
      const { aborted, reason } = signal;
      const gone = reason === TIMED_OUT ? "timed out" : "aborted";
      // What `fetch` says may hold what it was given, body and credential.
      note({
        error: aborted ? gone : `no answer (${/** @type {Partial<Error>} */ (cause)?.name})`,
      });
      signal.throwIfAborted();
      if (asking && isOfProgram(cause)) throw cause;
      return { error, status: CONNECTION };
    }
    if (away) {
      note({ status: response.status, error: away });
      // Nobody reads the body, and the connection is wanted for others.
      Promise.resolve(response.body?.cancel?.()).catch(() => {});
      throw new ConnectionError(attempts, new Error(away));
    }
    // What echoes the request must not bring the credential into a log. One that is as short
    // as a word is none, and may be a word of the answer.
    const isSecret = token.length >= SHORTEST_SECRET;
    if (!response.ok && isSecret) text = text.replaceAll(token, "...");
    const reading = readAnswer(request, response, text);
    // A `fetch` of the caller's may give less, which is what the caller gets.
    const headers = /** @type {Headers} */ (response.headers);
    const { status, requestId } = reading;
    note({ status, requestId });
    tell(settings, hooks, "onResponse", { status, requestId, attempt: attempts });
    if (reading.ok) {
      const { ok, ...read } = reading;
      return { answer: { ...read, headers, attempts } };
    }
    const { ok, shape, isCredential, message, ...read } = reading;
    const answer = { ...read, headers, attempts };
    if (isSecret) {
      for (const written of [token, JSON.stringify(token).slice(1, -1)]) {
        text = text.replaceAll(written, "...");
      }
    }
    // Nor what makes a session the one that it made.
    const body = text.replace(/("token"\s*:\s*")[^"]+/g, "$1...").slice(0, BODY_EXCERPT);
    const about = { message: message ?? strange(answer, url), ...answer, method, url, body };
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

/**
 * The last that a watch gives.
 *
 * @template State
 * @param {AsyncGenerator<State, void, undefined>} states
 * @returns {Promise<State>}
 */
async function last(states) {
  let state;
  for await (const next of states) state = next;
  // A watch gives one or throws, unless it is ended from outside.
  return /** @type {State} */ (state);
}
