// For tests of those who use the API: answers of every kind, and a stand-in of the API.

export { createApi } from "./testing/api.js";
export {
  apiError,
  archivedAssessment,
  assessment,
  createdAssessment,
  id,
  me,
  resetIds,
  session,
  workflowRun,
} from "./testing/fixtures.js";
export { routeTo } from "./testing/playwright.js";
