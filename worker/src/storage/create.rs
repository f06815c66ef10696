//! Creating one assessment: what is looked up for it, and the write.

use assessments::creation::CreatePlan;
use assessments::idempotency::IdempotencyKey;
use assessments::time::Timestamp;

use super::database::{Databases, Parameter, StorageError, id, id_list, text, time};
use super::facts::{self, CreateFacts, Question, ReferenceFacts};
use super::idempotency::{self, Replay, RequestDigest, Scope, live_key, of_live_key};
use super::runs::GRACE_SECONDS;
use super::standing;
use crate::caller::{Basis, Caller};

/// The scope of the keys of this endpoint.
const OPERATION: &str = "POST /v1/assessments";

/// Does nothing if the key has an answer: no row is without an organization. As an
/// `INSERT ... SELECT` it would look through whatever refers to assessments, for SQLite then
/// thinks that there may be something waiting for the new one.
const INSERT_ASSESSMENT: &str = concat!(
    "\
INSERT OR IGNORE INTO assessments
    (org_id, id, vendor_id, name, status, assignee_id, created_at, updated_at)
VALUES (CASE WHEN ",
    live_key!("?9", "?10", "?11"),
    " THEN NULL ELSE ?1 END, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
);

/// What belongs to the assessment is written if that was. First of all the words by which it
/// is searched for.
const INSERT_WORDS: &str = "\
INSERT INTO search_assessment (org_id, id, created_at, words)
SELECT a.org_id, a.id, a.created_at, a.name || ' ' || v.name || ' ' || substr(a.id, 8, 8)
FROM assessments a JOIN vendors v ON v.org_id = a.org_id AND v.id = a.vendor_id
WHERE a.org_id = ?1 AND a.id = ?2";

const INSERT_CONTROL_SETS: &str = "\
INSERT INTO assessment_control_sets (org_id, assessment_id, position, control_set_id)
SELECT a.org_id, a.id, key, value FROM assessments a, json_each(?3)
WHERE a.org_id = ?1 AND a.id = ?2";

const INSERT_SERVICES: &str = "\
INSERT INTO assessment_services (org_id, assessment_id, position, service_id)
SELECT a.org_id, a.id, key, value FROM assessments a, json_each(?3)
WHERE a.org_id = ?1 AND a.id = ?2";

const LINK_DOCUMENTS: &str = "\
INSERT INTO document_links (org_id, document_id, assessment_id)
SELECT a.org_id, value, a.id FROM assessments a, json_each(?3)
WHERE a.org_id = ?1 AND a.id = ?2";

const INSERT_RUN: &str = "\
INSERT INTO workflow_runs
    (org_id, id, definition_id, version, assessment_id, status, input, started_at, due_at)
SELECT a.org_id, ?3, ?4, ?5, a.id, 'started', ?6, ?7, ?8 FROM assessments a
WHERE a.org_id = ?1 AND a.id = ?2";

/// Looks up what a create decides on. Without `key` or `question` (one is absent or bad)
/// their facts are not looked up.
pub(crate) async fn facts(
    databases: &Databases,
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    question: Option<&Question>,
    now: Timestamp,
) -> Result<CreateFacts, StorageError> {
    let database = databases.of(&caller.org)?;
    let scope = key.map(|key| scope(caller, key));
    let statement = facts::select(&database, caller, question, scope.as_ref(), now);
    let mut rows = database
        .batch("look up for create", vec![statement])
        .await?;
    let facts = facts::next(&mut rows, question)?;
    if let Some(scope) = scope.filter(|_| facts.replay.is_some()) {
        scope.note_answered(now);
    }
    Ok(facts)
}

/// Whether the key has been answered, as far as the isolate remembers.
pub(crate) fn is_answered(caller: &Caller, key: &IdempotencyKey, now: Timestamp) -> bool {
    scope(caller, key).is_answered(now)
}

/// What one create writes, and what it rests on.
pub(crate) struct Write<'a> {
    pub(crate) basis: &'a Basis,
    pub(crate) question: &'a Question,
    pub(crate) facts: &'a ReferenceFacts,
    pub(crate) plan: &'a CreatePlan,
    /// The idempotency key, and the digest of the request that it comes with.
    pub(crate) key: Option<(&'a IdempotencyKey, &'a RequestDigest)>,
}

/// What a write that did not fail came to.
#[derive(Debug)]
pub(crate) enum Written {
    /// The assessment is created.
    Created,
    /// The key has an answer already, and nothing was written.
    Replayed(Replay),
}

/// Writes assessment, lists, links, run and idempotency record, all or nothing; nothing if
/// the key has been used, whose answer then comes in the same round trip.
///
/// # Errors
/// [`StorageError::Constraint`] if anything that the decision rests on has
/// changed since; nothing is written then.
pub(crate) async fn write(
    databases: &Databases,
    caller: &Caller,
    write: &Write<'_>,
) -> Result<Written, StorageError> {
    let database = databases.of(&caller.org)?;
    let created = &write.plan.assessment;
    let now = created.created_at;
    let of_created = |more: Vec<Parameter>| {
        let mut values = vec![id(&caller.org), id(&created.id)];
        values.extend(more);
        values
    };

    let scope = write
        .key
        .map(|(key, request)| (scope(caller, key), request));
    let key = scope.as_ref().map(|(scope, _)| scope);
    let mut statements = Vec::new();
    statements.extend(key.map(|key| key.select(&database, now)));
    statements.push(standing::guard(&database, caller, write.basis, now));
    statements.push(write.question.guard(&database, write.facts, key, now));
    let mut row = of_created(vec![
        id(&created.vendor_id),
        text(&created.name),
        text(created.status.as_str()),
        created
            .assignee_id
            .as_ref()
            .map(|assignee| text(assignee.as_str()))
            .into(),
        time(created.created_at),
        time(created.updated_at),
    ]);
    row.extend(idempotency::live_key_values(key, now));
    statements.push(database.statement(INSERT_ASSESSMENT, &row));
    statements.push(database.statement(INSERT_WORDS, &of_created(Vec::new())));
    let mut list = |sql: &'static str, ids: Parameter, is_empty: bool| {
        if !is_empty {
            statements.push(database.statement(sql, &of_created(vec![ids])));
        }
    };
    list(
        INSERT_CONTROL_SETS,
        id_list(&created.control_set_ids),
        created.control_set_ids.is_empty(),
    );
    list(
        INSERT_SERVICES,
        id_list(&created.service_ids),
        created.service_ids.is_empty(),
    );
    list(
        LINK_DOCUMENTS,
        id_list(&write.plan.documents),
        write.plan.documents.is_empty(),
    );
    if let Some(run) = &write.plan.run {
        let values = of_created(vec![
            id(&run.id),
            text(run.definition.as_str()),
            run.version.into(),
            text(&run.input),
            time(now),
            time(now.plus(GRACE_SECONDS)),
        ]);
        statements.push(database.statement(INSERT_RUN, &values));
    }
    if let Some((scope, request)) = &scope {
        let body = &write.plan.body;
        statements.extend(scope.record_created(&database, request, body, &created.id, now));
    }
    let mut rows = database.batch("create assessment", statements).await?;
    let replay = match scope {
        Some((scope, _)) => {
            scope.note_answered(now);
            idempotency::next(&mut rows)?
        }
        None => None,
    };
    if let Some(replay) = replay {
        return Ok(Written::Replayed(replay));
    }
    // The guards select nothing.
    rows.skip(2)?;
    if rows.next_changes()? > 0 {
        Ok(Written::Created)
    } else {
        Err(StorageError::failed(
            OPERATION,
            &"the assessment was ignored",
        ))
    }
}

fn scope<'a>(caller: &'a Caller, key: &'a IdempotencyKey) -> Scope<'a> {
    Scope {
        org: &caller.org,
        operation: OPERATION,
        key,
    }
}
