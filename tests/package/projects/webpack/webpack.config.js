export default {
  mode: "production",
  entry: { main: "./main.js", slim: "./slim.js", nothing: "./nothing.js" },
  // A bundle above webpack's size hint is no fault of the build.
  performance: { hints: false },
};
