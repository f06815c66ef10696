// The default entry, for browsers: one file, which a page can import without a
// bundler.

import base64 from "./generated/assessments_bg.wasm";
import { loadFromBase64 } from "./inline.js";

loadFromBase64(base64);

export * from "./api.js";
