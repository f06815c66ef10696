// The entry without the module: `init` tells where it is, once, before use.

import { compile, loadFrom } from "./core.js";
import { ConfigurationError } from "./errors.js";

loadFrom(() => {
  throw new ConfigurationError("assessments-edge/slim: await init(urlOrModule) first");
});

/** Gets the module ready: from a URL, a Response, bytes, or a WebAssembly.Module. */
export async function init(source) {
  const given = await source;
  // Not `instanceof`, which fails for what comes from another realm, as in test runners.
  const kind = Object.prototype.toString.call(given).slice("[object ".length, -1);
  if (kind === "WebAssembly.Module") return loadFrom(() => given);
  if (kind === "ArrayBuffer" || ArrayBuffer.isView(given)) {
    return loadFrom(once(() => compile(given)));
  }
  const response = kind === "Response" ? given : await fetch(given);
  if (!response.ok) {
    throw new ConfigurationError(`assessments-edge/slim: ${response.status} for ${response.url}`);
  }
  const module = compile(await response.arrayBuffer());
  loadFrom(() => module);
}

function once(make) {
  let made;
  return () => (made ??= make());
}

export * from "./api.js";
