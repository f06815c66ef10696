//! The tables that an import writes.

use super::table::{OnConflict, Table};

const ORG_AND_ID: &[&str] = &["org_id", "id"];
/// Nothing is archived to begin with.
const ARCHIVED: &[(&str, &str)] = &[("is_archived", "0")];

pub(super) const ORGANIZATIONS: Table = Table {
    name: "organizations",
    key: &["id"],
    columns: &["name", "api_ip_allowlist", "external_id"],
    defaults: &[("api_ip_allowlist", "'[]'"), ("external_id", "NULL")],
    on_conflict: OnConflict::Update,
};
pub(super) const API_KEY_DIRECTORY: Table = Table {
    name: "api_key_directory",
    key: &["secret_sha256"],
    columns: &["org_id"],
    defaults: &[],
    on_conflict: OnConflict::Keep,
};
pub(super) const API_KEYS: Table = Table {
    name: "api_keys",
    key: &["org_id", "secret_sha256"],
    columns: &["name", "last_characters", "role", "expires_at", "id"],
    defaults: &[
        ("role", "NULL"),
        ("expires_at", "NULL"),
        ("id", "'cbkey_' || lower(hex(randomblob(16)))"),
    ],
    on_conflict: OnConflict::Update,
};
pub(super) const USERS: Table = Table {
    name: "users",
    key: ORG_AND_ID,
    columns: &["name", "email", "membership", "is_archived", "external_id"],
    defaults: &[("is_archived", "0"), ("external_id", "NULL")],
    on_conflict: OnConflict::Update,
};
pub(super) const VENDORS: Table = Table {
    name: "vendors",
    key: ORG_AND_ID,
    columns: &["name", "risk_analyst_ids", "is_archived"],
    defaults: &[("risk_analyst_ids", "'[]'"), ("is_archived", "0")],
    on_conflict: OnConflict::Update,
};
pub(super) const SERVICES: Table = Table {
    name: "services",
    key: ORG_AND_ID,
    columns: &["vendor_id", "name", "is_archived"],
    defaults: ARCHIVED,
    on_conflict: OnConflict::Update,
};
pub(super) const VENDOR_DOCUMENTS: Table = Table {
    name: "vendor_documents",
    ..SERVICES
};
pub(super) const CONTROL_SETS: Table = Table {
    name: "control_sets",
    key: ORG_AND_ID,
    columns: &["name", "is_archived"],
    defaults: ARCHIVED,
    on_conflict: OnConflict::Update,
};
pub(super) const WORKFLOW_DEFINITIONS: Table = Table {
    name: "workflow_definitions",
    key: ORG_AND_ID,
    columns: &["name", "kind", "is_enabled", "is_archived"],
    defaults: ARCHIVED,
    on_conflict: OnConflict::Update,
};
pub(super) const CUSTOM_FIELD_CONFIGS: Table = Table {
    name: "custom_field_configs",
    key: ORG_AND_ID,
    columns: &[
        "position",
        "field_name",
        "field_type",
        "options",
        "is_enabled",
        "is_archived",
    ],
    defaults: &[
        // A field keeps its place, whatever else a file mentions; new ones come
        // behind those that are there.
        (
            "position",
            "(SELECT coalesce(max(c.position), -1) FROM custom_field_configs c WHERE c.org_id = f.value ->> 0) + 1 + f.key",
        ),
        ("options", "'[]'"),
        ("is_archived", "0"),
    ],
    on_conflict: OnConflict::Update,
};
pub(super) const ASSESSMENTS: Table = Table {
    name: "assessments",
    key: ORG_AND_ID,
    columns: &[
        "vendor_id",
        "name",
        "status",
        "assignee_id",
        "score_percent",
        "initiated_at",
        "created_at",
        "updated_at",
        "archived_at",
        "findings_count_at_archive",
        "status_before_archive",
    ],
    defaults: &[],
    on_conflict: OnConflict::Keep,
};
pub(super) const ASSESSMENT_CONTROL_SETS: Table = Table {
    name: "assessment_control_sets",
    key: &["org_id", "assessment_id", "position"],
    columns: &["control_set_id"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
pub(super) const ASSESSMENT_SERVICES: Table = Table {
    name: "assessment_services",
    key: &["org_id", "assessment_id", "position"],
    columns: &["service_id"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
pub(super) const DOCUMENT_LINKS: Table = Table {
    name: "document_links",
    key: &["org_id", "assessment_id", "document_id"],
    columns: &[],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
pub(super) const FINDINGS: Table = Table {
    name: "findings",
    key: &["org_id", "assessment_id", "id"],
    columns: &["title", "archived_at"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
pub(super) const PORTALS: Table = Table {
    name: "portals",
    key: &["org_id", "assessment_id"],
    columns: &["status", "status_before_archive"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
pub(super) const CUSTOM_FIELD_VALUES: Table = Table {
    name: "custom_field_values",
    key: &["org_id", "assessment_id", "config_id"],
    columns: &["value"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
