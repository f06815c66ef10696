//! What the document, and the declarations of the npm package, say of the types to
//! their readers, and the limits that the types do not tell. Documentation comments are
//! for readers of the source and never reach the document: [`put`] removes what a derive
//! made of them.

use serde_json::{Map, Value, json};

use super::names::id_name;
use crate::dashboard::{MAX_LISTED, MAX_LISTED_RUNS};
use crate::field::{Body, Content, CreateAssessmentRequest};
use crate::id::{AnyKind, DIGITS};
use crate::session::CreateSessionRequest;
use crate::workflow::event::{MAX_NAME_LENGTH, SendWorkflowEventRequest};

/// The words for the schema `name`, or for one of its properties.
pub(super) fn of(name: &str, property: Option<&str>) -> Option<String> {
    let Some(key) = property else {
        return of_schema(name);
    };
    let facts = of_property(name, key)?;
    Some(facts.get("description")?.as_str()?.to_owned())
}

/// Puts words and limits into the schema `name` and its properties.
pub(super) fn put(name: &str, schema: &mut Value) {
    strip(schema);
    if let Some(words) = of_schema(name) {
        merge(schema, json!({ "description": words }));
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (key, property) in properties.into_iter().flatten() {
        if let Some(facts) = of_property(name, key) {
            merge(property, facts);
        }
    }
}

/// Removes the descriptions of a schema and of the schemas inside of it.
fn strip(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    members.remove("description");
    if let Some(items) = members.get_mut("items") {
        strip(items);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        let choices = members.get_mut(key).and_then(Value::as_array_mut);
        choices.into_iter().flatten().for_each(strip);
    }
    let properties = members.get_mut("properties").and_then(Value::as_object_mut);
    properties
        .into_iter()
        .flat_map(Map::values_mut)
        .for_each(strip);
}

fn merge(schema: &mut Value, facts: Value) {
    if let (Some(members), Value::Object(facts)) = (schema.as_object_mut(), facts) {
        members.extend(facts);
    }
}

fn of_schema(name: &str) -> Option<String> {
    let id = AnyKind::ALL.iter().find(|&&kind| id_name(kind) == name);
    if let Some(kind) = id {
        let (noun, prefix) = (kind.noun(), kind.prefix());
        return Some(format!(
            "The id of {noun}: `{prefix}_` and {DIGITS} hexadecimal digits in small letters."
        ));
    }
    let words = match name {
        "CreateAssessmentRequest" => {
            "An existing vendor and the control sets to assess it against. All else is optional, \
             and `null` is the same as absence."
        }
        "CreatedAssessment" => "An assessment as the create answers it.",
        "Assessment" => "An assessment as a read answers it, archived or not.",
        "ArchivedAssessment" => "An archived assessment, the same for every repetition.",
        "Status" => {
            "Where an assessment stands. `created`: recorded, work not begun. \
             `collecting_documents`: waiting for at least one document. \
             `indexing_supporting_documents`: evidence is processed. `analyzing_questionnaire`: \
             controls are evaluated. `review_evals`: people review the results. `complete`, \
             `failed` and `canceled` are terminal. It may move backwards."
        }
        "CustomField" => "A field of the organization's own that has a value.",
        "CustomFieldType" => "The type of a custom field, which tells the form of its value.",
        "CustomFieldValue" => {
            "A boolean or a number for the types of these names; a string for `string`, `date` \
             (`YYYY-MM-DD`) and `select`; an array of strings for `multiselect` and `user`."
        }
        "WorkflowRun" => "A workflow run with the steps that were begun.",
        "RunStatus" => {
            "Where a run stands. `started`: it goes on, or waits. `completed`: every step was gone \
             through. `canceled`: its assessment was archived meanwhile. `failed`: a step failed, \
             and with it the run."
        }
        "RunStep" => "A step of a run.",
        "StepStatus" => {
            "How a step ended. `success`: it did what it should. `failed`: it did not. `skipped`: \
             it had no effect, for the run had ended."
        }
        "ActionType" => "What a step does.",
        "Artifact" => "Something that a step made or used.",
        "AcceptedEvent" => "An event that is kept.",
        "SendWorkflowEventRequest" => "An event for a step that waits for it.",
        "CreateSessionRequest" => {
            "Whom a session is for. All else is optional, and `null` is the same as absence."
        }
        "CreatedSession" => "A session of one person, for their browser.",
        "Me" => "Who calls, and what they may do.",
        "NamedOrganization" => "An organization by its name.",
        "NamedUser" => "A person by their name.",
        "NamedKey" => "A service-account key by its name.",
        "Permission" => {
            "What a role may call. `read_dashboard` is all that only reads for a dashboard."
        }
        "Environment" => "What a deployment is for. In `development`, keys work from browsers.",
        "VendorPage" => "A page of vendors.",
        "ListedVendor" => "A vendor in a list.",
        "LastAssessment" => "The newest assessment of a vendor.",
        "VendorDetail" => "A vendor, and what a create may name of it.",
        "Named" => "Something by its name.",
        "RiskAnalyst" => "A person responsible for a vendor.",
        "ControlSetPage" => "A page of control sets.",
        "UserPage" => "A page of users.",
        "ListedUser" => "A user in a list.",
        "WorkflowPage" => "A page of workflows.",
        "ListedWorkflow" => "A workflow in a list.",
        "AssessmentPage" => "A page of assessments.",
        "ListedAssessment" => "An assessment in a list.",
        "AssessmentDetail" => "An assessment with all that a page shows of it.",
        "ListedFinding" => "A finding of an assessment.",
        "ListedRun" => "A run of a workflow, without its steps.",
        "AwaitedEvent" => "The event that a run waits for.",
        "Fault" => "A fault of the request body, or of the query.",
        "Timestamp" => "Unix time in whole seconds.",
        "AuthenticationTest" => "The answer to a good credential.",
        "Health" => "The answer of a service that is alive.",
        "Description" => "An OpenAPI document.",
        _ => return None,
    };
    Some(words.to_owned())
}

fn of_property(schema: &str, key: &str) -> Option<Value> {
    match schema {
        "CreateAssessmentRequest" => of_field::<CreateAssessmentRequest>(key),
        "SendWorkflowEventRequest" => of_event(key),
        "CreateSessionRequest" => of_field::<CreateSessionRequest>(key),
        "CreatedAssessment" | "Assessment" | "ArchivedAssessment" => of_assessment(schema, key),
        "WorkflowRun" | "RunStep" | "Artifact" | "AcceptedEvent" | "ListedRun" | "AwaitedEvent" => {
            of_run(schema, key)
        }
        "ListedAssessment" | "AssessmentDetail" => {
            of_shown(key).or_else(|| of_assessment(schema, key))
        }
        "VendorPage" | "ControlSetPage" | "UserPage" | "WorkflowPage" | "AssessmentPage" => {
            of_page(schema, key)
        }
        _ => of_rest(schema, key),
    }
}

/// What is said of a list that has its bound.
fn listed(words: &str, most: usize) -> Option<Value> {
    said(&format!("{words}. There are {most} at most."))
}

fn said(words: &str) -> Option<Value> {
    Some(json!({ "description": words }))
}

/// What is said of a field of a request body, its limit last.
fn of_field<B: Body>(key: &str) -> Option<Value> {
    let field = B::FIELDS.iter().find(|field| field.name == key)?;
    let words = B::description(key)?;
    said(&match field.content {
        Content::Ids(_, most) => format!("{words} At most {most}, duplicates included."),
        Content::Text(most) => format!("{words} At most {most} characters."),
        // No keyword can say what trimming leaves.
        Content::TrimmedText(most) => format!("{words} At most {most} characters after trimming."),
        Content::Id(_) | Content::Integer(..) | Content::Json => words.to_owned(),
    })
}

fn of_event(key: &str) -> Option<Value> {
    match key {
        "name" => Some(json!({
            "description": format!(
                "The name that a step waits for: 1 to {MAX_NAME_LENGTH} letters, digits, `.`, `-` and `_`."
            ),
            "minLength": 1,
            "pattern": "^[A-Za-z0-9._-]+$",
        })),
        _ => of_field::<SendWorkflowEventRequest>(key),
    }
}

fn of_assessment(schema: &str, key: &str) -> Option<Value> {
    said(match (schema, key) {
        (_, "id") => "The id of the assessment.",
        (_, "vendor_id") => "The vendor under assessment.",
        (_, "name") => "The name as sent or generated. It is never empty, and need not be unique.",
        ("CreatedAssessment", "status") => "Where the assessment stands; a new one is `created`.",
        ("ArchivedAssessment", "status") => "Where the assessment stood when it was archived.",
        (_, "status") => "Where the assessment stands.",
        (_, "control_set_ids") => "The control sets, in the order of the request, each once.",
        (_, "service_ids") => "The services in scope, in the order of the request, each once.",
        (_, "assignee_id") => "The person responsible, if there is one.",
        (_, "score_percent") => {
            "A fraction, typically from 0 to 1: 0.566 means 56.6 %. It is `null` until there is a score."
        }
        (_, "findings_count") => {
            // A u32 is no int32, as which the derive describes it.
            return Some(json!({
                "description": "How many findings the assessment has that are not archived; once \
                    it is archived, how many it had just before.",
                "format": "int64",
            }));
        }
        (_, "initiated_at") => "When work began, if it has.",
        (_, "custom_fields") => "The organization's own fields that have a value.",
        (_, "created_at") => "When the assessment was created.",
        (_, "updated_at") => "When the assessment was last changed.",
        (_, "workflow_run_id") => "The run of the workflow that was named, if one was.",
        (_, "is_archived") => "It is always `true`.",
        (_, "archived_at") => "When the archive took effect.",
        _ => return None,
    })
}

fn of_page(schema: &str, key: &str) -> Option<Value> {
    said(match (schema, key) {
        ("AssessmentPage", "items") => {
            "The assessments in their order. There may be fewer than were asked for, even none, although there are more."
        }
        (_, "items") => "The items in their order.",
        (_, "next_cursor") => "Where the next page begins; `null` if this is the last.",
        _ => return None,
    })
}

/// What a dashboard is told of an assessment besides.
fn of_shown(key: &str) -> Option<Value> {
    said(match key {
        "vendor_name" => "The vendor's name, archived or not.",
        "assignee_name" => "The name of the person responsible; `null` if there is no such user.",
        "workflow_run_id" => "The run of a workflow that was started last, if there is one.",
        "is_archived" => "Whether the assessment is archived.",
        "names" => {
            "What the ids are called, those of users in custom fields included, each once. What is not known has no entry."
        }
        "documents" => {
            return listed(
                "The documents that are its evidence, archived or not",
                MAX_LISTED,
            );
        }
        "findings" => {
            return listed(
                "Its findings, those included that were archived with it",
                MAX_LISTED,
            );
        }
        "runs" => {
            return listed(
                "The runs of workflows for it, the newest first",
                MAX_LISTED_RUNS,
            );
        }
        _ => return None,
    })
}

fn of_run(schema: &str, key: &str) -> Option<Value> {
    said(match (schema, key) {
        (_, "workflow_run_id") => "The id of the run.",
        (_, "workflow_name") => "The name of the run's workflow.",
        (_, "workflow_definition_id") => "The id of the run's workflow.",
        ("RunStep", "status") => "How the step ended; `null` while it goes on.",
        (_, "status") => "Where the run stands.",
        (_, "started_at") => "When the run was started.",
        (_, "completed_at") => "When the run ended, if it has.",
        (_, "steps") => "The steps that were begun, in their order.",
        (_, "step_id") => "The id of the step.",
        (_, "component_id") => "The id of the workflow's component that the step carries out.",
        (_, "component_name") => "The name of that component.",
        (_, "action_type") => "What the step does.",
        (_, "message") => "What there is to say of the step, for people.",
        (_, "artifacts") => "What the step made or used.",
        (_, "artifact_type") => "What the artifact is.",
        ("Artifact", "id") => "The artifact's id where it is kept.",
        (_, "role") => "What the artifact is to the step.",
        (_, "created_at") => "When the artifact was made.",
        (_, "updated_at") => "When the artifact was last changed.",
        ("AcceptedEvent", "name") => "The name of the event.",
        ("AwaitedEvent", "name") => "What the event is called where it is sent.",
        (_, "awaited_event") => "What the run waits for now, if it waits for an event.",
        (_, "deadline") => "Until when the event is waited for.",
        (_, "applies_report") => "Whether the event must bring what an analyser found.",
        (_, "received_at") => "When the event was stored.",
        _ => return None,
    })
}

fn of_rest(schema: &str, key: &str) -> Option<Value> {
    said(match (schema, key) {
        ("CustomField", "config_id") => "The field's stable handle.",
        ("CustomField", "field_name") => "The field's name, which may be changed.",
        ("CustomField", "field_type") => "The type of the field.",
        ("CustomField", "value") => "The value, in the form that its type has.",
        ("Fault", "loc") => {
            "The way to the fault: `body`, a field, the index of an item; `body` and a position in the text; or `query` and a parameter."
        }
        ("Fault", "msg") => "What is wrong, for people.",
        ("Fault", "type") => "The stable name of what is wrong.",
        ("CreatedSession", "token") => "The bearer token for the page. It is opaque, and a secret.",
        ("CreatedSession", "expires_at") => "When the session ends.",
        ("Me", "organization") => "The organization that the credential belongs to.",
        ("Me", "user") => "The person whom a session acts for; `null` for a key.",
        ("Me", "key") => "The key that calls; `null` for a session.",
        ("Me", "role") => "The role that the credential acts in.",
        ("Me", "routes") => "What that role may call.",
        ("Me", "environment") => "What the deployment is for.",
        ("ListedVendor", "last_assessment") => {
            "The assessment of it that was created last, archived or not."
        }
        ("LastAssessment", "status") => "Where the assessment stands.",
        ("LastAssessment", "created_at") => "When the assessment was created.",
        ("VendorDetail", "services") => {
            return listed("Its services that are not archived, by name", MAX_LISTED);
        }
        ("VendorDetail", "documents") => {
            return listed("Its documents that are not archived, by name", MAX_LISTED);
        }
        ("VendorDetail", "risk_analysts") => {
            return listed(
                "Those responsible, in their order. An assessment that is created without an assignee goes to the first",
                MAX_LISTED_RUNS,
            );
        }
        ("RiskAnalyst", "name") => "The name; `null` if there is no such user.",
        ("ListedUser", "email") => "The address.",
        ("ListedWorkflow", "is_enabled") => "Whether a create may name it.",
        ("ListedWorkflow", "steps") => {
            // A u32 is no int32, as which the derive describes it.
            return Some(json!({
                "description": "How many steps its latest version has; 0 if someone else runs it.",
                "format": "int64",
            }));
        }
        ("ListedFinding", "title") => "What was found, if that is known here.",
        (_, "id") => "The id.",
        (_, "name") => "The name.",
        ("AuthenticationTest", "msg") => "A constant.",
        ("Health", "status") => "A constant.",
        _ => return None,
    })
}
