import {
  AssessmentsClient,
  AssessmentsError,
  IdError,
  parseId,
  validateCreateAssessment,
} from "assessments-edge";
import { show } from "./page.mjs";

show({ AssessmentsClient, AssessmentsError, IdError, parseId, validateCreateAssessment });
