//! What the document says of each route, and what it calls it.

use crate::route::Endpoint;

/// What is said of a route.
pub(super) struct Words {
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
}

/// What is said of it.
pub(super) const fn words(endpoint: Endpoint) -> Words {
    match endpoint {
        Endpoint::CreateAssessment => Words {
            id: "createAssessment",
            tag: "assessments",
            summary: "Create an assessment",
            description: "Creates an assessment of an existing vendor and, if one is named, \
                starts a workflow alongside. All of it is written or nothing.",
        },
        Endpoint::RetrieveAssessment => Words {
            id: "retrieveAssessment",
            tag: "assessments",
            summary: "Read an assessment",
            description: "Reads one assessment. An archived one stays readable, in the same shape.",
        },
        Endpoint::ArchiveAssessment => Words {
            id: "archiveAssessment",
            tag: "assessments",
            summary: "Cancel or archive an assessment",
            description: "Cancels an unfinished assessment, or archives a finished one. It may be \
                repeated: the answer stays the same.",
        },
        Endpoint::RetrieveWorkflowRun => Words {
            id: "retrieveWorkflowRun",
            tag: "workflows",
            summary: "Read a workflow run",
            description: "Reads a workflow run with the steps that were begun.",
        },
        Endpoint::SendWorkflowEvent => Words {
            id: "sendWorkflowEvent",
            tag: "workflows",
            summary: "Send an event to a workflow run",
            description: "Sends an event to a workflow run. It is kept until a step takes it.",
        },
        Endpoint::CreateSession => Words {
            id: "createSession",
            tag: "sessions",
            summary: "Create a session for a browser",
            description: "Makes a short-lived session of an active user, for a page of yours. Your \
                backend calls this with its key and hands the token to the page, which never sees \
                the key. A session cannot make another.",
        },
        Endpoint::RetrieveMe => Words {
            id: "retrieveMe",
            tag: "dashboard",
            summary: "Read who calls",
            description: "Tells whom the credential belongs to and what it may do.",
        },
        Endpoint::AuthTest => Words {
            id: "testAuthentication",
            tag: "utilities",
            summary: "Probe a credential",
            description: "Tells whether a credential is good. It may have any role.",
        },
        Endpoint::Health => Words {
            id: "checkHealth",
            tag: "utilities",
            summary: "Check that the service is alive",
            description: "Tells whether the service and its database answer. The answer may be a \
                few seconds old. `HEAD` answers the same without a body.",
        },
        Endpoint::OpenApi => Words {
            id: "describe",
            tag: "utilities",
            summary: "Read this document",
            description: "Answers this document. `HEAD` answers the same without a body.",
        },
    }
}

pub(super) const fn id(endpoint: Endpoint) -> &'static str {
    words(endpoint).id
}
