// How the page gets a session: the one file that a deployment may replace.
//
// `connect` is asked when someone presses "Connect" (`reason` is "connect"), some time
// before a session ends ("renew"), and when the API refuses one ("refused"). It answers
//
//   { token, expires_at }  a session, and when it ends in Unix seconds
//   null                   nobody is signed in where it asks
//   undefined              there is no way to get one here; a token can be pasted
//
// What it throws, and what takes longer than `signal` allows, counts as "cannot be
// reached now". The page asks one question at a time, in one tab, and keeps what it gets
// in memory. What `connect` calls must be of this origin or of that of SESSION_URL:
// the page's policy allows nothing else.

/**
 * @typedef {object} Question
 * @property {"connect" | "renew" | "refused"} reason
 * @property {string | undefined} url SESSION_URL of the deployment, if it has one.
 * @property {AbortSignal} signal
 */

/** @typedef {{ token: string, expires_at: number }} Session */

/**
 * Asks the team's own backend, which knows by its cookie who that is.
 *
 * @param {Question} question
 * @returns {Promise<Session | null | undefined>}
 */
export async function connect({ url, signal }) {
  if (url === undefined) return undefined;
  const response = await fetch(url, {
    method: "POST",
    credentials: "include",
    cache: "no-store",
    redirect: "error",
    signal,
  });
  if (response.status === 401 || response.status === 403) return null;
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}
