// Creates with idempotency keys, and what their answers say, for a test file.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { idOf, makeOrg, mintKey, startApi } from "./harness.mjs";

export const DAY = 24 * 60 * 60;
export const VISIBLE_ASCII = String.fromCharCode(
  ...Array.from({ length: 94 }, (_, index) => 0x21 + index),
);

export const ORG = makeOrg("idempotency", {
  api_keys: ["idempotency", "second", "to be revoked"].map((name) => ({
    name,
    secret: mintKey(name),
    role: "Service Account",
  })),
  workflows: [
    { id: idOf("cbwd", "live"), name: "live", kind: "direct", enabled: true },
    { id: idOf("cbwd", "paused"), name: "paused", kind: "direct", enabled: false },
  ],
});
export const OTHER = makeOrg("idempotency, other");
export const CAGED = makeOrg("idempotency, caged", { api_ip_allowlist: ["203.0.113.0/24"] });

export let api;
before(async () => {
  api = await startApi({ faulty: true });
  await api.load({ orgs: [ORG.data, OTHER.data, CAGED.data] });
});
after(() => api.close());

export const freshKey = () => `key-${crypto.randomUUID()}`;
export const create = (idempotencyKey, more, options) =>
  api.create({ ...ORG.body, ...more }, { key: ORG.key, idempotencyKey, ...options });
export const replayed = (answer) => answer.headers.get("idempotent-replayed");
export const assessments = async (org = ORG) =>
  (await api.rows("SELECT count(*) AS n FROM assessments WHERE org_id = ?", org.id))[0].n;

export const differs = (answer) => answer.headers.get("idempotent-request-differs");

export function isNew(answer) {
  assert.equal(answer.status, 201, answer.text);
  assert.equal(replayed(answer), null);
  assert.equal(differs(answer), null);
  return answer;
}

export function isReplayOf(first, answer) {
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.text, first.text);
  assert.equal(replayed(answer), "true");
}
