//! What a dashboard asks (15): whom it acts for and what it may do, what there is to choose
//! from, and assessments with the names of what they refer to.

use serde::{Deserialize, Serialize};

use crate::assessment::{CustomField, Status};
use crate::id::{ApiKeyId, OrganizationId};
use crate::route::Permission;
use crate::shape::{wire, wire_enum};
use crate::stored::StoredId;
use crate::time::Timestamp;
use crate::workflow::run::RunStatus;

/// Services, documents or findings that are listed of one thing, at most. Nobody chooses
/// from more without a search.
pub const MAX_LISTED: usize = 500;
/// Runs that are listed of an assessment, and risk analysts of a vendor, at most.
pub const MAX_LISTED_RUNS: usize = 100;

wire! {
/// The answer of `GET /v1/dashboard/me`: who calls, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The organization that the credential belongs to.
    pub organization: NamedOrganization,
    /// The person whom a session acts for; `null` for a key.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub user: Option<NamedUser>,
    /// The key that calls; `null` for a session.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub key: Option<NamedKey>,
    /// The role that the credential acts in.
    pub role: String,
    /// What that role may call.
    pub routes: Vec<Permission>,
    /// What the deployment is for.
    pub environment: Environment,
}

/// An organization by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedOrganization {
    /// The organization.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
}

/// A user by their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedUser {
    /// The user.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Their name.
    pub name: String,
}

/// A key by its name, which is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedKey {
    /// The key.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
}
}

wire_enum! {
    /// What a deployment is for.
    pub enum Environment {
        /// To try things out: keys may be used from a browser.
        Development = "development",
        /// To be used.
        Production = "production",
    }
}

wire! {
/// A page of `GET /v1/dashboard/vendors`: vendors that are not archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VendorPage {
    /// By name, or the newest first if something is searched for.
    pub items: Vec<ListedVendor>,
    /// Where the next page begins; `null` if this is the last.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_cursor: Option<String>,
}

/// A vendor in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedVendor {
    /// The vendor.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Its name.
    pub name: String,
    /// The assessment of it that was created last, archived or not.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_assessment: Option<LastAssessment>,
}

/// The newest assessment of a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastAssessment {
    /// The assessment.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Where it stands.
    pub status: Status,
    /// Unix seconds.
    pub created_at: Timestamp,
}

/// The answer of `GET /v1/dashboard/vendors/{vendor_id}`: a vendor, and what a create may
/// name of it. What is archived is not among it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VendorDetail {
    /// The vendor.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Its name.
    pub name: String,
    /// By name, at most 500.
    pub services: Vec<Named>,
    /// By name, at most 500.
    pub documents: Vec<Named>,
    /// In the order in which they are responsible, at most 100.
    pub risk_analysts: Vec<RiskAnalyst>,
}

/// Something by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// What it is.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Its name.
    pub name: String,
}

/// A person responsible for a vendor, as it was stored: perhaps nobody who is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RiskAnalyst {
    /// The user.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Their name; `null` if there is no such user.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub name: Option<String>,
}

/// A page of `GET /v1/dashboard/control-sets`: those that are not archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ControlSetPage {
    /// By name, or the newest first if something is searched for.
    pub items: Vec<Named>,
    /// Where the next page begins; `null` if this is the last.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_cursor: Option<String>,
}

/// A page of `GET /v1/dashboard/users`: those that assessments may be assigned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserPage {
    /// By name, or the newest first if something is searched for.
    pub items: Vec<ListedUser>,
    /// Where the next page begins; `null` if this is the last.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_cursor: Option<String>,
}

/// A user in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedUser {
    /// The user.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// A page of `GET /v1/dashboard/workflows`: those that are not archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkflowPage {
    /// By name, or the newest first if something is searched for.
    pub items: Vec<ListedWorkflow>,
    /// Where the next page begins; `null` if this is the last.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_cursor: Option<String>,
}

/// A workflow in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedWorkflow {
    /// The workflow's definition.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Its name, by which a create names it.
    pub name: String,
    /// Whether a create may name it.
    pub is_enabled: bool,
    /// Steps of its latest version; 0 if someone else runs it.
    pub steps: u32,
}

/// A page of `GET /v1/dashboard/assessments`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssessmentPage {
    /// In the order that was asked for. There may be fewer than were asked for, even none,
    /// although there are more.
    pub items: Vec<ListedAssessment>,
    /// Where the next page begins; `null` if this is the last.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_cursor: Option<String>,
}

/// An assessment in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedAssessment {
    /// The assessment.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// The vendor under assessment.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub vendor_id: StoredId,
    /// Its name, archived or not; `null` if there is no such vendor.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub vendor_name: Option<String>,
    /// Never empty, not necessarily unique.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// In request order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub control_set_ids: Vec<StoredId>,
    /// In request order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub service_ids: Vec<StoredId>,
    /// The person responsible.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<String>))]
    pub assignee_id: Option<StoredId>,
    /// Their name, still there or not; `null` if there is no such user.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub assignee_name: Option<String>,
    /// A fraction, typically 0 to 1; `null` until scored.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub score_percent: Option<f64>,
    /// Findings that are not archived; as it was just before an archive.
    pub findings_count: u32,
    /// When work began, Unix seconds.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub initiated_at: Option<Timestamp>,
    /// Unix seconds.
    pub created_at: Timestamp,
    /// Last change, Unix seconds.
    pub updated_at: Timestamp,
    /// The run of a workflow that was started last, if any.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<String>))]
    pub workflow_run_id: Option<StoredId>,
    /// Whether it is archived.
    pub is_archived: bool,
}

/// The answer of `GET /v1/dashboard/assessments/{assessment_id}`: an assessment with all
/// that a page shows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssessmentDetail {
    /// The assessment.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// The vendor under assessment.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub vendor_id: StoredId,
    /// Its name, archived or not; `null` if there is no such vendor.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub vendor_name: Option<String>,
    /// Never empty, not necessarily unique.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// In request order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub control_set_ids: Vec<StoredId>,
    /// In request order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub service_ids: Vec<StoredId>,
    /// The person responsible.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<String>))]
    pub assignee_id: Option<StoredId>,
    /// Their name, still there or not; `null` if there is no such user.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub assignee_name: Option<String>,
    /// A fraction, typically 0 to 1; `null` until scored.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub score_percent: Option<f64>,
    /// Findings that are not archived; as it was just before an archive.
    pub findings_count: u32,
    /// When work began, Unix seconds.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub initiated_at: Option<Timestamp>,
    /// Unix seconds.
    pub created_at: Timestamp,
    /// Last change, Unix seconds.
    pub updated_at: Timestamp,
    /// The run of a workflow that was started last, if any.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<String>))]
    pub workflow_run_id: Option<StoredId>,
    /// Whether it is archived.
    pub is_archived: bool,
    /// Fields of the organization's own that have a value.
    pub custom_fields: Vec<CustomField>,
    /// What the ids above are called, users in custom fields included, each once; archived
    /// or not. What is not known has no entry.
    pub names: Vec<Named>,
    /// The documents that are its evidence, archived or not, at most 500.
    pub documents: Vec<Named>,
    /// Its findings, those that its archive archived included, at most 500.
    pub findings: Vec<ListedFinding>,
    /// The runs of workflows for it, the newest first, at most 100.
    pub runs: Vec<ListedRun>,
}

/// A finding of an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedFinding {
    /// The finding.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// What was found, if that is known here.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub title: Option<String>,
}

/// A run of a workflow, without its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedRun {
    /// The run.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub workflow_run_id: StoredId,
    /// The workflow's name.
    pub workflow_name: String,
    /// The workflow's definition.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub workflow_definition_id: StoredId,
    /// Where it stands.
    pub status: RunStatus,
    /// Unix seconds.
    pub started_at: Timestamp,
    /// Unix seconds; `null` while it goes on.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub completed_at: Option<Timestamp>,
    /// What it waits for now, if it waits for an event.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub awaited_event: Option<AwaitedEvent>,
}

/// The event that a run waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AwaitedEvent {
    /// What it is called where it is sent, which is
    /// `POST /v1/workflows/runs/{workflow_run_id}/events`.
    pub name: String,
    /// The component of the workflow whose step waits.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub component_id: StoredId,
    /// Until when it is waited for, Unix seconds.
    pub deadline: Timestamp,
    /// Whether it must bring what an analyser found.
    pub applies_report: bool,
}
}
