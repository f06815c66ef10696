// The module as text, in a file of its own, so that no line of code is printed
// together with it.

export { default } from "#wasm";
