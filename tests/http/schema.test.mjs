// POST /v1/assessments, the schema of its body: points 3 to 6 of the
// contract's checklist, and every recorded case of tests/vectors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT, makeOrg, startApi } from "./harness.mjs";

const VECTORS = JSON.parse(readFileSync(join(ROOT, "tests/vectors/schema-422.json"), "utf8"));

const ORG = makeOrg("schema", {
  users: [
    {
      id: `cbuser_${"a".repeat(32)}`,
      name: "analyst",
      email: "a@schema.example",
      membership: "active",
    },
  ],
  vendors: [
    {
      id: `cbvndr_${"1".repeat(32)}`,
      name: "Schema",
      risk_analyst_ids: [`cbuser_${"a".repeat(32)}`],
    },
  ],
});
const VENDOR = `cbvndr_${"1".repeat(32)}`;
const REQUIRED = `"vendor_id":"${VENDOR}","control_set_ids":[]`;

const MISSING = { msg: "Field required", type: "missing" };
const NOT_AN_OBJECT = {
  loc: ["body"],
  msg: "Input should be a valid dictionary or object to extract fields from",
  type: "model_attributes_type",
};
const NOT_A_STRING = { msg: "Input should be a valid string", type: "string_type" };
const NOT_A_LIST = { msg: "Input should be a valid list", type: "list_type" };

let api;
before(async () => {
  api = await startApi();
  await api.load({ orgs: [ORG.data] });
});
after(() => api.close());

/** Posts bytes; a `contentType` of null sends no such header. */
function post(body, contentType = "application/json") {
  return api.send("POST", "/v1/assessments", {
    key: ORG.key,
    body: Buffer.from(body),
    headers: contentType === null ? {} : { "content-type": contentType },
  });
}

async function refused(body, detail, contentType) {
  const answer = await api.writesNothing(() => post(body, contentType));
  assert.equal(answer.status, 422, answer.text);
  assert.deepEqual(answer.json, { detail });
}

async function accepted(body, contentType) {
  const answer = await post(body, contentType);
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

/** One fault, at a position inside the body. */
async function notJson(body) {
  const answer = await api.writesNothing(() => post(body));
  assert.equal(answer.status, 422, answer.text);
  assert.equal(answer.json.detail.length, 1, answer.text);
  const [{ loc, ...rest }] = answer.json.detail;
  assert.deepEqual(rest, { msg: "JSON decode error", type: "json_invalid" });
  assert.equal(loc.length, 2, answer.text);
  assert.equal(loc[0], "body");
  assert.ok(
    Number.isInteger(loc[1]) && loc[1] >= 0 && loc[1] <= Buffer.byteLength(body),
    answer.text,
  );
}

/** Arrays nested so that with the body's object there are `levels` levels. */
const nested = (levels) => "[".repeat(levels - 1) + "]".repeat(levels - 1);

VECTORS.forEach(({ body, status, detail, content_type = "application/json" }, index) => {
  const faults = detail.map(({ loc, type }) => [...loc.slice(1), type].join("_")).join("_and_");
  test(`recorded_case_${String(index + 1).padStart(2, "0")}_${faults}`, async () => {
    assert.equal(status, 422);
    await refused(body, detail, content_type);
  });
});

test("an_empty_object_misses_both_required_fields_vendor_first", async () => {
  await refused("{}", [
    { loc: ["body", "vendor_id"], ...MISSING },
    { loc: ["body", "control_set_ids"], ...MISSING },
  ]);
});

test("faults_come_in_model_order_whatever_the_senders", async () => {
  const body = `{"supporting_document_ids":[1,"x",null],"trigger_workflow":1,"assignee_id":[],
    "service_ids":"x","assessment_name_format":{},"name":false,"control_set_ids":["x",{},[]],"vendor_id":null}`;
  await refused(body, [
    { loc: ["body", "vendor_id"], ...NOT_A_STRING },
    { loc: ["body", "control_set_ids", 1], ...NOT_A_STRING },
    { loc: ["body", "control_set_ids", 2], ...NOT_A_STRING },
    { loc: ["body", "name"], ...NOT_A_STRING },
    { loc: ["body", "assessment_name_format"], ...NOT_A_STRING },
    { loc: ["body", "service_ids"], ...NOT_A_LIST },
    { loc: ["body", "assignee_id"], ...NOT_A_STRING },
    { loc: ["body", "trigger_workflow"], ...NOT_A_STRING },
    { loc: ["body", "supporting_document_ids", 0], ...NOT_A_STRING },
    { loc: ["body", "supporting_document_ids", 2], ...NOT_A_STRING },
  ]);
});

test("an_empty_body_is_missing_whatever_its_content_type", async () => {
  for (const contentType of ["application/json", "text/plain", null]) {
    await refused("", [{ loc: ["body"], ...MISSING }], contentType);
  }
});

for (const contentType of [
  null,
  "text/plain",
  "text/json",
  "application/x-www-form-urlencoded",
  "application/octet-stream",
  "application/jsonp",
  "application/x-json",
  "application/json-seq",
  "image/svg+json",
  "application/vnd.x+xml",
  "text/plain; x=application/json",
  "json",
]) {
  test(`content_type_${contentType}_is_not_json`, async () => {
    await refused(`{${REQUIRED}}`, [NOT_AN_OBJECT], contentType);
    // The content type is looked at before the content.
    await refused("{", [NOT_AN_OBJECT], contentType);
  });
}

for (const contentType of [
  "application/json",
  "Application/JSON",
  "application/json; charset=utf-8",
  "application/json;charset=latin1;x=y",
  "application/vnd.x+json; charset=utf-8",
  "APPLICATION/PROBLEM+JSON",
]) {
  test(`content_type_${contentType}_is_accepted`, async () => {
    await accepted(`{${REQUIRED}}`, contentType);
  });
}

for (const body of ["null", "[]", "1", '"x"', "true", "[{}]", ` [{${REQUIRED}}]\n`]) {
  test(`json_that_is_no_object_such_as_${body.trim().slice(0, 6)}_is_refused`, async () => {
    await refused(body, [NOT_AN_OBJECT]);
  });
}

// Each as the value of a known field and inside an unknown key.
for (const [what, value] of /** @type {[string, Buffer][]} */ ([
  ["nan", Buffer.from("NaN")],
  ["infinity", Buffer.from("Infinity")],
  ["negative_infinity", Buffer.from("-Infinity")],
  ["an_escaped_lone_high_surrogate", Buffer.from(String.raw`"a\ud800b"`)],
  ["an_escaped_lone_low_surrogate", Buffer.from(String.raw`"\uDC00"`)],
  ["two_escaped_high_surrogates", Buffer.from(String.raw`"\ud83d\ud83d"`)],
  ["an_escaped_pair_in_reverse", Buffer.from(String.raw`"\udea2\ud83d"`)],
  ["a_raw_0xff", Buffer.from([0x22, 0xff, 0x22])],
  ["an_encoded_surrogate", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ["an_overlong_encoding", Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ["a_cut_off_code_point", Buffer.from([0x22, 0xf0, 0x9f, 0x9a, 0x22])],
  ["nesting_of_129_levels", Buffer.from(nested(129))],
  ["a_raw_control_character", Buffer.from('"a\u0001b"')],
  ["a_raw_line_break", Buffer.from('"a\nb"')],
  ["an_unknown_escape", Buffer.from(String.raw`"\x41"`)],
  ["a_leading_zero", Buffer.from("01")],
  ["a_leading_plus", Buffer.from("+1")],
  ["a_bare_fraction", Buffer.from(".5")],
  ["a_hexadecimal_number", Buffer.from("0x10")],
  ["single_quotes", Buffer.from("'x'")],
  ["a_capitalised_literal", Buffer.from("True")],
  ["no_value", Buffer.from("")],
  ["a_trailing_comma", Buffer.from("[1,]")],
  ["a_comment", Buffer.from("1/**/")],
])) {
  const around = (start, end) => Buffer.concat([Buffer.from(start), value, Buffer.from(end)]);

  test(`${what}_is_no_json_in_a_known_field`, async () => {
    await notJson(around(`{${REQUIRED},"name":`, "}"));
    await notJson(around('{"vendor_id":', ',"control_set_ids":[]}'));
  });

  test(`${what}_is_no_json_inside_an_unknown_key`, async () => {
    await notJson(around(`{${REQUIRED},"risk_type":`, "}"));
    await notJson(around(`{${REQUIRED},"x":{"y":[0,`, "]}}"));
  });
}

for (const [what, body] of [
  ["a_lone_surrogate_in_an_unknown_key_itself", `{${REQUIRED},"\\ud800":1}`],
  ["trailing_text", `{${REQUIRED}} x`],
  ["a_second_value", `{${REQUIRED}}{}`],
  ["a_trailing_comma_in_the_object", `{${REQUIRED},}`],
  ["white_space_only", " \r\n\t"],
  ["a_byte_order_mark_only", "\ufeff"],
  ["two_byte_order_marks", `\ufeff\ufeff{${REQUIRED}}`],
  ["an_open_object", `{${REQUIRED}`],
  ["an_open_string", `{${REQUIRED},"name":"x`],
  ["an_unquoted_key", `{${REQUIRED},name:"x"}`],
  ["a_nul_character_at_the_end", `{${REQUIRED}}\u0000`],
  ["a_no_break_space_around", `\u00a0{${REQUIRED}}`],
  ["utf_16", Buffer.from(`{${REQUIRED}}`, "utf16le")],
  ["a_hundred_thousand_open_arrays", "[".repeat(100_000)],
]) {
  test(`${what}_is_no_json`, () => notJson(body));
}

test("nesting_of_128_levels_is_accepted", async () => {
  await accepted(`{${REQUIRED},"unknown":${nested(128)}}`);
  await accepted(`{${REQUIRED},"unknown":${'{"a":'.repeat(127)}1${"}".repeat(127)}}`);
  await refused(`{${REQUIRED},"name":${nested(128)}}`, [
    { loc: ["body", "name"], ...NOT_A_STRING },
  ]);
});

test("brackets_inside_strings_do_not_nest", async () => {
  await accepted(`{${REQUIRED},"unknown":"${'\\"['.repeat(200)}"}`);
});

test("a_leading_byte_order_mark_is_skipped", async () => {
  await accepted(`\ufeff{${REQUIRED}}`);
});

test("numbers_of_any_size_and_precision_are_json", async () => {
  for (const number of ["1e999999", "-0.0", "1E+400", "9".repeat(5000), `0.${"1".repeat(5000)}`]) {
    await accepted(`{${REQUIRED},"unknown":${number}}`);
    await refused(`{${REQUIRED},"name":${number}}`, [{ loc: ["body", "name"], ...NOT_A_STRING }]);
  }
});

test("an_escaped_surrogate_pair_is_one_character", async () => {
  assert.equal((await accepted(String.raw`{${REQUIRED},"name":"\uD83D\uDEA2"}`)).name, "\u{1F6A2}");
});

for (const field of [
  "name",
  "assessment_name_format",
  "service_ids",
  "assignee_id",
  "trigger_workflow",
  "supporting_document_ids",
]) {
  test(`null_in_${field}_is_the_same_as_leaving_it_out`, async () => {
    await accepted(`{${REQUIRED}}`);
    const without = await accepted(`{${REQUIRED}}`);
    const withNull = await accepted(`{${REQUIRED},"${field}":null}`);
    const comparable = ({ id, created_at, updated_at, ...rest }) => rest;
    assert.deepEqual(comparable(withNull), comparable(without));
    assert.equal(withNull.assignee_id, ORG.data.users[0].id);
  });
}

test("null_in_a_required_field_is_of_the_wrong_type", async () => {
  await refused('{"vendor_id":null,"control_set_ids":null}', [
    { loc: ["body", "vendor_id"], ...NOT_A_STRING },
    { loc: ["body", "control_set_ids"], ...NOT_A_LIST },
  ]);
});

test("unknown_keys_are_ignored", async () => {
  const created = await accepted(
    `{"risk_type":1,"doc_collection_mode":null,${REQUIRED},"products":[{}],
      "Name":2,"":{"name":3},"__proto__":4,"NAME ":5}`,
  );
  assert.equal(created.vendor_id, VENDOR);
});

test("of_duplicate_keys_the_last_counts", async () => {
  assert.equal((await accepted(`{"name":"first",${REQUIRED},"name":"last"}`)).name, "last");
  const unknownThenKnown = await accepted(`{"vendor_id":"nobody",${REQUIRED}}`);
  assert.equal(unknownThenKnown.vendor_id, VENDOR);
  // An escaped key is the same key.
  assert.equal((await accepted(`{${REQUIRED},"name":"first","n\\u0061me":"last"}`)).name, "last");
});

test("an_earlier_faulty_duplicate_is_forgotten", async () => {
  await accepted(`{"vendor_id":1,"control_set_ids":[1],"name":{},${REQUIRED},"name":"x"}`);
});

test("a_later_faulty_duplicate_counts", async () => {
  await refused(`{${REQUIRED},"control_set_ids":"x","vendor_id":1}`, [
    { loc: ["body", "vendor_id"], ...NOT_A_STRING },
    { loc: ["body", "control_set_ids"], ...NOT_A_LIST },
  ]);
});

test("a_later_null_in_an_optional_field_takes_an_earlier_value_back", async () => {
  const created = await accepted(`{${REQUIRED},"name":"taken back","name":null}`);
  assert.notEqual(created.name, "taken back");
});
