import { call } from "./core.js";
import { ConfigurationError } from "./errors.js";

/** @import { CreateAssessmentRequest, NameFacts } from "./types.js" */

/** More names of services than a name has characters. */
const MAX_SERVICE_NAMES = 256;

/** Every status in the order of the work, with the label of its stage. */
export function statuses() {
  return call("statuses");
}

/** Every token that `assessment_name_format` may contain. */
export function nameTokens() {
  return call("nameTokens");
}

/**
 * The name that a create would give.
 *
 * @param {Pick<CreateAssessmentRequest, "name" | "assessment_name_format">} request
 * @param {NameFacts} facts
 */
export function previewName(request, facts) {
  const { name, assessment_name_format: format } = request;
  const { vendorName, assessedBefore = false, now = Date.now() / 1000 } = facts;
  // The module takes texts only; null is the same as leaving a field out.
  const texts = { name, assessment_name_format: format, vendorName };
  for (const [key, text] of Object.entries(texts)) {
    if (typeof text !== "string" && !(text == null && key !== "vendorName")) {
      throw new ConfigurationError(`${key} must be a string, got ${String(text)}`);
    }
  }
  const serviceNames = [];
  for (const serviceName of facts.serviceNames ?? []) {
    // A name is cut long before so many are in it.
    if (serviceNames.push(serviceName) === MAX_SERVICE_NAMES) break;
  }
  return call("previewName", name, format, vendorName, serviceNames, assessedBefore, now);
}
