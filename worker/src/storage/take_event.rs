//! A step taking the event that it waits for.

use assessments::time::Timestamp;
use assessments::workflow::event::EventName;
use serde::{Deserialize, Serialize};

use super::database::{Databases, StorageError, id, text};
use super::steps::{StepOfRun, open_step, seconds_left};

/// A step that is open takes the first event of its name that nobody has, unless
/// it has one.
const TAKE: &str = concat!(
    "\
UPDATE workflow_events SET taken_by = ?3
WHERE org_id = ?1 AND run_id = ?2 AND sequence = (
    SELECT min(sequence) FROM workflow_events
    WHERE org_id = ?1 AND run_id = ?2 AND name = ?4 AND taken_by IS NULL)
  AND NOT EXISTS (
    SELECT 1 FROM workflow_events WHERE org_id = ?1 AND run_id = ?2 AND taken_by = ?3)
  AND ",
    open_step!()
);

const TAKEN: &str = "\
SELECT json_quote(payload) AS json FROM workflow_events
WHERE org_id = ?1 AND run_id = ?2 AND taken_by = ?3";

/// What a step found when it looked for its event.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EventPoll {
    /// The payload of the event that it took, now or before, JSON.
    pub(crate) payload: Option<String>,
    /// Seconds that it may still wait.
    pub(crate) seconds_left: i64,
}

/// Looks for the event that a step waits for, until `deadline`. Without one, the
/// run is due at the deadline again.
pub(crate) async fn take(
    databases: &Databases,
    step: &StepOfRun,
    name: &EventName,
    deadline: Option<Timestamp>,
    now: Timestamp,
) -> Result<EventPoll, StorageError> {
    let database = databases.of(&step.org)?;
    let key = [id(&step.org), id(&step.run), step.position.into()];
    let [org, run, position] = key.clone();
    let statements = vec![
        database.statement(TAKE, &[org, run, position, text(name.as_str())]),
        step.due(&database, now),
        database.statement(TAKEN, &key),
    ];
    let mut rows = database.batch("take event", statements).await?;
    rows.skip(2)?;
    Ok(EventPoll {
        payload: rows.next_value()?,
        seconds_left: seconds_left(deadline, now),
    })
}
