//! `POST /v1/assessments`

use std::rc::Rc;

use assessments::creation::{self, CreatePlan, FreshIds, NewRun};
use assessments::id::{AssessmentId, OrganizationId, WorkflowRunId};
use assessments::idempotency::IdempotencyKey;
use assessments::problem::Problem;
use assessments::request::{CreateAssessment, RequestError};
use assessments::route::Endpoint;
use assessments::schema;

use super::attempts::{self, Attempt};
use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::{Basis, Caller, identity};
use crate::engine::signal;
use crate::failure::Failure;
use crate::input::{Payload, idempotency_key};
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::random::random_bits;
use crate::platform::request::Request;
use crate::storage::create::{self as storage, Write, Written};
use crate::storage::database::{Databases, StorageError};
use crate::storage::facts::{Question, ReferenceFacts};
use crate::storage::idempotency::{Replay, RequestDigest};

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
/// What needs no lookup is found out first, so that one round trip serves
/// gates 1 to 9, but each gate answers only in its turn, and only then is the
/// list made of what is wrong. An error of gates 5 to 7 takes no round trip where 2.3
/// allows that.
///
/// Two D1 round trips, look up and write; one more when nobody remembers the key. One only,
/// the write, if the isolate remembers what an earlier create of the same references rested
/// on: the write makes sure that all of that still holds.
///
/// The write fails if anything it rests on has changed since the lookup. Then everything is
/// looked up and decided again. If the idempotency key was used meanwhile, nothing is
/// written, and the same round trip brings the answer: the loser of a race replays the
/// winner.
pub(super) async fn create(context: &Context, request: Request) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::CreateAssessment, &request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::CreateAssessment, &request).await?;
    let key = idempotency_key(&request);
    let payload = Payload::read(&request).await;
    let keyed = key.as_ref().is_ok_and(Option::is_some);
    let digest = keyed.then(|| payload.digest()).flatten();
    let input = acceptable(&payload);
    if input.is_none() && matches!(key, Ok(None)) && admission.passed_lately(&caller, clock::now())
    {
        // 5, 6, 7
        judge(&payload)?;
    }
    let max_unfinished_runs = context.config().max_unfinished_runs;
    let question = input
        .as_ref()
        .map(|request| Question::new(&caller, request, max_unfinished_runs));
    let fresh = FreshIds {
        assessment: AssessmentId::from_random(random_bits()?),
        run: WorkflowRunId::from_random(random_bits()?),
    };
    let creation = Creation {
        context,
        databases: &databases,
        caller: &caller,
        digest: digest.as_ref(),
    };
    let mut assumed = admission.assumed(&caller, clock::now());
    let mut is_answered = key.as_ref().is_ok_and(|key| {
        let key = key.as_ref();
        key.is_some_and(|key| storage::is_answered(&caller, key, clock::now()))
    });
    attempts::until_settled("create assessment", async |in_doubt| {
        let now = clock::now();
        let looked_up = key.as_ref().ok().and_then(Option::as_ref);
        // 1 to 10 on what is remembered
        let is_replay = std::mem::take(&mut is_answered);
        if !is_replay
            && let (Some(standing), Some(request), Some(question), Ok(key)) =
                (assumed.take(), &input, &question, &key)
            && let Some(facts) = question.remembered(now)
            && let Ok(plan) = creation::plan(
                request,
                &facts.references,
                facts.assessed_before,
                &fresh,
                now,
            )
        {
            let basis = &standing.admitted.basis;
            let written = creation.write(basis, question, facts, plan, key.as_ref());
            let attempt = written.await;
            match &attempt {
                // Only a guard that failed tells that the credential may no longer be good.
                Ok(Attempt::Outdated) => {}
                Ok(Attempt::Settled(_)) => admission.confirm(&caller, standing, now),
                Ok(Attempt::InDoubt(_)) | Err(_) => admission.presume(&standing),
            }
            return attempt;
        }
        let asked = question.as_ref().filter(|_| !is_replay);
        let facts = storage::facts(&databases, &caller, looked_up, asked, now).await?;
        // 1, 2
        let basis = admission::admit(context, &caller, &admission, facts.standing, now)?;
        // 4
        let key = key.as_ref().map_err(Problem::clone)?.as_ref();
        if let Some(replay) = facts.replay {
            return Ok(Attempt::Settled(creation.replay(replay)));
        }
        if let Some(error) = in_doubt {
            return Err(error.into());
        }
        if is_replay {
            // It has expired meanwhile.
            return Ok(Attempt::Outdated);
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
        let (Some(question), Some(facts)) = (&question, facts.references) else {
            return Err(StorageError::Missing {
                operation: "look up for create",
            }
            .into());
        };
        // 8, 9
        let plan = creation::plan(
            request,
            &facts.references,
            facts.assessed_before,
            &fresh,
            now,
        )?;
        // 10
        let written = creation.write(&basis, question, Rc::new(facts), plan, key);
        written.await
    })
    .await
}

/// One create, whatever it is attempted on.
struct Creation<'a> {
    context: &'a Context,
    databases: &'a Databases,
    caller: &'a Caller,
    /// Of the body, if there is a key.
    digest: Option<&'a RequestDigest>,
}

impl Creation<'_> {
    /// Gate 10: what came of writing what was planned on these facts.
    async fn write(
        &self,
        basis: &Basis,
        question: &Question,
        facts: Rc<ReferenceFacts>,
        plan: CreatePlan,
        key: Option<&IdempotencyKey>,
    ) -> Result<Attempt<Answer>, Failure> {
        let write = Write {
            basis,
            question,
            facts: &facts,
            plan: &plan,
            key: key.zip(self.digest),
        };
        let written = storage::write(self.databases, self.caller, &write).await;
        let attempt = Attempt::of(written, key.is_some())?;
        Ok(match attempt {
            Attempt::Settled(Written::Created) => {
                question.remember(facts, plan.assessment.created_at);
                if let Some(run) = plan.run {
                    start(self.context, &self.caller.org, run);
                }
                Attempt::Settled(Answer::new(201, plan.body))
            }
            Attempt::Settled(Written::Replayed(replay)) => Attempt::Settled(self.replay(replay)),
            Attempt::Outdated => {
                question.forget();
                Attempt::Outdated
            }
            Attempt::InDoubt(error) => Attempt::InDoubt(error),
        })
    }

    /// Gate 4: the answer that the key has.
    fn replay(&self, replay: Replay) -> Answer {
        let differs = replay.differs_from(self.digest);
        self.context.trace().note_replay();
        Answer::replay(201, replay.body, differs)
    }
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
