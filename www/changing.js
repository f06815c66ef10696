// What changes, and tells of it.

export class Changing {
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * Calls `listener` after every change; answers what ends that.
   *
   * @param {() => void} listener
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @protected */
  tell() {
    for (const listener of this.#listeners) listener();
  }
}
