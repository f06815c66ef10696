// A deployed dashboard, and the backend of the team that it belongs to: who has its
// cookie gets a session.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { listen } from "../listen.mjs";
import { KEYS, ORGS, startDashboard, until } from "./support.mjs";
import { texts } from "../../www/texts.js";

const [ANA, BO] = ORGS.harbor.users;
const [EVA] = ORGS.fjord.users;
/** Who may be signed in with the team, by the value of its cookie. */
export const PEOPLE = {
  ana: { user: ANA, key: KEYS.harbor },
  bo: { user: BO, key: KEYS.harbor },
  eva: { user: EVA, key: KEYS.fjord },
};
/**
 * How long its sessions live, in seconds. A page whose clock was put forward renews the next
 * in what is left of that by its own clock: enough that a slow machine is not overtaken.
 */
export const LIFETIME = 900;

/**
 * The backend. `asked` lists who asked; `given` the tokens; `fate` is what becomes of
 * questions instead of an answer: "hang", "down" or a status.
 */
export async function startBackend() {
  const backend = {
    /** @type {(string | undefined)[]} */
    asked: [],
    /** @type {string[]} */
    given: [],
    /** @type {undefined | "hang" | "down" | number} */
    fate: undefined,
    api: "",
    page: "",
  };
  const server = createServer(async (request, response) => {
    const { fate } = backend;
    const [, name] = /(?:^|; )team=(\w+)/.exec(request.headers.cookie ?? "") ?? [];
    backend.asked.push(name);
    if (fate === "hang") return;
    if (fate === "down") return request.socket.destroy();
    response.setHeader("access-control-allow-origin", backend.page);
    response.setHeader("access-control-allow-credentials", "true");
    assert.equal(request.method, "POST");
    const person = PEOPLE[name];
    if (fate !== undefined || !person) return response.writeHead(fate ?? 401).end();
    const answered = await fetch(`${backend.api}/v1/sessions`, {
      method: "POST",
      headers: { authorization: `Bearer ${person.key}`, "content-type": "application/json" },
      body: JSON.stringify({
        user_id: person.user.id,
        origin: backend.page,
        expires_in: LIFETIME,
      }),
    });
    // Whoever may have none is as good as signed out.
    if (!answered.ok) return response.writeHead(403).end();
    const session = await answered.json();
    backend.given.push(session.token);
    response.writeHead(answered.status, { "content-type": "application/json" });
    response.end(JSON.stringify(session));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return Object.assign(backend, {
    url: `${url}/session`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
}

/** A deployment with such a backend. */
export async function startDeployed(more = {}) {
  const backend = await startBackend();
  const dashboard = await startDashboard({
    development: false,
    more: { SESSION_URL: backend.url, ...more },
  });
  backend.api = dashboard.url;
  backend.page = dashboard.url;
  return {
    ...dashboard,
    backend,

    /** A page of a browser in which that person, if any, is signed in with the team. */
    async openAs(name, path = "/watchlist") {
      const page = await dashboard.open(path);
      await signInWithTeam(page, name);
      return page;
    },

    async close() {
      await dashboard.close();
      backend.close();
    },
  };
}

/** Signs someone in with the team, in the browser of a page; or out. */
export async function signInWithTeam(page, name) {
  const context = page.context();
  if (name === undefined) await context.clearCookies();
  else await context.addCookies([{ name: "team", value: name, domain: "127.0.0.1", path: "/" }]);
}

/** Presses Connect, which needs no more than that. */
export async function connectByTeam(page, label = texts.connection.connect) {
  await page.getByRole("button", { name: label, exact: true }).first().click();
  await page.getByText(texts.connection.connected, { exact: true }).waitFor();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** All that the browser keeps for the page, and all that is in the page, as one text. */
export function kept(page) {
  return page.evaluate(async () => {
    const records = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await new Promise((resolve) => {
        const open = indexedDB.open(name);
        open.onsuccess = () => resolve(open.result);
      });
      for (const table of database.objectStoreNames) {
        const all = database.transaction(table).objectStore(table).getAll();
        records.push(await new Promise((resolve) => (all.onsuccess = () => resolve(all.result))));
      }
      database.close();
      records.push(name);
    }
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      records,
      await caches.keys().catch(() => []),
      document.cookie,
      document.documentElement.outerHTML,
      location.href,
      [...document.querySelectorAll("input")].map(({ value }) => value),
      window.name,
      history.state,
    ]);
  });
}

/** The names of the databases of the page. */
export const databases = (page) =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name).sort());

/** Waits until the browser has removed them, which goes on behind what the page shows. */
export const databasesGone = (page) =>
  until(
    async () => (await databases(page)).length === 0,
    () => "there is still a database",
  );

/**
 * Has so many milliseconds pass in a page whose clock is installed, which is enough that it
 * renews its session, and waits until the next is in use: then it tells its other tabs.
 */
export async function passUntilRenewed(page, milliseconds) {
  await page.evaluate(() => {
    const tabs = new BroadcastChannel("assessments.session");
    tabs.onmessage = ({ data }) => {
      if (data.renewed !== undefined) Object.assign(globalThis, { isRenewed: true });
    };
    Object.assign(globalThis, { isRenewed: false });
  });
  await page.clock.fastForward(milliseconds);
  await until(
    () => page.evaluate(() => /** @type {any} */ (globalThis).isRenewed),
    () => "it was not renewed",
  );
}
