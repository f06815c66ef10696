// The entry for Node.js, whose types are those of every entry.

/** @type {typeof import("../../pkg/dist/index.js")} */
export const readable = await import(new URL("../../pkg/dist/node.js", import.meta.url).href);
