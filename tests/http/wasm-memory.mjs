// How much memory the newest instance of the Worker's WebAssembly has taken. The
// glue keeps it to itself, so this is imported before it, and looks on.

/** @type {WebAssembly.Memory | undefined} */
let memory;

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, parameters) {
    const instance = Reflect.construct(target, parameters);
    memory = instance.exports.memory;
    return instance;
  },
});

export const wasmBytes = () => memory?.buffer.byteLength ?? 0;
