//! Every problem as the document shows it: a sample of it, when it is answered,
//! and by which routes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::field::CreateAssessmentRequest;
use crate::idempotency::IdempotencyKey;
use crate::limits::MAX_TEXT_LENGTH;
use crate::origin::OriginError;
use crate::problem::{BadReference, Problem};
use crate::query::{Parameter, QueryFault, QueryFaultKind};
use crate::request::CreateAssessment;
use crate::route::Endpoint;
use crate::schema::{self, Field};
use crate::session::{CreateSessionRequest, SessionFault};
use crate::workflow::event::{EventName, EventNameError, SendWorkflowEventRequest};

/// Seconds shown in examples of `Retry-After`.
const RETRY_AFTER: u32 = 2;

/// A problem as the document shows it.
pub(super) struct Sample {
    /// The name of the example.
    pub(super) name: &'static str,
    /// When it is answered, a sentence.
    pub(super) sentence: &'static str,
    pub(super) problem: Problem,
}

impl Sample {
    /// The body that is answered.
    pub(super) fn body(&self) -> Value {
        serde_json::from_str(&self.problem.body()).unwrap_or_default()
    }
}

/// Whether a route can answer with a problem. Every problem must be placed here;
/// one that is placed needs its sample in [`samples`].
const fn answers(endpoint: Endpoint, problem: &Problem) -> bool {
    let creates = matches!(endpoint, Endpoint::CreateAssessment);
    let sends = matches!(endpoint, Endpoint::SendWorkflowEvent);
    let opens = matches!(endpoint, Endpoint::CreateSession);
    match problem {
        Problem::NotAuthenticated
        | Problem::InvalidCredential
        | Problem::IpNotAllowed
        | Problem::TooManyRequests { .. } => endpoint.requires_credential(),
        Problem::RoleNotAllowed => endpoint.permission().is_some(),
        Problem::BadIdempotencyKey(_) => creates || sends,
        Problem::BodyTooLarge | Problem::Schema(_) => creates || sends || opens,
        Problem::Query(_) => !endpoint.query().is_empty(),
        Problem::SessionRefused(_) => opens,
        Problem::OverLimit(_)
        | Problem::WorkflowNotFound { .. }
        | Problem::WorkflowDisabled { .. }
        | Problem::BadReferences(_) => creates,
        Problem::AssessmentNotFound => matches!(
            endpoint,
            Endpoint::RetrieveAssessment
                | Endpoint::ArchiveAssessment
                | Endpoint::DescribeAssessment
        ),
        Problem::VendorNotFound => matches!(endpoint, Endpoint::RetrieveVendor),
        Problem::WorkflowRunNotFound => sends || matches!(endpoint, Endpoint::RetrieveWorkflowRun),
        Problem::WorkflowRunEnded | Problem::EventNotExpected { .. } | Problem::BadEventName(_) => {
            sends
        }
        // Answered where there is no route, or not by that method.
        Problem::NotFound | Problem::MethodNotAllowed { .. } => false,
        Problem::Internal | Problem::Unavailable { .. } => true,
    }
}

/// One sample of every problem that a route can answer with.
fn samples(endpoint: Endpoint) -> Vec<Sample> {
    let sample = |name, sentence, problem| Sample {
        name,
        sentence,
        problem,
    };
    let retry_after = RETRY_AFTER;
    let mut samples = vec![
        sample(
            "not_authenticated",
            "No bearer credential was sent.",
            Problem::NotAuthenticated,
        ),
        sample(
            "invalid_credential",
            "The credential is unknown, malformed, expired or revoked.",
            Problem::InvalidCredential,
        ),
        sample(
            "role_not_allowed",
            "The credential's role may not call this route.",
            Problem::RoleNotAllowed,
        ),
        sample(
            "ip_not_allowed",
            "The client's address is not in the organization's allowlist.",
            Problem::IpNotAllowed,
        ),
        sample(
            "too_many_requests",
            match endpoint {
                Endpoint::CreateAssessment => {
                    "There are too many requests, or as many runs of the organization go on as may; wait before the next."
                }
                Endpoint::SendWorkflowEvent => {
                    "There are too many requests, or the run has as many events of that name as it keeps, or the organization of all; wait before the next."
                }
                _ => "There are too many requests; wait before the next.",
            },
            Problem::TooManyRequests { retry_after },
        ),
        sample(
            "body_too_large",
            "The request body is too large.",
            Problem::BodyTooLarge,
        ),
        sample(
            "assessment_not_found",
            "The organization has no assessment of that id.",
            Problem::AssessmentNotFound,
        ),
        sample(
            "vendor_not_found",
            "The organization has no vendor of that id, or it is archived.",
            Problem::VendorNotFound,
        ),
        sample(
            "faulty_query",
            "Parameters of the query have values that they may not have; every one is listed.",
            Problem::Query(vec![
                QueryFault {
                    parameter: Parameter::Limit,
                    kind: QueryFaultKind::TooLarge,
                },
                QueryFault {
                    parameter: Parameter::Cursor,
                    kind: QueryFaultKind::NotACursor,
                },
            ]),
        ),
        sample(
            "workflow_run_not_found",
            "The organization has no workflow run of that id.",
            Problem::WorkflowRunNotFound,
        ),
        sample(
            "workflow_run_ended",
            "The workflow run has ended.",
            Problem::WorkflowRunEnded,
        ),
        sample(
            "event_name",
            "The event's name breaks its rule.",
            Problem::BadEventName(EventNameError),
        ),
        sample(
            "bad_references",
            "Something that the request refers to cannot be used; every such id is named.",
            Problem::BadReferences(vec![BadReference {
                field: Field::VendorId,
                ids: vec!["cbvndr_00".to_owned()],
            }]),
        ),
        sample(
            "session_refused",
            "The session may not be made so; every rule that it breaks is named.",
            Problem::SessionRefused(vec![
                SessionFault::RoleNotGiven,
                SessionFault::Origin(OriginError::MoreThanHost),
                SessionFault::Lifetime,
            ]),
        ),
        sample(
            "unknown_user",
            "The organization has no active user of that id.",
            Problem::SessionRefused(vec![SessionFault::UnknownUser("cbuser_00".to_owned())]),
        ),
        sample(
            "internal",
            "The service failed in a way that it did not foresee.",
            Problem::Internal,
        ),
        sample(
            "unavailable",
            "The service is overloaded, or its storage fails; try again.",
            Problem::Unavailable { retry_after },
        ),
    ];
    samples.extend(samples_that_must_be_provoked(endpoint));
    samples.retain(|sample| answers(endpoint, &sample.problem));
    samples
}

/// Samples of what only the rules themselves can make.
fn samples_that_must_be_provoked(endpoint: Endpoint) -> Vec<Sample> {
    let (json, empty) = (Some("application/json"), b"{}");
    let faults = match endpoint {
        Endpoint::SendWorkflowEvent => SendWorkflowEventRequest::read(json, empty).err(),
        Endpoint::CreateSession => CreateSessionRequest::read(json, empty).err(),
        _ => schema::read(json, empty).err(),
    };
    let request = |workflow: &str, name: String| CreateAssessmentRequest {
        name: Some(name),
        trigger_workflow: Some(workflow.to_owned()),
        ..CreateAssessmentRequest::default()
    };
    let workflow = |name| {
        let within = CreateAssessment::new(request(name, String::new())).ok()?;
        within.workflow().cloned()
    };
    let over_limit = CreateAssessment::new(request("", "x".repeat(MAX_TEXT_LENGTH + 1))).err();
    [
        (
            "idempotency_key",
            "The `Idempotency-Key` header breaks its rules.",
            IdempotencyKey::parse("").err().map(Problem::BadIdempotencyKey),
        ),
        (
            "event_not_expected",
            "No step of the run waits for an event of that name, so it would never be taken.",
            EventName::parse("audit-closed")
                .ok()
                .map(|name| Problem::EventNotExpected { name }),
        ),
        (
            "over_limit",
            "The request exceeds limits; all of them are named.",
            over_limit.map(Problem::OverLimit),
        ),
        (
            "faulty_body",
            "The body is not acceptable JSON, or has not the form it should have; every fault is listed.",
            faults.map(Problem::Schema),
        ),
        (
            "workflow_not_found",
            "The organization has no workflow of that name.",
            workflow("quarterly-review").map(|name| Problem::WorkflowNotFound { name }),
        ),
        (
            "workflow_disabled",
            "The workflow is switched off.",
            workflow("paused-flow").map(|name| Problem::WorkflowDisabled { name }),
        ),
    ]
    .into_iter()
    .filter_map(|(name, sentence, problem)| {
        problem.map(|problem| Sample { name, sentence, problem })
    })
    .collect()
}

/// What a route can answer with, by status.
pub(super) fn by_status(endpoint: Endpoint) -> BTreeMap<u16, Vec<Sample>> {
    let mut by_status: BTreeMap<u16, Vec<Sample>> = BTreeMap::new();
    for sample in samples(endpoint) {
        let status = sample.problem.status();
        by_status.entry(status).or_default().push(sample);
    }
    by_status
}
