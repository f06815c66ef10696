// WebAssembly, as the importers get it.

/** esbuild puts it inside, as base64. */
declare module "*/assessments_bg.wasm" {
  const base64: string;
  export default base64;
}

/** workerd and edge runtimes compile it. */
declare module "*/assessments-server.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "*/assessments-server.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "*/assessments_worker_bg.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
