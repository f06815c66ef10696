// The assessments that this browser watches.

import { freshId, h, keepingFocus, reconcile, replace, setAttribute } from "../dom.js";
import { formatNumber, formatPercent, shortId, withMarks } from "../format.js";
import { distribution, stageBadge } from "../parts/assessment.js";
import { announce, banner, button, markedId, time } from "../parts/controls.js";
import { confirm } from "../parts/dialogs.js";
import { hasRules, idFault, stageLabel, stages, subscribeToRules } from "../rules.js";
import { texts } from "../texts.js";
import { ImportError, download, exported, imported } from "../transfer.js";

/**
 * @import { Dashboard } from "../main.js"
 * @import { Message } from "../parts/controls.js"
 * @import { Entry } from "../store.js"
 */

/**
 * The place of a record in the list.
 *
 * @type {Record<string, (a: Entry, b: Entry) => number>}
 */
const ORDERS = {
  updated: (a, b) => (b.assessment?.updated_at ?? 0) - (a.assessment?.updated_at ?? 0),
  created: (a, b) => (b.assessment?.created_at ?? 0) - (a.assessment?.created_at ?? 0),
  name: (a, b) => nameOf(a).localeCompare(nameOf(b)),
  stage: (a, b) => stageIndex(a) - stageIndex(b) || ORDERS.updated(a, b),
};

const nameOf = (/** @type {Entry} */ { id, assessment }) => assessment?.name ?? id;

const labelOf = (/** @type {Entry} */ { assessment }) =>
  assessment && stageLabel(assessment.status);

/** @param {Entry} record */
function stageIndex(record) {
  const index = stages().findIndex(({ label }) => label === labelOf(record));
  return index < 0 ? Infinity : index;
}

/** What was searched and chosen, kept while the page is open. */
const choice = { search: "", stage: "", order: "updated" };

/**
 * The page.
 *
 * @param {Dashboard} app
 */
export function listView(app) {
  const view = new List(app);
  return { title: texts.pages.list, element: view.element, dispose: () => view.dispose() };
}

class List {
  #app;
  #rows = h("ul", { class: "rows" });
  #shown = h("p", { class: "muted shown", role: "status" });
  #overview = h("div", { class: "overview" });
  #overviewParts = [h("div"), h("ul", { class: "legend", "aria-label": texts.list.distribution })];
  #stages = h("select");
  #tools;
  #menu = h("div", { class: "card actions", hidden: true });
  #nothing = h("div");
  #message = h("div", { class: "message" });
  /** @type {(() => unknown)[]} */
  #ends = [];
  /**
   * The ids of the rows on the screen.
   *
   * @type {Set<string>}
   */
  #inSight = new Set();
  #sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const { key = "" } = /** @type {HTMLElement} */ (target).dataset;
      if (isIntersecting) this.#inSight.add(key);
      else this.#inSight.delete(key);
    }
  });

  /** @param {Dashboard} app */
  constructor(app) {
    this.#app = app;
    app.refresher.show(this.#inSight);
    this.#tools = this.#makeTools();
    this.element = h(
      "div",
      { class: "page" },
      h(
        "header",
        { class: "page-head" },
        h(
          "div",
          {},
          h("h1", { tabindex: -1 }, texts.pages.list),
          h("p", { class: "lead" }, texts.list.intro),
        ),
        this.#makeMenu(),
      ),
      this.#menu,
      this.#message,
      this.#overview,
      this.#tools,
      this.#rows,
      this.#nothing,
      this.#makeOpen(),
    );
    const show = () => this.#show();
    this.#ends.push(
      app.store.subscribe(show),
      subscribeToRules(() => {
        this.#showStages();
        this.#show();
      }),
    );
    this.#show();
  }

  dispose() {
    this.#sight.disconnect();
    this.#inSight.clear();
    for (const end of this.#ends) end();
  }

  #makeTools() {
    const search = h("input", {
      id: freshId("search"),
      type: "search",
      placeholder: texts.list.searchHint,
      value: choice.search,
      oninput: ({ target }) => this.#choose({ search: target.value }),
    });
    /**
     * @param {"stage" | "order"} name
     * @param {string} label
     * @param {HTMLSelectElement} control
     */
    const tool = (name, label, control) => {
      control.id = freshId(name);
      control.addEventListener("change", () => this.#choose({ [name]: control.value }));
      return h("div", { class: "tool" }, h("label", { for: control.id }, label), control);
    };
    const { stage, sort, sorts } = texts.list;
    const orders = Object.entries(sorts);
    this.#showStages();
    return h(
      "div",
      { class: "tools", role: "search" },
      h("div", { class: "tool grow" }, h("label", { for: search.id }, texts.list.search), search),
      tool("stage", stage, this.#stages),
      tool("order", sort, h("select", {}, options(orders, choice.order))),
      this.#shown,
    );
  }

  #showStages() {
    const all = [["", texts.list.allStages], ...stages().map(({ label }) => [label, label])];
    replace(this.#stages, options(all, choice.stage));
  }

  #makeMenu() {
    const file = h("input", {
      type: "file",
      accept: "application/json,.json",
      hidden: true,
      onchange: () => {
        const [chosen] = file.files ?? [];
        if (chosen) this.#import(chosen);
        file.value = "";
      },
    });
    const { refresh, exportFile, importFile, clear, more } = texts.list;
    replace(
      this.#menu,
      button(refresh, () => this.#app.refresher.readAll()),
      button(exportFile, () => this.#export()),
      button(importFile, () => file.click()),
      button(clear, () => this.#clear(), { look: "danger-quiet" }),
      file,
    );
    const toggle = button(
      more,
      () => {
        this.#menu.hidden = !this.#menu.hidden;
        toggle.setAttribute("aria-expanded", String(!this.#menu.hidden));
      },
      { look: "quiet", "aria-expanded": "false" },
    );
    return h(
      "div",
      { class: "actions" },
      toggle,
      h("a", { class: "button primary", href: "/new" }, texts.pages.create),
    );
  }

  #makeOpen() {
    const fault = h("p", { id: freshId("fault"), class: "fault", role: "alert" });
    const input = h("input", {
      id: freshId("open"),
      class: "id",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": fault.id,
    });
    const onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const id = input.value.trim();
      const offset = idFault(id, "assessment");
      const isBad = id === "" || offset !== undefined;
      setAttribute(input, "aria-invalid", isBad ? "true" : null);
      if (isBad) {
        replace(fault, markedId(id, offset), " ", texts.detail.notAnId);
        input.focus();
      } else {
        this.#app.navigate(`/assessments/${encodeURIComponent(id)}`);
      }
    };
    return h(
      "form",
      { class: "open card", onsubmit, novalidate: true, "aria-label": texts.list.open },
      h("label", { for: input.id }, texts.list.openLabel),
      h("div", { class: "row" }, input, button(texts.list.openButton, null, { type: "submit" })),
      fault,
    );
  }

  /** @param {Partial<typeof choice>} changes */
  #choose(changes) {
    Object.assign(choice, changes);
    this.#show();
  }

  #show() {
    const records = this.#app.store.all();
    const wanted = choice.search.trim().toLocaleLowerCase();
    const matches = (/** @type {Entry} */ record) =>
      (choice.stage === "" || labelOf(record) === choice.stage) &&
      [nameOf(record), record.id, record.assessment?.vendor_id ?? ""].some((text) =>
        text.toLocaleLowerCase().includes(wanted),
      );
    const shown = records.filter(matches).sort(ORDERS[choice.order]);
    const isEmpty = records.length === 0;
    this.#tools.hidden = isEmpty;
    const told = texts.list.shown(shown.length, records.length);
    if (this.#shown.textContent !== told) replace(this.#shown, told);
    this.#showOverview(records);
    reconcile(
      this.#rows,
      shown,
      ({ id }) => id,
      () => {
        const row = h("li", { class: "row-item" });
        this.#sight.observe(row);
        return row;
      },
      updateRow,
    );
    this.#rows.hidden = shown.length === 0;
    const nothing = isEmpty ? "empty" : shown.length === 0 ? "none" : "";
    // Made anew, a button would lose a press that is on its way.
    if (this.#nothing.dataset.why !== nothing) {
      this.#nothing.dataset.why = nothing;
      replace(this.#nothing, isEmpty ? this.#emptyState() : nothing && this.#noMatch());
    }
  }

  /** @param {Entry[]} records */
  #showOverview(records) {
    const counts = stages().map(({ label, statuses: [status] }) => ({
      label,
      status,
      count: records.filter((record) => labelOf(record) === label).length,
    }));
    const present = counts.filter(({ count }) => count > 0);
    this.#overview.hidden = present.length === 0;
    if (present.length === 0) return;
    const [bar, legend] = this.#overviewParts;
    replace(bar, distribution(present));
    // Kept while they change, so that the focus stays on the one that was pressed.
    reconcile(
      legend,
      present,
      ({ label }) => label,
      ({ label, status }) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              class: `legend-item stage-${status.replaceAll("_", "-")}`,
              onclick: () => {
                this.#choose({ stage: choice.stage === label ? "" : label });
                this.#showChoice();
              },
            },
            h("span", { class: "swatch", "aria-hidden": "true" }),
            label,
            " ",
            h("strong", {}),
          ),
        ),
      ({ firstElementChild: chooser }, { label, count }) => {
        const number = chooser?.querySelector("strong");
        if (!chooser || !number) return;
        chooser.setAttribute("aria-pressed", String(choice.stage === label));
        replace(number, formatNumber(count));
      },
    );
    if (this.#overview.children.length === 0) this.#overview.append(bar, legend);
  }

  #emptyState() {
    const { demo, store } = this.#app;
    return h(
      "div",
      { class: "empty card" },
      h("h2", {}, texts.list.empty),
      h("p", {}, texts.list.emptyText),
      demo &&
        h(
          "div",
          { class: "actions" },
          button(texts.list.demo(demo.assessment_ids.length), () => store.add(demo.assessment_ids)),
        ),
    );
  }

  /** Makes the controls show what was chosen elsewhere. */
  #showChoice() {
    const search = this.#tools.querySelector("input");
    const stage = this.#tools.querySelector("select");
    if (search) search.value = choice.search;
    if (stage) stage.value = choice.stage;
  }

  #noMatch() {
    const showAll = () => {
      this.#choose({ search: "", stage: "" });
      this.#showChoice();
    };
    return h(
      "div",
      { class: "empty" },
      h("p", {}, texts.list.noneMatch),
      button(texts.list.showAll, showAll),
    );
  }

  /** @param {Message} message */
  #tell(message) {
    replace(this.#message, banner({ onDismiss: () => replace(this.#message), ...message }));
  }

  #export() {
    download(texts.list.exportName, exported(this.#app.store.all()), "application/json");
  }

  /** @param {File} file */
  async #import(file) {
    try {
      const ids = await imported(file);
      const added = await this.#app.store.add(ids);
      this.#tell({ tone: "success", title: texts.list.imported(added, ids.length) });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      const explain = texts.list.importProblems[error.problem];
      this.#tell({ tone: "error", title: explain(error.detail ?? 0) });
    }
  }

  async #clear() {
    const { store } = this.#app;
    const isDone = await confirm({
      title: texts.list.clearTitle,
      text: texts.list.clearText(store.all().length),
      label: texts.list.clearConfirm,
      keep: texts.end.keep,
      working: texts.list.clearConfirm,
      act: async () => {
        await store.clear();
        return true;
      },
      explain: (error) => error.message,
    });
    if (isDone) announce(texts.list.cleared);
  }
}

/**
 * @param {string[][]} all Values and texts.
 * @param {string} chosen
 */
function options(all, chosen) {
  return all.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
}

/**
 * Shows a record in its row, unless the row shows just that.
 *
 * @param {HTMLElement} row
 * @param {Entry} record
 */
function updateRow(row, { id, assessment, archivedAt, problem }) {
  const content = JSON.stringify([assessment, archivedAt, problem, hasRules()]);
  if (row.dataset.content === content) return;
  row.dataset.content = content;
  const label = (/** @type {string} */ text) => h("span", { class: "cell-label" }, text);
  keepingFocus(row, () =>
    replace(
      row,
      h(
        "div",
        { class: "cell-name" },
        h(
          "a",
          { href: `/assessments/${encodeURIComponent(id)}` },
          h("bdi", {}, assessment ? withMarks(assessment.name) : shortId(id)),
        ),
        h("code", { class: "id muted", title: id }, shortId(id)),
      ),
      h(
        "div",
        { class: "cell-stage" },
        assessment
          ? stageBadge(assessment.status)
          : h("span", { class: "badge" }, texts.list.unread),
        archivedAt !== undefined && h("span", { class: "badge" }, texts.list.archived),
        problem && h("span", { class: "badge warning" }, texts.list.missing),
      ),
      assessment && [
        h(
          "div",
          { class: "cell" },
          label(texts.list.score),
          assessment.score_percent === null ? "–" : formatPercent(assessment.score_percent),
        ),
        h("div", { class: "cell" }, texts.list.findings(assessment.findings_count)),
        h("div", { class: "cell" }, label(texts.list.updated), time(assessment.updated_at)),
      ],
    ),
  );
}
