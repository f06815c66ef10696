import { ask, begin, open, string, toldText, value } from "./desk.js";
import { ConfigurationError } from "./errors.js";
import { NAME_TOKENS, STATUSES } from "./generated/tables.js";

/** @import { CreateAssessmentRequest, NameFacts } from "./types.js" */

/** More names of services than a name has characters. */
const MAX_SERVICE_NAMES = 256;

/** Every status in the order of the work, with the label of its stage. */
export function statuses() {
  return STATUSES.map(({ status, stageLabel, isTerminal }) => ({ status, stageLabel, isTerminal }));
}

/** Every token that `assessment_name_format` may contain. */
export function nameTokens() {
  return [...NAME_TOKENS];
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
  begin(true);
  for (const text of [name, format, vendorName]) {
    if (typeof text === "string") string(text);
    else value(undefined);
  }
  value(serviceNames.filter((text) => typeof text === "string"));
  open(ask("previewName", assessedBefore, now));
  return toldText();
}
