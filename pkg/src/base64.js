// The module inside, as base64, so that nothing has to be fetched, configured or
// awaited. Pages have it in a shorter form (packed.js).

import { compile } from "./compile.js";
import { missing } from "./platform.js";

/**
 * The platform's own decoders are several times faster than the loop, where there is one.
 *
 * @param {string} base64
 */
function decode(base64) {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(base64);
  if (typeof Buffer === "function") return Buffer.from(base64, "base64");
  if (typeof atob !== "function") throw missing("atob");
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/**
 * The module of such a text.
 *
 * @param {string} base64
 */
export const fromBase64 = (base64) => compile(decode(base64));
