// What every entry offers.

export { AssessmentsClient } from "./client.js";
export {
  ApiError,
  AssessmentsError,
  ConfigurationError,
  ConnectionError,
  IdError,
  InternalError,
  ResponseShapeError,
  TimeoutError,
  UnreachableError,
  ValidationError,
} from "./errors.js";
export { VERSION } from "./generated/tables.js";
export { isId, parseId } from "./ids.js";
export { nameTokens, previewName, statuses } from "./assessment.js";
export { fromForm } from "./forms.js";
export {
  createAssessmentFormSchema,
  createAssessmentSchema,
  validateCreateAssessment,
  validateField,
  validateIdempotencyKey,
} from "./validation.js";
