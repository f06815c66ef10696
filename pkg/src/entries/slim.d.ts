export * from "./index.js";

/**
 * Gets the module ready, once, before anything else is used: from the URL of
 * `assessments.wasm`, a Response, its bytes, or a compiled module.
 */
export function init(
  source: MaybePromise<string | URL | Request | Response | BufferSource | WebAssembly.Module>,
): Promise<void>;

type MaybePromise<T> = T | Promise<T>;

// Without this, a declaration file exports all that it declares.
export {};
