import * as assessments from "assessments-edge";
import { useIt } from "../../use-it.mjs";

export const load = async () => ({
  api: process.env.API,
  outcome: await useIt(assessments, process.env.API),
});
