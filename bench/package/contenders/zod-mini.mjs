import * as z from "zod/mini";

export const name = "zod/mini";

const id = (prefix) => z.string().check(z.regex(new RegExp(`^${prefix}_[0-9a-fA-F]{32}$`)));
const ids = (prefix) => z.array(id(prefix)).check(z.maxLength(100));
const text = z.nullish(z.string().check(z.maxLength(255)));

const CreateAssessment = z.object({
  vendor_id: id("cbvndr"),
  control_set_ids: ids("cbctst"),
  name: text,
  assessment_name_format: text,
  service_ids: z.nullish(ids("cbsvc")),
  assignee_id: z.nullish(id("cbuser")),
  trigger_workflow: text,
  supporting_document_ids: z.nullish(ids("cbvdoc")),
});

export function check(body) {
  const result = CreateAssessment.safeParse(body);
  return result.success ? null : result.error.issues;
}
