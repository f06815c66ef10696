// The form that creates an assessment.

import { h, replace } from "../dom.js";
import { byField } from "../faults.js";
import { differences } from "../outcome.js";
import { withMarks } from "../format.js";
import { Names, canReadNames } from "../names.js";
import { announce, banner, button } from "../parts/controls.js";
import { askForCredential } from "../parts/dialogs.js";
import { IdListField } from "../parts/id-list-field.js";
import { TextField, showTokens } from "../parts/text-field.js";
import { VendorParts } from "../parts/vendor-parts.js";
import { isRefusal, refusalWords, troubleWords } from "../refusal-words.js";
import { RequestFields } from "../request-fields.js";
import { keyIssues, missingIssues, previewName, subscribeToRules } from "../rules.js";
import { session } from "../session.js";
import { readShared, writeShared } from "../tab.js";
import { texts } from "../texts.js";

/**
 * @import { CreateAssessmentRequest, CreatedAssessment } from "assessments-edge/slim"
 * @import { Failure } from "../failure.js"
 * @import { Child } from "../dom.js"
 * @import { Dashboard } from "../main.js"
 * @import { Message } from "../parts/controls.js"
 * @import { RequestField } from "../parts/field.js"
 * @import { Answer } from "../plain-client.js"
 * @import { Words } from "../refusal-words.js"
 * @import { Field } from "../request-fields.js"
 */

const KEY_FIELD = "Idempotency-Key";
/** Whether somebody left open what most requests leave as it is. */
const MORE_KEY = "assessments.more";
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
  #fields;
  #parts;
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
  /** What most requests leave as it is. */
  #more = h(
    "details",
    { class: "rest", open: readShared(MORE_KEY) !== undefined },
    h("summary", { onclick: () => this.#keepMore() }, texts.create.more),
  );
  #message = h("div", { class: "message" });
  #submit = button(texts.create.submit, null, { look: "primary", type: "submit" });
  #stop = button(texts.create.stop, () => this.#sending?.abort(), { hidden: true });
  #startOverButton = button(texts.create.clear, () => this.#startOver(), { look: "quiet" });
  #newKeyButton = button(texts.create.newKey, () => this.#renewKey(), { look: "quiet small" });
  /** @type {AbortController | undefined} */
  #sending;
  #isSubmitting = false;
  #isDisposed = false;
  #unsubscribe = subscribeToRules(() => this.#checkAnew());
  #leaveSession = session.subscribe(() => this.#offerNames());
  #names;
  /**
   * The faults that are told of, if that is what the message is about.
   *
   * @type {number | undefined}
   */
  #counted;

  /** @param {Dashboard} app */
  constructor(app) {
    this.#app = app;
    this.#draft = app.draft;
    this.#names = new Names(app.api);
    this.#fields = this.#makeFields();
    this.#parts = new VendorParts({
      fields: this.#fields,
      names: this.#names,
      onread: () => this.#showPreview(),
    });
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
        h("a", { class: "button quiet small", href: "/new/many" }, texts.create.several),
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
    this.#isDisposed = true;
    this.#unsubscribe();
    this.#leaveSession();
    this.#parts.dispose();
    this.#sending?.abort();
  }

  /** Brings what the package says of the fields up to date, in case it has just come. */
  #checkAnew() {
    const required = missingIssues();
    for (const field of this.#fields.all) field.check(required.has(field.name));
    this.#key.check(false);
    showTokens(this.#tokens, this.#fields.text("assessment_name_format"));
    this.#showPreview();
    this.#count();
  }

  #makeFields() {
    const { vendors, controlSets, users, workflows } = this.#names;
    const fields = new RequestFields({
      changed: () => this.#changed(),
      nameOf: (id) => this.#names.of(id),
      goTo: (field) => this.#goTo(field),
    });
    fields.addId("vendor_id", vendors);
    fields.addList("control_set_ids", controlSets);
    fields.addList("service_ids");
    fields.addText("name");
    fields.addText("assessment_name_format", { after: this.#tokens });
    fields.addId("assignee_id", users);
    fields.addList("supporting_document_ids");
    fields.addText("trigger_workflow", { search: workflows });
    return fields;
  }

  /** Offers names to choose from, while there is somebody who may read them. */
  #offerNames() {
    this.#fields.isByName = canReadNames();
    this.#parts.follow();
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

  #makeForm() {
    const { demo } = this.#app;
    const field = (/** @type {RequestField} */ name) => this.#field(name).element;
    const onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#send();
    };
    /** @type {Child[]} */
    const rest = [
      this.#parts.checklist("service_ids"),
      field("service_ids"),
      field("name"),
      field("assessment_name_format"),
      field("assignee_id"),
      this.#parts.checklist("supporting_document_ids"),
      field("supporting_document_ids"),
      this.#key.element,
    ];
    this.#more.append(h("div", { class: "stack" }, rest));
    return h(
      "form",
      { novalidate: true, onsubmit, "aria-label": texts.pages.create },
      h(
        "div",
        { class: "card stack" },
        field("vendor_id"),
        field("control_set_ids"),
        field("trigger_workflow"),
        this.#previewBox,
        this.#more,
        this.#message,
        h(
          "div",
          { class: "actions" },
          this.#submit,
          this.#stop,
          this.#startOverButton,
          demo && button(texts.create.example, () => this.#fill(demo.request), { look: "quiet" }),
        ),
      ),
    );
  }

  /** Fields and key as the tab left them, and what was on its way then. */
  #restore() {
    this.#fields.put(this.#draft.fields, this.#draft.names);
    this.#key.value = this.#draft.key;
    this.#showRest();
    this.#showPreview();
    if (this.#draft.open)
      this.#tell({ tone: "warning", title: texts.create.openEarlier, actions: [this.#again()] });
  }

  /** Opens what most requests leave as it is, if this one does not, or a field in it is faulty. */
  #showRest() {
    const isIn = (/** @type {Field} */ { element, value, hasFaults }) =>
      this.#more.contains(element) && (hasFaults || (value?.length ?? 0) > 0);
    if (this.#fields.all.some(isIn) || this.#key.hasFaults) this.#more.open = true;
  }

  /** Whoever opens it once wants it the next time, in this browser. */
  #keepMore() {
    writeShared(MORE_KEY, this.#more.open ? undefined : "open");
  }

  /**
   * Goes to a field, wherever it is.
   *
   * @param {Field} field
   */
  #goTo(field) {
    if (this.#more.contains(field.element)) this.#more.open = true;
    field.focus();
  }

  /** @param {Partial<CreateAssessmentRequest>} request */
  #fill(request) {
    this.#fields.put(request);
    this.#showRest();
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
    return [...this.#fields.all, this.#key].filter((field) => field.hasFaults);
  }

  #changed() {
    this.#draft.change({ fields: this.#fields.values, names: this.#fields.picked });
    this.#parts.follow();
    this.#showPreview();
    this.#count();
    this.#warnOfEdits();
  }

  #showPreview() {
    const request = this.#fields.values;
    const { vendor_id: vendor, service_ids: services = [] } = request;
    const { last, name: vendorName = texts.create.previewVendor } = this.#parts.vendor ?? {};
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
    // A credential of another organization has brought another page.
    if (this.#isDisposed) return;
    const { body } = this.#fields;
    const missing = missingIssues();
    for (const field of this.#fields.all) {
      // What is typed and not a chip yet becomes one.
      if (field instanceof IdListField) {
        field.settle();
        continue;
      }
      const lack = field.name in body ? undefined : missing.get(field.name);
      field.setIssues(lack ? [lack] : []);
    }
    const [first] = this.#faulty();
    if (first) {
      this.#counted = 0;
      this.#count();
      this.#showRest();
      this.#goTo(first);
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
      else await this.#created(answer, body);
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

  /**
   * @param {Answer<CreatedAssessment>} answer
   * @param {CreateAssessmentRequest} body
   */
  async #created({ data, requestId, replayed }, body) {
    this.#draft.startAnew();
    this.#names.noteUsed(body);
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
    const isEdited = open !== undefined && open !== JSON.stringify(this.#fields.body);
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
    const known = [...this.#fields.names, KEY_FIELD];
    const { requestId } = failure;
    if (!isRefusal(failure)) {
      const words = troubleWords(failure);
      this.#tell({ tone: "error", requestId, ...words, actions: this.#help(words) });
      return;
    }
    const { fields, rest } = byField(failure, { ...body }, known);
    for (const [name, issues] of fields) this.#field(name).setIssues(issues);
    const first = known.find((name) => fields.has(name));
    const toField = () => first && this.#goTo(this.#field(first));
    const words = refusalWords(failure, fields.size);
    const { title, body: said = rest } = words;
    const actions = this.#help(words);
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

  /** @param {Words} words */
  #help({ helps }) {
    const connect = () => askForCredential(this.#app);
    if (helps === "connect")
      return [button(texts.connection.connect, connect, { look: "primary" })];
    return helps === "again" ? [this.#again()] : [];
  }
}
