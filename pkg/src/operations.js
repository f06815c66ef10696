// What a client asks, as a request, and what the answer means. What is right is
// the module's to say.

import { ask, begin, open, request, string, told, toldNumber, toldText, value } from "./desk.js";
import { ConfigurationError, ValidationError } from "./errors.js";
import {
  CREATE_FIELDS,
  IDEMPOTENCY_KEY,
  MAX_UNITS,
  OPERATIONS,
  REPLAYED,
  REQUEST_DIFFERS,
  REQUEST_ID,
  VERSION,
  createMembers,
  createRequest,
  eventRequest,
  sessionRequest,
} from "./generated/tables.js";
import { parseId } from "./ids.js";
import { issues, readCreate, readEvent, readSession } from "./requests.js";
import { isBrowser } from "./scope.js";
import { validateIdempotencyKey } from "./validation.js";

/**
 * @import {
 *   ApiRequest,
 *   FetchedResponse,
 *   Issue,
 *   Operation,
 *   Platform,
 *   Reading,
 *   Settings,
 * } from "./types.js"
 */

/**
 * The place of a fault as the message of an error shows it.
 *
 * @param {Issue["loc"]} loc
 */
function at([, ...steps]) {
  return steps.length ? `${steps.join(".")}: ` : "";
}

/** @param {{ status: 400 | 422, issues: Issue[] }} wrong */
function refusal({ status, issues }) {
  const text = issues.map(({ loc, msg }) => at(loc) + msg).join("; ");
  return new ValidationError(text, status, issues);
}

/**
 * How the body of each operation that has one is read, and made of its members.
 *
 * @type {Partial<Record<Operation, [typeof readCreate, (members: unknown[]) => object]>>}
 */
const BODIES = {
  create: [readCreate, (members) => createRequest(members.map(bounded))],
  createSession: [readSession, (members) => sessionRequest(members.map(bounded))],
  sendEvent: [readEvent, eventRequest],
};

/**
 * Checks what a call is asked with before anything is sent, and answers what is to be
 * sent, which nobody else has. Without `validate` a body is checked for its types only.
 *
 * @param {Operation} operation
 * @param {unknown} id
 * @param {unknown} given Of the body.
 * @param {Pick<Settings, "validate" | "idempotencyKey">} settings
 * @returns {ApiRequest}
 */
export function apiRequest(operation, id, given, { validate, idempotencyKey }) {
  const { method, path, kind, hasKey, number } = OPERATIONS[operation];
  const place = kind ? parseId(/** @type {string} */ (id), kind).id : "";
  /** @type {ApiRequest} */
  const request = { method, path: path.join(place), answer: number };
  const [read, make] = BODIES[operation] ?? [];
  if (read && make) {
    const { values, wrong } = read(given, validate !== false);
    if (wrong) throw refusal(wrong);
    const body = make(/** @type {unknown[]} */ (values));
    if (operation === "create") request.created = body;
    request.body = text(body);
  }
  if (hasKey) request.key = checkedKey(idempotencyKey);
  return request;
}

/** @param {object} body */
function text(body) {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new ConfigurationError(`payload is no JSON: ${String(cause)}`, { cause });
  }
}

/**
 * A text, or each of a list, that is too long for any request, as far as it takes to be refused for its
 * size, and as Unicode.
 *
 * @param {unknown} given
 * @returns {unknown}
 */
function bounded(given) {
  if (Array.isArray(given)) return given.map(bounded);
  if (typeof given !== "string" || given.length <= MAX_UNITS) return given;
  return given.slice(0, MAX_UNITS).replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * The idempotency key of a call: the caller's, or one of 128 random bits.
 *
 * @param {string | undefined} given
 */
function checkedKey(given) {
  if (given === undefined) return randomKey();
  const checked = validateIdempotencyKey(given);
  if (!checked.ok) throw refusal({ status: 400, issues: checked.issues });
  return given;
}

function randomKey() {
  const random = new Uint8Array(16);
  try {
    globalThis.crypto.getRandomValues(random);
  } catch {
    throw new ConfigurationError(
      "crypto.getRandomValues, which makes an idempotency key, " +
        "does not work here: give an idempotencyKey of your own",
    );
  }
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * What to give to `fetch` for one attempt, all of it plain, so that whatever takes the
 * place of `fetch` understands it.
 *
 * @param {ApiRequest} asked
 * @param {Settings} settings
 * @param {string} token
 * @param {number} attempt The first is 1.
 */
export function initOf({ method, body, key }, { headers, fetchOptions }, token, attempt) {
  begin();
  string(token);
  if (!ask("isToken")) throw new TypeError("token must be visible ASCII characters");
  const sent = new Map(isBrowser() ? [] : aboutClient(attempt));
  for (const [name, value] of headers) {
    if (value == null) sent.delete(name);
    else sent.set(name, value);
  }
  sent.set("accept", "application/json").set("authorization", `Bearer ${token}`);
  if (body) sent.set("content-type", "application/json");
  if (key) sent.set(IDEMPOTENCY_KEY, key);
  return { ...fetchOptions, method, headers: Object.fromEntries(sent), ...(body && { body }) };
}

/**
 * What a server tells of this client, for the logs of the API. A page does not: where it
 * is of another origin, its browser would have to ask the API for each header's leave.
 *
 * @param {number} attempt
 * @returns {[string, string][]}
 */
function aboutClient(attempt) {
  const { navigator, process } = /** @type {Platform} */ (globalThis);
  const [runtime] = /^[\w./-]+/.exec(navigator?.userAgent ?? process?.release?.name ?? "") ?? [];
  return [
    ["user-agent", `assessments-edge/${VERSION} (${runtime ?? "unknown"})`],
    ["assessments-retry-count", `${attempt - 1}`],
  ];
}

/**
 * Reads an answer whose body is `text`. It reads no more of a response than any
 * `fetch` gives.
 *
 * @param {ApiRequest} asked
 * @param {FetchedResponse} response
 * @param {string} text
 * @returns {Reading}
 */
export function readAnswer(asked, response, text) {
  const { ok, status, headers } = response;
  const requestId = headers.get(REQUEST_ID);
  const about = { status, ...(requestId != null && { requestId }) };
  let data;
  let isJson = true;
  try {
    data = JSON.parse(text);
  } catch {
    isJson = false;
  }
  if (!ok) return { ok, ...about, ...(isJson && readError(asked, status, data)) };
  const message = isJson ? strangeness(asked, data) : "the answer is not JSON";
  if (message !== undefined) return { ok: false, ...about, shape: true, message };
  const isThere = (/** @type {string} */ name) => headers.get(name) != null;
  const replayed = isThere(REPLAYED);
  return { ok, ...about, replayed, requestDiffers: isThere(REQUEST_DIFFERS), data };
}

/**
 * Where an answer has not the shape that is promised, if anywhere.
 *
 * @param {Pick<ApiRequest, "answer">} asked
 * @param {unknown} data
 */
export function strangeness({ answer }, data) {
  if (typeof answer === "function") return answer(data);
  begin();
  value(data);
  const address = ask("checkAnswer", answer);
  if (address === 0) return undefined;
  open(address);
  return toldText();
}

/**
 * What an error's body says; nothing of one that is none of the API's.
 *
 * @param {ApiRequest} asked
 * @param {number} status
 * @param {any} body
 */
function readError({ created }, status, body) {
  begin();
  if (created) request(createMembers(/** @type {Record<string, unknown>} */ (created)));
  else value(undefined);
  value(body);
  const address = ask("readError");
  if (address === 0) return undefined;
  open(address);
  const message = toldText();
  const code = told();
  const isSchema = toldNumber() === 1;
  const isOfRole = toldNumber() === 1;
  /** @type {Issue[]} */
  const listed = isSchema ? body.detail : issues(CREATE_FIELDS);
  return {
    ...(status === 401 && !isOfRole && { isCredential: /** @type {const} */ (true) }),
    message,
    ...(code !== undefined && { code: /** @type {string} */ (code) }),
    ...(listed.length > 0 && { issues: listed }),
  };
}
