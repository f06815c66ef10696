// Where in the form a refusal belongs.

import { hasRules } from "./rules.js";

/** @import { Failure } from "./failure.js" */

/** A reason in words that the package does not know, of a field that it names first. */
const OF_FIELD = /^([A-Za-z_-]+): (.*)$/s;

/**
 * What is wrong with a field, or with the entry of a list at `index`.
 *
 * @typedef {{ msg: string, type: string, index?: string | number | undefined }} FieldIssue
 */

/**
 * The fields that the workflow's refusals are about.
 *
 * @type {Record<string, string>}
 */
const CODES = { workflow_not_found: "trigger_workflow", workflow_disabled: "trigger_workflow" };

/**
 * Which fields a Failure is about: a Map of lists of issues, `{ msg, type,
 * index }`, where `index` is an entry's. `sent` is the request; `known` are the
 * names of the fields. What belongs to no field is in `rest`, as texts.
 *
 * @param {Failure} failure
 * @param {Record<string, unknown>} sent
 * @param {string[]} known
 */
export function byField(failure, sent, known) {
  /** @type {Map<string, FieldIssue[]>} */
  const fields = new Map();
  /** @type {string[]} */
  const rest = [];
  const put = (/** @type {string} */ field, /** @type {FieldIssue} */ issue) => {
    if (known.includes(field)) fields.set(field, [...(fields.get(field) ?? []), issue]);
    else rest.push(issue.msg);
  };
  const { issues, code, message } = failure;
  if (issues && issues.length > 0) {
    for (const { loc, msg, type } of issues) {
      const [, name, index] = loc;
      const field = String(name);
      // An entry of a list is shown beside what is said of it, a field's own id is not.
      const id = type === "not_found" && index === undefined ? sent[field] : undefined;
      put(field, { msg: typeof id === "string" ? `${id} ${msg}` : msg, type, index });
    }
  } else if (code !== undefined && code in CODES) {
    put(CODES[code], { msg: message, type: code });
  } else {
    const [, field = "", msg = ""] = (hasRules() && OF_FIELD.exec(message)) || [];
    if (known.includes(field)) put(field, { msg, type: "refused" });
    else rest.push(message);
  }
  return { fields, rest };
}
