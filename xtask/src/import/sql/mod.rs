//! The SQL that loads an import file, one statement a line.
//!
//! Configuration is brought to what the file says; assessments are only added,
//! for they live on in the API.

mod archived;
mod rules;
mod runs;
mod secrets;
mod table;
mod tables;
mod values;

use anyhow::{Result, bail};
use assessments::id::{Id, Kind};
use serde_json::{Value, json};

use super::file::{Assessment, ImportFile, Named, Organization, Vendor};
use rules::{
    archive_assessments_of_archived_vendors, findings_of_new_assessments, free_external_ids,
    free_workflow_names, guards, ids_of_known_keys, labels_of_stored_options, revocations,
    roles_of_new_keys, words_of_new_assessments, workflow_versions,
};
use table::{MAX_STATEMENT_BYTES, Table, unstated};
use tables::{
    API_KEY_DIRECTORY, API_KEYS, ASSESSMENT_CONTROL_SETS, ASSESSMENT_SERVICES, ASSESSMENTS,
    CONTROL_SETS, CUSTOM_FIELD_CONFIGS, CUSTOM_FIELD_VALUES, DOCUMENT_LINKS, FINDINGS,
    ORGANIZATIONS, PORTALS, SERVICES, USERS, VENDOR_DOCUMENTS, VENDORS, WORKFLOW_DEFINITIONS,
};
use values::{flag, list, or_unstated, rows_of, stated};

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
    statements.extend(ids_of_known_keys(file));
    statements.extend(free_workflow_names(file));
    statements.extend(free_external_ids(file));
    let mut load = |table: &Table, rows: &dyn Fn(&Organization) -> Vec<Value>| {
        let rows: Vec<Value> = file.orgs.iter().flat_map(rows).collect();
        statements.extend(table.load(&rows));
    };
    load(&ORGANIZATIONS, &|org| {
        vec![json!([
            org.id,
            org.name,
            list(org.api_ip_allowlist.as_ref()),
            stated(&org.external_id)
        ])]
    });
    load(&API_KEYS, &|org| {
        let keys = org.api_keys.iter();
        keys.map(|key| {
            json!([
                org.id,
                key.secret.hash.as_str(),
                key.name,
                key.secret.last_four,
                or_unstated(key.role.as_ref()),
                stated(&key.expires_at),
                or_unstated(key.id.as_ref())
            ])
        })
        .collect()
    });
    load(&API_KEY_DIRECTORY, &|org| {
        let keys = org.api_keys.iter();
        keys.map(|key| json!([key.secret.hash.as_str(), org.id]))
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
                    flag(user.archived),
                    stated(&user.external_id)
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
        let fields = org.custom_fields.iter();
        fields
            .map(|field| {
                json!([
                    org.id,
                    field.id,
                    unstated(),
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
    load(&DOCUMENT_LINKS, &|org| {
        of_assessments(org, |assessment| {
            let documents = assessment.supporting_document_ids.iter();
            documents.map(|document| vec![json!(document)]).collect()
        })
    });
    load(&FINDINGS, &|org| of_assessments(org, archived::findings));
    load(&PORTALS, &|org| of_assessments(org, archived::portal));
    load(&CUSTOM_FIELD_VALUES, &|org| {
        of_assessments(org, |assessment| {
            let fields = assessment.custom_fields.iter();
            fields
                .map(|(config, value)| vec![json!(config), json!(value.to_string())])
                .collect()
        })
    });
    statements.extend(labels_of_stored_options(file));
    statements.extend(workflow_versions(file)?);
    statements.extend(runs::statements(file));
    let assessments = rows_of(file, |org| {
        let assessments = org.assessments.iter();
        assessments
            .map(|assessment| archived::assessment(org, assessment))
            .collect()
    });
    statements.extend(words_of_new_assessments(&assessments));
    statements.extend(ASSESSMENTS.load(&assessments));
    statements.extend(findings_of_new_assessments(file));
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
