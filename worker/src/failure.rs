//! Why a request has no success to answer.

use std::fmt::Display;

use assessments::creation::PlanError;
use assessments::problem::Problem;

use crate::assets::AssetError;
use crate::platform::log;
use crate::platform::random::{RandomError, RequestId};
use crate::storage::database::StorageError;
use crate::token::error::KeyError;

/// Seconds after which a caller may try again when storage failed.
const RETRY_AFTER_SECONDS: u32 = 2;

/// Why there is no success to answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The contract's refusal.
    Problem(Problem),
    /// D1 failed.
    Storage(StorageError),
    /// Sessions can be neither signed nor checked.
    Session(KeyError),
    /// The static assets failed.
    Asset(AssetError),
    /// No random ids.
    Random(RandomError),
    /// A body that does not serialise.
    Serialize(serde_json::Error),
}

impl Failure {
    /// The answer. What is not the caller's doing is logged here, under the
    /// request id, and its cause never travels.
    pub(crate) fn into_problem(self, id: &RequestId) -> Problem {
        let unavailable = Problem::Unavailable {
            retry_after: RETRY_AFTER_SECONDS,
        };
        let log = |event, cause: &dyn Display| {
            log::error(event)
                .field("request_id", id.as_str())
                .cause(cause)
                .write();
        };
        match self {
            Self::Problem(problem) => problem,
            Self::Storage(error) => {
                log("storage_failed", &error);
                unavailable
            }
            Self::Session(error) => {
                log("session_failed", &error);
                unavailable
            }
            Self::Asset(error) => {
                log("asset_failed", &error);
                unavailable
            }
            Self::Random(error) => {
                log("randomness_failed", &error);
                unavailable
            }
            Self::Serialize(error) => {
                log("answer_does_not_serialise", &error);
                Problem::Internal
            }
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Refused(problem) => Self::Problem(problem),
            PlanError::Serialize(error) => Self::Serialize(error),
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Session(error)
    }
}

impl From<AssetError> for Failure {
    fn from(error: AssetError) -> Self {
        Self::Asset(error)
    }
}

impl From<RandomError> for Failure {
    fn from(error: RandomError) -> Self {
        Self::Random(error)
    }
}
