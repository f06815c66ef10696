//! `POST /v1/workflows/runs/{workflow_run_id}/events`

use assessments::id::Reference;
use assessments::id::kind::WorkflowRun;
use assessments::problem::Problem;
use assessments::route::Endpoint;
use assessments::workflow::event::{EventName, SendWorkflowEventRequest};
use assessments::workflow::run::AcceptedEvent;
use worker::Request;

use super::idempotency_key;
use super::payload::Payload;
use crate::answer::{Answer, Failure};
use crate::auth::{self, Admission};
use crate::engine;
use crate::shell::Shell;
use crate::storage::events::NewEvent;
use crate::storage::{self, StorageError};

/// Attempts to write on facts that keep changing under us.
const MAX_ATTEMPTS: u32 = 5;
/// The status of an event that is kept.
const ACCEPTED: u16 = 202;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit
/// 4. idempotency key: `400` if malformed; a live one answers its stored `202`
/// 5. body size: `413`
/// 6. JSON, schema: `422`
/// 7. the event's name: `400`
/// 8. the run, by organization and id: `404`, `409` if it has ended or no step of
///    it waits for such an event, `429` if too many wait to be taken (13)
/// 9. one atomic write: `503`
///
/// The event is kept before the run is woken, so none is lost. Two D1 round
/// trips; the write fails if anything it rests on has changed.
pub(super) async fn send(
    shell: &Shell,
    mut request: Request,
    id: &Reference<WorkflowRun>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(shell, Endpoint::SendWorkflowEvent, request.headers());
    let caller = auth::identify(shell, request.headers()).await?;
    let key = idempotency_key(request.headers());
    let payload = Payload::read(&mut request).await;
    let digest = payload.digest();
    let input = read_event(&payload);
    let mut failed_write = None;
    for _ in 0..MAX_ATTEMPTS {
        let now = shell.now();
        let looked_up = key.as_ref().ok().and_then(Option::as_ref);
        let named = input.as_ref().ok().map(|(name, _)| name);
        let facts = storage::events::facts(shell, &caller, looked_up, id.id(), named, now).await?;
        // 1, 2, 3
        let basis = auth::admit(shell, &caller, &admission, facts.standing, now)?;
        // 4
        let key = key.as_ref().map_err(Problem::clone)?.as_ref();
        if let Some(replay) = facts.replay {
            let differs = replay.differs_from(digest.as_ref());
            return Ok(Answer::replay(ACCEPTED, replay.body, differs));
        }
        if let Some(error) = failed_write.take() {
            return Err(Failure::Storage(error));
        }
        // 5, 6, 7
        let (name, payload) = input.as_ref().map_err(Problem::clone)?;
        // 8
        let (Some(run), Some(receiver)) = (id.id(), facts.run) else {
            return Err(Problem::WorkflowRunNotFound.into());
        };
        if receiver.status.is_terminal() {
            return Err(Problem::WorkflowRunEnded.into());
        }
        if receiver.waits == 0 {
            return Err(Problem::EventNotExpected { name: name.clone() }.into());
        }
        if let Some(ahead) = receiver.full {
            let retry_after = ahead.seconds_until_taken(name, now);
            return Err(Problem::TooManyRequests { retry_after }.into());
        }
        // 9
        let accepted = AcceptedEvent {
            workflow_run_id: run.clone(),
            name: name.as_str().to_owned(),
            received_at: now,
        };
        let body = serde_json::to_string(&accepted).map_err(Failure::Serialize)?;
        let event = NewEvent { run, name, payload };
        let first_use = key.zip(digest.as_ref());
        let answer = first_use.map(|(key, request)| (key, request, body.as_str()));
        match storage::events::keep(shell, &caller, &basis, &event, answer, now).await {
            Ok(awaiting) => {
                if let Some(position) = awaiting {
                    let (after, run) = (shell.detached(), run.clone());
                    shell.after_response(async move {
                        engine::wake(&after, &run, position).await;
                    });
                }
                return Ok(Answer::new(ACCEPTED, body));
            }
            Err(StorageError::Constraint { .. }) => {}
            // It may have been kept all the same. With a key, one more look tells.
            Err(error) if key.is_some() => failed_write = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Storage(failed_write.unwrap_or(
        StorageError::Contended {
            operation: "keep event",
        },
    )))
}

/// What gates 5 to 7 make of the body; it has one fault at most.
fn read_event(payload: &Payload) -> Result<(EventName, String), Problem> {
    let body = payload.whole()?;
    let request =
        SendWorkflowEventRequest::read(payload.content_type(), body).map_err(Problem::Schema)?;
    let name = EventName::parse(&request.name).map_err(Problem::BadEventName)?;
    Ok((name, request.payload))
}
