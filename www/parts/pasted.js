// Ids out of what is pasted: lists, JSON, quoted, in addresses, in capitals, in tables.

/** A whole id, wherever it stands. */
const ID = /(?<![0-9a-z_])cb[a-z]+_[0-9a-f]{32}(?![0-9a-z_])/gi;
/** What stands between ids in a list. */
const SEPARATORS = /[\s,;]+/;
/** What stands around an id in JSON and the like. */
const AROUND = /^["'`[({<]+|["'`\])}>]+$/g;

/**
 * The entries of a text: its ids as they are written properly, and what is none as it is.
 * In a row of a table, which has an id among other things, these are left out.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function entriesOf(text) {
  return text.split(/[\r\n]+/).flatMap((row) => {
    const hasId = row.match(ID) !== null && /[,;\t]/.test(row);
    return split(row.replaceAll(AROUND, "")).flatMap((raw) => {
      const entry = raw.replaceAll(AROUND, "");
      const ids = entry.match(ID)?.map((id) => id.toLowerCase());
      if (ids) return ids;
      const isBeside = hasId && !/^cb[a-z]*_/i.test(entry);
      return entry === "" || isBeside ? [] : [entry];
    });
  });
}

/** @param {string} text */
export function split(text) {
  return text.split(SEPARATORS).filter(Boolean);
}
