// What the tab keeps over a reload, where storage is not forbidden.

/** @param {string} key */
export function read(key) {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps a text, or removes it; what cannot be kept lasts as long as the page.
 *
 * @param {string} key
 * @param {string | undefined} value
 */
export function write(key, value) {
  try {
    if (value === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // It stays in memory.
  }
}

/**
 * What all tabs keep, until it is removed.
 *
 * @param {string} key
 */
export function readShared(key) {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps a text for all tabs, or removes it; whether that could be done. If not, the next
 * visit begins without it.
 *
 * @param {string} key
 * @param {string | undefined} value
 */
export function writeShared(key, value) {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

/**
 * What the tab kept as JSON.
 *
 * @param {string} key
 */
export const readJson = (key) => parsed(read(key));

/**
 * What all tabs keep as JSON.
 *
 * @param {string} key
 */
export const readSharedJson = (key) => parsed(readShared(key));

/**
 * @param {string | undefined} text
 * @returns {any}
 */
function parsed(text) {
  try {
    return JSON.parse(text ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}
