// Requests without the package: those for which it has no call, and all where
// WebAssembly is not allowed. It checks nothing, tries once, and reads answers as they
// come.

import { refusesCredential } from "./refusals.js";

const REQUEST_ID = "x-coverbase-request-id";
const KEY = "Idempotency-Key";
const TIMEOUT_MS = 20_000;
/** How much of an answer an error keeps. */
const BODY_EXCERPT = 2_048;

/**
 * @import {
 *   ArchivedAssessment,
 *   Assessment,
 *   CreateAssessmentRequest,
 *   CreateSessionRequest,
 *   CreatedAssessment,
 *   CreatedSession,
 *   Issue,
 *   Me,
 *   TokenAbout,
 *   WorkflowRun,
 * } from "assessments-edge/slim"
 * @import { ReadOptions, Reader } from "./reads.js"
 */

/**
 * What the dashboard reads of an answer.
 *
 * @template Data
 * @typedef {object} Answer
 * @property {Data} data
 * @property {string} [requestId]
 * @property {boolean} replayed
 * @property {boolean} requestDiffers
 */

/** @typedef {{ signal?: AbortSignal | undefined, idempotencyKey?: string }} Options */

/**
 * What the dashboard calls: this client, or the package's.
 *
 * @typedef {object} Client
 * @property {(body: CreateAssessmentRequest, options: Options)
 *   => Promise<Answer<CreatedAssessment>>} create
 * @property {(id: string, options: Options) => Promise<Answer<Assessment>>} retrieve
 * @property {(id: string, options: Options) => Promise<Answer<ArchivedAssessment>>} archive
 * @property {(id: string, options: Options) => Promise<Answer<WorkflowRun>>} retrieveRun
 */

/** @typedef {(about: TokenAbout) => Promise<string>} Ask */

/**
 * A client with the operations that the package's has under `withResponse`.
 *
 * @param {Ask} ask
 * @returns {Client}
 */
export function plainClient(ask) {
  const at = (/** @type {string} */ id) => `/v1/assessments/${encodeURIComponent(id)}`;
  return {
    async create(body, options) {
      const answer = await call(ask, "POST", "/v1/assessments", { body, ...options });
      if (!isCreated(answer.data)) throw new StrangeAnswer(201, answer.requestId);
      return answer;
    },
    retrieve: (id, options) => call(ask, "GET", at(id), options),
    archive: (id, options) => call(ask, "DELETE", at(id), options),
    retrieveRun: (id, options) =>
      call(ask, "GET", `/v1/workflows/runs/${encodeURIComponent(id)}`, options),
  };
}

/**
 * The reads that the package has in an entry of its own; a list is a page.
 *
 * @param {Ask} ask
 * @returns {Reader}
 */
export function plainReader(ask) {
  const read = async (/** @type {string} */ path, /** @type {ReadOptions} */ { signal } = {}) =>
    (await call(ask, "GET", `/v1/dashboard/${path}`, { signal })).data;
  /** @returns {(query?: object, options?: ReadOptions) => Promise<any>} */
  const list = (/** @type {string} */ path) => (query, options) =>
    read(path + search(query), options);
  /** @returns {(id: string, options?: ReadOptions) => Promise<any>} */
  const one = (/** @type {string} */ path) => (id, options) =>
    read(`${path}/${encodeURIComponent(id)}`, options);
  return {
    vendors: list("vendors"),
    vendor: one("vendors"),
    controlSets: list("control-sets"),
    users: list("users"),
    workflows: list("workflows"),
    assessments: list("assessments"),
    assessment: one("assessments"),
  };
}

/** @param {object} [query] */
function search(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value != null && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

/**
 * Whether an answer has what is compared with the request.
 *
 * @param {Partial<CreatedAssessment>} data
 */
function isCreated({ id, name, vendor_id: vendor, control_set_ids: sets, service_ids: services }) {
  const areTexts = [id, name, vendor].every((value) => typeof value === "string");
  return areTexts && Array.isArray(sets) && Array.isArray(services);
}

/**
 * Who calls with a credential: it is refused, or answers that.
 *
 * @param {string} token
 * @returns {Promise<Me>}
 */
export async function readMe(token) {
  return (await send(token, "GET", "/v1/dashboard/me", {})).data;
}

/**
 * Makes a session. The package's client does so on servers only.
 *
 * @param {string} token
 * @param {CreateSessionRequest} body
 * @returns {Promise<Answer<CreatedSession>>}
 */
export function createSession(token, body) {
  return send(token, "POST", "/v1/sessions", { body });
}

/**
 * Sends a request, and once more if there is another token than one that is refused.
 *
 * @param {Ask} ask
 * @param {string} method
 * @param {string} path
 * @param {Options & { body?: object }} options
 */
async function call(ask, method, path, options) {
  const token = await ask({ refused: undefined });
  try {
    return await send(token, method, path, options);
  } catch (error) {
    if (!(error instanceof PlainError) || !refusesCredential(error)) throw error;
    const another = await ask({ refused: token });
    if (another === token) throw error;
    return send(another, method, path, options);
  }
}

/**
 * @param {string} token
 * @param {string} method
 * @param {string} path
 * @param {Options & { body?: object }} options
 */
async function send(token, method, path, { body, idempotencyKey, signal }) {
  const { response, text } = await exchange(path, {
    method,
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
    headers: headers(token, body, idempotencyKey),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const requestId = response.headers.get(REQUEST_ID) ?? undefined;
  const json = parsed(text);
  if (response.ok && json && typeof json === "object") {
    const has = (/** @type {string} */ name) => response.headers.has(name);
    const requestDiffers = has("idempotent-request-differs");
    return { data: json, requestId, replayed: has("idempotent-replayed"), requestDiffers };
  }
  if (response.ok) throw new StrangeAnswer(response.status, requestId);
  const seconds = Number(response.headers.get("retry-after") ?? undefined);
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
  const excerpt = text.slice(0, BODY_EXCERPT);
  const told = { requestId, retryAfter, body: excerpt, ...read(json?.detail) };
  throw new PlainError(response.status, told);
}

/**
 * @param {string} token
 * @param {object | undefined} body
 * @param {string | undefined} idempotencyKey
 */
function headers(token, body, idempotencyKey) {
  const all = new Headers({ authorization: `Bearer ${token}` });
  if (body !== undefined) all.set("content-type", "application/json");
  try {
    if (idempotencyKey !== undefined) all.set(KEY, idempotencyKey);
  } catch (error) {
    // Some characters cannot be sent at all.
    const { message } = /** @type {TypeError} */ (error);
    throw new PlainError(400, { message: `${KEY}: ${message}`, wasSent: false });
  }
  return all;
}

/**
 * JSON, or nothing when something in between answered.
 *
 * @param {string} text
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} request
 */
async function exchange(path, request) {
  try {
    const response = await fetch(path, request);
    return { response, text: await response.text() };
  } catch (cause) {
    throw new NoAnswer(cause);
  }
}

/** No answer came, or none in time. */
export class NoAnswer extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** A success that is no answer of the API. */
export class StrangeAnswer extends Error {
  /**
   * @param {number} status
   * @param {string | undefined} requestId
   */
  constructor(status, requestId) {
    super(`HTTP ${status}`);
    this.status = status;
    this.requestId = requestId;
  }
}

/**
 * Whether the text of an error answer is of a shape that the API's have.
 *
 * @param {string | undefined} text
 */
export const isDetail = (text = "") => /^\s*\{\s*"detail"\s*:/.test(text);

/** An error that was answered, by the API or in its place. */
export class PlainError extends Error {
  /**
   * @param {number} status
   * @param {Partial<Told & { requestId: string, retryAfter: number, wasSent: boolean, body: string }>} told
   */
  constructor(status, { message = `HTTP ${status}`, ...rest }) {
    super(message);
    this.status = status;
    this.code = rest.code;
    this.issues = rest.issues;
    this.requestId = rest.requestId;
    this.retryAfter = rest.retryAfter;
    this.wasSent = rest.wasSent;
    this.body = rest.body;
  }
}

/**
 * What `detail` says.
 *
 * @typedef {{ message?: string, code?: string, issues?: Issue[] }} Told
 */

/**
 * `detail` in each of its shapes.
 *
 * @param {any} detail Whatever was answered.
 * @returns {Told}
 */
function read(detail) {
  if (typeof detail === "string") return { message: detail };
  if (Array.isArray(detail))
    return {
      message: detail.map((/** @type {Issue} */ { msg }) => msg).join("; "),
      issues: detail,
    };
  if (detail?.error) return { message: detail.error };
  return { message: detail?.message, code: detail?.code };
}
