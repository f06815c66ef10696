import { ConfigurationError } from "./errors.js";

/**
 * Compiles bytes, and says what to do where a policy forbids it.
 *
 * @param {BufferSource} bytes
 */
export function compile(bytes) {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw new ConfigurationError(
      "WebAssembly cannot be compiled here. If this page has a Content-Security-Policy, " +
        "its script-src needs 'wasm-unsafe-eval'.",
      { cause },
    );
  }
}
