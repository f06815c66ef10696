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

/** The memory of an instance, whatever the build has named it. */
export function memoryOf(/** @type {{ exports: WebAssembly.Exports }} */ { exports }) {
  const memory = Object.values(exports).find((one) => one instanceof WebAssembly.Memory);
  if (memory === undefined) throw new Error("the instance exports no memory");
  return memory;
}
