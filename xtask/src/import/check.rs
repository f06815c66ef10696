//! The check of a whole import file: every fault, with its place.

mod assessment;

use std::collections::HashSet;

use assessments::credential::ApiKey;
use assessments::id::{
    CustomFieldConfigId, Id, Kind, OrganizationId, ServiceId, UserId, VendorDocumentId, VendorId,
    WorkflowDefinitionId,
};
use assessments::limits::MAX_TEXT_LENGTH;
use assessments::workflow::definition::{Component, MAX_COMPONENTS};
use assessments::workflow::target::Rules;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::file::{CustomField, ImportFile, Key, Named, Organization, User, Vendor, Workflow};
use super::reader::{Fault, Faults, Node, Object, Unique};
use assessment::{Known, assessment};

/// Entries of an allowlist, of a field's options, of a vendor's risk analysts.
const MAX_ENTRIES: usize = 100;
/// Bytes of the shortest key that calls are signed with: as many as the hash has.
const MIN_SIGNING_SECRET: usize = 32;

/// Reads and checks the whole file. Its workflows may call what `rules` say.
///
/// # Errors
/// Every fault, with its place.
pub(crate) fn read(json: &Value, rules: Rules<'_>) -> Result<ImportFile, Vec<Fault>> {
    let mut faults = Faults::default();
    let mut file = ImportFile::default();
    if let Some(root) = Node::root(json).object(&mut faults, &["orgs"]) {
        let mut seen = Seen {
            rules,
            orgs: Unique::default(),
            secrets: Unique::default(),
        };
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

/// What holds for the whole file, and what must be unique in it.
struct Seen<'a> {
    rules: Rules<'a>,
    orgs: Unique<OrganizationId>,
    secrets: Unique<String>,
}

fn organization(node: &Node<'_>, seen: &mut Seen<'_>, faults: &mut Faults) -> Option<Organization> {
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
    let networks = object.few_items(faults, "api_ip_allowlist", MAX_ENTRIES);
    let api_ip_allowlist = networks.map(|nodes| {
        let networks = nodes
            .iter()
            .filter_map(|node| node.parsed(faults, |text| text.parse::<ipnet::IpNet>()));
        networks.map(|network| network.to_string()).collect()
    });
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
        workflow(
            node,
            seen.rules,
            &mut workflow_ids,
            &mut workflow_names,
            faults,
        )
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
            .map(|field| {
                let options = field.options.clone().unwrap_or_default();
                (field.id.clone(), (field.field_type, options))
            })
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

fn api_key(node: &Node<'_>, seen: &mut Seen<'_>, faults: &mut Faults) -> Option<Key> {
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
    let role = object.optional("role").and_then(|node| node.text(faults));
    let expires_at = object.stated_time(faults, "expires_at");
    let revoked = object.flag(faults, "revoked");
    Some(Key {
        place: node.place(),
        name: name?,
        secret: secret?,
        role,
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
    let analysts = object.few_items(faults, "risk_analyst_ids", MAX_ENTRIES);
    let risk_analyst_ids = analysts.map(|nodes| {
        let ids = nodes
            .iter()
            .filter_map(|node| node.known_id(faults, users, "the organization's users"));
        ids.collect()
    });
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
    rules: Rules<'_>,
    ids: &mut Unique<WorkflowDefinitionId>,
    live_names: &mut Unique<String>,
    faults: &mut Faults,
) -> Option<Workflow> {
    let object = node.object(
        faults,
        &[
            "id",
            "name",
            "kind",
            "enabled",
            "archived",
            "steps",
            "signing_secret",
        ],
    )?;
    let id = unique_id(&object, faults, ids);
    let components = components(&object, rules, faults);
    let signing_secret = signing_secret(&object, faults);
    let archived = object.flag(faults, "archived");
    let name = object.required(faults, "name").and_then(|node| {
        let name = node.text(faults)?;
        if name.chars().count() > MAX_TEXT_LENGTH {
            faults.add(
                &node,
                format!("at most {MAX_TEXT_LENGTH} characters, or no request can name it"),
            );
        }
        if archived != Some(true) {
            live_names.add(faults, &node, &name);
        }
        Some(name)
    });
    let kind = one_of(&object, faults, "kind", &["direct", "event_driven"]);
    let enabled = switch(&object, faults, "enabled");
    Some(Workflow {
        place: node.place(),
        id: id?,
        name: name?,
        kind: kind?,
        enabled: enabled?,
        archived,
        components,
        signing_secret,
    })
}

/// The steps of a workflow, checked by the library's rules.
fn components(
    object: &Object<'_>,
    rules: Rules<'_>,
    faults: &mut Faults,
) -> Option<Vec<Component>> {
    let nodes = object.few_items(faults, "steps", MAX_COMPONENTS)?;
    let mut ids = Unique::default();
    let mut components = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        if node
            .object(faults, &["id", "name", "action_type", "parameters"])
            .is_none()
        {
            continue;
        }
        match Component::read(node.value(), rules) {
            Ok(component) => {
                ids.add(faults, node, &component.id);
                if component.ends_the_run() && index + 1 < nodes.len() {
                    faults.add(node, "ends the run, so it must be the last step");
                }
                components.push(component);
            }
            Err(error) => faults.add(node, error.to_string()),
        }
    }
    Some(components)
}

/// The key that calls are signed with. Whether calls have one is for the database
/// to tell.
fn signing_secret(object: &Object<'_>, faults: &mut Faults) -> Option<String> {
    let node = object.optional("signing_secret")?;
    let secret = node.text(faults)?;
    if secret.len() < MIN_SIGNING_SECRET {
        // The secret itself is never repeated in a message.
        faults.add(
            &node,
            format!("must have {MIN_SIGNING_SECRET} bytes or more"),
        );
    }
    Some(secret)
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
    let options = object.few_items(faults, "options", MAX_ENTRIES);
    let options = options.map(|nodes| nodes.iter().filter_map(|node| node.text(faults)).collect());
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
