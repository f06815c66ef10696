//! The steps of a run. Each is begun once and settled once, and whatever it
//! does to the assessment happens in the transaction that settles it: however
//! often the engine runs a step, it has one effect; and none once the run has
//! ended, which the archive of its assessment brings about in its own
//! transaction.

use assessments::id::{FindingId, OrganizationId, WorkflowRunId, WorkflowRunStepId};
use assessments::time::Timestamp;
use assessments::workflow::definition::Component;
use assessments::workflow::event::EventName;
use assessments::workflow::run::{Artifact, RunStatus, StepStatus};
use serde::{Deserialize, Serialize};

use super::database::{Database, Databases, Parameter, Statement, StorageError, id, text, time};
use super::runs::GRACE_SECONDS;
use crate::decide::effect::Effect;
use crate::platform::random::random_bits;

/// A step: a component of a run's definition.
#[derive(Debug, Clone)]
pub(crate) struct StepOfRun {
    pub(crate) org: OrganizationId,
    pub(crate) run: WorkflowRunId,
    pub(crate) position: u32,
    pub(crate) component: Component,
}

/// Where a run and its step stand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(crate) run: RunStatus,
    /// How the step ended, if it has.
    pub(crate) step: Option<StepStatus>,
    /// Until when it waits, if it does.
    pub(crate) deadline: Option<Timestamp>,
    /// When it began.
    pub(crate) begun_at: Option<Timestamp>,
    /// Seconds until the deadline, as of the look at it.
    #[serde(default)]
    pub(crate) seconds_left: i64,
}

/// What a step begins with.
#[derive(Debug, Clone)]
pub(crate) struct Beginning {
    /// How long it may take by its own nature, in seconds.
    pub(crate) seconds: u32,
    /// The event that it waits for.
    pub(crate) awaits: Option<EventName>,
}

const PROGRESS: &str = "\
SELECT json_object(
    'run', r.status, 'step', s.status, 'deadline', s.deadline, 'begun_at', s.created_at) AS json
FROM workflow_runs r
LEFT JOIN workflow_run_steps s
    ON s.org_id = r.org_id AND s.run_id = r.id AND s.position = ?3
WHERE r.org_id = ?1 AND r.id = ?2";

const BEGIN: &str = "\
INSERT INTO workflow_run_steps
    (org_id, run_id, position, id, component_id, component_name, action_type, deadline, awaits,
     created_at, updated_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10
WHERE EXISTS (SELECT 1 FROM workflow_runs WHERE org_id = ?1 AND id = ?2 AND status = 'started')
ON CONFLICT (org_id, run_id, position) DO NOTHING";

/// A run that goes on is due when its open step should have ended, which may
/// have begun long ago; soon if the event that it waits for is there already, for the
/// instance may be gone before it has taken it.
const NOTE_DUE: &str = "\
UPDATE workflow_runs SET sweeps = 0, due_at = ?5 + coalesce((
    SELECT deadline FROM workflow_run_steps s
    WHERE s.org_id = ?1 AND s.run_id = ?2 AND s.position = ?3 AND s.status IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM workflow_events e
        WHERE e.org_id = ?1 AND e.run_id = ?2 AND e.taken_by IS NULL AND e.name = s.awaits)),
    ?4)
WHERE org_id = ?1 AND id = ?2 AND status = 'started'";

/// The same after a step that was settled: it got further, so restarts count anew.
const NOTE_PROGRESS: &str = "\
UPDATE workflow_runs SET sweeps = 0, restarts = 0, due_at = ?3
WHERE org_id = ?1 AND id = ?2 AND status = 'started'";

/// Holds while the run goes on and the step has not been settled.
macro_rules! open_step {
    () => {
        "EXISTS (
    SELECT 1 FROM workflow_runs r
    JOIN workflow_run_steps s
        ON s.org_id = r.org_id AND s.run_id = r.id AND s.position = ?3
    WHERE r.org_id = ?1 AND r.id = ?2 AND r.status = 'started' AND s.status IS NULL)"
    };
}
pub(super) use open_step;

const MOVE_ASSESSMENT: &str = concat!(
    "\
UPDATE assessments SET
    status = coalesce(?4, status), score_percent = coalesce(?5, score_percent),
    initiated_at = iif(?6, coalesce(initiated_at, ?7), initiated_at), updated_at = ?7
WHERE org_id = ?1 AND archived_at IS NULL
  AND id = (SELECT assessment_id FROM workflow_runs WHERE org_id = ?1 AND id = ?2)
  AND ",
    open_step!()
);

const ADD_FINDINGS: &str = concat!(
    "\
INSERT INTO findings (org_id, assessment_id, id, title)
SELECT ?1, (SELECT assessment_id FROM workflow_runs WHERE org_id = ?1 AND id = ?2),
    value ->> 0, value ->> 1
FROM json_each(?4) WHERE ",
    open_step!()
);

const SETTLE: &str = concat!(
    "\
UPDATE workflow_run_steps SET status = ?4, message = ?5, artifacts = ?6, updated_at = ?7
WHERE org_id = ?1 AND run_id = ?2 AND position = ?3 AND ",
    open_step!()
);

const END_RUN: &str = "\
UPDATE workflow_runs SET status = ?3, completed_at = ?4
WHERE org_id = ?1 AND id = ?2 AND status = 'started'
  AND EXISTS (SELECT 1 FROM workflow_run_steps
              WHERE org_id = ?1 AND run_id = ?2 AND position = ?5 AND status = ?6)";

impl StepOfRun {
    fn key(&self) -> [Parameter; 3] {
        [id(&self.org), id(&self.run), self.position.into()]
    }

    fn statement(
        &self,
        database: &Database,
        sql: &'static str,
        values: impl IntoIterator<Item = Parameter>,
    ) -> Statement {
        let values: Vec<Parameter> = self.key().into_iter().chain(values).collect();
        database.statement(sql, &values)
    }

    fn begin(
        &self,
        database: &Database,
        deadline: Option<Timestamp>,
        awaits: Option<&EventName>,
        now: Timestamp,
    ) -> Result<Statement, StorageError> {
        let step = WorkflowRunStepId::from_random(random()?);
        let Component {
            id: component,
            name,
            action,
        } = &self.component;
        Ok(self.statement(
            database,
            BEGIN,
            [
                id(&step),
                id(component),
                text(name),
                text(action.kind().as_str()),
                deadline.map_or(Parameter::Null, time),
                awaits.map_or(Parameter::Null, |event| text(event.as_str())),
                time(now),
            ],
        ))
    }

    /// The run is due when the open step should have ended, or soon.
    pub(super) fn due(&self, database: &Database, now: Timestamp) -> Statement {
        self.statement(database, NOTE_DUE, [time(now), grace()])
    }
}

fn grace() -> Parameter {
    time(Timestamp::from_seconds(GRACE_SECONDS))
}

fn random() -> Result<u128, StorageError> {
    random_bits().map_err(|error| StorageError::failed("make ids", &error))
}

/// Begins a step, or finds where it stands.
pub(crate) async fn begin(
    databases: &Databases,
    step: &StepOfRun,
    beginning: &Beginning,
    now: Timestamp,
) -> Result<Progress, StorageError> {
    let database = databases.of(&step.org)?;
    let deadline = now.plus(beginning.seconds.into());
    let statements = vec![
        step.begin(&database, Some(deadline), beginning.awaits.as_ref(), now)?,
        step.due(&database, now),
        step.statement(&database, PROGRESS, []),
    ];
    let progress = progress(&database, "begin step", statements).await?;
    Ok(Progress {
        seconds_left: seconds_left(progress.deadline, now),
        ..progress
    })
}

/// Whole seconds until a deadline, none of them negative.
pub(super) fn seconds_left(deadline: Option<Timestamp>, now: Timestamp) -> i64 {
    deadline.map_or(0, |deadline| (deadline.seconds() - now.seconds()).max(0))
}

/// Settles a step: its effect, its record, and the end of the run if it is one,
/// all or nothing; nothing if it was settled before.
pub(crate) async fn settle(
    databases: &Databases,
    step: &StepOfRun,
    effect: &Effect,
    now: Timestamp,
) -> Result<Progress, StorageError> {
    let database = databases.of(&step.org)?;
    let mut statements = vec![step.begin(&database, None, None, now)?];
    if effect.moves_assessment() {
        statements.push(
            step.statement(
                &database,
                MOVE_ASSESSMENT,
                [
                    effect
                        .status
                        .map_or(Parameter::Null, |status| text(status.as_str())),
                    effect
                        .score_percent
                        .map_or(Parameter::Null, Parameter::from),
                    u32::from(effect.begins).into(),
                    time(now),
                ],
            ),
        );
    }
    if !effect.findings.is_empty() {
        let mut findings = Vec::new();
        for finding in &effect.findings {
            findings.push((FindingId::from_random(random()?), &finding.title));
        }
        statements.push(step.statement(&database, ADD_FINDINGS, [json(&findings)?]));
    }
    let artifacts: Vec<Artifact> = effect
        .artifacts
        .iter()
        .map(|artifact| Artifact {
            artifact_type: artifact.artifact_type.clone(),
            id: artifact.id.clone(),
            role: artifact.role.clone(),
            created_at: now,
            updated_at: now,
        })
        .collect();
    statements.push(step.statement(
        &database,
        SETTLE,
        [
            text(effect.outcome.as_str()),
            effect.message.as_deref().map_or(Parameter::Null, text),
            json(&artifacts)?,
            time(now),
        ],
    ));
    statements.push(match effect.ends_run {
        Some(status) => database.statement(
            END_RUN,
            &[
                id(&step.org),
                id(&step.run),
                text(status.as_str()),
                time(now),
                step.position.into(),
                text(effect.outcome.as_str()),
            ],
        ),
        None => database.statement(
            NOTE_PROGRESS,
            &[id(&step.org), id(&step.run), time(now.plus(GRACE_SECONDS))],
        ),
    });
    statements.push(step.statement(&database, PROGRESS, []));
    progress(&database, "settle step", statements).await
}

async fn progress(
    database: &Database,
    operation: &'static str,
    statements: Vec<Statement>,
) -> Result<Progress, StorageError> {
    let silent = statements.len() - 1;
    let mut rows = database.batch(operation, statements).await?;
    rows.skip(silent)?;
    rows.next_value()?
        .ok_or(StorageError::Missing { operation })
}

fn json(value: &impl Serialize) -> Result<Parameter, StorageError> {
    serde_json::to_string(value)
        .map(|json| text(&json))
        .map_err(|error| StorageError::failed("write step", &error))
}
