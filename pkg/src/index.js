// The default entry: the module travels inside, so that nothing has to be
// fetched, configured or awaited.

import base64 from "./generated/assessments_bg.wasm";
import { compile, loadFrom } from "./core.js";

loadFrom(() => compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))));

export * from "./api.js";
