// The entry without the module.

export * from "./api.js";
export { init } from "#module";
