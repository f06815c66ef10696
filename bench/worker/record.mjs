// What our Worker asks D1 for each row, taken from it while it runs, so that the floor
// never asks anything else.

import { recording } from "./modules.mjs";
import { answerTo, rowsFor } from "./rows.mjs";
import { quietSettings, serve } from "./serve.mjs";

const RECORDING = "/bench/recording";
/** Requests after which the isolate and KV know the credential. */
const WARM_UP = 20;

/**
 * What the rows ask, and the rows. What they ask for is in `state` then.
 *
 * @param {string} state
 * @param {string[]} seed
 */
export async function record(state, seed) {
  const server = await serve("recorded", recording(), quietSettings(), { state, seed });
  try {
    /** @type {Record<string, object>} What bench/floor takes. */
    const recorded = {};
    const rows = await rowsFor(server.url);
    for (const row of rows) {
      for (let request = 0; request < WARM_UP; request++) await answerTo(server.url, row);
      const key = crypto.randomUUID();
      await fetch(server.url + RECORDING);
      const body = await answerTo(server.url, row, key);
      const batches = await (await fetch(server.url + RECORDING)).json();
      recorded[row.name] = { batches, status: row.status, body, key };
    }
    return { recorded, rows };
  } finally {
    await server.close();
  }
}
