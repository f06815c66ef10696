// The fields of a create request, in model order.

export const FIELDS = [
  "vendor_id",
  "control_set_ids",
  "name",
  "assessment_name_format",
  "service_ids",
  "assignee_id",
  "trigger_workflow",
  "supporting_document_ids",
];
