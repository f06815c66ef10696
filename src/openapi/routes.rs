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
        Endpoint::ListVendors => Words {
            id: "listVendors",
            tag: "dashboard",
            summary: "List vendors",
            description: "Lists the vendors that are not archived, by name; the newest first if \
                something is searched for.",
        },
        Endpoint::RetrieveVendor => Words {
            id: "retrieveVendor",
            tag: "dashboard",
            summary: "Read a vendor",
            description: "Reads a vendor that is not archived, with what a create may name of it.",
        },
        Endpoint::ListControlSets => Words {
            id: "listControlSets",
            tag: "dashboard",
            summary: "List control sets",
            description: "Lists the control sets that are not archived, by name; the newest first \
                if something is searched for.",
        },
        Endpoint::ListUsers => Words {
            id: "listUsers",
            tag: "dashboard",
            summary: "List users",
            description: "Lists the users whom assessments may be assigned to, by name; the newest \
                first if something is searched for, in names and addresses.",
        },
        Endpoint::ListWorkflows => Words {
            id: "listWorkflows",
            tag: "dashboard",
            summary: "List workflows",
            description: "Lists the workflows that are not archived, by name; the newest first if \
                something is searched for.",
        },
        Endpoint::ListAssessments => Words {
            id: "listAssessments",
            tag: "dashboard",
            summary: "List assessments",
            description: "Lists assessments with the names of what they refer to. A search is in \
                their names, the names of their vendors and their ids, and its results come newest \
                first, whatever `sort` says. A page may end early: only `next_cursor` tells \
                whether there is more.",
        },
        Endpoint::DescribeAssessment => Words {
            id: "describeAssessment",
            tag: "dashboard",
            summary: "Read all that a page shows of an assessment",
            description: "Reads one assessment, archived or not, with its custom fields, documents, \
                findings and runs, and the names of all that it refers to.",
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
