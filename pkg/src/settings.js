// What a client, a call and a wait can be told: every name is known, and every
// value is of its type, or nothing is sent.

import { ConfigurationError } from "./errors.js";
import { IDEMPOTENCY_KEY } from "./generated/tables.js";

/**
 * @import {
 *   CallSettings,
 *   ClientOptions,
 *   EnvironmentOptions,
 *   GivenHeaders,
 *   HeaderEntry,
 *   LogLevel,
 *   Platform,
 *   SettingType,
 *   SettingTypes,
 * } from "./types.js"
 */

/**
 * How much is logged: each level is told with those before it.
 *
 * @type {LogLevel[]}
 */
export const LEVELS = ["off", "error", "warn", "info", "debug"];

/** Headers that the client sets itself. */
const OWN_HEADERS = ["accept", "authorization", "content-type", IDEMPOTENCY_KEY];
/** What it gives to `fetch` itself. */
const OWN_OPTIONS = ["method", "headers", "body", "signal", "redirect"];

/** @type {SettingType} */
const amount = ["a number, 0 or more", (value) => typeof value === "number" && value >= 0];
/** @type {SettingType} */
const flag = ["true or false", (value) => typeof value === "boolean"];
/** @type {SettingType} */
const callable = ["a function", (value) => typeof value === "function"];
/** @type {SettingType} */
const object = ["an object", (value) => typeof value === "object" && value !== null];
/** @type {SettingType} */
const anything = ["", () => true];

/** @type {SettingTypes} */
const HOOKS = {
  onRequest: callable,
  onResponse: callable,
  onRetry: callable,
  onRequestDiffers: callable,
};
/** @type {SettingTypes} */
const SHARED = {
  timeoutMs: amount,
  totalTimeoutMs: amount,
  maxRetries: amount,
  validate: flag,
  hooks: object,
  headers: object,
  fetchOptions: object,
};
/** @param {unknown} value */
function isSignal(value) {
  const { throwIfAborted } = /** @type {Partial<AbortSignal>} */ (value ?? {});
  return typeof throwIfAborted === "function";
}

/** @param {unknown} value */
function isLogger(value) {
  const { debug, info, warn, error } = /** @type {Partial<Console>} */ (value ?? {});
  return [debug, info, warn, error].every((log) => typeof log === "function");
}

/**
 * The settings there are: of a client, of its calls, of its waits. Each is put together when it is
 * asked for: bundlers would keep what is spread at import for programs that use none of it.
 */
export const SETTINGS = {
  /** @returns {SettingTypes} */
  get client() {
    return {
      baseUrl: anything,
      token: anything,
      fetch: callable,
      dangerouslyAllowBrowserKey: flag,
      logger: ["an object with the functions debug, info, warn and error", isLogger],
      logLevel: [
        "off, error, warn, info or debug",
        (value) => LEVELS.includes(/** @type {LogLevel} */ (value)),
      ],
      ...SHARED,
    };
  },
  /** @returns {SettingTypes} */
  get environment() {
    return { env: object, ...SETTINGS.client };
  },
  /** @returns {SettingTypes} */
  get call() {
    return {
      // Only a create and an event have use for it; elsewhere the API ignores it.
      idempotencyKey: anything,
      signal: ["an AbortSignal", isSignal],
      ...SHARED,
    };
  },
  /** @returns {SettingTypes} */
  get wait() {
    return { until: anything, ...SETTINGS.runWait };
  },
  /** @returns {SettingTypes} */
  get runWait() {
    return {
      minDelayMs: amount,
      maxDelayMs: amount,
      maxWaitMs: amount,
      onUpdate: callable,
      ...SETTINGS.call,
    };
  },
};

/** What a letter costs that the name that was meant has more: names are rather shortened than misspelt. */
const MISSING = 0.4;

/**
 * How far a name is from one that may be meant: the letters too many and, less so, too few.
 *
 * @param {string} name
 * @param {string} meant
 */
function distance(name, meant) {
  const [from, to] = [name, meant].map((text) => text.toLowerCase().replaceAll("_", ""));
  let row = Array.from({ length: to.length + 1 }, (_, column) => column * MISSING);
  for (const letter of from) {
    const next = [row[0] + 1];
    for (let column = 0; column < to.length; column++) {
      const same = letter === to[column];
      next.push(same ? row[column] : Math.min(row[column + 1] + 1, next[column] + MISSING));
    }
    row = next;
  }
  return row[to.length];
}

/**
 * @param {string} name
 * @param {SettingTypes} known
 */
function unknown(name, known) {
  const given = name.slice(0, 40);
  const names = Object.keys(known);
  const near = names.map((meant) => ({ meant, by: distance(given, meant) }));
  const [nearest] = near.sort((a, b) => a.by - b.by);
  const hint =
    nearest.by <= given.length * 0.7
      ? `did you mean ${nearest.meant}?`
      : `there are ${names.join(", ")}`;
  return new ConfigurationError(`${given} is no setting here; ${hint}`);
}

/**
 * The settings of these names that are there, each of its type.
 *
 * @template {object} Options
 * @param {Options} settings
 * @param {SettingTypes} known
 * @returns {Options}
 */
function typed(settings, known) {
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const [name, [what, test]] of Object.entries(known)) {
    const value = /** @type {Record<string, unknown>} */ (settings)[name];
    if (value === undefined) continue;
    if (!test(value)) {
      const got = test === amount[1] ? `, got ${String(value)}` : "";
      throw new ConfigurationError(`${name} must be ${what}${got}`);
    }
    found[name] = value;
  }
  return /** @type {Options} */ (found);
}

/**
 * The settings that are there, if all are known and of their types.
 *
 * @template {CallSettings} Options
 * @param {Options} settings
 * @param {SettingTypes} known
 */
export function checked(settings, known) {
  if (typeof settings !== "object" || settings === null) {
    throw new ConfigurationError(`options must be an object, got ${String(settings)}`);
  }
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined && !Object.hasOwn(known, name)) throw unknown(name, known);
  }
  const found = typed(settings, known);
  const { hooks = {}, headers, fetchOptions = {} } = found;
  // Hooks may be an object of a class, which holds other things too.
  for (const [name, value] of Object.entries(hooks)) {
    if (typeof value === "function" && !Object.hasOwn(HOOKS, name)) throw unknown(name, HOOKS);
  }
  typed(hooks, HOOKS);
  for (const name of OWN_OPTIONS) {
    if (name in fetchOptions) {
      throw new ConfigurationError(`fetchOptions: ${name} is set by the client`);
    }
  }
  // Who has them may change them later.
  if (found.fetchOptions) found.fetchOptions = { ...fetchOptions };
  return headers ? { ...found, headers: entriesOf(headers) } : found;
}

/**
 * Headers as they are sent, their names in small letters.
 *
 * @param {GivenHeaders} given
 * @returns {HeaderEntry[]}
 */
function entriesOf(given) {
  const entries = Symbol.iterator in given ? [...given] : Object.entries(given);
  return entries.map((entry) => {
    const [given = "", value] = Array.isArray(entry) ? entry : [];
    const name = String(given).toLowerCase();
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) {
      throw new ConfigurationError(`headers: "${name.slice(0, 40)}" can be the name of no header`);
    }
    if (OWN_HEADERS.includes(name)) {
      throw new ConfigurationError(`headers: ${name} is set by the client`);
    }
    if (value != null && !(typeof value === "string" && /^[\t -~\x80-\xff]*$/.test(value))) {
      // It may be a secret.
      throw new ConfigurationError(`headers: no header can hold what is given for ${name}`);
    }
    return [name, value];
  });
}

/**
 * The settings that a server's environment has for a client, under those that are given.
 *
 * @param {EnvironmentOptions} options
 * @returns {ClientOptions}
 */
export function fromEnvironment(options) {
  const { env, ...given } = checked(options, SETTINGS.environment);
  const { process, Deno } = /** @type {Platform} */ (globalThis);
  const read = (/** @type {string} */ name) => {
    const value = env ? Reflect.get(env, name) : (process?.env?.[name] ?? Deno?.env?.get(name));
    // What is set to nothing is not set.
    return (typeof value === "string" && value.trim()) || undefined;
  };
  const needed = (/** @type {string} */ name, /** @type {string} */ setting) => {
    const value = read(name);
    if (value) return value;
    throw new ConfigurationError(
      `${name} is not set in the environment, and no ${setting} is given`,
    );
  };
  const { baseUrl = needed("ASSESSMENTS_BASE_URL", "baseUrl") } = given;
  const { token = needed("ASSESSMENTS_API_KEY", "token") } = given;
  const logLevel = given.logLevel ?? /** @type {LogLevel | undefined} */ (read("ASSESSMENTS_LOG"));
  if (logLevel && !LEVELS.includes(logLevel)) {
    throw new ConfigurationError(`ASSESSMENTS_LOG must be ${SETTINGS.client.logLevel[0]}`);
  }
  return { ...given, baseUrl, token, logLevel };
}

/**
 * A token, or a function that answers one.
 *
 * @param {ClientOptions["token"]} token
 */
export function checkedToken(token) {
  if (/^(string|function)$/.test(typeof token)) return token;
  throw new ConfigurationError("token must be a string, or a function that answers one");
}

/**
 * The text before every path of the API, without a slash at its end.
 *
 * @param {string | URL} given
 */
export function checkedBaseUrl(given) {
  const { href = given } = /** @type {Partial<URL>} */ (given ?? {});
  const text = String(href).trim();
  let url;
  try {
    // The platform leaves out line breaks, and sends to a host of another name.
    if (!/\s/.test(text)) url = new URL(text);
  } catch {
    // Told below, like "localhost:8787", which is a URL of the scheme "localhost".
  }
  if (!url || !/^https?:$/.test(url.protocol)) {
    // What comes before an @ may be a password.
    const shown = text.replace(/^.*@/s, "...@");
    throw new ConfigurationError(`baseUrl must be an absolute http or https URL, got ${shown}`);
  }
  const { origin, username, password, search, hash } = url;
  if (username || password || search || hash) {
    throw new ConfigurationError("baseUrl must have no user name, password, query or fragment");
  }
  const path = url.pathname.replace(/\/+$/, "");
  if (/\/v1(\/assessments)?$/i.test(path)) {
    throw new ConfigurationError(
      `baseUrl must end before /v1, which the client adds: ${origin}${path.replace(/\/v1.*?$/i, "")}`,
    );
  }
  return origin + path;
}
