// What the dashboard uses of the package, in a module of its own: the page works without
// it, and begins before it is there.

export {
  AssessmentsClient,
  AssessmentsError,
  init,
  nameTokens,
  parseId,
  previewName,
  statuses,
  validateCreateAssessment,
  validateField,
  validateIdempotencyKey,
} from "assessments-edge/slim";

export { dashboard } from "assessments-edge/dashboard";

/** Where its WebAssembly is. */
export { default as MODULE } from "assessments-edge/assessments.wasm";
