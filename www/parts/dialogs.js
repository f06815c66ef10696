// Dialogs: the credential, and questions before something happens.

import { focusSuccessor, freshId, h, replace } from "../dom.js";
import { sentenceOf } from "../explain.js";
import { failureOf } from "../failure.js";
import { session } from "../session.js";
import { isKey, isSendable } from "../source.js";
import { texts } from "../texts.js";
import { announcer, button } from "./controls.js";

/**
 * @import { Failure } from "../failure.js"
 * @import { Child } from "../dom.js"
 * @import { Demo } from "../main.js"
 * @import { Source } from "../source.js"
 */

/**
 * Shows a modal dialog until it closes.
 *
 * @param {HTMLDialogElement} dialog
 */
export function show(dialog) {
  const opener = document.activeElement;
  // Beside a modal dialog nothing is heard.
  dialog.append(announcer);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    document.body.append(announcer);
    dialog.remove();
    // The browser gives the focus back only to what is still there.
    focusSuccessor(opener);
  });
  dialog.showModal();
}

/** Closes what is open over a page that goes, but for what waits for an answer. */
export function closeDialogs() {
  /** @type {NodeListOf<HTMLDialogElement>} */
  const open = document.querySelectorAll("dialog[open]:not([aria-busy=true])");
  for (const dialog of open) dialog.close();
}

/**
 * @param {string} title
 * @param {Child[]} content
 */
export function makeDialog(title, ...content) {
  const id = freshId("dialog");
  return h("dialog", { "aria-labelledby": id }, h("h2", { id }, title), content);
}

/**
 * Asks for a session where the page gets them, and for a token in case there is none;
 * resolves to whether there is one now. `demo` is what a development server offers.
 *
 * @param {{ demo?: Demo | undefined }} app
 * @returns {Promise<boolean>}
 */
export function askForCredential({ demo }) {
  const { connection } = texts;
  const input = h("input", {
    id: freshId("credential"),
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
  });
  const hint = h("p", { id: freshId("hint"), class: "hint" }, connection.credentialHint);
  const fault = h("p", { id: freshId("fault"), class: "fault", role: "alert" });
  input.setAttribute("aria-describedby", `${hint.id} ${fault.id}`);
  const remember = h("input", { type: "checkbox" });
  const submit = button(connection.connect, null, { look: "primary", type: "submit" });
  const signIn = h("div", { class: "sign-in", role: "status" });

  return new Promise((resolve) => {
    let isConnected = false;
    /**
     * Connects, and closes the dialog; whoever closed it meanwhile does not want to be
     * connected. Whether there was anything to connect with.
     *
     * @param {{ token: string } | { source: Source }} from
     */
    const connect = async (from) => {
      const isWanted = () => dialog.open;
      const isRemembered = () => remember.checked;
      const isDone = await session.connect(from, { isRemembered, isWanted });
      isConnected ||= isDone;
      if (isDone) dialog.close();
      return isDone;
    };
    const tell = (/** @type {string} */ text) => {
      replace(fault, text);
      input.setAttribute("aria-invalid", "true");
      input.focus();
    };
    const connectWith = async (/** @type {string} */ token) => {
      replace(fault);
      submit.disabled = true;
      replace(submit, connection.checking);
      try {
        await connect({ token });
      } catch (error) {
        tell(explained(error));
      } finally {
        submit.disabled = false;
        replace(submit, connection.connect);
      }
    };
    const connectBy = async (/** @type {Source} */ source) => {
      replace(signIn, h("p", {}, connection.signingIn));
      try {
        await connect({ source });
        replace(signIn);
      } catch (error) {
        const again = button(connection.signInAgain, () => connectBy(source));
        replace(signIn, h("p", { class: "fault" }, explained(error)), again);
      }
    };
    const onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const token = input.value.trim();
      if (token === "") tell(connection.empty);
      // What a header cannot carry would look like a lost connection.
      else if (!isSendable(token)) tell(connection.malformed);
      else if (isKey(token) && !session.allowsKeys) tell(connection.keyRefused);
      else connectWith(token);
    };
    const dialog = makeDialog(
      connection.title,
      h("p", {}, connection.intro),
      signIn,
      demo &&
        h(
          "div",
          { class: "offer" },
          h("p", {}, connection.demoHint),
          button(connection.useDemo, () => connectBy("demo")),
        ),
      h(
        "form",
        { onsubmit, novalidate: true, class: "stack" },
        h(
          "div",
          { class: "field" },
          h("label", { for: input.id }, connection.credential),
          input,
          hint,
          fault,
        ),
        h("label", { class: "check" }, remember, connection.remember),
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
    // Who is connected and comes here wants to be someone else.
    if (!session.isConnected) connectBy("backend");
  });
}

/**
 * Why there is no connection.
 *
 * @param {unknown} error
 */
const explained = (error) => sentenceOf(failureOf(error));

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
 * @param {"danger" | "primary"} [question.look]
 * @param {Child} [question.content] What is asked besides.
 * @param {() => Promise<Outcome>} question.act
 * @param {(failure: Failure) => string} question.explain
 * @returns {Promise<Outcome | undefined>}
 */
export function confirm({
  title,
  text,
  label,
  keep,
  working,
  look = "danger",
  content,
  act,
  explain,
}) {
  return new Promise((resolve) => {
    /** @type {Outcome | undefined} */
    let outcome;
    const fault = h("p", { class: "fault", role: "alert" });
    const go = button(label, null, { look, type: "submit" });
    const onsubmit = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (go.disabled) return;
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
    };
    const stay = button(keep, () => dialog.close(), { autofocus: !content });
    // What is on its way cannot be called back.
    const setBusy = (/** @type {boolean} */ isBusy) => {
      dialog.ariaBusy = String(isBusy);
      go.disabled = isBusy;
      stay.disabled = isBusy;
    };
    const dialog = makeDialog(
      title,
      h(
        "form",
        { onsubmit, novalidate: true, class: "stack" },
        h("p", {}, text),
        content,
        fault,
        h("div", { class: "actions end" }, stay, go),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      if (stay.disabled) event.preventDefault();
    });
    dialog.addEventListener("close", () => resolve(outcome));
    show(dialog);
  });
}
