// What a client, a call and a wait can be told: every name is known, and every
// value is of its type, or nothing is sent.

import { ConfigurationError } from "./errors.js";

/** What a setting must be, and the test of that. */
const amount = ["a number, 0 or more", (value) => typeof value === "number" && value >= 0];
const flag = ["true or false", (value) => typeof value === "boolean"];
const callable = ["a function", (value) => typeof value === "function"];
const anything = ["", () => true];

const HOOKS = {
  onRequest: callable,
  onResponse: callable,
  onRetry: callable,
  onRequestDiffers: callable,
};
const SHARED = {
  timeoutMs: amount,
  totalTimeoutMs: amount,
  maxRetries: amount,
  validate: flag,
  hooks: ["an object", (value) => typeof value === "object" && value !== null],
};
const CALL = {
  // Only a create has use for it; elsewhere the API ignores it.
  idempotencyKey: anything,
  signal: ["an AbortSignal", (value) => typeof value?.throwIfAborted === "function"],
  ...SHARED,
};
const RUN_WAIT = {
  minDelayMs: amount,
  maxDelayMs: amount,
  maxWaitMs: amount,
  onUpdate: callable,
  ...CALL,
};

/** The settings there are: of a client, of its calls, of its waits. */
export const SETTINGS = {
  client: {
    baseUrl: anything,
    token: anything,
    fetch: callable,
    dangerouslyAllowBrowserKey: flag,
    ...SHARED,
  },
  call: CALL,
  wait: { until: anything, ...RUN_WAIT },
  runWait: RUN_WAIT,
};

/** What a letter costs that the name that was meant has more: names are rather shortened than misspelt. */
const MISSING = 0.4;

/** How far a name is from one that may be meant: the letters too many and, less so, too few. */
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
  return row.at(-1);
}

function unknown(name, known) {
  const given = name.slice(0, 40);
  const names = Object.keys(known);
  const near = names.map((meant) => [distance(given, meant), meant]).sort(([a], [b]) => a - b);
  const [[least, nearest]] = near;
  const hint =
    least <= given.length * 0.7 ? `did you mean ${nearest}?` : `there are ${names.join(", ")}`;
  return new ConfigurationError(`${given} is no setting here; ${hint}`);
}

/** The settings of these names that are there, each of its type. */
function typed(settings, known) {
  const found = {};
  for (const [name, [what, test]] of Object.entries(known)) {
    const value = settings[name];
    if (value === undefined) continue;
    if (!test(value)) {
      const got = test === amount[1] ? `, got ${String(value)}` : "";
      throw new ConfigurationError(`${name} must be ${what}${got}`);
    }
    found[name] = value;
  }
  return found;
}

/** The settings that are there, if all are known and of their types. */
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

/** A token, or a function that answers one. */
export function checkedToken(token) {
  if (/^(string|function)$/.test(typeof token)) return token;
  throw new ConfigurationError("token must be a string, or a function that answers one");
}

/** The text before every path of the API, without a slash at its end. */
export function checkedBaseUrl(given) {
  const text = String(given?.href ?? given).trim();
  let url;
  try {
    // The platform leaves out line breaks, and sends to a host of another name.
    if (!/\s/.test(text)) url = new URL(text);
  } catch {
    // Told below, like "localhost:8787", which is a URL of the scheme "localhost".
  }
  if (!/^https?:$/.test(url?.protocol)) {
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
