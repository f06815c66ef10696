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

/** The reason with which an attempt that takes too long is aborted. */
const TIMED_OUT = Symbol("timed out");

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

async function sleep(milliseconds, signal) {
  let timer;
  const elapsed = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  try {
    await unlessAborted(signal, elapsed);
  } finally {
    clearTimeout(timer);
  }
}

/** A hook is told; what it throws is its own affair. */
function tell(hook, event) {
  try {
    hook?.(event);
  } catch (error) {
    console.error("assessments-edge: a hook threw", error);
  }
}

function refusal({ message, code, issues, ...rest }) {
  if (code !== undefined) return new IdError({ message, code, ...rest });
  const text = message ?? issues.map(({ loc, msg }) => [...loc.slice(1), msg].join(": ")).join("; ");
  return new ValidationError(text, rest.status ?? 400, issues ?? []);
}

function checkedBaseUrl(baseUrl) {
  try {
    const { href, search, hash } = new URL(baseUrl);
    if (!search && !hash) return href.replace(/\/+$/, "");
  } catch {
    // Told below, like a URL with a query.
  }
  throw new ConfigurationError(`baseUrl must be an absolute URL without query, got ${baseUrl}`);
}

/** A client of the API. It holds plain data only; there is nothing to free. */
export class AssessmentsClient {
  #settings;
  #disposal = new AbortController();

  constructor({ baseUrl, token, fetch, ...rest }) {
    if (typeof token !== "string" && typeof token !== "function") {
      throw new ConfigurationError("token must be a string, or a function that answers one");
    }
    if (fetch !== undefined && typeof fetch !== "function") {
      throw new ConfigurationError("fetch must be a function");
    }
    this.#settings = { ...rest, baseUrl: checkedBaseUrl(baseUrl), token, fetch };
  }

  /** Creates an assessment. One idempotency key serves all attempts. */
  async create(body, options) {
    return (await this.#call("create", body, options)).data;
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

  /** The same operations, answering `{ data, status, headers, requestId, attempts, replayed }`. */
  get withResponse() {
    return {
      create: (body, options) => this.#call("create", body, options),
      retrieve: (id, options) => this.#call("retrieve", id, options),
      cancel: (id, options) => this.#call("archive", id, options),
      archive: (id, options) => this.#call("archive", id, options),
    };
  }

  /** Reads an assessment again and again, until it is as wished or time is up. */
  async waitFor(id, options = {}) {
    const { until, onUpdate, signal, minDelayMs = 1_000, maxDelayMs = 15_000, maxWaitMs = 600_000 } =
      options;
    const wished = wish(until);
    const started = performance.now();
    let seen;
    for (let delay = minDelayMs; ; delay = Math.min(delay * 1.5, maxDelayMs)) {
      const assessment = await this.retrieve(id, { signal });
      if (JSON.stringify(assessment) !== seen) {
        seen = JSON.stringify(assessment);
        tell(onUpdate, assessment);
      }
      if (wished(assessment)) return assessment;
      // Half of the wait is random, so that many watchers spread out.
      const wait = delay * (0.5 + Math.random() / 2);
      if (performance.now() - started + wait > maxWaitMs) {
        throw new TimeoutError(`${id} is still ${assessment.status} after ${maxWaitMs} ms`);
      }
      await sleep(wait, this.#signal(signal));
    }
  }

  /** Aborts what is in flight. */
  dispose() {
    this.#disposal.abort();
  }

  #signal(signal) {
    const own = this.#disposal.signal;
    return signal ? AbortSignal.any([own, signal]) : own;
  }

  async #call(operation, argument, options = {}) {
    const settings = { ...call("clientDefaults"), ...this.#settings, ...defined(options) };
    const signal = this.#signal(options.signal);
    signal.throwIfAborted();
    const prepared = call(
      "prepareCall",
      operation,
      argument,
      options.idempotencyKey,
      settings.validate !== false,
    );
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
        settings.maxRetries,
        settings.totalTimeoutMs,
      );
      if (delay === undefined) throw error;
      tell(settings.hooks?.onRetry, { attempt: attempt + 1, delayMs: delay, error });
      await sleep(delay, signal);
    }
  }

  /** One attempt: its answer, or its error and what a retry depends on. */
  async #attempt({ operation, argument, key, settings, signal, started }, attempt) {
    const attempts = attempt + 1;
    const remaining = settings.totalTimeoutMs - (performance.now() - started);
    const patience = Math.max(0, Math.min(settings.timeoutMs, remaining));
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(TIMED_OUT), patience);
    const stop = () => controller.abort(signal.reason);
    signal.addEventListener("abort", stop);
    const bounded = (pending) => unlessAborted(controller.signal, pending);
    try {
      const token = await this.#token(settings, bounded);
      const request = call(
        "buildRequest",
        operation,
        argument,
        key,
        settings.baseUrl,
        token,
        controller.signal,
      );
      tell(settings.hooks?.onRequest, {
        method: request.method,
        url: request.url,
        attempt: attempts,
      });
      let response;
      let text;
      try {
        response = await bounded((settings.fetch ?? fetch)(request));
        text = await bounded(response.text());
      } catch (cause) {
        if (controller.signal.aborted) throw controller.signal.reason;
        return { error: new ConnectionError(attempts, cause), status: CONNECTION };
      }
      const { ok, shape, ...read } = call("readResponse", operation, response, text);
      const answer = { ...read, headers: response.headers, attempts };
      tell(settings.hooks?.onResponse, {
        status: answer.status,
        requestId: answer.requestId,
        attempt: attempts,
      });
      if (ok) return { answer };
      if (shape) throw new ResponseShapeError(answer);
      const { status, retryAfter } = answer;
      return { error: new ApiError(answer), status, retryAfter };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error !== TIMED_OUT) throw error;
      const message = `No whole answer within ${Math.round(patience)} ms`;
      return { error: new TimeoutError(message, attempts), status: TIMEOUT };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
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
  for (const status of statuses) {
    if (call("isTerminal", status) === undefined) {
      throw new ConfigurationError(`"${status}" is no status of an assessment`);
    }
  }
  return ({ status }) => statuses.includes(status);
}

function defined(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
