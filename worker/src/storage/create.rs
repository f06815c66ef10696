//! Creating one assessment: the facts it rests on, and the write.

use assessments::columns::Membership;
use assessments::id::Reference;
use assessments::idempotency::IdempotencyKey;
use assessments::request::CreateAssessment;
use assessments::time::Timestamp;
use wasm_bindgen::JsValue;

use super::database::{Databases, StorageError, id, id_list, optional_id, text, time};
use super::idempotency::{self, Replay, RequestDigest, Scope};
use super::runs::GRACE_SECONDS;
use super::standing;
use crate::caller::{Basis, Caller, Standing};
use crate::decide::create::{CreatePlan, References};

/// The scope of the keys of this endpoint.
const OPERATION: &str = "POST /v1/assessments";

/// One JSON text of everything that a decision to create rests on. It is
/// selected twice: to decide, and in the write, to see that it is unchanged;
/// so every list has an order, that of the request (no other join than a CROSS JOIN
/// keeps it without sorting, of which each row would count as read), and of the
/// organization's runs it says only whether there are too many: their number changes
/// with every create.
macro_rules! references {
    () => {
        "json_object(
    'vendor', (
        SELECT json_object('id', id, 'name', name, 'risk_analyst_ids', json(risk_analyst_ids))
        FROM vendors WHERE org_id = ?1 AND id = ?2 AND is_archived = 0),
    'assessed_before', json(iif(
        EXISTS (SELECT 1 FROM assessments WHERE org_id = ?1 AND vendor_id = ?2), 'true', 'false')),
    'control_sets', (
        SELECT json_group_array(c.id) FROM json_each(?3) wanted
        CROSS JOIN control_sets c
        WHERE c.org_id = ?1 AND c.id = wanted.value AND c.is_archived = 0),
    'services', (
        SELECT json_group_array(json_object('id', s.id, 'vendor_id', s.vendor_id, 'name', s.name))
        FROM json_each(?4) wanted CROSS JOIN services s
        WHERE s.org_id = ?1 AND s.id = wanted.value AND s.is_archived = 0),
    'assignee', (
        SELECT id FROM users
        WHERE org_id = ?1 AND id = ?5 AND ?8 ->> membership AND is_archived = 0),
    'documents', (
        SELECT json_group_array(json_object('id', d.id, 'vendor_id', d.vendor_id))
        FROM json_each(?6) wanted CROSS JOIN vendor_documents d
        WHERE d.org_id = ?1 AND d.id = wanted.value AND d.is_archived = 0),
    'workflow', (
        SELECT json_object(
            'id', id, 'enabled', json(iif(is_enabled, 'true', 'false')),
            'version', (
                SELECT iif(components = '[]', NULL, version) FROM workflow_versions v
                WHERE v.org_id = ?1 AND v.definition_id = workflow_definitions.id
                ORDER BY version DESC LIMIT 1))
        FROM workflow_definitions WHERE org_id = ?1 AND name = ?7 AND is_archived = 0),
    'runs_exhausted', json(iif(
        ?7 IS NOT NULL AND EXISTS (
            SELECT 1 FROM organization_usage WHERE org_id = ?1 AND unfinished_runs >= ?9),
        'true', 'false')))"
    };
}

const REFERENCES: &str = concat!("SELECT ", references!(), " AS json");

const GUARD_REFERENCES: &str = concat!(
    "INSERT INTO guard (holds) VALUES (",
    references!(),
    " = ?10)"
);

const INSERT_ASSESSMENT: &str = "\
INSERT INTO assessments
    (org_id, id, vendor_id, name, status, assignee_id, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const INSERT_CONTROL_SETS: &str = "\
INSERT INTO assessment_control_sets (org_id, assessment_id, position, control_set_id)
SELECT ?1, ?2, key, value FROM json_each(?3)";

const INSERT_SERVICES: &str = "\
INSERT INTO assessment_services (org_id, assessment_id, position, service_id)
SELECT ?1, ?2, key, value FROM json_each(?3)";

const LINK_DOCUMENTS: &str = "\
INSERT INTO document_links (org_id, document_id, assessment_id)
SELECT ?1, value, ?2 FROM json_each(?3)";

const INSERT_RUN: &str = "\
INSERT INTO workflow_runs
    (org_id, id, definition_id, version, assessment_id, status, input, started_at, due_at)
VALUES (?1, ?2, ?3, ?4, ?5, 'started', ?6, ?7, ?8)";

/// What a create looks up in one round trip.
pub(crate) struct CreateFacts {
    pub(crate) standing: Option<Standing>,
    /// The stored answer, if the key has one.
    pub(crate) replay: Option<Replay>,
    /// Of the request, if there is one to create by.
    pub(crate) references: Option<ReferenceFacts>,
}

/// What D1 knows of the references, and the text it came as.
pub(crate) struct ReferenceFacts {
    pub(crate) references: References,
    text: String,
}

/// Looks up what a create decides on. Without `key` or `request` (one is
/// absent or bad) their facts are not looked up. An organization that has
/// `max_unfinished_runs` or more may start no other.
pub(crate) async fn facts(
    databases: &Databases,
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    request: Option<&CreateAssessment>,
    max_unfinished_runs: u32,
    now: Timestamp,
) -> Result<CreateFacts, StorageError> {
    let database = databases.of(&caller.org)?;
    let mut statements = vec![standing::select(&database, caller)?];
    if let Some(key) = key {
        statements.push(scope(caller, key).select(&database, now)?);
    }
    if let Some(request) = request {
        let values = reference_values(caller, request, max_unfinished_runs);
        statements.push(database.statement(REFERENCES, &values)?);
    }
    let mut rows = database.batch("look up for create", statements).await?;
    let standing = standing::next(&mut rows)?;
    let replay = match key {
        Some(_) => idempotency::next(&mut rows)?,
        None => None,
    };
    let references = match rows.next_json()? {
        Some(text) => Some(ReferenceFacts {
            references: rows.decode(&text)?,
            text,
        }),
        None => None,
    };
    Ok(CreateFacts {
        standing,
        replay,
        references,
    })
}

/// What one create writes, and what it rests on.
pub(crate) struct Write<'a> {
    pub(crate) basis: &'a Basis,
    pub(crate) request: &'a CreateAssessment,
    pub(crate) facts: &'a ReferenceFacts,
    pub(crate) plan: &'a CreatePlan,
    /// As the facts were looked up with.
    pub(crate) max_unfinished_runs: u32,
    /// The idempotency key, and the digest of the request that it comes with.
    pub(crate) key: Option<(&'a IdempotencyKey, &'a RequestDigest)>,
}

/// Writes assessment, lists, links, run and idempotency record, all or nothing.
///
/// # Errors
/// [`StorageError::Constraint`] if anything that the decision rests on has
/// changed since, or the key has been used; nothing is written then.
pub(crate) async fn write(
    databases: &Databases,
    caller: &Caller,
    write: &Write<'_>,
) -> Result<(), StorageError> {
    let database = databases.of(&caller.org)?;
    let created = &write.plan.assessment;
    let now = created.created_at;
    let org = || id(&caller.org);

    let mut statements = vec![standing::guard(&database, caller, write.basis, now)?];
    let mut unchanged = reference_values(caller, write.request, write.max_unfinished_runs).to_vec();
    unchanged.push(text(&write.facts.text));
    statements.push(database.statement(GUARD_REFERENCES, &unchanged)?);
    if let Some((key, request)) = write.key {
        let scope = scope(caller, key);
        statements.extend(scope.record(&database, request, &write.plan.body, now)?);
    }
    statements.push(
        database.statement(
            INSERT_ASSESSMENT,
            &[
                org(),
                id(&created.id),
                id(&created.vendor_id),
                text(&created.name),
                text(created.status.as_str()),
                created
                    .assignee_id
                    .as_ref()
                    .map_or(JsValue::NULL, |assignee| text(assignee.as_str())),
                time(created.created_at),
                time(created.updated_at),
            ],
        )?,
    );
    let mut list = |sql: &str, ids: JsValue, is_empty: bool| {
        if !is_empty {
            statements.push(database.statement(sql, &[org(), id(&created.id), ids])?);
        }
        Ok::<(), StorageError>(())
    };
    list(
        INSERT_CONTROL_SETS,
        id_list(&created.control_set_ids),
        created.control_set_ids.is_empty(),
    )?;
    list(
        INSERT_SERVICES,
        id_list(&created.service_ids),
        created.service_ids.is_empty(),
    )?;
    list(
        LINK_DOCUMENTS,
        id_list(&write.plan.documents),
        write.plan.documents.is_empty(),
    )?;
    if let Some(run) = &write.plan.run {
        statements.push(database.statement(
            INSERT_RUN,
            &[
                org(),
                id(&run.id),
                text(run.definition.as_str()),
                run.version.map_or(JsValue::NULL, JsValue::from),
                id(&created.id),
                text(&run.input),
                time(now),
                time(now.plus(GRACE_SECONDS)),
            ],
        )?);
    }
    database.batch("create assessment", statements).await?;
    Ok(())
}

fn scope<'a>(caller: &'a Caller, key: &'a IdempotencyKey) -> Scope<'a> {
    Scope {
        org: &caller.org,
        operation: OPERATION,
        key,
    }
}

/// The parameters of the references: `?1` to `?9`.
fn reference_values(
    caller: &Caller,
    request: &CreateAssessment,
    max_unfinished_runs: u32,
) -> [JsValue; 9] {
    [
        id(&caller.org),
        optional_id(request.vendor().id()),
        id_list(request.control_sets().iter().filter_map(Reference::id)),
        id_list(request.services().iter().filter_map(Reference::id)),
        optional_id(request.assignee().and_then(Reference::id)),
        id_list(request.documents().iter().filter_map(Reference::id)),
        request
            .workflow()
            .map_or(JsValue::NULL, |name| text(name.as_str())),
        text(&assignable_memberships()),
        max_unfinished_runs.into(),
    ]
}

/// The library's rule as a JSON object of those that it allows.
fn assignable_memberships() -> String {
    let memberships: serde_json::Map<String, serde_json::Value> = Membership::ALL
        .iter()
        .filter(|membership| membership.may_be_assigned())
        .map(|membership| (membership.as_str().to_owned(), true.into()))
        .collect();
    serde_json::Value::from(memberships).to_string()
}
