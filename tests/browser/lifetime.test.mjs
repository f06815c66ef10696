// When a session ends and is renewed: pure functions, in Node.js.

import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf, isOver, remaining, renewalDelay, saidEnd } from "../../www/lifetime.js";

const NOW = 1_790_500_000_000;
const seconds = (more) => NOW / 1_000 + more;

test("the_end_is_what_was_said_unless_a_clock_is_wrong", () => {
  assert.equal(endOf(seconds(900), NOW), NOW + 900_000);
  assert.equal(endOf(seconds(3), NOW), NOW + 3_000);
  for (const past of [2, 0, -60, -86_400]) assert.equal(endOf(seconds(past), NOW), undefined);
});

test("a_token_is_not_sent_in_its_last_two_seconds", () => {
  const end = NOW + 60_000;
  assert.equal(isOver(end, NOW), false);
  assert.equal(isOver(end, end - 2_001), false);
  assert.equal(isOver(end, end - 2_000), true);
  assert.equal(isOver(end, end + 1), true);
});

test("what_has_no_known_end_is_never_over", () => {
  assert.equal(isOver(undefined, NOW), false);
});

test("a_session_is_renewed_in_the_last_third_of_its_life_and_before_it_is_over", () => {
  for (const life of [60_000, 900_000, 3_600_000]) {
    for (const random of [0, 0.5, 0.999]) {
      const delay = renewalDelay(NOW + life, NOW, random);
      assert.ok(delay >= life * 0.66 && delay <= life * 0.81, `${life} ${random} ${delay}`);
      assert.equal(isOver(NOW + life, NOW + delay), false);
    }
    // Pages that were opened together do not ask together.
    const [first, last] = [0, 0.999].map((random) => renewalDelay(NOW + life, NOW, random));
    assert.ok(last - first >= life * 0.09);
  }
});

test("no_wait_is_shorter_than_a_second_or_longer_than_a_timer_can_be", () => {
  assert.equal(renewalDelay(NOW, NOW, 0), 1_000);
  assert.equal(renewalDelay(NOW - 60_000, NOW, 0.5), 1_000);
  assert.equal(renewalDelay(NOW + 1e13, NOW, 0.5), 2 ** 31 - 1);
});

test("a_token_that_can_be_read_tells_its_end_and_anything_else_tells_none", () => {
  const token = (/** @type {unknown} */ claims) =>
    `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
  assert.equal(saidEnd(token({ exp: 1_790_500_900, name: "Zoë ☕ >>>???" })), 1_790_500_900);
  for (const claims of [{}, { exp: "soon" }, { exp: null }, null, 7]) {
    assert.equal(saidEnd(token(claims)), undefined, JSON.stringify(claims));
  }
  for (const text of ["", "ak_live_x", "a.b.c", "..", "a.%.c"]) {
    assert.equal(saidEnd(text), undefined, text);
  }
});

test("what_nobody_renews_is_waited_for_until_it_is_over_and_no_longer_than_a_timer_can", () => {
  assert.equal(remaining(NOW + 60_000, NOW), 58_000);
  assert.equal(isOver(NOW + 60_000, NOW + remaining(NOW + 60_000, NOW)), true);
  assert.equal(remaining(NOW - 1, NOW), 0);
  assert.equal(remaining(NOW + 1e13, NOW), 2 ** 31 - 1);
});
