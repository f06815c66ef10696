// Schemathesis: whether the API keeps what its description promises, for
// requests that are generated from it, good ones and bad ones, one after the
// other along the links. Exceptions stand in tests/openapi/schemathesis.toml.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KEYS, ORGS, startApi } from "./harness.mjs";
import { DOCUMENT, python } from "./openapi-support.mjs";

const MAIN = "from schemathesis.cli import schemathesis; schemathesis()";

test("generated_requests_find_nothing_that_is_not_described", { timeout: 540_000 }, async (context) => {
  const api = await startApi();
  try {
    const existing = {
      vendor_id: ORGS.harbor.vendors[0].id,
      control_set_ids: [],
      trigger_workflow: "annual-reassessment-flow",
    };
    const output = await python(
      ["-c", MAIN, "--config-file", "schemathesis.toml", "run", DOCUMENT, "--url", api.url, "--checks", "all"],
      { env: { API_KEY: KEYS.harbor, EXISTING: JSON.stringify(existing), NO_COLOR: "1" } },
    );
    // It went everywhere: every operation, and every link with an id that was answered.
    assert.match(output, /Tested: 8$/m, output);
    assert.match(output, /API Links: +(\d+) covered \/ \1 selected/, output);
    context.diagnostic(/Test cases:\s+(.*)/.exec(output)?.[1] ?? output);
  } finally {
    await api.close();
  }
});
