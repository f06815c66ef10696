// The dashboard: one document whose pages are /, /new and /assessments/{id}.

import { Api } from "./api.js";
import { h, replace } from "./dom.js";
import { Draft } from "./draft.js";
import { announcer, banner, button, refreshTimes } from "./parts/controls.js";
import { askForCredential, explained } from "./parts/dialogs.js";
import { Refresher } from "./refresher.js";
import { loadRules } from "./rules.js";
import { session } from "./session.js";
import { Store } from "./store.js";
import { direction, language, texts } from "./texts.js";
import { createView } from "./views/create.js";
import { detailView } from "./views/detail.js";
import { listView } from "./views/list.js";

/**
 * @import { CreateAssessmentRequest, Me } from "assessments-edge/slim"
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
 * What the views are given.
 *
 * @typedef {App} Dashboard
 */

const TIMES_MS = 15_000;

/**
 * Asks the Worker for them; without an answer, nothing is assumed.
 *
 * @returns {Promise<Settings>}
 */
async function loadSettings() {
  try {
    const response = await fetch("/dashboard/settings.json");
    return response.ok ? await response.json() : {};
  } catch {
    return {};
  }
}

class App {
  #main = h("main", { id: "content", tabindex: -1 });
  #nav = h("nav", { "aria-label": texts.navigation });
  #connection = h("div", { class: "connection" });
  #notices = h("div", { class: "notices" });
  #ended = h("div");
  /** @type {View | undefined} */
  #view;

  /** @param {{ settings: Settings, store: Store, hasRules: boolean }} parts */
  constructor({ settings, store, hasRules }) {
    this.api = new Api({ development: settings.development === true });
    this.demo = settings.demo ?? undefined;
    this.store = store;
    this.refresher = new Refresher(this);
    this.draft = new Draft();
    session.configure(settings, {
      use: (organization) => this.#use(organization),
      forget: () => this.#forget(),
    });
    if (!hasRules) this.#notices.append(banner({ tone: "info", title: texts.rulesMissing }));
    if (!store.isKept) this.#notices.append(banner({ tone: "warning", title: texts.notKept }));
  }

  start() {
    document.documentElement.lang = language;
    document.documentElement.dir = direction;
    session.subscribe(() => this.#showConnection());
    this.#showConnection();
    addEventListener("popstate", () => {
      this.#showPage();
      this.#main.querySelector("h1")?.focus({ preventScroll: true });
    });
    document.addEventListener("click", (event) => this.#followed(event));
    setInterval(refreshTimes, TIMES_MS);
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
          h("img", { src: "/dashboard/icon.svg", alt: "", width: 28, height: 28 }),
          texts.product,
        ),
        this.#nav,
        this.#connection,
      ),
      this.#ended,
      this.#notices,
      this.#main,
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

  /** @param {Message} [notice] */
  #showPage(notice) {
    this.#view?.dispose();
    const view = this.#viewOf(location.pathname, notice);
    this.#view = view;
    replace(this.#main, view.element);
    this.setTitle(view.title);
    const link = (/** @type {string} */ href, /** @type {string} */ text) =>
      h("a", { href, "aria-current": location.pathname === href && "page" }, text);
    replace(this.#nav, link("/", texts.pages.list), link("/new", texts.pages.create));
  }

  /**
   * @param {string} path
   * @param {Message} [notice]
   * @returns {View}
   */
  #viewOf(path, notice) {
    if (path === "/") return listView(this);
    if (path === "/new") return createView(this);
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
    this.navigate(link.pathname);
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
    this.draft.belongTo(organization);
    await this.store.use(organization);
    if (before !== undefined && before !== organization) this.#showPage();
  }

  /** Clears what the page shows and keeps of the organization. */
  async #forget() {
    this.draft.startAnew();
    this.draft.belongTo(undefined);
    await this.store.forget();
    this.#showPage();
  }

  #showConnection() {
    const { connect, connectAgain, disconnect, problems, signInAgain } = texts.connection;
    const { me, ended, interruption } = session;
    const ask = () => askForCredential(this);
    const leave = () => session.disconnect();
    const label = ended ? connectAgain : connect;
    replace(
      this.#connection,
      me
        ? [identity(me, choiceToKeep()), button(disconnect, leave, { look: "quiet" })]
        : button(label, ask, { look: "primary", title: texts.connection.needed }),
    );
    const interrupted = interruption === undefined ? undefined : explained(interruption);
    const title = ended ? problems[ended] : interrupted;
    const actions = [
      ended
        ? button(connectAgain, ask, { look: "primary" })
        : button(signInAgain, (event) => this.#restoreAgain(event), { look: "primary" }),
      button(disconnect, leave, { look: "quiet" }),
    ];
    replace(this.#ended, title && banner({ tone: "warning", title, actions }));
    this.#ended.classList.toggle("notices", title !== undefined);
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
    await session.restore();
    // If it came to nothing again, whoever works with the keyboard is still here.
    if (document.activeElement === document.body) this.#ended.querySelector("button")?.focus();
  }
}

/**
 * For whom and as what the page is connected.
 *
 * @param {Me} me
 * @param {HTMLElement} choice
 */
function identity({ organization, user, key, role, environment }, choice) {
  const { connected, environments } = texts.connection;
  return h(
    "div",
    { class: "identity" },
    h("span", { class: "connected" }, connected),
    h("span", {}, h("bdi", {}, organization.name), " · ", environments[environment] ?? environment),
    h("span", {}, h("bdi", {}, (user ?? key)?.name), " · ", h("bdi", {}, role)),
    choice,
  );
}

/** Whether the tab keeps the session, to be seen and changed while there is one. */
function choiceToKeep() {
  const box = h("input", { type: "checkbox", checked: session.isRemembered });
  box.addEventListener("change", () => session.remember(box.checked));
  return h("label", { class: "check" }, box, texts.connection.keepConnected);
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const [settings, store, hasRules] = await Promise.all([
  loadSettings(),
  Store.open(session.organization),
  loadRules(),
]);
new App({ settings, store, hasRules }).start();
