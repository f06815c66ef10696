// The stand-in for Playwright's `page.route`.

import { isLost } from "./lost.js";

/** @import { RouteToAnswer, TestApi } from "../../dist/testing.js" */

/**
 * What answers a route as the stand-in does.
 *
 * @param {TestApi} api
 */
export function routeTo(api) {
  return async (/** @type {RouteToAnswer} */ route) => {
    const request = route.request();
    const body = request.postDataBuffer();
    /** @type {Response} */
    let response;
    try {
      response = await api.fetch(request.url(), {
        method: request.method(),
        headers: request.headers(),
        ...(body && { body: /** @type {BodyInit} */ (body) }),
      });
    } catch (error) {
      // A connection that is lost, as Playwright has it.
      if (isLost(error)) return route.abort("connectionreset");
      throw error;
    }
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    });
  };
}
