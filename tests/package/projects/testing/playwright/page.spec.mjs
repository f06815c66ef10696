import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { createApi, routeTo } from "assessments-edge/testing";

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

test("a page of another origin on the stand-in", async ({ page }) => {
  const api = createApi();
  await page.route(`${api.baseUrl}/**`, routeTo(api));
  const files = {
    "/": "<!doctype html><title>Page</title>",
    "/assessments-edge.js": read("node_modules/assessments-edge/dist/index.js"),
  };
  await page.route("https://dashboard.example/**", (route) => {
    const { pathname } = new URL(route.request().url());
    const contentType = pathname === "/" ? "text/html" : "text/javascript";
    return route.fulfill({ contentType, body: files[pathname] ?? "" });
  });
  await page.goto("https://dashboard.example/");
  const called = page.evaluate(async (baseUrl) => {
    const { AssessmentsClient } = await import("/assessments-edge.js");
    const client = new AssessmentsClient({ baseUrl, token: "a-session", maxRetries: 0 });
    const body = { vendor_id: `cbvndr_${"1".repeat(32)}`, control_set_ids: [] };
    const { data, requestId } = await client.withResponse.create(body);
    const { status } = await client.archive(data.id);
    const lost = await client.retrieve(data.id).catch((error) => error.name);
    return [data.status, requestId.length, status, lost];
  }, api.baseUrl);
  api.failNext("connection", { operation: "retrieveAssessment" });
  expect(await called).toEqual(["created", 36, "canceled", "ConnectionError"]);
});
