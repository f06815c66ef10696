// Clients that strangers' tools make from the description alone: they create,
// read and archive, and read the errors as what they are.

import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { KEYS, ORGS, ROOT, inTemporaryFolder, startApi } from "./harness.mjs";
import { DOCUMENT, TOOLS, assertOutcome, node, python } from "./openapi-support.mjs";

let api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

const asked = () => [api.url, KEYS.harbor, ORGS.harbor.vendors[0].id];

test("a_client_by_openapi_typescript_type_checks_and_works", { timeout: 120_000 }, () =>
  inTemporaryFolder(async (folder) => {
    symlinkSync(join(TOOLS, "node_modules"), join(folder, "node_modules"));
    // What the client needs of Node.js, one line instead of all its types.
    cpSync(join(TOOLS, "process.d.ts"), join(folder, "process.d.ts"));
    cpSync(join(TOOLS, "use-typescript-client.ts"), join(folder, "main.mts"));
    const types = join(folder, "api.d.ts");
    await node([join(TOOLS, "node_modules/openapi-typescript/bin/cli.js"), DOCUMENT, "-o", types], {
      cwd: folder,
    });
    const options = [
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--allowImportingTsExtensions",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--lib",
      "es2022,dom",
      "--types",
      "",
    ];
    await node(
      [join(ROOT, "node_modules/typescript/bin/tsc"), ...options, "main.mts", "process.d.ts"],
      { cwd: folder },
    );
    assertOutcome(
      await node(["--disable-warning=ExperimentalWarning", "main.mts", ...asked()], {
        cwd: folder,
      }),
    );
  }),
);

test("a_client_by_openapi_python_client_works", { timeout: 120_000 }, () =>
  inTemporaryFolder(async (folder) => {
    await python([
      "-m",
      "openapi_python_client",
      "generate",
      "--path",
      DOCUMENT,
      "--meta",
      "none",
      "--fail-on-warning",
      "--config",
      join(TOOLS, "python-client.yaml"),
      "--output-path",
      join(folder, "assessments_client"),
    ]);
    const env = { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" };
    assertOutcome(await python([join(TOOLS, "use_python_client.py"), ...asked()], { env }));
  }),
);
