// The one place that runs WebAssembly. The module is compiled and started by
// the first call that needs it, synchronously; importing the package does
// nothing. Where the module comes from, the build says for each entry: "#module" is a
// file of ./modules.

import { ConfigurationError, InternalError } from "./errors.js";
import { load } from "#module";

/** @import { Exports } from "./types.js" */

/** Bytes of memory that an instance may have and be kept: 32 pages; it begins with 18. */
const MAX_MEMORY = 32 * 65_536;

/** The module calls nothing back: wasm-bindgen's start, whose import this is, is never run. */
const IMPORTS = { "./assessments_bg.js": { __wbindgen_init_externref_table() {} } };

/**
 * Not called `module`: a test runner that runs scripts inside a function of its own has that
 * as an argument there.
 *
 * @type {WebAssembly.Module | undefined}
 */
let compiled;
let broken = true;

/**
 * What the instance in use exports.
 *
 * @type {Exports}
 */
export let functions;
/**
 * Its memory.
 *
 * @type {Int32Array}
 */
export let words;
/** @type {Uint8Array<ArrayBuffer>} */
export let bytes;

/** Makes the first instance, or the next after one that is of no more use. */
export function start() {
  if (!broken) return;
  compiled ??= load();
  try {
    const { exports } = new WebAssembly.Instance(compiled, IMPORTS);
    functions = /** @type {Exports} */ (/** @type {unknown} */ (exports));
  } catch (cause) {
    throw new ConfigurationError("WebAssembly cannot be started here.", { cause });
  }
  look();
}

/** Looks at the memory, which is another after it has grown. */
export function look() {
  const { buffer } = functions.memory;
  words = new Int32Array(buffer);
  bytes = new Uint8Array(buffer);
  // A memory can only grow: what one large value took is given back with the instance.
  broken = buffer.byteLength > MAX_MEMORY;
}

/**
 * Calls an export of the instance in use. Apart from the first two, arguments are few
 * calls' affair: gathering them costs as much as a small call.
 *
 * @param {Exclude<keyof Exports, "memory">} name
 * @param {number | boolean} [first]
 * @param {number | boolean} [second]
 * @param {number[]} others
 */
export function call(name, first, second, ...others) {
  try {
    // Which arguments it takes is known where it is called.
    const run = /** @type {(...args: unknown[]) => number} */ (functions[name]);
    const result = others.length ? run(first, second, ...others) : run(first, second);
    if (bytes.length === 0) look();
    return result;
  } catch (cause) {
    // A trap leaves the instance unusable: the next call gets a fresh one.
    broken = true;
    throw new InternalError("A fault inside assessments-edge; the next call works again.", {
      cause,
    });
  }
}
