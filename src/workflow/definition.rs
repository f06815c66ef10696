//! Definitions: ordered components, each an action with its parameters. They are
//! imported and versioned; a run keeps the version it began with.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::analysis::{Finding, has_objects};
use super::event::EventName;
use super::run::ActionType;
use super::target::{self, Rules, TargetError};
use crate::assessment::Status;
use crate::id::WorkflowComponentId;
use crate::limits::{MAX_LIST_ENTRIES, MAX_TEXT_LENGTH};

/// Most components of a definition. A wait for an event can take some forty
/// steps of the engine, others three; a run has at most ten thousand.
pub const MAX_COMPONENTS: usize = 50;
/// The longest wait, in seconds: a year, as long as the engine sleeps.
pub const MAX_WAIT_SECONDS: u32 = 365 * 24 * 60 * 60;
/// Most further attempts of a call.
pub const MAX_RETRIES: u32 = 10;

/// One step of a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// The component.
    pub id: WorkflowComponentId,
    /// Its name, for people.
    pub name: String,
    /// What it does.
    #[serde(flatten)]
    pub action: Action,
}

/// What a component does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action_type", content = "parameters", rename_all = "snake_case")]
pub enum Action {
    /// Work begins: sets `initiated_at`, once.
    BeginAssessment(Nothing),
    /// Moves the assessment to a status.
    UpdateAssessment(Update),
    /// Waits.
    Wait(Wait),
    /// Waits for an event from outside.
    WaitForEvent(WaitForEvent),
    /// Asks an analyser.
    Call(Call),
    /// Closes the assessment; the last component.
    CompleteAssessment(Complete),
    /// Gives the assessment up; the last component.
    FailAssessment(Fail),
}

/// No parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Parameters of [`Action::UpdateAssessment`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// A status that is not terminal.
    pub status: Status,
}

/// Parameters of [`Action::Wait`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// 1 to [`MAX_WAIT_SECONDS`].
    pub seconds: u32,
}

/// Parameters of [`Action::WaitForEvent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitForEvent {
    /// The event.
    pub event: EventName,
    /// 1 to [`MAX_WAIT_SECONDS`].
    pub timeout_seconds: u32,
    /// What becomes of the run when time is up.
    #[serde(default)]
    pub on_timeout: OnFailure,
    /// Whether the payload is an analyser's report, to be applied like the
    /// answer of a call. One that is none is a failure.
    #[serde(default)]
    pub applies_report: bool,
}

/// Parameters of [`Action::Call`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// An `https` address outside of private networks, on a port that may be called.
    pub url: String,
    /// Further attempts after one that failed for a reason that may pass.
    #[serde(default = "Call::default_retries")]
    pub retries: u32,
    /// What becomes of the run when the last attempt failed.
    #[serde(default)]
    pub on_failure: OnFailure,
}

impl Call {
    const fn default_retries() -> u32 {
        4
    }
}

/// Parameters of [`Action::CompleteAssessment`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// A fraction; without it, the score stays what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_percent: Option<f64>,
    /// Findings to add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// Parameters of [`Action::FailAssessment`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// Why, for whoever reads the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What becomes of a run when a component fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The run and its assessment fail.
    #[default]
    Fail,
    /// The step is recorded as failed, and the next one begins.
    Continue,
}

/// What is wrong with a component.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// It is not one.
    #[error("{0}")]
    Shape(serde_json::Error),
    /// An array, where an object must be.
    #[error("parameters must be an object, with objects in its lists")]
    NotAnObject,
    /// A text is empty or too long.
    #[error("{0} must have 1 to {MAX_TEXT_LENGTH} characters")]
    Text(&'static str),
    /// A number is out of its range.
    #[error("{0} must be from {1} to {2}")]
    Range(&'static str, u32, u32),
    /// A list is too long.
    #[error("{0}: at most {MAX_LIST_ENTRIES} entries")]
    List(&'static str),
    /// A step that goes on leaves the assessment in a status that ends it.
    #[error("status {} ends an assessment; use complete_assessment or fail_assessment", .0.as_str())]
    TerminalStatus(Status),
    /// An address that no run may call.
    #[error("url: {0}")]
    Target(TargetError),
}

impl Component {
    /// Reads a component; parameters may be left out where there are none.
    /// `rules` say which addresses it may call.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(value: &Value, rules: Rules<'_>) -> Result<Self, ComponentError> {
        let mut value = value.clone();
        if let Some(members) = value.as_object_mut() {
            let parameters = members
                .entry("parameters")
                .or_insert_with(|| Value::Object(serde_json::Map::new()));
            if !has_objects(parameters) {
                return Err(ComponentError::NotAnObject);
            }
        }
        let component: Self = serde_json::from_value(value).map_err(ComponentError::Shape)?;
        component.check(rules)?;
        Ok(component)
    }

    fn check(&self, rules: Rules<'_>) -> Result<(), ComponentError> {
        text("name", &self.name)?;
        match &self.action {
            Action::BeginAssessment(Nothing {}) => Ok(()),
            Action::UpdateAssessment(Update { status }) if status.is_terminal() => {
                Err(ComponentError::TerminalStatus(*status))
            }
            Action::UpdateAssessment(_) => Ok(()),
            Action::Wait(wait) => range("seconds", wait.seconds, 1, MAX_WAIT_SECONDS),
            Action::WaitForEvent(wait) => {
                range("timeout_seconds", wait.timeout_seconds, 1, MAX_WAIT_SECONDS)
            }
            Action::Call(call) => {
                range("retries", call.retries, 0, MAX_RETRIES)?;
                target::parse(&call.url, rules)
                    .map(drop)
                    .map_err(ComponentError::Target)
            }
            Action::CompleteAssessment(complete) => {
                if complete.findings.len() > MAX_LIST_ENTRIES {
                    return Err(ComponentError::List("findings"));
                }
                complete
                    .findings
                    .iter()
                    .try_for_each(|finding| text("title", &finding.title))
            }
            Action::FailAssessment(fail) => match &fail.message {
                Some(message) => text("message", message),
                None => Ok(()),
            },
        }
    }

    /// Whether nothing can come after it.
    #[must_use]
    pub const fn ends_the_run(&self) -> bool {
        matches!(
            self.action,
            Action::CompleteAssessment(_) | Action::FailAssessment(_)
        )
    }
}

impl Action {
    /// The action's name on the wire.
    #[must_use]
    pub const fn kind(&self) -> ActionType {
        match self {
            Self::BeginAssessment(_) => ActionType::BeginAssessment,
            Self::UpdateAssessment(_) => ActionType::UpdateAssessment,
            Self::Wait(_) => ActionType::Wait,
            Self::WaitForEvent(_) => ActionType::WaitForEvent,
            Self::Call(_) => ActionType::Call,
            Self::CompleteAssessment(_) => ActionType::CompleteAssessment,
            Self::FailAssessment(_) => ActionType::FailAssessment,
        }
    }
}

fn text(what: &'static str, text: &str) -> Result<(), ComponentError> {
    let length = text.chars().count();
    if (1..=MAX_TEXT_LENGTH).contains(&length) {
        Ok(())
    } else {
        Err(ComponentError::Text(what))
    }
}

fn range(what: &'static str, value: u32, least: u32, most: u32) -> Result<(), ComponentError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(ComponentError::Range(what, least, most))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(action_type: &str, parameters: Value) -> Result<Component, String> {
        let id = format!("cbwc_{}", "1".repeat(32));
        let value = json!({ "id": id, "name": "A step", "action_type": action_type, "parameters": parameters });
        Component::read(&value, Rules::DEFAULT).map_err(|error| error.to_string())
    }

    #[test]
    fn components_read_and_write_the_same_json() {
        for (action_type, parameters) in [
            ("begin_assessment", json!({})),
            ("update_assessment", json!({ "status": "review_evals" })),
            ("wait", json!({ "seconds": 5 })),
            (
                "wait_for_event",
                json!({ "event": "approved", "timeout_seconds": 60, "on_timeout": "continue", "applies_report": true }),
            ),
            (
                "call",
                json!({ "url": "https://analyser.example/run", "retries": 0, "on_failure": "fail" }),
            ),
            (
                "complete_assessment",
                json!({ "score_percent": 0.5, "findings": [{ "title": "Weak keys" }] }),
            ),
            ("fail_assessment", json!({ "message": "No evidence" })),
        ] {
            let component = read(action_type, parameters.clone()).unwrap();
            let written = serde_json::to_value(&component).unwrap();
            assert_eq!(written["action_type"], action_type);
            assert_eq!(written["parameters"], parameters);
            assert_eq!(component.action.kind().as_str(), action_type);
        }
    }

    #[test]
    fn parameters_have_defaults() {
        let Action::Call(call) = read("call", json!({ "url": "https://a.example" }))
            .unwrap()
            .action
        else {
            panic!("not a call");
        };
        assert_eq!((call.retries, call.on_failure), (4, OnFailure::Fail));
        assert!(read("begin_assessment", json!({})).is_ok());
        assert!(read("complete_assessment", json!({})).is_ok());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (action_type, parameters, told) in [
            ("explode", json!({}), "unknown variant"),
            ("wait", json!({}), "missing field `seconds`"),
            ("wait", json!([5]), "must be an object"),
            ("wait", json!({ "seconds": 0 }), "seconds must be from 1"),
            ("wait", json!({ "seconds": -1 }), "invalid value"),
            (
                "wait",
                json!({ "seconds": 1, "minutes": 2 }),
                "unknown field `minutes`",
            ),
            (
                "update_assessment",
                json!({ "status": "complete" }),
                "ends an assessment",
            ),
            (
                "update_assessment",
                json!({ "status": "done" }),
                "unknown variant",
            ),
            (
                "call",
                json!({ "url": "http://a.example" }),
                "must be https",
            ),
            (
                "call",
                json!({ "url": "https://a.example", "retries": 11 }),
                "from 0 to 10",
            ),
            (
                "wait_for_event",
                json!({ "event": "a b", "timeout_seconds": 1 }),
                "letters",
            ),
            (
                "complete_assessment",
                json!({ "findings": [{ "title": "" }] }),
                "title must have",
            ),
        ] {
            let error = read(action_type, parameters).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
