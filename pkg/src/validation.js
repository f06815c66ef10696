import { call } from "./core.js";
import { ConfigurationError } from "./errors.js";

/** @import { CreateAssessmentRequest, FieldResult, StandardSchema } from "./types.js" */

/**
 * Checks a create request as the server would, and ids beyond that.
 *
 * @param {unknown} input
 */
export function validateCreateAssessment(input) {
  return call("validate", input);
}

/**
 * Checks one field's value, as it is typed.
 *
 * @param {string} name
 * @param {unknown} value
 * @returns {FieldResult}
 */
export function validateField(name, value) {
  // The module takes a text for the name only; what is none is no field either.
  const issues = typeof name === "string" ? call("validateField", name, value) : undefined;
  if (issues === undefined) {
    throw new ConfigurationError(`"${String(name)}" is no field of the request`);
  }
  return issues.length === 0 ? { ok: true } : { ok: false, issues };
}

/**
 * Checks an idempotency key, as it is typed.
 *
 * @param {unknown} key
 * @returns {FieldResult}
 */
export function validateIdempotencyKey(key) {
  const issues = call("validateIdempotencyKey", key);
  return issues.length === 0 ? { ok: true } : { ok: false, issues };
}

/**
 * The same check as a Standard Schema (https://standardschema.dev), version 1.
 *
 * @type {StandardSchema<CreateAssessmentRequest, CreateAssessmentRequest>}
 */
export const createAssessmentSchema = Object.freeze({
  "~standard": Object.freeze({
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
  }),
});
