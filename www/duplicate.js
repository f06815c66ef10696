// A new request that has what an assessment has.

/**
 * @import { AssessmentDetail, CreateAssessmentRequest } from "assessments-edge/slim"
 * @import { Known } from "./store.js"
 */

/**
 * Everything of an assessment that a request can have. Its documents, and the workflow that
 * was started with it, are known from its detail only.
 *
 * @param {Known} assessment
 * @param {AssessmentDetail} [detail]
 * @returns {Partial<CreateAssessmentRequest>}
 */
export function duplicateOf(assessment, detail) {
  const { vendor_id, control_set_ids, service_ids, name, assignee_id, created_at } = assessment;
  const documents = detail?.documents.map(({ id }) => id) ?? [];
  // Both are written at once, and of runs the newest comes first.
  const run = detail?.runs.findLast(({ started_at: at }) => at === created_at);
  return {
    ...{ vendor_id, control_set_ids, service_ids, name },
    ...(assignee_id !== null && { assignee_id }),
    ...(documents.length > 0 && { supporting_document_ids: documents }),
    ...(run && { trigger_workflow: run.workflow_name }),
  };
}
