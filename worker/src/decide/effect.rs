//! What a step does to its assessment and its run. Pure.

use assessments::assessment::Status;
use assessments::workflow::analysis::{Analysis, Finding, NewArtifact};
use assessments::workflow::definition::{Complete, Fail, OnFailure, Update};
use assessments::workflow::run::{RunStatus, StepStatus};

/// The effect of one step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Effect {
    /// How the step ends.
    pub(crate) outcome: StepStatus,
    /// What there is to say of it.
    pub(crate) message: Option<String>,
    /// How the run ends by it, if it does.
    pub(crate) ends_run: Option<RunStatus>,
    /// Whether work begins.
    pub(crate) begins: bool,
    /// Where the assessment moves to.
    pub(crate) status: Option<Status>,
    /// Its score.
    pub(crate) score_percent: Option<f64>,
    /// Findings to add.
    pub(crate) findings: Vec<Finding>,
    /// Artifacts to note.
    pub(crate) artifacts: Vec<NewArtifact>,
}

impl Effect {
    /// The step is done, and that is all.
    pub(crate) const fn done() -> Self {
        Self {
            outcome: StepStatus::Success,
            message: None,
            ends_run: None,
            begins: false,
            status: None,
            score_percent: None,
            findings: Vec::new(),
            artifacts: Vec::new(),
        }
    }

    pub(crate) fn begin() -> Self {
        Self {
            begins: true,
            ..Self::done()
        }
    }

    pub(crate) fn update(update: &Update) -> Self {
        Self {
            status: Some(update.status),
            ..Self::done()
        }
    }

    pub(crate) fn complete(complete: &Complete) -> Self {
        Self {
            status: Some(Status::Complete),
            score_percent: complete.score_percent,
            findings: complete.findings.clone(),
            ends_run: Some(RunStatus::Completed),
            ..Self::done()
        }
    }

    pub(crate) fn fail(fail: &Fail) -> Self {
        Self {
            status: Some(Status::Failed),
            message: fail.message.clone(),
            ends_run: Some(RunStatus::Failed),
            ..Self::done()
        }
    }

    /// What an analyser found.
    pub(crate) fn analysis(analysis: Analysis) -> Self {
        let Analysis {
            status,
            score_percent,
            findings,
            artifacts,
        } = analysis;
        Self {
            status,
            score_percent,
            findings,
            artifacts,
            ..Self::done()
        }
    }

    /// The step failed.
    pub(crate) fn failure(message: String, then: OnFailure) -> Self {
        let ends = then == OnFailure::Fail;
        Self {
            outcome: StepStatus::Failed,
            message: Some(message),
            ends_run: ends.then_some(RunStatus::Failed),
            status: ends.then_some(Status::Failed),
            ..Self::done()
        }
    }

    /// Whether the assessment changes at all.
    pub(crate) fn moves_assessment(&self) -> bool {
        self.begins
            || self.status.is_some()
            || self.score_percent.is_some()
            || !self.findings.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_ends_the_run_unless_it_is_told_to_go_on() {
        let fatal = Effect::failure("no answer".to_owned(), OnFailure::Fail);
        assert_eq!(fatal.ends_run, Some(RunStatus::Failed));
        assert_eq!(fatal.status, Some(Status::Failed));
        let passing = Effect::failure("no answer".to_owned(), OnFailure::Continue);
        assert_eq!((passing.ends_run, passing.status), (None, None));
        assert_eq!(passing.outcome, StepStatus::Failed);
        assert!(!passing.moves_assessment());
    }

    #[test]
    fn only_what_changes_an_assessment_moves_it() {
        assert!(!Effect::done().moves_assessment());
        assert!(Effect::begin().moves_assessment());
        assert!(Effect::complete(&Complete::default()).moves_assessment());
        assert!(!Effect::analysis(Analysis::default()).moves_assessment());
    }
}
