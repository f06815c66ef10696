//! What an import file says, once nothing is wrong with it. Only
//! [`super::check`] makes these, from a file of the shape that
//! `worker/demo/README.md` describes.

use assessments::assessment::{CustomFieldType, Status};
use assessments::columns::{Membership, PortalStatus, WorkflowKind};
use assessments::digest::KeyHash;
use assessments::id::{
    ApiKeyId, AssessmentId, ControlSetId, CustomFieldConfigId, FindingId, OrganizationId,
    ServiceId, UserId, VendorDocumentId, VendorId, WorkflowDefinitionId, WorkflowRunId,
    WorkflowRunStepId,
};
use assessments::workflow::analysis::NewArtifact;
use assessments::workflow::definition::Component;
use assessments::workflow::run::{RunStatus, StepStatus};
use serde_json::Value;

/// What an import file says, once nothing is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct ImportFile {
    pub(crate) orgs: Vec<Organization>,
}

/// A value that may be cleared: what the file does not say stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stated<T> {
    /// The file does not say.
    Unstated,
    /// The file says `null`: there is none.
    Nothing,
    /// The file says what it is.
    Value(T),
}

/// In what follows, `None` is what the file does not say, and stays as it is.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    /// What the identity provider calls it.
    pub(crate) external_id: Stated<String>,
    pub(crate) api_ip_allowlist: Option<Vec<String>>,
    pub(crate) api_keys: Vec<Key>,
    pub(crate) users: Vec<User>,
    pub(crate) vendors: Vec<Vendor>,
    pub(crate) control_sets: Vec<Named<ControlSetId>>,
    pub(crate) workflows: Vec<Workflow>,
    pub(crate) custom_fields: Vec<CustomField>,
    pub(crate) assessments: Vec<Assessment>,
}

#[derive(Debug)]
pub(crate) struct Key {
    /// Where it stands in the file.
    pub(crate) place: String,
    pub(crate) id: Option<ApiKeyId>,
    pub(crate) name: String,
    pub(crate) secret: KeySecret,
    pub(crate) role: Option<String>,
    pub(crate) revoked: Option<bool>,
    pub(crate) expires_at: Stated<i64>,
}

/// What is kept of a key's secret.
#[derive(Debug)]
pub(crate) struct KeySecret {
    pub(crate) hash: KeyHash,
    pub(crate) last_four: String,
}

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: UserId,
    /// What the identity provider calls them.
    pub(crate) external_id: Stated<String>,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) membership: Membership,
    pub(crate) archived: Option<bool>,
}

/// A control set, a service or a document.
#[derive(Debug)]
pub(crate) struct Named<I> {
    pub(crate) id: I,
    pub(crate) name: String,
    pub(crate) archived: Option<bool>,
}

#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) id: VendorId,
    pub(crate) name: String,
    pub(crate) archived: Option<bool>,
    pub(crate) risk_analyst_ids: Option<Vec<UserId>>,
    pub(crate) services: Vec<Named<ServiceId>>,
    pub(crate) documents: Vec<Named<VendorDocumentId>>,
}

#[derive(Debug)]
pub(crate) struct Workflow {
    /// Where it stands in the file.
    pub(crate) place: String,
    pub(crate) id: WorkflowDefinitionId,
    pub(crate) name: String,
    pub(crate) kind: WorkflowKind,
    pub(crate) enabled: bool,
    pub(crate) archived: Option<bool>,
    pub(crate) components: Option<Vec<Component>>,
    pub(crate) signing_secret: Option<String>,
}

#[derive(Debug)]
pub(crate) struct CustomField {
    pub(crate) id: CustomFieldConfigId,
    pub(crate) field_name: String,
    pub(crate) field_type: CustomFieldType,
    pub(crate) options: Option<Vec<String>>,
    pub(crate) enabled: bool,
    pub(crate) archived: Option<bool>,
}

#[derive(Debug)]
pub(crate) struct Assessment {
    pub(crate) id: AssessmentId,
    pub(crate) vendor_id: VendorId,
    pub(crate) name: String,
    /// Before the archive, if it is archived.
    pub(crate) status: Status,
    pub(crate) control_set_ids: Vec<ControlSetId>,
    pub(crate) service_ids: Vec<ServiceId>,
    pub(crate) supporting_document_ids: Vec<VendorDocumentId>,
    pub(crate) assignee_id: Option<UserId>,
    pub(crate) score_percent: Option<f64>,
    pub(crate) initiated_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) archived_at: Option<i64>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) portal: Option<PortalStatus>,
    pub(crate) custom_fields: Vec<(CustomFieldConfigId, Value)>,
    pub(crate) runs: Vec<Run>,
}

#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) id: FindingId,
    pub(crate) title: Option<String>,
    pub(crate) archived_at: Option<i64>,
}

/// A run of a workflow.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) id: WorkflowRunId,
    pub(crate) workflow_id: WorkflowDefinitionId,
    pub(crate) status: RunStatus,
    pub(crate) started_at: i64,
    pub(crate) completed_at: Option<i64>,
    /// Those that were begun, in order.
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) id: WorkflowRunStepId,
    /// What it carries out.
    pub(crate) component: Component,
    /// How it ended; `None` while it goes on.
    pub(crate) status: Option<StepStatus>,
    pub(crate) message: Option<String>,
    pub(crate) artifacts: Vec<NewArtifact>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}
