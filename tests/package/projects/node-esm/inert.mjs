// Imports every entry where nothing may be done and much is missing, as while
// a server renders a page; prints what each exports.

const forbidden = (name) => () => {
  throw new Error(`${name} at import`);
};
for (const name of ["Module", "Instance", "compile", "instantiate", "compileStreaming"]) {
  WebAssembly[name] = forbidden(`WebAssembly.${name}`);
}
for (const name of ["log", "info", "warn", "error", "debug"]) console[name] = forbidden(name);
for (const name of ["setTimeout", "setInterval", "queueMicrotask", "addEventListener"]) {
  globalThis[name] = forbidden(name);
}
crypto.getRandomValues = forbidden("getRandomValues");
const absent = ["window", "document", "navigator", "location"];
absent.push("fetch", "Request", "Response", "Headers");
if (process.argv[2] === "without WebAssembly") absent.push("WebAssembly");
for (const name of absent) delete globalThis[name];

const globals = () => Reflect.ownKeys(globalThis).map(String).join();
const before = globals();
const imported = await import("assessments-edge");
const slim = await import("assessments-edge/slim");
if (globals() !== before) throw new Error("a global came or went");
const first = () => {
  try {
    return imported.isId("x");
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
process.stdout.write(
  JSON.stringify({ imported: Object.keys(imported), slim: Object.keys(slim), first: first() }),
);
