import { call } from "./core.js";
import {
  ApiError,
  ConfigurationError,
  ConnectionError,
  IdError,
  ResponseShapeError,
  TimeoutError,
  ValidationError,
} from "./errors.js";

/** The reason with which an attempt or a wait that takes too long is aborted. */
const TIMED_OUT = Symbol("timed out");

/** What a timer can be set to; with more it fires at once. */
const MAX_INT32 = 2 ** 31 - 1;

/** What a retry decision is told of an attempt without an answer. */
const CONNECTION = 0;
const TIMEOUT = -1;

const isPage = () => typeof window === "object" && typeof document === "object";

/** The outcome of a promise, or a rejection as soon as `signal` is aborted. */
async function unlessAborted(signal, pending) {
  let stop;
  const aborted = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function after(milliseconds, work) {
  return setTimeout(work, Math.min(milliseconds, MAX_INT32));
}

async function sleep(milliseconds, signal) {
  let timer;
  const elapsed = new Promise((resolve) => (timer = after(milliseconds, resolve)));
  try {
    await unlessAborted(signal, elapsed);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The outcome of `work` on a signal that is aborted as soon as one of `signals`
 * is. AbortSignal.any does this without clean-up, and lets a signal that lives
 * long grow with every call.
 */
async function following(signals, work) {
  const controller = new AbortController();
  const stop = ({ target }) => controller.abort(target.reason);
  try {
    for (const signal of signals) {
      signal.throwIfAborted();
      signal.addEventListener("abort", stop);
    }
    return await work(controller.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener("abort", stop);
  }
}

/** The same, aborted by TIMED_OUT as well, after so many milliseconds. */
async function within(milliseconds, signals, work) {
  const deadline = new AbortController();
  const timer = after(milliseconds, () => deadline.abort(TIMED_OUT));
  try {
    return await following([deadline.signal, ...signals], work);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A hook is told and not waited for. What it throws, at once or later, is its
 * own affair; this never rejects.
 */
async function tell(owner, hook, event) {
  try {
    await owner?.[hook]?.(event);
  } catch (error) {
    console.error(`assessments-edge: ${hook} threw`, error);
  }
}

/** Whether this can be read as an answer; a `fetch` of the caller's may give anything. */
function isAnswer({ ok, status, headers }, text) {
  return (
    typeof ok === "boolean" &&
    status > 0 &&
    typeof headers?.get === "function" &&
    typeof text === "string"
  );
}

/** The place of a fault as the message of an `ApiError` shows it. */
function at([, ...steps]) {
  return steps.length ? `${steps.join(".")}: ` : "";
}

function refusal({ message, code, issues, ...rest }) {
  if (code !== undefined) return new IdError({ message, code, ...rest });
  const text = message ?? issues.map(({ loc, msg }) => at(loc) + msg).join("; ");
  return new ValidationError(text, rest.status ?? 400, issues ?? []);
}

function checkedBaseUrl(baseUrl) {
  let url;
  try {
    url = new URL(baseUrl);
  } catch {
    // Told below, like "localhost:8787", which is a URL of the scheme "localhost".
  }
  if (!/^https?:$/.test(url?.protocol)) {
    throw new ConfigurationError(
      `baseUrl must be an absolute http or https URL, got ${String(baseUrl)}`,
    );
  }
  const { origin, pathname, username, password, search, hash } = url;
  if (username || password || search || hash) {
    throw new ConfigurationError("baseUrl must have no user name, password, query or fragment");
  }
  return origin + pathname.replace(/\/+$/, "");
}

/** The settings of these names must be numbers, if they are there. */
function checkNumbers(settings, names) {
  for (const name of names) {
    const value = settings[name];
    if (value !== undefined && !(typeof value === "number" && value >= 0)) {
      throw new ConfigurationError(`${name} must be a number, 0 or more, got ${String(value)}`);
    }
  }
}

function checkSettings(settings) {
  checkNumbers(settings, ["timeoutMs", "totalTimeoutMs", "maxRetries"]);
}

function checkSignal(signal) {
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw new ConfigurationError("signal must be an AbortSignal");
  }
}

/** A client of the API. It holds plain data only; there is nothing to free. */
export class AssessmentsClient {
  #settings;
  #disposal = new AbortController();
  #warned = false;

  constructor({ baseUrl, token, fetch, ...rest }) {
    if (typeof token !== "string" && typeof token !== "function") {
      throw new ConfigurationError("token must be a string, or a function that answers one");
    }
    if (fetch !== undefined && typeof fetch !== "function") {
      throw new ConfigurationError("fetch must be a function");
    }
    checkSettings(rest);
    this.#settings = { ...defined(rest), baseUrl: checkedBaseUrl(baseUrl), token, fetch };
  }

  /** Creates an assessment. One idempotency key serves all attempts. */
  async create(body, options) {
    const answer = await this.#call("create", body, options);
    if (answer.requestDiffers) this.#warnOfKey(options, answer);
    return answer.data;
  }

  /** Reads an assessment. */
  async retrieve(id, options) {
    return (await this.#call("retrieve", id, options)).data;
  }

  /** Cancels an unfinished assessment, or archives a finished one. */
  async cancel(id, options) {
    return (await this.#call("archive", id, options)).data;
  }

  /** The same as `cancel`. */
  archive(id, options) {
    return this.cancel(id, options);
  }

  /** Reads a workflow run with its steps. */
  async retrieveRun(id, options) {
    return (await this.#call("retrieveRun", id, options)).data;
  }

  /**
   * The same operations, answering
   * `{ data, status, headers, requestId, attempts, replayed, requestDiffers }`.
   */
  get withResponse() {
    return {
      create: (body, options) => this.#call("create", body, options),
      retrieve: (id, options) => this.#call("retrieve", id, options),
      cancel: (id, options) => this.#call("archive", id, options),
      archive: (id, options) => this.#call("archive", id, options),
      retrieveRun: (id, options) => this.#call("retrieveRun", id, options),
    };
  }

  /** Reads an assessment again and again, until it is as wished or time is up. */
  async waitFor(id, options = {}) {
    return this.#wait("retrieve", id, wish(options.until), options);
  }

  /** Reads a workflow run again and again, until it has ended or time is up. */
  async waitForRun(id, options = {}) {
    return this.#wait("retrieveRun", id, ({ status }) => call("isRunTerminal", status), options);
  }

  async #wait(operation, id, wished, options) {
    const { signal, minDelayMs = 1_000, maxDelayMs = 15_000, maxWaitMs = 600_000 } = options;
    checkNumbers(options, ["minDelayMs", "maxDelayMs", "maxWaitMs"]);
    checkSignal(signal);
    let read;
    let seen;
    const watch = async (signal) => {
      for (let delay = minDelayMs; ; delay = Math.min(delay * 1.5, maxDelayMs)) {
        read = await this[operation](id, { signal });
        if (JSON.stringify(read) !== seen) {
          seen = JSON.stringify(read);
          tell(options, "onUpdate", read);
        }
        if (wished(read)) return read;
        // Half of the wait is random, so that many watchers spread out.
        await sleep(delay * (0.5 + Math.random() / 2), signal);
      }
    };
    try {
      return await within(maxWaitMs, this.#signals(signal), watch);
    } catch (error) {
      if (error !== TIMED_OUT) throw error;
      const state = read ? `still ${read.status}` : "not read";
      throw new TimeoutError(`${id} is ${state} after ${maxWaitMs} ms`);
    }
  }

  /** Aborts what is in flight. */
  dispose() {
    this.#disposal.abort();
  }

  /** Tells that a key has served another request, which is what came back. */
  #warnOfKey({ idempotencyKey } = {}, { data: { id }, requestId }) {
    const { hooks } = this.#settings;
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

  #signals(signal) {
    return [this.#disposal.signal, signal].filter(Boolean);
  }

  async #call(operation, argument, options = {}) {
    checkSettings(options);
    checkSignal(options.signal);
    const settings = { ...call("clientDefaults"), ...this.#settings, ...defined(options) };
    return following(this.#signals(options.signal), (signal) =>
      this.#perform(operation, argument, options.idempotencyKey, settings, signal),
    );
  }

  async #perform(operation, argument, idempotencyKey, settings, signal) {
    const checks = settings.validate !== false;
    const prepared = call("prepareCall", operation, argument, idempotencyKey, checks);
    if (!prepared.ok) throw refusal(prepared);
    const job = {
      operation,
      argument: prepared.argument ?? prepared.id,
      key: prepared.key ?? "",
      settings,
      signal,
      started: performance.now(),
    };
    for (let attempt = 0; ; attempt++) {
      const { answer, error, status, retryAfter } = await this.#attempt(job, attempt);
      if (answer) return answer;
      const delay = call(
        "retryDelay",
        attempt,
        status,
        retryAfter,
        performance.now() - job.started,
        Math.random(),
        Math.min(settings.maxRetries, MAX_INT32),
        settings.totalTimeoutMs,
      );
      if (delay === undefined) throw error;
      tell(settings.hooks, "onRetry", { attempt: attempt + 1, delayMs: delay, error });
      await sleep(delay, signal);
    }
  }

  /** One attempt in its time: its answer, or its error and what a retry depends on. */
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

  /** Sends one request and reads its answer, unless `signal` is aborted first. */
  async #exchange({ operation, argument, key, settings }, attempts, signal) {
    const bounded = (pending) => unlessAborted(signal, pending);
    const token = await this.#token(settings, bounded);
    const { baseUrl } = settings;
    const request = call("buildRequest", operation, argument, key, baseUrl, token, signal);
    const { method, url } = request;
    tell(settings.hooks, "onRequest", { method, url, attempt: attempts });
    let response;
    let text;
    try {
      response = await bounded((settings.fetch ?? fetch)(request));
      text = await bounded(response.text());
      if (!isAnswer(response, text)) throw new TypeError("fetch gave no whole Response");
    } catch (cause) {
      signal.throwIfAborted();
      return { error: new ConnectionError(attempts, cause), status: CONNECTION };
    }
    const { ok, shape, ...read } = call("readResponse", operation, response, text);
    const answer = { ...read, headers: response.headers, attempts };
    const { status, requestId, retryAfter } = answer;
    tell(settings.hooks, "onResponse", { status, requestId, attempt: attempts });
    if (ok) return { answer };
    if (shape) throw new ResponseShapeError(answer);
    return { error: new ApiError(answer), status, retryAfter };
  }

  async #token({ token, dangerouslyAllowBrowserKey }, bounded) {
    const text = typeof token === "function" ? await bounded(token()) : token;
    if (typeof text !== "string" || text === "") {
      throw new ConfigurationError("token must be a string that is not empty");
    }
    if (text.startsWith("ak_") && isPage() && !dangerouslyAllowBrowserKey) {
      throw new ConfigurationError(
        "A service-account key (ak_...) in a page can be read by everyone who opens the page. " +
          "Use a dashboard session token here, or call the API from your server. " +
          "For development only, set dangerouslyAllowBrowserKey.",
      );
    }
    return text;
  }
}

if (Symbol.dispose) {
  AssessmentsClient.prototype[Symbol.dispose] = AssessmentsClient.prototype.dispose;
}

/** Whether an assessment is as `until` says: a test, a status, some statuses, or the end. */
function wish(until) {
  if (typeof until === "function") return until;
  if (until === undefined) return ({ status }) => call("isTerminal", status) === true;
  const statuses = [until].flat();
  if (statuses.length === 0) throw new ConfigurationError("until names no status");
  for (const status of statuses) {
    if (typeof status !== "string" || call("isTerminal", status) === undefined) {
      throw new ConfigurationError(`"${String(status)}" is no status of an assessment`);
    }
  }
  return ({ status }) => statuses.includes(status);
}

function defined(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
