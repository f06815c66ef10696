//! Keeping events from outside, until a step takes them; the engine is only woken
//! to look.

use assessments::id::WorkflowRunId;
use assessments::idempotency::IdempotencyKey;
use assessments::time::Timestamp;
use assessments::workflow::event::EventName;
use assessments::workflow::run::RunStatus;
use serde::Deserialize;

use super::database::{Databases, StorageError, id, text, time};
use super::idempotency::{self, Replay, RequestDigest, Scope};
use super::runs::GRACE_SECONDS;
use super::standing;
use crate::caller::{Basis, Caller, Standing};
use crate::decide::ahead::Ahead;

/// An event for a run.
pub(crate) struct NewEvent<'a> {
    pub(crate) run: &'a WorkflowRunId,
    pub(crate) name: &'a EventName,
    /// JSON.
    pub(crate) payload: &'a str,
    /// Of all events of the organization.
    pub(crate) max_bytes: u32,
}

/// Untaken events of one name of one run that are kept (13).
const MAX_UNTAKEN: u32 = 100;

/// What accepting an event looks up in one round trip.
pub(crate) struct EventFacts {
    pub(crate) standing: Option<Standing>,
    /// The stored answer, if the key has one.
    pub(crate) replay: Option<Replay>,
    /// The run, if there is one.
    pub(crate) run: Option<Receiver>,
}

/// A run, as far as it concerns an event.
#[derive(Debug, Deserialize)]
pub(crate) struct Receiver {
    pub(crate) status: RunStatus,
    /// How many steps of its version wait for events of the name.
    pub(crate) waits: u32,
    /// What lies ahead of it, if it has as many untaken events as it may have.
    pub(crate) full: Option<Ahead>,
    /// Whether the organization has, in bytes, and no step waits for this event now.
    pub(crate) events_exhausted: bool,
}

/// Untaken events of a name beyond those that an open step is about to take: an
/// event that a step waits for now finds room.
macro_rules! surplus {
    () => {
        "((SELECT count(*) FROM workflow_events
    WHERE org_id = ?1 AND run_id = ?2 AND taken_by IS NULL AND name = ?3)
  - (SELECT count(*) FROM workflow_run_steps s
    WHERE s.org_id = ?1 AND s.run_id = ?2 AND s.status IS NULL AND s.awaits = ?3
      AND NOT EXISTS (SELECT 1 FROM workflow_events
                      WHERE org_id = ?1 AND run_id = ?2 AND taken_by = s.position)))"
    };
}

/// Holds if an event of the name finds room among all events of the organization:
/// `?5` are their most bytes. One that a step waits for now always does.
macro_rules! has_room {
    () => {
        concat!(
            "(NOT EXISTS (
    SELECT 1 FROM organization_usage WHERE org_id = ?1 AND event_bytes >= ?5)
  OR ",
            surplus!(),
            " < 0)"
        )
    };
}

const RECEIVER: &str = concat!(
    "\
SELECT json_object(
    'status', r.status,
    'waits', (
        SELECT count(*) FROM json_each(v.components)
        WHERE value ->> '$.action_type' = 'wait_for_event'
          AND value ->> '$.parameters.event' = ?3),
    'full', iif(",
    surplus!(),
    " < ?4, NULL, json_object(
        'components', json(coalesce(v.components, '[]')),
        'settled', (
            SELECT count(*) FROM workflow_run_steps
            WHERE org_id = ?1 AND run_id = ?2 AND status IS NOT NULL),
        'open_until', (
            SELECT max(deadline) FROM workflow_run_steps
            WHERE org_id = ?1 AND run_id = ?2 AND status IS NULL))),
    'events_exhausted', json(iif(",
    has_room!(),
    ", 'false', 'true'))) AS json
FROM workflow_runs r
LEFT JOIN workflow_versions v
    ON v.org_id = r.org_id AND v.definition_id = r.definition_id AND v.version = r.version
WHERE r.org_id = ?1 AND r.id = ?2"
);

/// Of which name an event is looked at before its body was found to be good: of
/// none, as no step waits for it.
const NO_NAME: &str = "";

/// The scope of a key: the very path, as every run has events of its own.
fn operation(run: &WorkflowRunId) -> String {
    format!("POST /v1/workflows/runs/{}/events", run.as_str())
}

pub(crate) async fn facts(
    databases: &Databases,
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    run: Option<&WorkflowRunId>,
    name: Option<&EventName>,
    max_event_bytes: u32,
    now: Timestamp,
) -> Result<EventFacts, StorageError> {
    let database = databases.of(&caller.org)?;
    let mut statements = vec![standing::select(&database, caller)];
    let keyed = key.zip(run);
    if let Some((key, run)) = keyed {
        let operation = operation(run);
        let scope = Scope {
            org: &caller.org,
            operation: &operation,
            key,
        };
        statements.push(scope.select(&database, now));
    }
    if let Some(run) = run {
        let name = text(name.map_or(NO_NAME, EventName::as_str));
        let values = [
            id(&caller.org),
            id(run),
            name,
            MAX_UNTAKEN.into(),
            max_event_bytes.into(),
        ];
        statements.push(database.statement(RECEIVER, &values));
    }
    let mut rows = database.batch("look up for event", statements).await?;
    Ok(EventFacts {
        standing: standing::next(&mut rows)?,
        replay: match keyed {
            Some(_) => idempotency::next(&mut rows)?,
            None => None,
        },
        run: rows.next_value()?,
    })
}

/// Simultaneous events do not pass the limit together.
const GUARD_ROOM: &str = concat!(
    "\
INSERT INTO guard (holds) VALUES (EXISTS (
    SELECT 1 FROM workflow_runs WHERE org_id = ?1 AND id = ?2 AND status = 'started')
  AND ",
    surplus!(),
    " < ?4 AND ",
    has_room!(),
    ")"
);

const KEEP: &str = "\
INSERT INTO workflow_events (org_id, run_id, sequence, name, payload, received_at)
SELECT ?1, ?2, 1 + coalesce(max(sequence), 0), ?3, ?4, ?5
FROM workflow_events WHERE org_id = ?1 AND run_id = ?2";

/// The sweep looks, should the engine not be woken, if a step waits for it; and soon again,
/// however often it looked in vain while there was no event.
const DUE_SOON: &str = "\
UPDATE workflow_runs SET sweeps = 0, due_at = min(due_at, ?3)
WHERE org_id = ?1 AND id = ?2 AND version IS NOT NULL AND EXISTS (
    SELECT 1 FROM workflow_run_steps s
    WHERE s.org_id = ?1 AND s.run_id = ?2 AND s.status IS NULL AND s.awaits = ?4)";

const AWAITING: &str = "\
SELECT json_object('position', position) AS json FROM workflow_run_steps
WHERE org_id = ?1 AND run_id = ?2 AND status IS NULL AND awaits = ?3";

/// Keeps an event and the answer to its key, all or nothing; the position of the
/// step that waits for it, if there is one.
///
/// # Errors
/// [`StorageError::Constraint`] if the caller would no longer be admitted, the
/// run has ended, it or the organization has too many events, or the key has been used; nothing is
/// written then.
pub(crate) async fn keep(
    databases: &Databases,
    caller: &Caller,
    basis: &Basis,
    event: &NewEvent<'_>,
    answer: Option<(&IdempotencyKey, &RequestDigest, &str)>,
    now: Timestamp,
) -> Result<Option<u32>, StorageError> {
    #[derive(Deserialize)]
    struct Awaiting {
        position: u32,
    }
    let database = databases.of(&caller.org)?;
    let run = || [id(&caller.org), id(event.run)];
    let [org, of_run] = run();
    let mut statements = vec![
        standing::guard(&database, caller, basis, now),
        database.statement(
            GUARD_ROOM,
            &[
                org,
                of_run,
                text(event.name.as_str()),
                MAX_UNTAKEN.into(),
                event.max_bytes.into(),
            ],
        ),
    ];
    if let Some((key, request, body)) = answer {
        let operation = operation(event.run);
        let scope = Scope {
            org: &caller.org,
            operation: &operation,
            key,
        };
        statements.extend(scope.record(&database, request, body, now));
    }
    let [org, of_run] = run();
    statements.push(database.statement(
        KEEP,
        &[
            org,
            of_run,
            text(event.name.as_str()),
            text(event.payload),
            time(now),
        ],
    ));
    let [org, of_run] = run();
    let soon = time(now.plus(GRACE_SECONDS));
    let name = text(event.name.as_str());
    statements.push(database.statement(DUE_SOON, &[org, of_run, soon, name]));
    let silent = statements.len();
    let [org, of_run] = run();
    let name = text(event.name.as_str());
    statements.push(database.statement(AWAITING, &[org, of_run, name]));
    let mut rows = database.batch("keep event", statements).await?;
    rows.skip(silent)?;
    Ok(rows.next_value::<Awaiting>()?.map(|step| step.position))
}
