import * as assessments from "assessments-edge";
import { useIt } from "../../use-it.mjs";

export default defineEventHandler((event) => useIt(assessments, useRuntimeConfig(event).public.api));
