// Where sessions come from, and what is taken for one.

import { connect } from "./connect.js";
import { endOf } from "./lifetime.js";
import { createSession } from "./plain-client.js";
import { texts } from "./texts.js";

/**
 * @import { Question } from "./connect.js"
 * @import { Settings } from "./main.js"
 */

/**
 * Who gives another session when one ends: `connect.js`, or the demo of a development
 * server. A token that was pasted comes from neither.
 *
 * @typedef {"backend" | "demo"} Source
 */

/**
 * What a source gives: when it ends is Unix milliseconds, if that can be told.
 *
 * @typedef {{ token: string, endsAt?: number | undefined }} Given
 */

/** @typedef {keyof typeof texts.connection.problems} Trouble */

/** Longest wait for a source. */
const PATIENCE_MS = 20_000;
/** Longest token, in characters; the API takes no longer one. */
const MAX_TOKEN = 8_192;

/** Why there is no session, or none now. */
export class SessionError extends Error {
  /** What the API would answer without one. */
  status = 401;

  /**
   * @param {Trouble} trouble
   * @param {unknown} [cause]
   */
  constructor(trouble, cause) {
    super(texts.connection.problems[trouble], { cause });
    this.trouble = trouble;
  }

  /** Whether it may be otherwise soon, with the same session. */
  get isPassing() {
    return this.trouble === "unreachable" || this.trouble === "address";
  }
}

/**
 * Whether a text is a service-account key.
 *
 * @param {string} token
 */
export const isKey = (token) => token.startsWith("ak_");

/**
 * Whether a credential can be sent at all.
 *
 * @param {unknown} token
 * @returns {token is string}
 */
export function isSendable(token) {
  return typeof token === "string" && /^[!-~]+$/.test(token) && token.length <= MAX_TOKEN;
}

/**
 * A session; nothing where there is no way to get one, and otherwise a SessionError.
 *
 * @param {Source} source
 * @param {Question["reason"]} reason
 * @param {Settings} settings
 * @returns {Promise<Given | undefined>}
 */
export async function ask(source, reason, { session_url: url, demo, development = false }) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const question = { reason, url: url ?? undefined, signal };
  let given;
  try {
    const asked = source === "demo" ? ofDemo(demo) : connect(question);
    given = await Promise.race([asked, end(signal)]);
  } catch (error) {
    throw new SessionError("unreachable", error);
  }
  if (given === undefined) return undefined;
  if (given === null) throw new SessionError("signedOut");
  const { token, expires_at: expiresAt } = given;
  const isSession = isSendable(token) && (development || !isKey(token));
  if (!isSession || !Number.isFinite(expiresAt)) throw new SessionError("malformed");
  return { token, endsAt: endOf(expiresAt, Date.now()) };
}

/**
 * A session of the demo's user, made with the demo's key: development allows that.
 *
 * @param {Settings["demo"]} demo
 */
async function ofDemo(demo) {
  if (!demo?.user_id) return undefined;
  const { token, user_id } = demo;
  return (await createSession(token, { user_id, origin: location.origin })).data;
}

/**
 * A rejection as soon as `signal` is aborted, for what does not heed it.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function end(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}
