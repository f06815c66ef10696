const project = (testEnvironment, name) => ({
  displayName: name,
  testEnvironment,
  testMatch: [`<rootDir>/jest/${name}.test.cjs`],
});

module.exports = {
  // A machine may be slow; no test waits for time to pass.
  testTimeout: 60_000,
  projects: [
    project("node", "node"),
    project("jest-fixed-jsdom", "fixed-jsdom"),
    project("jsdom", "jsdom"),
  ],
};
