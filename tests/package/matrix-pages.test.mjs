// The packed tarball in the places of a browser that are no ordinary page: files without a
// server, as a desktop shell loads them, service workers, and extensions.

import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import {
  FLAGS,
  assertUsed,
  install,
  launchBrowser,
  outcomeOf,
  serve,
  startStandIn,
  visit,
} from "./projects.mjs";

let browser;
let standIn;
let folder;
before(async () => {
  browser = await launchBrowser();
  standIn = await startStandIn();
  folder = await install("pages");
  const extension = join(folder, "extension");
  const warned = await build({
    absWorkingDir: folder,
    entryPoints: ["page.js", "service-worker.js", "content.js", "register.js"],
    bundle: true,
    minify: true,
    format: "iife",
    outdir: extension,
  });
  assert.deepEqual(warned.warnings, []);
  for (const name of ["page", "desktop", "register", "blank"]) {
    cpSync(join(folder, `${name}.html`), join(extension, `${name}.html`));
  }
  folder = extension;
});
after(async () => {
  await browser?.close();
  standIn?.close();
});

/** What a service worker finds, as soon as its script has run. */
const outcomeIn = (worker) =>
  worker.evaluate(async (api) => {
    while (!("outcomeWith" in globalThis)) await new Promise((resolve) => setTimeout(resolve, 10));
    return globalThis.outcomeWith(api);
  }, standIn.url);

const query = () => `?api=${encodeURIComponent(standIn.url)}`;

test("a_page_of_files_needs_no_server_and_fetches_no_file", async () => {
  const url = pathToFileURL(join(folder, "desktop.html")).href;
  await visit(browser, url + query(), async (page, requests) => {
    assertUsed(await outcomeOf(page), standIn);
    // What is a file may be loaded by the document, and by nothing that runs in it.
    const files = requests.filter((request) => request.startsWith("file:"));
    assert.deepEqual(
      files.map((file) => new URL(file).pathname.slice(folder.length)),
      ["/desktop.html", "/page.js"],
    );
  });
});

test("a_service_worker_uses_the_package", async () => {
  const host = await serve([folder]);
  try {
    await visit(browser, `${host.url}/register.html`, async (page) => {
      const context = page.context();
      const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
      assertUsed(await outcomeIn(worker), standIn);
    });
  } finally {
    host.close();
  }
});

test("the_policy_of_an_extension_allows_what_the_package_needs", async () => {
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const policy = manifest.content_security_policy.extension_pages;
  const host = await serve([folder], { "content-security-policy": policy });
  try {
    await visit(browser, `${host.url}/page.html${query()}`, async (page) => {
      assertUsed(await outcomeOf(page), standIn);
    });
  } finally {
    host.close();
  }
});

/** A whole Chromium, if there is one: the one without windows, which may stand alone, loads no extension. */
function wholeBrowser() {
  const names = ["chromium", "chromium-browser"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.flatMap((path) => names.map((name) => join(path, name))).find(existsSync);
}

const executablePath = wholeBrowser();
test("an_extension_uses_the_package_in_its_page_its_worker_and_beside_a_page", {
  skip: executablePath ? false : "there is no whole Chromium here",
}, async () => {
  const host = await serve([folder]);
  const context = await chromium.launchPersistentContext("", {
    executablePath,
    args: [...FLAGS, `--disable-extensions-except=${folder}`, `--load-extension=${folder}`],
    ignoreDefaultArgs: ["--disable-extensions"],
  });
  try {
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
    assertUsed(await outcomeIn(worker), standIn);

    const { href } = new URL(`page.html${query()}`, worker.url());
    assert.match(href, /^chrome-extension:/);
    await visit(context, href, async (page) => {
      assertUsed(await outcomeOf(page), standIn);
    });

    await visit(context, `${host.url}/blank.html${query()}`, async (page) => {
      const place = page.locator("html[data-outcome]");
      assertUsed(JSON.parse(await place.getAttribute("data-outcome")), standIn);
    });
  } finally {
    await context.close();
    host.close();
  }
});
