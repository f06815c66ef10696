// For Parcel, to which a bare name in `new URL` is a file beside this one.

import * as assessments from "assessments-edge/slim";
import { show } from "./page.mjs";

await assessments.init(new URL("npm:assessments-edge/assessments.wasm", import.meta.url));
show(assessments);
