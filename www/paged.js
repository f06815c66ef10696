// A list of the API that is read page by page. Only the page that is looked at is read
// again, and what came in between moves nothing that is farther down.

/** @import { ListPage } from "assessments-edge/dashboard" */

/** The most that is kept, so that a page stays quick; a search leads farther than scrolling. */
const MAX_ITEMS = 1_000;
/** A page may be empty although there are more; so many are read at once. */
const MAX_EMPTY = 5;

/**
 * A page as it was read: `cursor` is where it begins, `next` where the one behind it does.
 *
 * @template Item
 * @typedef {{ cursor: string | undefined, next: string | null, items: Item[] }} Part
 */

/** @template {{ id: string }} Item */
export class Paged {
  /** @type {Part<Item>[]} */
  #parts = [];
  #read;

  /** @param {(cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Item>>} read */
  constructor(read) {
    this.#read = read;
  }

  /** All items that were read, each once. */
  get items() {
    /** @type {Map<string, Item>} */
    const all = new Map();
    for (const { items } of this.#parts) {
      for (const item of items) if (!all.has(item.id)) all.set(item.id, item);
    }
    return [...all.values()];
  }

  /** Whether anything was read. */
  get isRead() {
    return this.#parts.length > 0;
  }

  /** Whether there are more in the list than were read. */
  get hasMore() {
    const last = this.#parts.at(-1);
    return last !== undefined && last.next !== null;
  }

  /** Whether no more is kept. */
  get isFull() {
    return this.items.length >= MAX_ITEMS;
  }

  /**
   * Reads the next page that has something, within reason.
   *
   * @param {AbortSignal} signal
   */
  async more(signal) {
    for (let reads = 0; reads < MAX_EMPTY; reads++) {
      const cursor = this.#parts.at(-1)?.next ?? undefined;
      const { items, next_cursor: next } = await this.#read(cursor, signal);
      // A cursor that leads to itself would never end.
      this.#parts.push({ cursor, next: next === cursor ? null : next, items });
      if (items.length > 0 || !this.hasMore) return;
    }
  }

  /**
   * Reads the page again that an item is on, or the first.
   *
   * @param {string | undefined} id
   * @param {AbortSignal} signal
   */
  async again(id, signal) {
    const found = this.#parts.findIndex(({ items }) => items.some((item) => item.id === id));
    const index = Math.max(found, 0);
    const { cursor, items: before = [] } = this.#parts[index] ?? {};
    const { items, next_cursor: next } = await this.#read(cursor, signal);
    const behind = this.#parts.slice(index + 1);
    const end = items.at(-1)?.id;
    const isClosed = behind.some((part) => part.items.some(({ id: known }) => known === end));
    const present = new Set(items.map((item) => item.id));
    const last = before.findLastIndex((item) => present.has(item.id));
    // Those at the end that new ones pushed out are on no page that was read, and not gone.
    const kept = isClosed || behind.length === 0 ? [] : before.slice(last + 1);
    const nextBefore = this.#parts[index]?.next ?? null;
    // What follows was read from there on, unless the list ends here now.
    const follows = behind.length > 0 && next !== null;
    const part = {
      cursor,
      next: follows ? nextBefore : next,
      items: follows ? [...items, ...kept] : items,
    };
    this.#parts.splice(index, follows ? 1 : Infinity, part);
  }
}
