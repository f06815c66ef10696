// What the form says of the ids in it: what they are called, and what the vendor has, to be
// checked off.

import { h } from "../dom.js";
import { withMarks } from "../format.js";
import { canReadNames, lastAssessed } from "../names.js";
import { texts } from "../texts.js";
import { Checklist } from "./checklist.js";

/**
 * @import { Failure } from "../failure.js"
 * @import { Names, Vendor } from "../names.js"
 * @import { RequestFields } from "../request-fields.js"
 */

/** What the vendor has, by the field that may name it. */
const OF_VENDOR = /** @type {const} */ ({
  service_ids: "services",
  supporting_document_ids: "documents",
});
const VENDOR_ID = /^cbvndr_[0-9a-f]{32}$/;
/** So long a vendor has to stand in its field until it is read. */
const SETTLED_MS = 200;

/** @typedef {keyof typeof OF_VENDOR} PartField */

export class VendorParts {
  #fields;
  #names;
  #onread;
  /** @type {Map<PartField, Checklist>} */
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
   * `onread` is told when more is known.
   *
   * @param {{ fields: RequestFields, names: Names, onread: () => void }} parts
   */
  constructor({ fields, names, onread }) {
    this.#fields = fields;
    this.#names = names;
    this.#onread = onread;
    for (const name of /** @type {PartField[]} */ (Object.keys(OF_VENDOR))) {
      const onchange = (/** @type {string} */ id, /** @type {boolean} */ isChecked) =>
        isChecked ? fields.list(name).take(id) : fields.list(name).drop(id);
      this.#checklists.set(name, new Checklist(onchange));
    }
  }

  dispose() {
    clearTimeout(this.#following);
    this.#reading.abort();
    this.#disposal.abort();
  }

  /** The vendor in the field, if it was read. */
  get vendor() {
    const { vendor_id: id } = this.#fields.values;
    return this.#vendor?.id === id ? this.#vendor : undefined;
  }

  /**
   * The list of what the vendor has, to be put beside its field.
   *
   * @param {PartField} name
   */
  checklist(name) {
    return this.#checklists.get(name)?.element;
  }

  /** Finds out what the ids in the fields are, and what the vendor has. */
  follow() {
    const {
      vendor_id: id = "",
      control_set_ids: sets = [],
      assignee_id: user,
    } = this.#fields.values;
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
    this.#show();
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
      this.#fields.showNames();
      this.#show();
    } catch {
      // Ids without a name are shown as they are.
    }
  }

  /** @param {Vendor | undefined} vendor */
  #became(vendor) {
    const before = this.#former;
    this.#vendor = vendor;
    this.#former = vendor ?? before;
    for (const [name, checklist] of this.#checklists) {
      const list = this.#fields.list(name);
      const part = OF_VENDOR[name];
      // What belongs to another vendor goes with it, if somebody chooses by name.
      const isLeft = before && vendor && this.#fields.id("vendor_id").picked;
      const gone = new Set(isLeft ? before[part].map(({ id }) => id) : []);
      const { label } = texts.create.fields[name];
      const what = texts.picker.choose(label, withMarks(vendor?.name ?? ""));
      checklist.show(what, vendor?.[part] ?? []);
      for (const id of checklist.ids) gone.delete(id);
      for (const id of list.value) if (gone.has(id)) list.drop(id);
      list.check();
    }
    this.#show();
    this.#onread();
  }

  /** Says what the ids are called that stand in fields as such. */
  #show() {
    const { isCalled, firstAnalyst } = texts.picker;
    const named = (/** @type {string} */ said, /** @type {string} */ name) => [
      `${said} `,
      h("bdi", {}, withMarks(name)),
    ];
    const vendor = this.#fields.id("vendor_id");
    const known = this.vendor;
    const { last } = known ?? {};
    const assessed = last !== undefined && lastAssessed(last);
    vendor.called =
      known &&
      (vendor.picked ? assessed : [named(isCalled, known.name), assessed && [", ", assessed]]);
    const assignee = this.#fields.id("assignee_id");
    const name = this.#names.of(assignee.value ?? "");
    const [first] = known?.risk_analysts ?? [];
    if (assignee.value === undefined)
      assignee.called = first?.name != null && [named(firstAnalyst, first.name), "."];
    else assignee.called = name !== undefined && !assignee.picked && [named(isCalled, name), "."];
    for (const [list, checklist] of this.#checklists)
      checklist.checked = this.#fields.list(list).value;
  }
}
