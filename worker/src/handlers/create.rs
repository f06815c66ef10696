//! `POST /v1/assessments`

use assessments::id::{AssessmentId, OrganizationId, WorkflowRunId};
use assessments::problem::Problem;
use assessments::request::{CreateAssessment, RequestError};
use assessments::route::Endpoint;
use assessments::schema;
use worker::Request;

use super::attempts::{self, Attempt};
use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::identity;
use crate::decide::create::{self as decide, FreshIds, NewRun};
use crate::engine::signal;
use crate::failure::Failure;
use crate::input::{Payload, idempotency_key};
use crate::platform::clock;
use crate::platform::config;
use crate::platform::context::Context;
use crate::platform::random::random_bits;
use crate::storage::create::{self as storage, Write};
use crate::storage::database::{Databases, StorageError};

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 4. idempotency key: `400` if malformed; a live one answers its stored `201`
/// 5. body size: `413`
/// 6. JSON, schema: `422`
/// 7. limits: `400`
/// 8. workflow by name: `404`, `409`
/// 9. references: `400`; then, if a workflow would start, whether the organization
///    has too many runs that go on: `429`
/// 10. one atomic write: `503`
///
/// Two D1 round trips, look up and write; one more when the key is not cached.
/// What needs no lookup is found out first, so that one round trip serves
/// gates 1 to 9, but each gate answers only in its turn, and only then is the
/// list made of what is wrong.
///
/// The write fails if anything it rests on has changed since the lookup, or if
/// the idempotency key was used meanwhile. Then everything is looked up and
/// decided again: the loser of a race replays the winner.
pub(super) async fn create(context: &Context, mut request: Request) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::CreateAssessment, request.headers());
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::CreateAssessment, &request).await?;
    let key = idempotency_key(request.headers());
    let payload = Payload::read(&mut request).await;
    let keyed = key.as_ref().is_ok_and(Option::is_some);
    let digest = keyed.then(|| payload.digest()).flatten();
    let input = acceptable(&payload);
    let fresh = FreshIds {
        assessment: AssessmentId::from_random(random_bits()?),
        run: WorkflowRunId::from_random(random_bits()?),
    };
    let max_unfinished_runs = config::max_unfinished_runs(context.env());
    attempts::until_settled("create assessment", async |in_doubt| {
        let now = clock::now();
        let looked_up = key.as_ref().ok().and_then(Option::as_ref);
        let facts = storage::facts(
            &databases,
            &caller,
            looked_up,
            input.as_ref(),
            max_unfinished_runs,
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
            return Ok(Attempt::Settled(Answer::replay(201, replay.body, differs)));
        }
        if let Some(error) = in_doubt {
            return Err(error.into());
        }
        // 5, 6, 7
        let judged;
        let request = match &input {
            Some(request) => request,
            None => {
                judged = judge(&payload)?;
                &judged
            }
        };
        let facts = facts.references.ok_or(StorageError::Missing {
            operation: "look up for create",
        })?;
        // 8, 9
        let plan = decide::plan(request, &facts.references, &fresh, now)?;
        // 10
        let write = Write {
            basis: &basis,
            request,
            facts: &facts,
            plan: &plan,
            max_unfinished_runs,
            key: key.zip(digest.as_ref()),
        };
        let written = storage::write(&databases, &caller, &write).await;
        let created = Attempt::of(written, key.is_some())?.map(|()| {
            if let Some(run) = plan.run {
                start(context, &caller.org, run);
            }
            Answer::new(201, plan.body)
        });
        Ok(created)
    })
    .await
}

/// Has the engine begin a run that is committed, after the response.
fn start(context: &Context, org: &OrganizationId, run: NewRun) {
    if run.version.is_none() {
        return;
    }
    let (env, org) = (context.env().clone(), org.clone());
    context.after_response(async move { signal::start(&env, &org, &run.id).await });
}

/// The request, if gates 5 to 7 let it pass. What is wrong with it otherwise is
/// not found out before it is known who asks.
fn acceptable(payload: &Payload) -> Option<CreateAssessment> {
    let body = payload.whole().ok()?;
    let draft = schema::accept(payload.content_type(), body)?;
    CreateAssessment::new(draft).ok()
}

/// What gates 5 to 7 make of the body.
fn judge(payload: &Payload) -> Result<CreateAssessment, Problem> {
    let body = payload.whole()?;
    CreateAssessment::read(payload.content_type(), body).map_err(|error| match error {
        RequestError::Schema(faults) => Problem::Schema(faults),
        RequestError::OverLimit(faults) => Problem::OverLimit(faults),
    })
}
