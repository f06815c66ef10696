// The dashboard: one document whose pages are /, /watchlist, /new, /new/many and
// /assessments/{id}.

import icon from "./icon.svg";
import { Api } from "./api.js";
import { Endings, who } from "./assessments/endings.js";
import { savedViews } from "./assessments/saved-views.js";
import { Batch } from "./batch.js";
import { h, keepingFocus, replace } from "./dom.js";
import { Draft } from "./draft.js";
import { forgetEvents } from "./events.js";
import { explained } from "./explain.js";
import { failureOf } from "./failure.js";
import { account } from "./parts/account.js";
import { announcer, banner, button, refreshTimes, time } from "./parts/controls.js";
import { askForCredential, closeDialogs } from "./parts/dialogs.js";
import { lateView } from "./parts/late-view.js";
import { palette } from "./parts/palette.js";
import { forgetRecents } from "./recents.js";
import { Notifier } from "./notifier.js";
import { tellSwitch } from "./parts/tell-switch.js";
import { Refresher } from "./refresher.js";
import { loadRules, rulesState, subscribeToRules } from "./rules.js";
import { session } from "./session.js";
import { Store } from "./store.js";
import { direction, language, texts } from "./texts.js";
import { keepForOffline } from "./offline.js";
import { trouble } from "./trouble.js";
import { forgetKnown, known } from "./watchlist-reader.js";
import { assessmentsView } from "./views/assessments.js";
import { detailView } from "./views/detail.js";
import { listView } from "./views/list.js";

/**
 * @import { CreateAssessmentRequest } from "assessments-edge/slim"
 * @import { Message } from "./parts/controls.js"
 */

/**
 * What a development server offers to try.
 *
 * @typedef {object} Demo
 * @property {string} token A key that may make sessions.
 * @property {string} user_id Whom they are for.
 * @property {CreateAssessmentRequest} request
 * @property {string[]} assessment_ids
 */

/**
 * What only the Worker knows: `session_url` is where `connect.js` asks for sessions.
 *
 * @typedef {{ development?: boolean, demo?: Demo | null, session_url?: string | null }} Settings
 */

/** @typedef {{ title: string, element: HTMLElement, dispose: () => void }} View */

/**
 * What the page says of its connection, with the actions by what they are called.
 *
 * @typedef {object} State
 * @property {Message["tone"]} tone
 * @property {string} title
 * @property {string[]} [body]
 * @property {string | undefined} [requestId]
 * @property {Record<string, (event: Event) => unknown>} [actions]
 */

/**
 * What the views are given.
 *
 * @typedef {App} Dashboard
 */

const TIMES_MS = 15_000;
/** Longest wait for the package before the page is shown; it may come later. */
const RULES_MS = 1_000;
/** After that it is said that it is still on its way. */
const RULES_NOTICE_MS = 2_000;

/** Longest wait for the style sheet, without which nothing is drawn. */
const STYLES_MS = 5_000;

/**
 * Calls `missing` if the style sheet does not come. As long as it might, the browser draws
 * nothing, so it is given up.
 *
 * @param {() => void} missing
 */
function watchStyles(missing) {
  /** @type {HTMLLinkElement | null} */
  const link = document.querySelector("link[rel=stylesheet]");
  if (!link || (link.sheet?.cssRules.length ?? 0) > 0) return;
  const giveUp = () => {
    clearTimeout(timer);
    link.remove();
    missing();
  };
  const timer = setTimeout(giveUp, STYLES_MS);
  link.addEventListener("load", () => clearTimeout(timer));
  link.addEventListener("error", giveUp);
  // One that failed before this script came is there, and empty.
  if (link.sheet) giveUp();
}

/**
 * The Worker writes them into the document.
 *
 * @returns {Settings}
 */
function readSettings() {
  /** @type {HTMLMetaElement | null} */
  const element = document.querySelector("meta[name=settings]");
  // What a development server offers has a key, and no place in the page.
  element?.remove();
  return JSON.parse(element?.content ?? "{}");
}

class App {
  #main = h("main", { id: "content", tabindex: -1 });
  #nav = h("nav", { "aria-label": texts.navigation });
  #connection = h("div", { class: "connection" });
  #rules = h("div");
  #notices = h("div", { class: "notices" }, this.#rules);
  #state = h("div");
  /** @type {View | undefined} */
  #view;
  /** @type {typeof import("./views/forms.js") | undefined} */
  #forms;

  /** @param {{ settings: Settings, store: Store }} parts */
  constructor({ settings, store }) {
    this.api = new Api({ development: settings.development === true });
    this.demo = settings.demo ?? undefined;
    this.store = store;
    this.refresher = new Refresher(this);
    this.draft = new Draft();
    if (store.organization !== undefined) savedViews.use(store.organization);
    this.notifier = new Notifier(this);
    this.batch = new Batch(this);
    this.batch.use(session.organization);
    this.endings = new Endings(this);
    session.configure(settings, {
      use: (organization) => this.#use(organization),
      forget: () => this.#forget(),
      show: () => this.#showConnection(),
    });
    if (!store.isKept) this.#notices.append(banner({ tone: "warning", title: texts.notKept }));
  }

  start() {
    document.documentElement.lang = language;
    document.documentElement.dir = direction;
    let known = who();
    session.subscribe(() => {
      // What kept another from reading is no trouble of this one.
      if (who() !== known) trouble.clear();
      known = who();
      this.#showConnection();
    });
    trouble.subscribe(() => this.#showConnection());
    this.store.subscribe(() => this.#showState());
    for (const event of ["online", "offline"]) addEventListener(event, () => this.#showState());
    this.#showConnection();
    subscribeToRules(() => this.#showRules());
    setTimeout(() => this.#showRules(), RULES_NOTICE_MS);
    if (rulesState() !== "loading") this.#showRules();
    watchStyles(() => this.#showStylesMissing());
    addEventListener("popstate", () => {
      closeDialogs();
      this.#showPage();
      this.#main.querySelector("h1")?.focus({ preventScroll: true });
    });
    document.addEventListener("click", (event) => this.#followed(event));
    setInterval(() => document.hidden || refreshTimes(), TIMES_MS);
    document.addEventListener("visibilitychange", () => document.hidden || refreshTimes());
    this.#showPage();
    document.body.replaceChildren(
      h(
        "a",
        { class: "skip", href: "#content", onclick: (event) => this.#skip(event) },
        texts.skipToContent,
      ),
      h(
        "header",
        { class: "top" },
        h(
          "a",
          { class: "brand", href: "/" },
          h("img", { src: icon, alt: "", width: 28, height: 28 }),
          h("span", { class: "brand-name" }, texts.product),
        ),
        this.#nav,
        palette(this),
        this.#connection,
      ),
      this.#state,
      this.#notices,
      this.#main,
      tellSwitch(this),
      announcer,
    );
    session.restore();
  }

  /**
   * Goes to another page; `notice` is a message to show there.
   *
   * @param {string} path
   * @param {Message} [notice]
   */
  navigate(path, notice) {
    history.pushState(null, "", path);
    this.#showPage(notice);
    scrollTo(0, 0);
    this.#main.querySelector("h1")?.focus({ preventScroll: true });
  }

  /** @param {string} title */
  setTitle(title) {
    document.title = title === texts.product ? title : `${title} · ${texts.product}`;
  }

  #leaveView() {
    this.#view?.dispose();
    this.#view = undefined;
  }

  /** @param {Message} [notice] */
  #showPage(notice) {
    this.#leaveView();
    const view = this.#viewOf(location.pathname, notice);
    this.#view = view;
    replace(this.#main, view.element);
    this.setTitle(view.title);
    const link = (/** @type {string} */ href, /** @type {string} */ text) =>
      h("a", { href, "aria-current": location.pathname === href && "page" }, text);
    const { assessments, create, list } = texts.pages;
    replace(this.#nav, link("/", assessments), link("/watchlist", list), link("/new", create));
  }

  /**
   * @param {string} path
   * @param {Message} [notice]
   * @returns {View}
   */
  #viewOf(path, notice) {
    if (path === "/") return assessmentsView(this);
    if (path === "/watchlist") return listView(this);
    if (path === "/new") return this.#form("createView", texts.pages.create);
    if (path === "/new/many") return this.#form("manyView", texts.many.title);
    const [, id] = /^\/assessments\/([^/]+)$/.exec(path) ?? [];
    if (id !== undefined) return detailView(this, decoded(id), notice);
    const element = h(
      "div",
      { class: "page" },
      h("h1", { tabindex: -1 }, texts.pages.missing),
      h("p", {}, texts.pages.missingText),
    );
    return { title: texts.pages.missing, element, dispose: () => {} };
  }

  /**
   * A page that creates. Whoever comes back to one does not see it wait.
   *
   * @param {"createView" | "manyView"} which
   * @param {string} title
   * @returns {View}
   */
  #form(which, title) {
    if (this.#forms) return this.#forms[which](this);
    return lateView(title, async () => {
      const forms = await import("./views/forms.js");
      this.#forms = forms;
      return () => forms[which](this);
    });
  }

  /**
   * Links between pages are followed here; all others, and new tabs, by the browser.
   *
   * @param {MouseEvent} event
   */
  #followed(event) {
    const { target } = event;
    /** @type {HTMLAnchorElement | null} */
    const link = target instanceof Element ? target.closest("a[href]") : null;
    const isPlain =
      !event.defaultPrevented &&
      event.button === 0 &&
      !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || link.origin !== location.origin || link.download) return;
    event.preventDefault();
    this.navigate(link.pathname + link.search);
  }

  /** @param {MouseEvent} event */
  #skip(event) {
    event.preventDefault();
    this.#main.focus();
  }

  /**
   * Makes the page one of an organization. What is on it stays if it was that before, or
   * was of none.
   *
   * @param {string} organization
   */
  async #use(organization) {
    const { organization: before } = this.store;
    // What the page of another one still waits for must not come to this one.
    if (before !== undefined && before !== organization) this.#leaveView();
    this.draft.belongTo(organization);
    savedViews.use(organization);
    this.batch.use(organization);
    await this.store.use(organization);
    if (before !== undefined && before !== organization) this.#showPage();
  }

  /** Clears what the page shows and keeps of the organization. */
  async #forget() {
    this.#leaveView();
    this.draft.startAnew();
    this.draft.belongTo(undefined);
    forgetEvents();
    savedViews.forget();
    this.batch.forget();
    this.endings.forget();
    this.notifier.forget();
    if (this.store.organization) forgetRecents(this.store.organization);
    forgetKnown();
    await this.store.forget();
    this.#showPage();
  }

  #showStylesMissing() {
    const actions = [button(texts.trouble.reload, () => location.reload())];
    this.#notices.append(banner({ tone: "warning", title: texts.stylesMissing, actions }));
  }

  /** Says why nothing is checked, while that is so. */
  #showRules() {
    const state = rulesState();
    const retry = button(texts.trouble.retry, () => loadRules());
    const actions = state === "missing" ? [retry] : [];
    const title = state === "ready" ? undefined : texts.rules[state];
    replace(this.#rules, title && banner({ tone: "info", title, actions }));
  }

  #showConnection() {
    const { connect, connectAgain, needed } = texts.connection;
    const { me, ended } = session;
    const ask = () => askForCredential(this);
    const label = ended ? connectAgain : connect;
    const content = me ? account(me) : [button(label, ask, { look: "primary", title: needed })];
    // Made anew, its menu would close under the hand of whoever opened it.
    const shown = JSON.stringify([
      [me, session.isRemembered],
      content.map(({ textContent }) => textContent),
    ]);
    if (this.#connection.dataset.shown !== shown) {
      this.#connection.dataset.shown = shown;
      keepingFocus(this.#connection, () => replace(this.#connection, content));
    }
    this.#showState();
  }

  /** Says what is wrong with the connection, if anything is, in one place for all pages. */
  #showState() {
    const state = this.#connectionState();
    const actions = Object.entries(state?.actions ?? {});
    const names = actions.map(([name]) => name);
    const { tone = "warning", title, body = [], requestId } = state ?? {};
    const readAt = state && lastRead(this.store);
    // Made anew, a button would lose a press that is on its way, and be read out again.
    const shown = JSON.stringify([title, body, requestId, names, readAt]);
    if (this.#state.dataset.shown === shown) return;
    this.#state.dataset.shown = shown;
    const age = readAt !== undefined && h("span", {}, texts.trouble.readAt, " ", time(readAt));
    const buttons = actions.map(([name, act], index) =>
      button(name, act, { look: index === 0 ? "primary" : "quiet" }),
    );
    keepingFocus(this.#state, () =>
      replace(
        this.#state,
        title && banner({ tone, title, body: [...body, age], requestId, actions: buttons }),
      ),
    );
    this.#state.classList.toggle("notices", title !== undefined);
  }

  /** @returns {State | undefined} */
  #connectionState() {
    const { connectAgain, disconnect, needed, problems, signInAgain } = texts.connection;
    const { retry, reload, offline, offlineText } = texts.trouble;
    const { ended, interruption, isConnected } = session;
    const ask = () => askForCredential(this);
    const leave = { [disconnect]: () => session.disconnect() };
    const tone = "warning";
    if (ended) return { tone, title: problems[ended], actions: { [connectAgain]: ask, ...leave } };
    if (interruption) {
      const { title, body } = explained(failureOf(interruption));
      const again = (/** @type {Event} */ event) => this.#restoreAgain(event);
      return { tone, title, body, actions: { [signInAgain]: again, ...leave } };
    }
    if (!navigator.onLine) return { tone, title: offline, body: [offlineText] };
    if (!isConnected)
      return lastRead(this.store) === undefined ? undefined : { tone: "info", title: needed };
    if (!trouble.state) return undefined;
    const { failure, retry: again } = trouble.state;
    const { title, body, remedy } = explained(failure);
    const { requestId } = failure;
    const actions = {
      connect: { [connectAgain]: ask },
      retry: { [retry]: again },
      reload: { [reload]: () => location.reload(), [retry]: again },
    };
    return { tone, title, body, requestId, actions: remedy && actions[remedy] };
  }

  /**
   * Tries once more what came to nothing when the page was loaded.
   *
   * @param {Event} event
   */
  async #restoreAgain({ currentTarget }) {
    const again = /** @type {HTMLButtonElement} */ (currentTarget);
    again.disabled = true;
    replace(again, texts.connection.signingIn);
    delete this.#state.dataset.shown;
    await session.restore();
    // If it came to nothing again, whoever works with the keyboard is still here.
    if (document.activeElement === document.body) this.#state.querySelector("button")?.focus();
  }
}

/**
 * When the newest of what is shown was read, in Unix seconds.
 *
 * @param {Store} store
 */
function lastRead(store) {
  const times = store.all().flatMap(({ readAt }) => readAt ?? []);
  // Not by arguments, of which there can be too many.
  const newest = times.reduce((latest, at) => Math.max(latest, at), 0);
  if (newest === 0) return undefined;
  // What has not changed since was looked at as well.
  const { at = 0 } = known(store.organization);
  return Math.floor(Math.max(newest, at) / 1000);
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Shows the page. Nothing that it waits for can take for ever. */
async function start() {
  if (document.readyState === "loading") {
    await new Promise((resolve) => addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  const patience = new Promise((resolve) => setTimeout(resolve, RULES_MS));
  const rules = Promise.race([loadRules(), patience]);
  const store = await Store.open(session.organization);
  await rules;
  const settings = readSettings();
  new App({ settings, store }).start();
  // In development, what was edited is to be seen.
  if (!settings.development) keepForOffline();
}

start().catch((error) => {
  console.error(error);
  const actions = [button(texts.trouble.reload, () => location.reload())];
  const { failed: title, failedText: body } = texts.trouble;
  document.body.replaceChildren(
    h("div", { class: "notices" }, banner({ tone: "error", title, body, actions })),
  );
});
