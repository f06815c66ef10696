// The entry for pages and scripts that list: what there is to choose from, and what was
// created. It asks through a client, whose retries, credential and hooks serve it too, and
// brings no WebAssembly of its own.

import { ConfigurationError } from "./errors.js";
import { SHAPES } from "./generated/shapes.js";
import { strangeness } from "./shape.js";

/** @import { ApiRequest, AssessmentsClient, CallOptions, WithResponse } from "./types.js" */
/** @import { Dashboard, ListPage, Pages } from "../dist/dashboard.js" */

/** The parameters of every list, and those of assessments besides. */
const LIST = ["q", "limit", "cursor"];
const FILTERS = ["status", "vendor_id", "assignee_id", "archived", "sort"];

/** What every client offers other entries of the package. */
const CALL = Symbol.for("assessments-edge.call");

/** @typedef {{ [CALL]: (asked: ApiRequest, options?: CallOptions) => Promise<WithResponse<any>> }} Asked */

/**
 * The reads of a dashboard, through a client.
 *
 * @param {AssessmentsClient} client
 * @returns {Dashboard}
 */
export function dashboard(client) {
  const call = /** @type {Partial<Asked>} */ (client)?.[CALL];
  if (!call) throw new ConfigurationError("dashboard needs an AssessmentsClient");
  /**
   * @param {string} name
   * @param {string} path
   * @param {CallOptions} [options]
   */
  const read = async (name, path, options) => {
    const answer = (/** @type {unknown} */ data) => strangeness(SHAPES[name], data);
    return (await call({ method: "GET", path: `/v1/dashboard/${path}`, answer }, options)).data;
  };
  /**
   * @param {string} name
   * @param {string} path
   * @returns {(query?: object, options?: CallOptions) => any}
   */
  const list = (name, path) => (query, options) => {
    const given = { ...query };
    for (const key of Object.keys(given)) {
      if (!LIST.includes(key) && !(name === "assessments" && FILTERS.includes(key))) {
        throw new ConfigurationError(`${key.slice(0, 40)} is no parameter of ${name}`);
      }
    }
    return pages((cursor) => read(name, path + search({ ...given, ...cursor }), options));
  };
  /**
   * @param {string} name
   * @param {string} path
   * @returns {(id: string, options?: CallOptions) => Promise<any>}
   */
  const one = (name, path) => async (id, options) => {
    // Whether there is such a thing, the API knows; this keeps the path what it is.
    if (typeof id !== "string" || !/^\w+$/.test(id))
      throw new ConfigurationError(`"${String(id).slice(0, 40)}" is no id`);
    return read(name, `${path}/${id}`, options);
  };
  return {
    me: (options) => read("me", "me", options),
    vendors: list("vendors", "vendors"),
    vendor: one("vendor", "vendors"),
    controlSets: list("controlSets", "control-sets"),
    users: list("users", "users"),
    workflows: list("workflows", "workflows"),
    assessments: list("assessments", "assessments"),
    assessment: one("assessment", "assessments"),
  };
}

/** @param {Record<string, unknown>} query */
function search(query) {
  const given = Object.entries(query).filter(([, value]) => value != null && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

/**
 * A list: the first page for who awaits it, every item for who iterates.
 *
 * @template Item
 * @param {(cursor: { cursor?: string }) => Promise<ListPage<Item>>} readPage
 * @returns {Pages<Item>}
 */
function pages(readPage) {
  async function* all() {
    /** @type {{ cursor?: string }} */
    let from = {};
    for (;;) {
      const page = await readPage(from);
      yield page;
      const { next_cursor: cursor } = page;
      // A cursor that leads to itself would never end.
      if (cursor === null || cursor === from.cursor) return;
      from = { cursor };
    }
  }
  /** @type {Promise<ListPage<Item>> | undefined} */
  let first;
  return {
    // biome-ignore lint/suspicious/noThenProperty: to be awaited is what it is for; nothing is asked before.
    then(resolve, reject) {
      // One that failed may be asked for again.
      first ??= readPage({}).catch((error) => {
        first = undefined;
        throw error;
      });
      return first.then(resolve, reject);
    },
    pages: all,
    async *[Symbol.asyncIterator]() {
      for await (const { items } of all()) yield* items;
    },
  };
}
