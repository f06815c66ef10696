// The fields of a request, as the forms have them that send one or many: what is in them,
// and where an id belongs that is in the wrong one.

import { announce } from "./parts/controls.js";
import { IdField } from "./parts/id-field.js";
import { IdListField } from "./parts/id-list-field.js";
import { TextField } from "./parts/text-field.js";
import { fieldIssues, kindOf } from "./rules.js";
import { texts } from "./texts.js";

/**
 * @import { CreateAssessmentRequest } from "assessments-edge/slim"
 * @import { Child } from "./dom.js"
 * @import { Form, Home, RequestField } from "./parts/field.js"
 * @import { Choice, Search } from "./parts/picker.js"
 */

/** @typedef {IdField | IdListField | TextField} Field */

export class RequestFields {
  /** @type {Map<RequestField, Field>} */
  #fields = new Map();
  /** @type {Form} */
  #form;
  #goTo;

  /**
   * `changed` is told of every change; `nameOf` is what an id is called, if that is known;
   * `goTo` goes to a field.
   *
   * @param {Pick<Form, "changed" | "nameOf"> & { goTo?: (field: Field) => void }} parts
   */
  constructor({ changed, nameOf, goTo = (field) => field.focus() }) {
    this.#goTo = goTo;
    this.#form = {
      issues: fieldIssues,
      homeOf: (text, name) => this.#homeOf(text, name),
      move: (moves) => this.#move(moves),
      changed,
      nameOf,
    };
  }

  /**
   * @param {RequestField} name
   * @param {Search} search
   */
  addId(name, search) {
    this.#fields.set(name, new IdField({ name, form: this.#form, search }));
  }

  /**
   * @param {RequestField} name
   * @param {Search} [search]
   */
  addList(name, search) {
    const field = new IdListField({ name, form: this.#form, ...(search && { search }) });
    this.#fields.set(name, field);
  }

  /**
   * @param {RequestField} name
   * @param {{ after?: Child, search?: Search }} [more]
   */
  addText(name, more = {}) {
    const check = (/** @type {string | undefined} */ value) =>
      value === undefined ? [] : fieldIssues(name, value);
    const onchange = () => this.#form.changed();
    this.#fields.set(name, new TextField({ name, check, onchange, ...more }));
  }

  /** @param {RequestField} name */
  get(name) {
    return this.#fields.get(name);
  }

  /** @param {RequestField} name */
  id(name) {
    return /** @type {IdField} */ (this.#fields.get(name));
  }

  /** @param {RequestField} name */
  list(name) {
    return /** @type {IdListField} */ (this.#fields.get(name));
  }

  /** @param {RequestField} name */
  text(name) {
    return /** @type {TextField} */ (this.#fields.get(name));
  }

  get all() {
    return [...this.#fields.values()];
  }

  get names() {
    return [...this.#fields.keys()];
  }

  /**
   * What is in the fields.
   *
   * @returns {Partial<CreateAssessmentRequest>}
   */
  get values() {
    return Object.fromEntries([...this.#fields].map(([name, field]) => [name, field.value]));
  }

  /**
   * What is sent of it. What is missing, the server tells of.
   *
   * @returns {CreateAssessmentRequest}
   */
  get body() {
    const sent = this.values;
    for (const [name, value] of Object.entries(sent)) {
      const isEmpty = !value || (value.length === 0 && name !== "control_set_ids");
      if (isEmpty) delete sent[/** @type {RequestField} */ (name)];
    }
    return /** @type {CreateAssessmentRequest} */ (sent);
  }

  /** What was chosen by its name, by field. */
  get picked() {
    /** @type {Record<string, Choice>} */
    const picked = {};
    for (const [name, field] of this.#fields)
      if (field instanceof IdField && field.picked) picked[name] = field.picked;
    return picked;
  }

  /**
   * Gives each field what a request has of it.
   *
   * @param {Partial<CreateAssessmentRequest>} request
   * @param {Record<string, Choice>} [picked] What of it was chosen by its name.
   */
  put(request, picked = {}) {
    for (const [name, field] of this.#fields) {
      /** @type {{ value: unknown }} */ (field).value = request[name];
      const choice = picked[name];
      if (choice && field instanceof IdField && field.value === choice.id) field.pick(choice);
    }
  }

  /** Shows what the ids of lists are called, once that is known. */
  showNames() {
    for (const field of this.#fields.values()) if (field instanceof IdListField) field.check();
  }

  /**
   * Whether there are names to choose from.
   *
   * @param {boolean} isByName
   */
  set isByName(isByName) {
    for (const field of this.#fields.values()) field.isByName = isByName;
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
   * Moves ids to where they belong, as long as there is room; the focus goes where the last
   * one went.
   *
   * @param {{ text: string, from: IdField | IdListField }[]} moves
   */
  #move(moves) {
    /** @type {Set<IdField | IdListField>} */
    const to = new Set();
    for (const { text, from } of moves) {
      // A field of one id takes no second.
      const home = this.#homeOf(text, from.name);
      if (!home) continue;
      from.drop(text);
      home.field.take(text);
      to.add(home.field);
    }
    this.#form.changed();
    const fields = [...to];
    for (const last of fields.slice(-1)) this.#goTo(last);
    announce(texts.create.moved(fields.map(({ name }) => texts.create.fields[name].label)));
  }
}
