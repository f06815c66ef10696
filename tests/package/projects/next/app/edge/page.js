// The same page, rendered by the edge runtime.

export { default } from "../page.js";
export const dynamic = "force-dynamic";
export const runtime = "edge";
