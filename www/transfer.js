// The index as a file: for a backup, a colleague, another browser.

import { idFault } from "./rules.js";

/** @import { Entry } from "./store.js" */

const FORMAT = "assessments-index";
const VERSION = 1;
const MAX_BYTES = 5_000_000;

/**
 * The text of a file with all ids; names are there for people.
 *
 * @param {Entry[]} records
 */
export function exported(records) {
  const assessments = records.map(({ id, assessment }) => ({ id, name: assessment?.name }));
  return `${JSON.stringify({ format: FORMAT, version: VERSION, assessments }, null, 2)}\n`;
}

/** What is wrong with a file: `problem` names a text, `detail` what it is about. */
export class ImportError extends Error {
  /**
   * @param {"tooLarge" | "notJson" | "notAnIndex" | "otherVersion" | "badId"} problem
   * @param {number} [detail]
   */
  constructor(problem, detail) {
    super(problem);
    this.problem = problem;
    this.detail = detail;
  }
}

/**
 * The ids in a file: all of them, or an ImportError.
 *
 * @param {File} file
 * @returns {Promise<string[]>}
 */
export async function imported(file) {
  if (file.size > MAX_BYTES) throw new ImportError("tooLarge");
  let content;
  try {
    content = JSON.parse(await file.text());
  } catch {
    throw new ImportError("notJson");
  }
  const isIndex = content?.format === FORMAT && Array.isArray(content.assessments);
  if (!isIndex) throw new ImportError("notAnIndex");
  if (content.version !== VERSION) throw new ImportError("otherVersion", content.version);
  return content.assessments.map(
    (/** @type {{ id?: unknown } | null} */ entry, /** @type {number} */ index) => {
      const id = entry?.id;
      if (typeof id !== "string" || id === "" || idFault(id, "assessment") !== undefined) {
        throw new ImportError("badId", index + 1);
      }
      return id;
    },
  );
}

/**
 * Gives the user a file.
 *
 * @param {string} name
 * @param {string} text
 * @param {string} type
 */
export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
