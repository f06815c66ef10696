import { AssessmentsClient, init, validateCreateAssessment } from "assessments-edge/slim";

export { init };
export const check = validateCreateAssessment;
export const send = (baseUrl, token, body) =>
  new AssessmentsClient({ baseUrl, token }).create(body);
