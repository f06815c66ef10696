import * as assessments from "assessments-edge";
import { useIt } from "../../../use-it.mjs";

export const runtime = "edge";

export async function GET() {
  return Response.json(await useIt(assessments, process.env.API));
}
