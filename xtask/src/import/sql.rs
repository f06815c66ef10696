//! The SQL that loads an import file, one statement a line.
//!
//! Rows travel as JSON literals that SQLite unpacks, so that a statement holds
//! hundreds of rows. Configuration is brought to what the file says;
//! assessments are only added, for they live on in the API.

use std::fmt::Write as _;

use assessments::assessment::Status;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::file::{ImportFile, Organization};

/// Bytes of JSON in one statement; D1 refuses statements over 100 kB.
const CHUNK_BYTES: usize = 60_000;

/// A table and how its rows are written.
struct Table {
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [&'static str],
    on_conflict: OnConflict,
}

enum OnConflict {
    /// The row becomes what the file says, if it is not so already.
    Update,
    /// The row stays as it is.
    Keep,
}

const ORG_AND_ID: &[&str] = &["org_id", "id"];

const ORGANIZATIONS: Table = Table {
    name: "organizations",
    key: &["id"],
    columns: &["name", "api_ip_allowlist"],
    on_conflict: OnConflict::Update,
};
const API_KEY_DIRECTORY: Table = Table {
    name: "api_key_directory",
    key: &["secret_sha256"],
    columns: &["org_id"],
    on_conflict: OnConflict::Update,
};
const API_KEYS: Table = Table {
    name: "api_keys",
    key: &["org_id", "secret_sha256"],
    columns: &["name", "last_characters", "role", "expires_at"],
    on_conflict: OnConflict::Update,
};
const USERS: Table = Table {
    name: "users",
    key: ORG_AND_ID,
    columns: &["name", "email", "membership", "is_archived"],
    on_conflict: OnConflict::Update,
};
const VENDORS: Table = Table {
    name: "vendors",
    key: ORG_AND_ID,
    columns: &["name", "risk_analyst_ids", "is_archived"],
    on_conflict: OnConflict::Update,
};
const SERVICES: Table = Table {
    name: "services",
    key: ORG_AND_ID,
    columns: &["vendor_id", "name", "is_archived"],
    on_conflict: OnConflict::Update,
};
const VENDOR_DOCUMENTS: Table = Table {
    name: "vendor_documents",
    ..SERVICES
};
const CONTROL_SETS: Table = Table {
    name: "control_sets",
    key: ORG_AND_ID,
    columns: &["name", "is_archived"],
    on_conflict: OnConflict::Update,
};
const WORKFLOW_DEFINITIONS: Table = Table {
    name: "workflow_definitions",
    key: ORG_AND_ID,
    columns: &["name", "kind", "is_enabled", "is_archived"],
    on_conflict: OnConflict::Update,
};
const CUSTOM_FIELD_CONFIGS: Table = Table {
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
    on_conflict: OnConflict::Update,
};
const ASSESSMENTS: Table = Table {
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
    ],
    on_conflict: OnConflict::Keep,
};
const ASSESSMENT_CONTROL_SETS: Table = Table {
    name: "assessment_control_sets",
    key: &["org_id", "assessment_id", "position"],
    columns: &["control_set_id"],
    on_conflict: OnConflict::Keep,
};
const ASSESSMENT_SERVICES: Table = Table {
    name: "assessment_services",
    key: &["org_id", "assessment_id", "position"],
    columns: &["service_id"],
    on_conflict: OnConflict::Keep,
};
const FINDINGS: Table = Table {
    name: "findings",
    key: &["org_id", "assessment_id", "id"],
    columns: &[],
    on_conflict: OnConflict::Keep,
};
const PORTALS: Table = Table {
    name: "portals",
    key: &["org_id", "assessment_id"],
    columns: &["status"],
    on_conflict: OnConflict::Keep,
};
const CUSTOM_FIELD_VALUES: Table = Table {
    name: "custom_field_values",
    key: &["org_id", "assessment_id", "config_id"],
    columns: &["value"],
    on_conflict: OnConflict::Keep,
};

/// The statements that load `file`, each without a line break.
pub(crate) fn statements(file: &ImportFile) -> Vec<String> {
    let mut statements = Vec::new();
    let mut load = |table: &Table, rows: &dyn Fn(&Organization) -> Vec<Value>| {
        let rows: Vec<Value> = file.orgs.iter().flat_map(rows).collect();
        statements.extend(table.load(&rows));
    };
    load(&ORGANIZATIONS, &|org| {
        vec![json!([
            org.id,
            org.name,
            json!(org.api_ip_allowlist).to_string()
        ])]
    });
    load(&API_KEYS, &|org| {
        let keys = org.api_keys.iter();
        keys.map(|key| {
            json!([
                org.id,
                sha256(key.secret.secret()),
                key.name,
                key.secret.last_characters(),
                key.role,
                key.expires_at
            ])
        })
        .collect()
    });
    load(&API_KEY_DIRECTORY, &|org| {
        let keys = org.api_keys.iter();
        keys.map(|key| json!([sha256(key.secret.secret()), org.id]))
            .collect()
    });
    load(&USERS, &|org| {
        let users = org.users.iter();
        users
            .map(|user| {
                json!([
                    org.id,
                    user.id,
                    user.name,
                    user.email,
                    user.membership,
                    i32::from(user.archived)
                ])
            })
            .collect()
    });
    load(&VENDORS, &|org| {
        let vendors = org.vendors.iter();
        vendors
            .map(|vendor| {
                json!([
                    org.id,
                    vendor.id,
                    vendor.name,
                    json!(vendor.risk_analyst_ids).to_string(),
                    i32::from(vendor.archived)
                ])
            })
            .collect()
    });
    load(&SERVICES, &|org| {
        let vendors = org.vendors.iter();
        vendors
            .flat_map(|vendor| {
                vendor.services.iter().map(|service| {
                    json!([
                        org.id,
                        service.id,
                        vendor.id,
                        service.name,
                        i32::from(service.archived)
                    ])
                })
            })
            .collect()
    });
    load(&VENDOR_DOCUMENTS, &|org| {
        let vendors = org.vendors.iter();
        vendors
            .flat_map(|vendor| {
                vendor.documents.iter().map(|document| {
                    json!([
                        org.id,
                        document.id,
                        vendor.id,
                        document.name,
                        i32::from(document.archived)
                    ])
                })
            })
            .collect()
    });
    load(&CONTROL_SETS, &|org| {
        let control_sets = org.control_sets.iter();
        control_sets
            .map(|set| json!([org.id, set.id, set.name, i32::from(set.archived)]))
            .collect()
    });
    load(&WORKFLOW_DEFINITIONS, &|org| {
        let workflows = org.workflows.iter();
        workflows
            .map(|workflow| {
                json!([
                    org.id,
                    workflow.id,
                    workflow.name,
                    workflow.kind,
                    i32::from(workflow.enabled),
                    i32::from(workflow.archived)
                ])
            })
            .collect()
    });
    load(&CUSTOM_FIELD_CONFIGS, &|org| {
        let fields = org.custom_fields.iter().enumerate();
        fields
            .map(|(position, field)| {
                json!([
                    org.id,
                    field.id,
                    position,
                    field.field_name,
                    field.field_type,
                    json!(field.options).to_string(),
                    i32::from(field.enabled),
                    i32::from(field.archived)
                ])
            })
            .collect()
    });
    load(&ASSESSMENTS, &|org| {
        let assessments = org.assessments.iter();
        assessments
            .map(|assessment| {
                json!([
                    org.id,
                    assessment.id,
                    assessment.vendor_id,
                    assessment.name,
                    assessment.status,
                    assessment.assignee_id,
                    assessment.score_percent,
                    assessment.initiated_at,
                    assessment.created_at,
                    assessment.updated_at
                ])
            })
            .collect()
    });
    load(&ASSESSMENT_CONTROL_SETS, &|org| {
        let assessments = org.assessments.iter();
        assessments
            .flat_map(|assessment| {
                let ids = assessment.control_set_ids.iter().enumerate();
                ids.map(|(position, id)| json!([org.id, assessment.id, position, id]))
            })
            .collect()
    });
    load(&ASSESSMENT_SERVICES, &|org| {
        let assessments = org.assessments.iter();
        assessments
            .flat_map(|assessment| {
                let ids = assessment.service_ids.iter().enumerate();
                ids.map(|(position, id)| json!([org.id, assessment.id, position, id]))
            })
            .collect()
    });
    load(&FINDINGS, &|org| {
        let assessments = org.assessments.iter();
        assessments
            .flat_map(|assessment| {
                let findings = assessment.findings.iter();
                findings.map(|finding| json!([org.id, assessment.id, finding]))
            })
            .collect()
    });
    load(&PORTALS, &|org| {
        let assessments = org.assessments.iter();
        assessments
            .filter_map(|assessment| {
                let status = assessment.portal.as_ref()?;
                Some(json!([org.id, assessment.id, status]))
            })
            .collect()
    });
    load(&CUSTOM_FIELD_VALUES, &|org| {
        let assessments = org.assessments.iter();
        assessments
            .flat_map(|assessment| {
                let fields = assessment.custom_fields.iter();
                fields.map(|(config, value)| {
                    json!([org.id, assessment.id, config, value.to_string()])
                })
            })
            .collect()
    });
    statements.extend(revocations(file));
    statements.push(archive_assessments_of_archived_vendors());
    statements
}

impl Table {
    /// Statements that write `rows`, each an array of the key's columns and
    /// then the others.
    fn load(&self, rows: &[Value]) -> Vec<String> {
        let mut chunks: Vec<String> = Vec::new();
        for row in rows {
            let row = row.to_string();
            match chunks.last_mut() {
                Some(chunk) if chunk.len() + row.len() < CHUNK_BYTES => {
                    chunk.push(',');
                    chunk.push_str(&row);
                }
                _ => chunks.push(row),
            }
        }
        chunks.iter().map(|rows| self.statement(rows)).collect()
    }

    fn statement(&self, rows: &str) -> String {
        let all: Vec<&str> = self.key.iter().chain(self.columns).copied().collect();
        let values: Vec<String> = (0..all.len())
            .map(|index| format!("value ->> {index}"))
            .collect();
        let mut sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM json_each({}) WHERE true ON CONFLICT ({}) DO ",
            self.name,
            all.join(", "),
            values.join(", "),
            literal(&format!("[{rows}]")),
            self.key.join(", "),
        );
        // Writing to a string cannot fail.
        let _ = match self.on_conflict {
            OnConflict::Update => {
                let update = |column: &&str| format!("{column} = excluded.{column}");
                let updates: Vec<String> = self.columns.iter().map(update).collect();
                let excluded: Vec<String> = self
                    .columns
                    .iter()
                    .map(|column| format!("excluded.{column}"))
                    .collect();
                let current: Vec<String> = self
                    .columns
                    .iter()
                    .map(|column| format!("{}.{column}", self.name))
                    .collect();
                write!(
                    sql,
                    "UPDATE SET {} WHERE ({}) IS NOT ({});",
                    updates.join(", "),
                    current.join(", "),
                    excluded.join(", ")
                )
            }
            OnConflict::Keep => write!(sql, "NOTHING;"),
        };
        sql
    }
}

/// A key that the file calls revoked is revoked from now on, or stays revoked
/// since when it was; one that it does not call revoked is not.
fn revocations(file: &ImportFile) -> Vec<String> {
    let keys = |revoked: bool| -> Vec<Value> {
        file.orgs
            .iter()
            .flat_map(|org| {
                let keys = org.api_keys.iter().filter(|key| key.revoked == revoked);
                keys.map(|key| json!([org.id, sha256(key.secret.secret())]))
            })
            .collect()
    };
    let update = |keys: Vec<Value>, set: &str, when: &str| {
        format!(
            "UPDATE api_keys SET revoked_at = {set} WHERE revoked_at {when} AND (org_id, secret_sha256) IN (SELECT value ->> 0, value ->> 1 FROM json_each({}));",
            literal(&Value::from(keys).to_string())
        )
    };
    vec![
        update(keys(true), "unixepoch()", "IS NULL"),
        update(keys(false), "NULL", "IS NOT NULL"),
    ]
}

/// Archiving a vendor archives its assessments (section 8).
fn archive_assessments_of_archived_vendors() -> String {
    let after: String = Status::ALL
        .iter()
        .map(|status| {
            format!(
                "WHEN '{}' THEN '{}' ",
                status.as_str(),
                status.when_archived().as_str()
            )
        })
        .collect();
    format!(
        "UPDATE assessments SET status_before_archive = status, status = CASE status {after}END, findings_count_at_archive = (SELECT count(*) FROM findings f WHERE f.org_id = assessments.org_id AND f.assessment_id = assessments.id AND f.archived_at IS NULL), updated_at = unixepoch(), archived_at = unixepoch() WHERE archived_at IS NULL AND (org_id, vendor_id) IN (SELECT org_id, id FROM vendors WHERE is_archived = 1);"
    )
}

/// A string as an SQL literal. JSON escapes line breaks and NUL characters.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
