// A new request that begins with what an assessment has.

import { confirm } from "./parts/dialogs.js";
import { texts } from "./texts.js";

/**
 * @import { Assessment, AssessmentDetail, CreateAssessmentRequest } from "assessments-edge/slim"
 * @import { Dashboard } from "./main.js"
 * @import { Known } from "./store.js"
 */

/**
 * Everything of an assessment that a request can have; its documents and its workflow, which
 * is the one that was started first, are known from its detail only.
 *
 * @param {Known | Assessment} assessment
 * @param {AssessmentDetail} [detail]
 * @returns {Partial<CreateAssessmentRequest>}
 */
export function duplicateOf(assessment, detail) {
  const { vendor_id, control_set_ids, service_ids, name, assignee_id } = assessment;
  const documents = detail?.documents.map(({ id }) => id) ?? [];
  const workflow = detail?.runs.at(-1)?.workflow_name;
  return {
    ...{ vendor_id, control_set_ids, service_ids, name },
    ...(assignee_id !== null && { assignee_id }),
    ...(documents.length > 0 && { supporting_document_ids: documents }),
    ...(workflow !== undefined && { trigger_workflow: workflow }),
  };
}

/**
 * Goes to the form with these fields, after a question if there is something in it.
 *
 * @param {Dashboard} app
 * @param {Partial<CreateAssessmentRequest>} fields
 */
export async function writeAnew(app, fields) {
  const { draft } = app;
  const { title, text, openText, confirm: label, keep, working } = texts.again;
  await draft.claimed;
  const isWritten = Object.values(draft.fields).some((value) => (value?.length ?? 0) > 0);
  const isOpen = draft.open !== undefined;
  if (isWritten || isOpen) {
    const isMeant = await confirm({
      ...{ title, text: isOpen ? openText : text, label, keep, working },
      act: async () => true,
      explain: ({ message }) => message,
    });
    if (!isMeant) return;
  }
  draft.startAnew();
  draft.change({ fields });
  app.navigate("/new");
}
