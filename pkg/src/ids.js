import { call } from "./core.js";
import { ConfigurationError, IdError } from "./errors.js";

function parse(text, kind) {
  // The module takes texts only; what is none is no kind either.
  const named = kind === undefined || typeof kind === "string";
  const parsed = named ? call("parseId", text, kind) : undefined;
  if (parsed === undefined) throw new ConfigurationError(`"${String(kind)}" is no kind of id`);
  return parsed;
}

/** Parses an id, of `kind` if one is named; throws an IdError if it is none. */
export function parseId(text, kind) {
  const { ok, ...parsed } = parse(text, kind);
  if (!ok) throw new IdError(parsed);
  return parsed;
}

/** Whether a text is an id, of `kind` if one is named. */
export function isId(text, kind) {
  return parse(text, kind).ok;
}
