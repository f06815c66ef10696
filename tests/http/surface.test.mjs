// Routes, request ids, utility routes: points 32, 33 and 35 of the contract's checklist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KEYS, startApi } from "./harness.mjs";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let api;
before(async () => { api = await startApi({ faulty: true }); });
after(() => api.close());

test("authtest_answers_with_a_valid_credential_whatever_its_role", async () => {
  for (const key of [KEYS.harbor, KEYS.reportViewer]) {
    const answer = await api.send("GET", "/v1/utils/authtest", { key });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, { msg: "Auth successful" });
  }
});

test("a_panic_is_a_json_500_and_the_next_request_works", async () => {
  for (const faults of [{ d1: "panic" }, { abort: true }]) {
    const answer = await api.send("GET", "/v1/utils/authtest", { key: KEYS.harbor, faults });
    assert.equal(answer.status, 500);
    assert.equal(answer.text, '{"detail":"Internal Server Error"}');
    assert.match(answer.headers.get("x-coverbase-request-id"), UUID);
    const next = await api.send("GET", "/v1/utils/authtest", { key: KEYS.harbor });
    assert.equal(next.status, 200);
  }
});

test("storage_down_is_a_503_everywhere", async () => {
  for (const d1 of ["throw", "junk", "hang"]) {
    const answer = await api.send("GET", "/healthz", { faults: { d1 } });
    assert.equal(answer.status, 503, d1);
    assert.match(answer.headers.get("retry-after"), /^[1-9][0-9]*$/);
  }
});
