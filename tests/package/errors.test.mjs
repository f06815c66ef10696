// The error classes: known across copies of the package, by stable names, and
// readable where nobody catches them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { SourceMap, createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import * as minified from "../../pkg/dist/index.js";
import * as slim from "../../pkg/dist/slim.js";
import { FOR_PAGES } from "./module-text.mjs";
import { readable } from "./readable.mjs";
import { untyped } from "./untyped.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
const DIST = join(ROOT, "pkg/dist");
const COPIES = {
  readable,
  minified,
  slim,
  cjs: createRequire(import.meta.url)("../../pkg/dist/index.cjs"),
};
const NAMES = Object.keys(readable).filter((name) => name.endsWith("Error"));

/** Some error of that class, of that copy. */
const make = (copy, name) => new COPIES[copy][name]({ message: "m" });

for (const here of Object.keys(COPIES)) {
  for (const there of Object.keys(COPIES)) {
    test(`errors_of_${there}_are_instances_of_the_classes_of_${here}`, () => {
      assert.ok(NAMES.length >= 9);
      for (const name of NAMES) {
        const error = make(there, name);
        for (const other of NAMES) {
          const expected = other === name || other === "AssessmentsError";
          assert.equal(error instanceof COPIES[here][other], expected, `${name} ${other}`);
        }
        assert.ok(error instanceof Error);
      }
    });
  }
}

test("an_error_of_a_copy_keeps_its_code", () => {
  for (const copy of ["minified", "cjs"]) {
    try {
      COPIES[copy].parseId("x", "vendor");
      assert.fail("parsed");
    } catch (error) {
      assert.ok(error instanceof readable.IdError);
      assert.deepEqual([error.name, error.code], ["IdError", "missing_separator"]);
    }
  }
});

test("a_class_that_extends_one_of_them_knows_its_own_errors_only", () => {
  class Mine extends readable.ApiError {}
  const mine = new Mine(untyped({ message: "m" }));
  assert.ok(mine instanceof Mine);
  assert.ok(mine instanceof readable.ApiError);
  assert.ok(mine instanceof COPIES.cjs.ApiError);
  assert.ok(!(make("readable", "ApiError") instanceof Mine));
  assert.ok(!(make("cjs", "ApiError") instanceof Mine));
});

test("what_is_no_error_of_the_package_is_no_instance", () => {
  const named = Object.assign(new Error("m"), { name: "ApiError" });
  for (const value of [named, new TypeError("m"), {}, null, undefined, "ApiError", 7, () => {}]) {
    assert.ok(!(value instanceof readable.ApiError));
    assert.ok(!(value instanceof readable.AssessmentsError));
  }
});

for (const copy of Object.keys(COPIES)) {
  test(`every_class_of_${copy}_is_called_what_it_is`, () => {
    for (const name of [...NAMES, "AssessmentsClient"]) {
      assert.equal(COPIES[copy][name].name, name);
    }
    for (const name of NAMES) {
      const error = make(copy, name);
      assert.equal(error.name, name);
      assert.match(String(error.stack), new RegExp(`^${name}\\b`));
      assert.deepEqual(
        Object.keys(error).filter((key) => key === "name"),
        [],
      );
    }
  });
}

/** What Node.js prints of a program that dies of an error, through a pipe. */
function dying(program, ...args) {
  const run = spawnSync(process.execPath, [...args, "--eval", program], { encoding: "utf8" });
  assert.equal(run.status, 1);
  return run.stderr;
}

const IMPORT = `import { parseId } from ${JSON.stringify(join(DIST, "node.js"))}; parseId("x");`;
const REQUIRE = `require(${JSON.stringify(join(DIST, "index.cjs"))}).parseId("x");`;
const MINIFIED = IMPORT.replace("node.js", "index.js");
const TOLD = "IdError: This has no underscore after a prefix; a prefixed id is expected";

for (const [how, program, ...args] of [
  ["imported", IMPORT, "--input-type=module"],
  ["required", REQUIRE],
]) {
  test(`an_uncaught_error_of_the_${how}_package_is_told_within_two_kilobytes`, () => {
    const printed = dying(program, ...args);
    assert.ok(printed.length < 2_048, `${printed.length} bytes`);
    assert.ok(printed.includes(TOLD), printed);
    assert.match(printed, /at (Object\.)?parseId \(.*:\d+:\d+\)/);
  });

  test(`with_source_maps_the_${how}_package_is_seen_as_it_was_written`, () => {
    const printed = dying(program, "--enable-source-maps", ...args);
    assert.ok(printed.length < 2_048, `${printed.length} bytes`);
    assert.match(printed, /pkg\/src\/ids\.js:\d+:\d+/);
  });
}

test("an_uncaught_error_of_the_minified_package_does_not_print_the_module", () => {
  const printed = dying(MINIFIED, "--input-type=module");
  assert.ok(printed.length < 2_048, `${printed.length} bytes`);
  assert.ok(printed.includes(TOLD));
  assert.ok(!printed.includes(FOR_PAGES.slice(0, 32)));
});

for (const file of ["index.js", "node.js", "index.cjs", "slim.js", "workerd.js", "edge-light.js"]) {
  test(`the_map_of_${file}_holds_its_sources`, () => {
    const text = readFileSync(join(DIST, file), "utf8");
    assert.match(text, new RegExp(`^//# sourceMappingURL=${file}\\.map$`, "m"));
    // The module's bytes stand in a file of their own; but for pages, which load one file.
    assert.ok(!text.includes("AGFzbQ"));
    assert.equal(text.includes(FOR_PAGES), file === "index.js");
    const map = JSON.parse(readFileSync(join(DIST, `${file}.map`), "utf8"));
    assert.equal(map.sourcesContent.length, map.sources.length);
    const line = text.split("\n").findIndex((code) => code.includes("is no kind of id"));
    const column = text.split("\n")[line].indexOf("is no kind of id");
    const entry = new SourceMap(map).findEntry(line, column);
    assert.ok("originalSource" in entry);
    assert.match(entry.originalSource, /src\/ids\.js$/);
  });
}
