import type { HttpHandler } from "msw";
import type { TestApi } from "./testing.js";

/**
 * Handlers for MSW 2 and 3 that answer what the stand-in answers, at its `baseUrl`.
 *
 * @example
 * const api = createApi();
 * const server = setupServer(...handlers(api));
 */
export function handlers(api: TestApi): HttpHandler[];
