// The entry for Node.js, Deno and Bun. Those print the line of an uncaught error,
// so no line has the module beside code.

import base64 from "./bytes.js";
import { loadFromBase64 } from "./inline.js";

loadFromBase64(base64);

export * from "./api.js";
