import * as v from "valibot";

export const name = "valibot";

const id = (prefix) => v.pipe(v.string(), v.regex(new RegExp(`^${prefix}_[0-9a-fA-F]{32}$`)));
const ids = (prefix) => v.pipe(v.array(id(prefix)), v.maxLength(100));
const text = v.nullish(v.pipe(v.string(), v.maxLength(255)));

const CreateAssessment = v.object({
  vendor_id: id("cbvndr"),
  control_set_ids: ids("cbctst"),
  name: text,
  assessment_name_format: text,
  service_ids: v.nullish(ids("cbsvc")),
  assignee_id: v.nullish(id("cbuser")),
  trigger_workflow: text,
  supporting_document_ids: v.nullish(ids("cbvdoc")),
});

export function check(body) {
  const result = v.safeParse(CreateAssessment, body);
  return result.success ? null : result.issues;
}
