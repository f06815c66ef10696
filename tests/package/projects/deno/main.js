import {
  AssessmentsClient,
  AssessmentsError,
  IdError,
  parseId,
  validateCreateAssessment,
} from "assessments-edge";
import { useIt } from "./use-it.mjs";

const imported = { AssessmentsClient, AssessmentsError, IdError, parseId, validateCreateAssessment };
console.log(JSON.stringify(await useIt(imported, Deno.args[0])));
