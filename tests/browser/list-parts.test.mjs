// What the list of assessments is made of, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

// By their addresses, for their types are checked with the pages.
const part = (path) => import(new URL(`../../www/${path}`, import.meta.url).href);
const { Changes } = await part("assessments/changes.js");
const { Ending } = await part("assessments/ending.js");
const { Failure } = await part("failure.js");
const { Paged } = await part("paged.js");

const { signal } = new AbortController();
const ids = (list) => list.items.map(({ id }) => id).join(" ");

/** Pages of what `all` answers then, as the API cuts them: a cursor is the item before. */
function cut(all, size) {
  return async (cursor) => {
    const items = all();
    const from = cursor === undefined ? 0 : items.findIndex(({ id }) => id > cursor);
    const page = from < 0 ? [] : items.slice(from, from + size);
    const isLast = from < 0 || from + size >= items.length;
    return { items: page, next_cursor: isLast ? null : page.at(-1).id };
  };
}

test("what_new_ones_push_over_the_end_of_a_page_is_read_again_as_well", async () => {
  /** @type {{ id: string, name: string }[]} */
  let items = ["b0", "b1", "b2", "c0", "c1", "c2", "d0"].map((id) => ({ id, name: "old" }));
  const list = new Paged(cut(() => items, 3));
  for (let page = 0; page < 3; page++) await list.more(signal);
  items = [{ id: "a0", name: "new" }, { id: "a1", name: "new" }, ...items];
  await list.again("b0", signal);
  assert.equal(ids(list), "a0 a1 b0 b1 b2 c0 c1 c2 d0");
  items = items.map((item) => ({ ...item, name: "renamed" }));
  await list.again("b2", signal);
  assert.equal(list.get("b2").name, "renamed");
  assert.equal(list.get("b1").name, "renamed");
  assert.equal(ids(list), "a0 a1 b0 b1 b2 c0 c1 c2 d0");
  assert.equal(list.hasMore, false);
  // And so are those behind it, where several were pushed over one after the other.
  for (const id of ["a2", "a3", "a4", "a5"]) {
    items = [...items, { id, name: "renamed" }].sort((a, b) => (a.id < b.id ? -1 : 1));
    await list.again("a0", signal);
  }
  items = items.map((item) => ({ ...item, name: "last" }));
  // What is pushed over is read with its new page the next time.
  for (const { id } of [...items, ...items]) await list.again(id, signal);
  assert.ok(list.items.every(({ name }) => name === "last"));
  assert.equal(ids(list), items.map(({ id }) => id).join(" "));
});

test("what_is_answered_after_a_read_was_given_up_is_not_taken_in", async () => {
  const reading = new AbortController();
  const list = new Paged(async () => {
    reading.abort();
    return { items: [{ id: "a" }], next_cursor: null };
  });
  await assert.rejects(list.more(reading.signal));
  assert.equal(list.isRead, false);
});

const NOW = 1_800_000_000;
/** @type {any} */
const NOTHING = { q: "", status: "", mine: false, archived: false, sort: "name" };

/** An assessment that changed so many seconds ago. */
const item = (id, ago, more = {}) => ({
  id,
  status: "complete",
  assignee_id: null,
  created_at: NOW - 1_000,
  updated_at: NOW - ago,
  ...more,
});

/**
 * A list that was read, of what `live` and `archived` are then.
 *
 * @param {any} api
 */
async function readList(api, asked = {}) {
  const changes = new Changes({ ...NOTHING, ...asked }, undefined, async (query) => {
    const all = query.archived ? api.archived : api.live;
    const items = all.toSorted((a, b) => b.updated_at - a.updated_at).slice(0, query.limit);
    return { items, next_cursor: items.length < all.length ? "more" : null };
  });
  await changes.begin(signal);
  /** @type {import("../../www/paged.js").Paged<any>} */
  const list = new Paged(async () => ({ items: api.found ?? api.live, next_cursor: null }));
  await list.more(signal);
  return { list, look: () => changes.read(list, signal) };
}

test("more_that_were_archived_than_can_be_told_have_the_list_read_again", async () => {
  const live = Array.from({ length: 130 }, (_, n) => item(`a${n}`, 500 + n));
  const api = { live, archived: /** @type {any[]} */ ([]) };
  const { look } = await readList(api);
  api.live = live.slice(120);
  api.archived = live.slice(0, 120).map((each) => ({ ...each, updated_at: NOW }));
  assert.equal(await look(), false);
});

test("many_that_were_archived_long_ago_are_no_change", async () => {
  const archived = Array.from({ length: 130 }, (_, n) => item(`z${n}`, 500 + n));
  const { look } = await readList({ live: [item("a", 5_000)], archived });
  assert.equal(await look(), true);
});

test("what_becomes_visible_late_is_taken_in", async () => {
  const api = { live: [item("a", 10)], archived: [] };
  const { list, look } = await readList(api);
  api.live = [...api.live, item("b", 50)];
  assert.equal(await look(), true);
  assert.equal(ids(list), "b a");
});

test("what_a_search_may_find_now_has_it_read_again_once", async () => {
  const api = { live: [item("a", 500), item("b", 500)], found: [item("a", 500)], archived: [] };
  const { look } = await readList(api, { q: "word", status: "complete" });
  api.live = [item("a", 500), item("b", 20), item("c", 10, { status: "failed" })];
  assert.equal(await look(), false);
  assert.equal(await look(), true);
  api.live = [item("a", 500), item("b", 5)];
  assert.equal(await look(), false);
});

/** What becomes of those that are ended; `fateOf` answers or throws. */
function endingOf(items, fateOf) {
  const stopped = new AbortController();
  const sent = [];
  const ending = new Ending(items, {
    archive: async (id) => {
      sent.push(id);
      await undefined;
      return { data: fateOf(id, sent.length) ?? { id, status: "canceled", archived_at: NOW } };
    },
    signal: stopped.signal,
    onprogress: () => {},
  });
  return { ending, sent, stop: () => stopped.abort() };
}

const some = (count) => Array.from({ length: count }, (_, n) => item(`e${n}`, n));
const refusal = (status, more = {}) =>
  Object.assign(new Failure("refused", "api", { message: "No.", status, ...more }));
const lost = () => new Failure("unreachable", "browser", { message: "lost" }, true);

test("one_whose_answer_was_lost_is_not_told_to_be_untried", async () => {
  const { ending, sent, stop } = endingOf(some(6), (id) => {
    if (id !== "e1") return undefined;
    stop();
    throw lost();
  });
  await ending.run();
  assert.deepEqual([...ending.failed.keys()], ["e1"]);
  assert.equal(ending.failed.get("e1").failure.kind, "unreachable");
  assert.deepEqual(
    ending.left.map(({ id }) => id),
    some(6)
      .map(({ id }) => id)
      .filter((id) => !sent.includes(id)),
  );
});

test("what_asks_for_a_long_wait_is_asked_no_more_and_the_rest_is_left", async () => {
  const { ending, sent } = endingOf(some(12), () => {
    throw refusal(429, { retryAfter: 3_600 });
  });
  await ending.run();
  assert.equal(sent.length, 4);
  assert.equal(ending.left.length, 12);
  assert.equal(ending.halt.retryAfter, 3_600);
  assert.equal(ending.failed.size, 0);
});

test("of_several_waits_the_longest_is_kept", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { ending, sent } = endingOf(some(3), (id, count) => {
    // The first asks for longer than those whose answers come behind it.
    if (count <= 3) throw refusal(429, { retryAfter: id === "e0" ? 30 : 1 });
    return undefined;
  });
  const run = ending.run();
  const pass = async (seconds) => {
    for (let quarter = 0; quarter < seconds * 4; quarter++) {
      await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(250);
    }
  };
  await pass(29);
  assert.equal(sent.length, 3);
  await pass(2);
  await run;
  assert.equal(sent.length, 6);
  assert.equal(ending.done.size, 3);
});
