//! The check of assessments, which refer to everything else.

use std::collections::{HashMap, HashSet};

use assessments::assessment::CustomFieldType;
use assessments::id::{
    AssessmentId, ControlSetId, CustomFieldConfigId, FindingId, ServiceId, UserId,
    VendorDocumentId, VendorId,
};
use assessments::limits::MAX_TEXT_LENGTH;
use assessments::time::Date;
use serde_json::Value;

use super::fields::{collect, enum_value, known_ids, required_enum_value, unique_id};
use super::run::{RunIds, Workflows, run};
use crate::import::file::{Assessment, Finding};
use crate::import::reader::{Faults, Node, Unique};

/// Bytes of a custom field's value.
const MAX_VALUE_BYTES: usize = 20_000;
/// Runs of an assessment.
const MAX_RUNS: usize = 100;

/// What the assessments of an organization may refer to.
pub(super) struct Known {
    pub(super) users: HashSet<UserId>,
    pub(super) control_sets: HashSet<ControlSetId>,
    pub(super) services: HashMap<VendorId, HashSet<ServiceId>>,
    pub(super) documents: HashMap<VendorId, HashSet<VendorDocumentId>>,
    pub(super) workflows: Workflows,
    pub(super) custom_fields: HashMap<CustomFieldConfigId, (CustomFieldType, Option<Vec<String>>)>,
}

/// Ids of an organization's assessments and of what belongs to them.
#[derive(Default)]
pub(super) struct AssessmentIds {
    assessments: Unique<AssessmentId>,
    findings: Unique<FindingId>,
    runs: RunIds,
}

pub(super) fn assessment(
    node: &Node<'_>,
    known: &Known,
    ids: &mut AssessmentIds,
    faults: &mut Faults,
) -> Option<Assessment> {
    let object = node.object(
        faults,
        &[
            "id",
            "vendor_id",
            "name",
            "status",
            "control_set_ids",
            "service_ids",
            "supporting_document_ids",
            "assignee_id",
            "score_percent",
            "initiated_at",
            "created_at",
            "updated_at",
            "archived_at",
            "findings",
            "portal",
            "custom_fields",
            "runs",
        ],
    )?;
    let id = unique_id(&object, faults, &mut ids.assessments);
    let vendors: HashSet<VendorId> = known.services.keys().cloned().collect();
    let vendor_id = object
        .required(faults, "vendor_id")
        .and_then(|node| node.known_id(faults, &vendors, "the organization's vendors"));
    let name = object.required(faults, "name").and_then(|node| {
        let name = node.text(faults)?.trim().to_owned();
        if name.chars().count() > MAX_TEXT_LENGTH {
            faults.add(&node, format!("at most {MAX_TEXT_LENGTH} characters"));
        }
        Some(name)
    });
    let status = required_enum_value(&object, faults, "status");
    let control_set_ids = known_ids(
        &object,
        faults,
        "control_set_ids",
        &known.control_sets,
        "the organization's control sets",
    );
    let service_ids = known_ids(
        &object,
        faults,
        "service_ids",
        &of_vendor(&known.services, vendor_id.as_ref()),
        "the vendor's services",
    );
    let supporting_document_ids = known_ids(
        &object,
        faults,
        "supporting_document_ids",
        &of_vendor(&known.documents, vendor_id.as_ref()),
        "the vendor's documents",
    );
    let assignee_id = object
        .optional("assignee_id")
        .and_then(|node| node.known_id(faults, &known.users, "the organization's users"));
    let score_percent = object.optional("score_percent").and_then(|node| {
        let score = node.value().as_f64();
        if score.is_none() {
            faults.add(&node, "must be a number, a fraction such as 0.82");
        }
        score
    });
    let initiated_at = object
        .optional("initiated_at")
        .and_then(|node| node.time(faults));
    let created_at = object
        .required(faults, "created_at")
        .and_then(|node| node.time(faults));
    let updated_at = object.required(faults, "updated_at").and_then(|node| {
        let updated = node.time(faults)?;
        if created_at.is_some_and(|created| created > updated) {
            faults.add(&node, "is before created_at");
        }
        Some(updated)
    });
    let archived_at = object.optional("archived_at").and_then(|node| {
        let archived = node.time(faults)?;
        if updated_at.is_some_and(|updated| updated > archived) {
            faults.add(&node, "is before updated_at");
        }
        Some(archived)
    });
    let findings = collect(&object, faults, "findings", |node, faults| {
        finding(node, &mut ids.findings, faults)
    });
    let portal = object
        .optional("portal")
        .and_then(|node| enum_value(&node, faults));
    let mut with_value = Unique::default();
    let custom_fields = collect(&object, faults, "custom_fields", |node, faults| {
        custom_field_value(node, known, &mut with_value, faults)
    });
    let runs = object
        .few_items(faults, "runs", MAX_RUNS)
        .unwrap_or_default();
    let runs = runs
        .iter()
        .filter_map(|node| {
            run(
                node,
                &known.workflows,
                archived_at.is_some(),
                &mut ids.runs,
                faults,
            )
        })
        .collect();
    Some(Assessment {
        id: id?,
        vendor_id: vendor_id?,
        name: name?,
        status: status?,
        control_set_ids,
        service_ids,
        supporting_document_ids,
        assignee_id,
        score_percent,
        initiated_at,
        created_at: created_at?,
        updated_at: updated_at?,
        archived_at,
        findings,
        portal,
        custom_fields,
        runs,
    })
}

/// What of its own a vendor has; nothing, if there is no such vendor.
fn of_vendor<T: Clone>(
    things: &HashMap<VendorId, HashSet<T>>,
    vendor: Option<&VendorId>,
) -> HashSet<T> {
    vendor
        .and_then(|vendor| things.get(vendor))
        .cloned()
        .unwrap_or_default()
}

/// A finding: an object, or its id alone.
fn finding(node: &Node<'_>, ids: &mut Unique<FindingId>, faults: &mut Faults) -> Option<Finding> {
    if node.value().is_string() {
        let id = node.id(faults)?;
        ids.add(faults, node, &id);
        return Some(Finding {
            id,
            title: None,
            archived_at: None,
        });
    }
    let object = node.object(faults, &["id", "title", "archived_at"])?;
    let id = unique_id(&object, faults, ids);
    let title = object.optional("title").and_then(|node| node.text(faults));
    let archived_at = object
        .optional("archived_at")
        .and_then(|node| node.time(faults));
    Some(Finding {
        id: id?,
        title,
        archived_at,
    })
}

fn custom_field_value(
    node: &Node<'_>,
    known: &Known,
    with_value: &mut Unique<CustomFieldConfigId>,
    faults: &mut Faults,
) -> Option<(CustomFieldConfigId, Value)> {
    let object = node.object(faults, &["config_id", "value"])?;
    let configs: HashSet<CustomFieldConfigId> = known.custom_fields.keys().cloned().collect();
    let id = object.required(faults, "config_id").and_then(|node| {
        let id = node.known_id(faults, &configs, "the organization's custom fields")?;
        with_value.add(faults, &node, &id);
        Some(id)
    });
    let value = object.required(faults, "value");
    let (id, value) = (id?, value?);
    let (field_type, options) = known.custom_fields.get(&id)?;
    match fault_of_value(value.value(), *field_type, options.as_deref(), &known.users) {
        Some(message) => {
            faults.add(&value, message);
            None
        }
        None if value.value().to_string().len() > MAX_VALUE_BYTES => {
            faults.add(&value, format!("at most {MAX_VALUE_BYTES} bytes as JSON"));
            None
        }
        None => Some((id, value.value().clone())),
    }
}

/// What is wrong with the value of a field of that type (3.3), if anything.
fn fault_of_value(
    value: &Value,
    field_type: CustomFieldType,
    options: Option<&[String]>,
    users: &HashSet<UserId>,
) -> Option<String> {
    // Options that the file does not state are those that are stored already.
    let is_option = |value: &Value| {
        value.as_str().is_some_and(|label| {
            options.is_none_or(|options| options.iter().any(|option| option == label))
        })
    };
    let labels = options.map_or_else(|| "option labels".to_owned(), |options| options.join(", "));
    let is_user = |value: &Value| {
        value
            .as_str()
            .and_then(|text| UserId::parse(text).ok())
            .is_some_and(|id| users.contains(&id))
    };
    let all = |test: &dyn Fn(&Value) -> bool| {
        value.as_array().is_some_and(|items| items.iter().all(test))
    };
    let (good, wanted) = match field_type {
        CustomFieldType::String => (value.is_string(), "a string".to_owned()),
        CustomFieldType::Number => (value.is_number(), "a number".to_owned()),
        CustomFieldType::Boolean => (value.is_boolean(), "true or false".to_owned()),
        CustomFieldType::Date => (
            value.as_str().and_then(Date::parse).is_some(),
            "a date, YYYY-MM-DD".to_owned(),
        ),
        CustomFieldType::Select => (is_option(value), format!("one of {labels}")),
        CustomFieldType::Multiselect => (all(&is_option), format!("an array of {labels}")),
        CustomFieldType::User => (
            all(&is_user),
            "an array of ids of the organization's users".to_owned(),
        ),
    };
    (!good).then(|| format!("must be {wanted}"))
}
