// Keeps the shell of the dashboard, which is its document and the files that this names,
// so that a page opens where there is no connection. It keeps nothing else: what the API
// answers passes by, and what the page shows then is what it has kept itself.
//
// A shell is kept whole or not at all, in a cache that is named by the document's hash, so
// that no page gets files of two deployments.

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);

/** How the names of its caches begin. */
const SHELL = "assessments-shell-";
/** Any page: there is one document. */
const DOCUMENT = "/";
const HASHED = "/dashboard/hashed/";
/** Pages, as the Worker knows them. */
const PAGES = /^\/(new(\/many)?|watchlist|assessments\/[^/]+)?$/;
/** Longest wait for the document, where there is one to show instead. */
const PATIENCE_MS = 4_000;
/** Longest wait for a shell. */
const SHELL_MS = 60_000;

worker.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
  worker.skipWaiting();
});

worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && PAGES.test(pathname)) event.respondWith(page(event));
  else if (pathname.startsWith(HASHED)) event.respondWith(file(request));
});

/**
 * The document as it is now, or as it was kept if that does not come in time.
 *
 * @param {FetchEvent} event
 */
async function page(event) {
  const kept = await caches.match(DOCUMENT);
  const asked = fetch(event.request);
  if (!kept) return asked;
  event.waitUntil(asked.then(renewShell).catch(() => {}));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answered = await Promise.race([asked, late]).catch(() => undefined);
  // What answers in the Worker's place, or the Worker in trouble, has no page to show.
  return answered instanceof Response && answered.status < 500 ? answered.clone() : kept;
}

/**
 * A file by its content, which never changes.
 *
 * @param {Request} request
 */
async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

/** Keeps the shell anew if the document has become another. */
async function renewShell(/** @type {Response} */ response) {
  if (!response.ok) return;
  const text = await response.clone().text();
  const cacheName = await nameOf(text);
  if (!(await caches.match(DOCUMENT, { cacheName }))) await keepShell();
}

/** Keeps the present shell, and no other. */
async function keepShell() {
  const signal = AbortSignal.timeout(SHELL_MS);
  const response = await fetch(DOCUMENT, { cache: "no-cache", signal });
  if (!response.ok) throw new Error(`HTTP ${response.status} for the document`);
  const text = await response.clone().text();
  const files = [...text.matchAll(/="(\/dashboard\/hashed\/[^"]+)"/g)].map(([, path]) => path);
  const fetched = await Promise.all(
    [...new Set(files)].map(async (path) => {
      const answer = await fetch(path, { signal });
      if (!answer.ok) throw new Error(`HTTP ${answer.status} for ${path}`);
      return { path, answer };
    }),
  );
  const name = await nameOf(text);
  const shell = await caches.open(name);
  for (const { path, answer } of fetched) await shell.put(path, answer);
  // The document last: with it the shell is whole.
  await shell.put(DOCUMENT, response);
  for (const other of await caches.keys()) {
    if (other.startsWith(SHELL) && other !== name) await caches.delete(other);
  }
}

/**
 * The name of the cache for a document.
 *
 * @param {string} text
 */
async function nameOf(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const bytes = [...new Uint8Array(digest)];
  return SHELL + bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
