// What is written behind the answers, as the tests look at it: audit records and
// the lines of the log.

import { until } from "./workflow-support.mjs";

/** The records of requests, by request id, once there is one of each of `ids`. */
export async function recordsOf(api, ids) {
  const wanted = new Set(ids);
  const found = new Map();
  await until(
    `${wanted.size} audit records`,
    async () => {
      for (const record of await api.rows("SELECT * FROM audit_records")) {
        if (wanted.has(record.request_id)) found.set(record.request_id, record);
      }
      return found.size === wanted.size;
    },
    // What comes again from the dead letters does so after half a minute.
    { bound: 120_000, every: 200 },
  );
  return found;
}

export const requestId = (answer) => answer.headers.get("x-coverbase-request-id");

/** The losses that are counted, as a map from organization and reason to their number. */
export async function losses(api) {
  const rows = await api.rows("SELECT org_id, reason, lost FROM audit_losses");
  return Object.fromEntries(
    rows.map(({ org_id: org, reason, lost }) => [`${org} ${reason}`, lost]),
  );
}

/** The lines of the log so far: the text, and what it says if it is one of the Worker's. */
export function lines(api) {
  return api.logs().map(({ level, message }) => {
    let said;
    try {
      said = JSON.parse(message);
    } catch {
      // Someone else's.
    }
    return { level, message, said };
  });
}

/**
 * The lines that have all of the texts, once there are `count` of them: they come by another
 * way than the answers.
 */
export async function linesWith(api, texts, count = 1) {
  let found = [];
  await until(`${count} lines with ${texts.join(" and ")}`, () => {
    found = lines(api).filter(({ message }) => texts.every((text) => message.includes(text)));
    return found.length >= count;
  });
  return found;
}

/**
 * The lines of an event, once there is one that `matches`.
 *
 * @param {any} api
 * @param {string} event
 * @param {(said: any) => boolean} [matches]
 */
export async function linesOf(api, event, matches = () => true) {
  let found = [];
  await until(`a line of ${event}`, () => {
    found = lines(api).filter(({ said }) => said?.event === event && matches(said));
    return found.length > 0;
  });
  return found;
}
