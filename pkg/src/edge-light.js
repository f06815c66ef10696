// The entry for edge runtimes that import compiled modules by "?module".

import module from "./assessments.wasm?module";
import { loadFrom } from "./core.js";

loadFrom(() => module);

export * from "./api.js";
