//! The import file: its shape, and the check of the whole of it.

use std::collections::{HashMap, HashSet};

use assessments::assessment::{CustomFieldType, Status};
use assessments::credential::ApiKey;
use assessments::id::{
    AssessmentId, ControlSetId, CustomFieldConfigId, FindingId, Id, Kind, OrganizationId,
    ServiceId, UserId, VendorDocumentId, VendorId, WorkflowDefinitionId,
};
use assessments::limits::MAX_TEXT_LENGTH;
use assessments::time::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::reader::{Fault, Faults, Node, Object, Unique};

/// Bytes of a custom field's value.
const MAX_VALUE_BYTES: usize = 20_000;
/// Entries of an allowlist, of a field's options, of a vendor's risk analysts.
const MAX_ENTRIES: usize = 100;
/// The role of a key that names none.
const DEFAULT_ROLE: &str = "Service Account";

/// What an import file says, once nothing is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct ImportFile {
    pub(crate) orgs: Vec<Organization>,
}

#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    pub(crate) api_ip_allowlist: Vec<String>,
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
    pub(crate) name: String,
    pub(crate) secret: ApiKey,
    pub(crate) role: String,
    /// `None` if the file does not say.
    pub(crate) revoked: Option<bool>,
    pub(crate) expires_at: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) membership: String,
    pub(crate) archived: bool,
}

/// A control set, a service or a document.
#[derive(Debug)]
pub(crate) struct Named<I> {
    pub(crate) id: I,
    pub(crate) name: String,
    pub(crate) archived: bool,
}

#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) id: VendorId,
    pub(crate) name: String,
    pub(crate) archived: bool,
    pub(crate) risk_analyst_ids: Vec<UserId>,
    pub(crate) services: Vec<Named<ServiceId>>,
    pub(crate) documents: Vec<Named<VendorDocumentId>>,
}

#[derive(Debug)]
pub(crate) struct Workflow {
    pub(crate) id: WorkflowDefinitionId,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) enabled: bool,
    pub(crate) archived: bool,
}

#[derive(Debug)]
pub(crate) struct CustomField {
    pub(crate) id: CustomFieldConfigId,
    pub(crate) field_name: String,
    pub(crate) field_type: CustomFieldType,
    pub(crate) options: Vec<String>,
    pub(crate) enabled: bool,
    pub(crate) archived: bool,
}

#[derive(Debug)]
pub(crate) struct Assessment {
    pub(crate) id: AssessmentId,
    pub(crate) vendor_id: VendorId,
    pub(crate) name: String,
    pub(crate) status: Status,
    pub(crate) control_set_ids: Vec<ControlSetId>,
    pub(crate) service_ids: Vec<ServiceId>,
    pub(crate) assignee_id: Option<UserId>,
    pub(crate) score_percent: Option<f64>,
    pub(crate) initiated_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) findings: Vec<FindingId>,
    pub(crate) portal: Option<String>,
    pub(crate) custom_fields: Vec<(CustomFieldConfigId, Value)>,
}

/// Reads and checks the whole file.
///
/// # Errors
/// Every fault, with its place.
pub(crate) fn read(json: &Value) -> Result<ImportFile, Vec<Fault>> {
    let mut faults = Faults::default();
    let mut file = ImportFile::default();
    if let Some(root) = Node::root(json).object(&mut faults, &["orgs"]) {
        let mut seen = Seen::default();
        if let Some(orgs) = root.required(&mut faults, "orgs") {
            for node in orgs.items(&mut faults) {
                file.orgs
                    .extend(organization(&node, &mut seen, &mut faults));
            }
        }
    }
    let faults = faults.into_vec();
    if faults.is_empty() {
        Ok(file)
    } else {
        Err(faults)
    }
}

/// What must be unique in the whole file.
#[derive(Default)]
struct Seen {
    orgs: Unique<OrganizationId>,
    secrets: Unique<String>,
}

/// What the assessments of an organization may refer to.
struct Known {
    users: HashSet<UserId>,
    control_sets: HashSet<ControlSetId>,
    services: HashMap<VendorId, HashSet<ServiceId>>,
    custom_fields: HashMap<CustomFieldConfigId, (CustomFieldType, Vec<String>)>,
}

fn organization(node: &Node<'_>, seen: &mut Seen, faults: &mut Faults) -> Option<Organization> {
    let object = node.object(
        faults,
        &[
            "id",
            "name",
            "api_ip_allowlist",
            "api_keys",
            "users",
            "vendors",
            "control_sets",
            "workflows",
            "custom_fields",
            "assessments",
        ],
    )?;
    let mut orgs = std::mem::take(&mut seen.orgs);
    let id = unique_id(&object, faults, &mut orgs);
    seen.orgs = orgs;
    let name = text(&object, faults, "name");
    let api_ip_allowlist = object
        .few_items(faults, "api_ip_allowlist", MAX_ENTRIES)
        .iter()
        .filter_map(|node| {
            node.parsed(faults, |text| text.parse::<ipnet::IpNet>())
                .map(|network| network.to_string())
        })
        .collect();
    let api_keys = collect(&object, faults, "api_keys", |node, faults| {
        api_key(node, seen, faults)
    });

    let mut user_ids = Unique::default();
    let users = collect(&object, faults, "users", |node, faults| {
        user(node, &mut user_ids, faults)
    });
    let users_known = user_ids.into_set();

    let mut ids = VendorIds::default();
    let vendors: Vec<Vendor> = collect(&object, faults, "vendors", |node, faults| {
        vendor(node, &mut ids, &users_known, faults)
    });
    let mut control_set_ids = Unique::default();
    let control_sets = collect(&object, faults, "control_sets", |node, faults| {
        named(node, &mut control_set_ids, faults)
    });
    let (mut workflow_ids, mut workflow_names) = (Unique::default(), Unique::default());
    let workflows = collect(&object, faults, "workflows", |node, faults| {
        workflow(node, &mut workflow_ids, &mut workflow_names, faults)
    });
    let mut config_ids = Unique::default();
    let custom_fields: Vec<CustomField> =
        collect(&object, faults, "custom_fields", |node, faults| {
            custom_field(node, &mut config_ids, faults)
        });

    let known = Known {
        users: users_known,
        control_sets: control_set_ids.into_set(),
        services: vendors
            .iter()
            .map(|vendor| {
                let services = vendor.services.iter().map(|service| service.id.clone());
                (vendor.id.clone(), services.collect())
            })
            .collect(),
        custom_fields: custom_fields
            .iter()
            .map(|field| (field.id.clone(), (field.field_type, field.options.clone())))
            .collect(),
    };
    let (mut assessment_ids, mut finding_ids) = (Unique::default(), Unique::default());
    let assessments = collect(&object, faults, "assessments", |node, faults| {
        assessment(node, &known, &mut assessment_ids, &mut finding_ids, faults)
    });
    Some(Organization {
        id: id?,
        name: name?,
        api_ip_allowlist,
        api_keys,
        users,
        vendors,
        control_sets,
        workflows,
        custom_fields,
        assessments,
    })
}

fn api_key(node: &Node<'_>, seen: &mut Seen, faults: &mut Faults) -> Option<Key> {
    let object = node.object(faults, &["name", "secret", "role", "revoked", "expires_at"])?;
    let name = text(&object, faults, "name");
    let secret = object.required(faults, "secret").and_then(|node| {
        // The secret itself is never repeated in a message.
        let text = node.text(faults)?;
        let Some(key) = ApiKey::parse(&text) else {
            faults.add(
                &node,
                "is not a key: ak_live_ or ak_test_, 43 base62 characters and their checksum",
            );
            return None;
        };
        seen.secrets.add(faults, &node, &text);
        Some(key)
    });
    let role = match object.optional("role") {
        Some(node) => node.text(faults),
        None => Some(DEFAULT_ROLE.to_owned()),
    };
    let expires_at = object
        .optional("expires_at")
        .and_then(|node| node.time(faults));
    let revoked = object
        .optional("revoked")
        .and_then(|node| node.boolean(faults));
    Some(Key {
        name: name?,
        secret: secret?,
        role: role?,
        revoked,
        expires_at,
    })
}

fn user(node: &Node<'_>, ids: &mut Unique<UserId>, faults: &mut Faults) -> Option<User> {
    let object = node.object(faults, &["id", "name", "email", "membership", "archived"])?;
    let id = unique_id(&object, faults, ids);
    let name = text(&object, faults, "name");
    let email = text(&object, faults, "email");
    let membership = one_of(
        &object,
        faults,
        "membership",
        &["invited", "active", "inactive"],
    );
    let archived = object.flag(faults, "archived");
    Some(User {
        id: id?,
        name: name?,
        email: email?,
        membership: membership?,
        archived,
    })
}

#[derive(Default)]
struct VendorIds {
    vendors: Unique<VendorId>,
    services: Unique<ServiceId>,
    documents: Unique<VendorDocumentId>,
}

fn vendor(
    node: &Node<'_>,
    ids: &mut VendorIds,
    users: &HashSet<UserId>,
    faults: &mut Faults,
) -> Option<Vendor> {
    let object = node.object(
        faults,
        &[
            "id",
            "name",
            "archived",
            "risk_analyst_ids",
            "services",
            "documents",
        ],
    )?;
    let id = unique_id(&object, faults, &mut ids.vendors);
    let name = text(&object, faults, "name");
    let archived = object.flag(faults, "archived");
    let risk_analyst_ids = object
        .few_items(faults, "risk_analyst_ids", MAX_ENTRIES)
        .iter()
        .filter_map(|node| node.known_id(faults, users, "the organization's users"))
        .collect();
    let services = collect(&object, faults, "services", |node, faults| {
        named(node, &mut ids.services, faults)
    });
    let documents = collect(&object, faults, "documents", |node, faults| {
        named(node, &mut ids.documents, faults)
    });
    Some(Vendor {
        id: id?,
        name: name?,
        archived,
        risk_analyst_ids,
        services,
        documents,
    })
}

fn named<K: Kind>(
    node: &Node<'_>,
    ids: &mut Unique<Id<K>>,
    faults: &mut Faults,
) -> Option<Named<Id<K>>> {
    let object = node.object(faults, &["id", "name", "archived"])?;
    let id = unique_id(&object, faults, ids);
    let name = text(&object, faults, "name");
    let archived = object.flag(faults, "archived");
    Some(Named {
        id: id?,
        name: name?,
        archived,
    })
}

fn workflow(
    node: &Node<'_>,
    ids: &mut Unique<WorkflowDefinitionId>,
    live_names: &mut Unique<String>,
    faults: &mut Faults,
) -> Option<Workflow> {
    let object = node.object(faults, &["id", "name", "kind", "enabled", "archived"])?;
    let id = unique_id(&object, faults, ids);
    let archived = object.flag(faults, "archived");
    let name = object.required(faults, "name").and_then(|node| {
        let name = node.text(faults)?;
        if name.chars().count() > MAX_TEXT_LENGTH {
            faults.add(
                &node,
                format!("at most {MAX_TEXT_LENGTH} characters, or no request can name it"),
            );
        }
        if !archived {
            live_names.add(faults, &node, &name);
        }
        Some(name)
    });
    let kind = one_of(&object, faults, "kind", &["direct", "event_driven"]);
    let enabled = switch(&object, faults, "enabled");
    Some(Workflow {
        id: id?,
        name: name?,
        kind: kind?,
        enabled: enabled?,
        archived,
    })
}

fn custom_field(
    node: &Node<'_>,
    ids: &mut Unique<CustomFieldConfigId>,
    faults: &mut Faults,
) -> Option<CustomField> {
    let object = node.object(
        faults,
        &[
            "id",
            "field_name",
            "field_type",
            "options",
            "enabled",
            "archived",
        ],
    )?;
    let id = unique_id(&object, faults, ids);
    let field_name = text(&object, faults, "field_name");
    let field_type = object
        .required(faults, "field_type")
        .and_then(|node| wire_value(&node, faults));
    let options = object
        .few_items(faults, "options", MAX_ENTRIES)
        .iter()
        .filter_map(|node| node.text(faults))
        .collect();
    let enabled = switch(&object, faults, "enabled");
    let archived = object.flag(faults, "archived");
    Some(CustomField {
        id: id?,
        field_name: field_name?,
        field_type: field_type?,
        options,
        enabled: enabled?,
        archived,
    })
}

fn assessment(
    node: &Node<'_>,
    known: &Known,
    ids: &mut Unique<AssessmentId>,
    finding_ids: &mut Unique<FindingId>,
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
            "assignee_id",
            "score_percent",
            "initiated_at",
            "created_at",
            "updated_at",
            "findings",
            "portal",
            "custom_fields",
        ],
    )?;
    let id = unique_id(&object, faults, ids);
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
    let status = object
        .required(faults, "status")
        .and_then(|node| wire_value(&node, faults));
    let control_set_ids = known_ids(
        &object,
        faults,
        "control_set_ids",
        &known.control_sets,
        "the organization's control sets",
    );
    let none = HashSet::new();
    let services = vendor_id
        .as_ref()
        .and_then(|vendor| known.services.get(vendor))
        .unwrap_or(&none);
    let service_ids = known_ids(
        &object,
        faults,
        "service_ids",
        services,
        "the vendor's services",
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
    let findings = object
        .items(faults, "findings")
        .iter()
        .filter_map(|node| {
            let id = node.id(faults)?;
            finding_ids.add(faults, node, &id);
            Some(id)
        })
        .collect();
    let portal = object.optional("portal").and_then(|node| {
        allowed(
            &node,
            faults,
            &[
                "open",
                "analyzing",
                "analysis_complete",
                "submitted",
                "closed",
            ],
        )
    });
    let mut with_value = Unique::default();
    let custom_fields = collect(&object, faults, "custom_fields", |node, faults| {
        custom_field_value(node, known, &mut with_value, faults)
    });
    Some(Assessment {
        id: id?,
        vendor_id: vendor_id?,
        name: name?,
        status: status?,
        control_set_ids,
        service_ids,
        assignee_id,
        score_percent,
        initiated_at,
        created_at: created_at?,
        updated_at: updated_at?,
        findings,
        portal,
        custom_fields,
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
    match fault_of_value(value.value(), *field_type, options, &known.users) {
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
    options: &[String],
    users: &HashSet<UserId>,
) -> Option<String> {
    let is_option = |value: &Value| {
        value
            .as_str()
            .is_some_and(|label| options.iter().any(|option| option == label))
    };
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
        CustomFieldType::Select => (is_option(value), format!("one of {}", options.join(", "))),
        CustomFieldType::Multiselect => (
            all(&is_option),
            format!("an array of {}", options.join(", ")),
        ),
        CustomFieldType::User => (
            all(&is_user),
            "an array of ids of the organization's users".to_owned(),
        ),
    };
    (!good).then(|| format!("must be {wanted}"))
}

fn collect<'v, T>(
    object: &Object<'v>,
    faults: &mut Faults,
    key: &str,
    mut read: impl FnMut(&Node<'v>, &mut Faults) -> Option<T>,
) -> Vec<T> {
    let items = object.items(faults, key);
    items.iter().filter_map(|node| read(node, faults)).collect()
}

fn unique_id<K: Kind>(
    object: &Object<'_>,
    faults: &mut Faults,
    seen: &mut Unique<Id<K>>,
) -> Option<Id<K>> {
    let node = object.required(faults, "id")?;
    let id = node.id(faults)?;
    seen.add(faults, &node, &id);
    Some(id)
}

fn known_ids<K: Kind>(
    object: &Object<'_>,
    faults: &mut Faults,
    key: &str,
    known: &HashSet<Id<K>>,
    whose: &str,
) -> Vec<Id<K>> {
    let mut seen = Unique::default();
    let nodes = object.items(faults, key);
    nodes
        .iter()
        .filter_map(|node| {
            let id = node.known_id(faults, known, whose)?;
            seen.add(faults, node, &id);
            Some(id)
        })
        .collect()
}

fn text(object: &Object<'_>, faults: &mut Faults, key: &str) -> Option<String> {
    object.required(faults, key)?.text(faults)
}

fn switch(object: &Object<'_>, faults: &mut Faults, key: &str) -> Option<bool> {
    object.required(faults, key)?.boolean(faults)
}

fn one_of(object: &Object<'_>, faults: &mut Faults, key: &str, values: &[&str]) -> Option<String> {
    let node = object.required(faults, key)?;
    allowed(&node, faults, values)
}

fn allowed(node: &Node<'_>, faults: &mut Faults, values: &[&str]) -> Option<String> {
    let text = node.text(faults)?;
    if values.contains(&text.as_str()) {
        return Some(text);
    }
    faults.add(node, format!("{text:?} is none of {}", values.join(", ")));
    None
}

/// A value of one of the library's enums, as on the wire.
fn wire_value<T: DeserializeOwned>(node: &Node<'_>, faults: &mut Faults) -> Option<T> {
    serde_json::from_value(node.value().clone())
        .map_err(|error| faults.add(node, error.to_string()))
        .ok()
}
