// What is kept for a visit without a connection, and what a return visit asks for.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { texts } from "../../www/texts.js";
import { launchBrowser } from "../package/projects.mjs";
import { HASHED, everyVisit, names } from "./bundle.mjs";
import { startHttp2 } from "./http2.mjs";
import { SLOW_3G, visit } from "./network.mjs";
import { connectByTeam, databasesGone, kept, startDeployed } from "./sign-in-support.mjs";
import {
  NORTHWIND,
  ORGS,
  arrived,
  disconnect,
  field,
  finish,
  openMore,
  sessionOf,
  submit,
  until,
} from "./support.mjs";

let dashboard;
before(async () => {
  dashboard = await startDeployed();
});
after(() => dashboard?.close());

const CREATED = texts.detail.createdNotice;

/** A page that may have a service worker, once that has kept the shell. */
async function openKept(path = "/watchlist") {
  const page = await dashboard.open(path, { serviceWorkers: "allow" });
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!(await caches.match("/"))) await new Promise((resolve) => setTimeout(resolve, 20));
  });
  return page;
}

/** All that the caches hold: paths, and their texts. */
const cached = (page) =>
  page.evaluate(async () => {
    const found = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        found.push([name, new URL(request.url).pathname, await response?.text()]);
      }
    }
    return found;
  });

/** As person, and with an assessment of theirs. */
async function openWithData(name) {
  const page = await openKept("/new");
  await page.context().addCookies([{ name: "team", value: "ana", domain: "127.0.0.1", path: "/" }]);
  await connectByTeam(page);
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await openMore(page);
  await field(page, "name").fill(name);
  await submit(page);
  await arrived(page, CREATED);
  return page;
}

test("the_shell_is_kept_whole_and_nothing_else_is", async () => {
  const page = await openWithData("not in a cache");
  const found = await cached(page);
  assert.equal(new Set(found.map(([name]) => name)).size, 1);
  const paths = found.map(([, path]) => path).sort();
  assert.deepEqual(paths, ["/", ...names().map((name) => `${HASHED}/${name}`)].sort());
  const text = JSON.stringify(found);
  for (const secret of [...dashboard.backend.given, "not in a cache", ORGS.harbor.id]) {
    assert.ok(!text.includes(secret), secret);
  }
  await finish(page);
});

test("without_a_connection_a_new_visit_shows_the_last_data_and_how_old_they_are", async () => {
  const page = await openWithData("read before");
  await page.context().setOffline(true);
  const tab = await page.context().newPage();
  await tab.goto(`${dashboard.url}/watchlist`);
  await tab.getByText(texts.trouble.offline).waitFor();
  await tab.getByText(texts.trouble.readAt).locator("time").waitFor();
  await tab.getByText("read before").waitFor();
  await page.context().setOffline(false);
  await tab.getByText(texts.trouble.offline).waitFor({ state: "detached" });
  // What was read is told to be old as long as nobody is connected.
  await tab.getByText(texts.connection.needed).waitFor();
  await tab.close();
  await finish(page);
});

test("after_disconnecting_nothing_is_shown_without_a_connection", async () => {
  const page = await openWithData("forgotten");
  await disconnect(page);
  await page.getByText("forgotten").first().waitFor({ state: "detached" });
  await page.context().setOffline(true);
  const tab = await page.context().newPage();
  await tab.goto(`${dashboard.url}/watchlist`);
  await tab.getByText(texts.trouble.offline).waitFor();
  await tab.getByText(texts.list.empty).waitFor();
  await databasesGone(tab);
  const all = await kept(tab);
  for (const trace of ["forgotten", ORGS.harbor.id]) assert.ok(!all.includes(trace), trace);
  await tab.close();
  await finish(page);
});

test("another_deployment_takes_over_whole_and_the_one_before_is_gone", async () => {
  const page = await openKept();
  // As if the document that was kept were that of another deployment.
  const stale = "assessments-shell-stale";
  await page.evaluate(async (name) => {
    for (const other of await caches.keys()) await caches.delete(other);
    const cache = await caches.open(name);
    await cache.put(
      "/",
      new Response("<h1>stale</h1>", { headers: { "content-type": "text/html" } }),
    );
  }, stale);
  await page.reload();
  await page.getByRole("heading", { name: texts.pages.list }).waitFor();
  await page.waitForFunction(async (name) => {
    const all = await caches.keys();
    return all.length === 1 && all[0] !== name;
  }, stale);
  // The document comes last; what removed the other cache may have been the visit before.
  await until(async () => (await cached(page)).length === names().length + 1);
  await finish(page);
});

/** Of a visit, for whoever reads the output; times are not asserted. */
const told = ({ paths, bytes, shown }) =>
  `${paths.length} requests, ${bytes} bytes, ${Math.round(shown)} ms`;

for (const [line, conditions] of [
  ["as it is", undefined],
  ["Slow 3G", SLOW_3G],
]) {
  test(`a_return_visit_asks_for_the_document_and_the_data_and_nothing_else: ${line}`, async () => {
    const context = await dashboard.browser.newContext({ serviceWorkers: "block" });
    const page = await context.newPage();
    const go = (path) => () => page.goto(dashboard.url + path, { waitUntil: "commit" });
    const cold = await visit(page, go("/"), conditions);
    // The icon is the page's and the tab's.
    assert.deepEqual([...new Set(cold.paths)].sort(), ["/", ...everyVisit()].sort());
    const again = await visit(page, go("/watchlist"), conditions);
    assert.deepEqual(again.paths, ["/watchlist"]);
    console.log(`${line}: cold ${told(cold)}; again ${told(again)}`);
    await context.close();
  });
}

test("who_is_signed_in_and_comes_back_asks_for_the_document_and_the_data_and_nothing_else", async () => {
  const front = await startHttp2(dashboard.url);
  const browser = await launchBrowser([front.flag]);
  try {
    const page = await browser.newPage();
    const token = await sessionOf(dashboard, "Dashboard User");
    await page.addInitScript((kept) => {
      sessionStorage.setItem("assessments.credential", JSON.stringify({ token: kept }));
    }, token);
    const open = async () => {
      await page.goto(`${front.url}/`);
      await page.locator(".table-row").first().waitFor();
    };
    await open();
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!(await caches.match("/"))) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await page.waitForLoadState("networkidle");
    front.passed();
    await open();
    await page.waitForLoadState("networkidle");
    const asked = front.passed().map(({ path }) => path.replace(/\?.*/, ""));
    // The browser itself may look whether there is another service worker.
    const others = asked.filter((path) => path !== "/dashboard/service-worker.js");
    assert.deepEqual(others, ["/", "/v1/dashboard/me", "/v1/dashboard/assessments"]);
  } finally {
    await browser.close();
    front.close();
  }
});
