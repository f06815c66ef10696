// What `fetch` gave, before it is read as an answer of the API: whether it is
// one, whether it comes from elsewhere, and what went wrong if there is none.

/** @import { Fetched, FetchedResponse } from "./types.js" */

/**
 * Whether this can be read as an answer; a `fetch` of the caller's may give anything.
 *
 * @param {FetchedResponse} response
 * @param {unknown} text
 */
export function isAnswer({ ok, status, headers }, text) {
  return (
    typeof ok === "boolean" &&
    status > 0 &&
    typeof headers?.get === "function" &&
    typeof text === "string"
  );
}

/**
 * Where an answer to a request to `url` leads away to, or comes from; undefined
 * if it is of the API, which never redirects. A `fetch` of the caller's may have
 * followed all the same, and one that is made of XMLHttpRequest tells so by the
 * answer's URL alone. One that says it was not redirected asked elsewhere on
 * purpose, as one may that knows the API by another name.
 *
 * @param {Partial<Fetched> | undefined} response
 * @param {string} url
 */
export function detour(response, url) {
  const { type, status = 0, redirected, headers, url: from } = response ?? {};
  if (type === "opaqueredirect") return "redirected to an address that the browser keeps to itself";
  if (status >= 300 && status < 400) {
    const location = headers?.get?.("location");
    return location ? `redirected to ${originOf(location, url)}` : `redirected by HTTP ${status}`;
  }
  const origin = from ? originOf(from, url) : "";
  const isElsewhere = redirected === undefined && origin && origin !== originOf(url);
  if (redirected || isElsewhere) return `redirected to ${origin}`;
}

/**
 * @param {string} address
 * @param {string} [base]
 */
function originOf(address, base) {
  try {
    const { origin, protocol } = new URL(address, base);
    return origin === "null" ? protocol : origin;
  } catch {
    return "no URL";
  }
}

/** How engines word the errors of a program, which come as the same class as a lost connection. */
const PROGRAM =
  /illegal invocation|is(n't| not) (a function|an? (object|constructor|instance)|iterable|defined)|is (undefined|null)|(cannot|can't) (read|set|access|convert|destructure|call|construct)|can only call|does not implement|failed to (execute|construct|parse)|expected signal|(invalid|absolute) url|constant variable|circular structure|cyclic (object|structure)/i;

/**
 * Whether an error of `fetch` is one of the program and no lost connection. The
 * platforms' words for the latter are many, and in Safari the user's language,
 * so what is not known for the former is taken for a lost connection.
 *
 * @param {unknown} error
 */
export function isOfProgram(error) {
  const { name, message } = /** @type {Partial<Error>} */ (error ?? {});
  if (name === "TypeError") return PROGRAM.test(String(message));
  return /^(Configuration|Reference|Range|Syntax)Error$/.test(String(name));
}

/** What ApiError's `retryAfter` can be at most: more is too long to wait for anyway. */
const MAX_SECONDS = 2 ** 32 - 1;

/**
 * The seconds that `Retry-After` asks to wait (RFC 9110, 10.2.3), or undefined.
 * A date is compared with the answer's own `Date`, if it tells one, so that it
 * does not matter whether the clock here agrees with the server's.
 *
 * @param {FetchedResponse["headers"]} headers
 * @param {number} now
 */
export function retryAfter(headers, now) {
  const text = (headers.get("retry-after") ?? "").trim();
  // Sent twice, the values are joined by commas.
  if (/^\d+( *, *\d+)*$/.test(text))
    return Math.min(Math.max(...text.split(",").map(Number)), MAX_SECONDS);
  const present = httpDate(headers.get("date") ?? "", now) || now;
  const seconds = Math.ceil((httpDate(text, now) - present) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), MAX_SECONDS);
}

/**
 * Milliseconds of a date in any of the three forms of RFC 9110, 5.6.7, or NaN.
 *
 * @param {string} text
 * @param {number} now
 */
function httpDate(text, now) {
  const dated = text.replace(/^(\w+) (\w+) ([ \d]\d) (\S+) (\d{4})$/, "$1, $3 $2 $5 $4 GMT");
  const [, day, month, digits, time] =
    /^\w+, ([ \d]\d)[ -](\w{3})[ -](\d{4}|\d\d) (\d\d:\d\d:\d\d) GMT$/.exec(dated) ?? [];
  const at = (/** @type {string | number | undefined} */ year) =>
    Date.parse(`Thu, ${day?.replace(" ", "0")} ${month} ${year} ${time} GMT`);
  if (digits?.length !== 2) return at(digits);
  // Two digits mean a year of this century, unless that is more than 50 years ahead.
  const year = 2000 + Number(digits);
  return at(year > new Date(now).getUTCFullYear() + 50 ? year - 100 : year);
}
