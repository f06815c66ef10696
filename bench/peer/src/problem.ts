import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An answer that is no success: every error body is `{"detail": ...}`. */
export class Problem extends HTTPException {
  constructor(
    status: ContentfulStatusCode,
    readonly detail: unknown,
    readonly headers: Record<string, string> = {},
  ) {
    super(status);
  }
}

const coded = (status: ContentfulStatusCode, code: string, message: string) =>
  new Problem(status, { code, message });

export const unauthorized = (detail: string) =>
  new Problem(401, detail, { "WWW-Authenticate": "Bearer" });
export const badCredential = () => unauthorized("Invalid or expired API key.");
export const addressRefused = () =>
  coded(
    403,
    "ip_not_allowed",
    "This request originates from an IP address that is not in your organization's API allowlist.",
  );
export const refused = (error: string) => new Problem(400, { error });
export const assessmentNotFound = () => coded(404, "assessment_not_found", "Assessment not found.");
export const workflowNotFound = (name: string) =>
  coded(404, "workflow_not_found", `Workflow '${name}' not found.`);
export const workflowDisabled = (name: string) =>
  coded(409, "workflow_disabled", `Workflow '${name}' is disabled.`);
export const tooLarge = () => new Problem(413, "Request body too large.");
export const unavailable = () =>
  new Problem(503, "Service temporarily unavailable.", { "Retry-After": "1" });
