// The worker of a site and of an extension. The test calls what it offers.

import * as assessments from "assessments-edge";
import { useIt } from "./use-it.mjs";

globalThis.outcomeWith = (api) =>
  useIt(assessments, api).catch((error) => `${error.name}: ${error.message}`);
