// The entry for workerd, which compiles modules before it runs anything.

import module from "./assessments.wasm";
import { loadFrom } from "./core.js";

loadFrom(() => module);

export * from "./api.js";
