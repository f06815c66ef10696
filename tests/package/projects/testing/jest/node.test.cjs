const assessments = require("assessments-edge");
const { createApi } = require("assessments-edge/testing");
const { EXPECTED, calls } = require("../shared-calls.cjs");

test("a client on the stand-in", async () => {
  const api = createApi();
  expect(await calls(assessments, api, { fetch: api.fetch })).toEqual(EXPECTED);
});

test("a client on the stand-in in the place of fetch", async () => {
  const api = createApi();
  jest.spyOn(globalThis, "fetch").mockImplementation(api.fetch);
  expect(await calls(assessments, api)).toEqual(EXPECTED);
});
