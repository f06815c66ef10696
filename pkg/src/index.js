// The default entry: the module travels inside, so that nothing has to be
// fetched, configured or awaited.

import bytes from "./generated/assessments_bg.wasm";
import { compile, loadFrom } from "./core.js";

loadFrom(() => compile(bytes));

export * from "./api.js";
