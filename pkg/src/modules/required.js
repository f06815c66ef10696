// The same for `require`.

import base64 from "./bytes.cjs";
import { fromBase64 } from "../base64.js";

export const load = () => fromBase64(base64);
