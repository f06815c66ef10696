// The assessments of the organization, as the API lists them. What is asked is in the
// address, so that it can be kept and sent to others.

import { freshId, h, keepingFocus, reconcile, replace } from "../dom.js";
import { askedWait, explained } from "../explain.js";
import { Export } from "../export.js";
import { formatNumber, formatPercent, withMarks } from "../format.js";
import { Paged } from "../paged.js";
import { stageBadge } from "../parts/assessment.js";
import { announce, banner, button, time } from "../parts/controls.js";
import { askForCredential } from "../parts/dialogs.js";
import { stageLabel, stages, subscribeToRules } from "../rules.js";
import { session } from "../session.js";
import { readShared, writeShared } from "../tab.js";
import { texts } from "../texts.js";
import { download } from "../transfer.js";
import { trouble } from "../trouble.js";

/**
 * @import { AssessmentStatus, ListedAssessment } from "assessments-edge/slim"
 * @import { AssessmentQuery } from "assessments-edge/dashboard"
 * @import { Failure } from "../failure.js"
 * @import { Dashboard } from "../main.js"
 * @import { Message } from "../parts/controls.js"
 */

/**
 * What is asked.
 *
 * @typedef {object} Asked
 * @property {string} q
 * @property {string} status
 * @property {boolean} mine
 * @property {boolean} archived
 * @property {Sort} sort
 */

/** @typedef {keyof typeof texts.assessments.sorts} Sort */

const PATH = "/";
/** Rows of a page. */
const LIMIT = 50;
/** The longest text that the API searches for, in characters. */
const MAX_SEARCH = 100;
/** How long nothing is typed before it is searched for. */
const TYPING_MS = 250;
/** How old the page that is seen may become, and how much older after failures. */
const FRESH_MS = 30_000;
const LONGEST_MS = 300_000;
/** Whether single keys do something is the browser's own setting. */
const KEYS_KEY = "assessments.keys";

/** @type {Asked} */
const NOTHING = { q: "", status: "", mine: false, archived: false, sort: "-created_at" };

/**
 * What an address asks.
 *
 * @param {string} search
 * @returns {Asked}
 */
function askedBy(search) {
  const given = new URLSearchParams(search);
  const sort = given.get("sort") ?? "";
  return {
    q: [...(given.get("q") ?? "")].slice(0, MAX_SEARCH).join(""),
    status: given.get("status") ?? "",
    mine: given.get("assignee") === "me",
    archived: given.get("archived") === "true",
    sort: sort in texts.assessments.sorts ? /** @type {Sort} */ (sort) : NOTHING.sort,
  };
}

/** @param {Asked} asked */
function addressOf({ q, status, mine, archived, sort }) {
  const given = Object.entries({
    q: q.trim(),
    status,
    assignee: mine && "me",
    archived: archived && "true",
    sort: sort !== NOTHING.sort && sort,
  }).filter(([, value]) => value);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${PATH}?${text}` : PATH;
}

/**
 * @param {Asked} asked
 * @returns {AssessmentQuery}
 */
function queryOf({ q, status, mine, archived, sort }) {
  return {
    q: q.trim() || undefined,
    status: /** @type {AssessmentStatus} */ (status) || undefined,
    assignee_id: mine ? session.me?.user?.id : undefined,
    archived: archived || undefined,
    sort: sort === NOTHING.sort ? undefined : sort,
  };
}

/**
 * The page.
 *
 * @param {Dashboard} app
 */
export function assessmentsView(app) {
  const view = new Assessments(app);
  return { title: texts.pages.assessments, element: view.element, dispose: () => view.dispose() };
}

class Assessments {
  #app;
  #asked = askedBy(location.search);
  #search = h("input", {
    id: freshId("search"),
    type: "search",
    placeholder: texts.assessments.searchHint,
    oninput: () => this.#typed(),
  });
  /** @type {HTMLSelectElement} */
  #status = h("select", { onchange: () => this.#ask({ status: this.#status.value }) });
  /** @type {HTMLSelectElement} */
  #sort = h("select", {
    onchange: () => this.#ask({ sort: /** @type {Sort} */ (this.#sort.value) }),
  });
  /** @type {HTMLInputElement} */
  #mine = h("input", { type: "checkbox", onchange: () => this.#ask({ mine: this.#mine.checked }) });
  /** @type {HTMLInputElement} */
  #archived = h("input", {
    type: "checkbox",
    onchange: () => this.#ask({ archived: this.#archived.checked }),
  });
  #mineLabel = h("label", { class: "check tool-check" }, this.#mine, texts.assessments.mine);
  #export = button(texts.assessments.exportFile, () => this.#exportAll(), { look: "quiet" });
  /** @type {HTMLInputElement} */
  #keys = h("input", {
    type: "checkbox",
    checked: readShared(KEYS_KEY) !== "off",
    onchange: () => writeShared(KEYS_KEY, this.#keys.checked ? undefined : "off"),
  });
  #shown = h("p", { class: "muted shown", role: "status" });
  #message = h("div", { class: "message" });
  #body = h("tbody", { role: "rowgroup" });
  #table = h(
    "table",
    { class: "table", role: "table", "aria-label": texts.pages.assessments, hidden: true },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads())),
    this.#body,
  );
  #nothing = h("div");
  #more = h("div", { class: "actions center" });
  #tools;
  #hint;
  #list = this.#listOf(this.#asked);
  /** Ends what is being read for the list. */
  #reading = new AbortController();
  #isReading = false;
  /** Ends the file that is being made. */
  #exporting = new AbortController();
  /** @type {Failure | undefined} */
  #failure;
  #readAt = 0;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  #who = who();
  #left = new AbortController();
  /** @type {(() => unknown)[]} */
  #ends = [];

  /** @param {Dashboard} app */
  constructor(app) {
    this.#app = app;
    this.#tools = this.#makeTools();
    const { keys, intro } = texts.assessments;
    this.#hint = h("label", { class: "check hint" }, this.#keys, h("span", {}, keys));
    this.element = h(
      "div",
      { class: "page wide" },
      h(
        "header",
        { class: "page-head" },
        h(
          "div",
          {},
          h("h1", { tabindex: -1 }, texts.pages.assessments),
          h("p", { class: "lead" }, intro),
        ),
        h(
          "div",
          { class: "actions" },
          this.#export,
          h("a", { class: "button primary", href: "/new" }, texts.pages.create),
        ),
      ),
      this.#message,
      this.#tools,
      this.#table,
      this.#nothing,
      this.#more,
      this.#hint,
    );
    const { signal } = this.#left;
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    document.addEventListener("visibilitychange", () => this.#plan(), { signal });
    addEventListener("online", () => document.hidden || this.#again(), { signal });
    this.#ends.push(
      session.subscribe(() => this.#connected()),
      app.store.subscribe(() => this.#showRows()),
      subscribeToRules(() => this.#rulesCame()),
    );
    this.#showChoice();
    this.#begin();
  }

  dispose() {
    this.#left.abort();
    this.#reading.abort();
    this.#exporting.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#typing);
    for (const end of this.#ends) end();
  }

  #makeTools() {
    /**
     * @param {string} label
     * @param {HTMLElement} control
     * @param {string} [more]
     */
    const tool = (label, control, more = "") => {
      control.id ||= freshId("tool");
      return h("div", { class: `tool ${more}` }, h("label", { for: control.id }, label), control);
    };
    const { search, stage, sort, archived } = texts.assessments;
    return h(
      "div",
      { class: "tools", role: "search" },
      tool(search, this.#search, "grow"),
      tool(stage, this.#status),
      tool(sort, this.#sort),
      this.#mineLabel,
      h("label", { class: "check tool-check" }, this.#archived, archived),
      this.#shown,
    );
  }

  /** Makes the controls show what is asked. */
  #showChoice() {
    const { q, status, mine, archived, sort } = this.#asked;
    if (this.#search.value.trim() !== q.trim()) this.#search.value = q;
    this.#mine.checked = mine;
    this.#archived.checked = archived;
    const all = stages().flatMap(({ label, statuses }) =>
      statuses.map((value) => [value, statuses.length > 1 ? `${label}: ${words(value)}` : label]),
    );
    // One that is asked for by its address alone is shown as it is.
    if (status && all.every(([value]) => value !== status)) all.push([status, words(status)]);
    const { allStages, sorts, sortOfSearch } = texts.assessments;
    replace(this.#status, options([["", allStages], ...all], status));
    const isSearch = q.trim() !== "";
    replace(
      this.#sort,
      isSearch ? options([["", sortOfSearch]], "") : options(Object.entries(sorts), sort),
    );
    this.#sort.disabled = isSearch;
    this.#mineLabel.hidden = session.isConnected && !session.me?.user && !mine;
  }

  #rulesCame() {
    this.#showChoice();
    this.#showRows();
  }

  #typed() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      const q = [...this.#search.value].slice(0, MAX_SEARCH).join("");
      if (q.trim() !== this.#asked.q.trim()) this.#ask({ q });
    }, TYPING_MS);
  }

  /** @param {Partial<Asked>} changes */
  #ask(changes) {
    this.#asked = { ...this.#asked, ...changes };
    history.replaceState(history.state, "", addressOf(this.#asked));
    this.#showChoice();
    this.#begin();
  }

  #askAll() {
    this.#search.value = "";
    this.#ask(NOTHING);
    this.#search.focus();
  }

  /**
   * @param {Asked} asked
   * @returns {Paged<ListedAssessment>}
   */
  #listOf(asked) {
    return new Paged((cursor, signal) =>
      this.#app.api.reads.assessments({ ...queryOf(asked), limit: LIMIT, cursor }, { signal }),
    );
  }

  /** Reads anew if it is for another person or role than before. */
  #connected() {
    const now = who();
    // What was read stays on the page until somebody connects, as whoever it may be.
    if (now === undefined && session.ended) return this.#show();
    if (now === this.#who) {
      if (this.#failure) return this.#again();
      this.#show();
      return this.#plan();
    }
    this.#who = now;
    this.#exporting.abort();
    this.#showChoice();
    this.#begin();
  }

  /** Reads the list from its beginning. */
  #begin() {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#list = this.#listOf(this.#asked);
    this.#isReading = false;
    this.#failures = 0;
    this.#readMore();
  }

  #readMore() {
    return this.#read((list, signal) => list.more(signal));
  }

  /** Reads the page again that is looked at, or what could not be read. */
  #again() {
    if (!this.#list.isRead) return this.#readMore();
    return this.#read((list, signal) => list.again(this.#lookedAt(), signal));
  }

  /** @param {(list: Paged<ListedAssessment>, signal: AbortSignal) => Promise<void>} work */
  async #read(work) {
    if (this.#isReading || !canList()) return this.#show();
    const list = this.#list;
    const { signal } = this.#reading;
    this.#isReading = true;
    this.#failure = undefined;
    this.#show();
    try {
      await work(list, signal);
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      this.#failures += 1;
      this.#failure = /** @type {Failure} */ (error);
      trouble.note(this.#failure, () => this.#again());
    }
    if (signal.aborted) return;
    this.#isReading = false;
    this.#readAt = Date.now();
    this.#show();
    this.#plan();
  }

  /** The assessment in the middle of the window. */
  #lookedAt() {
    const middle = innerHeight / 2;
    const rows = [.../** @type {NodeListOf<HTMLElement>} */ (this.#body.querySelectorAll("tr"))];
    const seen = rows.find((row) => row.getBoundingClientRect().bottom >= middle) ?? rows.at(-1);
    return seen?.dataset.key;
  }

  /** Has the page read again when it is due, if it is seen then. */
  #plan() {
    clearTimeout(this.#timer);
    if (document.hidden || this.#isReading || this.#readAt === 0) return;
    const grown = Math.min(FRESH_MS * 2 ** this.#failures, LONGEST_MS);
    const asked = this.#failure ? (askedWait(this.#failure) ?? 0) * 1_000 : 0;
    const due = this.#readAt + Math.max(Math.min(asked, LONGEST_MS), grown) - Date.now();
    this.#timer = setTimeout(() => this.#again(), Math.max(due, 0));
  }

  #show() {
    this.#showRows();
    const list = this.#list;
    const count = list.items.length;
    this.#tools.hidden = !canList();
    this.#export.hidden = !canList() || count === 0;
    this.#hint.hidden = count === 0;
    this.element.setAttribute("aria-busy", String(this.#isReading));
    const { shown, reading } = texts.assessments;
    const told = list.isRead ? shown(count, list.hasMore) : this.#isReading ? reading : "";
    if (this.#shown.textContent !== told) replace(this.#shown, told);
    this.#showNothing();
    const { more, moreFull } = texts.assessments;
    const next = !list.hasMore || count === 0 ? "" : list.isFull ? "full" : "more";
    const label = `${next} ${this.#isReading}`;
    if (this.#more.dataset.shown === label) return;
    this.#more.dataset.shown = label;
    keepingFocus(this.#more, () =>
      replace(
        this.#more,
        // It stays where it is while it reads, and with it the focus.
        next === "more" &&
          button(more, () => this.#readMore(), { "aria-disabled": this.#isReading && "true" }),
        next === "full" && h("p", { class: "muted" }, moreFull(formatNumber(count))),
      ),
    );
  }

  #showRows() {
    const { items } = this.#list;
    this.#table.hidden = items.length === 0;
    reconcile(
      this.#body,
      items,
      ({ id }) => id,
      () => h("tr", { class: "table-row", role: "row" }),
      (row, item) => this.#showRow(row, item),
    );
  }

  /**
   * @param {HTMLElement} row
   * @param {ListedAssessment} item
   */
  #showRow(row, item) {
    const isWatched = this.#app.store.get(item.id) !== undefined;
    const content = JSON.stringify([item, isWatched, stageLabel(item.status)]);
    if (row.dataset.content === content) return;
    row.dataset.content = content;
    keepingFocus(row, () => replace(row, this.#cells(item, isWatched)));
  }

  /**
   * @param {ListedAssessment} item
   * @param {boolean} isWatched
   */
  #cells(item, isWatched) {
    const { columns, watch, unwatch, noVendor, nobody } = texts.assessments;
    const cell = (/** @type {string} */ label, /** @type {any[]} */ ...content) =>
      h(
        "td",
        { class: "cell", role: "cell" },
        h("span", { class: "cell-label", "aria-hidden": "true" }, label),
        content,
      );
    const name = withMarks(item.name);
    const toggle = () =>
      isWatched ? this.#app.store.remove(item.id) : this.#app.store.add([item.id]);
    const missing = (/** @type {string} */ text) => h("span", { class: "muted" }, text);
    const named = (/** @type {string | null} */ text, /** @type {string} */ otherwise) =>
      text === null ? missing(otherwise) : h("bdi", {}, withMarks(text));
    return [
      h(
        "td",
        { class: "cell-star", role: "cell" },
        button(h("span", { "aria-hidden": "true" }, isWatched ? "★" : "☆"), toggle, {
          look: "quiet star",
          title: isWatched ? unwatch : watch,
          "aria-label": texts.assessments.watchWhat(name),
          "aria-pressed": String(isWatched),
        }),
      ),
      h("td", { class: "cell cell-vendor", role: "cell" }, named(item.vendor_name, noVendor)),
      h(
        "td",
        { class: "cell-name", role: "cell" },
        h("a", { href: `/assessments/${encodeURIComponent(item.id)}` }, h("bdi", {}, name)),
      ),
      h("td", { class: "cell-stage", role: "cell" }, stageBadge(item.status)),
      cell(
        columns.score,
        item.score_percent === null ? missing("–") : formatPercent(item.score_percent),
      ),
      cell(columns.findings, formatNumber(item.findings_count)),
      cell(columns.assignee, named(item.assignee_name, nobody)),
      cell(columns.updated, time(item.updated_at)),
    ];
  }

  /** What stands in place of rows. */
  #showNothing() {
    const why = this.#whyNothing();
    const failure = why === "failed" ? this.#failure : undefined;
    // Made anew, a button would lose a press that is on its way.
    const shown = JSON.stringify([why, failure?.message, failure?.requestId]);
    if (this.#nothing.dataset.why === shown) return;
    this.#nothing.dataset.why = shown;
    keepingFocus(this.#nothing, () => replace(this.#nothing, why && this.#nothingFor(why)));
  }

  #whyNothing() {
    const { items, isRead, hasMore } = this.#list;
    if (!session.isConnected) return items.length > 0 ? "" : "unconnected";
    if (!canList()) return "notAllowed";
    if (items.length > 0) return this.#failure && this.#isOwn(this.#failure) ? "failed" : "";
    if (this.#failure) return "failed";
    if (!isRead) return "loading";
    if (hasMore) return this.#isReading ? "loading" : "further";
    return addressOf({ ...this.#asked, sort: NOTHING.sort }) === PATH ? "empty" : "none";
  }

  /**
   * Whether a failure is of this request alone, and told nowhere else.
   *
   * @param {Failure} failure
   */
  #isOwn(failure) {
    return trouble.state?.failure !== failure && failure.kind !== "ended";
  }

  /** @param {string} why */
  #nothingFor(why) {
    const { assessments, connection, list, loading, pages } = texts;
    const watchlist = h("a", { class: "button", href: "/watchlist" }, assessments.toWatchlist);
    const state = (
      /** @type {string} */ title,
      /** @type {string | string[]} */ text,
      /** @type {HTMLElement[]} */ ...actions
    ) =>
      h(
        "div",
        { class: "empty card" },
        h("h2", {}, title),
        [text].flat().map((each) => h("p", {}, each)),
        h("div", { class: "actions" }, actions),
      );
    const primary = { look: "primary" };
    const all = button(list.showAll, () => this.#askAll());
    const retry = button(texts.trouble.retry, () => this.#again(), primary);
    switch (why) {
      case "loading":
        return h("p", { class: "empty muted" }, loading);
      case "unconnected": {
        const connect = () => askForCredential(this.#app);
        const label = session.ended ? connection.connectAgain : assessments.connect;
        const { unconnected, unconnectedText } = assessments;
        return state(unconnected, unconnectedText, button(label, connect, primary), watchlist);
      }
      case "notAllowed":
        return state(
          assessments.notAllowed(session.me?.role ?? ""),
          assessments.notAllowedText,
          watchlist,
        );
      case "failed": {
        const { title, body } = explained(/** @type {Failure} */ (this.#failure));
        const { requestId } = /** @type {Failure} */ (this.#failure);
        const quoted = requestId === undefined ? [] : [`${texts.requestId}: ${requestId}`];
        return state(title, [...body, ...quoted], retry, all, watchlist);
      }
      case "further": {
        const go = button(assessments.goOn, () => this.#readMore(), primary);
        return state(assessments.noneYet, assessments.noneYetText, go, all);
      }
      case "none":
        return state(list.noneMatch, assessments.noneMatchText, all);
      default: {
        const create = h("a", { class: "button primary", href: "/new" }, pages.create);
        const look = button(assessments.lookAtArchived, () => this.#ask({ archived: true }));
        return state(list.empty, assessments.emptyText, create, look);
      }
    }
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.#keys.checked || document.querySelector("dialog[open]")) return;
    const isTyping =
      target instanceof Element && target.closest("input:not([type=checkbox]), select, textarea");
    if (isTyping || this.#tools.hidden) return;
    if (key === "/") {
      event.preventDefault();
      this.#search.focus();
      this.#search.select();
    }
    const step = { j: 1, k: -1 }[key];
    if (step !== undefined) this.#move(step);
  }

  /**
   * Moves the focus from row to row.
   *
   * @param {number} step
   */
  #move(step) {
    const rows = [...this.#body.children];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
    /** @type {HTMLElement | null | undefined} */
    const link = rows[next]?.querySelector(".cell-name a");
    link?.focus();
  }

  /**
   * @param {Message} [message]
   */
  #tell(message) {
    replace(this.#message, message && banner(message));
  }

  /**
   * Gives the user all that is asked for as a file, from wherever an attempt before ended.
   *
   * @param {Export} [file]
   */
  async #exportAll(file = this.#exportOf(this.#asked)) {
    this.#exporting.abort();
    this.#exporting = new AbortController();
    const { signal } = this.#exporting;
    const { exporting, exportEnded, exportFailed, exportFull, exportName, exported, stop } =
      texts.assessments;
    const stopIt = button(stop, () => this.#exporting.abort());
    const progress = h("span");
    this.#tell({ tone: "info", title: exporting, body: progress, actions: [stopIt] });
    const onDismiss = () => this.#tell();
    try {
      await file.read(signal, (count) => replace(progress, exported(formatNumber(count))));
    } catch (error) {
      if (signal.aborted) return this.#exportStopped(signal);
      const failure = /** @type {Failure} */ (error);
      trouble.note(failure, () => this.#again());
      const { title, body } = explained(failure);
      const actions = [button(texts.trouble.retry, () => this.#exportAll(file))];
      const { requestId } = failure;
      const told = [title, ...body];
      this.#tell({ tone: "error", title: exportFailed, body: told, actions, requestId, onDismiss });
      return;
    }
    if (signal.aborted) return this.#exportStopped(signal);
    download(exportName, file.text(), "text/csv;charset=utf-8");
    const title = exportEnded(formatNumber(file.count));
    const body = file.isWhole ? [] : exportFull(formatNumber(file.count));
    this.#tell({ tone: file.isWhole ? "success" : "warning", title, body, onDismiss });
  }

  /** @param {Asked} asked */
  #exportOf(asked) {
    const query = queryOf(asked);
    return new Export((page, signal) =>
      this.#app.api.reads.assessments({ ...query, ...page }, { signal }),
    );
  }

  /**
   * @param {AbortSignal} signal Of the attempt: another may have begun.
   */
  #exportStopped(signal) {
    if (this.#exporting.signal !== signal) return;
    // Whoever pressed the button that goes away is still here.
    if (this.#message.contains(document.activeElement)) this.#export.focus();
    this.#tell();
    announce(texts.assessments.exportStopped);
  }
}

/** Whether the page's session may list. */
function canList() {
  return session.me?.routes.includes("read_dashboard") ?? false;
}

/** For whom lists are, as far as these differ. */
function who() {
  const { me } = session;
  return me && JSON.stringify([me.organization.id, me.user?.id, me.key?.id, me.role]);
}

/** A status as words, where there is no other. */
const words = (/** @type {string} */ status) => status.replaceAll("_", " ");

function heads() {
  const { columns } = texts.assessments;
  return [
    h(
      "th",
      { scope: "col", role: "columnheader" },
      h("span", { class: "visually-hidden" }, columns.watch),
    ),
    [columns.vendor, columns.name, columns.stage, columns.score, columns.findings]
      .concat(columns.assignee, columns.updated)
      .map((label) => h("th", { scope: "col", role: "columnheader" }, label)),
  ];
}

/**
 * @param {string[][]} all Values and texts.
 * @param {string} chosen
 */
function options(all, chosen) {
  return all.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
}
