// D1 as the WebAssembly module asks it: each batch is one text in and one text out, with one
// timer, because every value that crosses the boundary by itself costs more than the JSON of
// them all.

/**
 * The SQL that there is. It is the same few texts all the time, and is told once.
 *
 * @type {string[]}
 */
const texts = [];
/** @type {Map<string, number>} */
const numbers = new Map();

/**
 * The number of an SQL text.
 *
 * @param {string} text
 */
export function register(text) {
  let number = numbers.get(text);
  if (number === undefined) {
    number = texts.push(text) - 1;
    numbers.set(text, number);
  }
  return number;
}

/**
 * Runs statements in one transaction and one round trip: `[[number, ...parameters], ...]`.
 * Resolves to `[[rows, meta], ...]`, in which `meta` is null or
 * `[changes, rows_read, rows_written]`; or to null if D1 does not answer in time. Rejects with
 * D1's message.
 *
 * @param {D1Database} database
 * @param {string} statements
 * @param {number} milliseconds
 * @returns {Promise<string | null>}
 */
export function batch(database, statements, milliseconds) {
  return new Promise((resolve, reject) => {
    /** @type {[number, ...unknown[]][]} */
    const asked = JSON.parse(statements);
    const prepared = asked.map(([number, ...parameters]) =>
      database.prepare(texts[number]).bind(...parameters),
    );
    const timer = setTimeout(resolve, milliseconds, null);
    /** @param {unknown} error */
    const fail = (error) => {
      clearTimeout(timer);
      reject(error instanceof Error ? error.message : String(error));
    };
    database.batch(prepared).then((outcomes) => {
      try {
        resolve(JSON.stringify(outcomes.map(told)));
        clearTimeout(timer);
      } catch (error) {
        // What is no list of results.
        fail(error);
      }
    }, fail);
  });
}

/** @param {D1Result<unknown>} outcome */
function told({ results, meta }) {
  return [results ?? [], meta ? [meta.changes, meta.rows_read, meta.rows_written] : null];
}
