// What a 401 of the API refuses: the credential, or what its role asked for.

/** @typedef {{ status?: number | undefined, message: string }} Refusal */

/** What the API says of a good credential that may not do this (2.3). */
const ROLE_NOT_ALLOWED = "Unauthorized role.";

/** @param {Refusal} refusal */
export function refusesRole({ status, message }) {
  return status === 401 && message === ROLE_NOT_ALLOWED;
}

/** @param {Refusal} refusal */
export function refusesCredential({ status, message }) {
  return status === 401 && message !== ROLE_NOT_ALLOWED;
}
