const { assessment, createApi } = require("assessments-edge/testing");

test("what is missing is told", async () => {
  const missing = /^assessments-edge needs \w+, which is missing here$/;
  expect(() => assessment()).toThrow(missing);
  await expect(createApi().fetch("https://api.example.com/v1/assessments")).rejects.toThrow(missing);
});
