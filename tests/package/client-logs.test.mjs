// What the client logs, where to, and what it never logs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { AssessmentsClient } from "../../pkg/dist/index.js";
import {
  ASSESSMENT,
  BODY,
  CREATED,
  ID,
  answer,
  clock,
  hasty,
  never,
  scripted,
} from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

const TOKEN = "a-session-that-nobody-may-see";
const URL_OF_READ = `https://api.example/v1/assessments/${ID}`;
/** @type {("error" | "warn" | "info" | "debug")[]} */
const LEVELS = ["error", "warn", "info", "debug"];

/** A logger that keeps all that it is told. */
function keeping() {
  const told = [];
  const logger = Object.fromEntries(
    LEVELS.map((level) => [level, (...about) => told.push([level, ...about])]),
  );
  return { told, logger: untyped(logger) };
}

/** A call with all there is to log: a hook that throws, a retry, a key of another request. */
async function eventful(options) {
  const differs = { "idempotent-replayed": "true", "idempotent-request-differs": "true" };
  const onRequest = () => {
    throw new Error("the hook's own");
  };
  const { client } = scripted([answer({}, 503), answer(CREATED, 201, differs)], {
    token: TOKEN,
    hooks: { onRequest },
    ...options,
  });
  await client.create(BODY, { idempotencyKey: "k" });
  await new Promise(setImmediate);
}

for (const [logLevel, count] of Object.entries({ off: 0, error: 1, warn: 2, info: 3, debug: 4 })) {
  test(`each_level_is_logged_with_those_before_it: ${logLevel}`, async (t) => {
    hasty(t);
    const { told, logger } = keeping();
    await eventful({ logger, logLevel });
    const levels = new Set(told.map(([level]) => level));
    assert.deepEqual([...levels].sort(), LEVELS.slice(0, count).sort());
    for (const [, message] of told) assert.match(message, /^assessments-edge: /);
  });
}

test("warnings_are_logged_unless_it_is_said_otherwise", async (t) => {
  hasty(t);
  const { told, logger } = keeping();
  await eventful({ logger });
  assert.deepEqual(new Set(told.map(([level]) => level)), new Set(["error", "warn"]));
});

test("without_a_logger_it_is_the_console", async (t) => {
  hasty(t);
  const mocked = LEVELS.map((level) => t.mock.method(console, level, () => {}));
  await eventful({ logLevel: "debug" });
  assert.deepEqual(
    mocked.map(({ mock }) => mock.callCount()),
    [2, 1, 1, 2],
  );
});

test("debug_tells_of_every_attempt", async (t) => {
  hasty(t);
  const { told, logger } = keeping();
  const { client } = scripted(
    [
      () => {
        throw new TypeError(`refused ${TOKEN}`);
      },
      answer({}, 503, { "x-coverbase-request-id": "first" }),
      answer(ASSESSMENT, 200, { "x-coverbase-request-id": "second" }),
    ],
    { logger, logLevel: "debug", token: TOKEN },
  );
  await client.retrieve(ID);
  const attempts = told.filter(([level]) => level === "debug");
  for (const [, message, { durationMs }] of attempts) {
    assert.equal(message, `assessments-edge: GET ${URL_OF_READ}`);
    assert.ok(Number.isInteger(durationMs) && durationMs >= 0);
  }
  assert.deepEqual(
    attempts.map(([, , { durationMs, ...about }]) => about),
    [
      { attempt: 1, error: "no answer (TypeError)" },
      { attempt: 2, status: 503, requestId: "first" },
      { attempt: 3, status: 200, requestId: "second" },
    ],
  );
  const retries = told.filter(([level]) => level === "info").map(([, message]) => message);
  assert.deepEqual(retries, [
    `assessments-edge: GET /v1/assessments/${ID}: ConnectionError, again in 0 ms`,
    `assessments-edge: GET /v1/assessments/${ID}: ApiError, again in 0 ms`,
  ]);
});

test("debug_tells_of_attempts_that_time_out_are_aborted_or_lead_away", async (t) => {
  const time = clock(t);
  const { told, logger } = keeping();
  const options = { logger, logLevel: "debug", maxRetries: 0 };
  const late = scripted(never, options).client.retrieve(ID, { timeoutMs: 100 });
  await assert.rejects(time.until(late), { name: "TimeoutError" });
  const controller = new AbortController();
  const aborted = scripted(never, options).client.retrieve(ID, { signal: controller.signal });
  await time.pass(1);
  controller.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  const away = new Response(null, {
    status: 302,
    headers: { location: "https://login.example/?t=1" },
  });
  await assert.rejects(scripted(away, options).client.retrieve(ID), { name: "ConnectionError" });
  assert.deepEqual(
    told.map(([, , { error, status }]) => [error, status]),
    [
      ["timed out", undefined],
      ["aborted", undefined],
      ["redirected to https://login.example", 302],
    ],
  );
});

test("neither_credential_nor_body_is_logged", async (t) => {
  hasty(t);
  const { told, logger } = keeping();
  const options = { logger, logLevel: "debug", token: TOKEN, maxRetries: 1 };
  const secret = "what the body says";
  const echo = (request) =>
    answer({ detail: `${secret} ${request.headers.get("authorization")}` }, 503);
  await scripted(echo, options)
    .client.create({ ...BODY, name: secret })
    .catch(() => {});
  await scripted(answer({ detail: [secret] }, 200), options)
    .client.retrieve(ID)
    .catch(() => {});
  await scripted(answer({ ...ASSESSMENT, name: secret }), options).client.retrieve(ID);
  assert.ok(told.length >= 5);
  const all = inspect(told, { depth: 9 });
  assert.ok(!all.includes(TOKEN), all);
  assert.ok(!all.includes(secret), all);
});

test("a_logger_that_fails_changes_nothing", async (t) => {
  hasty(t);
  for (const fail of [
    () => {
      throw new Error("disk full");
    },
    () => Promise.reject(new Error("disk full")),
  ]) {
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    await eventful({ logger, logLevel: "debug" });
  }
});

test("the_functions_of_a_logger_are_called_on_it", async () => {
  class Kept {
    lines = [];
    debug(message) {
      this.lines.push(message);
    }
    info() {}
    warn() {}
    error() {}
  }
  const logger = new Kept();
  await scripted(answer(ASSESSMENT), { logger, logLevel: "debug" }).client.retrieve(ID);
  assert.equal(logger.lines.length, 1);
});

test("what_is_no_logger_or_level_is_refused", async () => {
  const make = (options) => () =>
    new AssessmentsClient({ baseUrl: "https://api.example", token: TOKEN, ...untyped(options) });
  for (const logger of [null, "console", 7, {}, console.log, { ...console, debug: undefined }]) {
    assert.throws(make({ logger }), {
      name: "ConfigurationError",
      message: "logger must be an object with the functions debug, info, warn and error",
    });
  }
  for (const logLevel of [null, "", "verbose", "DEBUG", 3, ["debug"], true]) {
    assert.throws(make({ logLevel }), {
      name: "ConfigurationError",
      message: "logLevel must be off, error, warn, info or debug",
    });
  }
  assert.throws(make({ loglevel: "off" }), /did you mean logLevel\?$/);
  assert.throws(make({ log: console }), /did you mean logger\?$/);
  const { client } = scripted(answer(ASSESSMENT));
  for (const options of [{ logger: console }, { logLevel: "off" }]) {
    await assert.rejects(client.retrieve(ID, untyped(options)), /is no setting here/);
  }
});

test("no_words_of_fetch_and_no_error_of_an_answer_reach_a_log", async (t) => {
  hasty(t);
  const { told, logger } = keeping();
  const { client } = scripted(
    [
      (request) => {
        throw new TypeError(`refused: ${request.url} PRIVATE`);
      },
      answer({ detail: "PRIVATE" }, 503),
      answer(ASSESSMENT),
    ],
    {
      logger,
      logLevel: "debug",
      hooks: {
        onRetry({ error }) {
          throw error;
        },
      },
    },
  );
  await client.retrieve(ID);
  assert.deepEqual(
    told.filter(([level]) => level === "error").map(([, , about]) => about),
    ["ConnectionError", "ApiError"],
  );
  assert.doesNotMatch(JSON.stringify(told), /PRIVATE/);
});
