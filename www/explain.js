// What a failure means for a person: what happened, in whose words, and what helps.

import { askedWait } from "./failure.js";
import { refusesRole } from "./refusals.js";
import { session } from "./session.js";
import { texts } from "./texts.js";

/** @import { Failure } from "./failure.js" */

/**
 * What helps: another session, another attempt, or the page anew.
 *
 * @typedef {"connect" | "retry" | "reload"} Remedy
 */

/** @typedef {{ title: string, body: string[], remedy: Remedy | undefined }} Explanation */

/**
 * The words of a failure, and whose they are.
 *
 * @param {Failure} failure
 */
export function quoted({ speaker, status, message }) {
  const { trouble } = texts;
  switch (speaker) {
    case "api":
      return trouble.apiSays(message);
    case "package":
      return trouble.packageSays(message);
    case "browser":
      return trouble.browserSays(message);
    case "between":
      return trouble.between(status);
    default:
      return message;
  }
}

/**
 * @param {Failure} failure
 * @returns {Explanation}
 */
export function explained(failure) {
  const { trouble } = texts;
  const { kind, speaker, status = 0, message, isOpen } = failure;
  const said = quoted(failure);
  if (kind === "ended") return { title: message, body: [], remedy: "connect" };
  if (kind === "stopped") return { title: trouble.stopped, body: [], remedy: "retry" };
  if (kind === "unreachable") {
    // Of the session: then the API was not asked.
    if (!isOpen) return { title: message, body: [], remedy: "retry" };
    if (!navigator.onLine)
      return { title: trouble.offline, body: [trouble.offlineText], remedy: "retry" };
    return { title: trouble.unreachable, body: [trouble.unreachableText], remedy: "retry" };
  }
  if (speaker === "between") return { title: said, body: [trouble.betweenText], remedy: "retry" };
  if (kind === "refused" && speaker === "api") return refused(failure, said);
  if (kind === "unexpected" && speaker === "package")
    return { title: trouble.unreadable, body: [said, trouble.unreadableText], remedy: "reload" };
  if (kind === "unexpected")
    return { title: trouble.failed, body: [said, trouble.failedText], remedy: "reload" };
  return { title: said, body: [], remedy: status === 401 ? "connect" : undefined };
}

/**
 * @param {Failure} failure
 * @param {string} said
 * @returns {Explanation}
 */
function refused(failure, said) {
  const { trouble } = texts;
  const { status = 0 } = failure;
  const seconds = askedWait(failure);
  if (seconds !== undefined) return { title: trouble.wait(seconds), body: [said], remedy: "retry" };
  if (refusesRole(failure)) {
    const title = trouble.role(session.me?.role);
    return { title, body: [said, trouble.roleText], remedy: "connect" };
  }
  if (status === 401) return { title: trouble.credential, body: [said], remedy: "connect" };
  if (status === 403)
    return { title: trouble.address, body: [said, trouble.addressText], remedy: "retry" };
  if (status === 429 || status >= 500)
    return { title: said, body: [trouble.apiFaultText], remedy: "retry" };
  return { title: said, body: [], remedy: undefined };
}

/**
 * The same in one line.
 *
 * @param {Failure} failure
 */
export function sentenceOf(failure) {
  const { title, body } = explained(failure);
  return [title, ...body].join(" ");
}
