// The packed tarball in projects of every bundler, loaded in Chromium.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { FOR_PAGES } from "./module-text.mjs";
import {
  assertUsed,
  install,
  launchBrowser,
  node,
  outcomeOf,
  run,
  serve,
  startServer,
  startStandIn,
  visit,
} from "./projects.mjs";

let browser;
let standIn;
before(async () => {
  browser = await launchBrowser();
  standIn = await startStandIn();
});
after(async () => {
  await browser.close();
  standIn.close();
});

/** Loads a page that uses the package, and answers which `.wasm` files it fetched. */
async function use(url) {
  return visit(browser, `${url}?api=${encodeURIComponent(standIn.url)}`, async (page, requests) => {
    assertUsed(await outcomeOf(page), standIn);
    return requests.filter((request) => request.endsWith(".wasm"));
  });
}

/**
 * What a bundler made: the scripts that hold the inlined module, the modules,
 * and what became of nothing.js.
 */
function built(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.\w+$/.test(name),
  );
  const text = (name) => readFileSync(join(folder, name), "utf8");
  // No minifier has to write a character of it in another way.
  const inlined = files.filter((name) => text(name).includes(FOR_PAGES));
  const modules = files.filter((name) => name.endsWith(".wasm"));
  const nothing = files
    .filter((name) => /nothing.*\.js$/.test(name))
    .map(text)
    .join();
  return { inlined, modules, nothing };
}

/** Nothing but the script's own statement is left; webpack puts it into a function. */
function assertNothing({ nothing }) {
  const statement = nothing.trim().replace(/^\(\(\)=>\{"use strict";(.*)\}\)\(\);$/, "$1");
  assert.match(statement, /^document\.title=.nothing.;?$/);
}

describe("vite", () => {
  let folder;
  const VITE = "node_modules/vite/bin/vite.js";
  before(async () => {
    folder = await install("vite");
  });

  describe("build", () => {
    let preview;
    let said;
    before(async () => {
      said = await run(...node(VITE, "build"), { cwd: folder });
      const args = ["preview", "--host", "127.0.0.1", "--port", "0"];
      preview = await startServer(...node(VITE, ...args), { cwd: folder });
    });
    after(() => preview?.close());

    test("a_vite_build_works_and_fetches_no_module", async () => {
      assert.doesNotMatch(said.stdout + said.stderr, /warning|error/i);
      assert.deepEqual(await use(`${preview.url}/index.html`), []);
    });

    test("a_vite_build_of_slim_fetches_the_module_it_emitted", async () => {
      const { inlined, modules } = built(join(folder, "dist"));
      assert.equal(inlined.length, 1, "only the page that is not slim has it inside");
      assert.equal(modules.length, 1);
      assert.deepEqual(await use(`${preview.url}/slim.html`), [`${preview.url}/${modules[0]}`]);
    });

    test("vite_drops_the_package_where_nothing_of_it_is_used", () => {
      assertNothing(built(join(folder, "dist")));
    });
  });

  describe("dev", () => {
    let dev;
    before(async () => {
      const args = ["--host", "127.0.0.1", "--port", "0"];
      dev = await startServer(...node(VITE, ...args), { cwd: folder });
    });
    after(() => dev?.close());

    test("vite_dev_works_and_fetches_no_module", async () => {
      assert.deepEqual(await use(`${dev.url}/index.html`), []);
    });

    test("vite_dev_of_slim_fetches_the_module_of_the_package", async () => {
      const path = "/node_modules/assessments-edge/dist/assessments.wasm";
      assert.deepEqual(await use(`${dev.url}/slim.html`), [dev.url + path]);
    });
  });
});

/** How each bundler is told where the module is, and what kind of script it makes by itself. */
const BUNDLERS = {
  esbuild: { slim: "slim-imported", script: "module" },
  rollup: { slim: "slim-imported", script: "module" },
  rolldown: { slim: "slim-imported", script: "module" },
  webpack: { slim: "slim-url", script: "classic" },
  rspack: { slim: "slim-url", script: "classic" },
  rsbuild: { slim: "slim-url", script: "classic" },
  parcel: { slim: "slim-npm", script: "module" },
};

/** A page of one script. */
function pageOf(script, name) {
  const kind = script === "module" ? ' type="module"' : "";
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>A bundle</title><link rel="icon" href="data:," /></head>
  <body><script${kind} src="/${name}.js"></script></body>
</html>
`;
}

/** Has a bundler make its scripts, writes their pages, and answers their folder. */
async function bundle(bundler, names, script) {
  const folder = await install("bundlers");
  const output = `dist/${bundler}`;
  const entries = [...names, "nothing"].map((name) => `${name}.js`);
  const { stdout, stderr } = await run(...node("bundle.mjs", bundler, output, ...entries), {
    cwd: folder,
  });
  assert.equal(stdout.trim() + stderr.trim(), "", "no warning");
  for (const name of names)
    writeFileSync(join(folder, output, `${name}.html`), pageOf(script, name));
  return join(folder, output);
}

for (const [bundler, { slim, script }] of Object.entries(BUNDLERS)) {
  describe(bundler, () => {
    let folder;
    let host;
    before(async () => {
      folder = await bundle(bundler, ["main", slim], script);
      host = await serve([folder]);
    });
    after(() => host?.close());

    test(`a_page_of_${bundler}_works_and_fetches_no_module`, async () => {
      assert.deepEqual(await use(`${host.url}/main.html`), []);
    });

    test(`a_page_of_${bundler}_and_slim_fetches_the_module_it_emitted`, async () => {
      const { inlined, modules } = built(folder);
      assert.deepEqual(inlined, ["main.js"]);
      assert.equal(modules.length, 1);
      assert.deepEqual(await use(`${host.url}/${slim}.html`), [`${host.url}/${modules[0]}`]);
    });

    test(`${bundler}_drops_the_package_where_nothing_of_it_is_used`, () => {
      assertNothing(built(folder));
    });
  });
}

describe("under a strict Content-Security-Policy", () => {
  const SLIM = BUNDLERS.esbuild.slim;
  let folder;
  before(async () => {
    folder = await bundle("esbuild", ["main", SLIM, "forbidden"], "module");
  });

  /** A host whose pages may do nothing but what is named. */
  const strictHost = (scripts) => {
    const policy = [
      "default-src 'none'",
      `script-src ${scripts}`,
      `connect-src 'self' ${standIn.url}`,
      "img-src data:",
      "require-trusted-types-for 'script'",
      "base-uri 'none'",
    ];
    const headers = { "content-security-policy": policy.join("; ") };
    return serve([folder], headers);
  };

  test("wasm_unsafe_eval_is_all_that_the_package_needs", async () => {
    const strict = await strictHost("'self' 'wasm-unsafe-eval'");
    try {
      assert.deepEqual(await use(`${strict.url}/main.html`), []);
      assert.equal((await use(`${strict.url}/${SLIM}.html`)).length, 1);
    } finally {
      strict.close();
    }
  });

  test("without_wasm_unsafe_eval_every_call_says_what_the_policy_needs", async () => {
    const strict = await strictHost("'self'");
    try {
      await visit(browser, `${strict.url}/forbidden.html`, async (page) => {
        const error = {
          isOurs: true,
          name: "ConfigurationError",
          message:
            "WebAssembly cannot be compiled here. If this page has a Content-Security-Policy, " +
            "its script-src needs 'wasm-unsafe-eval'.",
          cause: "CompileError",
        };
        assert.deepEqual(await outcomeOf(page), {
          validate: error,
          standard: error,
          field: error,
          parse: error,
          is: error,
          retrieve: error,
        });
        // They are told a little later.
        await page.waitForFunction(() => Object(window.violations).length >= 6);
        const violations = await page.evaluate(() => window.violations);
        assert.deepEqual(violations, Array(6).fill(["script-src", "wasm-eval"]));
        assert.deepEqual(standIn.takeCalls(), []);
      });
    } finally {
      strict.close();
    }
  });
});
