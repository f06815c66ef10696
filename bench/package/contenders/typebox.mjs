import { Compile } from "typebox/compile";
import Type from "typebox";

export const name = "TypeBox";

const id = (prefix) => Type.String({ pattern: `^${prefix}_[0-9a-fA-F]{32}$` });
const ids = (prefix) => Type.Array(id(prefix), { maxItems: 100 });
const nullish = (type) => Type.Optional(Type.Union([type, Type.Null()]));
const text = nullish(Type.String({ maxLength: 255 }));

const CreateAssessment = Compile(
  Type.Object({
    vendor_id: id("cbvndr"),
    control_set_ids: ids("cbctst"),
    name: text,
    assessment_name_format: text,
    service_ids: nullish(ids("cbsvc")),
    assignee_id: nullish(id("cbuser")),
    trigger_workflow: text,
    supporting_document_ids: nullish(ids("cbvdoc")),
  }),
);

export const check = (body) =>
  CreateAssessment.Check(body) ? null : CreateAssessment.Errors(body);
