// For whom and as what the page is connected: a word of it in the head of the page, the
// rest in a menu.

import { freshId, h } from "../dom.js";
import { withMarks } from "../format.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { trouble } from "../trouble.js";
import { button } from "./controls.js";

/** @import { Me } from "assessments-edge/slim" */

/**
 * Whether the page can read with the session that it has.
 *
 * @param {Me} me
 */
function standing({ routes }) {
  const { connected, expired, noAnswer, notAllowed, notReading, refusedNow, signingIn } =
    texts.connection;
  if (session.isAssumed) return { is: "", text: signingIn };
  if (session.isOver) return { is: "bad", text: expired };
  if (!routes.includes("retrieve_assessment")) return { is: "bad", text: notAllowed };
  if (!trouble.state) return { is: "good", text: connected };
  const { kind, speaker, status = 0 } = trouble.state.failure;
  if (kind === "unreachable") return { is: "bad", text: noAnswer };
  const isRefused = speaker === "api" && [401, 403].includes(status);
  return { is: "bad", text: isRefused ? refusedNow : notReading };
}

/**
 * What the head of the page shows of a connection.
 *
 * @param {Me} me
 */
export function account(me) {
  const { organization, user, key, role, environment } = me;
  const { disconnect, environments, menu } = texts.connection;
  const { is, text } = standing(me);
  const name = (/** @type {string | undefined} */ given) => h("bdi", {}, withMarks(given ?? ""));
  const id = freshId("account");
  const summary = h(
    "button",
    { type: "button", class: "identity", popovertarget: id, title: menu },
    h("span", { class: `connected ${is}` }, text),
    h("span", { class: "identity-name" }, name(organization.name)),
  );
  const facts = /** @type {const} */ ([
    [texts.connection.organization, name(organization.name)],
    [user ? texts.connection.person : texts.connection.key, name((user ?? key)?.name)],
    [texts.connection.role, name(role)],
    [texts.connection.environment, environments[environment] ?? environment],
  ]);
  const content = h(
    "div",
    { id, class: "account-menu", popover: "auto" },
    h(
      "dl",
      { class: "facts" },
      facts.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))),
    ),
    choiceToKeep(),
    button(disconnect, () => session.disconnect()),
  );
  return [summary, content];
}

/** Whether the tab keeps the session, to be seen and changed while there is one. */
function choiceToKeep() {
  const box = h("input", { type: "checkbox", checked: session.isRemembered });
  box.addEventListener("change", () => session.remember(box.checked));
  return h("label", { class: "check" }, box, texts.connection.keepConnected);
}
