// What a client, a call and a wait can be told: every name is known, and every
// value is of its type, or nothing is sent.

import { ConfigurationError } from "./errors.js";

/** @import { ClientOptions, Hooks, SettingType, SettingTypes } from "./types.js" */

/** @type {SettingType} */
const amount = ["a number, 0 or more", (value) => typeof value === "number" && value >= 0];
/** @type {SettingType} */
const flag = ["true or false", (value) => typeof value === "boolean"];
/** @type {SettingType} */
const callable = ["a function", (value) => typeof value === "function"];
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
  hooks: ["an object", (value) => typeof value === "object" && value !== null],
};
/** @param {unknown} value */
function isSignal(value) {
  const { throwIfAborted } = /** @type {Partial<AbortSignal>} */ (value ?? {});
  return typeof throwIfAborted === "function";
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
      ...SHARED,
    };
  },
  /** @returns {SettingTypes} */
  get call() {
    return {
      // Only a create has use for it; elsewhere the API ignores it.
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
 * @template {{ hooks?: Hooks | undefined }} Options
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
  const { hooks = {} } = found;
  // Hooks may be an object of a class, which holds other things too.
  for (const [name, value] of Object.entries(hooks)) {
    if (typeof value === "function" && !Object.hasOwn(HOOKS, name)) throw unknown(name, HOOKS);
  }
  typed(hooks, HOOKS);
  return found;
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
