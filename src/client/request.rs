//! An operation as an HTTP request.

use crate::field::CreateAssessmentRequest;
use crate::id::{AssessmentId, WorkflowRunId};
use crate::idempotency::IdempotencyKey;
use crate::route::Endpoint;
use crate::session::CreateSessionRequest;

/// Something the API can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Create an assessment. The key is one for all attempts, so that a retry
    /// after a lost answer creates nothing twice.
    Create {
        /// The request.
        request: CreateAssessmentRequest,
        /// The key of this create.
        key: IdempotencyKey,
    },
    /// Read an assessment.
    Retrieve(AssessmentId),
    /// Cancel or archive an assessment; repeating it is harmless.
    Archive(AssessmentId),
    /// Read a workflow run.
    RetrieveRun(WorkflowRunId),
    /// Make a session; one that was made twice is no harm.
    CreateSession(CreateSessionRequest),
}

/// What a request sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestBody<'a> {
    /// Of a create.
    Assessment(&'a CreateAssessmentRequest),
    /// Of a new session.
    Session(&'a CreateSessionRequest),
}

/// A request but for its base URL and credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestParts<'a> {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, to append to a base URL that ends without a slash.
    pub path: String,
    /// The value of `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
    /// The body, to be sent as JSON.
    pub body: Option<RequestBody<'a>>,
}

impl Operation {
    /// The request that performs the operation.
    #[must_use]
    pub fn request(&self) -> RequestParts<'_> {
        let endpoint = match self {
            Self::Create { .. } => Endpoint::CreateAssessment,
            Self::Retrieve(_) => Endpoint::RetrieveAssessment,
            Self::Archive(_) => Endpoint::ArchiveAssessment,
            Self::RetrieveRun(_) => Endpoint::RetrieveWorkflowRun,
            Self::CreateSession(_) => Endpoint::CreateSession,
        };
        let (path, idempotency_key, body) = match self {
            Self::Create { request, key } => (
                endpoint.template().to_owned(),
                Some(key.as_str()),
                Some(RequestBody::Assessment(request)),
            ),
            Self::Retrieve(id) | Self::Archive(id) => (endpoint.path(id), None, None),
            Self::RetrieveRun(id) => (endpoint.path(id), None, None),
            Self::CreateSession(request) => (
                endpoint.template().to_owned(),
                None,
                Some(RequestBody::Session(request)),
            ),
        };
        RequestParts {
            method: endpoint.method(),
            path,
            idempotency_key,
            body,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{self, Call};

    #[test]
    fn the_server_routes_what_the_client_asks() {
        let id = AssessmentId::from_random(1);
        for operation in [
            Operation::Retrieve(id.clone()),
            Operation::Archive(id.clone()),
        ] {
            let request = operation.request();
            let (Call::RetrieveAssessment(found) | Call::ArchiveAssessment(found)) =
                route::find(request.method, &request.path).unwrap()
            else {
                panic!("{request:?}");
            };
            assert_eq!(found.id(), Some(&id));
        }
        let id = WorkflowRunId::from_random(2);
        let operation = Operation::RetrieveRun(id.clone());
        let request = operation.request();
        let Call::RetrieveWorkflowRun(found) = route::find(request.method, &request.path).unwrap()
        else {
            panic!("{request:?}");
        };
        assert_eq!(found.id(), Some(&id));
        let operation = Operation::CreateSession(CreateSessionRequest::default());
        let request = operation.request();
        assert_eq!(
            route::find(request.method, &request.path),
            Ok(Call::CreateSession)
        );
    }
}
