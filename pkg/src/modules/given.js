// The module without which `assessments-edge/slim` comes: `init` tells where it is, once,
// before use.

import { compile } from "../compile.js";
import { ConfigurationError } from "../errors.js";

/** @typedef {string | URL | Request | Response | BufferSource | WebAssembly.Module} Source */

/** @type {(() => WebAssembly.Module) | undefined} */
let given;

export function load() {
  if (!given) throw new ConfigurationError("assessments-edge/slim: await init(urlOrModule) first");
  return given();
}

/**
 * Gets the module ready: from a URL, a Response, bytes, or a WebAssembly.Module.
 *
 * @param {Source | Promise<Source>} source
 */
export async function init(source) {
  const from = await source;
  // Not `instanceof`, which fails for what comes from another realm, as in test runners.
  const kind = Object.prototype.toString.call(from).slice("[object ".length, -1);
  if (kind === "WebAssembly.Module") {
    given = () => /** @type {WebAssembly.Module} */ (from);
    return;
  }
  if (kind === "ArrayBuffer" || ArrayBuffer.isView(from)) {
    given = () => compile(/** @type {BufferSource} */ (from));
    return;
  }
  const response =
    kind === "Response"
      ? /** @type {Response} */ (from)
      : await fetch(/** @type {string | URL | Request} */ (from));
  if (!response.ok) {
    throw new ConfigurationError(`assessments-edge/slim: ${response.status} for ${response.url}`);
  }
  const module = compile(await response.arrayBuffer());
  given = () => module;
}
