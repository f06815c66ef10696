// What `assessments-edge/webhook` makes of calls and answers, compared with what the Worker
// sends and says.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import * as webhook from "../../pkg/dist/webhook.js";
import * as everything from "../../pkg/dist/index.js";
import { startApi } from "../http/harness.mjs";
import {
  SECRET,
  obeyRedirectMode,
  orgWithWorkflows,
  reply,
  runsOf,
  signatureOf,
  startAnalyser,
} from "../http/workflow-support.mjs";

const {
  IDEMPOTENCY_KEY_HEADER,
  SIGNATURE_HEADER,
  WebhookError,
  checkAnalysis,
  questionKey,
  readQuestion,
  verifySignature,
} = webhook;

const id = (prefix, digit) => `${prefix}_${digit.repeat(32)}`;
const QUESTION = {
  workflow_run_id: id("cbwr", "1"),
  workflow_definition_id: id("cbwd", "2"),
  component_id: id("cbwc", "3"),
  component_name: "ask ☕",
  input: { assessment_id: id("cbqsrw", "4"), vendor_id: id("cbvndr", "5") },
  sent_at: 1_790_500_000,
};
const BODY = JSON.stringify(QUESTION);

const titled = (count) => Array.from({ length: count }, (_, at) => ({ title: `finding ${at}` }));
/** Answers that are none, as texts. */
const NONSENSE = {
  html: "<!doctype html><title>Sign in</title>",
  space: " ",
  "no object": '"fine"',
  array: "[]",
  "array in field order": '["review_evals", 0.9]',
  "score as text": '{"score_percent":"0.5"}',
  "score beyond numbers": '{"score_percent":1e999}',
  "findings as object": '{"findings":{"title":"x"}}',
  "finding untitled": '{"findings":[{}]}',
  "artifact without role": '{"artifacts":[{"artifact_type":"report","id":"1"}]}',
  "status unknown": '{"status":"done"}',
  "status canceled": '{"status":"canceled"}',
  "one finding too many": JSON.stringify({ findings: titled(101) }),
  "one artifact too many": JSON.stringify({
    artifacts: Array.from({ length: 21 }, () => ({ artifact_type: "a", id: "b", role: "c" })),
  }),
  "title too long": JSON.stringify({ findings: [{ title: "x".repeat(256) }] }),
  "half a pair": '{"findings":[{"title":"\\ud800"}]}',
  "too large": JSON.stringify({ padding: "x".repeat(262_144) }),
};
/**
 * Answers, and what is made of them.
 *
 * @type {Record<string, [string, object]>}
 */
const GOOD = {
  nothing: ["", {}],
  "an empty object": ["{}", {}],
  nulls: ['{"status":null,"score_percent":null,"findings":null,"artifacts":null}', {}],
  whole: [
    '{"status":"review_evals","score_percent":0.62,"findings":[{"title":"Weak keys ☕","more":1}],"took":3}',
    { status: "review_evals", score_percent: 0.62, findings: [{ title: "Weak keys ☕" }] },
  ],
  "the most findings": [JSON.stringify({ findings: titled(100) }), { findings: titled(100) }],
};

describe("verifySignature", () => {
  test("a_body_is_verified_in_every_form_that_it_may_come_in", async () => {
    const bytes = new TextEncoder().encode(BODY);
    const padded = new Uint8Array([1, 2, ...bytes, 3]);
    for (const body of [
      BODY,
      bytes,
      Buffer.from(BODY),
      bytes.buffer,
      padded.subarray(2, -1),
      new DataView(padded.buffer, 2, bytes.length),
      runInContext(`new Uint8Array([${bytes}]).buffer`, createContext()),
    ]) {
      assert.equal(await verifySignature(body, signatureOf(BODY), SECRET), true);
      assert.equal(await verifySignature(body, signatureOf(`${BODY} `), SECRET), false);
    }
    assert.equal(await verifySignature("", signatureOf(""), SECRET), true);
  });

  test("any_of_several_secrets_will_do", async () => {
    const header = signatureOf(BODY, "the secret before");
    assert.equal(await verifySignature(BODY, header, [SECRET, "the secret before"]), true);
    assert.equal(await verifySignature(BODY, header, [SECRET]), false);
  });

  test("a_header_that_is_missing_or_malformed_is_false", async () => {
    const [, digits] = signatureOf(BODY).split("=");
    for (const header of [
      undefined,
      null,
      "",
      "sha256=",
      digits,
      `sha256=${digits} `,
      `sha256=${digits}\n`,
      `sha256=${digits}, sha256=${digits}`,
      `sha256=${digits.slice(2)}`,
      `sha256=${digits.toUpperCase()}x`,
      `sha1=${digits}`,
      `sha256=${"é".repeat(64)}`,
      [`sha256=${digits}`],
      {},
      7,
    ]) {
      const asked = verifySignature(BODY, /** @type {any} */ (header), SECRET);
      assert.equal(await asked, false, String(header));
    }
  });

  test("a_secret_that_is_missing_and_a_body_that_was_parsed_are_told", async () => {
    const header = signatureOf(BODY);
    for (const secrets of ["", undefined, null, [], [SECRET, ""], [undefined], 7]) {
      await assert.rejects(verifySignature(BODY, header, /** @type {any} */ (secrets)), {
        name: "ConfigurationError",
        message: /secret/,
      });
    }
    const many = Array.from({ length: 17 }, () => SECRET);
    await assert.rejects(verifySignature(BODY, header, many), { name: "ConfigurationError" });
    for (const body of [QUESTION, [1], undefined, null, 7]) {
      await assert.rejects(verifySignature(/** @type {any} */ (body), header, SECRET), {
        name: "ConfigurationError",
        message: /as it came/,
      });
    }
  });

  test("without_the_platforms_cryptography_it_says_what_is_missing", async (t) => {
    const described = Object.getOwnPropertyDescriptor(globalThis, "crypto");
    Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
    t.after(() => Object.defineProperty(globalThis, "crypto", /** @type {any} */ (described)));
    await assert.rejects(verifySignature(BODY, signatureOf(BODY), SECRET), {
      name: "ConfigurationError",
      message: /crypto\.subtle/,
    });
  });
});

describe("readQuestion", () => {
  const read = (body, header = signatureOf(body)) => readQuestion(body, header, SECRET);

  test("a_signed_question_is_answered_as_it_is_with_what_is_added_later", async () => {
    assert.deepEqual(await read(BODY), QUESTION);
    const more = { ...QUESTION, sent_at: null, attempt: { number: 2 } };
    assert.deepEqual(await read(Buffer.from(JSON.stringify(more))), more);
    const service = { ...QUESTION.input, service_id: id("cbsvc", "6") };
    const scoped = { ...QUESTION, input: service };
    assert.deepEqual(await read(JSON.stringify(scoped)), scoped);
  });

  test("what_is_not_signed_is_refused_whatever_it_is", async () => {
    for (const [body, header] of [
      [BODY, ""],
      [BODY, signatureOf(BODY, "another secret")],
      ["nonsense", signatureOf(BODY)],
    ]) {
      const error = await read(body, header).catch((error) => error);
      assert.ok(error instanceof WebhookError);
      assert.ok(error instanceof everything.AssessmentsError);
      assert.equal(error.name, "WebhookError");
      assert.deepEqual([error.status, error.code], [401, "bad_signature"]);
      assert.doesNotMatch(error.message, /[0-9a-f]{32}/);
    }
  });

  test("what_is_signed_and_no_question_is_refused_with_its_place", async () => {
    const { input, ...rest } = QUESTION;
    for (const [body, message] of [
      ["", /not acceptable JSON from position 0/],
      [`${BODY}x`, /not acceptable JSON/],
      ["null", /must be an object/],
      [JSON.stringify(rest), /^input must be there$/],
      [JSON.stringify({ ...rest, input: {} }), /^input\.assessment_id must be there$/],
      [JSON.stringify({ ...QUESTION, workflow_run_id: id("cbwd", "1") }), /^workflow_run_id must/],
      [JSON.stringify({ ...QUESTION, sent_at: "now" }), /^sent_at must be Unix time/],
    ]) {
      await assert.rejects(read(/** @type {string} */ (body)), {
        name: "WebhookError",
        status: 400,
        code: "bad_question",
        message,
      });
    }
  });
});

describe("checkAnalysis", () => {
  for (const [what, [text, value]] of Object.entries(GOOD)) {
    test(`what_is_taken_of_an_answer_is_told: ${what}`, () => {
      assert.deepEqual(checkAnalysis(text), { ok: true, value });
      if (text) assert.deepEqual(checkAnalysis(JSON.parse(text)), { ok: true, value });
    });
  }

  for (const [what, text] of Object.entries(NONSENSE)) {
    test(`an_answer_that_is_none_is_refused: ${what}`, () => {
      assert.equal(checkAnalysis(text).ok, false);
    });
  }

  test("an_answer_may_be_given_as_it_is_or_not_at_all", () => {
    assert.deepEqual(checkAnalysis(), { ok: true, value: {} });
    assert.deepEqual(checkAnalysis({ score_percent: Number.NaN }), { ok: true, value: {} });
    assert.deepEqual(checkAnalysis({ status: "canceled" }), {
      ok: false,
      message: "an analyser cannot cancel an assessment",
    });
    assert.equal(checkAnalysis(null).ok, false);
    assert.equal(checkAnalysis([]).ok, false);
    for (const answer of [() => {}, Symbol("x"), 1n, { score_percent: 1n }]) {
      assert.throws(() => checkAnalysis(answer), { name: "ConfigurationError" });
    }
  });

  test("an_answer_of_the_largest_size_passes_and_a_byte_more_does_not", () => {
    const most = `{"padding":"${"x".repeat(262_144 - 14)}"}`;
    assert.equal(Buffer.byteLength(most), 262_144);
    assert.equal(checkAnalysis(most).ok, true);
    const message = "answered more than 262144 bytes";
    assert.deepEqual(checkAnalysis(`${most} `), { ok: false, message });
    // As many characters, and more bytes.
    assert.deepEqual(checkAnalysis(most.replace("xx", "é€")), { ok: false, message });
    assert.deepEqual(checkAnalysis("x".repeat(5_000_000)), { ok: false, message });
    assert.equal(checkAnalysis("{}").ok, true);
  });
});

describe("beside the Worker", () => {
  let api;
  let analyser;
  let runs;
  let org;
  const asked = [];
  obeyRedirectMode();
  const texts = { ...NONSENSE };
  for (const [what, [text]] of Object.entries(GOOD)) texts[what] = text;

  before(async () => {
    analyser = await startAnalyser(({ path, headers, body }, response) => {
      asked.push({ headers, body });
      reply(response, 200, texts[decodeURIComponent(path.slice(1))]);
    });
    const flows = Object.fromEntries(
      Object.keys(texts).map((what) => [
        what,
        [
          ["begin_assessment"],
          ["call", { url: `${analyser.url}/${encodeURIComponent(what)}`, retries: 0 }],
          ["complete_assessment", {}],
        ],
      ]),
    );
    org = orgWithWorkflows("webhook", flows);
    api = await startApi({ data: { orgs: [org.data] }, vars: { ENVIRONMENT: "development" } });
    runs = runsOf(api, org);
  });
  after(async () => {
    await api?.close();
    await analyser?.close();
  });

  test("what_the_worker_sends_is_a_question_and_its_key_is_that_of_the_header", async () => {
    const { id: assessment, run } = await runs.start("nothing");
    await runs.ended(run);
    const { headers, body } = asked.find(({ body }) => String(body).includes(run));
    const question = await readQuestion(body, headers[SIGNATURE_HEADER], ["before", SECRET]);
    assert.equal(question.workflow_run_id, run);
    assert.deepEqual(question.input, { assessment_id: assessment, vendor_id: org.vendor });
    assert.equal(questionKey(question), headers[IDEMPOTENCY_KEY_HEADER]);
    const tampered = Buffer.from(String(body).replace("call 1", "call 2"));
    assert.notDeepEqual(tampered, body);
    assert.equal(await verifySignature(tampered, headers[SIGNATURE_HEADER], SECRET), false);
  });

  for (const what of Object.keys(texts)) {
    test(`the_worker_says_of_an_answer_what_the_check_says: ${what}`, async () => {
      const { id: assessment, run } = await runs.start(what);
      const { steps, status } = await runs.ended(run);
      const checked = checkAnalysis(texts[what]);
      if (!checked.ok) {
        assert.equal(status, "failed");
        assert.equal(steps.at(-1).message, `The analyser failed: ${checked.message}`);
        return;
      }
      assert.equal(status, "completed");
      const { score_percent: score, findings_count: count } = await runs.assessment(assessment);
      assert.equal(score, checked.value.score_percent ?? null);
      assert.equal(count, checked.value.findings?.length ?? 0);
    });
  }
});

test("signatures_are_those_of_rfc_4231", async () => {
  // Test case 2.
  const mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  const body = "what do ya want for nothing?";
  assert.equal(createHmac("sha256", "Jefe").update(body).digest("hex"), mac);
  assert.equal(await verifySignature(body, `sha256=${mac}`, "Jefe"), true);
});
