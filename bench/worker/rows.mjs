// What servers are asked, on the demo data.

import assert from "node:assert/strict";
import { KEYS, ORGS } from "../../tests/http/harness.mjs";

const [vendor] = ORGS.harbor.vendors;
const [user] = ORGS.harbor.users;
const controlSets = ORGS.harbor.control_sets.slice(0, 2).map((set) => set.id);

const GOOD = {
  vendor_id: vendor.id,
  control_set_ids: controlSets,
  name: "Q2 2026 reassessment",
  service_ids: [vendor.services[0].id],
  assignee_id: user.id,
};
const BAD = { ...GOOD, vendor_id: 7, control_set_ids: [controlSets[0], null], name: false };

const COLLECTION = "/v1/assessments";
const AUTHORIZED = { authorization: `Bearer ${KEYS.harbor}` };
const POST = { ...AUTHORIZED, "content-type": "application/json" };
const MISTYPED = KEYS.harbor.replace(/.$/, (last) => (last === "0" ? "1" : "0"));

/** Idempotency keys of one run of the benchmark are no other's. */
const RUN = crypto.randomUUID();

/** By this header of every request the floor, which parses none, knows what it is asked. */
export const ROW = "x-bench-row";
/** What the floor knows a fresh key by. */
export const KEY = "idempotency-key";

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} headers
 * @property {string} [body]
 * @property {number} status
 * @property {boolean} [keyed] Every request has an idempotency key of its own.
 */

const post = (body, more = /** @type {{ headers?: object }} */ ({})) => ({
  method: "POST",
  path: COLLECTION,
  body: JSON.stringify(body),
  ...more,
  headers: { ...POST, ...more.headers },
});

/**
 * The rows for a server, once there is what they ask for.
 *
 * @param {string} url
 * @returns {Promise<Row[]>}
 */
export async function rowsFor(url) {
  const create = async (key) => {
    const row = { ...post(GOOD, { headers: { [KEY]: key } }), name: "prepare", status: 201 };
    return JSON.parse(await answerTo(url, row)).id;
  };
  const replayed = `${RUN}-replay`;
  const live = await create(replayed);
  const gone = await create(`${RUN}-gone`);
  const archive = {
    name: "DELETE repeated",
    method: "DELETE",
    path: `${COLLECTION}/${gone}`,
    headers: AUTHORIZED,
    status: 200,
  };
  await answerTo(url, archive);
  const retrieve = { method: "GET", path: `${COLLECTION}/${live}`, headers: AUTHORIZED };
  const anonymous = { method: "GET", headers: {} };
  return [
    { name: "POST new", ...post(GOOD), status: 201 },
    { name: "POST new, keyed", ...post(GOOD), status: 201, keyed: true },
    { name: "POST replay", ...post(GOOD, { headers: { [KEY]: replayed } }), status: 201 },
    { name: "POST 422", ...post(BAD), status: 422 },
    { name: "GET", ...retrieve, status: 200 },
    archive,
    {
      name: "401, mistyped key",
      ...retrieve,
      headers: { authorization: `Bearer ${MISTYPED}` },
      status: 401,
    },
    // Ours remembers for five seconds that D1 answered; the peer asks it.
    { name: "healthz", ...anonymous, path: "/healthz", status: 200 },
    { name: "404, no storage", ...anonymous, path: "/nope", status: 404 },
  ];
}

/** A request of a row, with a key that no other request has where it needs one. */
export const headersOf = (row, key) => ({
  ...row.headers,
  [ROW]: row.name,
  ...(row.keyed && { [KEY]: key }),
});

/** Prefix of keys that one run of the load makes its own. */
export const keysOf = (run) => `${RUN}-${run}-`;

/**
 * The text of an answer, which must have the row's status.
 *
 * @param {string} url
 * @param {Row} row
 */
export async function answerTo(url, row, key = crypto.randomUUID()) {
  const { method, body } = row;
  const response = await fetch(url + row.path, { method, body, headers: headersOf(row, key) });
  const text = await response.text();
  assert.equal(response.status, row.status, `${row.name}: ${text}`);
  return text;
}
