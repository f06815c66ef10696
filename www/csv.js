// Tables as files that spreadsheets open.

/** @typedef {string | number | boolean | null} Cell */

/**
 * What a spreadsheet would take for a formula, as it may with texts that others wrote: in
 * full width as well, and behind white space.
 */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** Tells spreadsheets that the text is UTF-8. */
const MARK = "\ufeff";

/**
 * Rows as CSV of RFC 4180. A text that looks like a formula begins with an apostrophe.
 *
 * @param {Cell[][]} rows
 */
export function csv(rows) {
  return MARK + rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** @param {Cell} value */
function cell(value) {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
