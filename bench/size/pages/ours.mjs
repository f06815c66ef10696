import { AssessmentsClient, validateCreateAssessment } from "assessments-edge";

export const check = validateCreateAssessment;
export const send = (baseUrl, token, body) =>
  new AssessmentsClient({ baseUrl, token }).create(body);
