// Dialogs: the credential, and questions before something happens.

import { h, replace, freshId } from "../dom.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { button } from "./controls.js";

/**
 * @import { Api, Failure } from "../api.js"
 * @import { Child } from "../dom.js"
 * @import { Demo } from "../main.js"
 */

/**
 * Shows a modal dialog until it closes.
 *
 * @param {HTMLDialogElement} dialog
 */
function show(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

/**
 * @param {string} title
 * @param {Child[]} content
 */
function makeDialog(title, ...content) {
  const id = freshId("dialog");
  return h("dialog", { "aria-labelledby": id }, h("h2", { id }, title), content);
}

/**
 * Asks for the credential; resolves to whether there is one now. `demo` is what
 * a development server offers.
 *
 * @param {{ api: Api, demo?: Demo | undefined }} app
 * @returns {Promise<boolean>}
 */
export function askForCredential({ api, demo }) {
  const input = h("input", {
    id: freshId("credential"),
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
  });
  const hint = h("p", { id: freshId("hint"), class: "hint" }, texts.connection.credentialHint);
  const fault = h("p", { id: freshId("fault"), class: "fault", role: "alert" });
  input.setAttribute("aria-describedby", `${hint.id} ${fault.id}`);
  const remember = h("input", { type: "checkbox" });
  const submit = button(texts.connection.connect, null, { look: "primary", type: "submit" });

  return new Promise((resolve) => {
    let isConnected = false;
    const tell = (/** @type {string} */ text) => {
      replace(fault, text);
      input.setAttribute("aria-invalid", "true");
      input.focus();
    };
    const connect = async (/** @type {string} */ token) => {
      replace(fault);
      submit.disabled = true;
      replace(submit, texts.connection.checking);
      try {
        await api.probe(token);
        // Whoever closed the dialog meanwhile does not want to be connected.
        if (!dialog.open) return;
        isConnected = true;
        session.connect(token, { remember: remember.checked });
        dialog.close();
      } catch (failure) {
        const { kind, message } = /** @type {Failure} */ (failure);
        const { failed, unreachable } = texts.connection;
        tell(kind === "refused" ? failed(message) : unreachable);
      } finally {
        submit.disabled = false;
        replace(submit, texts.connection.connect);
      }
    };
    const onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const token = input.value.trim();
      if (token === "") tell(texts.connection.empty);
      // What a header cannot carry would look like a lost connection.
      else if (!/^[!-~]+$/.test(token)) tell(texts.connection.malformed);
      else connect(token);
    };
    const dialog = makeDialog(
      texts.connection.title,
      h("p", {}, texts.connection.intro),
      demo &&
        h(
          "div",
          { class: "offer" },
          h("p", {}, texts.connection.demoHint),
          button(texts.connection.useDemo, () => connect(demo.token)),
        ),
      h(
        "form",
        { onsubmit, novalidate: true, class: "stack" },
        h(
          "div",
          { class: "field" },
          h("label", { for: input.id }, texts.connection.credential),
          input,
          hint,
          fault,
        ),
        h("label", { class: "check" }, remember, texts.connection.remember),
        h(
          "div",
          { class: "actions end" },
          button(texts.close, () => dialog.close()),
          submit,
        ),
      ),
    );
    dialog.addEventListener("close", () => resolve(isConnected));
    show(dialog);
  });
}

/**
 * Asks before `act` happens, and keeps asking while it fails. Resolves to what
 * `act` answers, or to undefined.
 *
 * @template Outcome
 * @param {object} question
 * @param {string} question.title
 * @param {string} question.text
 * @param {string} question.label
 * @param {string} question.keep
 * @param {string} question.working
 * @param {() => Promise<Outcome>} question.act
 * @param {(failure: Failure) => string} question.explain
 * @returns {Promise<Outcome | undefined>}
 */
export function confirm({ title, text, label, keep, working, act, explain }) {
  return new Promise((resolve) => {
    /** @type {Outcome | undefined} */
    let outcome;
    const fault = h("p", { class: "fault", role: "alert" });
    const go = button(
      label,
      async () => {
        replace(fault);
        setBusy(true);
        replace(go, working);
        try {
          outcome = await act();
          dialog.close();
        } catch (failure) {
          replace(fault, explain(/** @type {Failure} */ (failure)));
        } finally {
          setBusy(false);
          replace(go, label);
        }
      },
      { look: "danger" },
    );
    const stay = button(keep, () => dialog.close(), { autofocus: true });
    // What is on its way cannot be called back.
    const setBusy = (/** @type {boolean} */ isBusy) => {
      go.disabled = isBusy;
      stay.disabled = isBusy;
    };
    const dialog = makeDialog(
      title,
      h("p", {}, text),
      fault,
      h("div", { class: "actions end" }, stay, go),
    );
    dialog.addEventListener("cancel", (event) => {
      if (stay.disabled) event.preventDefault();
    });
    dialog.addEventListener("close", () => resolve(outcome));
    show(dialog);
  });
}
