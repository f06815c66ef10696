import * as assessments from "assessments-edge";
import { createApi } from "assessments-edge/testing";
import { handlers } from "assessments-edge/testing/msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EXPECTED, calls } from "../shared-calls.cjs";

const api = createApi();
const server = setupServer(...handlers(api));
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterAll(() => server.close());

test("a client behind MSW", async () => {
  expect(await calls(assessments, api)).toEqual(EXPECTED);
});
