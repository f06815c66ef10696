// The packed tarball in a Next.js application: server and client components, a
// page and a route of the edge runtime.

import assert from "node:assert/strict";
import { globSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  EXPECTED,
  assertUsed,
  install,
  launchBrowser,
  node,
  run,
  startServer,
  startStandIn,
  visit,
} from "./projects.mjs";

const NEXT = "node_modules/next/dist/bin/next";
const env = { NEXT_TELEMETRY_DISABLED: "1" };

let browser;
let folder;
let standIn;
before(async () => {
  browser = await launchBrowser();
  standIn = await startStandIn();
  folder = await install("next");
});
after(async () => {
  await browser?.close();
  standIn?.close();
});

// What this version of Next.js cannot build or run for the edge runtime,
// whatever package is imported: with webpack no route is built; with Turbopack
// no client component is rendered that depends on a WebAssembly module.
const ABSENT = { turbopack: "app/edge", webpack: "app/api" };

for (const [bundler, absent] of Object.entries(ABSENT)) {
  describe(`built by ${bundler}`, () => {
    let server;
    before(async () => {
      renameSync(join(folder, absent), join(folder, "absent"));
      await run(...node(NEXT, "build", `--${bundler}`), { cwd: folder, env });
      const args = ["start", "--hostname", "127.0.0.1", "--port", "0"];
      const options = { cwd: folder, env: { ...env, API: standIn.url } };
      server = await startServer(...node(NEXT, ...args), options);
    });
    after(async () => {
      await server?.close();
      renameSync(join(folder, "absent"), join(folder, absent));
    });

    const get = async (path) => {
      const answer = await fetch(server.url + path);
      const text = await answer.text();
      assert.equal(answer.status, 200, `${text}\n${server.output()}`);
      return text;
    };

    if (absent !== "app/api") {
      test("a_route_of_the_edge_runtime_uses_the_package", async () => {
        assertUsed(JSON.parse(await get("/api/check")), standIn);
      });
    }

    const pages = [
      ["/", "node"],
      ["/edge", "the_edge_runtime"],
    ];
    for (const [path, renderer] of pages.filter(([path]) => absent !== `app${path}`)) {
      test(`${renderer}_renders_components_that_use_the_package`, async () => {
        const html = await get(path);
        const shown = (id) => new RegExp(`id="${id}">(.*?)</`).exec(html)?.[1];
        assertUsed(JSON.parse(shown("server")?.replaceAll("&quot;", '"') ?? "null"), standIn);
        // The client component was rendered there, too.
        assert.equal(shown("field"), "This is a service id; a vendor id starts with cbvndr_");
      });

      test(`a_client_component_rendered_by_${renderer}_works_when_hydrated`, async () => {
        await visit(browser, server.url + path, async (page, requests) => {
          const outcomes = ["#server", "#client"].map((place) => page.locator(place).textContent());
          assert.deepEqual(
            (await Promise.all(outcomes)).map((text) => JSON.parse(text)),
            [EXPECTED, EXPECTED],
          );
          assert.equal(standIn.takeCalls().length, 4, "two by the server, two by the page");
          await page.locator("input").fill(EXPECTED.parsed.id);
          assert.equal(await page.locator("#field").textContent(), "fine");
          assert.deepEqual(
            requests.filter((request) => request.includes(".wasm")),
            [],
          );
        });
      });
    }

    test("the_edge_runtime_gets_the_module_as_a_file", () => {
      const made = globSync("**/*.wasm", { cwd: join(folder, ".next/server") });
      assert.equal(made.length, 1);
      assert.deepEqual(
        readFileSync(join(folder, ".next/server", made[0])),
        readFileSync(join(folder, "node_modules/assessments-edge/dist/assessments-server.wasm")),
      );
    });
  });
}
