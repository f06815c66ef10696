// The same for `require`.

module.exports = require("./generated/assessments_bg.wasm");
