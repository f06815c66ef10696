// How a client is made: what is refused, and that it is refused clearly and
// before anything is sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AssessmentsClient,
  AssessmentsError,
  ConfigurationError,
  isId,
  parseId,
  validateField,
} from "../../pkg/dist/index.js";
import { KEYS } from "../http/harness.mjs";
import { ABOUT_CLIENT, ASSESSMENT, BODY, ID, answer, scripted } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const GOOD = { baseUrl: "https://api.example", token: "a-session" };

function refuses(options, message) {
  assert.throws(
    () => new AssessmentsClient({ ...GOOD, ...options }),
    (error) => {
      assert.ok(error instanceof ConfigurationError && error instanceof AssessmentsError);
      assert.equal(error.name, "ConfigurationError");
      assert.match(error.message, message);
      return true;
    },
  );
}

test("a_base_url_must_be_absolute_http_or_https", () => {
  for (const baseUrl of [
    undefined,
    null,
    "",
    "/api",
    "api.example",
    "localhost:8787",
    "//api.example",
    "ftp://api.example",
    "file:///api",
    "javascript:0",
    7,
    {},
    Symbol("url"),
  ]) {
    refuses({ baseUrl }, /^baseUrl must be an absolute http or https URL, got /);
  }
});

test("a_base_url_has_nothing_but_a_host_and_a_path", () => {
  for (const baseUrl of [
    "https://user:secret@api.example",
    "https://user@api.example",
    "https://api.example/?key=secret",
    "https://api.example/#part",
  ]) {
    refuses({ baseUrl }, /^baseUrl must have no user name, password, query or fragment$/);
    try {
      new AssessmentsClient({ ...GOOD, baseUrl });
    } catch (thrown) {
      const { message } = /** @type {Error} */ (thrown);
      // What may be a secret is not repeated where logs will hold it.
      assert.ok(!message.includes("secret"));
    }
  }
});

test("a_base_url_may_have_a_path_and_slashes_at_its_end", async () => {
  for (const [baseUrl, expected] of [
    ["https://api.example", "https://api.example"],
    ["https://api.example///", "https://api.example"],
    ["https://api.example:8443/assessments/", "https://api.example:8443/assessments"],
    ["HTTP://API.EXAMPLE/x", "http://api.example/x"],
    ["https://api.example?", "https://api.example"],
    [new URL("https://api.example/y/"), "https://api.example/y"],
  ]) {
    const { client, requests } = scripted(answer(ASSESSMENT), { baseUrl });
    await client.retrieve(ID);
    assert.equal(requests[0].url, `${expected}/v1/assessments/${ID}`);
  }
});

test("a_token_is_a_string_or_a_function", () => {
  for (const token of [undefined, null, 7, {}, Promise.resolve("a-session")]) {
    refuses({ token }, /^token must be a string, or a function/);
  }
});

test("a_token_that_no_header_can_hold_is_refused_before_anything_is_sent", async () => {
  for (const token of [
    "",
    "two words",
    "line\nbreak",
    "line\r\nx-injected: 1",
    "schlüssel",
    "nul\u0000",
    "☕",
    7,
    undefined,
    null,
    {},
  ]) {
    for (const given of [token, () => token, async () => token]) {
      // What is no string at all is refused when the client is made.
      if (typeof given !== "string" && typeof given !== "function") continue;
      const { client, requests } = scripted(answer(ASSESSMENT), { token: given });
      await assert.rejects(client.retrieve(ID), (error) => {
        assert.ok(error instanceof ConfigurationError || error instanceof TypeError);
        assert.match(error.message, /^token must be /);
        if (typeof token === "string" && token) assert.ok(!error.message.includes(token));
        return true;
      });
      assert.deepEqual(requests, []);
    }
  }
});

test("limits_are_numbers_and_not_negative", async () => {
  const { client, requests } = scripted(answer(ASSESSMENT));
  for (const limit of ["timeoutMs", "totalTimeoutMs", "maxRetries"]) {
    for (const value of [-1, NaN, "1000", null, {}, 5n]) {
      const message = new RegExp(`^${limit} must be a number, 0 or more, got `);
      refuses({ [limit]: value }, message);
      await assert.rejects(client.retrieve(ID, { [limit]: value }), {
        name: "ConfigurationError",
        message,
      });
    }
  }
  assert.deepEqual(requests, []);
});

test("fetch_and_signal_are_checked", async () => {
  for (const fetch of [null, "fetch", {}]) refuses({ fetch }, /^fetch must be a function$/);
  const { client, requests } = scripted(answer(ASSESSMENT));
  for (const signal of [{}, new AbortController(), "abort", null, 7]) {
    for (const operation of ["create", "retrieve", "cancel", "waitFor"]) {
      const argument = operation === "create" ? BODY : ID;
      await assert.rejects(client[operation](argument, { signal }), {
        name: "ConfigurationError",
        message: "signal must be an AbortSignal",
      });
    }
  }
  assert.deepEqual(requests, []);
});

test("the_caller_s_fetch_is_called_as_a_plain_function", async () => {
  /** @type {unknown} */
  let receiver = "not called";
  const fetch = /** @this {unknown} */ function () {
    receiver = this;
    return Promise.resolve(answer(ASSESSMENT));
  };
  await new AssessmentsClient({ ...GOOD, fetch }).retrieve(ID);
  // The platform's own fetch refuses to be called on another object.
  assert.equal(receiver, undefined);
});

test("the_platform_s_fetch_is_looked_up_when_it_is_needed", async (t) => {
  const client = new AssessmentsClient(GOOD);
  const mocked = t.mock.method(globalThis, "fetch", async () => answer(ASSESSMENT));
  assert.deepEqual(await client.retrieve(ID), ASSESSMENT);
  const [[url, sent]] = mocked.mock.calls.map((call) => call.arguments);
  const { signal, ...init } = sent ?? {};
  assert.equal(url, `https://api.example/v1/assessments/${ID}`);
  assert.ok(signal instanceof AbortSignal);
  const own = { accept: "application/json", authorization: "Bearer a-session" };
  const headers = { ...ABOUT_CLIENT, ...own };
  assert.deepEqual(init, { method: "GET", headers, redirect: "manual" });
});

test("making_a_client_does_nothing_yet", (t) => {
  const compiled = t.mock.method(WebAssembly, "Module");
  const fetched = t.mock.method(globalThis, "fetch", () => assert.fail("nothing is to be sent"));
  new AssessmentsClient({ ...GOOD, token: () => assert.fail("nobody needs it yet") }).dispose();
  assert.deepEqual([compiled.mock.callCount(), fetched.mock.callCount()], [0, 0]);
});

test("a_key_of_a_service_account_is_refused_in_a_page", async (t) => {
  Object.assign(globalThis, { window: globalThis, document: {} });
  t.after(() => {
    for (const name of ["window", "document"]) Reflect.deleteProperty(globalThis, name);
  });
  for (const token of [KEYS.harbor, async () => KEYS.harbor]) {
    const { client, requests } = scripted(answer(ASSESSMENT), { token });
    await assert.rejects(client.retrieve(ID), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /session token/);
      assert.match(error.message, /from your server/);
      assert.match(error.message, /dangerouslyAllowBrowserKey/);
      assert.ok(!error.message.includes(KEYS.harbor));
      return true;
    });
    assert.deepEqual(requests, []);
  }
  const allowed = { token: KEYS.harbor, dangerouslyAllowBrowserKey: true };
  await scripted(answer(ASSESSMENT), allowed).client.retrieve(ID);
  await scripted(answer(ASSESSMENT), { token: "a.session.jwt" }).client.retrieve(ID);
});

test("a_key_of_a_service_account_is_allowed_elsewhere", async () => {
  await scripted(answer(ASSESSMENT), { token: KEYS.harbor }).client.retrieve(ID);
  // A worker of a browser, or a server that renders pages, has one of both at most.
  Object.assign(globalThis, { window: globalThis });
  try {
    await scripted(answer(ASSESSMENT), { token: KEYS.harbor }).client.retrieve(ID);
  } finally {
    Reflect.deleteProperty(globalThis, "window");
  }
});

test("no_setting_of_a_client_is_a_key_or_signal_of_all_its_calls", () => {
  refuses({ idempotencyKey: "shared by mistake" }, /^idempotencyKey is no setting here; /);
  refuses({ signal: AbortSignal.abort() }, /^signal is no setting here; /);
});

test("secrets_are_not_shown_by_inspection", async () => {
  const { inspect } = await import("node:util");
  const client = new AssessmentsClient({ ...GOOD, token: KEYS.harbor });
  const shown = inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client);
  assert.ok(!shown.includes(KEYS.harbor));
});

test("names_that_are_no_names_are_refused_clearly", () => {
  for (const name of ["nope", "", 7, null, undefined, {}, Symbol("s")]) {
    assert.throws(() => validateField(untyped(name), "x"), {
      name: "ConfigurationError",
      message: /is no field of the request$/,
    });
    if (name === undefined) continue;
    for (const parse of [parseId, isId]) {
      assert.throws(() => parse(ID, untyped(name)), {
        name: "ConfigurationError",
        message: /is no kind of id$/,
      });
    }
  }
});
