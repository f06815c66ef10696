import * as z from "zod";

export const name = "zod 4";

const id = (prefix) => z.string().regex(new RegExp(`^${prefix}_[0-9a-fA-F]{32}$`));
const ids = (prefix) => z.array(id(prefix)).max(100);
const text = z.string().max(255).nullish();

const CreateAssessment = z.object({
  vendor_id: id("cbvndr"),
  control_set_ids: ids("cbctst"),
  name: text,
  assessment_name_format: text,
  service_ids: ids("cbsvc").nullish(),
  assignee_id: id("cbuser").nullish(),
  trigger_workflow: text,
  supporting_document_ids: ids("cbvdoc").nullish(),
});

export function check(body) {
  const result = CreateAssessment.safeParse(body);
  return result.success ? null : result.error.issues;
}
