import * as webhook from "assessments-edge/webhook";
import { useWebhook } from "./use-webhook.mjs";

export default {
  async fetch() {
    return Response.json(await useWebhook(webhook));
  },
};
