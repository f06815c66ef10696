import { defineConfig } from "vitest/config";

const msw2 = [
  { find: /^msw$/, replacement: "msw-2" },
  { find: /^msw\/node$/, replacement: "msw-2/node" },
];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "all", include: ["vitest/*.test.js"] } },
      {
        resolve: { alias: msw2 },
        test: {
          name: "MSW 2",
          include: ["vitest/msw.test.js"],
          // What is not inlined resolves by itself.
          server: { deps: { inline: [/assessments-edge/] } },
        },
      },
    ],
  },
});
