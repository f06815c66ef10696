// The orders that the page makes itself, of all that was read.

import { stageLabel, stages } from "../rules.js";
import { language } from "../texts.js";
import { columnOf } from "./asked.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { Column, Sort } from "./asked.js"
 */

const collator = new Intl.Collator(language, { numeric: true });

/**
 * What is compared; what is missing is `null`.
 *
 * @type {Record<Column, (item: ListedAssessment) => string | number | null>}
 */
const KEYS = {
  created_at: ({ created_at: at }) => at,
  updated_at: ({ updated_at: at }) => at,
  vendor: ({ vendor_name: name }) => name,
  name: ({ name }) => name,
  stage: ({ status }) => status,
  score: ({ score_percent: score }) => score,
  findings: ({ findings_count: count }) => count,
  assignee: ({ assignee_name: name }) => name,
};

/**
 * The places of texts among each other, so that each is compared as a text only with those
 * that differ from it.
 *
 * @param {Column} column
 * @param {Iterable<string | number | null>} keys
 */
function placesOf(column, keys) {
  const labels = stages().map(({ label }) => label);
  const stage = (/** @type {string} */ status) => labels.indexOf(stageLabel(status));
  /** @type {Map<string | number | null, number>} */
  const places = new Map();
  const names = [...new Set(keys)].filter((key) => typeof key === "string");
  if (column === "stage") for (const key of names) places.set(key, stage(key));
  else for (const [place, key] of names.sort(collator.compare).entries()) places.set(key, place);
  return places;
}

/**
 * The items in another order. What is missing comes last in both directions, and of equal
 * ones the newest first.
 *
 * @param {readonly ListedAssessment[]} items
 * @param {Sort} sort
 */
export function ordered(items, sort) {
  const { column, isDescending } = columnOf(sort);
  const keys = items.map(KEYS[column]);
  const places = placesOf(column, keys);
  const direction = isDescending ? -1 : 1;
  const rank = (/** @type {string | number | null} */ key) =>
    key === null ? Infinity : direction * (places.get(key) ?? Number(key));
  return items
    .map((item, index) => ({ item, rank: rank(keys[index]) }))
    .sort((a, b) => (a.rank === b.rank ? newest(a.item, b.item) : a.rank < b.rank ? -1 : 1))
    .map(({ item }) => item);
}

/**
 * @param {ListedAssessment} a
 * @param {ListedAssessment} b
 */
const newest = (a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1);
