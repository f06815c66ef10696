// A page that may not compile WebAssembly: what each call says, and whether
// the page lives on.

import * as assessments from "assessments-edge";

const { AssessmentsClient, ConfigurationError, createAssessmentSchema, isId, parseId } = assessments;
const client = new AssessmentsClient({ baseUrl: location.origin, token: "session-token" });

async function said(work) {
  try {
    return await work();
  } catch (error) {
    const isOurs = error instanceof ConfigurationError;
    return { isOurs, name: error.name, message: error.message, cause: error.cause.name };
  }
}

window.violations = [];
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  window.violations.push([effectiveDirective, blockedURI]);
});
window.outcome = (async () => ({
  validate: await said(() => assessments.validateCreateAssessment({})),
  standard: await said(() => createAssessmentSchema["~standard"].validate({})),
  field: await said(() => assessments.validateField("name", "x")),
  parse: await said(() => parseId("x")),
  is: await said(() => isId("x")),
  retrieve: await said(() => client.retrieve("x")),
}))();
