// What makes Node.js look like a page to the package, for one test.

/**
 * @param {import("node:test").TestContext} t
 */
export function inBrowserRealm(t) {
  for (const name of ["window", "document"]) {
    const had = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value: {}, configurable: true, writable: true });
    t.after(() => {
      Reflect.deleteProperty(globalThis, name);
      if (had) Object.defineProperty(globalThis, name, had);
    });
  }
}
