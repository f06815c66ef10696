// Whether this is a browser, where everyone can read what a script holds.

/** How server runtimes that have the globals of a browser's worker call themselves. */
const SERVER = /^(Node|Deno|Bun|Cloudflare-Workers)/i;

/**
 * Whether this is a page, a worker or a worklet of a browser. Deno, Bun and
 * workerd have WorkerGlobalScope as well, and tell who they are; where nobody
 * does, it is taken for a browser, for an app's web view may have any name.
 * workerd of an early compatibility date has no navigator, which browsers have.
 */
export function isBrowser() {
  const { document, navigator } = globalThis;
  const { WorkerGlobalScope, WorkletGlobalScope } =
    /** @type {{ WorkerGlobalScope?: unknown, WorkletGlobalScope?: unknown }} */ (globalThis);
  if (typeof document === "object" && typeof globalThis.window === "object") return true;
  if (WorkletGlobalScope) return true;
  return Boolean(WorkerGlobalScope && navigator) && !SERVER.test(navigator.userAgent);
}
