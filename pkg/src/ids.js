import { call } from "./core.js";
import { ask, begin, open, string, told, toldNumber, toldText } from "./desk.js";
import { ConfigurationError, IdError } from "./errors.js";
import { KINDS, PREFIXES } from "./generated/tables.js";

/** @import { Id, IdErrorCode, IdKind, ParsedId } from "./types.js" */

/** Of any kind. */
const ANY = -1;

/**
 * The number of a kind; any, if none is named.
 *
 * @param {IdKind | undefined} kind
 */
function numberOf(kind) {
  if (kind === undefined) return ANY;
  const number = KINDS.indexOf(kind);
  if (number < 0) throw new ConfigurationError(`"${String(kind)}" is no kind of id`);
  return number;
}

/**
 * The number of the kind of an id, below 0 for what is none. What is no string is
 * read as an empty one.
 *
 * @param {unknown} text
 * @param {number} kind
 */
function parse(text, kind) {
  begin(true);
  string(typeof text === "string" ? text : "");
  return ask("parseId", kind);
}

/**
 * Parses an id, of `kind` if one is named; throws an IdError if it is none.
 *
 * @template {IdKind} [Kind=IdKind]
 * @param {string} text
 * @param {Kind} [kind]
 * @returns {ParsedId<Kind>}
 */
export function parseId(text, kind) {
  const asked = numberOf(kind);
  const found = parse(text, asked);
  if (found < 0) throw explained(asked);
  const id = { id: text, kind: KINDS[found], prefix: PREFIXES[found] };
  // It is of that kind, or it was refused.
  return /** @type {ParsedId<Kind>} */ (/** @type {unknown} */ (id));
}

/**
 * Why the text that is handed over is none of that kind.
 *
 * @param {number} kind
 */
function explained(kind) {
  open(call("explainId", kind));
  const code = /** @type {IdErrorCode} */ (toldText());
  return new IdError({
    code,
    message: toldText(),
    offset: toldNumber(),
    expected: told(),
    actual: told(),
  });
}

/**
 * Whether a text is an id, of `kind` if one is named.
 *
 * @template {IdKind} [Kind=IdKind]
 * @param {unknown} text
 * @param {Kind} [kind]
 * @returns {text is Id<Kind>}
 */
export function isId(text, kind) {
  return parse(text, numberOf(kind)) >= 0;
}
