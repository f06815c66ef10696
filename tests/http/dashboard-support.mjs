// What the tests of the dashboard's routes share.

import assert from "node:assert/strict";

/** A caller of the routes under `/v1/dashboard`. */
export function dashboardOf(api, key) {
  const send = (path, options = {}) =>
    api.send("GET", `/v1/dashboard/${path}`, { key, ...options });
  const get = async (path, options) => {
    const answer = await send(path, options);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  /** Every page of a list, from the first to the last. */
  const pages = async (path, between = async (_page) => {}) => {
    const walked = [];
    for (let cursor = ""; cursor !== null; ) {
      assert.ok(walked.length < 1_000, "it does not end");
      const sign = path.includes("?") ? "&" : "?";
      const page = await get(cursor ? `${path}${sign}cursor=${cursor}` : path);
      walked.push(page);
      cursor = page.next_cursor;
      if (cursor !== null) await between(page);
    }
    return walked;
  };
  /** The items of all pages. */
  const all = async (path, between) => (await pages(path, between)).flatMap(({ items }) => items);
  return { send, get, pages, all };
}

/** A query of one parameter. */
export const q = (text) => `q=${encodeURIComponent(text)}`;
