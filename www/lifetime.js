// When a session ends, and when to ask for the next. Times are Unix milliseconds.

/** A token that ends sooner is not worth sending. */
const MARGIN_MS = 2_000;
/** The share of its life after which a session is renewed: so much, and up to a tenth more. */
const RENEWED_AFTER = 0.7;
const SPREAD = 0.1;
/** Between two attempts to renew, at least. */
const PAUSE_MS = 1_000;
/** What a timer can be set to; with more it fires at once. */
const MAX_INT32 = 2 ** 31 - 1;

/**
 * The end of a session that was just given, from its `expires_at` in Unix seconds. One
 * that seems to be over tells of a clock that is wrong: then the API will say when.
 *
 * @param {number} expiresAt
 * @param {number} now
 */
export function endOf(expiresAt, now) {
  const end = expiresAt * 1_000;
  return end > now + MARGIN_MS ? end : undefined;
}

/**
 * When a token says that it ends, in Unix seconds, if it is one that can be read: what a
 * person pastes comes without that. Whether it is good only the API can tell.
 *
 * @param {string} token
 */
export function saidEnd(token) {
  try {
    const [, claims = ""] = token.split(".");
    const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    return Number.isFinite(exp) ? Number(exp) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a token is not to be sent any more.
 *
 * @param {number | undefined} end
 * @param {number} now
 */
export function isOver(end, now) {
  return end !== undefined && now >= end - MARGIN_MS;
}

/**
 * How long to wait until a session that nobody renews is over.
 *
 * @param {number} end
 * @param {number} now
 */
export function remaining(end, now) {
  return Math.min(Math.max(end - MARGIN_MS - now, 0), MAX_INT32);
}

/**
 * How long to wait before the session is renewed. A share of it is random, so that many
 * pages that were opened together do not ask together.
 *
 * @param {number} end
 * @param {number} now
 * @param {number} random From 0 to 1.
 */
export function renewalDelay(end, now, random) {
  const share = RENEWED_AFTER + SPREAD * random;
  return Math.min(Math.max((end - now) * share, PAUSE_MS), MAX_INT32);
}
