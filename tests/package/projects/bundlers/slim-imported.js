// For bundlers that emit what is imported and answer its address.

import * as assessments from "assessments-edge/slim";
import modulePath from "assessments-edge/assessments.wasm";
import { show } from "./page.mjs";

await assessments.init(new URL(modulePath, import.meta.url));
show(assessments);
