// What a long watchlist costs, and who of several tabs pays: requests are counted in the
// page's time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { texts } from "../../www/texts.js";
import { makeAssessment, makeOrg } from "../http/harness.mjs";
import {
  connect,
  disconnect,
  finish,
  pauseClock,
  row,
  rows,
  setHidden,
  startDashboard,
} from "./support.mjs";

/** Rows of the watchlist that are not finished. */
const WATCHED = 500;

const now = Math.floor(Date.now() / 1_000);
const org = makeOrg("watched");
const assessments = Array.from({ length: WATCHED }, (_, index) =>
  makeAssessment(`watched ${index}`, org.vendor, {
    created_at: now - 86_400 - index,
    updated_at: now - 3_600 - index,
  }),
);
const ids = assessments.map(({ id }) => id);

/** An organization in which so much happened since that no list tells of those. */
const busy = makeOrg("busy");
const OLD = 100;
const ofBusy = Array.from({ length: OLD + 600 }, (_, index) =>
  makeAssessment(`busy ${index}`, busy.vendor, {
    created_at: now - 86_400,
    updated_at: index < OLD ? now - 80_000 : now - 3_600,
  }),
);

/** Organizations of which a browser could not keep a change, in which much happens then. */
const WHOLE = 200;
const FIRST = 10;
const unkept = ["full", "closed"].map((seed) => {
  const { data, ...rest } = makeOrg(seed);
  const assessments = Array.from({ length: WHOLE }, (_, index) =>
    makeAssessment(`${seed} ${index}`, rest.vendor, {
      created_at: now - 86_400,
      updated_at: now - 7_200 - index,
    }),
  );
  return { ...rest, seed, data: { ...data, assessments } };
});

let dashboard;
before(async () => {
  dashboard = await startDashboard();
  await dashboard.api.load({
    orgs: [
      { ...org.data, assessments },
      { ...busy.data, assessments: ofBusy },
      ...unkept.map(({ data }) => data),
    ],
  });
});
after(() => dashboard?.close());

const isRead = (request) =>
  request.method() === "GET" && /\/v1\/(dashboard\/)?assessments/.test(request.url());

/** The reads of a page that begin from now on. */
function counted(page) {
  const reads = { begun: 0, open: 0 };
  page.on("request", (request) => {
    if (!isRead(request)) return;
    reads.begun += 1;
    reads.open += 1;
  });
  for (const end of ["requestfinished", "requestfailed"]) {
    page.on(end, (request) => {
      if (isRead(request)) reads.open -= 1;
    });
  }
  return reads;
}

/** So many tabs of a browser with an empty watchlist, and what they read. */
async function openTabs(count, key) {
  const first = await dashboard.open();
  await first.clock.install();
  const tabs = [first];
  while (tabs.length < count) tabs.push(await dashboard.openTab(first, "/watchlist"));
  for (const tab of tabs) await connect(tab, key);
  await pauseClock(first);
  const reads = tabs.map(counted);
  /** How many reads of each begin in so many seconds, each answered in its second. */
  const readsIn = async (seconds) => {
    const began = reads.map(({ begun }) => begun);
    for (let second = 0; second < seconds; second++) {
      await first.clock.runFor(1_000);
      for (const tab of tabs) if (!tab.isClosed()) await tab.evaluate(() => undefined);
      while (reads.some(({ open }) => open > 0)) await wait(5);
    }
    return reads.map(({ begun }, index) => begun - began[index]);
  };
  /** Lets time pass until something is there, at most so many seconds. */
  const until = async (locator, most) => {
    for (let second = 0; second < most; second++) {
      if ((await locator.count()) > 0) return;
      await readsIn(1);
    }
    assert.fail(`${locator} is not there after ${most} s`);
  };
  return { tabs, reads, readsIn, until };
}

/** Has a tab watch them. */
async function watch(page, watched) {
  const assessments = watched.map((id) => ({ id }));
  const text = JSON.stringify({ format: "assessments-index", version: 1, assessments });
  await page.locator("input[type=file]").setInputFiles({
    name: "list.json",
    mimeType: "application/json",
    buffer: Buffer.from(text),
  });
  await page.getByText(texts.list.imported(watched.length, watched.length)).waitFor();
}

/** The page's time in seconds. */
const timeIn = (page) => page.evaluate(() => Date.now() / 1_000);
/** How many reads there may be in so many seconds: one in 1.25 s, and four at once. */
const mostIn = (seconds) => seconds / 1.25 + 5;

const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
const unread = (page) => rows(page).filter({ hasText: texts.list.unread });

test("five_hundred_watched_rows_cost_two_tabs_far_less_than_a_request_a_second", async () => {
  const { tabs, readsIn, until } = await openTabs(2, org.key);
  const [first, second] = tabs;
  await watch(first, ids);
  const atFirst = await readsIn(60);
  for (const tab of tabs) {
    assert.equal(await rows(tab).count(), WATCHED);
    assert.equal(await unread(tab).count(), 0);
  }
  const later = await readsIn(60);
  console.log(`reads in the first minute: ${atFirst}; in the second: ${later}`);
  assert.ok(sum(atFirst) <= 30, atFirst.join());
  assert.ok(sum(later) >= 2 && sum(later) <= 12, later.join());
  assert.ok(later.includes(0), "one tab reads for both");

  await dashboard.move(ids[7], { status: "complete", score: 0.5 });
  await until(row(second, "watched 7").filter({ hasText: "Complete" }), 90);
  await until(row(first, "watched 7").filter({ hasText: "Complete" }), 5);
  await dashboard.api.archive(ids[8], { key: org.key });
  await until(row(second, "watched 8").filter({ hasText: texts.list.archived }), 90);

  // A tab that is opened later knows what the others found out.
  const late = await dashboard.openTab(first, "/watchlist");
  await connect(late, org.key);
  const reads = counted(late);
  await readsIn(20);
  assert.equal(reads.begun, 0);
  await finish(first);
});

test("when_the_tab_that_reads_is_hidden_or_closed_another_goes_on", async () => {
  const { tabs, readsIn, until } = await openTabs(3, org.key);
  const watched = ids.slice(20, 30);
  await watch(tabs[0], watched);
  await until(row(tabs[2], "watched 20").filter({ hasText: "Collecting" }), 20);
  const readers = await readsIn(120);
  assert.equal(readers.filter((count) => count > 0).length, 1, readers.join());
  const one = readers.findIndex((count) => count > 0);
  await setHidden(tabs[one], true);
  const others = await readsIn(120);
  assert.equal(others[one], 0);
  assert.equal(others.filter((count) => count > 0).length, 1, others.join());
  const another = others.findIndex((count) => count > 0);
  await tabs[another].close();
  const last = 3 - one - another;
  await dashboard.move(watched[0], { status: "complete" });
  await until(row(tabs[last], "watched 20").filter({ hasText: "Complete" }), 90);
  // Who is seen again shows what was read meanwhile.
  await setHidden(tabs[one], false);
  await until(row(tabs[one], "watched 20").filter({ hasText: "Complete" }), 5);
  for (const tab of tabs) assert.deepEqual(tab.complaints, []);
  await finish(tabs[last]);
});

test("what_no_list_tells_of_is_read_one_by_one_and_first_what_is_on_the_screen", async () => {
  const { tabs, readsIn } = await openTabs(2, busy.key);
  const [page] = tabs;
  const watched = ofBusy.slice(0, OLD).map(({ id }) => id);
  await watch(page, watched);
  const inSight = await rows(page).evaluateAll(
    (all) => all.filter((item) => item.getBoundingClientRect().top < innerHeight).length,
  );
  assert.ok(inSight > 4 && inSight < OLD / 2, `${inSight} rows on the screen`);
  // The lists are looked through until they seem to have none of them.
  const began = await timeIn(page);
  const atFirst = sum(await readsIn(Math.ceil((12 + inSight) * 1.25)));
  const passed = (await timeIn(page)) - began;
  assert.ok(atFirst <= mostIn(passed), `${atFirst} reads in ${passed} s`);
  const stillUnread = await rows(page).evaluateAll(
    (all, words) => all.flatMap((item, at) => (item.innerText.includes(words) ? [at] : [])),
    texts.list.unread,
  );
  assert.ok(stillUnread.length > OLD / 3, `${stillUnread.length} are left`);
  assert.deepEqual(
    stillUnread.filter((at) => at < inSight),
    [],
  );
  const minute = await readsIn(60);
  const more = (await timeIn(page)) - began - passed;
  assert.ok(sum(minute) > 30 && sum(minute) <= mostIn(more), `${minute} in ${more} s`);
  assert.ok(minute.includes(0), "one tab reads for both");
  await readsIn(90);
  assert.equal(await unread(tabs[1]).count(), 0);
  await finish(page);
});

test("a_tab_that_cannot_read_leaves_it_to_another_and_tries_again", async () => {
  const { tabs, readsIn, until } = await openTabs(2, org.key);
  const watched = ids.slice(40, 50);
  await watch(tabs[0], watched);
  await readsIn(60);
  const readers = await readsIn(120);
  const one = tabs[readers.findIndex((count) => count > 0)];
  const other = tabs.find((tab) => tab !== one);
  await one.route(/\/v1\/dashboard\/assessments/, (route) => route.abort("connectionrefused"));
  await until(one.getByText(texts.trouble.unreachable), 90);
  await dashboard.move(watched[0], { status: "complete" });
  await until(row(other, "watched 40").filter({ hasText: "Complete" }), 90);
  assert.equal(await other.getByText(texts.trouble.unreachable).count(), 0);
  const [failed] = (await readsIn(60)).filter((_, index) => tabs[index] === one);
  assert.ok(failed <= 8, `${failed} reads that fail in a minute`);
  await one.unroute(/\/v1\/dashboard\/assessments/);
  for (let second = 0; second < 90; second++) {
    if ((await one.getByText(texts.trouble.unreachable).count()) === 0) break;
    await readsIn(1);
  }
  assert.equal(await one.getByText(texts.trouble.unreachable).count(), 0);
  await finish(one);
});

test("a_return_visit_asks_only_for_what_changed_since_and_disconnecting_forgets_that", async () => {
  const { tabs, readsIn, reads, until } = await openTabs(1, org.key);
  const [page] = tabs;
  await watch(page, ids);
  await readsIn(60);
  await dashboard.move(ids[60], { status: "complete" });
  await page.reload();
  await connect(page, org.key);
  const before = reads[0].begun;
  await until(row(page, "watched 60").filter({ hasText: "Complete" }), 30);
  assert.ok(reads[0].begun - before <= 2, `${reads[0].begun - before} reads`);
  // One that is as it was created, whatever became of it since.
  await page.evaluate(
    async ([database, id]) => {
      const opened = indexedDB.open(database);
      await new Promise((resolve) => (opened.onsuccess = resolve));
      const table = opened.result
        .transaction("assessments", "readwrite")
        .objectStore("assessments");
      const asked = table.get(id);
      await new Promise((resolve) => (asked.onsuccess = resolve));
      const { assessment, ...record } = asked.result;
      table.put({
        ...record,
        mayBeOld: true,
        assessment: { ...assessment, status: "created", updated_at: 1 },
      });
      await new Promise((resolve) => (table.transaction.oncomplete = resolve));
      opened.result.close();
    },
    [`assessments.${org.id}`, ids[60]],
  );
  await page.reload();
  await row(page, "watched 60").getByText("Collecting").waitFor();
  await connect(page, org.key);
  await until(row(page, "watched 60").filter({ hasText: "Complete" }), 10);
  await disconnect(page);
  await page.getByText(texts.list.empty).waitFor();
  assert.equal(
    await page.evaluate((id) => JSON.stringify(localStorage).includes(id), org.id),
    false,
  );
  await finish(page);
});

test("two_tabs_that_cannot_read_do_not_take_the_turn_from_each_other_without_end", async () => {
  const { tabs, readsIn, reads } = await openTabs(2, org.key);
  await watch(tabs[0], ids.slice(80, 90));
  await readsIn(60);
  for (const tab of tabs) {
    await tab.evaluate(() => {
      globalThis.taken = 0;
      navigator.locks.request = new Proxy(navigator.locks.request, {
        apply(request, locks, [name, how, work]) {
          if (how.steal) globalThis.taken += 1;
          return Reflect.apply(request, locks, [name, how, work]);
        },
      });
    });
  }
  /** While it is true, what is read fails; then it is not answered. */
  let fails = true;
  for (const tab of tabs)
    await tab.route(/\/v1\/dashboard\/assessments/, (route) =>
      fails ? route.abort("connectionrefused") : undefined,
    );
  const unreachable = (tab) => tab.getByText(texts.trouble.unreachable);
  for (let second = 0; second < 120; second++) {
    const counts = await Promise.all(tabs.map((tab) => unreachable(tab).count()));
    if (counts.every((count) => count > 0)) break;
    await readsIn(1);
  }
  for (const tab of tabs) await unreachable(tab).waitFor();
  fails = false;
  const open = () => reads.filter((one) => one.open > 0).length;
  for (let second = 0; second < 180 && open() < 2; second++) {
    await tabs[0].clock.runFor(1_000);
    await wait(20);
  }
  assert.equal(open(), 2, "both wait for an answer");
  const taken = async () => sum(await Promise.all(tabs.map((tab) => tab.evaluate(() => taken))));
  const before = await taken();
  await wait(500);
  const after = await taken();
  assert.ok(before > 0, "who is seen to be in trouble takes it");
  assert.equal(after, before);
  await finish(tabs[0]);
});

for (const { seed, id: orgId, key, data } of unkept) {
  test(`what_could_not_be_kept_is_read_again_by_the_next_visit_when_the_database_is_${seed}`, async () => {
    const { tabs, readsIn, until } = await openTabs(1, key);
    const [page] = tabs;
    const [first, ...others] = data.assessments.map((assessment) => assessment.id);
    await watch(page, [first, ...others.slice(0, FIRST)]);
    await readsIn(60);
    await page.evaluate((how) => {
      if (how === "closed") {
        IDBDatabase.prototype.transaction = () => {
          throw new DOMException("The database connection is closing.", "InvalidStateError");
        };
        return;
      }
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (record) {
        const request = put.call(this, record);
        this.transaction.abort();
        return request;
      };
    }, seed);
    const change = (changed, at, status) =>
      dashboard.api.rows(
        "UPDATE assessments SET status = ?, updated_at = ? WHERE org_id = ? AND id IN (SELECT value FROM json_each(?))",
        status,
        at,
        orgId,
        JSON.stringify(changed),
      );
    await change([first], now - 3_600, "complete");
    await until(row(page, `${seed} 0`).filter({ hasText: "Complete" }), 90);
    // So many that no page tells of it besides.
    await change(others.slice(FIRST, 60), now - 600, "created");
    await change(others.slice(60), now - 900, "created");
    await readsIn(90);
    await page.reload();
    await connect(page, key);
    await until(row(page, `${seed} 0`).filter({ hasText: "Complete" }), 60);
    await finish(page);
  });
}
