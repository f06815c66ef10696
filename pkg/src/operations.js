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
  createMembers,
  createRequest,
  sessionRequest,
} from "./generated/tables.js";
import { parseId } from "./ids.js";
import { issues, readCreate, readSession } from "./requests.js";
import { validateIdempotencyKey } from "./validation.js";

/**
 * @import {
 *   FetchedResponse,
 *   Issue,
 *   Operation,
 *   Reading,
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
 * Checks what a call is asked with before anything is sent, and answers what is to
 * be sent of it: plain data, which nobody else has. Without `checksContent` a body
 * is checked for its types only.
 *
 * @param {Operation} operation
 * @param {unknown} argument
 * @param {boolean} checksContent
 * @returns {unknown}
 */
export function checkedArgument(operation, argument, checksContent) {
  const { kind } = OPERATIONS[operation];
  if (kind) return parseId(/** @type {string} */ (argument), kind).id;
  const isCreate = operation === "create";
  const { values, wrong } = (isCreate ? readCreate : readSession)(argument, checksContent);
  if (wrong) throw refusal(wrong);
  const held = /** @type {unknown[]} */ (values).map(bounded);
  return (isCreate ? createRequest : sessionRequest)(held);
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
 * The idempotency key of a create: the caller's, or one of 128 random bits.
 *
 * @param {string | undefined} given
 */
export function checkedKey(given) {
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
      "crypto.getRandomValues, which makes the idempotency key of a create, " +
        "does not work here: give an idempotencyKey of your own",
    );
  }
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * What to send for one attempt, all of it plain, so that whatever takes the place of
 * `fetch` understands it.
 *
 * @param {Operation} operation
 * @param {unknown} argument As it was checked.
 * @param {string} key
 * @param {string} baseUrl
 * @param {string} token
 */
export function requestOf(operation, argument, key, baseUrl, token) {
  begin();
  string(token);
  if (!ask("isToken")) throw new TypeError("token must be visible ASCII characters");
  const { method, path, kind } = OPERATIONS[operation];
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json", authorization: `Bearer ${token}` };
  if (kind) return { url: `${baseUrl}${path}${argument}`, method, headers };
  headers["content-type"] = "application/json";
  if (operation === "create") headers[IDEMPOTENCY_KEY] = key;
  return { url: `${baseUrl}${path}`, method, headers, body: JSON.stringify(argument) };
}

/**
 * Reads an answer whose body is `text`. It reads no more of a response than any
 * `fetch` gives.
 *
 * @param {Operation} operation
 * @param {unknown} argument
 * @param {FetchedResponse} response
 * @param {string} text
 * @returns {Reading}
 */
export function readAnswer(operation, argument, response, text) {
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
  if (!ok) return { ok, ...about, ...(isJson && readError(operation, argument, status, data)) };
  const message = isJson ? strangeness(operation, data) : "the answer is not JSON";
  if (message !== undefined) return { ok: false, ...about, shape: true, message };
  const isThere = (/** @type {string} */ name) => headers.get(name) != null;
  const replayed = isThere(REPLAYED);
  return { ok, ...about, replayed, requestDiffers: isThere(REQUEST_DIFFERS), data };
}

/**
 * Where an answer has not the shape that is promised, if anywhere.
 *
 * @param {Operation} operation
 * @param {unknown} data
 */
export function strangeness(operation, data) {
  begin();
  value(data);
  const address = ask("checkAnswer", OPERATIONS[operation].number);
  if (address === 0) return undefined;
  open(address);
  return toldText();
}

/**
 * What an error's body says; nothing of one that is none of the API's.
 *
 * @param {Operation} operation
 * @param {unknown} argument
 * @param {number} status
 * @param {any} body
 */
function readError(operation, argument, status, body) {
  begin();
  if (operation === "create")
    request(createMembers(/** @type {Record<string, unknown>} */ (argument)));
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
