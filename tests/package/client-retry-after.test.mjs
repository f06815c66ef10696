// `Retry-After` in both of its forms (RFC 9110, 10.2.3 and 5.6.7).

import assert from "node:assert/strict";
import { test } from "node:test";
import { ASSESSMENT, ID, answer, hasty, scripted } from "./client-support.mjs";

/** 2026-03-09T10:20:30Z, a Monday. */
const NOW = Date.UTC(2026, 2, 9, 10, 20, 30);

/** What the client makes of the headers of a 503: seconds, and what it waits for. */
async function heeded(t, headers) {
  hasty(t);
  t.mock.method(Date, "now", () => NOW);
  // With no retry left the error is told, whatever it asks for.
  const given = () => answer({ detail: "busy" }, 503, headers);
  const told = await scripted(given, { maxRetries: 0 })
    .client.retrieve(ID)
    .catch((error) => error);
  const { client, requests, retries } = scripted([given, answer(ASSESSMENT)]);
  const controller = new AbortController();
  const pending = client.retrieve(ID, { signal: controller.signal }).catch(() => {});
  for (let turn = 0; turn < 20 && retries.length === 0; turn++) await new Promise(setImmediate);
  controller.abort();
  await pending;
  assert.ok(requests.length >= 1);
  return { seconds: told.retryAfter, delayMs: retries[0]?.delayMs };
}

const FORMS = {
  "IMF-fixdate": "Mon, 09 Mar 2026 10:20:45 GMT",
  "RFC 850": "Monday, 09-Mar-26 10:20:45 GMT",
  asctime: "Mon Mar  9 10:20:45 2026",
};
for (const [form, text] of Object.entries(FORMS)) {
  test(`a_date_is_waited_for: ${form}`, async (t) => {
    assert.deepEqual(await heeded(t, { "retry-after": text }), { seconds: 15, delayMs: 15_000 });
  });
}

test("a_date_is_counted_from_the_answer_s_own_date_whatever_the_clock_here_says", async (t) => {
  for (const date of [
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Wednesday, 21-Oct-15 07:28:00 GMT",
    "Wed Oct 21 07:28:00 2015",
  ]) {
    const headers = { date, "retry-after": "Wed, 21 Oct 2015 07:28:09 GMT" };
    assert.deepEqual(await heeded(t, headers), { seconds: 9, delayMs: 9_000 });
  }
  const broken = { date: "yesterday", "retry-after": FORMS["IMF-fixdate"] };
  assert.deepEqual(await heeded(t, broken), { seconds: 15, delayMs: 15_000 });
});

test("a_date_that_is_past_asks_for_no_wait", async (t) => {
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "Mon, 09 Mar 2026 10:20:30 GMT",
  ]) {
    assert.deepEqual(await heeded(t, { "retry-after": text }), { seconds: 0, delayMs: 0 }, text);
  }
});

test("a_date_beyond_the_longest_wait_is_told_at_once", async (t) => {
  const text = "Mon, 09 Mar 2026 10:21:01 GMT";
  assert.deepEqual(await heeded(t, { "retry-after": text }), { seconds: 31, delayMs: undefined });
  const far = await heeded(t, { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" });
  assert.deepEqual(far, { seconds: 2 ** 32 - 1, delayMs: undefined });
});

test("two_digits_of_a_year_mean_at_most_fifty_years_ahead", async (t) => {
  assert.equal(
    (await heeded(t, { "retry-after": "Monday, 09-Mar-76 10:20:30 GMT" })).seconds,
    1_577_923_200,
  );
  assert.equal(
    (await heeded(t, { "retry-after": "Wednesday, 09-Mar-77 10:20:30 GMT" })).seconds,
    0,
  );
});

test("seconds_may_be_many_or_sent_twice", async (t) => {
  /** @type {[string, number, number | undefined][]} */
  const cases = [
    ["0", 0, 0],
    ["007", 7, 7_000],
    [" 12 ", 12, 12_000],
    ["3, 3", 3, 3_000],
    // Who asks for two waits is content with the longer one only.
    ["3, 20,5", 20, 20_000],
    ["99999999999999999999", 2 ** 32 - 1, undefined],
    ["9".repeat(400), 2 ** 32 - 1, undefined],
  ];
  for (const [text, seconds, delayMs] of cases) {
    assert.deepEqual(await heeded(t, { "retry-after": text }), { seconds, delayMs }, text);
  }
});

test("what_is_no_date_of_http_counts_as_none", async (t) => {
  for (const text of [
    "2026-03-09T10:20:45Z",
    "Mon, 09 Mar 2026 10:20:45",
    "Mon, 09 Mar 2026 10:20:45 +0100",
    "Mon, 09 Mar 2026 25:20:45 GMT",
    "Mon, 09 Foo 2026 10:20:45 GMT",
    "9 Mar 2026",
    "tomorrow",
    "Mon, 09 Mar 2026 10:20:45 GMT, Mon, 09 Mar 2026 10:20:45 GMT",
    "1773051645000ms",
  ]) {
    const heard = await heeded(t, { "retry-after": text });
    assert.deepEqual(heard, { seconds: undefined, delayMs: 0 }, text);
  }
});
