// A service-account key is refused in every scope of a browser, and nowhere
// else. Here the scopes of Chromium and what others are known to look like; the
// runtimes of servers are in matrix-runtimes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { KEYS, ROOT } from "../http/harness.mjs";
import { ASSESSMENT, ID, answer, scripted } from "./client-support.mjs";
import { launchBrowser } from "./projects.mjs";

/** What each scope runs: a call with a token, told as "sent" or as the error's name. */
const CALL = `
  import { AssessmentsClient } from "/assessments-edge.js";
  const baseUrl = new URL(import.meta.url).origin;
  const call = ([token, options]) =>
    new AssessmentsClient({ baseUrl, token, ...options })
      .retrieve("${ID}").then(() => "sent", (error) => error.name + ": " + error.message);
`;
const FILES = {
  "/": "<!doctype html><title>scopes</title>",
  "/assessments-edge.js": readFileSync(join(ROOT, "pkg/dist/index.js")),
  "/page.js": `${CALL} globalThis.call = call;`,
  "/dedicated.js": `${CALL} onmessage = async ({ data }) => postMessage(await call(data));`,
  "/nested.js": `
    const worker = new Worker("/dedicated.js", { type: "module" });
    worker.onmessage = ({ data }) => postMessage(data);
    onmessage = ({ data }) => worker.postMessage(data);`,
  "/shared.js": `${CALL}
    onconnect = ({ ports: [port] }) => {
      port.onmessage = async ({ data }) => port.postMessage(await call(data));
    };`,
  "/service.js": `${CALL}
    onmessage = async ({ data, ports: [port] }) => port.postMessage(await call(data));`,
  "/frame.js": `${CALL} onmessage = async ({ data }) => parent.postMessage(await call(data), "*");
    parent.postMessage("ready", "*");`,
};

/** In the page: makes a scope, and answers a function that calls in it. */
const SCOPES = {
  "a page": async () => {
    await import("/page.js");
    return globalThis.call;
  },
  "a dedicated worker": () => workerOf("/dedicated.js"),
  "a worker of a worker": () => workerOf("/nested.js"),
  "a shared worker": () => {
    const { port } = new SharedWorker("/shared.js", { type: "module" });
    return (given) =>
      new Promise((resolve) => {
        port.onmessage = ({ data }) => resolve(data);
        port.postMessage(given);
      });
  },
  "a service worker": async () => {
    await navigator.serviceWorker.register("/service.js", { type: "module" });
    const { active } = await navigator.serviceWorker.ready;
    return (given) =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        active?.postMessage(given, [port2]);
      });
  },
  "a sandboxed frame": async () => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.srcdoc = `<script type="module" src="${location.origin}/frame.js"></script>`;
    const heard = () =>
      new Promise((resolve) => {
        addEventListener("message", ({ data }) => resolve(data), { once: true });
      });
    const ready = heard();
    document.body.append(frame);
    await ready;
    return (given) => {
      const told = heard();
      frame.contentWindow?.postMessage(given, "*");
      return told;
    };
  },
};

describe("Chromium", () => {
  const requests = [];
  let server;
  let browser;
  let page;
  before(async () => {
    server = createServer((request, response) => {
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "authorization");
      if (request.method === "OPTIONS") return response.writeHead(204).end();
      const file = FILES[request.url];
      if (file === undefined) requests.push(request.headers.authorization);
      const type =
        request.url === "/" ? "text/html" : file ? "text/javascript" : "application/json";
      response.writeHead(200, { "content-type": type }).end(file ?? JSON.stringify(ASSESSMENT));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(async () => {
    await page?.context().close();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.evaluate(() => {
      globalThis.workerOf = (url) => {
        const worker = new Worker(url, { type: "module" });
        return (given) =>
          new Promise((resolve) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.postMessage(given);
          });
      };
    });
    requests.length = 0;
  });

  for (const [scope, make] of Object.entries(SCOPES)) {
    test(`a_key_of_a_service_account_is_refused: ${scope}`, async () => {
      const scoped = await page.evaluateHandle(`(${make})()`);
      const call = (...given) => page.evaluate(([call, given]) => call(given), [scoped, given]);
      assert.match(await call(KEYS.harbor), /^ConfigurationError: A service-account key/);
      assert.deepEqual(requests.filter(Boolean), []);
      assert.equal(await call("a-session"), "sent");
      assert.equal(await call(KEYS.harbor, { dangerouslyAllowBrowserKey: true }), "sent");
      assert.deepEqual(requests.filter(Boolean), ["Bearer a-session", `Bearer ${KEYS.harbor}`]);
    });
  }
});

/** Globals of a scope, put in place for one call; whether the key was sent. */
async function sentWith(globals) {
  const had = new Map();
  for (const [name, value] of Object.entries(globals)) {
    had.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    const { client, requests } = scripted(answer(ASSESSMENT), { token: KEYS.harbor });
    const error = await client.retrieve(ID).then(
      () => undefined,
      (error) => error,
    );
    if (error) assert.equal(error.name, "ConfigurationError");
    return requests.length === 1;
  } finally {
    for (const [name, descriptor] of had) {
      delete globalThis[name];
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

class Scope {}
const named = (userAgent) => ({ navigator: { userAgent } });
const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15";

for (const [where, globals] of Object.entries({
  "a page": { window: {}, document: {}, ...named(SAFARI) },
  "a simulated page, as jest's with jsdom": { window: {}, document: {}, ...named("Node.js/22") },
  "a worker of Safari": { WorkerGlobalScope: Scope, ...named(SAFARI) },
  "a worker of an app's web view": { WorkerGlobalScope: Scope, ...named("ShopApp/7.1") },
  "a worker without a name": { WorkerGlobalScope: Scope, ...named("") },
  "a worklet": { WorkletGlobalScope: Scope, navigator: undefined },
})) {
  test(`a_key_of_a_service_account_is_refused_where_it_looks_like_a_browser: ${where}`, async () => {
    assert.equal(await sentWith(globals), false);
  });
}

for (const [where, globals] of Object.entries({
  "Node.js": {},
  "Node.js that renders pages, with a window": { window: {} },
  "Node.js with a worker's globals": { WorkerGlobalScope: Scope, ...named("Node.js/22") },
  "Deno's worker": { WorkerGlobalScope: Scope, ...named("Deno/2.5.0") },
  "Bun's worker": { WorkerGlobalScope: Scope, ...named("Bun/1.3.0") },
  workerd: { WorkerGlobalScope: Scope, ...named("Cloudflare-Workers") },
  "workerd of an early compatibility date": { WorkerGlobalScope: Scope, navigator: undefined },
  "an edge runtime": { EdgeRuntime: "edge-runtime", self: globalThis, navigator: undefined },
})) {
  test(`a_key_of_a_service_account_is_sent_from_a_server: ${where}`, async () => {
    assert.equal(await sentWith(globals), true);
  });
}
