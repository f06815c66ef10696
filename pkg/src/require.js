// The same for `require`.

import base64 from "./bytes.cjs";
import { loadFromBase64 } from "./inline.js";

loadFromBase64(base64);

export * from "./api.js";
