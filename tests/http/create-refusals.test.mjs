// POST /v1/assessments, what it refuses: points 7 to 11 and 13 of the
// contract's checklist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idOf, makeOrg, startApi } from "./harness.mjs";

const MAX_BODY_BYTES = 262_144;

const person = (name, more) => ({
  id: idOf("cbuser", name),
  name,
  email: `${name}@refusals.example`,
  membership: "active",
  ...more,
});
const named = (prefix, name, more) => ({ id: idOf(prefix, name), name, ...more });
const workflow = (name, more) => named("cbwd", name, { kind: "direct", enabled: true, ...more });
const archived = { archived: true };

const LONG_NAME = "\u{1F6A2}".repeat(255);
const ORG = makeOrg("refusals", {
  users: [
    person("active"),
    person("invited", { membership: "invited" }),
    person("inactive", { membership: "inactive" }),
    person("archived", archived),
  ],
  control_sets: [named("cbctst", "live"), named("cbctst", "old", archived)],
  vendors: [
    named("cbvndr", "Northwind", {
      services: [named("cbsvc", "Cards"), named("cbsvc", "Fax", archived)],
      documents: [named("cbvdoc", "SOC 2"), named("cbvdoc", "SOC 1", archived)],
    }),
    named("cbvndr", "Other", {
      services: [named("cbsvc", "Other's")],
      documents: [named("cbvdoc", "Other's")],
    }),
    named("cbvndr", "Gone", archived),
  ],
  workflows: [
    workflow("live-flow"),
    workflow("paused 'flow' \u{1F6A2}", { enabled: false }),
    workflow("retired-flow", archived),
    workflow("retired-and-paused", { enabled: false, ...archived }),
    workflow(LONG_NAME),
  ],
});
const FOREIGN = makeOrg("refusals, foreign", {
  users: [person("foreign")],
  control_sets: [named("cbctst", "foreign")],
  vendors: [
    named("cbvndr", "foreign", {
      services: [named("cbsvc", "foreign")],
      documents: [named("cbvdoc", "foreign")],
    }),
  ],
  workflows: [workflow("foreign-flow")],
});

let api;
before(async () => {
  api = await startApi();
  await api.load({ orgs: [ORG.data, FOREIGN.data] });
});
after(() => api.close());

const least = { vendor_id: idOf("cbvndr", "Northwind"), control_set_ids: [] };
const create = (more, options) => api.create({ ...least, ...more }, { key: ORG.key, ...options });

/** The reason of a refused creation, which must have written nothing. */
async function refusal(more) {
  const answer = await api.writesNothing(() =>
    create(more, { idempotencyKey: crypto.randomUUID() }),
  );
  assert.equal(answer.status, 400, answer.text);
  assert.deepEqual(Object.keys(answer.json.detail), ["error"]);
  assert.equal(typeof answer.json.detail.error, "string");
  return answer.json.detail.error;
}

/** Asserts that `parts` stand in `text` in that order. */
function inOrder(text, parts) {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    assert.notEqual(at, -1, `${part} is missing or out of order in: ${text}`);
    from = at + part.length;
  }
}

/** The least body, brought to that many bytes by an unknown key. */
function bodyOf(bytes) {
  const empty = JSON.stringify({ ...least, padding: "" });
  // Two bytes each, so that it is bytes that count and not characters.
  const room = bytes - empty.length;
  const body = Buffer.from(
    JSON.stringify({ ...least, padding: "é".repeat(room >> 1) + "x".repeat(room & 1) }),
  );
  assert.equal(body.length, bytes);
  return body;
}

/** `bytes` as a stream, which is sent in chunks and without Content-Length. */
function chunked(bytes, size = 10_000) {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size)
        controller.enqueue(bytes.subarray(at, at + size));
      controller.close();
    },
  });
}

for (const [how, send] of /** @type {[string, (bytes: Buffer) => Buffer | ReadableStream][]} */ ([
  ["of_known_length", (bytes) => bytes],
  ["in_chunks", chunked],
])) {
  test(`a_body_${how}_of_262144_bytes_passes_the_size_gate`, async () => {
    const answer = await api.create(send(bodyOf(MAX_BODY_BYTES)), { key: ORG.key });
    assert.equal(answer.status, 201, answer.text);
  });

  test(`a_body_${how}_of_262145_bytes_is_too_large`, async () => {
    const body = send(bodyOf(MAX_BODY_BYTES + 1));
    const answer = await api.writesNothing(() => api.create(body, { key: ORG.key }));
    assert.equal(answer.status, 413);
    assert.deepEqual(answer.json, { detail: "Request body too large." });
  });
}

test("a_small_body_in_chunks_of_one_byte_is_read_whole", async () => {
  const body = chunked(Buffer.from(JSON.stringify({ ...least, name: "é\u{1F6A2}" })), 1);
  const answer = await api.create(body, { key: ORG.key });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.name, "é\u{1F6A2}");
});

test("a_body_too_large_is_refused_whatever_its_content", async () => {
  for (const body of [Buffer.alloc(MAX_BODY_BYTES + 1, "{"), Buffer.alloc(2_000_000, " ")]) {
    assert.equal((await api.create(body, { key: ORG.key })).status, 413);
  }
});

for (const [field, prefix] of [
  ["control_set_ids", "cbctst"],
  ["service_ids", "cbsvc"],
  ["supporting_document_ids", "cbvdoc"],
]) {
  test(`more_than_a_hundred_${field}_are_over_the_limit`, async () => {
    const unknown = Array.from({ length: 101 }, (_, number) => idOf(prefix, number));
    const error = await refusal({ [field]: unknown });
    assert.ok(error.includes(field) && error.includes("100"), error);
    assert.ok(!error.includes(unknown[0]), "the limit comes before any lookup");
  });

  test(`the_limit_of_${field}_counts_entries_as_sent`, async () => {
    const [id] = { cbctst: ["live"], cbsvc: ["Cards"], cbvdoc: ["SOC 2"] }[prefix].map((name) =>
      idOf(prefix, name),
    );
    assert.equal((await create({ [field]: Array(100).fill(id) })).status, 201);
    const error = await refusal({ [field]: Array(101).fill(id) });
    assert.ok(error.includes(field) && error.includes("100"), error);
  });

  test(`a_hundred_unknown_${field}_pass_the_limit_and_are_all_named`, async () => {
    const unknown = Array.from({ length: 100 }, (_, number) => idOf(prefix, number));
    inOrder(await refusal({ [field]: unknown }), [field, ...unknown]);
  });
}

for (const field of ["name", "assessment_name_format", "trigger_workflow"]) {
  test(`${field}_of_256_characters_is_over_the_limit`, async () => {
    for (const character of ["n", "\u{1F6A2}"]) {
      const error = await refusal({ [field]: character.repeat(256) });
      assert.ok(error.includes(field) && error.includes("255"), error);
    }
  });
}

test("white_space_around_a_name_does_not_count_towards_its_limit", async () => {
  const name = "n".repeat(255);
  const answer = await create({ name: `${" ".repeat(300)}${name}\n` });
  assert.equal(answer.status, 201);
  assert.equal(answer.json.name, name);
});

test("a_workflow_name_of_255_code_points_passes_the_limit", async () => {
  assert.equal((await create({ trigger_workflow: LONG_NAME })).status, 201);
  assert.equal((await create({ trigger_workflow: "n".repeat(255) })).status, 404);
});

test("every_limit_is_named_in_one_reason", async () => {
  const ids = Array(101).fill("x");
  const error = await refusal({
    supporting_document_ids: ids,
    trigger_workflow: "w".repeat(256),
    service_ids: ids,
    assessment_name_format: "f".repeat(256),
    name: "n".repeat(256),
    control_set_ids: ids,
  });
  for (const field of ["control_set_ids", "service_ids", "supporting_document_ids"]) {
    assert.ok(error.includes(field), error);
  }
  for (const field of ["name", "assessment_name_format", "trigger_workflow"]) {
    assert.match(error, new RegExp(`\\b${field}\\b`));
  }
});

for (const [field, prefix, live] of [
  ["vendor_id", "cbvndr", "Northwind"],
  ["control_set_ids", "cbctst", "live"],
  ["service_ids", "cbsvc", "Cards"],
  ["assignee_id", "cbuser", "active"],
  ["supporting_document_ids", "cbvdoc", "SOC 2"],
]) {
  const value = (id) => (field.endsWith("ids") ? [id] : id);

  test(`an_unknown_malformed_empty_or_foreign_${field}_is_refused_in_the_same_words`, async () => {
    const unknown = idOf(prefix, "nobody");
    const words = await refusal({ [field]: value(unknown) });
    assert.ok(words.includes(field) && words.includes(unknown), words);
    const good = idOf(prefix, live);
    for (const id of [
      "",
      " ",
      "x",
      "%",
      "' OR 1=1 --",
      "\u{1F6A2}\u0000",
      idOf(prefix, "foreign"),
      good.toUpperCase(),
      `${prefix}_${good.slice(-32).toUpperCase()}`,
      good.slice(0, -1),
      `${good}0`,
      ` ${good}`,
      good.slice(-32),
      good.replace(prefix, "cbtag"),
    ]) {
      assert.equal(
        await refusal({ [field]: value(id) }),
        words.replace(unknown, () => id),
        id,
      );
    }
  });
}

test("bad_ids_in_all_five_fields_are_all_named_in_model_order", async () => {
  const bad = (prefix) => [idOf(prefix, "second"), idOf(prefix, "first")];
  const vendor = idOf("cbvndr", "nobody");
  const assignee = idOf("cbuser", "nobody");
  const error = await refusal({
    supporting_document_ids: [bad("cbvdoc")[0], idOf("cbvdoc", "SOC 2"), bad("cbvdoc")[1]],
    assignee_id: assignee,
    service_ids: [idOf("cbsvc", "Cards"), ...bad("cbsvc")],
    control_set_ids: [...bad("cbctst"), idOf("cbctst", "live")],
    vendor_id: vendor,
  });
  inOrder(error, [
    "vendor_id",
    vendor,
    "control_set_ids",
    ...bad("cbctst"),
    "service_ids",
    ...bad("cbsvc"),
    "assignee_id",
    assignee,
    "supporting_document_ids",
    ...bad("cbvdoc"),
  ]);
  for (const good of [idOf("cbvdoc", "SOC 2"), idOf("cbsvc", "Cards"), idOf("cbctst", "live")]) {
    assert.ok(!error.includes(good), `${good} is not bad: ${error}`);
  }
});

test("a_bad_id_sent_twice_is_named", async () => {
  const id = idOf("cbctst", "nobody");
  inOrder(await refusal({ control_set_ids: [id, id] }), ["control_set_ids", id]);
});

test("with_a_bad_vendor_services_and_documents_are_judged_on_existence_only", async () => {
  const vendor = idOf("cbvndr", "nobody");
  const error = await refusal({
    vendor_id: vendor,
    service_ids: [idOf("cbsvc", "Other's"), idOf("cbsvc", "nobody"), idOf("cbsvc", "Cards")],
    supporting_document_ids: [idOf("cbvdoc", "Other's"), idOf("cbvdoc", "nobody")],
  });
  inOrder(error, [
    vendor,
    "service_ids",
    idOf("cbsvc", "nobody"),
    "supporting_document_ids",
    idOf("cbvdoc", "nobody"),
  ]);
  for (const existing of [
    idOf("cbsvc", "Other's"),
    idOf("cbsvc", "Cards"),
    idOf("cbvdoc", "Other's"),
  ]) {
    assert.ok(!error.includes(existing), error);
  }
});

for (const [what, more, id] of /** @type {[string, (id: string) => object, string][]} */ ([
  ["an_archived_vendor", (id) => ({ vendor_id: id }), idOf("cbvndr", "Gone")],
  ["an_archived_control_set", (id) => ({ control_set_ids: [id] }), idOf("cbctst", "old")],
  ["an_archived_service", (id) => ({ service_ids: [id] }), idOf("cbsvc", "Fax")],
  ["an_archived_document", (id) => ({ supporting_document_ids: [id] }), idOf("cbvdoc", "SOC 1")],
  ["an_archived_user", (id) => ({ assignee_id: id }), idOf("cbuser", "archived")],
  ["an_inactive_user", (id) => ({ assignee_id: id }), idOf("cbuser", "inactive")],
  ["a_service_of_another_vendor", (id) => ({ service_ids: [id] }), idOf("cbsvc", "Other's")],
  [
    "a_document_of_another_vendor",
    (id) => ({ supporting_document_ids: [id] }),
    idOf("cbvdoc", "Other's"),
  ],
])) {
  test(`${what}_is_refused`, async () => {
    const [field] = Object.keys(more(id));
    inOrder(await refusal(more(id)), [field, id]);
  });
}

test("an_invited_user_may_be_assigned", async () => {
  const answer = await create({ assignee_id: idOf("cbuser", "invited") });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.assignee_id, idOf("cbuser", "invited"));
});

for (const [what, name] of [
  ["an_unknown", "no such flow"],
  ["an_oddly_named_unknown", "a'b\" \u{1F6A2} \u0000 {{year}} <b>"],
  ["an_empty", ""],
  ["an_archived", "retired-flow"],
  ["an_archived_and_disabled", "retired-and-paused"],
  ["a_foreign", "foreign-flow"],
  ["a_differently_capitalised", "Live-Flow"],
  ["a_padded", " live-flow "],
]) {
  test(`${what}_workflow_name_is_not_found`, async () => {
    // Both with good references and with bad ones, over which the workflow wins.
    for (const more of [{}, { vendor_id: "x", control_set_ids: ["x"] }]) {
      const answer = await api.writesNothing(() =>
        create({ ...more, trigger_workflow: name }, { idempotencyKey: crypto.randomUUID() }),
      );
      assert.equal(answer.status, 404);
      assert.deepEqual(answer.json, {
        detail: { code: "workflow_not_found", message: `Workflow '${name}' not found.` },
      });
    }
  });
}

test("a_disabled_workflow_is_a_conflict_and_wins_over_bad_references", async () => {
  const name = "paused 'flow' \u{1F6A2}";
  for (const more of [{}, { vendor_id: "x", control_set_ids: ["x"] }]) {
    const answer = await api.writesNothing(() =>
      create({ ...more, trigger_workflow: name }, { idempotencyKey: crypto.randomUUID() }),
    );
    assert.equal(answer.status, 409);
    assert.deepEqual(answer.json, {
      detail: { code: "workflow_disabled", message: `Workflow '${name}' is disabled.` },
    });
  }
});
