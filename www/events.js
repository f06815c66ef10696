// What this page sends to workflow runs: by which key, whether it is an approval, and, where
// no answer of the API tells it, what the events of a step are called.

import { readJson, write } from "./tab.js";

const KEY = "assessments.events";
/** The most names that are kept; the oldest go first. */
const MOST = 50;

/**
 * The names that were accepted last, by the step's component.
 *
 * @type {[string, string][]}
 */
let names = readJson(KEY) ?? [];

const APPROVING = /^(approv(ed|al|e)|accept(ed|ance)?|confirm(ed|ation)?|sign(ed|off)|signature)$/;
const NEGATING =
  /^(no|not|non|un.+|dis.+|den(y|ied)|reject(ed)?|declin(e|ed)|refus(e|ed)|request(ed)?)$/;

/**
 * Whether an event reads like somebody's approval, so that the opposite is to reject.
 *
 * @param {string} name
 */
export function isApproval(name) {
  const spaced = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").replace(/sign-off/i, "signoff");
  const words = spaced.toLowerCase().split(/[^a-z]+/);
  return words.some((word) => APPROVING.test(word)) && !words.some((word) => NEGATING.test(word));
}

/**
 * The idempotency key of an event for a step: the same for all who answer that step, so that
 * what several send at once is one event, and none is left over for the next step.
 *
 * @param {string} step
 * @param {string} name
 */
export const eventKey = (step, name) => `dashboard-${step}-${name}`;

/**
 * What an event for this step was called when one was last accepted.
 *
 * @param {string} component
 */
export const eventName = (component) => names.find(([other]) => other === component)?.[1];

/**
 * Notes that a run accepted an event.
 *
 * @param {string} component
 * @param {string} name
 */
export function noteEvent(component, name) {
  names = [...names.filter(([other]) => other !== component), [component, name]];
  names = names.slice(-MOST);
  write(KEY, JSON.stringify(names));
}

/** Forgets all of it: it is an organization's. */
export function forgetEvents() {
  names = [];
  write(KEY, undefined);
}
