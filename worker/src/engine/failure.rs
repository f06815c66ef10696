//! Why a call of an analyser failed, as whoever reads the run is told: in words of
//! our own that are the same for every cause of a kind. What an analyser, its
//! network or the engine said may hold addresses, names and contents, so it goes
//! to the log alone.

use assessments::workflow::analysis::AnalysisError;
use assessments::workflow::target::TargetError;
use serde::{Deserialize, Serialize};

use crate::platform::engine_binding::StepError;
use crate::platform::log;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallFailure {
    /// No connection, or one that was lost before there was an answer.
    #[error("The analyser could not be reached.")]
    Unreachable,
    /// The connection was lost in the middle of the answer.
    #[error("The analyser failed: the answer broke off")]
    BrokeOff,
    /// The answer was not there in time.
    #[error("The analyser failed: no whole answer in {0} s")]
    TooSlow(u64),
    /// Another status than was wanted.
    #[error("The analyser failed: answered {0}")]
    Status(u16),
    /// A redirect.
    #[error("The analyser failed: answered {0}; redirects are not followed")]
    Redirect(u16),
    /// An answer with too many bytes.
    #[error("The analyser failed: {}", AnalysisError::TooLarge)]
    TooLarge(usize),
    /// An answer that is no text.
    #[error("The analyser failed: answered no UTF-8")]
    NotUtf8,
    /// An answer that is no analysis; the words are those of [`AnalysisError`].
    #[error("The analyser failed: {0}")]
    NotAnAnalysis(String),
    /// An address that may not be called; which one is the definition's affair.
    #[error("The analyser failed: its address {0}")]
    Target(Forbidden),
    /// Nothing to sign with.
    #[error("The analyser failed: the workflow has no signing secret")]
    Unsigned,
    /// Something of ours failed, or the engine did.
    #[error("The analyser could not be asked.")]
    NotAsked,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Forbidden {
    #[error("is not a URL")]
    NotAUrl,
    #[error("must be https")]
    NotHttps,
    #[error("must have no user name or password")]
    Credentials,
    #[error("is not a public address")]
    NotPublic,
    #[error("has a port that may not be called")]
    Port,
}

impl From<&TargetError> for CallFailure {
    fn from(error: &TargetError) -> Self {
        Self::Target(match error {
            TargetError::NotAUrl(_) => Forbidden::NotAUrl,
            TargetError::NotHttps => Forbidden::NotHttps,
            TargetError::Credentials => Forbidden::Credentials,
            TargetError::NotPublic(_) => Forbidden::NotPublic,
            TargetError::Port(_) => Forbidden::Port,
        })
    }
}

impl From<&AnalysisError> for CallFailure {
    fn from(error: &AnalysisError) -> Self {
        Self::NotAnAnalysis(error.to_string())
    }
}

impl CallFailure {
    /// Whether another attempt may go better.
    const fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable | Self::BrokeOff | Self::TooSlow(_) | Self::NotAsked => true,
            Self::Status(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Redirect(_)
            | Self::TooLarge(_)
            | Self::NotUtf8
            | Self::NotAnAnalysis(_)
            | Self::Target(_)
            | Self::Unsigned => false,
        }
    }

    /// As the engine takes it. It knows errors by their texts alone, so the text
    /// is the failure as JSON.
    pub(crate) fn into_step_error(self) -> StepError {
        let text = serde_json::to_string(&self).unwrap_or_default();
        if self.may_pass() {
            StepError::Retry(text)
        } else {
            StepError::Fatal(text)
        }
    }

    /// What the engine gives back. A text that is none of ours is the engine's own,
    /// such as of a step that was cut off; it is logged under `of`.
    pub(crate) fn from_engine(text: &str, of: &str) -> Self {
        let ours = text.trim_start_matches("NonRetryableError: ");
        serde_json::from_str(ours).unwrap_or_else(|_| {
            log::warn("call_failed_by_engine")
                .field("of", of)
                .cause(text)
                .write();
            Self::NotAsked
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_pass_through_the_engine_as_they_are() {
        for failure in [
            CallFailure::Unreachable,
            CallFailure::TooSlow(10),
            CallFailure::Status(503),
            CallFailure::Redirect(302),
            CallFailure::NotAnAnalysis("an analyser cannot cancel an assessment".to_owned()),
            CallFailure::Target(Forbidden::NotPublic),
            CallFailure::NotAsked,
        ] {
            let (StepError::Retry(text) | StepError::Fatal(text)) =
                failure.clone().into_step_error();
            assert_eq!(CallFailure::from_engine(&text, "run"), failure);
            let told = format!("NonRetryableError: {text}");
            assert_eq!(CallFailure::from_engine(&told, "run"), failure);
        }
    }

    #[test]
    fn what_is_told_of_an_address_does_not_name_it() {
        let error = TargetError::NotPublic("10.1.2.3".to_owned());
        assert_eq!(
            CallFailure::from(&error).to_string(),
            "The analyser failed: its address is not a public address"
        );
        let error = TargetError::NotAUrl("secret".to_owned());
        assert!(!CallFailure::from(&error).to_string().contains("secret"));
        let error = TargetError::Port(6379);
        assert!(!CallFailure::from(&error).to_string().contains("6379"));
    }
}
