const project = (testEnvironment, name) => ({
  displayName: name,
  testEnvironment,
  testMatch: [`<rootDir>/jest/${name}.test.cjs`],
});

module.exports = {
  projects: [
    project("node", "node"),
    project("jest-fixed-jsdom", "fixed-jsdom"),
    project("jsdom", "jsdom"),
  ],
};
