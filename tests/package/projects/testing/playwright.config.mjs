export default {
  testDir: "playwright",
  reporter: "line",
  // A machine may be slow; no test waits for time to pass.
  timeout: 60_000,
  expect: { timeout: 30_000 },
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    },
  },
};
