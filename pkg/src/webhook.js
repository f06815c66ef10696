// For those who are called: the analysers of workflow runs. What a question is and what
// becomes of an answer is the module's to say.

import { ask, begin, hasMore, open, string, told, toldText } from "./desk.js";
import { AssessmentsError, ConfigurationError } from "./errors.js";
import { IDEMPOTENCY_KEY, SIGNATURE } from "./generated/tables.js";
import { missing } from "./platform.js";

export { AssessmentsError, ConfigurationError } from "./errors.js";

/** @import { AnalysisResult, AnalyserQuestion, RawBody } from "../dist/webhook.js" */

/** The header with the signature of a call. */
export const SIGNATURE_HEADER = SIGNATURE;
/** The header with the key of a call, which is the same for every attempt. */
export const IDEMPOTENCY_KEY_HEADER = IDEMPOTENCY_KEY;

/** More secrets than any rotation has at once. */
const MAX_SECRETS = 16;
const HMAC = { name: "HMAC", hash: "SHA-256" };

/** A call that is not to be answered with an analysis. */
export class WebhookError extends AssessmentsError {
  static get name() {
    return "WebhookError";
  }

  get "~assessments-edge"() {
    return "WebhookError";
  }

  /**
   * @param {400 | 401} status
   * @param {"bad_signature" | "bad_question"} code
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * Whether a body was signed with one of these secrets. The platform compares, in the same
 * time wherever two signatures differ.
 *
 * @param {RawBody} rawBody
 * @param {unknown} header
 * @param {string | readonly string[]} secrets
 */
export async function verifySignature(rawBody, header, secrets) {
  const body = bytesOf(rawBody);
  const keys = keysOf(secrets);
  const signature = signatureOf(header);
  if (!signature) return false;
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) throw missing("crypto.subtle");
  const found = keys.map(async (bytes) => {
    const key = await subtle.importKey("raw", bytes, HMAC, false, ["verify"]);
    return subtle.verify("HMAC", key, signature, body);
  });
  return (await Promise.all(found)).includes(true);
}

/**
 * The question of a call, if it was signed with one of these secrets.
 *
 * @param {RawBody} rawBody
 * @param {unknown} header
 * @param {string | readonly string[]} secrets
 * @returns {Promise<AnalyserQuestion>}
 */
export async function readQuestion(rawBody, header, secrets) {
  if (!(await verifySignature(rawBody, header, secrets))) {
    const message = header
      ? "the signature is not that of this body by any of the secrets"
      : `the call has no ${SIGNATURE_HEADER}`;
    throw new WebhookError(401, "bad_signature", message);
  }
  const text = textOf(rawBody);
  begin(true);
  string(text);
  const address = ask("checkQuestion");
  if (address) {
    open(address);
    throw new WebhookError(400, "bad_question", toldText());
  }
  return JSON.parse(text);
}

/**
 * The key of a question's call, by which to tell attempts: that of the header, but from
 * what is signed.
 *
 * @param {Pick<AnalyserQuestion, "workflow_run_id" | "component_id">} question
 */
export function questionKey({ workflow_run_id: run, component_id: component }) {
  return `${run}-${component}`;
}

/**
 * What the API makes of an answer: an analysis, its text, or nothing yet.
 *
 * @param {unknown} [answer]
 * @returns {AnalysisResult}
 */
export function checkAnalysis(answer) {
  begin(true);
  string(answerText(answer));
  open(ask("readAnalysis"));
  const message = told();
  if (hasMore()) return { ok: true, value: JSON.parse(toldText()) };
  return { ok: false, message: String(message) };
}

/**
 * The body of an answer.
 *
 * @param {unknown} answer
 */
function answerText(answer) {
  if (typeof answer === "string") return answer;
  if (answer === undefined) return "";
  try {
    const text = JSON.stringify(answer);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new ConfigurationError("the answer cannot be written as JSON", { cause });
  }
  throw new ConfigurationError(`the answer cannot be written as JSON: it is a ${typeof answer}`);
}

/**
 * The bytes that were signed.
 *
 * @param {RawBody} body
 * @returns {BufferSource}
 */
function bytesOf(body) {
  if (typeof body === "string") return utf8(body);
  if (ArrayBuffer.isView(body)) return /** @type {ArrayBufferView<ArrayBuffer>} */ (body);
  // Not `instanceof`, which fails for what comes from another realm, as in test runners.
  if (Object.prototype.toString.call(body) === "[object ArrayBuffer]") return body;
  throw new ConfigurationError(
    "the body must be as it came, a string, Uint8Array or ArrayBuffer: " +
      "one that was parsed and written again has another signature",
  );
}

/** @param {RawBody} body */
function textOf(body) {
  if (typeof body === "string") return body;
  return new TextDecoder().decode(bytesOf(body));
}

/** @param {string} text */
const utf8 = (text) => new TextEncoder().encode(text);

/** @param {unknown} secrets */
function keysOf(secrets) {
  const list = Array.isArray(secrets) ? secrets : [secrets];
  if (list.length === 0 || list.length > MAX_SECRETS) {
    throw new ConfigurationError(`1 to ${MAX_SECRETS} secrets are needed, got ${list.length}`);
  }
  return list.map((secret) => {
    if (typeof secret !== "string" || !secret) {
      const what = secret === "" ? "an empty text" : secret === null ? "null" : typeof secret;
      throw new ConfigurationError(`a signing secret must be a text, got ${what}`);
    }
    return utf8(secret);
  });
}

/**
 * The signature in a header; nothing of what is none.
 *
 * @param {unknown} header
 */
function signatureOf(header) {
  const digits = typeof header === "string" && /^sha256=([0-9a-f]{64})$/.exec(header)?.[1];
  if (!digits) return undefined;
  return Uint8Array.from({ length: 32 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}
