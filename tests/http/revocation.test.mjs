// A credential that ends while many write with it: from the commit of its end on
// nothing more is written, tried again and again at random moments.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { idOf, makeOrg, mintKey, startApi } from "./harness.mjs";

const ROUNDS = 50;
const CLIENTS = 32;
/** No client goes on for ever, whatever the answers. */
const MAX_CALLS = 200;

const USER = {
  id: idOf("cbuser", "revocation"),
  name: "Ana",
  email: "ana@revocation.example",
  membership: "active",
};
const BACKEND = mintKey("revocation, backend");
const ORG = makeOrg("revocation", {
  users: [USER],
  api_keys: [
    { name: "writer", secret: mintKey("revocation"), role: "Service Account" },
    { name: "backend", secret: BACKEND, role: "Service Account" },
  ],
});

/** How a credential ends, and what undoes that: statements on the one organization. */
const ENDS = {
  "a key that is revoked": {
    credential: async () => ORG.key,
    end: "UPDATE api_keys SET revoked_at = unixepoch() WHERE org_id = ? AND name = 'writer'",
    undo: "UPDATE api_keys SET revoked_at = NULL WHERE org_id = ? AND name = 'writer'",
  },
  "a session whose user is deactivated": {
    credential: session,
    end: "UPDATE users SET membership = 'inactive' WHERE org_id = ?",
    undo: "UPDATE users SET membership = 'active' WHERE org_id = ?",
  },
  "a session whose key is revoked": {
    credential: session,
    end: "UPDATE api_keys SET revoked_at = unixepoch() WHERE org_id = ? AND name = 'backend'",
    undo: "UPDATE api_keys SET revoked_at = NULL WHERE org_id = ? AND name = 'backend'",
  },
};

let api;
before(async () => {
  api = await startApi();
  await api.load({ orgs: [ORG.data] });
});
after(() => api.close());

async function session() {
  const answer = await api.createSession({ user_id: USER.id }, { key: BACKEND });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.token;
}

const WRITTEN =
  "SELECT count(*) AS created, count(archived_at) AS archived FROM assessments WHERE org_id = ?";
const bound = (sql) => api.env.DB.prepare(sql).bind(ORG.id);

test("nothing_is_written_after_the_end_of_a_credential_that_32_clients_use", async (t) => {
  let accepted = 0;
  const kinds = Object.entries(ENDS);
  for (let round = 0; round < ROUNDS; round++) {
    const [what, { credential, end, undo }] = kinds[round % kinds.length];
    const key = await credential();
    const before = accepted;
    const client = async () => {
      for (let call = 0; call < MAX_CALLS; call++) {
        const created = await api.create(ORG.body, { key });
        if (created.status === 401) return;
        assert.equal(created.status, 201, created.text);
        accepted += 1;
        const archived = await api.archive(created.json.id, { key });
        if (archived.status === 401) return;
        assert.equal(archived.status, 200, archived.text);
      }
      assert.fail(`${what}: still good after ${MAX_CALLS} calls`);
    };
    const clients = Array.from({ length: CLIENTS }, client);
    while (accepted === before) await wait(1);
    await wait(randomInt(100));
    // What is there is counted in the transaction that ends the credential.
    const [, { results: atEnd }] = await api.env.DB.batch([bound(end), bound(WRITTEN)]);
    await Promise.all(clients);
    const { results: afterwards } = await bound(WRITTEN).all();
    assert.deepEqual(afterwards, atEnd, `${what}, round ${round}`);
    await bound(undo).run();
  }
  t.diagnostic(`${ROUNDS} rounds, ${accepted} creates were accepted`);
});
