//! Audit records: keeping what the queue delivers, counting what is lost, deleting what
//! is past its time.

use assessments::time::Timestamp;

use super::database::{Databases, StorageError, text, time};
use super::sweep::delete_in_batches;
use crate::decide::audit::{AuditMessage, Loss};

/// A queue delivers at least once, so a record may be there already.
const KEEP: &str = "\
INSERT INTO audit_records (
    org_id, called_at, request_id, method, path, route, status, duration_ms,
    query_names, key_id, key_name, user_id, client_ip)
SELECT
    r ->> 'org_id', r ->> 'called_at', r ->> 'request_id', r ->> 'method', r ->> 'path',
    r ->> 'route', r ->> 'status', r ->> 'duration_ms', r -> 'query_names', r ->> 'key_id',
    r ->> 'key_name', r ->> 'user_id', r ->> 'client_ip'
FROM (SELECT value -> 'record' AS r FROM json_each(?1)) WHERE true
ON CONFLICT DO NOTHING";

/// Before the records: losses came with a record, and count only with the first of its
/// deliveries.
const COUNT_CARRIED: &str = "\
INSERT INTO audit_losses (org_id, reason, lost, last_at)
SELECT l.value ->> 'org_id', l.value ->> 'reason', sum(l.value ->> 'lost'), ?2
FROM json_each(?1) m, json_each(m.value, '$.losses') l
WHERE NOT EXISTS (
    SELECT 1 FROM audit_records r
    WHERE r.org_id = m.value ->> '$.record.org_id'
      AND r.called_at = m.value ->> '$.record.called_at'
      AND r.request_id = m.value ->> '$.record.request_id')
GROUP BY 1, 2
ON CONFLICT (org_id, reason)
    DO UPDATE SET lost = lost + excluded.lost, last_at = excluded.last_at";

/// Keeps the records of messages, each once however often it comes, and counts the
/// losses that came with them: all of it or nothing.
pub(crate) async fn keep(
    databases: &Databases,
    messages: &[&AuditMessage],
    now: Timestamp,
) -> Result<(), StorageError> {
    for (database, messages) in databases.of_each(messages, |message| &message.record.org_id)? {
        let json = encode(&messages)?;
        let mut statements = Vec::new();
        if messages.iter().any(|message| !message.losses.is_empty()) {
            statements.push(database.statement(COUNT_CARRIED, &[text(&json), time(now)]));
        }
        statements.push(database.statement(KEEP, &[text(&json)]));
        database.batch("keep audit records", statements).await?;
    }
    Ok(())
}

const COUNT: &str = "\
INSERT INTO audit_losses (org_id, reason, lost, last_at)
SELECT value ->> 'org_id', value ->> 'reason', value ->> 'lost', ?2 FROM json_each(?1) WHERE true
ON CONFLICT (org_id, reason)
    DO UPDATE SET lost = lost + excluded.lost, last_at = excluded.last_at";

/// Counts losses that were found out otherwise. They stand in one place, for whose they
/// are need not be known.
pub(crate) async fn count_losses(
    databases: &Databases,
    losses: &[Loss],
    now: Timestamp,
) -> Result<(), StorageError> {
    let database = databases.directory()?;
    let statement = database.statement(COUNT, &[text(&encode(&losses)?), time(now)]);
    database
        .batch("count lost audit records", vec![statement])
        .await?;
    Ok(())
}

fn encode(value: &impl serde::Serialize) -> Result<String, StorageError> {
    serde_json::to_string(value)
        .map_err(|error| StorageError::failed("encode audit records", &error))
}

/// Records that one batch deletes: at a sweep every minute they go as fast as they can
/// come at 600 calls a second.
const BATCH_SIZE: u32 = 2_000;

const DELETE: &str = "\
DELETE FROM audit_records WHERE (org_id, called_at, request_id) IN (
    SELECT org_id, called_at, request_id FROM audit_records
    WHERE called_at < ?1 ORDER BY called_at LIMIT ?2)";

/// Deletes the records of calls before `horizon`, and adds to `deleted` how many. What
/// is left over when the bound is reached waits for the next sweep.
pub(crate) async fn delete_records(
    databases: &Databases,
    horizon: Timestamp,
    deleted: &mut usize,
) -> Result<(), StorageError> {
    let statement = (DELETE, BATCH_SIZE);
    delete_in_batches(
        databases,
        "purge audit records",
        statement,
        horizon,
        deleted,
    )
    .await
}
