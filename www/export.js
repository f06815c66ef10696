// The assessments of a list as a file for spreadsheets.

import { csv } from "./csv.js";
import { stageLabel } from "./rules.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { ListPage } from "assessments-edge/dashboard"
 */

/** The most rows that a file has. */
const MAX_ROWS = 10_000;
/** Rows of a page. */
const LIMIT = 100;

/**
 * The columns by their names, which are no texts of the page: programs read them too.
 *
 * @type {Record<string, (item: ListedAssessment) => import("./csv.js").Cell>}
 */
const COLUMNS = {
  id: ({ id }) => id,
  vendor: ({ vendor_name: name }) => name,
  vendor_id: ({ vendor_id: id }) => id,
  name: ({ name }) => name,
  status: ({ status }) => status,
  stage: ({ status }) => stageLabel(status),
  score: ({ score_percent: score }) => score,
  findings: ({ findings_count: count }) => count,
  assignee: ({ assignee_name: name }) => name,
  assignee_id: ({ assignee_id: id }) => id,
  created_at: ({ created_at: at }) => instant(at),
  updated_at: ({ updated_at: at }) => instant(at),
  archived: ({ is_archived: isArchived }) => isArchived,
};

const instant = (/** @type {number} */ seconds) => new Date(seconds * 1_000).toISOString();

/** A file in the making. */
export class Export {
  #read;
  /** @type {Map<string, ListedAssessment>} */
  #items = new Map();
  /** @type {string | null | undefined} */
  #cursor;

  /**
   * @param {(page: { limit: number, cursor: string | undefined }, signal: AbortSignal)
   *   => Promise<ListPage<ListedAssessment>>} read
   */
  constructor(read) {
    this.#read = read;
  }

  /** How many assessments were read. */
  get count() {
    return this.#items.size;
  }

  /** Whether the list has no more. */
  get isWhole() {
    return this.#cursor === null;
  }

  /**
   * Reads all that fits, from where an attempt before ended.
   *
   * @param {AbortSignal} signal
   * @param {(count: number) => void} onProgress
   */
  async read(signal, onProgress) {
    while (!this.isWhole && this.count < MAX_ROWS) {
      onProgress(this.count);
      const cursor = this.#cursor ?? undefined;
      const limit = Math.min(LIMIT, MAX_ROWS - this.count);
      const page = await this.#read({ limit, cursor }, signal);
      // One that was changed meanwhile may come twice.
      for (const item of page.items) this.#items.set(item.id, item);
      // A cursor that leads to itself would never end.
      this.#cursor = page.next_cursor === cursor ? null : page.next_cursor;
    }
  }

  text() {
    const columns = Object.entries(COLUMNS);
    const rows = [...this.#items.values()].map((item) => columns.map(([, of]) => of(item)));
    return csv([columns.map(([name]) => name), ...rows]);
  }
}
