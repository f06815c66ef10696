import { parseId, validateCreateAssessment } from "assessments-edge";

export const name = "ours";

/** What is wrong with a body, or nothing. */
export function check(body) {
  const result = validateCreateAssessment(body);
  return result.ok ? null : result.issues;
}

export const parse = (id) => parseId(id, "vendor").id;
