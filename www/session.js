// The credential. It lives in memory; in the session storage of this tab only
// if the user wishes so; never in the page, in an address or in IndexedDB.

const KEY = "assessments.credential";

let token = read();
/** @type {Set<() => void>} */
const listeners = new Set();

/** Storage may be forbidden, and then there is none. */
function read() {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param {string | undefined} value */
function write(value) {
  try {
    if (value === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, value);
  } catch {
    // It stays in memory.
  }
}

export const session = {
  /** The credential, if there is one. */
  get token() {
    return token;
  },

  /**
   * Takes a credential.
   *
   * @param {string} value
   * @param {{ remember: boolean }} choice
   */
  connect(value, { remember }) {
    token = value;
    write(remember ? value : undefined);
    this.changed();
  },

  /** Forgets the credential. */
  disconnect() {
    token = undefined;
    write(undefined);
    this.changed();
  },

  changed() {
    for (const listener of listeners) listener();
  },

  /**
   * Calls `listener` at every change; answers what ends that.
   *
   * @param {() => void} listener
   * @returns {() => void}
   */
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
