// What is asked of the list of assessments. It is in the address, so that it can be kept
// and sent to others.

import { session } from "../session.js";
import { texts } from "../texts.js";

/**
 * @import { AssessmentStatus } from "assessments-edge/slim"
 * @import { AssessmentQuery } from "assessments-edge/dashboard"
 */

/**
 * @typedef {"created_at" | "updated_at"} TimeColumn Those that the API sorts by.
 * @typedef {TimeColumn | "vendor" | "name" | "stage" | "score" | "findings" | "assignee"} Column
 * @typedef {Column | `-${Column}`} Sort The greatest first, if there is a sign.
 */

/**
 * @typedef {object} Asked
 * @property {string} q
 * @property {string} status
 * @property {boolean} mine
 * @property {boolean} archived
 * @property {Sort} sort
 */

const PATH = "/";
/** The longest text that the API searches for, in characters. */
const MAX_SEARCH = 100;

/** @type {Asked} */
export const NOTHING = { q: "", status: "", mine: false, archived: false, sort: "-created_at" };

/**
 * A text as it can be searched for.
 *
 * @param {string} text
 */
export const searchable = (text) => [...text].slice(0, MAX_SEARCH).join("");

/**
 * What an address asks.
 *
 * @param {string} search
 * @returns {Asked}
 */
export function askedBy(search) {
  const given = new URLSearchParams(search);
  const sort = given.get("sort") ?? "";
  return {
    q: searchable(given.get("q") ?? ""),
    status: given.get("status") ?? "",
    mine: given.get("assignee") === "me",
    archived: given.get("archived") === "true",
    sort: Object.hasOwn(texts.assessments.sorts, sort) ? /** @type {Sort} */ (sort) : NOTHING.sort,
  };
}

/** @param {Asked} asked */
export function addressOf({ q, status, mine, archived, sort }) {
  const given = Object.entries({
    q: q.trim(),
    status,
    assignee: mine && "me",
    archived: archived && "true",
    sort: sort !== NOTHING.sort && sort,
  }).filter(([, value]) => value);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${PATH}?${text}` : PATH;
}

/**
 * Whether the page sorts, because the API does not: it knows times only, and a search
 * comes newest first.
 *
 * @param {Asked} asked
 */
export function isSortedHere({ q, sort }) {
  if (sort === NOTHING.sort) return false;
  return q.trim() !== "" || !/^-?(created|updated)_at$/.test(sort);
}

/**
 * @param {Asked} asked
 * @returns {AssessmentQuery}
 */
export function queryOf(asked) {
  const { q, status, mine, archived, sort } = asked;
  const isNewestFirst = sort === NOTHING.sort || isSortedHere(asked);
  return {
    q: q.trim() || undefined,
    status: /** @type {AssessmentStatus} */ (status) || undefined,
    assignee_id: mine ? session.me?.user?.id : undefined,
    archived: archived || undefined,
    sort: isNewestFirst ? undefined : /** @type {AssessmentQuery["sort"]} */ (sort),
  };
}

/** The column that is sorted by, and whether the greatest comes first. */
export function columnOf(/** @type {Sort} */ sort) {
  const isDescending = sort.startsWith("-");
  return { column: /** @type {Column} */ (sort.replace("-", "")), isDescending };
}
