// The module inside a script that pages download, where bytes count for more than the
// milliseconds that the platform's own decoder of base64 would save.

/**
 * The bytes of such a text; `xtask/src/build/text.rs` says how it is made.
 *
 * @param {string} text
 */
export function decode(text) {
  /** @type {number[]} */
  const alphabet = [];
  for (let code = 32; code < 127; code++) {
    if (!"\"'`$\\<".includes(String.fromCharCode(code))) alphabet.push(code);
  }
  const singles = alphabet.slice(0, -2);
  /** @param {number} byte */
  const isSingle = (byte) => (Number.parseInt(text[byte >> 2], 16) >> (byte & 3)) & 1;
  const left = singles.filter((code) => !isSingle(code));
  // By character, a byte; or, of the first of a pair, where the second one's bytes begin.
  const table = new Uint16Array(512);
  table.set([256, 384], alphabet[singles.length]);
  let used = 0;
  let pairs = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (!isSingle(byte)) {
      const half = pairs < alphabet.length ? 256 : 384;
      table[half + alphabet[pairs++ % alphabet.length]] = byte;
    } else table[singles.includes(byte) ? byte : left[used++]] = byte;
  }
  const bytes = new Uint8Array(text.length);
  let length = 0;
  // Before it are the bits of 256 bytes.
  for (let at = 64; at < text.length; at++) {
    const entry = table[text.charCodeAt(at)];
    bytes[length++] = entry < 256 ? entry : table[entry + text.charCodeAt(++at)];
  }
  return bytes.subarray(0, length);
}
