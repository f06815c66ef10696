// For edge runtimes that import compiled modules by "?module".

import module from "./assessments-server.wasm?module";

export const load = () => module;
