// The module as the package has it inside: for pages, with what decodes it, and for
// servers.

import { readFileSync } from "node:fs";

const DIST = new URL("../../pkg/dist/", import.meta.url);

const [, text = ""] =
  /^var MODULE_TEXT="(.*)";$/m.exec(readFileSync(new URL("index.js", DIST), "utf8")) ?? [];
export const FOR_PAGES = text;

/** @type {string} */
export const FOR_SERVERS = (await import(new URL("bytes.js", DIST).href)).default;

/** @type {{ decode(text: string): Uint8Array }} */
export const { decode } = await import(new URL("../../pkg/src/packed.js", import.meta.url).href);
