import { Ajv } from "ajv";

// It stops at the first fault, as it does unless told otherwise.
export const name = "ajv 8";

const id = (prefix) => ({ type: "string", pattern: `^${prefix}_[0-9a-fA-F]{32}$` });
const ids = (prefix) => ({ type: "array", items: id(prefix), maxItems: 100 });
const text = { type: "string", maxLength: 255, nullable: true };

const validate = new Ajv().compile({
  type: "object",
  properties: {
    vendor_id: id("cbvndr"),
    control_set_ids: ids("cbctst"),
    name: text,
    assessment_name_format: text,
    service_ids: { ...ids("cbsvc"), nullable: true },
    assignee_id: { ...id("cbuser"), nullable: true },
    trigger_workflow: text,
    supporting_document_ids: { ...ids("cbvdoc"), nullable: true },
  },
  required: ["vendor_id", "control_set_ids"],
});

export const check = (body) => (validate(body) ? null : validate.errors);
