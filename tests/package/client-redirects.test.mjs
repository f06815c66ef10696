// The API never redirects. What redirects all the same is something else, and
// gets neither a second request nor the body nor the credential.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { AssessmentsClient, ConnectionError } from "../../pkg/dist/index.js";
import { ASSESSMENT, BODY, CREATED, ID, answer, scripted } from "./client-support.mjs";
import { listen } from "../listen.mjs";

/** A server that answers what `reply` says, and keeps what it was asked. */
async function serverOf() {
  /**
   * @type {{ requests: any[], reply: { status?: number, headers?: object, json?: unknown }, url: string, close: () => Promise<unknown> }}
   */
  const kept = { requests: [], reply: {}, url: "", close: async () => {} };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    kept.requests.push({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body,
    });
    const { status = 200, headers = {}, json } = kept.reply;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(json ?? {}));
  });
  const port = await listen(server);
  kept.url = `http://127.0.0.1:${port}`;
  kept.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return kept;
}

let near;
let far;
before(async () => {
  near = await serverOf();
  far = await serverOf();
});
after(async () => {
  await near.close();
  await far.close();
});
beforeEach(() => {
  near.requests.length = 0;
  far.requests.length = 0;
  far.reply = { status: 201, json: CREATED };
});

const client = (options) =>
  new AssessmentsClient({ baseUrl: near.url, token: "a-session", ...options });

for (const status of [301, 302, 303, 307, 308]) {
  test(`a_redirect_is_not_followed_and_told_with_its_origin: ${status}`, async () => {
    near.reply = { status, headers: { location: `${far.url}/v1/assessments?token=secret` } };
    for (const call of [
      () => client().create(BODY),
      () => client().retrieve(ID),
      () => client().cancel(ID),
      () => client().waitFor(ID),
    ]) {
      near.requests.length = 0;
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof ConnectionError);
        assert.ok(error.message.endsWith(`redirected to ${far.url}`), error.message);
        assert.equal(error.attempts, 1);
        return true;
      });
      assert.equal(near.requests.length, 1);
    }
    assert.deepEqual(far.requests, []);
  });
}

test("a_redirect_within_the_origin_and_a_loop_end_after_one_request", async () => {
  for (const location of ["/v1/assessments", "", "?again", "//127.0.0.1:1/x", "/login"]) {
    near.requests.length = 0;
    near.reply = { status: 302, headers: { location } };
    await assert.rejects(client().create(BODY), { name: "ConnectionError", message: /redirected/ });
    assert.equal(near.requests.length, 1, location);
  }
});

test("a_redirect_to_what_is_no_web_address_is_told_too", async () => {
  for (const [location, said] of [
    ["javascript:alert(1)", "redirected to javascript:"],
    ["https://user:secret@other.example/x", "redirected to https://other.example"],
    ["http://[", "redirected to no URL"],
  ]) {
    near.reply = { status: 307, headers: { location } };
    await assert.rejects(client().retrieve(ID), (/** @type {Error} */ error) => {
      assert.ok(error.message.endsWith(said), error.message);
      assert.ok(!error.message.includes("secret"));
      return true;
    });
  }
});

for (const status of [300, 304, 305, 306, 399]) {
  test(`whatever_says_that_the_answer_is_elsewhere_is_no_answer: ${status}`, async () => {
    const { client, requests } = scripted(() => new Response(null, { status }));
    await assert.rejects(client.retrieve(ID), {
      name: "ConnectionError",
      message: `No answer from the API: redirected by HTTP ${status}`,
    });
    assert.equal(requests.length, 1);
  });
}

test("a_fetch_that_asks_elsewhere_on_purpose_and_says_it_was_not_redirected_is_believed", async () => {
  const given = answer(CREATED, 201);
  Object.defineProperty(given, "url", { value: "http://api.internal.example/v1/assessments" });
  assert.equal(given.redirected, false);
  const own = new AssessmentsClient({
    baseUrl: "https://api.example",
    token: "a-session",
    fetch: async () => given,
  });
  assert.deepEqual(await own.create(BODY), CREATED);
});

test("a_fetch_that_follows_all_the_same_is_not_believed", async () => {
  const of = (twist) => {
    const given = answer(CREATED, 201);
    for (const [key, value] of Object.entries(twist)) Object.defineProperty(given, key, { value });
    return given;
  };
  for (const [twist, said] of [
    [{ redirected: true, url: "https://other.example/v1/assessments" }, "https://other.example"],
    [
      { redirected: undefined, url: "https://other.example/v1/assessments" },
      "https://other.example",
    ],
    [{ redirected: true, url: "https://api.example/login" }, "https://api.example"],
  ]) {
    let calls = 0;
    const own = new AssessmentsClient({
      baseUrl: "https://api.example",
      token: "a-session",
      fetch: async () => {
        calls += 1;
        return of(twist);
      },
    });
    await assert.rejects(own.create(BODY), {
      name: "ConnectionError",
      message: `No answer from the API: redirected to ${said}`,
    });
    assert.equal(calls, 1);
  }
});

test("a_fetch_of_the_platform_that_is_told_to_follow_is_not_believed", async () => {
  near.reply = { status: 307, headers: { location: `${far.url}/v1/assessments` } };
  const fetch = (url, init) => globalThis.fetch(url, { ...init, redirect: "follow" });
  await assert.rejects(client({ fetch }).create(BODY), {
    name: "ConnectionError",
    message: `No answer from the API: redirected to ${far.url}`,
  });
  assert.equal(near.requests.length, 1);
});

test("an_answer_of_the_same_origin_is_the_api_s_whatever_its_url_is_written_like", async () => {
  near.reply = { json: ASSESSMENT };
  assert.deepEqual(
    await client({ baseUrl: `${near.url.toUpperCase()}//` }).retrieve(ID),
    ASSESSMENT,
  );
  const { client: other } = scripted(answer(ASSESSMENT));
  assert.deepEqual(await other.retrieve(ID), ASSESSMENT);
});

test("after_a_redirect_the_next_call_works", async () => {
  const made = client();
  near.reply = { status: 302, headers: { location: far.url } };
  for (let round = 0; round < 20; round++) {
    await assert.rejects(made.retrieve(ID), { name: "ConnectionError" });
  }
  near.reply = { json: ASSESSMENT };
  assert.deepEqual(await made.retrieve(ID), ASSESSMENT);
});
