// The dashboard in Chromium over the real Worker, for a test file.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { DEMO, KEYS, ORGS, startApi } from "../http/harness.mjs";
import { launchBrowser } from "../package/projects.mjs";
import { withModules } from "./bundle.mjs";
import { texts } from "../../www/texts.js";

export { KEYS, ORGS };
export const [NORTHWIND] = ORGS.harbor.vendors;
export const CONTROL_SETS = ORGS.harbor.control_sets.map(({ id }) => id);
/** Those that can be used: one more is archived. */
export const SETS = CONTROL_SETS.slice(0, 3);
/** The field of the idempotency key. */
export const KEY = "Idempotency-Key";

/** What the pages say. */
export const ONE_FAULT = "One thing needs your attention.";
export const CREATED = "The assessment was created.";
export const REPLAYED = "This is what it created; nothing was created twice.";
export const TAKEN = "This key belongs to another assessment. Yours was not created.";
export const UNANSWERED = "An earlier attempt to send this was not answered.";

/** What `cargo xtask dev` offers. */
const OFFER = {
  token: KEYS.harbor,
  user_id: ORGS.harbor.users[0].id,
  request: {
    vendor_id: NORTHWIND.id,
    control_set_ids: CONTROL_SETS.slice(0, 1),
    service_ids: [NORTHWIND.services[0].id],
    supporting_document_ids: [NORTHWIND.documents[0].id],
    trigger_workflow: "annual-reassessment-flow",
  },
  assessment_ids: ORGS.harbor.assessments.map(({ id }) => id),
};

/** What has not become so by then will not. */
const PATIENCE_MS = 30_000;

/** What a browser says by itself of an answer that is an error. */
const FAILED_LOAD = /^Failed to load resource: /;
/** What the tests' driver says of what it was told to do. */
const BLOCKED = "Service Worker registration blocked by Playwright";

/**
 * Starts the Worker and a browser. `development` is what `cargo xtask dev` is; `more` are
 * variables of the deployment.
 */
export async function startDashboard({ development = true, data = DEMO, more = {} } = {}) {
  const offered = development ? { ENVIRONMENT: "development", DEMO: JSON.stringify(OFFER) } : {};
  const vars = { ...offered, ...more };
  const api = await startApi({ vars, data });
  const browser = await launchBrowser();
  return {
    api,
    url: api.url,
    offer: OFFER,
    browser,

    /**
     * A page of a browser of its own. Whatever it complains of fails the test
     * at `finish`, but for the answers that are errors by intent: these are
     * in `refusals`.
     */
    async open(path = "/watchlist", options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        // What it fetches, no test could meddle with.
        serviceWorkers: "block",
        ...options,
      });
      return openIn(context, api.url + path);
    },

    /** Another tab of the same browser. */
    openTab: (page, path) => openIn(page.context(), api.url + path),

    /**
     * What becomes of an assessment that someone works on, all at once: a page reads what
     * has ended no more.
     */
    async move(id, { status, score = null, findings = 0 }) {
      const { DB } = api.env;
      const update = DB.prepare(
        "UPDATE assessments SET status = ?, score_percent = ?, updated_at = max(updated_at + 1, unixepoch()) WHERE id = ?",
      );
      const insert = DB.prepare(
        "INSERT INTO findings (org_id, id, assessment_id) SELECT org_id, ?, id FROM assessments WHERE id = ?",
      );
      const found = Array.from({ length: findings }, () =>
        insert.bind(`cbtask_${crypto.randomUUID().replaceAll("-", "")}`, id),
      );
      await DB.batch([update.bind(status, score, id), ...found]);
    },

    async close() {
      await browser.close();
      await api.close();
    },
  };
}

/** Browsers that a test has done with. */
const finished = new WeakSet();

async function openIn(context, url) {
  const page = await context.newPage();
  const route = page.route.bind(page);
  // What a request is to meet may be under way when its page is closed.
  page.route = (which, handler, options) => {
    const handle = async (...given) => {
      try {
        await handler(...given);
      } catch (error) {
        if (!finished.has(context) || !/closed|disposed/i.test(String(error))) throw error;
      }
    };
    return route(which, handle, options);
  };
  const complaints = [];
  page.refusals = [];
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type()) || message.text() === BLOCKED) return;
    if (FAILED_LOAD.test(message.text())) page.refusals.push(message.text());
    else complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.stack}`));
  page.complaints = complaints;
  page.onTheWay = new Set();
  page.on("request", (request) => {
    if (request.url().includes("/v1/")) page.onTheWay.add(request);
  });
  for (const end of ["requestfinished", "requestfailed"])
    page.on(end, (request) => page.onTheWay.delete(request));
  await page.goto(url);
  await page.locator("h1").first().waitFor();
  return page;
}

/** Closes the browser of a page, which must have had nothing to complain of. */
export async function finish(page) {
  finished.add(page.context());
  await page.context().close();
  assert.deepEqual(page.complaints, []);
}

/** Waits until screen readers are told something. */
export const announced = (page, text) =>
  page.locator("body > [role=status]").filter({ hasText: text }).waitFor();

/** Waits until something is so that no page shows. */
export async function until(isSo, told = () => "it never becomes so") {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, told());
    await wait(20);
  }
}

/** Waits until so many requests were sent, of those that `meddle` answers. */
export const sentSoMany = (sent, count) =>
  until(
    () => sent.length >= count,
    () => `${sent.length} were sent, not ${count}`,
  );

/** Waits until the page waits for no answer of the API. */
export const quiet = (page) =>
  until(
    async () => {
      // One answer may lead to the next question.
      if (page.onTheWay.size === 0) await page.evaluate(() => undefined);
      return page.onTheWay.size === 0;
    },
    () => [...page.onTheWay].map((request) => request.url()).join(),
  );

/**
 * Has time pass in the page only as a test has it run: what the page does by itself a moment
 * later waits for whoever looks at what it says until then. So many milliseconds pass first,
 * and what was to happen before that was called still comes by itself.
 */
export async function stopClock(page, ahead = 60_000) {
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + ahead);
}

/**
 * Has the page's time, whose clock is installed, stand still but for what a test lets pass.
 * By itself it goes on as well, by as much as the machine is slow.
 */
export async function pauseClock(page) {
  for (let lead = 100; ; lead *= 2) {
    const at = (await page.evaluate(() => Date.now())) + lead;
    try {
      return await page.clock.pauseAt(at);
    } catch (error) {
      // It was passed before it could be told to stop there.
      if (!/past/.test(String(error)) || lead > 10_000) throw error;
    }
  }
}

/** Connects as the demo's user, or with a credential; `words` are those of the page. */
export async function connect(page, key, words = texts.connection, stays = false) {
  await page.locator(".connection").getByRole("button").first().click();
  const dialog = page.getByRole("dialog");
  if (key === undefined) {
    await dialog.getByRole("button", { name: words.useDemo }).click();
  } else {
    await dialog.getByLabel(words.credential).fill(key);
    if (stays) await dialog.getByLabel(words.remember).check();
    await dialog.getByRole("button", { name: words.connect }).click();
  }
  await dialog.waitFor({ state: "detached" });
}

/** Connects with a session that the tab keeps over a reload. */
export const connectToStay = (page, token) => connect(page, token, texts.connection, true);

/** What the Worker writes into the document for its script. */
export async function settingsOf(url) {
  const text = await (await fetch(url)).text();
  const [, written = ""] = /name="settings" content="([^"]*)"/.exec(text) ?? [];
  return JSON.parse(
    written.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&"),
  );
}

/** The token of a session of the demo's user, in that role. */
export async function sessionOf({ api }, role) {
  const made = await api.createSession({ user_id: OFFER.user_id, role });
  assert.equal(made.status, 201, made.text);
  return made.json.token;
}

/** The requests of an operation. */
const OPERATIONS = {
  create: ["POST", /\/v1\/assessments$/],
  retrieve: ["GET", /\/v1\/assessments\/[^/]+$/],
  list: ["GET", /\/v1\/dashboard\/assessments\?/],
  archive: ["DELETE", /\/v1\/assessments\/[^/]+$/],
};

/** Opens the menu of the connection. */
export const openAccount = (page) => page.locator(".identity").click();

/** Disconnects, by that menu. */
export async function disconnect(page, words = texts.connection) {
  await openAccount(page);
  await page.getByRole("button", { name: words.disconnect }).click();
}

/**
 * What becomes of the next requests of an operation, in order; `fates` are
 *   "lose"    it is carried out, and the connection breaks before the answer
 *   "refuse"  it does not arrive
 *   "hold"    it is carried out, and the answer never comes, as long as the route is there
 *   an answer { status, json, headers } that is given instead
 *   a function that is called before it goes on
 * Requests after that are left alone. Answers what was sent: method, headers, body.
 */
export async function meddle(page, operation, fates) {
  const [method, path] = OPERATIONS[operation];
  const left = [...fates];
  /** @type {{ key: string, body: any }[]} */
  const sent = [];
  await page.route(path, async (route, request) => {
    if (request.method() !== method) return route.fallback();
    sent.push({ key: request.headers()["idempotency-key"], body: request.postDataJSON() });
    return left.length > 0 ? meet(route, left.shift()) : route.continue();
  });
  return sent;
}

/**
 * Has every request of an operation meet the same fate until the function is called that
 * this answers, so that what the page says of it meanwhile can be looked at in peace.
 */
export async function obstruct(page, operation, fate) {
  const [method, path] = OPERATIONS[operation];
  let isOver = false;
  await page.route(path, (route, request) =>
    isOver || request.method() !== method ? route.fallback() : meet(route, fate),
  );
  return () => {
    isOver = true;
  };
}

async function meet(route, fate) {
  if (fate === "refuse") return route.abort("internetdisconnected");
  if (fate === "lose" || fate === "hold") {
    await route.fetch();
    return fate === "lose" ? route.abort("connectionreset") : undefined;
  }
  if (typeof fate === "function") {
    await fate();
    return route.continue();
  }
  return route.fulfill(fate);
}

/** Shows what most requests leave as it is; the browser keeps that. */
export async function openMore(page) {
  const more = page.locator("details.rest");
  if (!(await more.evaluate((details) => details.open))) await more.locator("summary").click();
}

/** The control of a field of the form. */
export const field = (page, name) => page.locator(`[data-field="${name}"] input`);

/** The faults that a field of the form shows. */
export const faults = (page, name) => page.locator(`[data-field="${name}"] .fault`);

/** The same as texts. */
export const faultTexts = (page, name) => faults(page, name).allInnerTexts();

/** The ids of a list as its chips show them: all, or those of a class. */
export const chips = (page, name, which = ".chip") =>
  page
    .locator(`[data-field="${name}"] ${which}`)
    .evaluateAll((all) => all.map(({ title }) => title));

/** An error as the API answers it. */
export const answer = (status, detail, headers = {}) => ({
  status,
  json: { detail },
  headers: { "x-coverbase-request-id": crypto.randomUUID(), ...headers },
});

/** An answer of something in between. */
export const gateway = (status) => ({
  status,
  contentType: "text/html",
  body: "<!doctype html><title>A gateway</title><h1>Bad gateway</h1>",
});

/** Gives a field a text as a paste would. */
export async function paste(page, name, text) {
  await field(page, name).focus();
  await field(page, name).evaluate((input, pasted) => {
    const data = new DataTransfer();
    data.setData("text", pasted);
    const event = new ClipboardEvent("paste", {
      clipboardData: data,
      bubbles: true,
      cancelable: true,
    });
    if (input.dispatchEvent(event)) {
      input.value += pasted;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }, text);
}

/** Presses the button at the end of the form. */
export const submit = (page) => page.locator("main form button[type=submit]").click();

/** The address of an assessment's page, with its id. */
export const ASSESSMENT = /\/assessments\/(cbqsrw_[0-9a-f]{32})$/;

/** What the form says at its end. */
export const message = (page) => page.locator("form .message");

/** Waits for an error that has this title; answers all that is said. */
export async function refused(page, title) {
  const alert = message(page).getByRole("alert");
  await alert.locator(".banner-title").getByText(title, { exact: true }).waitFor();
  await page.locator("main form button[type=submit]:enabled").waitFor();
  return alert.innerText();
}

/** Presses the button that sends the request again with the same key. */
export const sendAgain = (page) =>
  message(page).getByRole("button", { name: "Send again" }).click();

/** Waits for the page of an assessment with that notice; answers the id. */
export async function arrived(page, notice) {
  await page.locator("main").getByText(notice).waitFor();
  const [, id] = ASSESSMENT.exec(page.url()) ?? assert.fail(page.url());
  return id;
}

/** Loads the page again with a changed module of texts. */
export const withTexts = (page, change) => withModules(page, { "texts.js": change });

/** The rows of the watchlist, and those that have a text. */
export const rows = (page) => page.locator(".row-item");
export const row = (page, name) => page.locator(".row-item").filter({ hasText: name });

/** Says to the page that it is hidden, or seen again. */
export function setHidden(page, isHidden) {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}
