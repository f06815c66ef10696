// Reading a request out of whatever a caller gives, and asking the module about
// it. Here is how to read, never what is right: the rules are Rust's.

import { functions, start } from "./core.js";
import {
  Begun,
  OTHER,
  SOME_NUMBER,
  ask,
  begin,
  hasMore,
  open,
  request,
  toldNumber,
  toldText,
  value,
  word,
} from "./desk.js";
import {
  CREATE_FIELDS,
  CREATE_LISTS,
  EVENT_FIELDS,
  FAULTS,
  KEY_HEADER,
  MAX_BODY_BYTES,
  MAX_FAULTS,
  SESSION_FIELDS,
  createMembers,
  eventMembers,
  sessionMembers,
} from "./generated/tables.js";

/** @import { Issue } from "./types.js" */

/**
 * How much of its lists is read at first: the text that a body of the largest size
 * could hold, and so many entries that are no strings that they are faults enough.
 *
 * @typedef {{ room: number, others: number }} Budget
 */

/** @returns {Budget} */
const budget = () => ({
  room: MAX_BODY_BYTES,
  // Each field may be a fault by itself.
  others: MAX_FAULTS - CREATE_LISTS.length,
});

/**
 * A value as far as its kind is concerned, but for lists.
 *
 * @param {unknown} given
 */
function plain(given) {
  switch (typeof given) {
    case "object":
      if (given === null) return given;
      return Array.isArray(given) ? [] : OTHER;
    case "bigint":
    case "undefined":
    case "function":
    case "symbol":
      return OTHER;
    default:
      return given;
  }
}

/**
 * Reads on in a list, item by item, each once. Answers the items, or the list if that
 * was not its end.
 *
 * @param {ArrayLike<unknown>} from
 * @param {Budget} left
 * @param {Begun} [begun]
 */
function readOn(from, left, begun) {
  if (left.others === 0) return begun ?? new Begun(from, -1, []);
  const entries = begun && begun.entries >= 0 ? begun.entries : from.length >>> 0;
  const items = begun ? begun.items : [];
  for (let index = items.length; index < entries && left.others > 0; index++) {
    const item = from[index];
    if (typeof item === "string") {
      items.push(item);
      // Two quotation marks, and the comma or bracket behind it.
      left.room -= item.length + 3;
    } else {
      items.push(typeof item === "number" ? SOME_NUMBER : plain(item));
      left.room -= 2;
      left.others--;
    }
    if (left.room < 0) break;
  }
  return items.length === entries ? items : new Begun(from, entries, items);
}

/**
 * The value of a member. What JSON has no notion of is left out of an object.
 *
 * @param {unknown} given
 * @param {boolean} isList
 * @param {Budget} left
 */
function member(given, isList, left) {
  switch (typeof given) {
    case "string":
      return given;
    case "undefined":
    case "function":
    case "symbol":
      return undefined;
    case "object":
      if (isList && Array.isArray(given)) return readOn(given, left);
      return plain(given);
    default:
      return plain(given);
  }
}

/** @param {unknown} given */
export const isObject = (given) =>
  typeof given === "object" && given !== null && !Array.isArray(given);

/**
 * Asks what is wrong with values, and reads on where that cannot be known yet.
 *
 * @param {string[]} fields
 * @param {unknown[] | undefined} values Of the fields, from `first` on; none of what is no object.
 * @param {Budget} left
 * @param {number} first
 * @param {Parameters<typeof ask>[0]} asked
 * @param {number | boolean} how
 */
function check(fields, values, left, first, asked, how) {
  for (;;) {
    begin();
    if (values) request(values);
    else value(OTHER);
    const address = ask(asked, how);
    if (address === 0) return undefined;
    open(address);
    const status = toldNumber();
    if (status > 0 || !values)
      return { status: /** @type {400 | 422} */ (status), issues: issues(fields) };
    const index = toldNumber() - first;
    left.others = toldNumber();
    const begun = /** @type {Begun} */ (values[index]);
    values[index] = readOn(begun.from, left, begun);
  }
}

/**
 * The issues that are told, of a request of these fields.
 *
 * @param {string[]} fields
 */
export function issues(fields) {
  /** @type {Issue[]} */
  const all = [];
  while (hasMore()) {
    const field = word();
    const index = word();
    /** @type {Issue["loc"]} */
    const loc = field === HEADER ? ["header", KEY_HEADER] : ["body"];
    if (field >= 0) loc.push(fields[field]);
    if (index >= 0) loc.push(index);
    const kind = word();
    const [type, msg] = kind < 0 ? [] : FAULTS[kind];
    all.push({ loc, msg: msg ?? toldText(), type: type ?? toldText() });
  }
  return all;
}
/** The place of an idempotency key. */
const HEADER = -2;

/**
 * The members of a create request, and what is wrong with them.
 *
 * @param {unknown} input
 * @param {boolean} checksContent
 * @param {unknown[]} [given] Its members, where they are not what it holds.
 */
export function readCreate(input, checksContent, given) {
  const left = budget();
  let values = given;
  if (isObject(input)) {
    values ??= createMembers(/** @type {Record<string, unknown>} */ (input));
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      // Most are not there.
      if (value !== undefined) values[index] = member(value, CREATE_LISTS[index], left);
    }
  }
  return { values, wrong: check(CREATE_FIELDS, values, left, 0, "validate", checksContent) };
}

/**
 * What is wrong with the value of the field of this number.
 *
 * @param {number} field
 * @param {unknown} input
 */
export function checkField(field, input) {
  const left = budget();
  const values = [member(input, CREATE_LISTS[field], left)];
  return check(CREATE_FIELDS, values, left, field, "validateField", field);
}

/**
 * The members of a request for a session, and what is wrong with them, as far as the
 * module knows: that of pages, which make no sessions, does not.
 *
 * @param {unknown} input
 * @param {boolean} checksContent
 */
export function readSession(input, checksContent) {
  const left = budget();
  let values;
  if (isObject(input)) {
    values = sessionMembers(/** @type {Record<string, unknown>} */ (input));
    for (let index = 0; index < values.length; index++) {
      values[index] = member(values[index], false, left);
    }
  }
  start();
  const wrong =
    functions.validateSession &&
    check(SESSION_FIELDS, values, left, 0, "validateSession", checksContent);
  // Unchecked, what is no object asks for nothing.
  return { values: values ?? [], wrong };
}

/**
 * The members of an event, and what is wrong with them. Any payload is right.
 *
 * @param {unknown} input
 * @param {boolean} checksContent
 */
export function readEvent(input, checksContent) {
  const left = budget();
  const values = isObject(input)
    ? eventMembers(/** @type {Record<string, unknown>} */ (input))
    : undefined;
  const read = values && [member(values[0], false, left)];
  return { values, wrong: check(EVENT_FIELDS, read, left, 0, "validateEvent", checksContent) };
}
