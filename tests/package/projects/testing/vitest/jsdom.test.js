// @vitest-environment jsdom

import * as assessments from "assessments-edge";
import { createApi } from "assessments-edge/testing";
import { expect, test } from "vitest";
import { EXPECTED, calls } from "../shared-calls.cjs";

test("a client on the stand-in in a simulated page", async () => {
  expect(document.body).toBeDefined();
  const api = createApi();
  expect(await calls(assessments, api, { fetch: api.fetch })).toEqual(EXPECTED);
});
