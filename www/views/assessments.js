// The assessments of the organization, as the API lists them. What is asked is in the
// address, so that it can be kept and sent to others.

import { NOTHING, addressOf, askedBy, isSortedHere, queryOf } from "../assessments/asked.js";
import { Changes } from "../assessments/changes.js";
import { who } from "../assessments/endings.js";
import { FileMaker } from "../assessments/file.js";
import { Nothing } from "../assessments/nothing.js";
import { ordered } from "../assessments/order.js";
import { Selection } from "../assessments/selection.js";
import { Table } from "../assessments/table.js";
import { Tools } from "../assessments/tools.js";
import { ViewsBar } from "../assessments/views-bar.js";
import { h, keepingFocus, replace } from "../dom.js";
import { Export } from "../export.js";
import { askedWait } from "../failure.js";
import { formatNumber } from "../format.js";
import { Paged } from "../paged.js";
import { button } from "../parts/controls.js";
import { subscribeToRules } from "../rules.js";
import { session } from "../session.js";
import { readShared, writeShared } from "../tab.js";
import { texts } from "../texts.js";
import { trouble } from "../trouble.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { AssessmentQuery } from "assessments-edge/dashboard"
 * @import { Asked } from "../assessments/asked.js"
 * @import { Why } from "../assessments/nothing.js"
 * @import { Failure } from "../failure.js"
 * @import { Dashboard } from "../main.js"
 */

/** Rows of a page. */
const LIMIT = 100;
/** How old the page that is seen may become, and how much older after failures. */
const FRESH_MS = 30_000;
const LONGEST_MS = 300_000;
/** Whether single keys do something is the browser's own setting. */
const KEYS_KEY = "assessments.keys";

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
  /** @type {HTMLInputElement} */
  #keys = h("input", {
    type: "checkbox",
    checked: readShared(KEYS_KEY) !== "off",
    onchange: () => writeShared(KEYS_KEY, this.#keys.checked ? undefined : "off"),
  });
  #views = new ViewsBar();
  #tools = new Tools((changes) => this.#ask(changes));
  #file = new FileMaker(
    () => this.#fileOf(this.#asked),
    () => this.#again(),
  );
  #selection;
  #table;
  #nothing;
  /** Of what is being sorted. */
  #sorting = h("div", { class: "sorting" });
  #more = h("div", { class: "actions center" });
  #hint = h("label", { class: "check hint" }, this.#keys, h("span", {}, texts.assessments.keys));
  #list = this.#listOf(this.#asked);
  /**
   * What the page sorts: how far the list is read for it, and what changes in it.
   *
   * @type {{ state: "reading" | "stopped" | "read", changes: Changes } | undefined}
   */
  #order;
  /**
   * The same list as it is read anew, which takes its place when it is.
   *
   * @type {Paged<ListedAssessment> | undefined}
   */
  #anew;
  /** Ends what is being read for the list. */
  #reading = new AbortController();
  #isReading = false;
  /** @type {Failure | undefined} */
  #failure;
  #readAt = 0;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** What is sorted, and how it comes out. */
  #sorted = /** @type {{ of: unknown, by: string, items: ListedAssessment[] } | undefined} */ (
    undefined
  );
  #who = who();
  #left = new AbortController();
  /** @type {(() => unknown)[]} */
  #ends = [];

  /** @param {Dashboard} app */
  constructor(app) {
    this.#app = app;
    this.#selection = new Selection({
      app,
      list: () => this.#items,
      onchange: () => this.#showRows(),
      onended: (ids) => this.#ended(ids),
    });
    this.#table = new Table({
      store: app.store,
      selection: this.#selection,
      onsort: (sort) => this.#ask({ sort }),
      onnear: () => this.#readAhead(),
    });
    this.#nothing = new Nothing(app, {
      all: () => this.#askAll(),
      again: () => this.#again(),
      more: () => this.#readMore(),
      archived: () => this.#ask({ archived: true }),
    });
    this.element = this.#makePage();
    const { signal } = this.#left;
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    document.addEventListener("visibilitychange", () => this.#plan(), { signal });
    addEventListener("online", () => document.hidden || this.#again(), { signal });
    this.#ends.push(
      session.subscribe(() => this.#connected()),
      app.store.subscribe(() => this.#showRows()),
      subscribeToRules(() => this.#rulesCame()),
      this.#views.dispose,
    );
    this.#tools.show(this.#asked);
    this.#begin();
  }

  dispose() {
    this.#left.abort();
    this.#reading.abort();
    clearTimeout(this.#timer);
    this.#file.stop();
    this.#selection.dispose();
    this.#tools.dispose();
    this.#table.dispose();
    for (const end of this.#ends) end();
  }

  #makePage() {
    return h(
      "div",
      { class: "page wide" },
      h(
        "header",
        { class: "page-head" },
        h(
          "div",
          {},
          h("h1", { tabindex: -1 }, texts.pages.assessments),
          h("p", { class: "lead" }, texts.assessments.intro),
        ),
        h(
          "div",
          { class: "actions" },
          this.#file.button,
          h("a", { class: "button primary", href: "/new" }, texts.pages.create),
        ),
      ),
      this.#views.element,
      this.#file.element,
      this.#selection.result,
      this.#nothing.whole,
      this.#tools.element,
      this.#sorting,
      this.#table.element,
      this.#selection.bar,
      this.#nothing.element,
      this.#more,
      this.#hint,
    );
  }

  #rulesCame() {
    this.#sorted = undefined;
    this.#tools.show(this.#asked);
    this.#show();
  }

  /** @param {Partial<Asked>} changes */
  #ask(changes) {
    const asked = { ...this.#asked, ...changes };
    if (addressOf(asked) === addressOf(this.#asked)) return;
    const before = this.#asked;
    this.#asked = asked;
    history.replaceState(history.state, "", addressOf(asked));
    this.#tools.show(asked);
    const isSame = addressOf({ ...before, sort: asked.sort }) === addressOf(asked);
    // The same ones in another order of the page's own are there already.
    if (isSame && this.#order && isSortedHere(asked)) return this.#show();
    this.#selection.clear();
    this.#begin();
  }

  #askAll() {
    this.#tools.clear();
    this.#ask(NOTHING);
  }

  /**
   * @param {AssessmentQuery} query
   * @param {AbortSignal} signal
   */
  #page(query, signal) {
    return this.#app.api.reads.assessments(query, { signal });
  }

  /**
   * @param {Asked} asked
   * @returns {Paged<ListedAssessment>}
   */
  #listOf(asked) {
    return new Paged((cursor, signal) =>
      this.#page({ ...queryOf(asked), limit: LIMIT, cursor }, signal),
    );
  }

  /** @param {Asked} asked */
  #fileOf(asked) {
    const query = queryOf(asked);
    return new Export((page, signal) => this.#page({ ...query, ...page }, signal));
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
    this.#file.stop();
    this.#selection.clear();
    this.#tools.show(this.#asked);
    this.#begin();
  }

  /** Ends what is being read. */
  #giveUp() {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#isReading = false;
  }

  /** Reads the list from its beginning. */
  #begin() {
    this.#giveUp();
    this.#dropMine();
    this.#list = this.#listOf(this.#asked);
    this.#anew = undefined;
    this.#failures = 0;
    this.#order = undefined;
    if (isSortedHere(this.#asked)) {
      const changes = new Changes(this.#asked, session.me?.user?.id, (query, signal) =>
        this.#page(query, signal),
      );
      this.#order = { state: "reading", changes };
    }
    this.#readMore();
  }

  /** A key is nobody to whom anything is assigned: all are listed then, and that is shown. */
  #dropMine() {
    const { me } = session;
    if (!this.#asked.mine || !me || me.user) return;
    this.#asked = { ...this.#asked, mine: false };
    history.replaceState(history.state, "", addressOf(this.#asked));
    this.#tools.show(this.#asked);
  }

  #readMore() {
    return this.#read(async (list, signal) => {
      const { isRead } = list;
      if (!isRead) await this.#order?.changes.begin(signal);
      await list.more(signal);
    });
  }

  /** Reads on for who scrolls, unless there is something that should be seen first. */
  #readAhead() {
    const { hasMore, isFull } = this.#list;
    if (hasMore && !isFull && !this.#isReading && !this.#failure && !this.#order) this.#readMore();
  }

  /** Reads the page again that is looked at, or what could not be read. */
  #again() {
    const isUnread = !this.#list.isRead || this.#order?.state === "reading";
    if (isUnread && !this.#anew) return this.#readMore();
    return this.#read(async (list, signal) => {
      const { changes } = this.#order ?? {};
      if (!changes) return list.again(this.#table.lookedAt, signal);
      if (!this.#anew && (await changes.read(list, signal))) return;
      this.#anew ??= this.#listOf(this.#asked);
      await this.#readAnew(this.#anew, signal);
    });
  }

  /**
   * Reads the list anew as far as it was read, as long as anybody looks. Until then, what
   * is there stays, and so does whoever reads it.
   *
   * @param {Paged<ListedAssessment>} list
   * @param {AbortSignal} signal
   */
  async #readAnew(list, signal) {
    const isEnough = () =>
      isWhole(list) || (this.#order?.state === "stopped" && list.count >= this.#list.count);
    while (!list.isRead || !isEnough()) {
      if (document.hidden) return;
      await list.more(signal);
    }
    this.#list = list;
    this.#anew = undefined;
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
    if (this.#order && isWhole(this.#list) && !this.#failure) this.#order.state = "read";
    this.#show();
    // What is to be sorted is read to the end, as long as anybody looks.
    if (this.#order?.state === "reading" && !this.#failure && !document.hidden) this.#readMore();
    else this.#plan();
  }

  /** Sorts what was read, and reads no more for it. */
  #stopSorting() {
    if (!this.#order) return;
    this.#order.state = "stopped";
    this.#show();
    this.#tools.search();
  }

  #sortOn() {
    if (!this.#order) return;
    this.#order.state = "reading";
    this.#again();
  }

  /** Has the page read again when it is due, if it is seen then. */
  #plan() {
    clearTimeout(this.#timer);
    if (document.hidden || this.#isReading || this.#readAt === 0) return;
    const isUnread = this.#order?.state === "reading" && !this.#failure;
    const grown = isUnread ? 0 : Math.min(FRESH_MS * 2 ** this.#failures, LONGEST_MS);
    const asked = this.#failure ? (askedWait(this.#failure) ?? 0) * 1_000 : 0;
    const due = this.#readAt + Math.max(Math.min(asked, LONGEST_MS), grown) - Date.now();
    this.#timer = setTimeout(() => this.#again(), Math.max(due, 0));
  }

  /**
   * Takes those out that were canceled or archived, from whatever is not the list of these,
   * and reads again.
   *
   * @param {string[]} ids
   */
  #ended(ids) {
    // What is on its way may have been read before.
    this.#giveUp();
    const gone = new Map(ids.map((id) => [id, undefined]));
    if (!this.#asked.archived) for (const list of [this.#list, this.#anew]) list?.change(gone);
    this.#again();
  }

  /**
   * What is shown, in its order.
   *
   * @returns {readonly ListedAssessment[]}
   */
  get #items() {
    const { items } = this.#list;
    const { sort } = this.#asked;
    // Nothing jumps while it is read.
    if (!this.#order || this.#order.state === "reading") return items;
    if (this.#sorted?.of !== items || this.#sorted.by !== sort)
      this.#sorted = { of: items, by: sort, items: ordered(items, sort) };
    return this.#sorted.items;
  }

  #show() {
    const { count, hasMore, isFull, isRead } = this.#list;
    this.#views.show(addressOf(this.#asked));
    this.#selection.offer(this.#asked.archived);
    this.#showRows();
    // They are there before the rows, which would be pushed down otherwise.
    this.#tools.element.hidden = !canList() && !session.isRestoring;
    this.#file.button.hidden = session.isConnected && !canList();
    this.#file.button.disabled = count === 0 || !canList();
    this.#hint.hidden = count === 0;
    this.element.setAttribute("aria-busy", String(this.#isReading));
    const { shown, reading } = texts.assessments;
    this.#tools.tell(isRead ? shown(count, hasMore) : this.#isReading ? reading : "");
    const why = this.#whyNothing();
    this.#nothing.show(why, why === "failed" ? this.#failure : undefined);
    this.#showSorting();
    this.#showMore(!hasMore || count === 0 || this.#order ? "" : isFull ? "full" : "more");
  }

  #showRows() {
    const { hasMore } = this.#list;
    const isSorted = this.#order?.state !== "reading";
    this.#table.show(this.#items, { sort: this.#asked.sort, isSorted, hasMore });
  }

  /** What is told of how far the list is read that is to be sorted. */
  #showSorting() {
    const { state } = this.#order ?? {};
    const { count, hasMore } = this.#list;
    const { sorting, sortedOf, sortOn, stop } = texts.assessments;
    const is = count === 0 || !hasMore ? "" : state === "reading" ? "reading" : state ? "part" : "";
    if (this.#sorting.dataset.is !== is) {
      this.#sorting.dataset.is = is;
      const isFull = this.#list.isFull;
      keepingFocus(this.#sorting, () =>
        replace(
          this.#sorting,
          is !== "" && h("p", { role: "status" }),
          is === "reading" && button(stop, () => this.#stopSorting()),
          is === "part" && !isFull && button(sortOn, () => this.#sortOn()),
        ),
      );
    }
    const told = is === "reading" ? sorting : sortedOf;
    const text = this.#sorting.querySelector("p");
    if (text) replace(text, told(formatNumber(count)));
  }

  /** @param {"" | "full" | "more"} next */
  #showMore(next) {
    const { more, moreFull } = texts.assessments;
    const label = `${next} ${this.#isReading}`;
    if (this.#more.dataset.shown === label) return;
    this.#more.dataset.shown = label;
    keepingFocus(this.#more, () =>
      replace(
        this.#more,
        // It stays where it is while it reads, and with it the focus.
        next === "more" &&
          button(more, () => this.#readMore(), { "aria-disabled": this.#isReading && "true" }),
        next === "full" && h("p", { class: "muted" }, moreFull(formatNumber(this.#list.count))),
      ),
    );
  }

  /** @returns {Why} */
  #whyNothing() {
    const { count, isRead, hasMore } = this.#list;
    if (!session.isConnected && count === 0) return session.isRestoring ? "loading" : "unconnected";
    if (!session.isConnected) return "";
    if (!canList()) return "notAllowed";
    if (count > 0) return this.#failure && this.#isOwn(this.#failure) ? "failed" : "";
    if (this.#failure) return "failed";
    if (!isRead) return "loading";
    if (hasMore) return this.#isReading ? "loading" : "further";
    const isAll = addressOf({ ...this.#asked, sort: NOTHING.sort }) === addressOf(NOTHING);
    return isAll ? "empty" : "none";
  }

  /**
   * Whether a failure is of this request alone, and told nowhere else.
   *
   * @param {Failure} failure
   */
  #isOwn(failure) {
    return trouble.state?.failure !== failure && failure.kind !== "ended";
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.#keys.checked || document.querySelector("dialog[open]")) return;
    const isTyping =
      target instanceof Element && target.closest("input:not([type=checkbox]), select, textarea");
    if (isTyping || this.#tools.element.hidden) return;
    if (key === "/") {
      event.preventDefault();
      this.#tools.search();
    }
    const at = this.#table.focused;
    const item = this.#items[at];
    if (key === "x" && item) this.#selection.toggle(item.id);
    const last = this.#items.length - 1;
    /** @type {Record<string, number>} */
    const places = { j: at + 1, k: at - 1, ...(item && { Home: 0, End: last }) };
    const place = places[key];
    if (place === undefined || last < 0) return;
    event.preventDefault();
    // From somewhere else, both begin with the first.
    this.#table.focus(item ? Math.min(Math.max(place, 0), last) : 0);
    if (place > last) this.#readAhead();
  }
}

/**
 * Whether nothing more is read of it.
 *
 * @param {Paged<ListedAssessment>} list
 */
const isWhole = ({ hasMore, isFull, isRead }) => isRead && (!hasMore || isFull);

/** Whether the page's session may list. */
function canList() {
  return session.me?.routes.includes("read_dashboard") ?? false;
}
