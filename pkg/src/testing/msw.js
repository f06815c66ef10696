// The stand-in for MSW.

import { HttpResponse, http } from "msw";
import { isLost } from "./lost.js";

/** @import { TestApi } from "../../dist/testing.js" */

/** Where the API has routes. Everything else of the origin is not its affair. */
const PATHS = ["/v1/*", "/healthz"];

/**
 * Handlers that answer what the stand-in answers.
 *
 * @param {TestApi} api
 */
export function handlers(api) {
  return PATHS.map((path) =>
    http.all(api.baseUrl + path, async ({ request }) => {
      try {
        return await api.fetch(request);
      } catch (error) {
        // A connection that is lost, as MSW has it.
        if (isLost(error)) return HttpResponse.error();
        throw error;
      }
    }),
  );
}
