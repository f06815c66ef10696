// Names as they are compared.

/**
 * Accents, which some leave out. Marks of other scripts are letters of their own or vowels:
 * without them a name is another.
 */
const ACCENTS = /([\p{Script=Latin}\p{Script=Greek}])[\u0300-\u036f]+/gu;

/**
 * A name without what makes no other of it: case, accents and the width of white space.
 *
 * @param {string} name
 */
export const folded = (name) =>
  name.normalize("NFKD").replace(ACCENTS, "$1").toLowerCase().replace(/\s+/g, " ").trim();
