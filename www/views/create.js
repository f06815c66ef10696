// The form that creates an assessment.

import { h, replace } from "../dom.js";
import { askedWait, explained, quoted } from "../explain.js";
import { byField } from "../faults.js";
import { differences } from "../outcome.js";
import { withMarks } from "../format.js";
import { Names, canReadNames, lastAssessed } from "../names.js";
import { Checklist } from "../parts/checklist.js";
import { announce, banner, button } from "../parts/controls.js";
import { askForCredential } from "../parts/dialogs.js";
import { IdField } from "../parts/id-field.js";
import { IdListField } from "../parts/id-list-field.js";
import { TextField } from "../parts/text-field.js";
import {
  fieldIssues,
  keyIssues,
  kindOf,
  missingIssues,
  nameTokens,
  previewName,
  subscribeToRules,
} from "../rules.js";
import { refusesRole } from "../refusals.js";
import { session } from "../session.js";
import { texts } from "../texts.js";

/**
 * @import { CreateAssessmentRequest, CreatedAssessment } from "assessments-edge/slim"
 * @import { Failure } from "../failure.js"
 * @import { Child } from "../dom.js"
 * @import { Dashboard } from "../main.js"
 * @import { Message } from "../parts/controls.js"
 * @import { Form as FormOfIds, Home, RequestField } from "../parts/field.js"
 * @import { Vendor } from "../names.js"
 * @import { Choice, Search } from "../parts/picker.js"
 * @import { Answer } from "../plain-client.js"
 */

/** @typedef {IdField | IdListField | TextField} Field */

const KEY_FIELD = "Idempotency-Key";
/** What the vendor has, by the field that may name it. */
const OF_VENDOR = /** @type {const} */ ({
  service_ids: "services",
  supporting_document_ids: "documents",
});
const VENDOR_ID = /^cbvndr_[0-9a-f]{32}$/;
/** So long a vendor has to stand in its field until it is read. */
const SETTLED_MS = 200;
/** Statuses that are answered before the key is looked at, so that they say nothing of it. */
const BEFORE_KEY = [401, 403, 429];

/**
 * The page.
 *
 * @param {Dashboard} app
 */
export function createView(app) {
  const form = new Form(app);
  return { title: texts.pages.create, element: form.element, dispose: () => form.dispose() };
}

class Form {
  #app;
  #draft;
  /** @type {Map<RequestField, Field>} */
  #fields = new Map();
  /** @type {TextField} */
  #key;
  #preview = h("output", { class: "preview-name" });
  #cycle = h("p", { class: "hint" }, texts.create.previewCycle);
  #previewBox = h(
    "div",
    { class: "preview" },
    h("p", { class: "preview-label" }, texts.create.preview),
    this.#preview,
    this.#cycle,
  );
  #tokens = h("div", { class: "tokens", hidden: true });
  #message = h("div", { class: "message" });
  #submit = button(texts.create.submit, null, { look: "primary", type: "submit" });
  #stop = button(texts.create.stop, () => this.#sending?.abort(), { hidden: true });
  #startOverButton = button(texts.create.clear, () => this.#startOver(), { look: "quiet" });
  #newKeyButton = button(texts.create.newKey, () => this.#renewKey(), { look: "quiet small" });
  /** @type {AbortController | undefined} */
  #sending;
  #isSubmitting = false;
  #unsubscribe = subscribeToRules(() => this.#checkAnew());
  #leaveSession = session.subscribe(() => this.#offerNames());
  #names;
  /** @type {Map<RequestField, Checklist>} */
  #checklists = new Map();
  /**
   * What is known of the vendor in its field.
   *
   * @type {Vendor | undefined}
   */
  #vendor;
  /**
   * The last one that was known, which need not be in the field any more.
   *
   * @type {Vendor | undefined}
   */
  #former;
  /**
   * What was asked of it last.
   *
   * @type {string | undefined}
   */
  #followed;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #following;
  #reading = new AbortController();
  #disposal = new AbortController();
  /**
   * The faults that are told of, if that is what the message is about.
   *
   * @type {number | undefined}
   */
  #counted;

  /** @param {Dashboard} app */
  constructor(app) {
    const { demo } = app;
    this.#app = app;
    this.#draft = app.draft;
    this.#names = new Names(app.api);
    this.#makeFields();
    this.#key = this.#makeKey();
    this.element = h(
      "div",
      { class: "page narrow" },
      h(
        "header",
        { class: "page-head" },
        h(
          "div",
          {},
          h("h1", { tabindex: -1 }, texts.pages.create),
          h("p", { class: "lead" }, texts.create.intro),
        ),
        h(
          "div",
          { class: "actions" },
          demo && button(texts.create.example, () => this.#fill(demo.request)),
          this.#startOverButton,
        ),
      ),
      this.#makeForm(),
    );
    this.#restore();
    this.#checkAnew();
    this.#offerNames();
    this.#draft.claimed.then((isNew) => {
      if (!isNew) return;
      // What was sent with the other key is the other tab's.
      replace(this.#message);
      this.#key.value = this.#draft.key;
      announce(texts.create.ownTab);
    });
  }

  dispose() {
    this.#unsubscribe();
    this.#leaveSession();
    clearTimeout(this.#following);
    this.#reading.abort();
    this.#disposal.abort();
    this.#sending?.abort();
  }

  /** Brings what the package says of the fields up to date, in case it has just come. */
  #checkAnew() {
    const required = missingIssues();
    for (const [name, field] of this.#fields) field.check(required.has(name));
    this.#key.check(false);
    this.#showTokens();
    this.#showPreview();
    this.#count();
  }

  #makeFields() {
    /** @type {FormOfIds} */
    const form = {
      issues: fieldIssues,
      homeOf: (text, name) => this.#homeOf(text, name),
      move: (text, from, to) => this.#move(text, from, to),
      changed: () => this.#changed(),
      nameOf: (id) => this.#names.of(id),
    };
    /**
     * @param {RequestField} name
     * @param {Search} search
     */
    const addId = (name, search) => this.#fields.set(name, new IdField({ name, form, search }));
    /**
     * @param {RequestField} name
     * @param {Search} [search]
     */
    const addList = (name, search) =>
      this.#fields.set(name, new IdListField({ name, form, ...(search && { search }) }));
    /**
     * @param {RequestField} name
     * @param {{ after?: Child, search?: Search }} [more]
     */
    const addText = (name, more = {}) =>
      this.#fields.set(
        name,
        new TextField({
          name,
          check: (value) => (value === undefined ? [] : fieldIssues(name, value)),
          onchange: () => this.#changed(),
          ...more,
        }),
      );
    addId("vendor_id", this.#names.vendors);
    addList("control_set_ids", this.#names.controlSets);
    addList("service_ids");
    addText("name");
    addText("assessment_name_format", { after: this.#tokens });
    addId("assignee_id", this.#names.users);
    addList("supporting_document_ids");
    addText("trigger_workflow", { search: this.#names.workflows });
    for (const name of /** @type {(keyof typeof OF_VENDOR)[]} */ (Object.keys(OF_VENDOR))) {
      const field = /** @type {IdListField} */ (this.#field(name));
      const onchange = (/** @type {string} */ id, /** @type {boolean} */ isChecked) =>
        isChecked ? field.take(id) : field.drop(id);
      this.#checklists.set(name, new Checklist(onchange));
    }
  }

  /** Offers names to choose from, while there is somebody who may read them. */
  #offerNames() {
    const isByName = canReadNames();
    for (const field of this.#fields.values()) field.isByName = isByName;
    this.#follow();
  }

  /** Finds out what the ids in the fields are, and what the vendor has. */
  #follow() {
    const { vendor_id: id = "", control_set_ids: sets = [], assignee_id: user } = this.#values();
    const followed = canReadNames() && VENDOR_ID.test(id) ? id : undefined;
    if (followed !== this.#followed) {
      this.#followed = followed;
      clearTimeout(this.#following);
      this.#reading.abort();
      this.#reading = new AbortController();
      const { signal } = this.#reading;
      if (followed === undefined) this.#became(undefined);
      else this.#following = setTimeout(() => this.#readVendor(followed, signal), SETTLED_MS);
    }
    const isUnknown = [...sets, ...(user ? [user] : [])].some((each) => !this.#names.of(each));
    if (canReadNames() && isUnknown) this.#readNames();
    this.#showNames();
  }

  /**
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async #readVendor(id, signal) {
    try {
      const vendor = await this.#names.vendor(id, signal);
      if (!signal.aborted) this.#became(vendor);
    } catch (error) {
      if (signal.aborted) return;
      // Without it the id stands for itself. One that is not there need not be asked for again.
      const { status } = /** @type {Failure} */ (error);
      if (status !== 404) this.#followed = undefined;
      this.#became(undefined);
    }
  }

  async #readNames() {
    try {
      await this.#names.readLists(this.#disposal.signal);
      for (const field of this.#fields.values()) if (field instanceof IdListField) field.check();
      this.#showNames();
    } catch {
      // Ids without a name are shown as they are.
    }
  }

  /** @param {Vendor | undefined} vendor */
  #became(vendor) {
    const before = this.#former;
    this.#vendor = vendor;
    this.#former = vendor ?? before;
    const field = /** @type {IdField} */ (this.#field("vendor_id"));
    for (const [name, checklist] of this.#checklists) {
      const list = /** @type {IdListField} */ (this.#field(name));
      const part = OF_VENDOR[/** @type {keyof typeof OF_VENDOR} */ (name)];
      // What belongs to another vendor goes with it, if somebody chooses by name.
      const isLeft = before && vendor && field.picked;
      const gone = new Set(isLeft ? before[part].map(({ id }) => id) : []);
      const { label } = texts.create.fields[name];
      const what = texts.picker.choose(label, withMarks(vendor?.name ?? ""));
      checklist.show(what, vendor?.[part] ?? []);
      for (const id of checklist.ids) gone.delete(id);
      for (const id of list.value) if (gone.has(id)) list.drop(id);
      list.check();
    }
    this.#showNames();
    this.#showPreview();
  }

  /** Says what the ids are called that stand in fields as such. */
  #showNames() {
    const { isCalled, firstAnalyst } = texts.picker;
    const named = (/** @type {string} */ said, /** @type {string} */ name) => [
      `${said} `,
      h("bdi", {}, withMarks(name)),
    ];
    const vendor = /** @type {IdField} */ (this.#field("vendor_id"));
    const known = this.#vendor?.id === vendor.value ? this.#vendor : undefined;
    const { last } = known ?? {};
    const assessed = last !== undefined && lastAssessed(last);
    vendor.called =
      known &&
      (vendor.picked ? assessed : [named(isCalled, known.name), assessed && [", ", assessed]]);
    const assignee = /** @type {IdField} */ (this.#field("assignee_id"));
    const name = this.#names.of(assignee.value ?? "");
    const [first] = known?.risk_analysts ?? [];
    if (assignee.value === undefined)
      assignee.called = first?.name != null && [named(firstAnalyst, first.name), "."];
    else assignee.called = name !== undefined && !assignee.picked && [named(isCalled, name), "."];
    for (const [list, checklist] of this.#checklists)
      checklist.checked = /** @type {IdListField} */ (this.#field(list)).value;
  }

  #makeKey() {
    return new TextField({
      name: KEY_FIELD,
      check: (value) => keyIssues(value ?? ""),
      onchange: () => {
        // What was sent was sent with another key, and no promise holds for this one.
        this.#draft.change({ key: this.#key.value ?? "", open: undefined });
        if (this.#counted === undefined) replace(this.#message);
        this.#count();
      },
      after: this.#newKeyButton,
      class: "id",
    });
  }

  #showTokens() {
    const insert = (/** @type {string} */ token) => () => {
      const format = this.#field("assessment_name_format");
      if (format instanceof TextField) format.insert(token);
    };
    const tokens = nameTokens().map((token) =>
      button(h("code", {}, token), insert(token), { look: "quiet small" }),
    );
    this.#tokens.hidden = tokens.length === 0;
    replace(this.#tokens, texts.create.tokens, " ", tokens);
  }

  #makeForm() {
    /**
     * @param {keyof typeof texts.create.groups} name
     * @param {Child[]} content
     */
    const group = (name, ...content) =>
      h("fieldset", { class: "card" }, h("legend", {}, texts.create.groups[name]), content);
    const field = (/** @type {RequestField} */ name) => [
      this.#checklists.get(name)?.element,
      this.#field(name).element,
    ];
    const onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#send();
    };
    return h(
      "form",
      { class: "stack", novalidate: true, onsubmit, "aria-label": texts.pages.create },
      group("scope", field("vendor_id"), field("control_set_ids"), field("service_ids")),
      group("naming", field("name"), field("assessment_name_format"), this.#previewBox),
      group(
        "work",
        field("assignee_id"),
        field("supporting_document_ids"),
        field("trigger_workflow"),
      ),
      group(
        "sending",
        this.#key.element,
        this.#message,
        h("div", { class: "actions" }, this.#submit, this.#stop),
      ),
    );
  }

  /** Fields and key as the tab left them, and what was on its way then. */
  #restore() {
    this.#put(this.#draft.fields);
    for (const [name, choice] of Object.entries(this.#draft.names)) {
      const field = this.#field(name);
      if (field instanceof IdField && field.value === choice.id) field.pick(choice);
    }
    this.#key.value = this.#draft.key;
    this.#showPreview();
    if (this.#draft.open)
      this.#tell({ tone: "warning", title: texts.create.openEarlier, actions: [this.#again()] });
  }

  /**
   * Gives each field what the request has of it.
   *
   * @param {Partial<CreateAssessmentRequest>} request
   */
  #put(request) {
    for (const [name, field] of this.#fields) {
      /** @type {{ value: unknown }} */ (field).value = request[name];
    }
  }

  /** @param {Partial<CreateAssessmentRequest>} request */
  #fill(request) {
    this.#put(request);
    this.#changed();
  }

  #startOver() {
    this.#draft.startAnew();
    this.#fill({});
    this.#key.value = this.#draft.key;
    replace(this.#message);
    this.#field("vendor_id").focus();
  }

  #renewKey() {
    this.#draft.renewKey();
    this.#key.value = this.#draft.key;
    replace(this.#message);
    announce(texts.create.newKeyMade);
  }

  /** Brings the count of faults up to date, if it is shown. */
  #count() {
    if (this.#counted === undefined) return;
    const { length } = this.#faulty();
    // Said again, it would interrupt whoever listens.
    if (length === this.#counted) return;
    this.#counted = length;
    replace(
      this.#message,
      length > 0 && banner({ tone: "error", title: texts.create.faults(length) }),
    );
  }

  #faulty() {
    return [...this.#fields.values(), this.#key].filter((field) => field.hasFaults);
  }

  #changed() {
    /** @type {Record<string, Choice>} */
    const names = {};
    for (const [name, field] of this.#fields)
      if (field instanceof IdField && field.picked) names[name] = field.picked;
    this.#draft.change({ fields: this.#values(), names });
    this.#follow();
    this.#showPreview();
    this.#count();
    this.#warnOfEdits();
  }

  /**
   * The field that takes an id, if it is none of `name`'s.
   *
   * @param {string} text
   * @param {RequestField} name
   * @returns {Home | undefined}
   */
  #homeOf(text, name) {
    const kind = kindOf(text);
    if (kind === undefined) return undefined;
    for (const [other, field] of this.#fields) {
      if (other === name || field instanceof TextField) continue;
      const value = field instanceof IdListField ? [text] : text;
      // A good id that is there already is not replaced.
      const isTaken = field instanceof IdField && field.value !== undefined && !field.hasFaults;
      if (!isTaken && fieldIssues(other, value).length === 0) return { kind, field };
    }
    return undefined;
  }

  /**
   * @param {string} text
   * @param {IdField | IdListField} from
   * @param {IdField | IdListField} to
   */
  #move(text, from, to) {
    from.drop(text);
    to.take(text);
    this.#changed();
    to.focus();
    announce(texts.create.moved(texts.create.fields[to.name].label));
  }

  #showPreview() {
    const request = this.#values();
    const { vendor_id: vendor, service_ids: services = [] } = request;
    const known = this.#vendor?.id === vendor ? this.#vendor : undefined;
    const { last, name: vendorName = texts.create.previewVendor } = known ?? {};
    const isSeen = this.#app.store
      .all()
      .some(({ assessment }) => vendor !== undefined && assessment?.vendor_id === vendor);
    const isKnown = isSeen || (last !== undefined && last !== null);
    const name = (/** @type {boolean} */ assessedBefore) =>
      previewName(request, {
        vendorName,
        serviceNames: (services ?? []).map(
          (id, index) => this.#names.of(id) ?? texts.create.previewService(index + 1),
        ),
        assessedBefore,
      });
    const preview = name(isKnown);
    this.#previewBox.hidden = preview === undefined;
    this.#cycle.hidden = isKnown || last === null || preview === name(true);
    replace(this.#preview, preview && withMarks(preview));
  }

  /**
   * What is in the fields.
   *
   * @returns {Partial<CreateAssessmentRequest>}
   */
  #values() {
    return Object.fromEntries([...this.#fields].map(([name, field]) => [name, field.value]));
  }

  /**
   * What is sent of it. What is missing, the server tells of.
   *
   * @returns {CreateAssessmentRequest}
   */
  #body() {
    const sent = this.#values();
    for (const [name, value] of Object.entries(sent)) {
      const isEmpty = !value || (value.length === 0 && name !== "control_set_ids");
      if (isEmpty) delete sent[/** @type {RequestField} */ (name)];
    }
    return /** @type {CreateAssessmentRequest} */ (sent);
  }

  /** One at a time, however often the button is pressed. */
  async #send() {
    if (this.#isSubmitting) return;
    this.#isSubmitting = true;
    try {
      await this.#submitOnce();
    } finally {
      this.#isSubmitting = false;
    }
  }

  async #submitOnce() {
    await this.#draft.claimed;
    if (!session.isConnected && !(await askForCredential(this.#app))) return;
    const body = this.#body();
    const missing = missingIssues();
    for (const [name, field] of this.#fields) {
      // What is typed and not a chip yet becomes one.
      if (field instanceof IdListField) {
        field.settle();
        continue;
      }
      const lack = name in body ? undefined : missing.get(name);
      field.setIssues(lack ? [lack] : []);
    }
    const [first] = this.#faulty();
    if (first) {
      this.#counted = 0;
      this.#count();
      first.focus();
      return;
    }
    await this.#exchange(body);
  }

  /** @param {CreateAssessmentRequest} body */
  async #exchange(body) {
    const sent = JSON.stringify(body);
    const before = this.#draft.open;
    this.#sending = new AbortController();
    this.#busy(true);
    // What was sent first is what the key stands for.
    this.#draft.change({ open: before ?? sent });
    try {
      const answer = await this.#app.api.create(body, {
        idempotencyKey: this.#draft.key,
        signal: this.#sending.signal,
        onRetry: ({ attempt }) =>
          this.#tell({ tone: "info", title: texts.create.retrying(attempt + 1) }),
      });
      const different = differences(body, answer.data);
      const isAnothers = answer.requestDiffers || different.length > 0;
      if (isAnothers) await this.#belongsToAnother(answer, different);
      else await this.#created(answer);
    } catch (thrown) {
      const failure = /** @type {Failure} */ (thrown);
      const isAnswered = !failure.isOpen && !BEFORE_KEY.includes(failure.status ?? 0);
      if (isAnswered) this.#draft.change({ open: undefined });
      else if (!failure.isOpen) this.#draft.change({ open: before });
      this.#sending = undefined;
      this.#refused(failure, body);
    } finally {
      this.#sending = undefined;
      this.#busy(false);
    }
  }

  /** @param {Answer<CreatedAssessment>} answer */
  async #created({ data, requestId, replayed }) {
    this.#draft.startAnew();
    await this.#app.store.note(data, { requestId, adds: true });
    this.#app.navigate(`/assessments/${data.id}`, {
      tone: replayed ? "info" : "success",
      title: replayed ? texts.detail.replayedNotice : texts.detail.createdNotice,
    });
  }

  /**
   * The key was first used for another request: this one created nothing.
   *
   * @param {Answer<CreatedAssessment>} answer
   * @param {RequestField[]} different The fields by which that is seen.
   */
  async #belongsToAnother({ data, requestId }, different) {
    this.#draft.change({ open: undefined });
    // It may be what an earlier attempt created whose answer got lost.
    await this.#app.store.note(data, { requestId, adds: true });
    this.#sending = undefined;
    const { keyTaken, keyTakenBy, keyTakenDiffers, keyTakenText, newKey, fields } = texts.create;
    const labels = different.map((name) => fields[name].label);
    const renew = () => {
      this.#renewKey();
      this.#submit.focus();
    };
    this.#tell({
      tone: "error",
      title: keyTaken,
      requestId,
      body: [
        h("span", {}, keyTakenBy, " ", h("a", { href: `/assessments/${data.id}` }, data.name), "."),
        labels.length > 0 && keyTakenDiffers(labels),
        keyTakenText,
      ],
      actions: [button(newKey, renew, { look: "primary" })],
    });
  }

  /** @param {boolean} isBusy */
  #busy(isBusy) {
    this.#submit.disabled = isBusy;
    replace(this.#submit, isBusy ? texts.create.sending : texts.create.submit);
    this.#stop.hidden = !isBusy;
    // The key that is on its way is the one that is shown.
    this.#key.readOnly = isBusy;
    this.#newKeyButton.disabled = isBusy;
    this.#startOverButton.disabled = isBusy;
    if (isBusy) replace(this.#message);
    // The button lost the focus when it was disabled.
    else if (document.activeElement === document.body) this.#submit.focus();
  }

  /** @param {Message} message */
  #tell(message) {
    this.#counted = undefined;
    replace(this.#message, banner(message));
    this.#warnOfEdits();
  }

  #again() {
    return button(texts.create.again, () => this.#send(), { look: "primary" });
  }

  /** Says in the message that the key stands for another request than is shown, if it does. */
  #warnOfEdits() {
    if (this.#sending) return;
    const { open } = this.#draft;
    const isEdited = open !== undefined && open !== JSON.stringify(this.#body());
    const place = this.#message.querySelector(".banner-text");
    const warning = place?.querySelector(".edited");
    if (isEdited && place && !warning) {
      place.insertBefore(
        h("p", { class: "edited" }, texts.create.openChanged),
        place.querySelector(".actions"),
      );
    }
    if (!isEdited) warning?.remove();
  }

  /**
   * Shows a refusal: beside the fields that it is about, and what to do.
   *
   * @param {Failure} failure
   * @param {CreateAssessmentRequest} body
   */
  #refused(failure, body) {
    const known = [...this.#fields.keys(), KEY_FIELD];
    const { requestId } = failure;
    const isRefusal = failure.kind === "invalid" || failure.kind === "refused";
    if (!isRefusal || failure.speaker === "between") {
      this.#tell({ tone: "error", requestId, ...this.#trouble(failure) });
      return;
    }
    const { fields, rest } = byField(failure, { ...body }, known);
    for (const [name, issues] of fields) this.#field(name).setIssues(issues);
    const first = known.find((name) => fields.has(name));
    const toField = () => first && this.#field(first).focus();
    const { title, body: said = rest, actions = [] } = this.#meaning(failure, fields.size);
    this.#tell({
      tone: "error",
      title,
      requestId,
      body: said,
      actions: first ? [button(texts.create.toField, toField), ...actions] : actions,
    });
    if (first) toField();
  }

  /**
   * @param {string} name
   * @returns {Field}
   */
  #field(name) {
    return this.#fields.get(/** @type {RequestField} */ (name)) ?? this.#key;
  }

  /**
   * No answer, or none that says what became of the request.
   *
   * @param {Failure} failure
   * @returns {Omit<Message, "tone">}
   */
  #trouble(failure) {
    const { problems, sameKey } = texts.create;
    const { kind, isOpen } = failure;
    const { title, body } = explained(failure);
    const retry = { actions: [this.#again()] };
    switch (kind) {
      case "ended":
        return { title: problems.ended, body: [title, ...(isOpen ? [sameKey] : [])], ...retry };
      case "unreachable":
        // Of the session: then nothing was sent.
        if (!isOpen) return { title: problems.unreachable, body: [title], ...retry };
        return {
          title: problems.unreachable,
          body: [title, problems.unreachableText, sameKey],
          ...retry,
        };
      case "stopped":
        return { title: problems.stopped, body: [problems.stoppedText, sameKey], ...retry };
      case "misused":
        return { title: problems.misused, body: [title] };
      case "unexpected":
        return { title: problems.unexpected, body: [title, ...body, sameKey], ...retry };
      default:
        return { title: problems.between, body: [title, ...body, sameKey], ...retry };
    }
  }

  /**
   * What an error's status asks of the user.
   *
   * @param {Failure} failure
   * @param {number} faultyFields
   * @returns {Omit<Message, "tone">}
   */
  #meaning(failure, faultyFields) {
    const { problems, sameKey, faults } = texts.create;
    const { status, code } = failure;
    const said = quoted(failure);
    const seconds = askedWait(failure);
    const waiting = seconds === undefined ? [] : [texts.trouble.wait(seconds)];
    const again = { actions: [this.#again()] };
    switch (status) {
      case 401: {
        const connect = () => askForCredential(this.#app);
        const actions = [button(texts.connection.connect, connect, { look: "primary" })];
        const { title, body } = explained(failure);
        return refusesRole(failure)
          ? { title, body, actions }
          : { title: problems.credential, body: [said], actions };
      }
      case 403:
        return { title: problems.address, body: [said, texts.trouble.addressText] };
      case 404:
        return {
          title: code === "workflow_not_found" ? problems.workflowMissing : problems.refused,
        };
      case 409:
        return { title: problems.workflowDisabled, body: [said] };
      case 413:
        return { title: problems.tooLarge };
      case 429:
        return { title: problems.busy, body: [...waiting, sameKey], ...again };
      case 400:
      case 422:
        if (faultyFields > 0) return { title: faults(faultyFields) };
        return failure.speaker === "api"
          ? { title: problems.refused }
          : { title: problems.notSent, body: [said] };
      default:
        return { title: problems.unavailable, body: [said, ...waiting, sameKey], ...again };
    }
  }
}
