//! The check of workflows, by the library's rules for definitions.

use assessments::id::WorkflowDefinitionId;
use assessments::limits::MAX_TEXT_LENGTH;
use assessments::workflow::definition::{Component, MAX_COMPONENTS};
use assessments::workflow::target::Rules;

use super::fields::{required_enum_value, switch, unique_id};
use crate::import::file::Workflow;
use crate::import::reader::{Faults, Node, Object, Unique};

/// Under which key a file lists the components of a workflow: what a run makes of
/// them are its steps.
const COMPONENTS: &str = "steps";
/// Bytes of the shortest key that calls are signed with: as many as the hash has.
const MIN_SIGNING_SECRET: usize = 32;

pub(super) fn workflow(
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
            COMPONENTS,
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
    let kind = required_enum_value(&object, faults, "kind");
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

/// The components of a workflow, checked by the library's rules.
fn components(
    object: &Object<'_>,
    rules: Rules<'_>,
    faults: &mut Faults,
) -> Option<Vec<Component>> {
    let nodes = object.few_items(faults, COMPONENTS, MAX_COMPONENTS)?;
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
