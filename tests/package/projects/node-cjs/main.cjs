const assessments = require("assessments-edge");

// A promise and no `await`: this is not a module.
import("./use-it.mjs")
  .then(({ useIt }) => useIt(assessments, process.argv[2]))
  .then((outcome) => console.log(JSON.stringify(outcome)));
