// Loads a module and what it imports into a realm that has nothing of any
// platform, but what is lent to it; run with --experimental-vm-modules:
//   bare-realm.mjs FILE EXPRESSION [LENT...]
// prints the outcome of EXPRESSION, in which `entry` is what FILE exports.

import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { Script, SourceTextModule, SyntheticModule, createContext } from "node:vm";

const [file, expression, ...lent] = process.argv.slice(2);
const context = createContext({});
const realm = new Script("globalThis").runInContext(context);
// What V8 itself puts beside ECMAScript's own.
for (const name of ["WebAssembly", "console", "SharedArrayBuffer", "Atomics"]) {
  if (!lent.includes(name)) delete realm[name];
}
for (const name of lent) realm[name] ??= globalThis[name];

function load(path) {
  const text = readFileSync(path, "utf8");
  if (extname(path) !== ".cjs") return new SourceTextModule(text, { context, identifier: path });
  const module = { exports: {} };
  const require = (name) => loadScript(resolve(path, "..", name));
  const loadScript = (script) => {
    const own = { exports: {} };
    new Script(
      `(function (module, exports, require) {${readFileSync(script, "utf8")}\n})`,
    ).runInContext(context)(own, own.exports, require);
    return own.exports;
  };
  module.exports = loadScript(path);
  return new SyntheticModule(
    ["default"],
    function () {
      this.setExport("default", module.exports);
    },
    { context, identifier: path },
  );
}

/** A compiled module, which a runtime or bundler puts in its place. */
function lend(identifier) {
  return new SyntheticModule(
    ["default"],
    function () {
      this.setExport("default", { lent: identifier });
    },
    { context, identifier },
  );
}

const module = load(file);
await module.link((specifier, { identifier }) =>
  /\.wasm(\?module)?$/.test(specifier)
    ? lend(specifier)
    : load(resolve(identifier, "..", specifier)),
);
const before = Reflect.ownKeys(realm).map(String).join();
await module.evaluate();
if (Reflect.ownKeys(realm).map(String).join() !== before) throw new Error("a global came or went");
const { namespace } = /** @type {{ namespace: { default?: unknown } }} */ (module);
realm.entry = extname(file) === ".cjs" ? namespace.default : namespace;
const outcome = new Script(
  `try { JSON.stringify(${expression}) } catch ({ name, message }) { name + ": " + message }`,
).runInContext(context);
console.log(outcome);
