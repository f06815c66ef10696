import * as assessments from "assessments-edge";
import { onServer } from "./on-server.mjs";

self.onmessage = async ({ data }) => self.postMessage(await onServer(assessments, data));
