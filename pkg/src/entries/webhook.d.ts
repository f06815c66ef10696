import type { AssessmentsError } from "./index.js";

export { AssessmentsError, ConfigurationError } from "./index.js";

/** The name of the header with the signature of a call, `coverbase-signature`. */
export const SIGNATURE_HEADER: "coverbase-signature";

/**
 * The name of the header with the key of a call, `idempotency-key`. It is the same for
 * every attempt of a step, and not signed: see `questionKey`.
 */
export const IDEMPOTENCY_KEY_HEADER: "idempotency-key";

/** The body of a request as it came: not parsed, and not written again. */
export type RawBody = string | ArrayBuffer | ArrayBufferView;

/**
 * Whether a body was signed with a secret, or with one of several, as while a secret is
 * replaced: runs that began before go on signing with the one before for 24 hours.
 * A header that is missing or malformed is `false`. Signatures are compared in constant time.
 *
 * @param rawBody The body as it came.
 * @param header The value of `coverbase-signature`: `sha256=` and the HMAC-SHA256 of the
 * body in hexadecimal.
 * @param secrets The `signing_secret` of the workflow, or up to 16.
 * @throws `ConfigurationError` if a secret is empty or missing, or the body was parsed already.
 */
export function verifySignature(
  rawBody: RawBody,
  header: string | readonly string[] | null | undefined,
  secrets: string | readonly string[],
): Promise<boolean>;

/**
 * The question of a call that was signed with one of the secrets.
 *
 * @throws `WebhookError`, whose `status` is what to answer: `401` if the signature is not
 * that of the body, `400` if the body is no question. `ConfigurationError` as for
 * `verifySignature`.
 * @example
 * const question = await readQuestion(await request.text(), request.headers.get(SIGNATURE_HEADER), secret);
 */
export function readQuestion(
  rawBody: RawBody,
  header: string | readonly string[] | null | undefined,
  secrets: string | readonly string[],
): Promise<AnalyserQuestion>;

/**
 * The idempotency key of a question's call, made of what is signed: two attempts of one step
 * have the same, and no other call has. Work for it once, and answer the same again.
 */
export function questionKey(
  question: Pick<AnalyserQuestion, "workflow_run_id" | "component_id">,
): string;

/** What becomes of an answer: `value` is what the API takes of it, `message` what it says of it. */
export type AnalysisResult = { ok: true; value: Analysis } | { ok: false; message: string };

/**
 * Checks an answer as the API does when it gets it, by the same code. It takes the analysis,
 * or the text of the answer; an empty text, or nothing, means that there is nothing to say yet.
 * `value` lacks what the API does not read, so a score of `NaN`, which JSON has not, is
 * not in it.
 *
 * @throws `ConfigurationError` for what cannot be written as JSON.
 */
export function checkAnalysis(answer?: unknown): AnalysisResult;

/** A call that is not to be answered with an analysis. */
export class WebhookError extends AssessmentsError {
  /** What to answer. The API takes either for final, and tries neither again. */
  status: 400 | 401;
  code: "bad_signature" | "bad_question";
}
