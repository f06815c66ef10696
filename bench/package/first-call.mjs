// What the first call costs where nothing was run before.

/**
 * Milliseconds from before the import to after the first result. It is run as its own
 * text, in a process or a page of its own.
 */
export async function firstCall(entry, body) {
  const began = performance.now();
  const { check } = await import(entry);
  const issues = check(body);
  const passed = performance.now() - began;
  if (issues !== null) throw new Error(`${entry}: a good body was refused`);
  return passed;
}
