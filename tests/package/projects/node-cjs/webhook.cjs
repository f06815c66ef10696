const webhook = require("assessments-edge/webhook");

import("./use-webhook.mjs")
  .then(({ useWebhook }) => useWebhook(webhook))
  .then((outcome) => console.log(JSON.stringify(outcome)));
