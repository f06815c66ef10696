// A page's part: the outcome, or what went wrong, for the test to read.

import { useIt } from "./use-it.mjs";

export function show(imported) {
  const api = new URL(location.href).searchParams.get("api");
  window.outcome = useIt(imported, api).catch((error) => `${error.name}: ${error.message}`);
}
