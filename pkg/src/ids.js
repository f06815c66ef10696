import { call } from "./core.js";
import { ConfigurationError, IdError } from "./errors.js";

/** @import { IdKind } from "./types.js" */

/**
 * @param {unknown} text
 * @param {IdKind} [kind]
 */
function parse(text, kind) {
  // The module takes texts only; what is none is no kind either.
  const named = kind === undefined || typeof kind === "string";
  const parsed = named ? call("parseId", text, kind) : undefined;
  if (parsed === undefined) throw new ConfigurationError(`"${String(kind)}" is no kind of id`);
  return parsed;
}

/**
 * Parses an id, of `kind` if one is named; throws an IdError if it is none.
 *
 * @param {string} text
 * @param {IdKind} [kind]
 */
export function parseId(text, kind) {
  const parsed = parse(text, kind);
  if (!parsed.ok) throw new IdError(parsed);
  const { ok, ...id } = parsed;
  return id;
}

/**
 * Whether a text is an id, of `kind` if one is named.
 *
 * @param {unknown} text
 * @param {IdKind} [kind]
 */
export function isId(text, kind) {
  return parse(text, kind).ok;
}
