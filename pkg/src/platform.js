import { ConfigurationError } from "./errors.js";

/**
 * The error for a part of the platform that the package cannot do without.
 *
 * @param {string} name
 * @param {unknown} [cause]
 */
export function missing(name, cause) {
  return new ConfigurationError(`assessments-edge needs ${name}, which is missing here`, { cause });
}

/** @param {(keyof typeof globalThis)[]} names */
function need(names) {
  for (const name of names) if (globalThis[name] === undefined) throw missing(name);
}

/** What a client aborts its calls with, where there is all that a client needs. */
export function disposal() {
  need(["AbortController", "URL", "setTimeout", "clearTimeout", "performance"]);
  return new AbortController();
}
