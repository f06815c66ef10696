// What the platform alone costs: the statements that our Worker was seen to ask, asked by
// nothing but these lines. It routes by a header and parses nothing.

import { env } from "cloudflare:workers";

/**
 * What was seen of a row.
 *
 * @typedef {object} Recorded
 * @property {{ sql: string, values: unknown[] }[][]} batches
 * @property {number} status
 * @property {string} body
 * @property {string} key The idempotency key that the request had, if it had a fresh one.
 */

const NEW_ID = /cbqsrw_[0-9a-f]{32}/;
const FRESH_ID = "\u0000id";
const FRESH_KEY = "\u0000key";

/**
 * A value with what is new in every request cut out of it; others stay as they are.
 *
 * @param {unknown} value
 * @param {string | undefined} id
 * @param {string} key
 */
function template(value, id, key) {
  if (typeof value !== "string") return () => value;
  const text = (id ? value.replaceAll(id, FRESH_ID) : value).replaceAll(key, FRESH_KEY);
  if (text === value) return () => value;
  return (/** @type {string} */ freshId, /** @type {string} */ freshKey) =>
    text.replaceAll(FRESH_ID, freshId).replaceAll(FRESH_KEY, freshKey);
}

const { DB, RECORDING } = /** @type {{ DB: D1Database, RECORDING: Record<string, Recorded> }} */ (
  /** @type {unknown} */ (env)
);

const rows = new Map(
  Object.entries(RECORDING).map(([name, { batches, status, body, key }]) => {
    // Only what is written needs a new id; what is read has that of its path.
    const writes = batches
      .flat()
      .some(({ sql }) => /^INSERT( OR IGNORE)? INTO assessments\s/.test(sql));
    const id = writes ? NEW_ID.exec(body)?.[0] : undefined;
    const prepared = batches.map((batch) =>
      batch.map(({ sql, values }) => ({
        sql,
        values: values.map((value) => template(value, id, key)),
      })),
    );
    return [name, { prepared, status, answer: template(body, id, key) }];
  }),
);

const HEADERS = { "content-type": "application/json" };

export default /** @satisfies {ExportedHandler} */ ({
  async fetch(request) {
    const row = rows.get(request.headers.get("x-bench-row") ?? "");
    if (!row) return new Response("no such row", { status: 500 });
    const id = `cbqsrw_${crypto.randomUUID().replaceAll("-", "")}`;
    const key = request.headers.get("idempotency-key") ?? "";
    // A body is read by whoever answers it.
    if (request.body) await request.text();
    for (const batch of row.prepared) {
      await DB.batch(
        batch.map(({ sql, values }) => {
          return DB.prepare(sql).bind(...values.map((value) => value(id, key)));
        }),
      );
    }
    return new Response(String(row.answer(id, key)), { status: row.status, headers: HEADERS });
  },
});
