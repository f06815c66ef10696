// The module as text: the very bytes of the file, in characters that nothing on the way
// to a page writes in another form or reads as another character.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { transform } from "esbuild";
import { FOR_PAGES, FOR_SERVERS, decode } from "./module-text.mjs";

const DIST = new URL("../../pkg/dist", import.meta.url).pathname;

test("what_is_inside_is_the_module_to_the_byte", () => {
  const module = (name) => readFileSync(join(DIST, name));
  assert.ok(module("assessments.wasm").equals(decode(FOR_PAGES)));
  assert.ok(module("assessments-server.wasm").equals(Buffer.from(FOR_SERVERS, "base64")));
});

test("every_character_is_written_as_it_is_in_any_literal_charset_and_page", () => {
  assert.match(FOR_PAGES, /^[ -~]+$/);
  assert.doesNotMatch(FOR_PAGES, /["'`$\\<]/);
  // UTF-16 apart, every charset of the web has these characters in these bytes.
  assert.equal(readFileSync(join(DIST, "index.js"), "latin1").split(FOR_PAGES).length, 2);
});

for (const charset of /** @type {const} */ (["ascii", "utf8"])) {
  test(`a_minifier_that_writes_${charset}_leaves_the_text_alone`, async () => {
    const index = readFileSync(join(DIST, "index.js"), "utf8");
    const { code } = await transform(index, { minify: true, charset, format: "esm" });
    assert.ok(code.includes(FOR_PAGES));
  });
}
