// The shipped entry module, which tells what D1 was asked since it was asked for that last.

import shipped from "../../dist/worker/entry.mjs";

export { AssessmentWorkflow } from "../../dist/worker/entry.mjs";

/** Where the recording is read, which is a path of no API. */
const RECORDING = "/bench/recording";

/** @typedef {{ sql: string, values: unknown[] }} Asked */

/** @type {WeakMap<D1PreparedStatement, Asked>} */
const asked = new WeakMap();
/** @type {Asked[][]} */
let batches = [];

/** @param {D1PreparedStatement} statement */
const record = (statement) => {
  const known = asked.get(statement);
  if (!known) throw new Error("a statement that nobody prepared");
  return known;
};

/**
 * @param {D1PreparedStatement} statement
 * @param {Asked} known
 */
function watched(statement, known) {
  asked.set(statement, known);
  const bind = statement.bind.bind(statement);
  statement.bind = (...values) => watched(bind(...values), { sql: known.sql, values });
  for (const name of /** @type {const} */ (["all", "first", "raw", "run"])) {
    /** @type {Function} */
    const run = statement[name];
    Reflect.set(statement, name, (/** @type {unknown[]} */ ...rest) => {
      batches.push([record(statement)]);
      return Reflect.apply(run, statement, rest);
    });
  }
  return statement;
}

/** @param {D1Database} target */
const recorded = (target) =>
  new Proxy(target, {
    get(_, name) {
      if (name === "prepare") {
        return (/** @type {string} */ sql) => watched(target.prepare(sql), { sql, values: [] });
      }
      if (name === "batch") {
        return (/** @type {D1PreparedStatement[]} */ statements) => {
          batches.push(statements.map(record));
          return target.batch(statements);
        };
      }
      const value = Reflect.get(target, name, target);
      // The Rust binding recognises D1 by the name of its constructor.
      if (name === "constructor" || typeof value !== "function") return value;
      return value.bind(target);
    },
  });

export default /** @satisfies {ExportedHandler<{ DB: D1Database, ENVIRONMENT?: string }>} */ ({
  fetch(request, env, context) {
    if (new URL(request.url).pathname === RECORDING) {
      const answer = Response.json(batches);
      batches = [];
      return answer;
    }
    return shipped.fetch(
      request,
      /** @type {typeof env} */ ({ ...env, DB: recorded(env.DB) }),
      context,
    );
  },
});
