// The one place that runs WebAssembly. The module is compiled and started by
// the first call that needs it, synchronously; importing the package does
// nothing. Each entry says where the module comes from.

import {
  __wbg_reset_state as startAgain,
  buildRequest,
  clientDefaults,
  initSync,
  isRunTerminal,
  isTerminal,
  memoryPages,
  nameTokens,
  parseId,
  prepareCall,
  previewName,
  readResponse,
  retryDelay,
  statuses,
  validate,
  validateField,
  validateIdempotencyKey,
} from "./generated/assessments.js";
import { ConfigurationError, InternalError } from "./errors.js";

/** @import { Exports } from "./types.js" */

/** Pages of 64 KiB that an instance may have and be kept; it begins with 18. */
const MAX_PAGES = 32;

/** @type {() => WebAssembly.Module} */
let load;
let started = false;
let broken = false;

/**
 * Tells where the module comes from.
 *
 * @param {() => WebAssembly.Module} loader
 */
export function loadFrom(loader) {
  load = loader;
}

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

/**
 * Edge runtimes compile modules outside of the sandbox that they run code in.
 * The glue knows a module by `instanceof`, which such a module fails; it can be
 * instantiated all the same.
 *
 * @param {WebAssembly.Module} module
 */
function ofThisRealm(module) {
  const { prototype } = WebAssembly.Module;
  return module instanceof WebAssembly.Module ? module : Object.setPrototypeOf(module, prototype);
}

/** Makes the first instance, or the next after one that is of no more use. */
function start() {
  const module = started ? undefined : load();
  try {
    if (module === undefined) startAgain();
    else initSync({ module: ofThisRealm(module) });
  } catch (cause) {
    throw new ConfigurationError("WebAssembly cannot be started here.", { cause });
  }
  started = true;
  broken = false;
}

/**
 * What the module exports, and of the glue no more than that.
 *
 * @type {Exports}
 */
const functions = {
  buildRequest,
  clientDefaults,
  isRunTerminal,
  isTerminal,
  nameTokens,
  parseId,
  prepareCall,
  previewName,
  readResponse,
  retryDelay,
  statuses,
  validate,
  validateField,
  validateIdempotencyKey,
};

/**
 * Calls an export of the module.
 *
 * @template {keyof Exports} Name
 * @param {Name} name
 * @param {Parameters<Exports[Name]>} args
 * @returns {ReturnType<Exports[Name]>}
 */
export function call(name, ...args) {
  if (!started || broken) start();
  // Which arguments it takes is said above, of one name at a time.
  const run = /** @type {(...args: unknown[]) => ReturnType<Exports[Name]>} */ (functions[name]);
  try {
    const result = run(...args);
    // A memory can only grow: what one large value took is given back with the instance.
    broken = memoryPages() > MAX_PAGES;
    return result;
  } catch (cause) {
    // A trap leaves the instance unusable, and so, bit by bit, does an exception
    // of the caller's (a Proxy that throws) on its way through WebAssembly's
    // frames, which does not restore their stack: the next call gets a fresh one.
    broken = true;
    if (!(cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError)) throw cause;
    throw new InternalError("A fault inside assessments-edge; the next call works again.", {
      cause,
    });
  }
}
