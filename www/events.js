// What this tab sent to workflow runs: the idempotency key of each event, so that one whose
// answer got lost is sent again as the same, and what the events of a step are called, which
// no answer of the API tells.

import { readJson, write } from "./tab.js";

const KEY = "assessments.events";
/** The most of each that are kept; the oldest go first. */
const MOST = 50;

/**
 * Keys by run, step and name; names by the step's component.
 *
 * @typedef {{ keys: [string, string][], names: [string, string][] }} Kept
 */

/** @type {Kept} */
let kept = readJson(KEY) ?? { keys: [], names: [] };

/**
 * The entries with one more, which is the newest.
 *
 * @param {[string, string][]} entries
 * @param {string} name
 * @param {string} value
 */
const withEntry = (entries, name, value) =>
  /** @type {[string, string][]} */ (
    [...entries.filter(([other]) => other !== name), [name, value]].slice(-MOST)
  );

function keep() {
  write(KEY, JSON.stringify(kept));
}

/**
 * The key of an event: the same whenever this tab sends it to that step of that run.
 *
 * @param {string} run
 * @param {string} component
 * @param {string} name
 */
export function eventKey(run, component, name) {
  const entry = JSON.stringify([run, component, name]);
  const known = kept.keys.find(([other]) => other === entry)?.[1];
  const key = known ?? crypto.randomUUID();
  kept.keys = withEntry(kept.keys, entry, key);
  keep();
  return key;
}

/**
 * What an event for this step was called when one was last accepted.
 *
 * @param {string} component
 */
export const eventName = (component) => kept.names.find(([other]) => other === component)?.[1];

/**
 * Notes that a run accepted an event.
 *
 * @param {string} component
 * @param {string} name
 */
export function noteEvent(component, name) {
  kept.names = withEntry(kept.names, component, name);
  keep();
}

/** Forgets all of it: it is an organization's. */
export function forgetEvents() {
  kept = { keys: [], names: [] };
  write(KEY, undefined);
}
