// Schemathesis: whether the API keeps what its description promises, for
// requests that are generated from it, good ones and bad ones, one after the
// other along the links. Exceptions stand in tests/openapi/schemathesis.toml.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { KEYS, ORGS, inTemporaryFolder, startApi } from "./harness.mjs";
import { DOCUMENT, TOOLS, python } from "./openapi-support.mjs";

const MAIN = "from schemathesis.cli import schemathesis; schemathesis()";

test("generated_requests_find_nothing_that_is_not_described", {
  timeout: 540_000,
}, async (context) => {
  const api = await startApi();
  try {
    const existing = {
      vendor_id: ORGS.harbor.vendors[0].id,
      control_set_ids: [],
      trigger_workflow: "annual-reassessment-flow",
    };
    const config = join(TOOLS, "schemathesis.toml");
    const env = {
      API_KEY: KEYS.harbor,
      EXISTING: JSON.stringify(existing),
      NO_COLOR: "1",
      PYTHONPATH: TOOLS,
      PYTHONDONTWRITEBYTECODE: "1",
    };
    // In a folder that is gone afterwards: what one run remembers must not lead the next.
    const output = await inTemporaryFolder((cwd) =>
      python(["-c", MAIN, "--config-file", config, "run", DOCUMENT, "--url", api.url], {
        cwd,
        env,
      }),
    );
    // It called every operation, and followed links (which of them is drawn by lot).
    const { paths } = JSON.parse(readFileSync(DOCUMENT, "utf8"));
    const operations = Object.values(paths).flatMap((path) =>
      Object.values(path).filter((one) => one.operationId),
    );
    assert.match(output, new RegExp(`Tested: ${operations.length}$`, "m"), output);
    assert.match(output, /API Links: +[1-9]\d* covered/, output);
    context.diagnostic(/Test cases:\s+(.*)/.exec(output)?.[1] ?? output);
  } finally {
    await api.close();
  }
});
