// Settings of other names or types: refused with the name that was meant, before
// anything is sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AssessmentsClient } from "../../pkg/dist/index.js";
import { ASSESSMENT, BODY, ID, answer, scripted } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const GOOD = { baseUrl: "https://api.example", token: "a-session" };

/** Every way to give options, with something to call. */
const OPERATIONS = {
  create: (client, options) => client.create(BODY, options),
  retrieve: (client, options) => client.retrieve(ID, options),
  cancel: (client, options) => client.cancel(ID, options),
  archive: (client, options) => client.archive(ID, options),
  retrieveRun: (client, options) => client.retrieveRun("cbwr_x", options),
  sendEvent: (client, options) => client.sendEvent("cbwr_x", { name: "x" }, options),
  authTest: (client, options) => client.authTest(options),
  watch: async (client, options) => client.watch(ID, options).next(),
  watchRun: async (client, options) => client.watchRun("cbwr_x", options).next(),
  waitFor: (client, options) => client.waitFor(ID, options),
  waitForRun: (client, options) => client.waitForRun("cbwr_x", options),
  "withResponse.create": (client, options) => client.withResponse.create(BODY, options),
  "withResponse.retrieve": (client, options) => client.withResponse.retrieve(ID, options),
  "withResponse.cancel": (client, options) => client.withResponse.cancel(ID, options),
};

async function refused(options, message, operations = Object.keys(OPERATIONS)) {
  const { client, requests } = scripted(answer(ASSESSMENT));
  for (const operation of operations) {
    const error = await OPERATIONS[operation](client, options).then(
      () => assert.fail(`${operation} accepted it`),
      (error) => error,
    );
    assert.equal(error.name, "ConfigurationError", operation);
    assert.match(error.message, message);
  }
  assert.deepEqual(requests, []);
}

test("options_that_are_no_object_are_refused", async () => {
  for (const options of [undefined, null, "https://api.example", 7, () => {}]) {
    assert.throws(() => new AssessmentsClient(untyped(options)), {
      name: "ConfigurationError",
      message: /^options must be an object, got /,
    });
    if (options !== undefined) await refused(options, /^options must be an object, got /);
  }
  assert.throws(() => Reflect.construct(AssessmentsClient, []), { name: "ConfigurationError" });
  assert.throws(() => new AssessmentsClient(untyped({})), {
    name: "ConfigurationError",
    message: /^baseUrl /,
  });
});

for (const [given, meant] of [
  ["timeout", "timeoutMs"],
  ["timeoutMS", "timeoutMs"],
  ["timeout_ms", "timeoutMs"],
  ["totalTimeout", "totalTimeoutMs"],
  ["retries", "maxRetries"],
  ["retry", "maxRetries"],
  ["maxRetry", "maxRetries"],
  ["max_retries", "maxRetries"],
  ["validation", "validate"],
  ["hook", "hooks"],
]) {
  test(`a_setting_of_another_name_is_refused_with_the_one_that_was_meant: ${given}`, async () => {
    const message = new RegExp(`^${given} is no setting here; did you mean ${meant}\\?$`);
    assert.throws(() => new AssessmentsClient({ ...GOOD, [given]: 3 }), {
      name: "ConfigurationError",
      message,
    });
    await refused({ [given]: 3 }, message);
  });
}

test("what_only_one_kind_of_options_has_is_named_there", async () => {
  for (const [given, meant] of [
    ["url", "baseUrl"],
    ["baseURL", "baseUrl"],
    ["base_url", "baseUrl"],
    ["tokens", "token"],
    ["fetcher", "fetch"],
    ["dangerouslyAllowBrowser", "dangerouslyAllowBrowserKey"],
  ]) {
    assert.throws(() => new AssessmentsClient({ ...GOOD, [given]: "x" }), {
      message: `${given} is no setting here; did you mean ${meant}?`,
    });
  }
  await refused({ abortSignal: 1 }, /did you mean signal\?$/);
  await refused({ idempotency: "x" }, /did you mean idempotencyKey\?$/);
  await refused({ maxWait: 1 }, /did you mean maxWaitMs\?$/, ["waitFor", "waitForRun"]);
  await refused({ min_delay: 1 }, /did you mean minDelayMs\?$/, ["waitFor", "waitForRun"]);
  await refused({ onupdate() {} }, /did you mean onUpdate\?$/, ["waitFor", "waitForRun"]);
});

test("a_name_that_is_like_none_is_refused_with_those_there_are", async () => {
  for (const name of [
    "colour",
    "X-Forwarded-For",
    "constructor",
    "toString",
    "x".repeat(100_000),
  ]) {
    await refused({ [name]: 1 }, /is no setting here; there are (\w+, )+\w+$/);
  }
});

test("a_setting_of_other_options_is_refused", async () => {
  await refused({ until: "complete" }, /^until is no setting here/, [
    "create",
    "retrieve",
    "waitForRun",
  ]);
  for (const name of ["baseUrl", "token", "fetch", "dangerouslyAllowBrowserKey"]) {
    await refused({ [name]: GOOD[name] ?? true }, new RegExp(`^${name} is no setting here`));
  }
});

test("a_setting_that_is_undefined_is_none_whatever_its_name", async () => {
  const { client } = scripted(answer(ASSESSMENT), { timeout: undefined });
  await client.retrieve(
    ID,
    untyped({ until: undefined, retries: undefined, timeoutMs: undefined }),
  );
});

test("settings_are_of_their_types", async () => {
  for (const [options, message] of [
    [{ validate: 0 }, /^validate must be true or false$/],
    [{ validate: "false" }, /^validate must be true or false$/],
    [{ hooks: null }, /^hooks must be an object$/],
    [{ hooks: () => {} }, /^hooks must be an object$/],
    [{ hooks: { onRetry: "log" } }, /^onRetry must be a function$/],
    [{ hooks: { onRequest: null } }, /^onRequest must be a function$/],
  ]) {
    assert.throws(() => new AssessmentsClient({ ...GOOD, ...untyped(options) }), {
      name: "ConfigurationError",
      message,
    });
    await refused(options, message);
  }
  const { fetch, ...rest } = { fetch: undefined, dangerouslyAllowBrowserKey: "yes" };
  assert.throws(() => new AssessmentsClient({ ...GOOD, fetch, ...untyped(rest) }), {
    message: "dangerouslyAllowBrowserKey must be true or false",
  });
  await refused({ onUpdate: "log" }, /^onUpdate must be a function$/, ["waitFor", "waitForRun"]);
});

test("a_hook_of_another_name_is_refused_with_the_one_that_was_meant", async () => {
  for (const [given, meant] of [
    ["onResponce", "onResponse"],
    ["onretry", "onRetry"],
    ["request", "onRequest"],
  ]) {
    const message = new RegExp(`^${given} is no setting here; did you mean ${meant}\\?$`);
    const hooks = { [given]() {} };
    assert.throws(() => new AssessmentsClient({ ...GOOD, hooks }), { message });
    await refused({ hooks }, message);
  }
});

test("hooks_of_a_call_take_the_place_of_the_client_s", async () => {
  const told = [];
  const { client } = scripted(answer(ASSESSMENT), {
    hooks: { onRequest: () => told.push("client") },
  });
  await client.retrieve(ID, { hooks: { onRequest: () => told.push("call") } });
  await client.retrieve(ID);
  assert.deepEqual(told, ["call", "client"]);
});

test("a_base_url_that_ends_in_v1_is_refused_with_the_one_that_was_meant", () => {
  for (const [baseUrl, meant] of [
    ["https://api.example/v1", "https://api.example"],
    ["https://api.example/v1/", "https://api.example"],
    ["https://api.example/v1///", "https://api.example"],
    ["https://api.example/V1", "https://api.example"],
    ["https://gateway.example/assessments/v1", "https://gateway.example/assessments"],
    ["https://api.example/v1/assessments", "https://api.example"],
    [new URL("https://api.example/v1/"), "https://api.example"],
  ]) {
    assert.throws(() => new AssessmentsClient({ ...GOOD, baseUrl }), {
      name: "ConfigurationError",
      message: `baseUrl must end before /v1, which the client adds: ${meant}`,
    });
  }
});

test("a_base_url_may_contain_what_only_looks_like_v1", async () => {
  for (const path of ["/v1x", "/xv1", "/v10", "/v1/gateway", "/v2"]) {
    const { client, requests } = scripted(answer(ASSESSMENT), {
      baseUrl: `https://api.example${path}/`,
    });
    await client.retrieve(ID);
    assert.equal(requests[0].url, `https://api.example${path}/v1/assessments/${ID}`);
  }
});

test("a_url_of_another_realm_and_white_space_around_a_text_are_taken", async () => {
  const { runInNewContext } = await import("node:vm");
  const foreign = runInNewContext("new URL('https://api.example/y/')", {
    URL: class {
      href = "https://api.example/y/";
    },
  });
  for (const baseUrl of [foreign, " https://api.example/y\n"]) {
    const { client, requests } = scripted(answer(ASSESSMENT), { baseUrl });
    await client.retrieve(ID);
    assert.equal(requests[0].url, `https://api.example/y/v1/assessments/${ID}`);
  }
});

test("white_space_within_a_base_url_is_refused_and_no_part_of_a_password_shown", () => {
  for (const baseUrl of [
    "https://api.exa\nmple",
    "https://api.example/a b",
    "ftp://user:secret@api.example",
    "user:secret@api.example",
    "https://user:secret@api example",
  ]) {
    assert.throws(
      () => new AssessmentsClient({ ...GOOD, baseUrl }),
      (/** @type {Error} */ error) => {
        assert.equal(error.name, "ConfigurationError");
        assert.match(error.message, /^baseUrl must be an absolute http or https URL, got /);
        assert.ok(!error.message.includes("secret"));
        return true;
      },
    );
  }
});
