// The pages that create: a part of the bundle of its own, for whoever reads does not need it.

export { createView } from "./create.js";
export { manyView } from "./many.js";
