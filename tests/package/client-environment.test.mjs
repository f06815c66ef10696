// A client with the settings that the environment of a server has.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { AssessmentsClient } from "../../pkg/dist/index.js";
import { ASSESSMENT, ID, answer } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const ENV = {
  ASSESSMENTS_BASE_URL: "https://api.example/",
  ASSESSMENTS_API_KEY: "ak_test_not_a_real_one",
};
const NAMES = [...Object.keys(ENV), "ASSESSMENTS_LOG"];

/** That of this process, for tests that hide it. */
const { env: own } = process;

afterEach(() => {
  for (const name of NAMES) delete own[name];
});

/** What a client made so sends. */
async function sent(options = {}) {
  const calls = [];
  const fetch = async (...call) => {
    calls.push(call);
    return answer(ASSESSMENT);
  };
  const client = AssessmentsClient.fromEnv({ fetch, ...options });
  assert.ok(client instanceof AssessmentsClient);
  await client.retrieve(ID);
  const [[url, { headers }]] = calls;
  return { url, token: headers.authorization };
}
const EXPECTED = {
  url: `https://api.example/v1/assessments/${ID}`,
  token: `Bearer ${ENV.ASSESSMENTS_API_KEY}`,
};

/** Puts something in the place of `process` for one test. */
function without(t, globals) {
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() => {
      if (before) Object.defineProperty(globalThis, name, before);
      else Reflect.deleteProperty(globalThis, name);
    });
  }
}

test("the_environment_of_the_process_is_read_when_a_client_is_made", async () => {
  Object.assign(process.env, ENV);
  assert.deepEqual(await sent(), EXPECTED);
  process.env.ASSESSMENTS_BASE_URL = "https://other.example";
  assert.equal((await sent()).url, `https://other.example/v1/assessments/${ID}`);
});

test("an_environment_may_be_given_and_is_the_only_one_then", async () => {
  assert.deepEqual(await sent({ env: ENV }), EXPECTED);
  // As Workers have it, with bindings that are no texts.
  assert.deepEqual(await sent({ env: { ...ENV, DB: {}, ASSESSMENTS_LOG: {} } }), EXPECTED);
  Object.assign(process.env, ENV);
  assert.throws(() => AssessmentsClient.fromEnv({ env: {} }), { name: "ConfigurationError" });
});

test("deno_is_asked_where_there_is_no_process", async (t) => {
  without(t, { process: undefined, Deno: { env: { get: (name) => ENV[name] } } });
  assert.deepEqual(await sent(), EXPECTED);
});

test("a_variable_that_is_not_set_is_named", (t) => {
  const missing = (name, setting) => ({
    name: "ConfigurationError",
    message: `${name} is not set in the environment, and no ${setting} is given`,
  });
  for (const empty of [undefined, "", "  ", null, 7]) {
    for (const [name, setting] of [
      ["ASSESSMENTS_BASE_URL", "baseUrl"],
      ["ASSESSMENTS_API_KEY", "token"],
    ]) {
      const env = { ...ENV, [name]: empty };
      assert.throws(() => AssessmentsClient.fromEnv({ env }), missing(name, setting));
    }
  }
  assert.throws(() => AssessmentsClient.fromEnv(), missing("ASSESSMENTS_BASE_URL", "baseUrl"));
  without(t, { process: undefined });
  assert.throws(() => AssessmentsClient.fromEnv(), missing("ASSESSMENTS_BASE_URL", "baseUrl"));
});

test("options_go_before_the_environment_which_is_not_asked_for_them", async () => {
  const baseUrl = "https://given.example";
  const token = "a-session";
  const url = `${baseUrl}/v1/assessments/${ID}`;
  assert.deepEqual(await sent({ env: {}, baseUrl, token }), { url, token: "Bearer a-session" });
  assert.deepEqual(await sent({ env: ENV, baseUrl }), { url, token: EXPECTED.token });
  assert.deepEqual(await sent({ env: ENV, baseUrl: undefined, token: async () => token }), {
    url: EXPECTED.url,
    token: "Bearer a-session",
  });
});

test("white_space_around_a_value_is_none_of_it", async () => {
  const env = Object.fromEntries(Object.entries(ENV).map(([name, value]) => [name, ` ${value}\n`]));
  assert.deepEqual(await sent({ env }), EXPECTED);
});

test("the_level_of_the_log_is_read_here_and_nowhere_else", async (t) => {
  const debug = t.mock.method(console, "debug", () => {});
  const env = { ...ENV, ASSESSMENTS_LOG: "debug" };
  await sent({ env });
  assert.equal(debug.mock.callCount(), 1);
  await sent({ env, logLevel: "off" });
  process.env.ASSESSMENTS_LOG = "debug";
  const fetch = async () => answer(ASSESSMENT);
  await new AssessmentsClient({ baseUrl: "https://api.example", token: "t", fetch }).retrieve(ID);
  assert.equal(debug.mock.callCount(), 1);
  for (const level of ["verbose", "DEBUG"]) {
    assert.throws(() => AssessmentsClient.fromEnv({ env: { ...ENV, ASSESSMENTS_LOG: level } }), {
      name: "ConfigurationError",
      message: "ASSESSMENTS_LOG must be off, error, warn, info or debug",
    });
  }
});

test("what_is_wrong_with_the_options_or_a_value_is_told", () => {
  for (const options of [null, 7, "x"]) {
    assert.throws(
      () => AssessmentsClient.fromEnv(untyped(options)),
      /^ConfigurationError: options must be/,
    );
  }
  for (const env of [null, "x", 7]) {
    assert.throws(
      () => AssessmentsClient.fromEnv(untyped({ env })),
      /^ConfigurationError: env must be an object/,
    );
  }
  assert.throws(
    () => AssessmentsClient.fromEnv(untyped({ environment: ENV })),
    /is no setting here/,
  );
  assert.throws(
    () => AssessmentsClient.fromEnv(untyped({ env: ENV, retries: 1 })),
    /did you mean maxRetries\?/,
  );
  const env = { ...ENV, ASSESSMENTS_BASE_URL: "api.example" };
  assert.throws(
    () => AssessmentsClient.fromEnv({ env }),
    /^ConfigurationError: baseUrl must be an absolute/,
  );
});

test("headers_and_options_for_fetch_may_be_given_along", async () => {
  const calls = [];
  const fetch = async (_url, init) => {
    calls.push(init);
    return answer(ASSESSMENT);
  };
  const headers = { "x-a": "1", "x-b": undefined };
  const client = AssessmentsClient.fromEnv({
    env: ENV,
    fetch,
    headers,
    fetchOptions: { cache: "no-store" },
  });
  await client.retrieve(ID);
  assert.deepEqual([calls[0].headers["x-a"], calls[0].cache], ["1", "no-store"]);
});
