//! The SQL that loads an import file, one statement a line.
//!
//! Configuration is brought to what the file says; assessments are only added,
//! for they live on in the API.

use anyhow::{Result, bail};
use assessments::assessment::Status;
use assessments::id::{Id, Kind};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::file::{Assessment, ImportFile, Named, Organization, Stated, Vendor};
use super::secrets;
use super::table::{MAX_STATEMENT_BYTES, OnConflict, Table, for_rows, unstated};

const ORG_AND_ID: &[&str] = &["org_id", "id"];
/// Nothing is archived to begin with.
const ARCHIVED: &[(&str, &str)] = &[("is_archived", "0")];

const ORGANIZATIONS: Table = Table {
    name: "organizations",
    key: &["id"],
    columns: &["name", "api_ip_allowlist"],
    defaults: &[("api_ip_allowlist", "'[]'")],
    on_conflict: OnConflict::Update,
};
const API_KEY_DIRECTORY: Table = Table {
    name: "api_key_directory",
    key: &["secret_sha256"],
    columns: &["org_id"],
    defaults: &[],
    on_conflict: OnConflict::Keep,
};
const API_KEYS: Table = Table {
    name: "api_keys",
    key: &["org_id", "secret_sha256"],
    columns: &["name", "last_characters", "role", "expires_at"],
    defaults: &[("role", "NULL"), ("expires_at", "NULL")],
    on_conflict: OnConflict::Update,
};
const USERS: Table = Table {
    name: "users",
    key: ORG_AND_ID,
    columns: &["name", "email", "membership", "is_archived"],
    defaults: ARCHIVED,
    on_conflict: OnConflict::Update,
};
const VENDORS: Table = Table {
    name: "vendors",
    key: ORG_AND_ID,
    columns: &["name", "risk_analyst_ids", "is_archived"],
    defaults: &[("risk_analyst_ids", "'[]'"), ("is_archived", "0")],
    on_conflict: OnConflict::Update,
};
const SERVICES: Table = Table {
    name: "services",
    key: ORG_AND_ID,
    columns: &["vendor_id", "name", "is_archived"],
    defaults: ARCHIVED,
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
    defaults: ARCHIVED,
    on_conflict: OnConflict::Update,
};
const WORKFLOW_DEFINITIONS: Table = Table {
    name: "workflow_definitions",
    key: ORG_AND_ID,
    columns: &["name", "kind", "is_enabled", "is_archived"],
    defaults: ARCHIVED,
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
    defaults: &[("options", "'[]'"), ("is_archived", "0")],
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
    defaults: &[],
    on_conflict: OnConflict::Keep,
};
const ASSESSMENT_CONTROL_SETS: Table = Table {
    name: "assessment_control_sets",
    key: &["org_id", "assessment_id", "position"],
    columns: &["control_set_id"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
const ASSESSMENT_SERVICES: Table = Table {
    name: "assessment_services",
    key: &["org_id", "assessment_id", "position"],
    columns: &["service_id"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
const FINDINGS: Table = Table {
    name: "findings",
    key: &["org_id", "assessment_id", "id"],
    columns: &[],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
const PORTALS: Table = Table {
    name: "portals",
    key: &["org_id", "assessment_id"],
    columns: &["status"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};
const CUSTOM_FIELD_VALUES: Table = Table {
    name: "custom_field_values",
    key: &["org_id", "assessment_id", "config_id"],
    columns: &["value"],
    defaults: &[],
    on_conflict: OnConflict::OfNewAssessments,
};

/// The statements that load `file`, each without a line break.
///
/// # Errors
/// A row is too large for a statement of D1.
pub(crate) fn statements(file: &ImportFile) -> Result<Vec<String>> {
    // What belongs to an assessment is written before it, only if it is not
    // there yet; references are checked at the end of the transaction.
    let mut statements = vec!["PRAGMA defer_foreign_keys = on;".to_owned()];
    statements.extend(guards(file));
    statements.extend(roles_of_new_keys(file));
    statements.extend(free_workflow_names(file));
    let mut load = |table: &Table, rows: &dyn Fn(&Organization) -> Vec<Value>| {
        let rows: Vec<Value> = file.orgs.iter().flat_map(rows).collect();
        statements.extend(table.load(&rows));
    };
    load(&ORGANIZATIONS, &|org| {
        vec![json!([
            org.id,
            org.name,
            list(org.api_ip_allowlist.as_ref())
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
                or_unstated(key.role.as_ref()),
                match key.expires_at {
                    Stated::Unstated => unstated(),
                    Stated::Nothing => Value::Null,
                    Stated::Value(time) => json!(time),
                }
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
                    flag(user.archived)
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
                    list(vendor.risk_analyst_ids.as_ref()),
                    flag(vendor.archived)
                ])
            })
            .collect()
    });
    load(&SERVICES, &|org| of_vendors(org, |vendor| &vendor.services));
    load(&VENDOR_DOCUMENTS, &|org| {
        of_vendors(org, |vendor| &vendor.documents)
    });
    load(&CONTROL_SETS, &|org| {
        let control_sets = org.control_sets.iter();
        control_sets
            .map(|set| json!([org.id, set.id, set.name, flag(set.archived)]))
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
                    flag(workflow.archived)
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
                    list(field.options.as_ref()),
                    i32::from(field.enabled),
                    flag(field.archived)
                ])
            })
            .collect()
    });
    load(&ASSESSMENT_CONTROL_SETS, &|org| {
        of_assessments(org, |assessment| numbered(&assessment.control_set_ids))
    });
    load(&ASSESSMENT_SERVICES, &|org| {
        of_assessments(org, |assessment| numbered(&assessment.service_ids))
    });
    load(&FINDINGS, &|org| {
        of_assessments(org, |assessment| {
            let findings = assessment.findings.iter();
            findings.map(|finding| vec![json!(finding)]).collect()
        })
    });
    load(&PORTALS, &|org| {
        of_assessments(org, |assessment| {
            let status = assessment.portal.iter();
            status.map(|status| vec![json!(status)]).collect()
        })
    });
    load(&CUSTOM_FIELD_VALUES, &|org| {
        of_assessments(org, |assessment| {
            let fields = assessment.custom_fields.iter();
            fields
                .map(|(config, value)| vec![json!(config), json!(value.to_string())])
                .collect()
        })
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
    statements.extend(workflow_versions(file)?);
    statements.extend(secrets::statements(file));
    statements.extend(revocations(file));
    statements.extend(archive_assessments_of_archived_vendors(file));
    match statements
        .iter()
        .find(|statement| statement.len() > MAX_STATEMENT_BYTES)
    {
        Some(statement) => {
            let start: String = statement.chars().take(400).collect();
            bail!("a row is too large for D1; its statement begins {start}")
        }
        None => Ok(statements),
    }
}

/// Rows of the services or documents of an organization's vendors.
fn of_vendors<K: Kind>(org: &Organization, things: fn(&Vendor) -> &[Named<Id<K>>]) -> Vec<Value> {
    let rows = |vendor| {
        let things = things(vendor).iter();
        things.map(|thing| {
            json!([
                org.id,
                thing.id,
                vendor.id,
                thing.name,
                flag(thing.archived)
            ])
        })
    };
    org.vendors.iter().flat_map(rows).collect()
}

/// Rows of what belongs to an organization's assessments; `rest` gives the
/// columns after the organization and the assessment.
fn of_assessments(org: &Organization, rest: fn(&Assessment) -> Vec<Vec<Value>>) -> Vec<Value> {
    let rows = |assessment: &Assessment| {
        let start = [json!(org.id), json!(assessment.id)];
        let rows = rest(assessment).into_iter();
        rows.map(move |rest| start.iter().cloned().chain(rest).collect::<Value>())
    };
    org.assessments.iter().flat_map(rows).collect()
}

/// Position and id of each entry of a list.
fn numbered<K: Kind>(ids: &[Id<K>]) -> Vec<Vec<Value>> {
    let ids = ids.iter().enumerate();
    ids.map(|(position, id)| vec![json!(position), json!(id)])
        .collect()
}

/// A key that the file calls revoked is revoked from now on, or stays revoked
/// since when it was. Only an explicit `"revoked": false` gives a key back.
fn revocations(file: &ImportFile) -> Vec<String> {
    let update = |revoked: bool, set: &str, when: &str| {
        let keys: Vec<Value> = file
            .orgs
            .iter()
            .flat_map(|org| {
                let keys = org.api_keys.iter();
                keys.filter(|key| key.revoked == Some(revoked))
                    .map(|key| json!([org.id, sha256(key.secret.secret())]))
            })
            .collect();
        for_rows(&keys, |rows| {
            format!(
                "UPDATE api_keys SET revoked_at = {set} WHERE revoked_at {when} AND (org_id, secret_sha256) IN (SELECT value ->> 0, value ->> 1 FROM json_each({rows}));"
            )
        })
    };
    let mut statements = update(true, "unixepoch()", "IS NULL");
    statements.extend(update(false, "NULL", "IS NOT NULL"));
    statements
}

/// What an import must not change behind the API's back: the transaction fails
/// if a key of the file belongs to another organization already, or if a
/// custom field has another type, which its values would not have.
fn guards(file: &ImportFile) -> Vec<String> {
    let keys: Vec<Value> = rows_of(file, |org| {
        let keys = org.api_keys.iter();
        keys.map(|key| json!([sha256(key.secret.secret()), org.id]))
            .collect()
    });
    let fields: Vec<Value> = rows_of(file, |org| {
        let fields = org.custom_fields.iter();
        fields
            .map(|field| json!([org.id, field.id, field.field_type]))
            .collect()
    });
    let mut statements = for_rows(&keys, |rows| {
        format!(
            "INSERT INTO guard (holds) SELECT NOT EXISTS (SELECT 1 FROM json_each({rows}) f JOIN api_key_directory d ON d.secret_sha256 = f.value ->> 0 WHERE d.org_id <> f.value ->> 1);"
        )
    });
    statements.extend(for_rows(&fields, |rows| {
        format!(
            "INSERT INTO guard (holds) SELECT NOT EXISTS (SELECT 1 FROM json_each({rows}) f JOIN custom_field_configs c ON c.org_id = f.value ->> 0 AND c.id = f.value ->> 1 WHERE c.field_type <> f.value ->> 2);"
        )
    }));
    statements
}

/// Names of workflows may move from one definition to another. So that the
/// order of rows does not matter, definitions that change give their names up
/// first, for such as nobody can have typed; the rows of the file then say what
/// they are called.
fn free_workflow_names(file: &ImportFile) -> Vec<String> {
    let workflows = rows_of(file, |org| {
        let workflows = org.workflows.iter();
        workflows
            .map(|workflow| {
                json!([
                    org.id,
                    workflow.id,
                    workflow.name,
                    i32::from(workflow.archived == Some(true))
                ])
            })
            .collect()
    });
    for_rows(&workflows, |rows| {
        format!(
            "UPDATE workflow_definitions SET name = char(10) || id WHERE is_archived = 0 AND EXISTS (SELECT 1 FROM json_each({rows}) f WHERE f.value ->> 0 = workflow_definitions.org_id AND f.value ->> 1 = workflow_definitions.id AND (f.value ->> 2 <> workflow_definitions.name OR f.value ->> 3 = 1));"
        )
    })
}

/// A definition whose components are others than those of its latest version
/// gets a new version; runs keep theirs. Without components there is none to
/// begin with, and an empty one after others.
fn workflow_versions(file: &ImportFile) -> Result<Vec<String>> {
    let mut versions = Vec::new();
    for org in &file.orgs {
        for workflow in &org.workflows {
            let Some(components) = &workflow.components else {
                continue;
            };
            let components = serde_json::to_string(components)?;
            versions.push(json!([org.id, workflow.id, components]));
        }
    }
    Ok(for_rows(&versions, |rows| {
        format!(
            "INSERT INTO workflow_versions (org_id, definition_id, version, components) SELECT f.value ->> 0, f.value ->> 1, 1 + coalesce(latest.version, 0), f.value ->> 2 FROM json_each({rows}) f LEFT JOIN (SELECT org_id, definition_id, max(version) AS version, components FROM workflow_versions GROUP BY org_id, definition_id) latest ON latest.org_id = f.value ->> 0 AND latest.definition_id = f.value ->> 1 WHERE coalesce(latest.components, '[]') <> f.value ->> 2;"
        )
    }))
}

/// Archiving a vendor archives its assessments (section 8), by the rule of
/// `worker/src/storage/archive.rs`.
fn archive_assessments_of_archived_vendors(file: &ImportFile) -> Vec<String> {
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
    let vendors = rows_of(file, |org| {
        let vendors = org.vendors.iter();
        let vendors = vendors.filter(|vendor| vendor.archived == Some(true));
        vendors.map(|vendor| json!([org.id, vendor.id])).collect()
    });
    for_rows(&vendors, |rows| {
        format!(
            "UPDATE assessments SET status_before_archive = status, status = CASE status {after}END, findings_count_at_archive = (SELECT count(*) FROM findings f WHERE f.org_id = assessments.org_id AND f.assessment_id = assessments.id AND f.archived_at IS NULL), updated_at = unixepoch(), archived_at = unixepoch() WHERE archived_at IS NULL AND (org_id, vendor_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each({rows}));"
        )
    })
}

/// A new key must have a role: nobody is to get one by leaving it out.
fn roles_of_new_keys(file: &ImportFile) -> Vec<String> {
    let keys = rows_of(file, |org| {
        let keys = org.api_keys.iter().filter(|key| key.role.is_none());
        keys.map(|key| json!([key.place, org.id, sha256(key.secret.secret())]))
            .collect()
    });
    for_rows(&keys, |rows| {
        format!(
            "INSERT INTO import_demand (place, missing) SELECT f.value ->> 0, '\"role\" is missing, and the key is new' FROM json_each({rows}) f WHERE NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.org_id = f.value ->> 1 AND k.secret_sha256 = f.value ->> 2);"
        )
    })
}

/// A switch as a column holds it.
fn flag(stated: Option<bool>) -> Value {
    stated.map_or_else(unstated, |is_on| json!(i32::from(is_on)))
}

/// A list as a column holds it: as text.
fn list<T: Serialize>(stated: Option<&Vec<T>>) -> Value {
    stated.map_or_else(unstated, |items| json!(json!(items).to_string()))
}

fn or_unstated<T: Serialize>(stated: Option<&T>) -> Value {
    stated.map_or_else(unstated, |value| json!(value))
}

pub(super) fn rows_of(file: &ImportFile, rows: impl Fn(&Organization) -> Vec<Value>) -> Vec<Value> {
    file.orgs.iter().flat_map(rows).collect()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
