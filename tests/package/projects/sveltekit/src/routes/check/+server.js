import * as assessments from "assessments-edge";
import { useIt } from "../../../use-it.mjs";

export const GET = async () => Response.json(await useIt(assessments, process.env.API));
