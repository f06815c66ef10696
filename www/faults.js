// Where in the form a refusal belongs.

/** What separates the fields in the reason of a 400, and a field from what is said of it. */
const BETWEEN = "; ";
const FIELD = /^([A-Za-z_-]+): (.*)$/s;

/** @import { Failure } from "./api.js" */

/**
 * What is wrong with a field, or with the entry of a list at `index`.
 *
 * @typedef {{ msg: string, type: string, index?: string | number | undefined }} Fault
 */

/**
 * The fields that the workflow's refusals are about.
 *
 * @type {Record<string, string>}
 */
const CODES = { workflow_not_found: "trigger_workflow", workflow_disabled: "trigger_workflow" };

/**
 * Sorts what a Failure says by field: a Map of lists of issues, `{ msg, type,
 * index }`, where `index` is an entry's. `sent` is the request; `known` are the
 * names of the fields. What belongs to no field is in `rest`, as texts.
 *
 * @param {Failure} failure
 * @param {Record<string, unknown>} sent
 * @param {string[]} known
 */
export function sorted(failure, sent, known) {
  /** @type {Map<string, Fault[]>} */
  const byField = new Map();
  /** @type {string[]} */
  const rest = [];
  const put = (/** @type {string} */ field, /** @type {Fault} */ issue) => {
    if (known.includes(field)) byField.set(field, [...(byField.get(field) ?? []), issue]);
    else rest.push(issue.msg);
  };
  const { issues, code, message } = failure;
  if (issues && issues.length > 0) {
    for (const { loc, msg, type } of issues) put(String(loc[1]), { msg, type, index: loc[2] });
  } else if (code !== undefined && code in CODES) {
    put(CODES[code], { msg: message, type: code });
  } else {
    for (const { field, text } of parts(message, known)) {
      const { indices, said } = named(sent[field], text);
      for (const index of indices) put(field, { msg: said, type: "refused", index });
    }
  }
  return { byField, rest };
}

/**
 * A reason, cut where the next field begins: ids may contain the separator.
 *
 * @param {string} reason
 * @param {string[]} known
 */
function parts(reason, known) {
  /** @type {{ field: string, text: string }[]} */
  const found = [];
  for (const piece of reason.split(BETWEEN)) {
    const [, field, text] = FIELD.exec(piece) ?? [];
    if (known.includes(field)) found.push({ field, text });
    else if (found.length > 0) found[found.length - 1].text += BETWEEN + piece;
    else found.push({ field: "", text: piece });
  }
  return found;
}

/**
 * The entries of a list that a text begins with, as in "a, b not found", or the
 * field as a whole, and what is said of them.
 *
 * @param {unknown} value
 * @param {string} text
 */
function named(value, text) {
  /** @type {string[]} */
  const list = Array.isArray(value) ? value : [];
  const indices = [];
  let rest = text;
  for (;;) {
    const ends = (/** @type {string} */ entry) => [",", " "].includes(rest.charAt(entry.length));
    const index = list.findIndex((entry) => rest.startsWith(entry) && ends(entry));
    if (index < 0) break;
    indices.push(index);
    rest = rest.slice(list[index].length);
    if (!rest.startsWith(", ")) break;
    rest = rest.slice(2);
  }
  return indices.length > 0 ? { indices, said: rest.trim() } : { indices: [undefined], said: text };
}
