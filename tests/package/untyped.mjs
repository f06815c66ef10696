// What a caller without TypeScript may hand over.

/**
 * A value of a type that the package does not take.
 *
 * @param {unknown} value
 * @returns {any} It is the wrong type on purpose, so that none would do.
 */
export const untyped = (value) => value;
