// Power cuts of `cargo xtask dev` in the middle of creates.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ORGS, inTemporaryFolder } from "./harness.mjs";
import { create, dev, queries } from "./commands-support.mjs";

/** More of them than every test run can wait for. */
const CRASHES = Number(process.env.CRASHES ?? 3);

test("after_kill_9_every_key_replays_or_is_free_and_nothing_is_half_written", () =>
  inTemporaryFolder(async (state) => {
    const acknowledged = new Map();
    const sent = new Set();
    for (let round = 0; round < CRASHES; round++) {
      const server = await dev(state);
      for (const [key, body] of acknowledged) {
        const replay = await create(server.base, key);
        assert.equal(replay.headers.get("idempotent-replayed"), "true");
        assert.equal(await replay.text(), body);
      }
      let answered = 0;
      let enough;
      const crashTime = new Promise((resolve) => (enough = resolve));
      const client = async (name) => {
        for (let n = 0; ; n++) {
          const key = `${round}-${name}-${n}`;
          sent.add(key);
          const answer = await create(server.base, key);
          if (answer.status !== 201) return;
          acknowledged.set(key, await answer.text());
          if (++answered > 20 + 7 * round) enough();
        }
      };
      const clients = ["a", "b", "c", "d"].map((name) => client(name).catch(() => {}));
      await crashTime;
      await server.crash();
      await Promise.all(clients);
    }
    // Keys whose answer the crash swallowed are used again: each has one
    // assessment then, whether the first attempt had committed or not.
    const server = await dev(state);
    const ids = new Set();
    for (const key of sent) {
      const answer = await create(server.base, key);
      assert.equal(answer.status, 201);
      ids.add((await answer.json()).id);
    }
    await server.stop();
    assert.equal(ids.size, sent.size);
    const [[counts]] = await queries(
      state,
      `SELECT (SELECT count(*) FROM idempotency_records) AS keys,
        (SELECT count(*) FROM assessments WHERE vendor_id = '${ORGS.harbor.vendors[0].id}') AS assessments,
        (SELECT count(*) FROM document_links WHERE org_id = '${ORGS.harbor.id}') AS links,
        (SELECT count(*) FROM workflow_runs WHERE org_id = '${ORGS.harbor.id}') AS runs`,
    );
    const n = sent.size;
    assert.deepEqual(counts, { keys: n, assessments: n, links: n, runs: n });
  }));
