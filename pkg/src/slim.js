// The entry without the module: `init` tells where it is, once, before use.

import { compile, loadFrom } from "./core.js";
import { ConfigurationError } from "./errors.js";

/** @typedef {string | URL | Request | Response | BufferSource | WebAssembly.Module} Source */

loadFrom(() => {
  throw new ConfigurationError("assessments-edge/slim: await init(urlOrModule) first");
});

/**
 * Gets the module ready: from a URL, a Response, bytes, or a WebAssembly.Module.
 *
 * @param {Source | Promise<Source>} source
 */
export async function init(source) {
  const given = await source;
  // Not `instanceof`, which fails for what comes from another realm, as in test runners.
  const kind = Object.prototype.toString.call(given).slice("[object ".length, -1);
  if (kind === "WebAssembly.Module") {
    return loadFrom(() => /** @type {WebAssembly.Module} */ (given));
  }
  if (kind === "ArrayBuffer" || ArrayBuffer.isView(given)) {
    return loadFrom(once(() => compile(/** @type {BufferSource} */ (given))));
  }
  const response =
    kind === "Response"
      ? /** @type {Response} */ (given)
      : await fetch(/** @type {string | URL | Request} */ (given));
  if (!response.ok) {
    throw new ConfigurationError(`assessments-edge/slim: ${response.status} for ${response.url}`);
  }
  const module = compile(await response.arrayBuffer());
  loadFrom(() => module);
}

/**
 * @template Made
 * @param {() => Made} make
 */
function once(make) {
  /** @type {Made | undefined} */
  let made;
  return () => (made ??= make());
}

export * from "./api.js";
