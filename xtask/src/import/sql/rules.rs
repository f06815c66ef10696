//! Statements besides those that load rows: what must not happen behind the
//! API's back, and what follows from what the file says.

use anyhow::Result;
use assessments::assessment::{CustomFieldType, Status};
use assessments::id::CustomFieldConfigId;
use serde_json::{Value, json};

use super::table::for_rows;
use super::tables::ASSESSMENTS;
use super::values::rows_of;
use crate::import::file::{ImportFile, Stated};

/// A key that the file calls revoked is revoked from now on, or stays revoked
/// since when it was. Only an explicit `"revoked": false` gives a key back.
pub(super) fn revocations(file: &ImportFile) -> Vec<String> {
    let update = |revoked: bool, set: &str, when: &str| {
        let keys: Vec<Value> = file
            .orgs
            .iter()
            .flat_map(|org| {
                let keys = org.api_keys.iter();
                keys.filter(|key| key.revoked == Some(revoked))
                    .map(|key| json!([org.id, key.secret.hash.as_str()]))
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
pub(super) fn guards(file: &ImportFile) -> Vec<String> {
    let keys: Vec<Value> = rows_of(file, |org| {
        let keys = org.api_keys.iter();
        keys.map(|key| json!([key.secret.hash.as_str(), org.id]))
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
pub(super) fn free_workflow_names(file: &ImportFile) -> Vec<String> {
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

/// What an archive does to an assessment, for the Worker to bind: `?3` is when, `?4`
/// the statuses that it leaves.
const ARCHIVE: &str = include_str!("../../../../worker/src/storage/archive.sql");

/// Archiving a vendor archives its assessments (section 8).
pub(super) fn archive_assessments_of_archived_vendors(file: &ImportFile) -> Vec<String> {
    let statuses = format!("'{}'", Status::archive_map());
    let on_one_line = ARCHIVE.split_whitespace().collect::<Vec<_>>().join(" ");
    let archive = on_one_line
        .replace("?3", "unixepoch()")
        .replace("?4", &statuses);
    let vendors = rows_of(file, |org| {
        let vendors = org.vendors.iter();
        // One that the file says nothing of may be archived already.
        let vendors = vendors.filter(|vendor| vendor.archived != Some(false));
        vendors.map(|vendor| json!([org.id, vendor.id])).collect()
    });
    for_rows(&vendors, |rows| {
        format!(
            "{archive} AND (org_id, vendor_id) IN (SELECT v.org_id, v.id FROM json_each({rows}) f JOIN vendors v ON v.org_id = f.value ->> 0 AND v.id = f.value ->> 1 WHERE v.is_archived = 1);"
        )
    })
}

/// A new key must have a role: nobody is to get one by leaving it out.
pub(super) fn roles_of_new_keys(file: &ImportFile) -> Vec<String> {
    let keys = rows_of(file, |org| {
        let keys = org.api_keys.iter().filter(|key| key.role.is_none());
        keys.map(|key| json!([key.place, org.id, key.secret.hash.as_str()]))
            .collect()
    });
    for_rows(&keys, |rows| {
        format!(
            "INSERT INTO import_demand (place, missing) SELECT f.value ->> 0, '\"role\" is missing, and the key is new' FROM json_each({rows}) f WHERE NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.org_id = f.value ->> 1 AND k.secret_sha256 = f.value ->> 2);"
        )
    })
}

/// A key keeps its id, which records of its calls name.
pub(super) fn ids_of_known_keys(file: &ImportFile) -> Vec<String> {
    let keys = rows_of(file, |org| {
        let keys = org.api_keys.iter();
        keys.filter_map(|key| {
            let id = key.id.as_ref()?;
            Some(json!([key.place, org.id, key.secret.hash.as_str(), id]))
        })
        .collect()
    });
    for_rows(&keys, |rows| {
        format!(
            "INSERT INTO import_demand (place, missing) SELECT f.value ->> 0, '\"id\" is not the one that the key has already, ' || k.id FROM json_each({rows}) f JOIN api_keys k ON k.org_id = f.value ->> 1 AND k.secret_sha256 = f.value ->> 2 WHERE k.id <> f.value ->> 3;"
        )
    })
}

/// What an identity provider calls organizations and people may move from one to
/// another, in any order of the file's rows: it is taken from those that get another.
pub(super) fn free_external_ids(file: &ImportFile) -> Vec<String> {
    let of_orgs = rows_of(file, |org| match &org.external_id {
        Stated::Unstated => vec![],
        Stated::Nothing => vec![json!([org.id, null])],
        Stated::Value(id) => vec![json!([org.id, id])],
    });
    let of_users = rows_of(file, |org| {
        let users = org.users.iter();
        users
            .filter_map(|user| match &user.external_id {
                Stated::Unstated => None,
                Stated::Nothing => Some(json!([org.id, user.id, null])),
                Stated::Value(id) => Some(json!([org.id, user.id, id])),
            })
            .collect()
    });
    let mut statements = for_rows(&of_orgs, |rows| {
        format!(
            "UPDATE organizations AS o SET external_id = NULL WHERE external_id IS NOT NULL AND EXISTS (SELECT 1 FROM json_each({rows}) f WHERE f.value ->> 0 = o.id AND f.value ->> 1 IS NOT o.external_id);"
        )
    });
    statements.extend(for_rows(&of_users, |rows| {
        format!(
            "UPDATE users AS u SET external_id = NULL WHERE external_id IS NOT NULL AND EXISTS (SELECT 1 FROM json_each({rows}) f WHERE f.value ->> 0 = u.org_id AND f.value ->> 1 = u.id AND f.value ->> 2 IS NOT u.external_id);"
        )
    }));
    statements
}

/// Where the file does not state the options of a field, a label must be one of
/// those that are stored.
pub(super) fn labels_of_stored_options(file: &ImportFile) -> Vec<String> {
    let labelled = rows_of(file, |org| {
        let unstated = |config: &CustomFieldConfigId| {
            org.custom_fields.iter().any(|field| {
                let has_options = matches!(
                    field.field_type,
                    CustomFieldType::Select | CustomFieldType::Multiselect
                );
                field.id == *config && has_options && field.options.is_none()
            })
        };
        let values = org.assessments.iter().flat_map(|assessment| {
            let values = assessment.custom_fields.iter();
            values.map(move |(config, value)| (assessment, config, value))
        });
        values
            .filter(|(_, config, _)| unstated(config))
            .map(|(assessment, config, value)| {
                let place = format!("assessment {}, custom field {config}", assessment.id);
                let labels = match value {
                    Value::Array(labels) => json!(labels),
                    label => json!([label]),
                };
                json!([place, org.id, assessment.id, config, labels])
            })
            .collect()
    });
    for_rows(&labelled, |rows| {
        format!(
            "INSERT INTO import_demand (place, missing) SELECT f.value ->> 0, 'a label is none of the options that are stored' FROM json_each({rows}) f JOIN custom_field_configs c ON c.org_id = f.value ->> 1 AND c.id = f.value ->> 3 WHERE NOT EXISTS (SELECT 1 FROM assessments a WHERE a.org_id = f.value ->> 1 AND a.id = f.value ->> 2) AND EXISTS (SELECT 1 FROM json_each(f.value -> 4) l WHERE l.value NOT IN (SELECT o.value FROM json_each(c.options) o));"
        )
    })
}

/// A definition whose components are others than those of its latest version
/// gets a new version; runs keep theirs. Without components there is none to
/// begin with, and an empty one after others.
pub(super) fn workflow_versions(file: &ImportFile) -> Result<Vec<String>> {
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

/// The words by which assessments of the file that are not there yet will be searched for.
/// Nothing does it for whoever inserts assessments, as the migration explains.
pub(super) fn words_of_new_assessments(assessments: &[Value]) -> Vec<String> {
    let column = |name: &str| {
        let mut columns = ASSESSMENTS.key.iter().chain(ASSESSMENTS.columns);
        let index = columns.position(|column| *column == name);
        format!("f.value ->> {}", index.unwrap_or_default())
    };
    for_rows(assessments, |rows| {
        format!(
            "INSERT INTO search_assessment (org_id, id, created_at, words) SELECT v.org_id, {id}, {created_at}, {name} || ' ' || v.name || ' ' || substr({id}, 8, 8) FROM json_each({rows}) f CROSS JOIN vendors v ON v.org_id = f.value ->> 0 AND v.id = {vendor_id} WHERE NOT EXISTS (SELECT 1 FROM assessments WHERE org_id = f.value ->> 0 AND id = {id});",
            id = column("id"),
            created_at = column("created_at"),
            name = column("name"),
            vendor_id = column("vendor_id"),
        )
    })
}

/// Findings are counted as they come, but those of a file come before their assessments.
pub(super) fn findings_of_new_assessments(file: &ImportFile) -> Vec<String> {
    let assessments: Vec<Value> = rows_of(file, |org| {
        let assessments = org.assessments.iter();
        assessments
            .filter(|assessment| !assessment.findings.is_empty())
            .map(|assessment| json!([org.id, assessment.id]))
            .collect()
    });
    for_rows(&assessments, |rows| {
        format!(
            "UPDATE assessments SET open_findings = (SELECT count(*) FROM findings f WHERE f.org_id = assessments.org_id AND f.assessment_id = assessments.id AND f.archived_at IS NULL) WHERE (org_id, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each({rows}));"
        )
    })
}
