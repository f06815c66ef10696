//! The check of a whole import file: every fault, with its place.

mod assessment;
mod fields;
mod key;
mod run;
mod workflow;

use std::collections::{HashMap, HashSet};

use assessments::id::{
    CustomFieldConfigId, Id, Kind, OrganizationId, ServiceId, UserId, VendorDocumentId, VendorId,
};
use assessments::workflow::target::Rules;
use serde_json::Value;

use super::file::{CustomField, ImportFile, Named, Organization, User, Vendor, Workflow};
use super::reader::{Fault, Faults, Node, Unique};
use assessment::{AssessmentIds, Known, assessment};
use fields::{collect, external_id, required_enum_value, switch, text, unique_id};
use key::{Keys, api_key};
use workflow::workflow;

/// Entries of an allowlist, of a field's options, of a vendor's risk analysts.
const MAX_ENTRIES: usize = 100;

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
            external_ids: Unique::default(),
            keys: Keys::default(),
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
    external_ids: Unique<String>,
    keys: Keys,
}

fn organization(node: &Node<'_>, seen: &mut Seen<'_>, faults: &mut Faults) -> Option<Organization> {
    let object = node.object(
        faults,
        &[
            "id",
            "name",
            "external_id",
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
    let id = unique_id(&object, faults, &mut seen.orgs);
    let name = text(&object, faults, "name");
    let external_id = external_id(&object, faults, &mut seen.external_ids);
    let networks = object.few_items(faults, "api_ip_allowlist", MAX_ENTRIES);
    let api_ip_allowlist = networks.map(|nodes| {
        let networks = nodes
            .iter()
            .filter_map(|node| node.parsed(faults, |text| text.parse::<ipnet::IpNet>()));
        networks.map(|network| network.to_string()).collect()
    });
    let api_keys = collect(&object, faults, "api_keys", |node, faults| {
        api_key(node, &mut seen.keys, faults)
    });

    let (mut user_ids, mut user_external_ids) = (Unique::default(), Unique::default());
    let users = collect(&object, faults, "users", |node, faults| {
        user(node, &mut user_ids, &mut user_external_ids, faults)
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
    let workflows: Vec<Workflow> = collect(&object, faults, "workflows", |node, faults| {
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
        services: of_each(&vendors, |vendor| &vendor.services),
        documents: of_each(&vendors, |vendor| &vendor.documents),
        workflows: workflows
            .iter()
            .map(|workflow| (workflow.id.clone(), workflow.components.clone()))
            .collect(),
        custom_fields: custom_fields
            .iter()
            .map(|field| {
                let options = field.options.clone();
                (field.id.clone(), (field.field_type, options))
            })
            .collect(),
    };
    let mut assessment_ids = AssessmentIds::default();
    let assessments = collect(&object, faults, "assessments", |node, faults| {
        assessment(node, &known, &mut assessment_ids, faults)
    });
    Some(Organization {
        id: id?,
        name: name?,
        external_id,
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

/// The ids of the services, or of the documents, of each vendor.
fn of_each<K: Kind>(
    vendors: &[Vendor],
    things: fn(&Vendor) -> &[Named<Id<K>>],
) -> HashMap<VendorId, HashSet<Id<K>>> {
    let ids = |vendor| {
        things(vendor)
            .iter()
            .map(|thing| thing.id.clone())
            .collect()
    };
    vendors
        .iter()
        .map(|vendor| (vendor.id.clone(), ids(vendor)))
        .collect()
}

fn user(
    node: &Node<'_>,
    ids: &mut Unique<UserId>,
    external_ids: &mut Unique<String>,
    faults: &mut Faults,
) -> Option<User> {
    let object = node.object(
        faults,
        &[
            "id",
            "external_id",
            "name",
            "email",
            "membership",
            "archived",
        ],
    )?;
    let id = unique_id(&object, faults, ids);
    let external_id = external_id(&object, faults, external_ids);
    let name = text(&object, faults, "name");
    let email = text(&object, faults, "email");
    let membership = required_enum_value(&object, faults, "membership");
    let archived = object.flag(faults, "archived");
    Some(User {
        id: id?,
        external_id,
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
    let field_type = required_enum_value(&object, faults, "field_type");
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
