// The package in Chromium, on a page of another origin than the API's (2.1): what
// the browser lets it send and read.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { KEYS, ORGS, ROOT, UUID, startApi } from "../http/harness.mjs";
import { startProxy } from "./client-support.mjs";
import { launchBrowser } from "./projects.mjs";

const BODY = { vendor_id: ORGS.harbor.vendors[0].id, control_set_ids: [] };
/** What the page calls with: a browser may hold a key in development only. */
const credential = () => KEYS.harbor;

const FILES = {
  "/": "<!doctype html><title>another origin</title>",
  "/favicon.ico": "",
  "/assessments.js": readFileSync(join(ROOT, "pkg/dist/index.js")),
};

/** Serves pages, of an origin that is listed and of one that is not. */
let listed;
let unlisted;
let api;
/** Stands where the API is, and has it fail when told to. */
let entrance;
let browser;
/** What was sent to the API, preflights included. */
const sent = () => entrance.requests;

before(async () => {
  [listed, unlisted] = await Promise.all([
    startProxy("http://127.0.0.1:1", { files: FILES }),
    startProxy("http://127.0.0.1:1", { files: FILES }),
  ]);
  api = await startApi({
    faulty: true,
    vars: { ENVIRONMENT: "development", ALLOWED_ORIGINS: [listed.url] },
  });
  entrance = await startProxy(api.url);
  browser = await launchBrowser();
});
after(() =>
  Promise.all([browser, entrance, api, listed, unlisted].map((started) => started?.close())),
);
beforeEach(() => {
  entrance.requests.length = 0;
  entrance.faults.length = 0;
});

/** What `work` answers on a fresh page of `origin`, given a client and a body. */
async function onPage(origin, work, ...values) {
  const page = await browser.newPage();
  try {
    await page.goto(origin);
    await page.evaluate(
      async ([baseUrl, token, body]) => {
        const { AssessmentsClient } = await import(`${location.origin}/assessments.js`);
        const client = (options) =>
          new AssessmentsClient({
            baseUrl,
            token,
            dangerouslyAllowBrowserKey: true,
            maxRetries: 0,
            ...options,
          });
        // Errors lose their class on the way out of the page.
        const told = ({ name, message, status, body, requestId, retryAfter }) => ({
          name,
          message,
          status,
          body,
          requestId,
          retryAfter,
        });
        const failure = (call) => call.then(() => null, told);
        // What the client would not send.
        const refused = async (text) => {
          const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
          const init = { method: "POST", headers, body: text };
          const response = await fetch(`${baseUrl}/v1/assessments`, init);
          return {
            status: response.status,
            body: await response.text(),
            requestId: response.headers.get("x-coverbase-request-id"),
          };
        };
        Object.assign(globalThis, { client, body, failure, refused });
      },
      [entrance.url, credential(), BODY],
    );
    return await page.evaluate(work, values);
  } finally {
    await page.context().close();
  }
}

test("a_page_of_a_listed_origin_creates_retrieves_and_cancels", async () => {
  const [created, read, canceled] = await onPage(listed.url, async () => {
    const created = await client().create(body);
    return [created, await client().retrieve(created.id), await client().cancel(created.id)];
  });
  assert.equal(read.id, created.id);
  assert.deepEqual(canceled, (await api.archive(created.id)).json);
  for (const { headers } of sent()) assert.equal(headers.origin, listed.url);
  // One preflight serves for all calls of a path.
  const methods = sent().map(({ method }) => method);
  assert.deepEqual(methods, ["OPTIONS", "POST", "OPTIONS", "GET", "DELETE"]);
});

test("the_page_reads_request_id_and_replay_headers", async () => {
  const idempotencyKey = crypto.randomUUID();
  const work = async ([idempotencyKey]) => {
    const first = await client().withResponse.create(body, { idempotencyKey });
    const other = { ...body, name: "another" };
    const again = await client().withResponse.create(other, { idempotencyKey });
    return [first, again].map(({ headers, requestId, replayed, requestDiffers }) => ({
      requestId,
      replayed,
      requestDiffers,
      header: headers.get("x-coverbase-request-id"),
    }));
  };
  const [first, again] = await onPage(listed.url, work, idempotencyKey);
  for (const { requestId, header } of [first, again]) {
    assert.match(requestId, UUID);
    assert.equal(header, requestId);
  }
  assert.deepEqual([first.replayed, first.requestDiffers], [false, false]);
  assert.deepEqual([again.replayed, again.requestDiffers], [true, true]);
});

for (const [what, status, work, faults] of /** @type {const} */ ([
  [
    "a bad reference",
    400,
    () => failure(client().create({ ...body, vendor_id: "x" }, { validate: false })),
  ],
  ["a bad credential", 401, () => failure(client({ token: "x.y.z" }).create(body))],
  ["an unknown assessment", 404, () => failure(client().retrieve(`cbqsrw_${"0".repeat(32)}`))],
  ["a body that is too large", 413, () => refused(" ".repeat(300_000))],
  ["a body of another form", 422, () => refused("{}")],
  ["a storage that fails", 503, () => failure(client().create(body)), { d1: "throw" }],
  ["a panic", 500, () => failure(client().create(body)), { d1: "panic" }],
])) {
  test(`the_page_reads_the_error_of: ${what}`, async () => {
    if (faults) entrance.faults.push({}, faults);
    const error = await onPage(listed.url, work);
    assert.equal(error.status, status, JSON.stringify(error));
    assert.deepEqual(Object.keys(JSON.parse(error.body)), ["detail"]);
    assert.match(error.requestId, UUID);
    if (status >= 500) assert.ok(error.retryAfter > 0, JSON.stringify(error));
  });
}

test("the_page_reads_that_a_path_or_a_method_is_wrong", async () => {
  const work = ([baseUrl]) =>
    Promise.all(
      [
        ["GET", "/v1/nothing"],
        ["GET", "/v1/assessments"],
      ].map(async ([method, path]) => {
        const response = await fetch(baseUrl + path, { method });
        const { headers, status } = response;
        return [status, headers.get("allow"), await response.json()];
      }),
    );
  assert.deepEqual(await onPage(listed.url, work, entrance.url), [
    [404, null, { detail: "Not Found" }],
    [405, "POST", { detail: "Method Not Allowed" }],
  ]);
});

test("a_page_of_any_other_origin_sends_nothing_but_the_question_whether_it_may", async () => {
  const before = await api.counts();
  const error = await onPage(unlisted.url, () => failure(client().create(body)));
  assert.equal(error.name, "ConnectionError");
  assert.deepEqual(
    sent().map(({ method }) => method),
    ["OPTIONS"],
  );
  assert.deepEqual(await api.counts(), before);
});

test("what_a_page_of_any_other_origin_sends_without_asking_does_nothing_and_tells_nothing", async () => {
  const before = await api.counts();
  const work = async ([url, body]) =>
    fetch(`${url}/v1/assessments`, { method: "POST", body }).then(
      () => "read",
      () => "refused",
    );
  const outcome = await onPage(unlisted.url, work, entrance.url, JSON.stringify(BODY));
  assert.equal(outcome, "refused");
  // It did arrive, and gate 1 refused it.
  assert.deepEqual(
    sent().map(({ method }) => method),
    ["POST"],
  );
  assert.deepEqual(await api.counts(), before);
});
