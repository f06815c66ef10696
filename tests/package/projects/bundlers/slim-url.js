// For bundlers that emit what `new URL` names.

import * as assessments from "assessments-edge/slim";
import { show } from "./page.mjs";

await assessments.init(new URL("assessments-edge/assessments.wasm", import.meta.url));
show(assessments);
