// Assessments of several vendors at once: the form, and then what becomes of each.

import { haltWords } from "../batch.js";
import { csv } from "../csv.js";
import { h, keepingFocus, reconcile, replace } from "../dom.js";
import { Names, canReadNames, lastAssessed } from "../names.js";
import { announce, banner, button } from "../parts/controls.js";
import { askForCredential, confirm } from "../parts/dialogs.js";
import { Frame, idInput } from "../parts/field.js";
import { foreign } from "../parts/named.js";
import { Picker } from "../parts/picker.js";
import { showTokens } from "../parts/text-field.js";
import { RequestFields } from "../request-fields.js";
import { previewName, subscribeToRules } from "../rules.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { download } from "../transfer.js";
import { VendorRows, vendorEntries } from "../vendor-rows.js";

/**
 * @import { Item } from "../batch.js"
 * @import { Cell } from "../csv.js"
 * @import { Child } from "../dom.js"
 * @import { Dashboard } from "../main.js"
 * @import { Message } from "../parts/controls.js"
 * @import { Row, Vendor } from "../vendor-rows.js"
 */

/**
 * The columns of the file by their names, which are no texts of the page: programs read
 * them too.
 *
 * @type {Record<string, (item: Item) => Cell>}
 */
const COLUMNS = {
  vendor: ({ vendor }) => vendor.name ?? null,
  vendor_id: ({ vendor }) => vendor.id,
  name: ({ name = null }) => name,
  result: ({ state }) => state,
  assessment_id: ({ state, assessment }) => (state === "created" && assessment) || null,
  problem: ({ problem = null }) => problem,
  request_id: ({ requestId = null }) => requestId,
};

/**
 * The page.
 *
 * @param {Dashboard} app
 */
export function manyView(app) {
  const many = new Many(app);
  return { title: texts.many.title, element: many.element, dispose: () => many.dispose() };
}

class Many {
  #app;
  #batch;
  #names;
  #rows;
  #fields;
  #tokens = h("div", { class: "tokens", hidden: true });
  #list = h("ul", { class: "vendor-rows" });
  #count = h("p", { class: "hint" });
  #input;
  #picker;
  #vendors;
  #message = h("div", { class: "message" });
  #submit = button("", null, { look: "primary", type: "submit" });
  #form;
  #state = h("div", { class: "stack" });
  /** How many of them there are, where nobody is told of each. */
  #counted = h("p", { class: "hint" });
  #progress = h("progress", { "aria-label": texts.many.progress });
  #items = h("tbody");
  #outcome;
  #actions = h("div", { class: "actions" });
  /** Whether the form is wanted although there is a plan that has ended. */
  #isNew = false;
  /** What was said of the plan last. */
  #said = "";
  #disposal = new AbortController();
  #leave;

  /** @param {Dashboard} app */
  constructor(app) {
    this.#app = app;
    this.#batch = app.batch;
    this.#names = new Names(app.api);
    const { columns } = texts.many;
    const changed = () => this.#changed();
    this.#rows = new VendorRows({ api: app.api, names: this.#names, onchange: changed });
    this.#fields = this.#makeFields();
    this.#input = idInput({
      class: "",
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#pasted(event),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
    });
    this.#picker = new Picker({
      input: this.#input,
      label: texts.create.fields.vendors.label,
      search: this.#names.vendors,
      onpick: (vendor) => {
        this.#input.value = "";
        this.#rows.take(vendor);
      },
    });
    this.#vendors = new Frame({
      name: "vendors",
      control: this.#input,
      below: this.#picker.element,
      beside: this.#count,
      after: this.#list,
    });
    this.#form = this.#makeForm();
    this.#outcome = h(
      "div",
      { class: "card stack" },
      this.#state,
      this.#counted,
      this.#progress,
      this.#actions,
      h(
        "table",
        { class: "batch" },
        h("caption", { class: "visually-hidden" }, texts.many.title),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            [columns.vendor, columns.outcome].map((name) => head(name)),
          ),
        ),
        this.#items,
      ),
    );
    this.element = h(
      "div",
      { class: "page narrow" },
      h(
        "header",
        { class: "page-head" },
        h(
          "div",
          {},
          h("h1", { tabindex: -1 }, texts.many.title),
          h("p", { class: "lead" }, texts.many.intro),
        ),
        h("a", { class: "button quiet small", href: "/new" }, texts.many.one),
      ),
      this.#form,
      this.#outcome,
    );
    this.#restore();
    const leaves = [
      this.#batch.subscribe(() => this.#show()),
      session.subscribe(() => this.#offerNames()),
      subscribeToRules(() => this.#checkAnew()),
    ];
    this.#leave = () => leaves.map((leave) => leave());
    this.#checkAnew();
    this.#offerNames();
    this.#show();
  }

  dispose() {
    this.#leave();
    this.#disposal.abort();
    this.#rows.dispose();
  }

  #makeFields() {
    const { controlSets, users, workflows } = this.#names;
    const fields = new RequestFields({
      changed: () => this.#changed(),
      nameOf: (id) => this.#names.of(id),
    });
    fields.addList("control_set_ids", controlSets);
    fields.addText("trigger_workflow", { search: workflows });
    fields.addText("assessment_name_format", { after: this.#tokens });
    fields.addId("assignee_id", users);
    return fields;
  }

  #makeForm() {
    const onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#begin();
    };
    return h(
      "form",
      { class: "card stack", novalidate: true, onsubmit, "aria-label": texts.many.title },
      this.#vendors.element,
      this.#fields.all.map(({ element }) => element),
      this.#message,
      h("div", { class: "actions" }, this.#submit),
    );
  }

  /** The form as the tab left it, and the vendors that the address names. */
  #restore() {
    const { vendors = [], unsettled = [], fields = {}, names } = this.#batch.draft ?? {};
    const asked = new URLSearchParams(location.search).getAll("vendor");
    // Loaded again, the page does not bring back what was taken out.
    history.replaceState(history.state, "", location.pathname);
    this.#isNew = asked.length > 0;
    this.#fields.put(fields, names);
    this.#rows.add(vendors);
    this.#rows.paste([...unsettled, ...asked]);
  }

  #checkAnew() {
    for (const field of this.#fields.all) field.check(false);
    showTokens(this.#tokens, this.#fields.text("assessment_name_format"));
    this.#showRows();
  }

  async #offerNames() {
    const isByName = canReadNames();
    this.#fields.isByName = isByName;
    if (this.#picker.isOn !== isByName) this.#picker.isOn = isByName;
    this.#rows.look();
    if (!isByName || this.#fields.list("control_set_ids").value.length === 0) return;
    // Ids without a name are shown as they are.
    await this.#names.readLists(this.#disposal.signal).catch(() => {});
    this.#fields.showNames();
  }

  #changed() {
    const { vendors, unsettled } = this.#rows;
    this.#batch.draft = {
      vendors,
      unsettled,
      fields: this.#fields.values,
      names: this.#fields.picked,
    };
    replace(this.#message);
    this.#showRows();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const pasted = (event.clipboardData?.getData("text") ?? "").trim();
    const entries = vendorEntries(pasted);
    // A name alone may be the beginning of one.
    if (entries.length < 2 && !/^cbvndr_/.test(entries[0] ?? "")) return;
    event.preventDefault();
    this.#rows.paste(entries);
    announce(texts.many.added(entries.length));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing || event.key !== "Enter" || this.#input.value.trim() === "") return;
    event.preventDefault();
    this.#rows.paste(vendorEntries(this.#input.value));
    this.#input.value = "";
  }

  /** @param {Vendor} vendor */
  #nameFor({ name: vendorName = texts.create.previewVendor, last }) {
    const { assessment_name_format: format } = this.#fields.values;
    const request = { assessment_name_format: format };
    return previewName(request, { vendorName, assessedBefore: last != null });
  }

  #showRows() {
    const { all, vendors, leftOut } = this.#rows;
    const { count, tooMany, create } = texts.many;
    keepingFocus(this.#list, () =>
      reconcile(
        this.#list,
        all,
        ({ key }) => key,
        () => h("li", { class: "vendor-row" }),
        (element, row) => this.#updateRow(element, row),
      ),
    );
    const removeAll = () => {
      this.#rows.clear();
      this.#input.focus();
    };
    const remove = button(texts.create.removeAll, removeAll, { look: "quiet small" });
    replace(this.#count, all.length > 0 && [count(all.length), " ", remove]);
    replace(this.#submit, create(vendors.length));
    this.#vendors.show(leftOut > 0 ? [tooMany(leftOut)] : []);
  }

  /**
   * @param {HTMLElement} element
   * @param {Row} row
   */
  #updateRow(element, row) {
    const { state, text, label = text, vendor, choices = [] } = row;
    const name = vendor && this.#nameFor(vendor);
    const shown = JSON.stringify([state, vendor, choices, name]);
    if (element.dataset.shown === shown) return;
    element.dataset.shown = shown;
    const { many, create } = texts;
    const what = vendor?.name ?? label;
    const remove = () => {
      const next = /** @type {HTMLElement} */ (element.nextElementSibling ?? this.#input);
      this.#rows.remove(row);
      (next.querySelector("button") ?? this.#input).focus();
    };
    const again = button(texts.trouble.retry, () => this.#rows.look(), { look: "quiet small" });
    const pick = (/** @type {Vendor} */ choice) =>
      button(
        [foreign(choice.name ?? choice.id), " ", vendorHint(choice)],
        () => {
          this.#rows.settle(row, choice);
          this.#toOpen().focus();
        },
        { look: "small" },
      );
    /** @type {Record<Row["state"], Child>} */
    const said = {
      ready: [vendor && vendorHint(vendor), name && h("span", { class: "hint" }, foreign(name))],
      waiting: h("span", { class: "hint" }, many.looking),
      looking: h("span", { class: "hint" }, many.looking),
      failed: [h("span", { class: "fault" }, many.unread), again],
      open: [
        h("span", { class: "fault" }, choices.length > 0 ? many.whichOne : many.unknown),
        choices.map(pick),
      ],
    };
    replace(
      element,
      h("div", { class: "vendor-text" }, h("strong", {}, foreign(what)), said[state]),
      button("×", remove, { look: "quiet icon-only", "aria-label": create.remove(what) }),
    );
  }

  /** Where to go on with what is to be settled, or with the next vendor. */
  #toOpen() {
    const open = this.#list.querySelector(".fault ~ button, .vendor-row:has(.fault) button");
    return /** @type {HTMLElement} */ (open ?? this.#input);
  }

  async #begin() {
    if (!(await this.#isConnected())) return;
    const list = this.#fields.list("control_set_ids");
    list.settle();
    if (this.#input.value.trim() !== "") this.#rows.paste(vendorEntries(this.#input.value));
    this.#input.value = "";
    const { vendors, unsettled } = this.#rows;
    const { noVendor, toSettle } = texts.many;
    const fault = unsettled.length > 0 ? toSettle(unsettled.length) : noVendor;
    if (unsettled.length > 0 || vendors.length === 0) {
      this.#vendors.show([fault]);
      this.#toOpen().focus();
      return;
    }
    const faulty = this.#fields.all.filter(({ hasFaults }) => hasFaults);
    if (faulty.length > 0) {
      const title = texts.create.faults(faulty.length);
      replace(this.#message, banner({ tone: "error", title }));
      faulty[0].focus();
      return;
    }
    const { body } = this.#fields;
    this.#names.noteUsed(body, []);
    const items = vendors.map((vendor) => ({
      vendor: { id: vendor.id, name: vendor.name },
      name: this.#nameFor(vendor),
    }));
    this.#isNew = false;
    // If not, what another tab sends is shown now, and the form comes back after it.
    if (this.#batch.begin(body, items)) {
      this.#fields.put({});
      this.#rows.clear();
      this.#batch.draft = undefined;
    }
    this.element.querySelector("h1")?.focus();
  }

  /** Shows the form, or what becomes of the plan. */
  #show() {
    const { plan, isUnfinished, isRunning, isElsewhere } = this.#batch;
    const isForm = !plan || (this.#isNew && !isUnfinished && !isRunning);
    this.#form.hidden = !isForm;
    this.#outcome.hidden = isForm;
    if (!plan || isForm) return;
    const { items } = plan;
    const of = (/** @type {Item["state"]} */ state) =>
      items.filter((item) => item.state === state).length;
    const [created, failed] = [of("created"), of("failed")];
    this.#progress.max = items.length;
    this.#progress.value = items.length - of("planned") - of("open");
    const counted = texts.many.counted(created, items.length, failed);
    const words = this.#words(created, counted);
    // What is said as the title need not be there twice.
    replace(this.#counted, words.tone !== "success" && words.title !== counted && counted);
    const hadFocus = this.#outcome.contains(document.activeElement);
    const said = JSON.stringify([words, failed > 0, isRunning, isElsewhere]);
    if (said !== this.#said) {
      this.#said = said;
      replace(this.#state, banner(words));
      keepingFocus(this.#actions, () => replace(this.#actions, this.#buttons(failed)));
    }
    reconcile(
      this.#items,
      items,
      ({ key }) => key,
      () => h("tr"),
      (element, item) => this.#updateItem(element, item),
    );
    // What had the focus may be gone.
    if (hadFocus && !this.#outcome.contains(document.activeElement))
      (this.#actions.querySelector("button") ?? this.element.querySelector("h1"))?.focus();
  }

  /**
   * Where the plan stands.
   *
   * @param {number} created
   * @param {string} counted
   * @returns {Message}
   */
  #words(created, counted) {
    const { isRunning, isEnding, isElsewhere, isUnfinished, isKept, halt, plan } = this.#batch;
    const { many } = texts;
    const all = plan?.items.length ?? 0;
    if (isRunning) {
      const isWaiting = this.#batch.waitsUntil > Date.now();
      const title = isEnding ? many.ending : isWaiting ? many.waiting : many.sending;
      return { tone: "info", title, body: !isKept && many.notKept };
    }
    if (isElsewhere) return { tone: "info", title: many.elsewhere };
    if (halt) {
      const { title, body = [] } = haltWords(halt);
      const { requestId } = halt;
      return { tone: "error", title, body: [...body, many.goOnText], requestId };
    }
    if (isUnfinished) return { tone: "warning", title: many.unfinished, body: many.goOnText };
    if (created === all) return { tone: "success", title: many.done(all) };
    return { tone: "warning", title: counted, body: many.doneText };
  }

  /** @param {number} failed */
  #buttons(failed) {
    const { isRunning, isElsewhere, isUnfinished } = this.#batch;
    const { many } = texts;
    if (isElsewhere) return [];
    if (isRunning) return [button(many.stop, () => this.#batch.stop())];
    const look = "primary";
    return [
      isUnfinished && button(many.goOn, () => this.#connected(() => this.#batch.run()), { look }),
      failed > 0 &&
        !isUnfinished && [
          button(many.retry, () => this.#connected(() => this.#batch.retry()), { look }),
          button(many.change, () => this.#change()),
        ],
      button(many.exportFile, () => this.#export()),
      button(many.startAnew, () => this.#startAnew(), { look: "quiet" }),
    ];
  }

  /** @param {() => unknown} act */
  async #connected(act) {
    if (await this.#isConnected()) act();
  }

  /**
   * Asks for a credential if there is none; whether this page goes on with it. One of
   * another organization has brought another page.
   */
  async #isConnected() {
    const isConnected = session.isConnected || (await askForCredential(this.#app));
    return isConnected && !this.#disposal.signal.aborted;
  }

  /** Brings those that failed back into the form. */
  #change() {
    const { request, items } = this.#batch.plan ?? { request: {}, items: [] };
    const failed = items.filter(({ state }) => state === "failed");
    this.#isNew = true;
    this.#rows.clear();
    this.#fields.put(request);
    this.#rows.paste(failed.map(({ vendor }) => vendor.id));
    this.#offerNames();
    this.#show();
    this.#input.focus();
  }

  async #startAnew() {
    const { many } = texts;
    const isMeant =
      !(this.#batch.isUnfinished || this.#batch.isUnsure) ||
      (await confirm({
        ...{ title: many.giveUp, text: many.giveUpText, label: many.giveUpConfirm },
        ...{ keep: many.keep, working: many.ending },
        act: async () => true,
        explain: ({ message }) => message,
      }));
    if (!isMeant || this.#disposal.signal.aborted) return;
    this.#batch.discard();
    this.#input.focus();
  }

  #export() {
    const columns = Object.entries(COLUMNS);
    const rows = (this.#batch.plan?.items ?? []).map((item) => columns.map(([, of]) => of(item)));
    const text = csv([columns.map(([name]) => name), ...rows]);
    download(texts.many.exportName, text, "text/csv");
  }

  /**
   * @param {HTMLElement} element
   * @param {Item} item
   */
  #updateItem(element, item) {
    const { vendor, name, state, assessment, problem, requestId } = item;
    const shown = JSON.stringify([state, problem, name, requestId]);
    if (element.dataset.shown === shown) return;
    element.dataset.shown = shown;
    const { states, unsureText, look, renew } = texts.many;
    const search = `/?q=${encodeURIComponent(vendor.name ?? vendor.id)}`;
    /** @type {Record<Item["state"], Child>} */
    const said = {
      planned: h("span", { class: "muted" }, states.planned),
      open: h("span", { class: "muted" }, states.open),
      created: h("a", { href: `/assessments/${assessment}` }, foreign(name ?? vendor.id)),
      failed: [
        h("span", { class: "fault" }, problem),
        requestId && h("code", { class: "hint" }, requestId),
      ],
      unsure: [
        h("span", { class: "fault" }, unsureText),
        h("a", { href: search }, look),
        button(renew, () => this.#connected(() => this.#batch.renew(item)), {
          look: "quiet small",
        }),
      ],
    };
    replace(
      element,
      h("th", { scope: "row" }, foreign(vendor.name ?? vendor.id)),
      h("td", {}, h("div", { class: "vendor-text" }, said[state])),
    );
  }
}

/** @param {Vendor} vendor */
function vendorHint({ last }) {
  return last !== undefined && h("span", { class: "hint" }, lastAssessed(last));
}

/** @param {string} name */
const head = (name) => h("th", { scope: "col" }, name);
