// What the module decides of a request to the stand-in: the Worker's own rules.

import { ask, begin, hasMore, open, string, told, toldNumber, toldText, value } from "../desk.js";

/**
 * An answer: a success's body, or an error's with the header that belongs to it.
 *
 * @typedef {{ status: number, body: string, header?: string[] | null }} Outcome
 */

/**
 * Hands texts over, and answers the problem that is told, if one is.
 *
 * @param {Parameters<typeof ask>[0]} name
 * @param {unknown[]} given
 * @param {number | boolean} [first]
 * @param {number | boolean} [second]
 * @returns {Outcome | undefined}
 */
function problem(name, given, first, second) {
  begin(true);
  for (const one of given) {
    if (typeof one === "string") string(one);
    else value(one);
  }
  open(ask(name, first, second));
  const status = toldNumber();
  if (status === 0) return undefined;
  const body = toldText();
  return { status, body, header: hasMore() ? [toldText(), toldText()] : null };
}

/**
 * The endpoint that is called, as method and template, and the text in the place of its id.
 *
 * @param {string} method
 * @param {string} path
 */
export function findCall(method, path) {
  const wrong = problem("findCall", [method, path]);
  return wrong ? { wrong } : { endpoint: toldText(), id: toldText() };
}

/** @param {string} key */
export const judgeKey = (key) => problem("judgeKey", [key]);

/**
 * A request body: its type, and its bytes as a text of a character each.
 *
 * @typedef {{ type: string | undefined, bytes: string }} Sent
 */

/** @param {Sent} sent */
export const judgeCreate = ({ type, bytes }) => problem("judgeCreate", [type, bytes]);

/**
 * What a create comes to.
 *
 * @param {Sent} sent
 * @param {object} facts
 * @param {{ assessment: string, run: string }} fresh
 * @param {boolean} assessedBefore
 * @param {number} now
 */
export function planCreate({ type, bytes }, facts, { assessment, run }, assessedBefore, now) {
  const given = [type, bytes, JSON.stringify(facts), assessment, run];
  const wrong = problem("planCreate", given, assessedBefore, now);
  return wrong ? { wrong } : { body: toldText() };
}

/** @param {Sent} sent */
export function judgeEvent({ type, bytes }) {
  const wrong = problem("judgeEvent", [type, bytes]);
  return wrong ? { wrong } : { name: toldText(), payload: toldText() };
}

/** @param {string} name */
export const unexpectedEvent = (name) =>
  /** @type {Outcome} */ (problem("unexpectedEvent", [name]));

/**
 * @param {Sent} sent
 * @param {readonly string[]} roles
 */
export function judgeSession({ type, bytes }, roles) {
  const wrong = problem("judgeSession", [type, bytes, roles]);
  if (wrong) return { wrong };
  return { user: toldText(), role: toldText(), origin: told(), lifetime: toldNumber() };
}

/** @param {string} user */
export const unknownUser = (user) => /** @type {Outcome} */ (problem("unknownUser", [user]));
