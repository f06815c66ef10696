// What is said where a create came to nothing: what happened, and what to do about it.

import { explained, quoted } from "./explain.js";
import { askedWait } from "./failure.js";
import { refusesRole } from "./refusals.js";
import { texts } from "./texts.js";

/** @import { Failure } from "./failure.js" */

/**
 * What helps: the same once more, or another session.
 *
 * @typedef {{ title: string, body?: string[], helps?: "again" | "connect" }} Words
 */

/**
 * Whether a request was refused, so that it is known that it created nothing.
 *
 * @param {Failure} failure
 */
export const isRefusal = ({ kind, speaker }) =>
  (kind === "invalid" || kind === "refused") && speaker !== "between";

/**
 * No answer, or none that says what became of the request.
 *
 * @param {Failure} failure
 * @returns {Words}
 */
export function troubleWords(failure) {
  const { problems, sameKey } = texts.create;
  const { kind, isOpen } = failure;
  const { title, body } = explained(failure);
  const helps = "again";
  switch (kind) {
    case "ended":
      return { title: problems.ended, body: [title, ...(isOpen ? [sameKey] : [])], helps };
    case "unreachable":
      // Of the session: then nothing was sent.
      if (!isOpen) return { title: problems.unreachable, body: [title], helps };
      return {
        title: problems.unreachable,
        body: [title, problems.unreachableText, sameKey],
        helps,
      };
    case "stopped":
      return { title: problems.stopped, body: [problems.stoppedText, sameKey], helps };
    case "misused":
      return { title: problems.misused, body: [title] };
    case "unexpected":
      return { title: problems.unexpected, body: [title, ...body, sameKey], helps };
    default:
      return { title: problems.between, body: [title, ...body, sameKey], helps };
  }
}

/**
 * What an error's status asks of the user; without a body, what was said is still to be
 * told.
 *
 * @param {Failure} failure
 * @param {number} faultyFields
 * @returns {Words}
 */
export function refusalWords(failure, faultyFields) {
  const { problems, sameKey, faults } = texts.create;
  const { status, code } = failure;
  const said = quoted(failure);
  const seconds = askedWait(failure);
  const waiting = seconds === undefined ? [] : [texts.trouble.wait(seconds)];
  switch (status) {
    case 401: {
      const { title, body } = explained(failure);
      return refusesRole(failure)
        ? { title, body, helps: "connect" }
        : { title: problems.credential, body: [said], helps: "connect" };
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
      return { title: problems.busy, body: [...waiting, sameKey], helps: "again" };
    case 400:
    case 422:
      if (faultyFields > 0) return { title: faults(faultyFields) };
      return failure.speaker === "api"
        ? { title: problems.refused }
        : { title: problems.notSent, body: [said] };
    default:
      return { title: problems.unavailable, body: [said, ...waiting, sameKey], helps: "again" };
  }
}
