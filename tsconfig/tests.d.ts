// What the tests find in the pages that they open: what an earlier step of the test
// has put into the global scope, and the modules of their servers.

type Edge = typeof import("../pkg/dist/index.js");

// client-browser.test.mjs, same-rules.test.mjs, cross-origin.test.mjs
declare function client(
  options?: Omit<Partial<import("../pkg/dist/index.js").ClientOptions>, "fetch"> & {
    fetch?: () => Promise<never>;
  },
): import("../pkg/dist/index.js").AssessmentsClient;
declare function failure(call: Promise<unknown>): Promise<Told>;
/** An error, as data. */
interface Told {
  name: string;
  message: string;
  ours: boolean;
  platform: boolean;
  cause?: string;
  attempts?: number;
  status?: number;
  code?: string;
  requestId?: string;
}
declare var body: import("../pkg/dist/index.js").CreateAssessmentRequest;
declare var controller: AbortController;
declare module "*/assessments-edge.js" {
  const edge: Edge;
  export = edge;
}

// cross-origin.test.mjs
declare function refused(
  text: string,
): Promise<{ status: number; body: string; requestId: string | null }>;

// client-scopes.test.mjs
declare var call: (given: unknown) => Promise<unknown>;
declare function workerOf(url: string): typeof call;
declare module "*/page.js";

interface Window {
  /** Of axe-core. */
  axe: typeof import("axe-core");
  /** What a page's script came to. */
  outcome: unknown;
  /** What its policy forbade. */
  violations: unknown;
}
