//! `POST /v1/assessments`

use assessments::id::{AssessmentId, OrganizationId, WorkflowRunId};
use assessments::problem::Problem;
use assessments::request::CreateAssessment;
use assessments::route::Endpoint;
use assessments::schema;
use worker::Request;

use super::idempotency_key;
use super::payload::Payload;
use crate::answer::{Answer, Failure};
use crate::auth::{self, Admission};
use crate::decide::{self, FreshIds, RunPlan};
use crate::engine;
use crate::shell::{Shell, random_bits};
use crate::storage::create::Write;
use crate::storage::{self, StorageError};

/// Attempts to write on facts that keep changing under us. A simultaneous
/// first use of the same key takes two; more is configuration in flux.
const MAX_ATTEMPTS: u32 = 5;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit
/// 4. idempotency key: `400` if malformed; a live one answers its stored `201`
/// 5. body size: `413`
/// 6. JSON, schema: `422`
/// 7. limits: `400`
/// 8. workflow by name: `404`, `409`
/// 9. references: `400`
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
pub(super) async fn create(shell: &Shell, mut request: Request) -> Result<Answer, Failure> {
    let admission = Admission::new(shell, Endpoint::CreateAssessment, request.headers());
    let caller = auth::identify(shell, request.headers()).await?;
    let key = idempotency_key(request.headers());
    let payload = Payload::read(&mut request).await;
    let keyed = key.as_ref().is_ok_and(Option::is_some);
    let digest = keyed.then(|| payload.digest()).flatten();
    let input = acceptable(&payload);
    let fresh = FreshIds {
        assessment: AssessmentId::from_random(random_bits()?),
        run: WorkflowRunId::from_random(random_bits()?),
    };
    let mut failed_write = None;
    for _ in 0..MAX_ATTEMPTS {
        let now = shell.now();
        let facts = storage::create::facts(
            shell,
            &caller,
            key.as_ref().ok().and_then(Option::as_ref),
            input.as_ref(),
            now,
        )
        .await?;
        // 1, 2, 3
        let basis = auth::admit(shell, &caller, &admission, facts.standing, now)?;
        // 4
        let key = key.as_ref().map_err(Problem::clone)?.as_ref();
        if let Some(replay) = facts.replay {
            let differs = replay.differs_from(digest.as_ref());
            return Ok(Answer::replay(201, replay.body, differs));
        }
        if let Some(error) = failed_write.take() {
            return Err(Failure::Storage(error));
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
        let plan = decide::create(request, &facts.references, &fresh, now)?;
        // 10
        let write = Write {
            basis: &basis,
            request,
            facts: &facts,
            plan: &plan,
            key: key.zip(digest.as_ref()),
        };
        match storage::create::write(shell, &caller, &write).await {
            Ok(()) => {
                if let Some(run) = plan.run {
                    start(shell, &caller.org, run);
                }
                return Ok(Answer::new(201, plan.body));
            }
            Err(StorageError::Constraint { .. }) => {}
            // The write may have happened all the same. With a key, one more
            // look tells; without, the caller must be told that it failed.
            Err(error) if key.is_some() => failed_write = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Storage(failed_write.unwrap_or(
        StorageError::Contended {
            operation: "create assessment",
        },
    )))
}

/// Has the engine begin a run that is committed, after the response.
fn start(shell: &Shell, org: &OrganizationId, run: RunPlan) {
    if run.version.is_none() {
        return;
    }
    let (after, org) = (shell.detached(), org.clone());
    shell.after_response(async move { engine::start(&after, &org, &run.id).await });
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
    let draft = schema::read(payload.content_type(), body).map_err(Problem::Schema)?;
    CreateAssessment::new(draft).map_err(Problem::OverLimit)
}
