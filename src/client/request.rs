//! What a client can ask, as data: the build makes a table of it for JavaScript.

use crate::assessment::{ArchivedAssessment, Assessment, CreatedAssessment};
use crate::credential::AuthTest;
use crate::id::AnyKind;
use crate::route::Endpoint;
use crate::session::CreatedSession;
use crate::shape::{Shape, Spec};
use crate::workflow::run::{AcceptedEvent, WorkflowRun};

/// Something the API can be asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Create an assessment. One key serves all attempts, so that a retry after a
    /// lost answer creates nothing twice.
    Create,
    /// Read an assessment.
    Retrieve,
    /// Cancel or archive an assessment; repeating it is harmless.
    Archive,
    /// Read a workflow run.
    RetrieveRun,
    /// Make a session; one that was made twice is no harm.
    CreateSession,
    /// Send a workflow run an event. One key serves all attempts, as for a create.
    SendEvent,
    /// Find out whether the credential is good.
    AuthTest,
}

impl Operation {
    /// Every operation; its number is its place.
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Retrieve,
        Self::Archive,
        Self::RetrieveRun,
        Self::CreateSession,
        Self::SendEvent,
        Self::AuthTest,
    ];

    /// The name that the package's own modules have for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Retrieve => "retrieve",
            Self::Archive => "archive",
            Self::RetrieveRun => "retrieveRun",
            Self::CreateSession => "createSession",
            Self::SendEvent => "sendEvent",
            Self::AuthTest => "authTest",
        }
    }

    /// The endpoint that performs it.
    #[must_use]
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::Create => Endpoint::CreateAssessment,
            Self::Retrieve => Endpoint::RetrieveAssessment,
            Self::Archive => Endpoint::ArchiveAssessment,
            Self::RetrieveRun => Endpoint::RetrieveWorkflowRun,
            Self::CreateSession => Endpoint::CreateSession,
            Self::SendEvent => Endpoint::SendWorkflowEvent,
            Self::AuthTest => Endpoint::AuthTest,
        }
    }

    /// Of which kind the id is that it is asked with, if it is asked with one.
    #[must_use]
    pub const fn kind(self) -> Option<AnyKind> {
        match self {
            Self::Create | Self::CreateSession | Self::AuthTest => None,
            Self::Retrieve | Self::Archive => Some(AnyKind::Assessment),
            Self::RetrieveRun | Self::SendEvent => Some(AnyKind::WorkflowRun),
        }
    }

    /// Whether it has an idempotency key, without which a retry could do it twice.
    #[must_use]
    pub const fn has_key(self) -> bool {
        matches!(self, Self::Create | Self::SendEvent)
    }

    /// The shape of its answer.
    #[must_use]
    pub const fn answer(self) -> &'static Spec {
        match self {
            Self::Create => CreatedAssessment::SPEC,
            Self::Retrieve => Assessment::SPEC,
            Self::Archive => ArchivedAssessment::SPEC,
            Self::RetrieveRun => WorkflowRun::SPEC,
            Self::CreateSession => CreatedSession::SPEC,
            Self::SendEvent => AcceptedEvent::SPEC,
            Self::AuthTest => AuthTest::SPEC,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route;

    #[test]
    fn the_server_routes_what_the_client_asks() {
        for (number, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(operation as usize, number);
            let endpoint = operation.endpoint();
            let id = operation
                .kind()
                .map(|kind| format!("{}_{:032x}", kind.prefix(), 1));
            let path = match (endpoint.around(), id) {
                ((before, Some(after)), Some(id)) => [before, &id, after].concat(),
                ((before, None), None) => before.to_owned(),
                (around, id) => panic!("{around:?} {id:?}"),
            };
            let call = route::find(endpoint.method(), &path).unwrap();
            assert_eq!(call.endpoint(), endpoint, "{path}");
        }
    }
}
