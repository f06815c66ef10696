// What stands in the glue for the platform's text codecs (esbuild injects it):
// the glue makes both as soon as it is imported, and importing the package must
// touch nothing of the platform. These are made by the first call that needs them.

import { missing } from "./platform.js";

/**
 * Makes one of the platform's own.
 *
 * @template Codec
 * @param {string} name
 * @param {() => Codec} construct
 */
function make(name, construct) {
  try {
    return construct();
  } catch (cause) {
    throw missing(name, cause);
  }
}

class TextDecoder {
  #args;
  /** @type {globalThis.TextDecoder | undefined} */
  #own;

  /** @param {ConstructorParameters<typeof globalThis.TextDecoder>} args */
  constructor(...args) {
    this.#args = args;
  }

  /**
   * The glue decodes nothing at first, to try whether it works.
   *
   * @param {BufferSource} [bytes]
   */
  decode(bytes) {
    if (bytes === undefined) return "";
    this.#own ??= make("TextDecoder", () => new globalThis.TextDecoder(...this.#args));
    return this.#own.decode(bytes);
  }
}

class TextEncoder {
  /** @type {globalThis.TextEncoder | undefined} */
  #own;

  /**
   * @param {string} text
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  encodeInto(text, bytes) {
    this.#own ??= make("TextEncoder", () => new globalThis.TextEncoder());
    return this.#own.encodeInto(text, bytes);
  }
}

export { TextDecoder, TextEncoder };
