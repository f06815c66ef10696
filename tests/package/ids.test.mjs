// The shared vectors of ids, in the package and as path and body of the API.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { KEYS, ROOT, startApi } from "../http/harness.mjs";
import { IdError, isId, parseId } from "../../pkg/dist/index.js";
import { untyped } from "./untyped.mjs";

const { valid, invalid } = JSON.parse(readFileSync(join(ROOT, "tests/vectors/ids.json"), "utf8"));

let api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

for (const { text, kind, why } of valid) {
  test(`valid: ${why}`, () => {
    assert.deepEqual(parseId(text), { id: text, kind, prefix: text.split("_")[0] });
    assert.deepEqual(parseId(text, kind), parseId(text));
    assert.ok(isId(text) && isId(text, kind));
    assert.ok(!isId(text, kind === "tag" ? "vendor" : "tag"));
  });
}

for (const { text, expected, code, offset, why } of invalid) {
  test(`invalid: ${why}${expected ? "" : ", whatever the kind"}`, async () => {
    assert.throws(
      () => parseId(text, expected),
      (error) => error instanceof IdError && error.code === code && error.offset === offset,
    );
    assert.ok(!isId(text, expected));
    // Over HTTP, a text that is no id is simply not found.
    const created = await api.create({ vendor_id: text, control_set_ids: [] });
    assert.equal(created.status, 400);
    assert.equal(created.json.detail.error, `vendor_id: ${text} not found`);
    if (text !== "") {
      const path = `/v1/assessments/${encodeURIComponent(text)}`;
      const read = await api.send("GET", path, { key: KEYS.harbor });
      assert.equal(read.status, 404);
      assert.equal(read.json.detail.code, "assessment_not_found");
    }
  });
}

test("what_is_no_string_is_no_id", () => {
  for (const value of [undefined, null, 7, {}, [], Symbol("x"), () => {}]) {
    assert.ok(!isId(value));
    assert.throws(() => parseId(untyped(value)), { name: "IdError", code: "empty" });
  }
});
