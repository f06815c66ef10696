import * as assessments from "assessments-edge";
import { useIt } from "./use-it.mjs";

export default {
  async fetch(request) {
    const api = new URL(request.url).searchParams.get("api");
    return Response.json(await useIt(assessments, api));
  },
};
