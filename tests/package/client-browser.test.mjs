// The client in Chromium, on a page of the same origin as the API.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { KEYS, ORGS, ROOT, UUID, startApi } from "../http/harness.mjs";
import { startProxy } from "./client-support.mjs";
import { launchBrowser } from "./projects.mjs";

const BODY = { vendor_id: ORGS.harbor.vendors[0].id, control_set_ids: [] };
let api;
let proxy;
let browser;
let page;
/** What the page complained of. */
let complaints;

before(async () => {
  // A key in a request with an Origin is refused unless the deployment is for development.
  api = await startApi({ vars: { ENVIRONMENT: "development" } });
  const files = {
    "/": "<!doctype html><title>client</title>",
    "/favicon.ico": "",
    "/assessments-edge.js": readFileSync(join(ROOT, "pkg/dist/index.js")),
  };
  proxy = await startProxy(api.url, { files });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await proxy?.close();
  await api?.close();
});
beforeEach(async () => {
  await page?.context().close();
  page = await browser.newPage();
  complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(proxy.url);
  // Errors lose their class on the way out of the page, so they are told as data.
  await page.evaluate(
    async ([token, body]) => {
      const edge = await import("/assessments-edge.js");
      const client = (options) =>
        new edge.AssessmentsClient({
          baseUrl: location.origin,
          token,
          dangerouslyAllowBrowserKey: true,
          ...options,
        });
      const told = (error) => ({
        name: error.name,
        message: error.message,
        ours: error instanceof edge.AssessmentsError,
        platform: error instanceof DOMException,
        cause: error.cause?.name,
        attempts: error.attempts,
        status: error.status,
        code: error.code,
        requestId: error.requestId,
      });
      Object.assign(globalThis, {
        ...edge,
        client,
        body,
        failure: (call) => call.then(null, told),
      });
      Math.random = () => 0;
    },
    [KEYS.harbor, BODY],
  );
  proxy.requests.length = 0;
  proxy.faults.length = 0;
});

async function count() {
  return (await api.counts()).assessments;
}

test("chromium_create_retrieve_and_cancel_answer_what_the_api_answers", async () => {
  const [created, read, canceled] = await page.evaluate(async () => {
    const created = await client().create(body);
    const read = await client().retrieve(created.id);
    return [created, read, await client().cancel(created.id)];
  });
  assert.equal(created.vendor_id, BODY.vendor_id);
  assert.equal(read.id, created.id);
  assert.deepEqual(canceled, (await api.archive(created.id)).json);
  const [{ headers }] = proxy.requests;
  assert.equal(headers.origin, proxy.url);
  assert.match(headers["idempotency-key"], /^[0-9a-f]{32}$/);
  assert.deepEqual(complaints, []);
});

for (const fault of ["drop", "break"]) {
  test(`chromium_an_answer_that_is_lost_creates_nothing_twice: ${fault}`, async () => {
    const had = await count();
    proxy.faults.push(fault);
    const told = await page.evaluate(async () => {
      const { headers, ...told } = await client().withResponse.create(body);
      return { ...told, header: headers.get("x-coverbase-request-id") };
    });
    assert.deepEqual([told.status, told.attempts, told.replayed], [201, 2, true]);
    assert.match(told.requestId, UUID);
    assert.equal(told.header, told.requestId);
    assert.equal(await count(), had + 1);
    const keys = proxy.requests.map(({ headers }) => headers["idempotency-key"]);
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
  });
}

test("chromium_an_answer_that_never_comes_times_out", async () => {
  proxy.faults.push("hang", "stall");
  const error = await page.evaluate(() =>
    failure(client({ timeoutMs: 200, maxRetries: 1 }).create(body)),
  );
  assert.equal(error.name, "TimeoutError");
  assert.deepEqual([error.ours, error.attempts], [true, 2]);
});

for (const fault of ["hang", "stall"]) {
  test(`chromium_abort_in_flight: ${fault}`, async () => {
    proxy.faults.push(fault);
    const arrived = new Promise((resolve) => page.on("request", resolve));
    const pending = page.evaluate(() => {
      globalThis.controller = new AbortController();
      return failure(client().create(body, { signal: controller.signal }));
    });
    await arrived;
    await page.evaluate(() => controller.abort());
    const error = await pending;
    assert.deepEqual([error.name, error.platform, error.ours], ["AbortError", true, false]);
    assert.ok(proxy.requests.length <= 1);
    assert.deepEqual(complaints, []);
  });
}

test("chromium_abort_during_backoff", async () => {
  const [error, calls] = await page.evaluate(async () => {
    let calls = 0;
    const controller = new AbortController();
    const made = client({
      hooks: { onRetry: () => controller.abort() },
      fetch: async () => {
        calls += 1;
        throw new TypeError("Failed to fetch");
      },
    });
    return [await failure(made.create(body, { signal: controller.signal })), calls];
  });
  assert.deepEqual([error.name, error.platform, calls], ["AbortError", true, 1]);
});

test("chromium_offline_is_a_connection_error_and_being_back_is_enough", async () => {
  await page.context().setOffline(true);
  const error = await page.evaluate(() => failure(client({ maxRetries: 2 }).create(body)));
  assert.equal(error.name, "ConnectionError");
  assert.deepEqual([error.ours, error.cause, error.attempts], [true, "TypeError", 3]);
  assert.deepEqual(proxy.requests, []);
  await page.context().setOffline(false);
  const had = await count();
  await page.evaluate(() => client().create(body));
  assert.equal(await count(), had + 1);
});

test("chromium_a_key_of_a_service_account_is_refused", async () => {
  const error = await page.evaluate(() =>
    failure(client({ dangerouslyAllowBrowserKey: false }).create(body)),
  );
  assert.equal(error.name, "ConfigurationError");
  assert.match(error.message, /session token/);
  assert.deepEqual(proxy.requests, []);
});

test("chromium_errors_of_the_api_and_of_a_proxy_are_told", async () => {
  const missing = await page.evaluate(() => failure(client().retrieve(`cbqsrw_${"0".repeat(32)}`)));
  assert.deepEqual([missing.name, missing.status], ["ApiError", 404]);
  assert.equal(missing.code, "assessment_not_found");
  assert.match(missing.requestId, UUID);
  const html = (status) => (_request, response) => {
    response.writeHead(status, { "content-type": "text/html", connection: "close" });
    response.end("<!doctype html><title>a proxy</title>");
  };
  proxy.faults.push(html(502), html(200));
  const error = await page.evaluate(() => failure(client().create(body)));
  assert.deepEqual([error.name, error.status, error.attempts], ["ResponseShapeError", 200, 2]);
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`chromium_a_redirect_is_not_followed: ${status}`, async () => {
    const had = await count();
    for (const location of [
      `${api.url}/v1/assessments`,
      "/v1/assessments",
      "/v1/assessments?again",
    ]) {
      proxy.requests.length = 0;
      proxy.faults.push((_request, response) => {
        response.writeHead(status, { location, connection: "close" }).end();
      });
      const error = await page.evaluate(() => failure(client().create(body)));
      assert.deepEqual([error.name, error.attempts], ["ConnectionError", 1]);
      assert.match(error.message, /redirected to an address that the browser keeps to itself$/);
      assert.equal(proxy.requests.length, 1);
    }
    assert.equal(await count(), had);
    assert.deepEqual(complaints, []);
  });
}

test("chromium_wait_for_follows_an_assessment_to_its_end", async () => {
  const seen = await page.evaluate(async () => {
    const { id } = await client().create(body);
    const seen = [];
    const onUpdate = ({ status }) => {
      seen.push(status);
      if (seen.length === 1) client().cancel(id);
    };
    await client().waitFor(id, { minDelayMs: 5, onUpdate });
    return seen;
  });
  assert.deepEqual(seen, ["created", "canceled"]);
});

test("chromium_dispose_aborts_what_is_in_flight", async () => {
  proxy.faults.push("hang");
  const error = await page.evaluate(async () => {
    const made = client();
    const pending = failure(made.create(body));
    made.dispose();
    return pending;
  });
  assert.deepEqual([error.name, error.platform], ["AbortError", true]);
});
