//! Examples of requests and of successful answers. They stand in one file, and
//! a test sends the requests and compares what it gets with the answers, so they
//! are what the API really does with the demo data. Examples of errors need no
//! file: they are the bodies that a [`crate::problem::Problem`] answers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// By the id of the operation.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Examples(BTreeMap<String, OfOperation>);

/// Example Objects, by their names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfOperation {
    #[serde(default)]
    requests: Map<String, Value>,
    answers: Map<String, Value>,
}

impl Examples {
    pub(super) fn read() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("examples.json"))
    }

    /// Of the request of an operation.
    pub(super) fn requests(&self, id: &str) -> Map<String, Value> {
        self.of(id, |examples| &examples.requests)
    }

    /// Of the successful answer of an operation.
    pub(super) fn answers(&self, id: &str) -> Map<String, Value> {
        self.of(id, |examples| &examples.answers)
    }

    fn of(&self, id: &str, which: fn(&OfOperation) -> &Map<String, Value>) -> Map<String, Value> {
        self.0.get(id).map(which).cloned().unwrap_or_default()
    }
}
