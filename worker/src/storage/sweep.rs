//! Deleting what has expired, in bounded batches, so that a sweep never holds
//! the database for long and the table does not grow for ever.

use worker::console_log;

use super::{StorageError, time};
use crate::shell::Shell;

/// Records deleted by one batch.
const BATCH_SIZE: u32 = 500;
/// Batches of one sweep of one database. At a sweep every minute, records go as
/// fast as they can come at 160 keyed creates a second.
const MAX_BATCHES: u32 = 20;

const DELETE_EXPIRED: &str = "\
DELETE FROM idempotency_records WHERE (org_id, operation, key) IN (
    SELECT org_id, operation, key FROM idempotency_records
    WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";

/// Deletes idempotency records past their life. What is left over when the
/// bound is reached waits for the next sweep.
pub(crate) async fn expired_idempotency_records(shell: &Shell) -> Result<(), StorageError> {
    let mut deleted = 0;
    for database in shell.databases().all()? {
        for _ in 0..MAX_BATCHES {
            let values = [time(shell.now()), BATCH_SIZE.into()];
            let statement = database.statement(DELETE_EXPIRED, &values)?;
            let mut rows = database
                .batch("sweep expired keys", vec![statement])
                .await?;
            let changes = rows.next_changes()?;
            deleted += changes;
            if changes < BATCH_SIZE as usize {
                break;
            }
        }
    }
    if deleted > 0 {
        console_log!("sweep: {deleted} expired idempotency records deleted");
    }
    Ok(())
}
