// What was entered into a form becomes a request, by one rule: what is empty is as if
// its input were not there.

import { ConfigurationError } from "./errors.js";
import {
  CREATE_FIELDS,
  CREATE_LISTS,
  CREATE_PREFIXES,
  MAX_BODY_BYTES,
  createMembers,
} from "./generated/tables.js";
import { isObject } from "./requests.js";

/** @import { FormValues, Issue, UncheckedRequest } from "./types.js" */

/**
 * A value of a form, what it stands for in the request, and of each entry of a list
 * the item of the form that it was in.
 *
 * @typedef {{ given: unknown, value: unknown, origins?: number[] }} Entered
 */

/** @param {unknown} given */
const isNothing = (given) => given == null || given === false || given === "";

/**
 * What a value of a form stands for in the field of this number.
 *
 * @param {number} field
 * @param {unknown} given
 * @returns {Entered}
 */
export function entered(field, given) {
  if (!CREATE_LISTS[field]) {
    const value = CREATE_PREFIXES[field] && typeof given === "string" ? given.trim() : given;
    return { given, value: isNothing(value) ? undefined : value };
  }
  /** @type {unknown[]} */
  const items = Array.isArray(given) ? given : [given];
  const value = [];
  const origins = [];
  let room = MAX_BODY_BYTES;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    const isText = typeof item === "string";
    room -= isText ? item.length + 1 : 1;
    // What no request can hold is left as it is.
    if (room < 0) return { given, value: items };
    if (isNothing(item)) continue;
    for (const entry of isText ? item.split(/[\s,]+/) : [item]) {
      // Before the first separator and behind the last there may be nothing.
      if (entry === "") continue;
      value.push(entry);
      origins.push(index);
    }
  }
  return { given, value, origins };
}

/**
 * What was entered into a form, in model order.
 *
 * @param {any} form
 */
export function readForm(form) {
  const values =
    typeof form.getAll === "function"
      ? CREATE_FIELDS.map((name, field) => {
          const given = form.getAll(name);
          const all = CREATE_LISTS[field]
            ? given
            : given.filter((/** @type {unknown} */ one) => one !== "");
          return all.length > 1 ? all : all[0];
        })
      : createMembers(form);
  return values.map((given, field) => entered(field, given));
}

/**
 * Has an issue of the request tell the input that it comes from: the item of the form,
 * or, where a list was entered as one text, the text.
 *
 * @param {Issue} issue
 * @param {Entered | undefined} from
 */
export function tellInput(issue, from) {
  const { loc } = issue;
  if (!from?.origins || loc.length < 3) return;
  const { given, origins } = from;
  const index = /** @type {number} */ (loc.pop());
  if (Array.isArray(given)) loc.push(origins[index]);
  else if (origins.length > 1) issue.msg = `Entry ${index + 1}: ${issue.msg}`;
}

/**
 * The request that was entered into a form, unchecked.
 *
 * @param {FormValues} values
 */
export function fromForm(values) {
  if (!isObject(values)) throw new ConfigurationError("The values of a form are an object");
  /** @type {Record<string, unknown>} */
  const request = {};
  readForm(values).forEach(({ value }, field) => {
    if (value !== undefined) request[CREATE_FIELDS[field]] = value;
  });
  return /** @type {UncheckedRequest} */ (request);
}
