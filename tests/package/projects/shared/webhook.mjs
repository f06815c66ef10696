import * as webhook from "assessments-edge/webhook";
import { useWebhook } from "./use-webhook.mjs";

console.log(JSON.stringify(await useWebhook(webhook)));
