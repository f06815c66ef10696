// The tarball itself: what is in it, what package linters say of it, and its
// types, as a TypeScript project sees them.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { ROOT, install, node, pack, run } from "./projects.mjs";

const tool = (path) => join(ROOT, "node_modules", path);

let tarball;
before(async () => {
  tarball = await pack();
});

test("no_artefact_tells_where_it_was_built", () => {
  const folders = ["pkg/dist", "dist/worker"].map((folder) => join(ROOT, folder));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  assert.ok(files.some((file) => file.endsWith("assessments_worker_bg.wasm")));
  for (const file of files) {
    const text = readFileSync(file, "latin1");
    for (const place of [homedir(), ROOT]) {
      assert.ok(!text.includes(place), `${file} holds ${place}`);
    }
  }
});

test("the_tarball_has_what_is_needed_and_nothing_else", () => {
  assert.deepEqual(tarball.files.toSorted(), [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist/assessments-server.wasm",
    "dist/assessments-testing.wasm",
    "dist/assessments-webhook.wasm",
    "dist/assessments.wasm",
    "dist/bytes.cjs",
    "dist/bytes.js",
    "dist/dashboard.cjs",
    "dist/dashboard.cjs.map",
    "dist/dashboard.d.cts",
    "dist/dashboard.d.ts",
    "dist/dashboard.js",
    "dist/dashboard.js.map",
    "dist/edge-light.js",
    "dist/edge-light.js.map",
    "dist/errors.cjs",
    "dist/errors.cjs.map",
    "dist/errors.d.cts",
    "dist/errors.d.ts",
    "dist/errors.js",
    "dist/errors.js.map",
    "dist/index.cjs",
    "dist/index.cjs.map",
    "dist/index.d.cts",
    "dist/index.d.ts",
    "dist/index.js",
    "dist/index.js.map",
    "dist/node.js",
    "dist/node.js.map",
    "dist/slim.cjs",
    "dist/slim.cjs.map",
    "dist/slim.d.cts",
    "dist/slim.d.ts",
    "dist/slim.js",
    "dist/slim.js.map",
    "dist/testing-msw.cjs",
    "dist/testing-msw.cjs.map",
    "dist/testing-msw.d.cts",
    "dist/testing-msw.d.ts",
    "dist/testing-msw.js",
    "dist/testing-msw.js.map",
    "dist/testing-workerd.js",
    "dist/testing-workerd.js.map",
    "dist/testing.cjs",
    "dist/testing.cjs.map",
    "dist/testing.d.cts",
    "dist/testing.d.ts",
    "dist/testing.js",
    "dist/testing.js.map",
    "dist/webhook-bytes.cjs",
    "dist/webhook-bytes.js",
    "dist/webhook-edge-light.js",
    "dist/webhook-edge-light.js.map",
    "dist/webhook-workerd.js",
    "dist/webhook-workerd.js.map",
    "dist/webhook.cjs",
    "dist/webhook.cjs.map",
    "dist/webhook.d.cts",
    "dist/webhook.d.ts",
    "dist/webhook.js",
    "dist/webhook.js.map",
    "dist/workerd.js",
    "dist/workerd.js.map",
    "package.json",
  ]);
});

test("publint_has_no_error_no_warning_and_no_suggestion", async () => {
  const options = ["--strict", "--level", "suggestion"];
  const publint = node(tool("publint/src/cli.js"), "run", tarball.file, ...options);
  const { stdout } = await run(...publint, { cwd: ROOT });
  assert.match(stdout, /All good!/);
});

describe("arethetypeswrong", () => {
  const attw = async (...options) => {
    const cli = tool("@arethetypeswrong/cli/dist/index.js");
    const args = [tarball.file, "--format", "json", "--no-definitely-typed", ...options];
    const { stdout } = await run(...node(cli, ...args), { cwd: ROOT });
    return JSON.parse(stdout).analysis;
  };

  test("the_types_of_every_entry_are_right_for_every_way_of_resolving", async () => {
    const { problems, entrypoints } = await attw("--exclude-entrypoints", "assessments.wasm");
    assert.deepEqual(problems, []);
    const entries = [
      ".",
      "./slim",
      "./errors",
      "./dashboard",
      "./webhook",
      "./testing",
      "./testing/msw",
    ];
    for (const entry of entries) {
      assert.deepEqual(
        Object.keys(entrypoints[entry].resolutions).toSorted(),
        ["bundler", "node10", "node16-cjs", "node16-esm"],
        entry,
      );
    }
  });
});

describe("TypeScript", () => {
  let folder;
  let installed;
  /** The names that each entry exports when it runs. */
  const names = {};
  before(async () => {
    folder = await install("types");
    installed = join(folder, "node_modules/assessments-edge");
    const entries = ["index.js", "node.js", "slim.js", "workerd.js", "edge-light.js"];
    const { metafile } = await build({
      absWorkingDir: installed,
      entryPoints: entries.map((entry) => `dist/${entry}`),
      outdir: "unwritten",
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      external: ["*.wasm", "*.wasm?module"],
    });
    for (const entry of entries) {
      names[entry] = metafile.outputs[`unwritten/${entry}`].exports.toSorted();
    }
    const required = createRequire(join(folder, "main.cjs"))("assessments-edge");
    names["index.cjs"] = Object.keys(required).toSorted();
  });

  test("every_entry_exports_the_same_names_and_slim_init_besides", () => {
    const { "slim.js": slim, "index.js": main, ...others } = names;
    assert.equal(main.length, 23);
    for (const [entry, list] of Object.entries(others)) assert.deepEqual(list, main, entry);
    assert.deepEqual(slim, [...main, "init"].toSorted());
  });

  test("what_is_declared_is_what_every_entry_exports", async () => {
    const difference = (entry, list) => [
      `export const ${entry}Lacks: Without<keyof typeof ${entry}, ${list}> = true;`,
      `export const ${entry}Hides: Without<${list}, keyof typeof ${entry}> = true;`,
    ];
    const union = (list) => list.map((name) => JSON.stringify(name)).join(" | ");
    mkdirSync(join(folder, "exports"));
    writeFileSync(
      join(folder, "exports/exports.ts"),
      [
        'import * as main from "assessments-edge";',
        'import * as slim from "assessments-edge/slim";',
        "type Without<A, B> = [Exclude<A, B>] extends [never] ? true : Exclude<A, B>;",
        ...difference("main", union(names["index.js"])),
        ...difference("slim", union(names["slim.js"])),
        "",
      ].join("\n"),
    );
    const tsc = node("node_modules/typescript/bin/tsc", "--project", "tsconfig.exports.json");
    await run(...tsc, { cwd: folder });
  });

  test("the_project_uses_every_name_that_is_declared", () => {
    const declared = readFileSync(join(installed, "dist/index.d.ts"), "utf8").matchAll(
      /^export (?:declare )?(?:type|interface|class|function|const) (\w+)/gm,
    );
    const project = ["ids", "validation", "client", "dashboard"]
      .map((name) => readFileSync(join(folder, `src/${name}.ts`), "utf8"))
      .join();
    const all = Array.from(declared, ([, name]) => name);
    assert.ok(all.length > 60, `only ${all.length} declarations were found`);
    assert.deepEqual(
      all.filter((name) => !new RegExp(`\\b${name}\\b`).test(project)),
      [],
    );
  });

  test("both_declaration_files_say_the_same", () => {
    const [ts, cts] = ["index.d.ts", "index.d.cts"].map((name) =>
      readFileSync(join(installed, "dist", name), "utf8"),
    );
    assert.equal(ts, cts);
  });

  /** Every declaration of the package that an editor could show, and whether it has words. */
  function declared() {
    const ts = createRequire(join(folder, "main.cjs"))("typescript-5");
    const file = join(installed, "dist/index.d.ts");
    const source = ts.createSourceFile(
      file,
      readFileSync(file, "utf8"),
      ts.ScriptTarget.Latest,
      true,
    );
    const found = [];
    const isOne = (node) =>
      ts.isTypeElement(node) ||
      ts.isClassElement(node) ||
      ts.isVariableStatement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node);
    // What belongs to a symbol that nobody can name is no member for readers.
    const isHidden = (node) => node.getText().includes("[kindOfId]");
    const isPublic = (node) => !/^declare /.test(node.getText());
    const visit = (node) => {
      if (isOne(node) && isPublic(node) && (ts.isTypeAliasDeclaration(node) || !isHidden(node))) {
        const words = ts
          .getJSDocCommentsAndTags(node)
          .map((doc) => doc.getText())
          .join("\n");
        found.push({ node, words, name: `${node.parent.name?.text ?? ""} ${node.getText()}` });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return { ts, found };
  }

  test("every_member_that_is_declared_has_words", () => {
    const { found } = declared();
    assert.ok(found.length > 250, `only ${found.length} declarations were found`);
    const silent = found.filter(({ words }) => !/\w{3}/.test(words));
    assert.deepEqual(
      silent.map(({ name }) => name),
      [],
    );
  });

  test("every_function_says_when_it_throws_and_where_to_read_on", () => {
    const { ts, found } = declared();
    const functions = found.filter(({ node }) => ts.isFunctionDeclaration(node));
    assert.ok(functions.length >= 9, `only ${functions.length} functions were found`);
    const { homepage = "https://github.com/assessments-edge/assessments-edge#readme" } = JSON.parse(
      readFileSync(join(installed, "package.json"), "utf8"),
    );
    for (const { node, words } of functions) {
      const name = node.name.text;
      assert.ok(words.includes("@example"), name);
      assert.ok(words.includes(`@see ${homepage}`), name);
      // Those that only copy a table cannot fail.
      if (node.parameters.length > 0) assert.ok(words.includes("@throws {"), name);
    }
  });

  test("units_and_meanings_are_told_where_a_number_is_shown", () => {
    const { ts, found } = declared();
    const members = found.filter(({ node }) => ts.isPropertySignature(node));
    const named = (test) => members.filter(({ node }) => test(node.name.getText()));
    const times = named((name) => name.endsWith("_at"));
    assert.ok(times.length >= 12, `only ${times.length} times were found`);
    for (const { words, name } of times) assert.match(words, /Unix time in whole seconds/, name);
    const scores = named((name) => name === "score_percent");
    assert.equal(scores.length, 4);
    for (const { words } of scores) assert.match(words, /fraction.*0\.566 means 56\.6 %/);
    const lists = named((name) => name.endsWith("_ids")).filter(({ node }) =>
      ["CreateAssessmentRequest", "ParsedCreateAssessmentRequest"].includes(node.parent.name.text),
    );
    assert.equal(lists.length, 6);
    for (const { words } of lists) assert.match(words.replace(/\s+\*\s+/g, " "), /At most 100/);
  });

  for (const compiler of ["typescript", "typescript-5"]) {
    for (const config of ["bundler", "nodenext", "server"]) {
      test(`${compiler}_accepts_the_project_configured_for_${config}`, async () => {
        const tsc = `node_modules/${compiler}/bin/tsc`;
        await run(...node(tsc, "--project", `tsconfig.${config}.json`), { cwd: folder });
      });
    }
  }
});
