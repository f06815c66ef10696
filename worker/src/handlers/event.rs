//! `POST /v1/workflows/runs/{workflow_run_id}/events`

use assessments::id::kind::WorkflowRun;
use assessments::id::{Reference, WorkflowRunId};
use assessments::problem::Problem;
use assessments::route::Endpoint;
use assessments::workflow::event::{EventName, SendWorkflowEventRequest};
use assessments::workflow::run::AcceptedEvent;

use super::attempts::{self, Attempt};
use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::identity;
use crate::engine::signal;
use crate::failure::Failure;
use crate::input::{Payload, idempotency_key};
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::Request;
use crate::storage::database::Databases;
use crate::storage::keep_event::{self as storage, NewEvent};

/// The status of an event that is kept.
const ACCEPTED: u16 = 202;
/// Seconds after which an event may be sent again that the organization has no room
/// for. The sweep makes room once runs have ended long enough ago.
const EVENTS_RETRY_AFTER_SECONDS: u32 = 3_600;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 4. idempotency key: `400` if malformed; a live one answers its stored `202`
/// 5. body size: `413`
/// 6. JSON, schema: `422`
/// 7. the event's name: `400`
/// 8. the run, by organization and id: `404`, `409` if it has ended or no step of
///    it waits for such an event, `429` if too many wait to be taken (13), or if
///    the organization has too many altogether
/// 9. one atomic write: `503`
///
/// The event is kept before the run is woken, so none is lost. Two D1 round
/// trips; the write fails if anything it rests on has changed.
pub(super) async fn send(
    context: &Context,
    request: Request,
    id: &Reference<WorkflowRun>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::SendWorkflowEvent, &request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::SendWorkflowEvent, &request).await?;
    let key = idempotency_key(&request);
    let payload = Payload::read(&request).await;
    let digest = payload.digest();
    let input = read_event(&payload);
    if let Err(problem @ (Problem::BodyTooLarge | Problem::Schema(_))) = &input
        && matches!(key, Ok(None))
        && admission.passed_lately(&caller, clock::now())
    {
        // 5, 6, which need no data (2.3)
        return Err(problem.clone().into());
    }
    let max_bytes = context.config().max_event_bytes;
    attempts::until_settled("keep event", async |in_doubt| {
        let now = clock::now();
        let looked_up = key.as_ref().ok().and_then(Option::as_ref);
        let named = input.as_ref().ok().map(|(name, _)| name);
        let facts = storage::facts(
            &databases,
            &caller,
            looked_up,
            id.id(),
            named,
            max_bytes,
            now,
        )
        .await?;
        // 1, 2
        let basis = admission::admit(context, &caller, &admission, facts.standing, now)?;
        // 4
        let key = key.as_ref().map_err(Problem::clone)?.as_ref();
        if let Some(replay) = facts.replay {
            let differs = replay.differs_from(digest.as_ref());
            context.trace().note_replay();
            let replay = Answer::replay(ACCEPTED, replay.body, differs);
            return Ok(Attempt::Settled(replay));
        }
        if let Some(error) = in_doubt {
            return Err(error.into());
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
        if receiver.events_exhausted {
            let retry_after = EVENTS_RETRY_AFTER_SECONDS;
            return Err(Problem::TooManyRequests { retry_after }.into());
        }
        // 9
        let accepted = AcceptedEvent {
            workflow_run_id: run.clone(),
            name: name.as_str().to_owned(),
            received_at: now,
        };
        let body = serde_json::to_string(&accepted).map_err(Failure::Serialize)?;
        let event = NewEvent {
            run,
            name,
            payload,
            max_bytes,
        };
        let first_use = key.zip(digest.as_ref());
        let answer = first_use.map(|(key, request)| (key, request, body.as_str()));
        let kept = storage::keep(&databases, &caller, &basis, &event, answer, now).await;
        let accepted = Attempt::of(kept, key.is_some())?.map(|awaiting| {
            if let Some(position) = awaiting {
                wake(context, run, position);
            }
            Answer::new(ACCEPTED, body)
        });
        Ok(accepted)
    })
    .await
}

/// Has the engine wake the step that waits for an event, after the response.
fn wake(context: &Context, run: &WorkflowRunId, position: u32) {
    let (env, run) = (context.env().clone(), run.clone());
    context.after_response(async move { signal::wake(&env, &run, position).await });
}

/// What gates 5 to 7 make of the body; it has one fault at most.
fn read_event(payload: &Payload) -> Result<(EventName, String), Problem> {
    let body = payload.whole()?;
    let request =
        SendWorkflowEventRequest::read(payload.content_type(), body).map_err(Problem::Schema)?;
    let name = EventName::parse(&request.name).map_err(Problem::BadEventName)?;
    Ok((name, request.payload))
}
