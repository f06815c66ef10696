import { defineConfig } from "vitest/config";

const msw2 = [
  { find: /^msw$/, replacement: "msw-2" },
  { find: /^msw\/node$/, replacement: "msw-2/node" },
];

/** A machine may be slow; no test waits for time to pass. */
const testTimeout = 60_000;

export default defineConfig({
  test: {
    projects: [
      { test: { name: "all", include: ["vitest/*.test.js"], testTimeout } },
      {
        resolve: { alias: msw2 },
        test: {
          name: "MSW 2",
          include: ["vitest/msw.test.js"],
          testTimeout,
          // What is not inlined resolves by itself.
          server: { deps: { inline: [/assessments-edge/] } },
        },
      },
    ],
  },
});
