// Validation, and what form and router libraries are given.

import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import {
  createAssessmentFormSchema, createAssessmentSchema, fromForm, nameTokens, previewName, statuses, validateCreateAssessment, validateField,
  validateIdempotencyKey,
} from "assessments-edge";
import type {
  CheckOptions, ControlSetId, CreateAssessmentRequest, FieldResult, FormValues, Issue, JSONSchemaOptions, NameFacts,
  ParsedCreateAssessmentRequest, RequestSchema, StandardIssue, StandardJSONSchema, StandardJSONSchemaProps,
  StandardResult, StandardSchema, StandardSchemaProps, StandardTypes, StatusMeaning, UncheckedRequest,
  ValidationResult, VendorId,
} from "assessments-edge";

export function sentences(input: unknown): string[] {
  const result: ValidationResult = validateCreateAssessment(input);
  if (result.ok) {
    const value: ParsedCreateAssessmentRequest = result.value;
    const again: CreateAssessmentRequest = value;
    // What is not there is left out, never null; and ids were found to be such.
    const name: string | undefined = value.name;
    const vendor: VendorId = value.vendor_id;
    const sets: ControlSetId[] = value.control_set_ids;
    // @ts-expect-error A vendor is no user.
    value.assignee_id = vendor;
    console.log(again, name, sets);
    // @ts-expect-error What is good has no issues.
    result.issues;
    return [value.vendor_id];
  }
  // @ts-expect-error What is not good has no value.
  result.value;
  const status: 400 | 422 = result.status;
  return result.issues.map(({ loc, msg, type }: Issue) => {
    const from: string = loc[0];
    const step: string | number | undefined = loc[1];
    return `${status} ${from} ${step} ${loc.join(".")} ${msg} ${type}`;
  });
}

const field: FieldResult = validateField("vendor_id", 7);
export const issues: Issue[] = field.ok ? [] : field.issues;

// @ts-expect-error There is no such field.
validateField("vendor", 7);
// @ts-expect-error A request names its control sets.
export const incomplete: CreateAssessmentRequest = { vendor_id: "x" };

const standard: StandardSchemaV1<CreateAssessmentRequest, ParsedCreateAssessmentRequest> = createAssessmentSchema;
const described: StandardJSONSchemaV1<CreateAssessmentRequest, ParsedCreateAssessmentRequest> = createAssessmentSchema;
const own: RequestSchema<CreateAssessmentRequest, ParsedCreateAssessmentRequest> = createAssessmentSchema;
const plain: StandardSchema<CreateAssessmentRequest, ParsedCreateAssessmentRequest> = own;
type Input = StandardSchemaV1.InferInput<typeof createAssessmentSchema>;
type Output = StandardSchemaV1.InferOutput<typeof createAssessmentSchema>;
export const input: Input = { vendor_id: "x", control_set_ids: [], name: null, service_ids: undefined };
// @ts-expect-error What comes out has no nulls.
export const output: Output["name"] = null;
// @ts-expect-error What comes out has ids, not any texts.
export const outputId: Output["vendor_id"] = "x";
// @ts-expect-error The types are known to a library.
export const wrong: Input = { vendor_id: 7, control_set_ids: [] };
export const schemas = [standard, described, own, plain];
const props: StandardSchemaProps<Input, Output> & StandardJSONSchemaProps = own["~standard"];
const types: StandardTypes<Input, Output> | undefined = props.types;
const json: StandardJSONSchema = props.jsonSchema;
const target: JSONSchemaOptions = { target: "openapi-3.0" };
export const described3: Record<string, unknown>[] = [json.input(target), json.output({ target: "draft-07" })];
const answered: StandardResult<Output> = props.validate({});
const found: readonly StandardIssue[] = answered.issues ?? [];
export const paths: (string | number)[] = found.flatMap(({ path }) => path);
export const nothing = types;

// Forms: whatever theirs holds, the schema takes it, and so gives a request.
interface Form {
  vendor_id: string;
  control_set_ids: string;
  name: string;
  agrees: boolean;
}
export const forForms: StandardSchemaV1<Form, ParsedCreateAssessmentRequest> = createAssessmentFormSchema;
type Sent = StandardSchemaV1.InferOutput<typeof createAssessmentFormSchema>;
export const sent: (request: Sent) => CreateAssessmentRequest = (request) => request;
const form: Form = { vendor_id: "x", control_set_ids: "y z", name: "", agrees: true };
const values: FormValues = form;
const entered: UncheckedRequest = fromForm(values);
fromForm(new FormData());
fromForm(new URLSearchParams("vendor_id=x"));
fromForm({ vendor_id: "x", control_set_ids: ["y"] });
// @ts-expect-error Nothing of this is a field of the request.
fromForm({ vendor: "x" });
// @ts-expect-error Nobody has checked what was entered.
export const unchecked: CreateAssessmentRequest = entered;
const asForm: CheckOptions = { form: true };
export const checks = [validateCreateAssessment(form, asForm), validateField("name", "", { form: undefined })];

// Every optional field may be undefined, and lists may be readonly.
const sets = ["x", "y"] as const;
export const readonlyLists: CreateAssessmentRequest = {
  vendor_id: "x", control_set_ids: sets, name: undefined, assessment_name_format: undefined, service_ids: undefined,
  assignee_id: undefined, trigger_workflow: undefined, supporting_document_ids: Object.freeze(["z"]),
};

const facts: NameFacts = { vendorName: "Northwind", serviceNames: ["Cards"] as const, now: undefined };
const preview: string = previewName({ name: null }, facts);
export const names: string[] = [preview, ...nameTokens()];
// @ts-expect-error A generated name needs its vendor's.
previewName({}, {});
export const labels: string[] = statuses().map(({ stageLabel }: StatusMeaning) => stageLabel);
const key: FieldResult = validateIdempotencyKey("ticket-4711");
export const keyIssues: Issue[] = key.ok ? [] : key.issues;
