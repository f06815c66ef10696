// What stands in the glue for the platform's text codecs (esbuild injects it):
// the glue makes both as soon as it is imported, and importing the package must
// touch nothing of the platform. These are made by the first call that needs them.

import { missing } from "./platform.js";

/** Makes one of the platform's own. */
function make(name, ...args) {
  try {
    return new globalThis[name](...args);
  } catch (cause) {
    throw missing(name, cause);
  }
}

class TextDecoder {
  #args;
  #own;

  constructor(...args) {
    this.#args = args;
  }

  /** The glue decodes nothing at first, to try whether it works. */
  decode(bytes) {
    if (bytes === undefined) return "";
    this.#own ??= make("TextDecoder", ...this.#args);
    return this.#own.decode(bytes);
  }
}

class TextEncoder {
  #own;

  encodeInto(text, bytes) {
    this.#own ??= make("TextEncoder");
    return this.#own.encodeInto(text, bytes);
  }
}

export { TextDecoder, TextEncoder };
