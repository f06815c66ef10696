import { ask, begin, open, string, toldNumber, value } from "./desk.js";
import { ConfigurationError } from "./errors.js";
import { CREATE_FIELDS, createRequest } from "./generated/tables.js";
import { checkField, issues, readCreate } from "./requests.js";

/** @import { CreateAssessmentRequest, FieldResult, StandardSchema, ValidationResult } from "./types.js" */

/**
 * Checks a create request as the server would, and ids beyond that.
 *
 * @param {unknown} input
 * @returns {ValidationResult}
 */
export function validateCreateAssessment(input) {
  const { values, wrong } = readCreate(input, true);
  if (wrong) return { ok: false, ...wrong };
  return { ok: true, value: createRequest(/** @type {unknown[]} */ (values)) };
}

/**
 * Checks one field's value, as it is typed.
 *
 * @param {string} name
 * @param {unknown} value
 * @returns {FieldResult}
 */
export function validateField(name, value) {
  const field = CREATE_FIELDS.indexOf(name);
  if (field < 0) throw new ConfigurationError(`"${String(name)}" is no field of the request`);
  const wrong = checkField(field, value);
  return wrong ? { ok: false, issues: wrong.issues } : { ok: true };
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
 * The same check as a Standard Schema (https://standardschema.dev), version 1.
 *
 * @type {StandardSchema<CreateAssessmentRequest, CreateAssessmentRequest>}
 */
export const createAssessmentSchema = {
  "~standard": {
    version: 1,
    vendor: "assessments-edge",
    /** @param {unknown} value */
    validate(value) {
      const outcome = validateCreateAssessment(value);
      if (outcome.ok) return { value: outcome.value };
      return {
        // The first step of every loc is "body", the value itself.
        issues: outcome.issues.map(({ loc, msg }) => ({ message: msg, path: loc.slice(1) })),
      };
    },
  },
};
