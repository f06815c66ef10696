// Whether what was created is what was asked for. The API says if a key served another
// request, by a header that may be lost on the way; so the answer itself is looked at.

import { previewName } from "./rules.js";

/**
 * @import { CreateAssessmentRequest, CreatedAssessment } from "assessments-edge/slim"
 * @import { RequestField } from "./parts/field.js"
 */

/** Stands for a name that only the API knows; no name has it. */
const UNKNOWN = "\u{f0000}";
/** As long as a name can be, in characters; what is longer is cut. */
const LONGEST_NAME = 255;
/** White space to JavaScript, or to Unicode: a name loses it at both ends. */
const ENDS = /^[\s\p{White_Space}]+|[\s\p{White_Space}]+$/gu;

const trimmed = (/** @type {string} */ text) => text.replace(ENDS, "");

/** @param {readonly string[] | null | undefined} ids */
const setOf = (ids) => [...new Set(ids)].sort().join(" ");

/**
 * The fields in which an answer is not what was asked for. What the API may do is no
 * difference: it trims names, keeps an id once, and fills in what was left open. Documents
 * it does not answer.
 *
 * @param {CreateAssessmentRequest} asked
 * @param {CreatedAssessment} answered
 */
export function differences(asked, answered) {
  /** @type {RequestField[]} */
  const found = [];
  if (setOf([asked.vendor_id]) !== setOf([answered.vendor_id])) found.push("vendor_id");
  for (const name of /** @type {const} */ (["control_set_ids", "service_ids"])) {
    if (setOf(asked[name]) !== setOf(answered[name])) found.push(name);
  }
  if (trimmed(asked.name ?? "") !== "") {
    if (trimmed(asked.name ?? "") !== trimmed(answered.name)) found.push("name");
  } else if (!mayBeMade(asked, answered)) {
    found.push(asked.assessment_name_format ? "assessment_name_format" : "name");
  }
  const { assignee_id: assignee } = asked;
  if (assignee && setOf([assignee]) !== setOf([answered.assignee_id ?? ""]))
    found.push("assignee_id");
  if (Boolean(asked.trigger_workflow) !== Boolean(answered.workflow_run_id))
    found.push("trigger_workflow");
  return found;
}

/**
 * Whether a name can be what the API made of a format, or of none. The names of vendor and
 * services are unknown here; what stands around them must be there, in its order.
 *
 * @param {CreateAssessmentRequest} asked
 * @param {CreatedAssessment} answered
 */
function mayBeMade(asked, { name, created_at: now }) {
  if ([...name].length >= LONGEST_NAME) return true;
  const serviceNames = asked.service_ids?.length ? [UNKNOWN] : [];
  return [false, true].some((assessedBefore) => {
    const facts = { vendorName: UNKNOWN, serviceNames, assessedBefore, now };
    const preview = previewName(asked, facts);
    return preview === undefined || fits(name, preview);
  });
}

/**
 * @param {string} name
 * @param {string} preview
 */
function fits(name, preview) {
  if (!preview.includes(UNKNOWN)) return name === preview;
  let from = 0;
  for (const part of preview.split(UNKNOWN).map(trimmed)) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
