import { ask, begin, open, string, toldNumber, value } from "./desk.js";
import { ConfigurationError } from "./errors.js";
import { CREATE_FIELDS, createRequest } from "./generated/tables.js";
import { entered, readForm, tellInput } from "./forms.js";
import { describe } from "./json-schema.js";
import { checkField, isObject, issues, readCreate } from "./requests.js";

/**
 * @import { CheckOptions, CreateAssessmentRequest, FieldResult,
 *   ParsedCreateAssessmentRequest, RequestSchema, StandardResult, StandardSchema, ValidationResult } from "./types.js"
 */

/**
 * Checks a create request as the server would, and ids beyond that.
 *
 * @param {unknown} input
 * @param {CheckOptions} [options]
 * @returns {ValidationResult}
 */
export function validateCreateAssessment(input, options) {
  const form = options?.form && isObject(input) ? readForm(input) : undefined;
  const entries = form?.map(({ value }) => value);
  const { values, wrong } = readCreate(input, true, entries);
  if (wrong) {
    if (form) {
      for (const issue of wrong.issues) {
        tellInput(issue, form[CREATE_FIELDS.indexOf(String(issue.loc[1]))]);
      }
    }
    return { ok: false, ...wrong };
  }
  const value = createRequest(/** @type {unknown[]} */ (values));
  return { ok: true, value: /** @type {ParsedCreateAssessmentRequest} */ (value) };
}

/**
 * Checks one field's value, as it is typed.
 *
 * @param {string} name
 * @param {unknown} value
 * @param {CheckOptions} [options]
 * @returns {FieldResult}
 */
export function validateField(name, value, options) {
  const field = CREATE_FIELDS.indexOf(name);
  if (field < 0) throw new ConfigurationError(`"${String(name)}" is no field of the request`);
  const from = options?.form ? entered(field, value) : undefined;
  const wrong = checkField(field, from ? from.value : value);
  if (!wrong) return { ok: true };
  for (const issue of wrong.issues) tellInput(issue, from);
  return { ok: false, issues: wrong.issues };
}

/**
 * Checks an idempotency key, as it is typed.
 *
 * @param {unknown} key
 * @returns {FieldResult}
 */
export function validateIdempotencyKey(key) {
  begin(true);
  if (typeof key === "string") string(key);
  else value(undefined);
  const address = ask("validateIdempotencyKey");
  if (address === 0) return { ok: true };
  open(address);
  toldNumber();
  return { ok: false, issues: issues([]) };
}

/**
 * What a Standard Schema (https://standardschema.dev) answers, version 1.
 *
 * @param {unknown} value
 * @param {CheckOptions} [options]
 * @returns {StandardResult<ParsedCreateAssessmentRequest>}
 */
function standardResult(value, options) {
  const outcome = validateCreateAssessment(value, options);
  if (outcome.ok) return { value: outcome.value };
  return {
    // The first step of every loc is "body", the value itself.
    issues: outcome.issues.map(({ loc, msg }) => ({ message: msg, path: loc.slice(1) })),
  };
}

// The schemas are made of literals and functions alone, and not frozen: bundlers can tell
// that what nobody imports has no effect.

/**
 * The same check as a Standard Schema, which is a Standard JSON Schema as well.
 *
 * @type {RequestSchema<CreateAssessmentRequest, ParsedCreateAssessmentRequest>}
 */
export const createAssessmentSchema = {
  "~standard": {
    version: 1,
    vendor: "assessments-edge",
    validate: (value) => standardResult(value),
    jsonSchema: {
      input: (options) => describe(options, true),
      output: (options) => describe(options, false),
    },
  },
};

/**
 * The check of what was entered into a form as a Standard Schema.
 *
 * @type {StandardSchema<any, ParsedCreateAssessmentRequest>}
 */
export const createAssessmentFormSchema = {
  "~standard": {
    version: 1,
    vendor: "assessments-edge",
    validate: (value) => standardResult(value, { form: true }),
  },
};
