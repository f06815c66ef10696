// For Node.js, Deno and Bun, and for `require`. Those print the line of an uncaught error,
// so no line has the module beside code: the build says which file has it.

import base64 from "#bytes";
import { fromBase64 } from "../base64.js";

export const load = () => fromBase64(base64);
