// The packed tarball in applications of SvelteKit and Nuxt: a page that is rendered on the
// server and hydrated, and a route.

import assert from "node:assert/strict";
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

/** How each is built and started, and where its route is. */
const FRAMEWORKS = {
  sveltekit: {
    build: ["node_modules/vite/bin/vite.js", "build"],
    start: ["build/index.js"],
    route: "/check",
  },
  nuxt: {
    build: ["node_modules/nuxt/bin/nuxt.mjs", "build"],
    start: [".output/server/index.mjs"],
    route: "/api/check",
  },
};

let browser;
let standIn;
before(async () => {
  browser = await launchBrowser();
  standIn = await startStandIn();
});
after(async () => {
  await browser?.close();
  standIn?.close();
});

for (const [framework, { build, start, route }] of Object.entries(FRAMEWORKS)) {
  describe(framework, () => {
    let server;
    before(async () => {
      const folder = await install(framework);
      await run(...node(...build), { cwd: folder, env: { NUXT_TELEMETRY_DISABLED: "1" } });
      const env = { HOST: "127.0.0.1", PORT: "0", API: standIn.url, NUXT_PUBLIC_API: standIn.url };
      server = await startServer(...node(...start), { cwd: folder, env });
    });
    after(() => server?.close());

    test(`a_route_of_${framework}_uses_the_package`, async () => {
      const answer = await fetch(server.url + route);
      assert.equal(answer.status, 200, server.output());
      assertUsed(await answer.json(), standIn);
    });

    test(`a_form_of_${framework}_is_rendered_on_the_server_and_works_when_hydrated`, async () => {
      const html = await (await fetch(server.url)).text();
      assert.ok(html.includes(EXPECTED.refused.message), "what the form says was rendered");
      assert.equal(standIn.takeCalls().length, 2);

      await visit(browser, server.url, async (page, requests) => {
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
  });
}
