// The module as the package has it inside: for pages, and for servers.

import { readFileSync } from "node:fs";

const DIST = new URL("../../pkg/dist/", import.meta.url);

const [, text = ""] =
  /^var MODULE_TEXT="(.*)";$/m.exec(readFileSync(new URL("index.js", DIST), "utf8")) ?? [];
export const FOR_PAGES = text;

/** @type {string} */
export const FOR_SERVERS = (await import(new URL("bytes.js", DIST).href)).default;
