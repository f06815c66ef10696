// What the bundle makes of files that are no modules: their addresses.
declare module "*.wasm" {
  const address: string;
  export default address;
}
declare module "*.svg" {
  const address: string;
  export default address;
}
