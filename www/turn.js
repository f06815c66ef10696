// Whose turn it is, of the tabs of a browser, to do what is done once for all of them.

/**
 * A turn that a tab holds as long as it wants it. Another gets it when it is given back, or
 * with the page that held it. Where there are no locks, every tab has its turn.
 */
export class Turn {
  /** @type {string | undefined} */
  #name;
  #isMine = false;
  #isTaking = false;
  #withdrawn = new AbortController();
  #tell;

  /** @param {() => void} tell Called when it is the turn of this tab, and when no longer. */
  constructor(tell) {
    this.#tell = tell;
  }

  get isMine() {
    return this.#isMine;
  }

  /**
   * Waits for the turn of that name, or wants none any more.
   *
   * @param {string | undefined} name
   */
  want(name) {
    if (name === this.#name) return;
    this.#name = name;
    this.#ask();
  }

  /** Takes the turn from the tab that has it, for somebody who works in this one. */
  take() {
    if (!this.#isMine && !this.#isTaking && this.#name !== undefined) this.#ask({ steal: true });
  }

  /** @param {LockOptions} [how] */
  #ask(how) {
    this.#withdrawn.abort();
    this.#isMine = this.#name !== undefined && !navigator.locks;
    this.#isTaking = how?.steal === true;
    const name = this.#name;
    if (name === undefined || this.#isMine) return;
    const withdrawn = new AbortController();
    const { signal } = withdrawn;
    this.#withdrawn = withdrawn;
    const begin = () => {
      this.#isMine = true;
      this.#isTaking = false;
      this.#tell();
    };
    const hold = () =>
      new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
        if (signal.aborted) resolve(undefined);
        else begin();
      });
    navigator.locks.request(name, how ?? { signal }, hold).catch((error) => {
      if (signal.aborted) return;
      // Where locks are forbidden it is as if there were none.
      if (error.name !== "AbortError") return begin();
      // Another tab has taken it.
      this.#ask();
      this.#tell();
    });
  }
}
