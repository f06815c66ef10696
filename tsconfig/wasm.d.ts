// WebAssembly, as the importers get it. Which module of the package it is, the build says.

/** A script that has it as base64. */
declare module "#bytes" {
  const base64: string;
  export default base64;
}

/** workerd and edge runtimes compile it; of bytes, esbuild makes base64. */
declare module "#wasm" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "*/assessments_worker_bg.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
