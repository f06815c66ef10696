import * as assessments from "assessments-edge/slim";
import moduleUrl from "assessments-edge/assessments.wasm?url";
import { show } from "./page.mjs";

await assessments.init(moduleUrl);
show(assessments);
