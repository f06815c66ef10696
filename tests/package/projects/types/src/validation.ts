// Validation, and what form and router libraries are given.

import type { StandardSchemaV1 } from "@standard-schema/spec";
import {
  createAssessmentSchema, nameTokens, previewName, statuses, validateCreateAssessment, validateField,
  validateIdempotencyKey,
} from "assessments-edge";
import type {
  CreateAssessmentRequest, FieldResult, Issue, NameFacts, StandardSchema, StatusMeaning, ValidationResult,
} from "assessments-edge";

export function sentences(input: unknown): string[] {
  const result: ValidationResult = validateCreateAssessment(input);
  if (result.ok) {
    const value: CreateAssessmentRequest = result.value;
    // @ts-expect-error What is good has no issues.
    result.issues;
    return [value.vendor_id];
  }
  // @ts-expect-error What is not good has no value.
  result.value;
  const status: 400 | 422 = result.status;
  return result.issues.map(({ loc, msg, type }: Issue) => `${status} ${loc.join(".")} ${msg} ${type}`);
}

const field: FieldResult = validateField("vendor_id", 7);
export const issues: Issue[] = field.ok ? [] : field.issues;

// @ts-expect-error There is no such field.
validateField("vendor", 7);
// @ts-expect-error A request names its control sets.
export const incomplete: CreateAssessmentRequest = { vendor_id: "x" };

const standard: StandardSchemaV1<CreateAssessmentRequest> = createAssessmentSchema;
const own: StandardSchema<CreateAssessmentRequest, CreateAssessmentRequest> = createAssessmentSchema;
type Input = StandardSchemaV1.InferInput<typeof createAssessmentSchema>;
type Output = StandardSchemaV1.InferOutput<typeof createAssessmentSchema>;
export const input: Input = { vendor_id: "x", control_set_ids: [] };
export const output: Output = { ...input, name: null };
// @ts-expect-error The types are known to a library.
export const wrong: Input = { vendor_id: 7, control_set_ids: [] };
export const schemas = [standard, own];

const facts: NameFacts = { vendorName: "Northwind", serviceNames: ["Cards"] };
const preview: string = previewName({ name: null }, facts);
export const names: string[] = [preview, ...nameTokens()];
// @ts-expect-error A generated name needs its vendor's.
previewName({}, {});
export const labels: string[] = statuses().map(({ stageLabel }: StatusMeaning) => stageLabel);
const key: FieldResult = validateIdempotencyKey("ticket-4711");
export const keyIssues: Issue[] = key.ok ? [] : key.issues;
