//! What a create stores and answers: gates 8 and 9, then the plan for gate 10.
//! Pure: from the request, the facts looked up for it, the time and fresh ids.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::assessment::{CreatedAssessment, Status};
use crate::id::{
    AssessmentId, ControlSetId, Id, Kind, Reference, ServiceId, UserId, VendorDocumentId, VendorId,
    WorkflowRunId,
};
use crate::name::NameFacts;
use crate::problem::{BadReference, Problem};
use crate::request::CreateAssessment;
use crate::schema::Field;
use crate::stored::StoredId;
use crate::time::Timestamp;
use crate::workflow::question::RunInput;

/// Seconds after which a create may be tried again that would have started one run
/// too many. When some will have ended nobody knows: a minute is often enough to ask.
const RUNS_RETRY_AFTER_SECONDS: u32 = 60;

/// What D1 knows of the things that a request names. Archived things, and
/// those of other organizations, are as good as unknown and not in here.
#[derive(Debug, Clone, Deserialize)]
pub struct References {
    vendor: Option<VendorFacts>,
    control_sets: Vec<ControlSetId>,
    services: Vec<ServiceFacts>,
    /// The assignee, if invited or active.
    assignee: Option<UserId>,
    documents: Vec<DocumentFacts>,
    workflow: Option<WorkflowFacts>,
    /// Whether the organization has as many runs that go on as it may have.
    runs_exhausted: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct VendorFacts {
    id: VendorId,
    name: String,
    /// As stored; what is no text is no id of anyone.
    risk_analyst_ids: Vec<Box<RawValue>>,
}

impl VendorFacts {
    fn first_risk_analyst(&self) -> Option<StoredId> {
        let mut ids = self.risk_analyst_ids.iter();
        ids.find_map(|id| serde_json::from_str(id.get()).ok())
    }
}

#[derive(Debug, Clone, Deserialize)]
struct ServiceFacts {
    id: ServiceId,
    vendor_id: StoredId,
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct DocumentFacts {
    id: VendorDocumentId,
    vendor_id: StoredId,
}

#[derive(Debug, Clone, Deserialize)]
struct WorkflowFacts {
    id: StoredId,
    enabled: bool,
    /// The latest version of its components, if it has any.
    version: Option<u32>,
}

/// Ids that no one has yet.
#[derive(Debug, Clone)]
pub struct FreshIds {
    /// Of the assessment.
    pub assessment: AssessmentId,
    /// Of the run, if one starts.
    pub run: WorkflowRunId,
}

/// Everything that one create writes.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatePlan {
    /// The row.
    pub assessment: CreatedAssessment,
    /// The answer: the row as JSON, stored byte for byte under the key.
    pub body: String,
    /// Documents to link.
    pub documents: Vec<VendorDocumentId>,
    /// The workflow run to start.
    pub run: Option<NewRun>,
}

/// A workflow run that starts with the assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// The run.
    pub id: WorkflowRunId,
    /// Its definition.
    pub definition: StoredId,
    /// The version of the components that it goes through. Without one, it is
    /// someone else who runs it.
    pub version: Option<u32>,
    /// What the run is told (4.5), JSON.
    pub input: String,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The contract's refusal.
    #[error("refused with {}", .0.status())]
    Refused(Problem),
    /// The answer or the run's input does not serialise.
    #[error("does not serialise: {0}")]
    Serialize(serde_json::Error),
}

impl From<Problem> for PlanError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// Decides a create. `assessed_before` is whether the vendor ever had an assessment, archived
/// ones included.
///
/// # Errors
/// The first gate that it does not pass.
pub fn plan(
    request: &CreateAssessment,
    facts: &References,
    assessed_before: bool,
    fresh: &FreshIds,
    now: Timestamp,
) -> Result<CreatePlan, PlanError> {
    // Gate 8: the workflow by name.
    let definition = match (request.workflow(), &facts.workflow) {
        (None, _) => None,
        (Some(name), None) => {
            return Err(Problem::WorkflowNotFound { name: name.clone() }.into());
        }
        (Some(name), Some(workflow)) if !workflow.enabled => {
            return Err(Problem::WorkflowDisabled { name: name.clone() }.into());
        }
        (Some(_), Some(workflow)) => Some(workflow.clone()),
    };

    // Gate 9: the references.
    let (vendor, scope) = resolve(request, facts).map_err(Problem::BadReferences)?;

    // Last, for it is of use to try the same again. What someone else executes
    // takes nothing from the neighbours.
    let is_executed = |workflow: &WorkflowFacts| workflow.version.is_some();
    if facts.runs_exhausted && definition.as_ref().is_some_and(is_executed) {
        return Err(Problem::TooManyRequests {
            retry_after: RUNS_RETRY_AFTER_SECONDS,
        }
        .into());
    }

    let service_names: Vec<&str> = scope
        .services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    let service_ids: Vec<ServiceId> = scope
        .services
        .iter()
        .map(|service| service.id.clone())
        .collect();
    let name = request.naming().resolve(NameFacts {
        vendor_name: &vendor.name,
        service_names: &service_names,
        assessed_before,
        now,
    });
    let run = match definition {
        Some(definition) => Some(NewRun {
            id: fresh.run.clone(),
            definition: definition.id,
            version: definition.version,
            input: json(&RunInput::new(&fresh.assessment, &vendor.id, &service_ids))?,
        }),
        None => None,
    };
    let assessment = CreatedAssessment {
        id: fresh.assessment.clone(),
        vendor_id: vendor.id.clone(),
        name,
        status: Status::Created,
        control_set_ids: scope.control_sets,
        service_ids,
        assignee_id: scope
            .assignee
            .as_ref()
            .map(StoredId::from)
            .or_else(|| vendor.first_risk_analyst()),
        score_percent: None,
        findings_count: 0,
        initiated_at: None,
        created_at: now,
        updated_at: now,
        workflow_run_id: run.as_ref().map(|run| run.id.clone()),
    };
    Ok(CreatePlan {
        body: json(&assessment)?,
        assessment,
        documents: scope.documents,
        run,
    })
}

fn json(value: &impl Serialize) -> Result<String, PlanError> {
    serde_json::to_string(value).map_err(PlanError::Serialize)
}

/// What a request's references resolve to, besides the vendor.
struct Scope<'a> {
    control_sets: Vec<ControlSetId>,
    services: Vec<&'a ServiceFacts>,
    assignee: Option<UserId>,
    documents: Vec<VendorDocumentId>,
}

/// Resolves every reference, or names every bad id: fields in model order, ids
/// in request order. If the vendor itself is bad, services and documents are
/// judged on existence only.
fn resolve<'a>(
    request: &CreateAssessment,
    facts: &'a References,
) -> Result<(&'a VendorFacts, Scope<'a>), Vec<BadReference>> {
    let vendor = facts.vendor.as_ref();
    let of_this_vendor =
        |owner: &StoredId| vendor.is_none_or(|vendor: &VendorFacts| owner.is(&vendor.id));
    let mut bad = Vec::new();
    if vendor.is_none() {
        bad.push(BadReference {
            field: Field::VendorId,
            ids: vec![request.vendor().as_str().to_owned()],
        });
    }
    let control_sets = resolve_each(
        Field::ControlSetIds,
        request.control_sets(),
        |id| {
            facts
                .control_sets
                .iter()
                .find(|known| *known == id)
                .cloned()
        },
        &mut bad,
    );
    let services = resolve_each(
        Field::ServiceIds,
        request.services(),
        |id| {
            let service = facts.services.iter().find(|service| service.id == *id)?;
            of_this_vendor(&service.vendor_id).then_some(service)
        },
        &mut bad,
    );
    let assignee = resolve_each(
        Field::AssigneeId,
        request.assignee(),
        |id| facts.assignee.clone().filter(|known| known == id),
        &mut bad,
    )
    .pop();
    let documents = resolve_each(
        Field::SupportingDocumentIds,
        request.documents(),
        |id| {
            let document = facts.documents.iter().find(|document| document.id == *id)?;
            of_this_vendor(&document.vendor_id).then(|| document.id.clone())
        },
        &mut bad,
    );
    match vendor {
        Some(vendor) if bad.is_empty() => Ok((
            vendor,
            Scope {
                control_sets,
                services,
                assignee,
                documents,
            },
        )),
        Some(_) | None => Err(bad),
    }
}

/// What each reference of a field stands for; those that stand for nothing are
/// added to `bad`.
fn resolve_each<'r, K: Kind, T>(
    field: Field,
    references: impl IntoIterator<Item = &'r Reference<K>>,
    find: impl Fn(&Id<K>) -> Option<T>,
    bad: &mut Vec<BadReference>,
) -> Vec<T> {
    let mut ids = Vec::new();
    let mut values = Vec::new();
    for reference in references {
        match reference.id().and_then(&find) {
            Some(value) => values.push(value),
            None => ids.push(reference.as_str().to_owned()),
        }
    }
    if !ids.is_empty() {
        bad.push(BadReference { field, ids });
    }
    values
}

#[cfg(test)]
mod tests {
    use crate::limits::LimitFault;
    use crate::schema;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_500_000);

    fn id(prefix: &str, digit: char) -> String {
        format!("{prefix}_{}", digit.to_string().repeat(32))
    }

    fn request(members: &str) -> CreateAssessment {
        let vendor = id("cbvndr", '1');
        let body = format!(r#"{{"vendor_id":"{vendor}","control_set_ids":[]{members}}}"#);
        let draft = schema::read(Some("application/json"), body.as_bytes()).unwrap();
        CreateAssessment::new(draft)
            .map_err(|faults: Vec<LimitFault>| faults)
            .unwrap()
    }

    fn facts() -> References {
        // From text, as D1 answers.
        let facts = serde_json::json!({
            "vendor": {
                "id": id("cbvndr", '1'), "name": "Northwind",
                "risk_analyst_ids": [id("cbuser", 'a'), id("cbuser", 'b')],
            },
            "control_sets": [id("cbctst", '2')],
            "services": [
                {"id": id("cbsvc", '3'), "vendor_id": id("cbvndr", '1'), "name": "Cards"},
                {"id": id("cbsvc", '4'), "vendor_id": id("cbvndr", '9'), "name": "Foreign"},
            ],
            "assignee": null,
            "documents": [{"id": id("cbvdoc", '5'), "vendor_id": id("cbvndr", '1')}],
            "workflow": {"id": id("cbwd", '6'), "enabled": true},
            "runs_exhausted": false,
        });
        serde_json::from_str(&facts.to_string()).unwrap()
    }

    fn decide(members: &str, facts: &References) -> Result<CreatePlan, Problem> {
        let fresh = FreshIds {
            assessment: AssessmentId::from_random(7),
            run: WorkflowRunId::from_random(8),
        };
        plan(&request(members), facts, false, &fresh, NOW).map_err(|error| match error {
            PlanError::Refused(problem) => problem,
            PlanError::Serialize(error) => panic!("{error}"),
        })
    }

    fn refusal(members: &str, facts: &References) -> Vec<(&'static str, usize)> {
        match decide(members, facts) {
            Err(Problem::BadReferences(bad)) => bad
                .iter()
                .map(|bad| (bad.field.name(), bad.ids.len()))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_least_request_gets_name_and_first_risk_analyst() {
        let plan = decide("", &facts()).unwrap();
        assert_eq!(plan.assessment.name, "2026 Northwind initial");
        assert_eq!(
            plan.assessment.assignee_id.unwrap().as_str(),
            id("cbuser", 'a')
        );
        assert_eq!(plan.run, None);
        let keys: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&plan.body).unwrap();
        assert_eq!(keys.len(), 13);
    }

    #[test]
    fn the_first_risk_analyst_is_taken_as_stored() {
        for (stored, assignee) in [
            (r#"["bob","alice"]"#, Some("bob")),
            (r#"[""]"#, Some("")),
            (r#"[7,null,{},"\ud800",["x"],"bob"]"#, Some("bob")),
            ("[7]", None),
            ("[]", None),
        ] {
            let mut facts = facts();
            facts.vendor.as_mut().unwrap().risk_analyst_ids = serde_json::from_str(stored).unwrap();
            let plan = decide("", &facts).unwrap();
            let actual = plan.assessment.assignee_id;
            assert_eq!(actual.as_ref().map(StoredId::as_str), assignee, "{stored}");
        }
    }

    #[test]
    fn a_run_is_told_the_service_if_it_is_the_only_one() {
        let service = id("cbsvc", '3');
        let members = format!(r#","trigger_workflow":"w","service_ids":["{service}"]"#);
        let run = decide(&members, &facts()).unwrap().run.unwrap();
        assert!(run.input.contains(&service), "{}", run.input);
        let run = decide(r#","trigger_workflow":"w""#, &facts())
            .unwrap()
            .run
            .unwrap();
        assert!(!run.input.contains("service_id"), "{}", run.input);
    }

    #[test]
    fn workflow_faults_win_over_bad_references() {
        let nothing = References {
            vendor: None,
            workflow: None,
            ..facts()
        };
        assert!(matches!(
            decide(r#","trigger_workflow":"w""#, &nothing),
            Err(Problem::WorkflowNotFound { name }) if name.as_str() == "w"
        ));
        let mut disabled = References {
            vendor: None,
            ..facts()
        };
        disabled.workflow.as_mut().unwrap().enabled = false;
        assert!(matches!(
            decide(r#","trigger_workflow":"w""#, &disabled),
            Err(Problem::WorkflowDisabled { .. })
        ));
    }

    #[test]
    fn a_run_too_many_is_refused_after_all_else_and_only_if_it_is_executed_here() {
        let exhausted = |version| {
            let mut facts = facts();
            facts.runs_exhausted = true;
            facts.workflow.as_mut().unwrap().version = version;
            facts
        };
        let started = r#","trigger_workflow":"w""#;
        assert!(matches!(
            decide(started, &exhausted(Some(1))),
            Err(Problem::TooManyRequests { .. })
        ));
        assert!(decide(started, &exhausted(None)).is_ok());
        assert!(decide("", &exhausted(Some(1))).is_ok());
        let mut bad = exhausted(Some(1));
        bad.vendor = None;
        assert_eq!(refusal(started, &bad), [("vendor_id", 1)]);
    }

    #[test]
    fn services_of_another_vendor_are_refused_unless_the_vendor_is_bad() {
        let members = format!(
            r#","service_ids":["{}","{}"]"#,
            id("cbsvc", '4'),
            id("cbsvc", 'f')
        );
        assert_eq!(refusal(&members, &facts()), [("service_ids", 2)]);
        let no_vendor = References {
            vendor: None,
            ..facts()
        };
        assert_eq!(
            refusal(&members, &no_vendor),
            [("vendor_id", 1), ("service_ids", 1)]
        );
    }

    #[test]
    fn malformed_ids_are_named_like_unknown_ones() {
        let members = r#","assignee_id":"","supporting_document_ids":["x","y"]"#;
        assert_eq!(
            refusal(members, &facts()),
            [("assignee_id", 1), ("supporting_document_ids", 2)]
        );
    }
}
