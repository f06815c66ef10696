// The same for `require`, of which esbuild makes the text itself.

module.exports = /** @type {string} */ (/** @type {unknown} */ (require("#wasm")));
