//! What an analyser is asked by a step that calls it: the body of the request.

use serde::{Deserialize, Serialize};

use crate::id::{
    AssessmentId, ServiceId, VendorId, WorkflowComponentId, WorkflowDefinitionId, WorkflowRunId,
};
use crate::shape::wire;
use crate::stored::Stored;
use crate::time::Timestamp;

wire! {
/// What a run is told when it starts (4.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInput {
    /// The assessment that it starts with.
    pub assessment_id: AssessmentId,
    /// The vendor under assessment.
    pub vendor_id: VendorId,
    /// The service in scope, if it is exactly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_id: Option<ServiceId> = optional,
}

/// The body of a call. It is the same for every attempt of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The run that asks.
    pub workflow_run_id: WorkflowRunId,
    /// Its definition.
    pub workflow_definition_id: WorkflowDefinitionId,
    /// The component that the step carries out.
    pub component_id: WorkflowComponentId,
    /// That component's name.
    pub component_name: String,
    /// What the run was told.
    pub input: Stored<RunInput>,
    /// When the step began, Unix seconds.
    pub sent_at: Option<Timestamp>,
}
}

impl RunInput {
    /// What the runs of an assessment with these services in scope are told.
    #[must_use]
    pub fn new(assessment: &AssessmentId, vendor: &VendorId, services: &[ServiceId]) -> Self {
        Self {
            assessment_id: assessment.clone(),
            vendor_id: vendor.clone(),
            service_id: match services {
                [only] => Some(only.clone()),
                _ => None,
            },
        }
    }
}

impl Question {
    /// The idempotency key of the call. It says nothing that the body does not say, which
    /// is signed.
    #[must_use]
    pub fn key(&self) -> String {
        format!(
            "{}-{}",
            self.workflow_run_id.as_str(),
            self.component_id.as_str()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonText;
    use crate::shape::Shape;

    fn question(input: &str) -> String {
        format!(
            r#"{{"workflow_run_id":"cbwr_{0:032x}","workflow_definition_id":"cbwd_{0:032x}","component_id":"cbwc_{0:032x}","component_name":"ask","input":{input},"sent_at":null}}"#,
            7
        )
    }

    #[test]
    fn a_question_reads_back_as_it_was_written_and_has_its_shape() {
        let service = format!(r#","service_id":"cbsvc_{:032x}""#, 3);
        for more in ["", &service] {
            let input = format!(
                r#"{{"assessment_id":"cbqsrw_{:032x}","vendor_id":"cbvndr_{:032x}"{more}}}"#,
                1, 2
            );
            let json = question(&input);
            let read: Question = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            let text = JsonText::read(json.as_bytes()).unwrap();
            assert_eq!(Question::SPEC.check(text), Ok(()));
            let input: RunInput = serde_json::from_str(read.input.json()).unwrap();
            assert_eq!(input.service_id.is_some(), !more.is_empty());
        }
    }

    #[test]
    fn what_is_left_out_or_wrong_is_named() {
        for (input, place) in [
            ("null", "input"),
            ("{}", "input.assessment_id"),
            (r#"{"assessment_id":"x"}"#, "input.assessment_id"),
        ] {
            let json = question(input);
            let text = JsonText::read(json.as_bytes()).unwrap();
            assert_eq!(Question::SPEC.check(text).unwrap_err().path, place);
        }
    }
}
