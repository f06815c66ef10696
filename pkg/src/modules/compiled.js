// For workerd and edge runtimes, which compile modules before they run anything.

import module from "#wasm";

export const load = () => module;
