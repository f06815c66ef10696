//! Why a request has no success to answer.

use assessments::problem::Problem;
use worker::console_error;

use crate::assets::AssetError;
use crate::decide::create::PlanError;
use crate::platform::random::{RandomError, RequestId};
use crate::storage::database::StorageError;
use crate::token::KeyError;

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
        let id = id.as_str();
        match self {
            Self::Problem(problem) => problem,
            Self::Storage(error) => {
                console_error!("request {id}: {error}");
                unavailable
            }
            Self::Session(error) => {
                console_error!("request {id}: {error}");
                unavailable
            }
            Self::Asset(error) => {
                console_error!("request {id}: {error}");
                unavailable
            }
            Self::Random(error) => {
                console_error!("request {id}: {error}");
                unavailable
            }
            Self::Serialize(error) => {
                console_error!("request {id}: answer does not serialise: {error}");
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
