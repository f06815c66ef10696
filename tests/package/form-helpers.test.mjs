// What a form asks the package besides validation: names, tokens, statuses, and
// whether a text can be an idempotency key. The API is asked the same.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeOrg, startApi } from "../http/harness.mjs";
import {
  AssessmentsClient,
  ConfigurationError,
  ValidationError,
  nameTokens,
  previewName,
  statuses,
  validateIdempotencyKey,
} from "../../pkg/dist/index.js";
import { untyped } from "./untyped.mjs";

const VENDOR_NAME = "Ünïcode {{year}} & Söhne";
const SERVICE_NAMES = ["Card processing", "Portal"];
const ORG = makeOrg("form helpers");
ORG.data.vendors[0].name = VENDOR_NAME;
ORG.data.vendors[0].services = SERVICE_NAMES.map((name, index) => ({
  id: `cbsvc_${String(index).repeat(32)}`,
  name,
}));
const services = ORG.data.vendors[0].services.map(({ id }) => id);

let api;
before(async () => {
  api = await startApi({ data: { orgs: [ORG.data] } });
});
after(() => api.close());

const FORMATS = [
  undefined,
  "",
  "  ",
  "{{vendor:name}}",
  "{{service:name}}",
  "{{cycle}} of {{year}}",
  "{{date}}",
  "{{{year}}}",
  "{{nope}} {{ year }} {{YEAR}}",
  "{{year",
  "}}{{year}}{{",
  "é".repeat(255),
  "{{vendor:name}}".repeat(17),
];

test("a_preview_is_the_name_that_the_api_gives", async () => {
  let assessedBefore = false;
  for (const format of FORMATS) {
    for (const name of [undefined, null, "", " \u3000 ", "  A name \n"]) {
      for (const scope of [[], services]) {
        const request = {
          ...(name === undefined ? {} : { name }),
          ...(format === undefined ? {} : { assessment_name_format: format }),
        };
        const { json } = await api.create(
          { ...ORG.body, ...request, service_ids: scope },
          { key: ORG.key },
        );
        const facts = {
          vendorName: VENDOR_NAME,
          serviceNames: scope.length > 0 ? SERVICE_NAMES : undefined,
          assessedBefore,
          now: json.created_at,
        };
        assert.equal(previewName(request, facts), json.name, JSON.stringify(request));
        assessedBefore = true;
      }
    }
  }
});

test("the_present_is_the_default", () => {
  const preview = previewName({ assessment_name_format: "{{year}}" }, { vendorName: "" });
  assert.equal(preview, String(new Date().getUTCFullYear()));
});

test("a_preview_of_what_is_no_text_says_so", () => {
  for (const [request, facts] of [
    [{ name: 7 }, { vendorName: "x" }],
    [{ assessment_name_format: {} }, { vendorName: "x" }],
    [{}, {}],
    [{}, { vendorName: null }],
  ]) {
    assert.throws(() => previewName(untyped(request), untyped(facts)), ConfigurationError);
  }
});

test("every_token_is_replaced_and_nothing_else_is_one", () => {
  assert.deepEqual(nameTokens(), [
    "{{vendor:name}}",
    "{{service:name}}",
    "{{cycle}}",
    "{{year}}",
    "{{date}}",
  ]);
  for (const token of nameTokens()) {
    const facts = { vendorName: "V", serviceNames: ["S"] };
    assert.ok(!previewName({ assessment_name_format: `x${token}` }, facts).includes("{"), token);
  }
});

test("statuses_come_in_the_order_of_the_work_with_their_stages", () => {
  assert.deepEqual(
    statuses().map(({ status, stageLabel, isTerminal }) => [status, stageLabel, isTerminal]),
    [
      ["created", "Collecting Documents", false],
      ["collecting_documents", "Collecting Documents", false],
      ["indexing_supporting_documents", "Analyzing Controls", false],
      ["analyzing_questionnaire", "Analyzing Controls", false],
      ["review_evals", "Review Results", false],
      ["complete", "Complete", true],
      ["failed", "Failed", true],
      ["canceled", "Canceled", true],
    ],
  );
});

for (const [key, type] of [
  ["ticket-4711", undefined],
  ["!", undefined],
  ["~".repeat(255), undefined],
  ["", "empty"],
  ["~".repeat(256), "too_long"],
  ["a b", "bad_character"],
  ["clé", "bad_character"],
  [7, "string_type"],
  [null, "string_type"],
]) {
  const shown = String(key).length > 20 ? `${String(key).length} characters` : JSON.stringify(key);
  test(`idempotency_key_${shown}_is_${type ?? "good"}`, async () => {
    const checked = validateIdempotencyKey(key);
    assert.equal(checked.ok, type === undefined);
    const client = new AssessmentsClient({ baseUrl: api.url, token: ORG.key });
    const sent = client.create(ORG.body, untyped({ idempotencyKey: key }));
    if (type === undefined) {
      await sent;
      return;
    }
    assert.ok(!checked.ok);
    const [issue] = checked.issues;
    assert.deepEqual([issue.loc, issue.type], [["header", "Idempotency-Key"], type]);
    await assert.rejects(sent, (error) => {
      assert.ok(error instanceof ValidationError);
      assert.deepEqual(error.issues, checked.issues);
      return true;
    });
    if (typeof key !== "string" || /[^\0-\xff]/.test(key)) return;
    const answer = await api.create(ORG.body, { key: ORG.key, idempotencyKey: key });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.detail.error, `Idempotency-Key: ${issue.msg}`);
  });
}
