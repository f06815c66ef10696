// However many calls share a signal, the client's own or a caller's: no warning
// of too many listeners, and no listener is left behind.

import assert from "node:assert/strict";
import { EventEmitter, getEventListeners } from "node:events";
import { after, before, test } from "node:test";
import { AssessmentsClient } from "../../pkg/dist/index.js";
import { ASSESSMENT, BODY, CREATED, ID, answer, hasty, never, settle } from "./client-support.mjs";

/** A client whose `fetch` makes no `Request`, which would listen to the signal itself. */
function clientOf(script, options) {
  const steps = [script].flat();
  let calls = 0;
  const fetch = async () => {
    const step = steps[Math.min(calls++, steps.length - 1)];
    return typeof step === "function" ? step() : step.clone();
  };
  return new AssessmentsClient({
    baseUrl: "https://api.example",
    token: "a-session",
    fetch,
    ...options,
  });
}

const warnings = [];
const onWarning = (warning) => warnings.push(warning);
before(() => process.on("warning", onWarning));
after(() => process.off("warning", onWarning));

/** Runs `work`, and answers the signals that were listened to meanwhile, with the most listeners each had at once. */
async function watched(t, work) {
  const most = new Map();
  const { addEventListener } = EventTarget.prototype;
  t.mock.method(
    EventTarget.prototype,
    "addEventListener",
    /** @this {EventTarget} */ function (...args) {
      Reflect.apply(addEventListener, this, args);
      if (!(this instanceof AbortSignal)) return;
      const now = getEventListeners(this, "abort").length;
      most.set(this, Math.max(now, most.get(this) ?? 0));
    },
  );
  warnings.length = 0;
  await work();
  // A warning is told only after the work that caused it.
  await settle();
  assert.deepEqual(warnings, []);
  return most;
}

function assertLeft(most) {
  assert.ok(most.size > 0);
  for (const [signal, count] of most) {
    assert.ok(count < EventEmitter.defaultMaxListeners, `${count} listeners at once`);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  }
}

const lost = () => {
  throw new TypeError("fetch failed");
};

/** What many calls at once may come to. */
const ENDS = {
  success: (client, options) => client.retrieve(ID, options),
  a_create: (client, options) => client.create(BODY, options),
  a_wait: (client, options) => client.waitFor(ID, { until: "created", ...options }),
};

for (const [what, begin] of Object.entries(ENDS)) {
  for (const shared of [false, true]) {
    test(`many_at_once_are_silent_and_leave_nothing: ${what}${shared ? ", one signal of the caller" : ""}`, async (t) => {
      hasty(t);
      const client = clientOf(what === "a_create" ? answer(CREATED, 201) : answer(ASSESSMENT));
      const { signal } = new AbortController();
      const options = shared ? { signal } : {};
      const most = await watched(t, () =>
        Promise.all(Array.from({ length: 60 }, () => begin(client, options))),
      );
      assertLeft(most);
    });
  }
}

test("many_failures_at_once_leave_nothing", async (t) => {
  hasty(t);
  const client = clientOf(lost, { maxRetries: 2 });
  const { signal } = new AbortController();
  const most = await watched(t, () =>
    Promise.allSettled(Array.from({ length: 60 }, () => client.retrieve(ID, { signal }))),
  );
  assertLeft(most);
});

for (const how of ["abort", "dispose"]) {
  test(`many_that_are_ended_by_${how}_leave_nothing`, async (t) => {
    const client = clientOf(never);
    const controller = new AbortController();
    const { signal } = controller;
    const most = await watched(t, async () => {
      const calls = Array.from({ length: 40 }, () => client.retrieve(ID, { signal }));
      const waits = Array.from({ length: 40 }, () => client.waitFor(ID, { signal }));
      const ended = Promise.allSettled([...calls, ...waits]);
      await settle();
      if (how === "abort") controller.abort();
      else client.dispose();
      for (const each of await ended) {
        assert.ok(each.status === "rejected");
        assert.equal(each.reason.name, "AbortError");
      }
    });
    assertLeft(most);
  });
}

test("those_that_are_still_in_flight_are_aborted_though_others_have_ended", async () => {
  const client = clientOf([answer(ASSESSMENT), never, answer(ASSESSMENT), never]);
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from({ length: 4 }, () => client.retrieve(ID, { signal }));
  await Promise.all([calls[0], calls[2]]);
  controller.abort();
  const ended = await Promise.allSettled(calls);
  assert.deepEqual(
    ended.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "rejected"],
  );
  // The same signal is good for nothing more, and says so each time.
  await assert.rejects(client.retrieve(ID, { signal }), (error) => error === signal.reason);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a_signal_is_followed_anew_after_all_who_followed_it_have_left", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  for (let round = 0; round < 3; round++) {
    const client = clientOf(answer(ASSESSMENT));
    await client.retrieve(ID, { signal });
    assert.equal(getEventListeners(signal, "abort").length, 0);
  }
  const pending = clientOf(never).retrieve(ID, { signal });
  await settle();
  assert.equal(getEventListeners(signal, "abort").length, 1);
  controller.abort();
  await assert.rejects(pending, (error) => error === signal.reason);
});
