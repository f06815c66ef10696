import { call } from "./core.js";
import { ConfigurationError, IdError } from "./errors.js";

/** @import { Id, IdKind, ParsedId } from "./types.js" */

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
 * @template {IdKind} [Kind=IdKind]
 * @param {string} text
 * @param {Kind} [kind]
 * @returns {ParsedId<Kind>}
 */
export function parseId(text, kind) {
  const parsed = parse(text, kind);
  if (!parsed.ok) throw new IdError(parsed);
  const { ok, ...id } = parsed;
  // It is of that kind, or it was refused.
  return /** @type {ParsedId<Kind>} */ (/** @type {unknown} */ (id));
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
  return parse(text, kind).ok;
}
