// Whether an answer has the shape that is promised, by data that the build makes of the
// Rust types (src/shape.rs says what each means, and in these words).

/** @import { Shape } from "./types.js" */

const EXPECTED = {
  string: "a string",
  boolean: "true or false",
  number: "a number",
  count: "an integer, 0 or more",
  time: "Unix time in whole seconds",
};

/**
 * What the value at the end of this path lacks, or undefined.
 *
 * @param {Shape} shape
 * @param {any} value
 * @param {string} [path]
 * @returns {string | undefined}
 */
export function strangeness(shape, value, path = "") {
  const at = (/** @type {string | number} */ step) => (path ? `${path}.${step}` : String(step));
  const unless = (/** @type {boolean} */ isGood, /** @type {string} */ expected) =>
    isGood ? undefined : `${path || "the answer"} must be ${expected}`;
  if (typeof shape === "string") {
    const isGood =
      shape === "count"
        ? Number.isInteger(value) && value >= 0
        : shape === "time"
          ? Number.isInteger(value)
          : typeof value === shape;
    return unless(isGood, EXPECTED[shape]);
  }
  if ("id" in shape) {
    const rest = typeof value === "string" ? value.slice(shape.id.length) : "";
    const isGood = /^_[0-9a-f]{32}$/.test(rest) && value.startsWith(shape.id);
    return unless(isGood, "an id of its kind");
  }
  if ("nullable" in shape) {
    return value === null ? undefined : strangeness(shape.nullable, value, path);
  }
  if ("optional" in shape) return strangeness(shape.optional, value, path);
  if ("list" in shape) {
    if (!Array.isArray(value)) return unless(false, "an array");
    for (const [index, item] of value.entries()) {
      const strange = strangeness(shape.list, item, at(index));
      if (strange) return strange;
    }
    return undefined;
  }
  if ("any" in shape) {
    const isGood = shape.any.some((one) => strangeness(one, value, path) === undefined);
    return unless(isGood, "a value of a known type");
  }
  if ("then" in shape) return strangeness(shape.then, value, path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return unless(false, "an object");
  }
  for (const [name, member] of shape.object) {
    if (!Object.hasOwn(value, name)) {
      if (typeof member === "object" && "optional" in member) continue;
      return `${at(name)} must be there`;
    }
    const isOpen =
      typeof member === "object" && "then" in member && !member.known.includes(value[member.if]);
    const strange = isOpen ? undefined : strangeness(member, value[name], at(name));
    if (strange) return strange;
  }
  return undefined;
}
