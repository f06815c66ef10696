// DELETE /v1/assessments/{assessment_id}: points 24 to 27 of the contract's
// checklist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KEYS, ORGS, idOf, makeAssessment, makeOrg, startApi } from "./harness.mjs";

const NOT_FOUND = '{"detail":{"code":"assessment_not_found","message":"Assessment not found."}}';
const UNFINISHED = [
  "created",
  "collecting_documents",
  "indexing_supporting_documents",
  "analyzing_questionnaire",
  "review_evals",
];
const TERMINAL = ["complete", "failed", "canceled"];

const VENDOR = idOf("cbvndr", "archive");
const assessment = (seed, more) => makeAssessment(`archive, ${seed}`, VENDOR, more);
const idOfAssessment = (seed) => idOf("cbqsrw", `archive, ${seed}`);
const findings = (...names) => names.map((name) => idOf("cbtask", `archive, ${name}`));
const PORTAL_STATUSES = ["open", "analyzing", "analysis_complete", "submitted", "closed"];
const ORG = makeOrg("archive", {
  vendors: [{ id: VENDOR, name: "Archived" }],
  workflows: [{ id: idOf("cbwd", "archive"), name: "flow", kind: "direct", enabled: true }],
  assessments: [
    ...[...UNFINISHED, ...TERMINAL].map((status) => assessment(status, { status })),
    ...PORTAL_STATUSES.map((portal) => assessment(`portal ${portal}`, { portal })),
    assessment("cascade", {
      status: "review_evals",
      portal: "open",
      findings: findings("one", "two", "gone"),
    }),
    assessment("bystander", { portal: "open", findings: findings("bystander") }),
    assessment("twice"),
    assessment("at once", { findings: findings("at once") }),
    assessment("with body"),
    assessment("lost answer"),
    assessment("taken back", { portal: "open", findings: findings("taken back") }),
    assessment("untouched"),
  ],
});

let api;
before(async () => {
  api = await startApi({ faulty: true });
  await api.load({ orgs: [ORG.data] });
});
after(() => api.close());

const archive = (id, options) => api.archive(id, { key: ORG.key, ...options });
const retrieve = async (id) => (await api.retrieve(id, { key: ORG.key })).json;
const only = async (sql, ...values) => {
  const rows = await api.rows(sql, ...values);
  assert.equal(rows.length, 1);
  return rows[0];
};
const createWithRun = async () => {
  const created = await api.create(
    { ...ORG.body, vendor_id: VENDOR, trigger_workflow: "flow" },
    { key: ORG.key },
  );
  assert.equal(created.status, 201, created.text);
  return created.json;
};

function isArchived(answer, id, status) {
  assert.equal(answer.status, 200, answer.text);
  const { archived_at, ...rest } = answer.json;
  assert.deepEqual(rest, { id, status, is_archived: true });
  assert.ok(Number.isInteger(archived_at));
  return archived_at;
}

for (const [statuses, after] of /** @type {[string[], (status: string) => string][]} */ ([
  [UNFINISHED, () => "canceled"],
  [TERMINAL, (status) => status],
])) {
  for (const status of statuses) {
    test(`archiving_${status}_leaves_${after(status)}`, async () => {
      const id = idOfAssessment(status);
      const before = await retrieve(id);
      assert.equal(before.status, status);
      const start = Math.floor(Date.now() / 1000);
      const archivedAt = isArchived(await archive(id), id, after(status));
      assert.ok(archivedAt >= start && archivedAt <= Date.now() / 1000, `${archivedAt}`);
      assert.deepEqual(await retrieve(id), {
        ...before,
        status: after(status),
        updated_at: archivedAt,
      });
    });
  }
}

test("evals_and_findings_are_flagged_and_every_row_stays", async () => {
  const id = idOfAssessment("cascade");
  for (const name of ["eval one", "eval two"]) {
    await api.rows(
      "INSERT INTO evals (org_id, assessment_id, id) VALUES (?, ?, ?)",
      ORG.id,
      id,
      name,
    );
  }
  const [gone] = findings("gone");
  await api.rows("UPDATE findings SET archived_at = 7 WHERE org_id = ? AND id = ?", ORG.id, gone);
  const archivedAt = isArchived(await api.writesNothing(() => archive(id)), id, "canceled");

  const evals = await api.rows(
    "SELECT id, archived_at FROM evals WHERE assessment_id = ? ORDER BY id",
    id,
  );
  assert.deepEqual(evals, [
    { id: "eval one", archived_at: archivedAt },
    { id: "eval two", archived_at: archivedAt },
  ]);
  const flagged = await api.rows(
    "SELECT id, archived_at FROM findings WHERE assessment_id = ? ORDER BY id",
    id,
  );
  // What was archived before keeps its own time.
  const expected = findings("one", "two", "gone").map((finding) => ({
    id: finding,
    archived_at: finding === gone ? 7 : archivedAt,
  }));
  assert.deepEqual(
    flagged,
    expected.sort((one, other) => (one.id < other.id ? -1 : 1)),
  );
  assert.equal((await retrieve(id)).findings_count, 2);

  const bystander = idOfAssessment("bystander");
  const finding = await only("SELECT archived_at FROM findings WHERE assessment_id = ?", bystander);
  assert.equal(finding.archived_at, null);
  assert.equal(
    (await only("SELECT status FROM portals WHERE assessment_id = ?", bystander)).status,
    "open",
  );
  assert.equal((await retrieve(bystander)).status, "created");
});

for (const portal of PORTAL_STATUSES) {
  test(`a_portal_that_is_${portal}_is_closed_afterwards`, async () => {
    const id = idOfAssessment(`portal ${portal}`);
    isArchived(await archive(id), id, "canceled");
    assert.equal(
      (await only("SELECT status FROM portals WHERE assessment_id = ?", id)).status,
      "closed",
    );
  });
}

test("runs_that_have_started_are_canceled_and_others_stay", async () => {
  const { id, workflow_run_id } = await createWithRun();
  const ended = idOf("cbwr", "ended");
  await api.rows(
    `INSERT INTO workflow_runs (org_id, id, definition_id, assessment_id, status, input, started_at, completed_at)
     VALUES (?, ?, ?, ?, 'completed', '{}', 1, 2)`,
    ORG.id,
    ended,
    idOf("cbwd", "archive"),
    id,
  );
  const { workflow_run_id: elsewhere } = await createWithRun();
  const archivedAt = isArchived(await archive(id), id, "canceled");
  const run = (id) => only("SELECT status, completed_at FROM workflow_runs WHERE id = ?", id);
  assert.deepEqual(await run(workflow_run_id), { status: "canceled", completed_at: archivedAt });
  assert.deepEqual(await run(ended), { status: "completed", completed_at: 2 });
  assert.deepEqual(await run(elsewhere), { status: "started", completed_at: null });
});

test("deleting_twice_gives_the_same_bytes_and_changes_nothing_more", async () => {
  const id = idOfAssessment("twice");
  const first = await archive(id);
  isArchived(first, id, "canceled");
  const afterFirst = await retrieve(id);
  // Evals that are added later are no part of the archive that is repeated.
  await api.rows("INSERT INTO evals (org_id, assessment_id, id) VALUES (?, ?, 'late')", ORG.id, id);
  for (const clock of [5, 1_000_000]) {
    const again = await archive(id, { faults: { clock } });
    assert.equal(again.status, 200);
    assert.equal(again.text, first.text);
  }
  assert.deepEqual(await retrieve(id), afterFirst);
  assert.equal(
    (await only("SELECT archived_at FROM evals WHERE assessment_id = ?", id)).archived_at,
    null,
  );
});

test("an_archive_takes_effect_when_it_happens", async () => {
  const { id } = await createWithRun();
  const day = 86_400;
  const start = Math.floor(Date.now() / 1000);
  const archivedAt = isArchived(await archive(id, { faults: { clock: day } }), id, "canceled");
  assert.ok(archivedAt >= start + day && archivedAt <= Date.now() / 1000 + day, `${archivedAt}`);
  assert.equal((await retrieve(id)).updated_at, archivedAt);
});

test("simultaneous_deletes_behave_as_one_and_repeats", async () => {
  const id = idOfAssessment("at once");
  const answers = await Promise.all(Array.from({ length: 24 }, () => archive(id)));
  isArchived(answers[0], id, "canceled");
  for (const answer of answers) {
    assert.equal(answer.status, 200);
    assert.equal(answer.text, answers[0].text);
  }
  assert.equal((await retrieve(id)).findings_count, 1);
});

test("a_delete_and_reads_at_the_same_time_all_answer", async () => {
  const { id } = await createWithRun();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      number === 9 ? archive(id) : api.retrieve(id, { key: ORG.key }),
    ),
  );
  for (const answer of answers) assert.equal(answer.status, 200, answer.text);
});

test("a_request_body_is_not_read", async () => {
  const id = idOfAssessment("with body");
  for (const body of ["{", '{"status":"complete"}', " ".repeat(300_000)]) {
    const headers = { "content-type": "application/json" };
    isArchived(await archive(id, { body, headers }), id, "canceled");
  }
});

test("a_delete_whose_answer_got_lost_is_repeated_with_the_first_time", async () => {
  const id = idOfAssessment("lost answer");
  // Storage trouble is a 503, though the archive has happened.
  const lost = await archive(id, { faults: { d1: "fail-after-commit" } });
  assert.equal(lost.status, 503);
  const { updated_at } = await retrieve(id);
  assert.equal(
    isArchived(await archive(id, { faults: { clock: 1000 } }), id, "canceled"),
    updated_at,
  );
});

test("a_delete_that_failed_left_everything_as_it_was", async () => {
  const id = idOfAssessment("taken back");
  const before = await retrieve(id);
  const failed = await archive(id, { faults: { d1: "fail-before-commit" } });
  assert.equal(failed.status, 503);
  assert.match(failed.headers.get("retry-after"), /^[1-9][0-9]*$/);
  assert.deepEqual(await retrieve(id), before);
  assert.equal(
    (await only("SELECT status FROM portals WHERE assessment_id = ?", id)).status,
    "open",
  );
  assert.equal(
    (await only("SELECT archived_at FROM findings WHERE assessment_id = ?", id)).archived_at,
    null,
  );
  isArchived(await archive(id), id, "canceled");
});

for (const [what, id] of [
  ["unknown", idOf("cbqsrw", "nobody")],
  ["of_another_org", ORGS.harbor.assessments[0].id],
  ["malformed", "x"],
  ["in_capitals", idOfAssessment("untouched").toUpperCase()],
  ["too_long", `${idOfAssessment("untouched")}0`],
  ["of_another_prefix", idOfAssessment("untouched").replace("cbqsrw", "cbvndr")],
  ["in_invalid_utf_8", "%FF"],
]) {
  test(`an_id_${what}_is_not_found_byte_for_byte_alike`, async () => {
    const answer = await archive(id);
    assert.equal(answer.status, 404);
    assert.equal(answer.text, NOT_FOUND);
  });
}

test("deletes_that_find_nothing_change_nothing", async () => {
  const [foreign] = ORGS.harbor.assessments;
  assert.equal((await archive(foreign.id)).status, 404);
  const shown = (await api.retrieve(foreign.id, { key: KEYS.harbor })).json;
  assert.equal(shown.status, foreign.status);
  assert.equal(shown.updated_at, foreign.updated_at);
  assert.equal((await retrieve(idOfAssessment("untouched"))).updated_at, 1_760_003_600);
});

test("an_archived_assessment_is_not_found_by_another_org", async () => {
  const id = idOfAssessment("complete");
  isArchived(await archive(id), id, "complete");
  assert.equal((await archive(id, { key: KEYS.fjord })).text, NOT_FOUND);
});
