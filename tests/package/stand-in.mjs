// What stands in for WebAssembly.Instance.

/**
 * A class whose instances are what `make` answers.
 *
 * @param {(...args: ConstructorParameters<typeof WebAssembly.Instance>)
 *   => { exports: WebAssembly.Exports }} make
 */
export function standIn(make) {
  return /** @type {typeof WebAssembly.Instance} */ (
    /** @type {unknown} */ (
      function (/** @type {Parameters<typeof make>} */ ...args) {
        return make(...args);
      }
    )
  );
}
