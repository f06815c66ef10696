// For Node.js, Deno and Bun. Those print the line of an uncaught error, so no line has
// the module beside code.

import base64 from "./bytes.js";
import { fromBase64 } from "../base64.js";

export const load = () => fromBase64(base64);
