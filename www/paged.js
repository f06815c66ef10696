// A list of the API that is read page by page. Only the page that is looked at is read
// again, and what came in between moves nothing that is farther down.

/** @import { ListPage } from "assessments-edge/dashboard" */

/** The most that is kept; a search leads farther than scrolling. */
export const MAX_ITEMS = 10_000;
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
  /**
   * All items, each once. It grows with each page that is read, and is made anew only if
   * something else changes.
   *
   * @type {Map<string, Item>}
   */
  #items = new Map();
  /** @type {Item[] | undefined} */
  #array;
  #read;

  /** @param {(cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Item>>} read */
  constructor(read) {
    this.#read = read;
  }

  /**
   * All items that were read, each once: the same array for as long as they are the same.
   *
   * @returns {readonly Item[]}
   */
  get items() {
    this.#array ??= [...this.#items.values()];
    return this.#array;
  }

  /** How many that are. */
  get count() {
    return this.#items.size;
  }

  /** @param {string} id */
  get(id) {
    return this.#items.get(id);
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
    return this.count >= MAX_ITEMS;
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
      signal.throwIfAborted();
      // A cursor that leads to itself would never end.
      this.#parts.push({ cursor, next: next === cursor ? null : next, items });
      this.#add(items);
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
    signal.throwIfAborted();
    const present = new Set(items.map((item) => item.id));
    const last = before.findLastIndex((item) => present.has(item.id));
    // What is gone from within the page may be on the one behind as well, as it was.
    const gone = new Set(
      before.slice(0, last).flatMap(({ id: of }) => (present.has(of) ? [] : of)),
    );
    const behind = this.#parts.slice(index + 1).map((part) => ({
      ...part,
      items: part.items.filter((item) => !gone.has(item.id)),
    }));
    const end = items.at(-1)?.id;
    const isClosed = behind.some((part) => part.items.some(({ id: known }) => known === end));
    // Those at the end that new ones pushed out are on no page that was read, and not gone.
    const kept = isClosed || behind.length === 0 ? [] : before.slice(last + 1);
    const nextBefore = this.#parts[index]?.next ?? null;
    // What follows was read from there on, unless the list ends here now.
    const follows = behind.length > 0 && next !== null;
    /** @type {Part<Item>} */
    const part = { cursor, next: follows && kept.length === 0 ? nextBefore : next, items };
    if (!follows) behind.length = 0;
    else if (kept.length > 0) {
      // They begin where this page ends now, and are read again from there.
      const [after] = behind;
      const isShort = kept.length + after.items.length <= items.length;
      if (isShort) behind.shift();
      behind.unshift({
        cursor: next,
        next: isShort ? after.next : nextBefore,
        items: isShort ? [...kept, ...after.items] : kept,
      });
    }
    this.#parts.splice(index, Infinity, part, ...behind);
    this.#renew();
  }

  /**
   * Takes in what changed: an item by its id, or that it is gone. New ones come first.
   *
   * @param {Map<string, Item | undefined>} changes
   */
  change(changes) {
    if (changes.size === 0) return;
    for (const part of this.#parts) {
      part.items = part.items.flatMap((item) =>
        changes.has(item.id) ? (changes.get(item.id) ?? []) : item,
      );
    }
    const added = [...changes].flatMap(([id, item]) => (item && !this.#items.has(id) ? item : []));
    this.#parts[0]?.items.unshift(...added);
    this.#renew();
  }

  #renew() {
    this.#items = new Map();
    for (const { items } of this.#parts) this.#add(items);
  }

  /** @param {Item[]} items */
  #add(items) {
    for (const item of items) if (!this.#items.has(item.id)) this.#items.set(item.id, item);
    this.#array = undefined;
  }
}
