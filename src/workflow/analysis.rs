//! What an analyser answers a call, or reports in an event: what it found, in
//! terms of the assessment.

use serde::{Deserialize, Deserializer, Serialize};

use serde_json::Value;

use crate::assessment::Status;
use crate::limits::{MAX_LIST_ENTRIES, MAX_TEXT_LENGTH};
use crate::shape::wire;

/// Most bytes of an answer.
pub const MAX_BYTES: usize = 262_144;

/// Most artifacts of one answer: those of a whole run are read in one row.
pub const MAX_ARTIFACTS: usize = 20;

wire! {
/// What an analyser found. Every part is optional, unknown keys are ignored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Analysis {
    /// Where the assessment stands now; anything but `canceled`, which is for
    /// people to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status> = optional,
    /// A fraction, typically 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_percent: Option<f64> = optional,
    /// Findings to add.
    #[serde(
        default,
        deserialize_with = "or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub findings: Vec<Finding> = optional,
    /// Things that were made or used, shown with the step.
    #[serde(
        default,
        deserialize_with = "or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub artifacts: Vec<NewArtifact> = optional,
}

/// A finding to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was found.
    pub title: String,
}

/// An artifact to note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewArtifact {
    /// What it is, as in `report`.
    pub artifact_type: String,
    /// Its id, where it is kept.
    pub id: String,
    /// What it is to the step, as in `output`.
    pub role: String,
}
}

/// An answer that is none.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// Too many bytes.
    #[error("answered more than {MAX_BYTES} bytes")]
    TooLarge,
    /// Not JSON, or of another shape. What it repeats of the answer is for the log,
    /// not for whoever reads the run.
    #[error("not an analysis")]
    Shape(#[source] serde_json::Error),
    /// An array, where an object must be; serde would take it for its fields.
    #[error("not an analysis: an object is expected, and objects in its lists")]
    NotAnObject,
    /// `canceled` is not an analyser's to say.
    #[error("an analyser cannot cancel an assessment")]
    Cancels,
    /// A list is too long.
    #[error("{0}: at most {1} entries")]
    List(&'static str, usize),
    /// A text is empty or too long.
    #[error("{0} must have 1 to {MAX_TEXT_LENGTH} characters")]
    Text(&'static str),
}

impl Analysis {
    /// Reads the body of an answer, of which an empty one says nothing yet: an analyser
    /// may report later.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn of_answer(text: &str) -> Result<Self, AnalysisError> {
        match text.len() {
            0 => Ok(Self::default()),
            1..=MAX_BYTES => Self::read(text),
            _ => Err(AnalysisError::TooLarge),
        }
    }

    /// Reads an analysis.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(json: &str) -> Result<Self, AnalysisError> {
        let value: Value = serde_json::from_str(json).map_err(AnalysisError::Shape)?;
        if !has_objects(&value) {
            return Err(AnalysisError::NotAnObject);
        }
        let analysis: Self = serde_json::from_value(value).map_err(AnalysisError::Shape)?;
        if analysis.status == Some(Status::Canceled) {
            return Err(AnalysisError::Cancels);
        }
        for (what, length, most) in [
            ("findings", analysis.findings.len(), MAX_LIST_ENTRIES),
            ("artifacts", analysis.artifacts.len(), MAX_ARTIFACTS),
        ] {
            if length > most {
                return Err(AnalysisError::List(what, most));
            }
        }
        let texts = analysis
            .findings
            .iter()
            .map(|finding| ("title", &finding.title))
            .chain(analysis.artifacts.iter().flat_map(|artifact| {
                [
                    ("artifact_type", &artifact.artifact_type),
                    ("id", &artifact.id),
                    ("role", &artifact.role),
                ]
            }));
        for (what, text) in texts {
            if !(1..=MAX_TEXT_LENGTH).contains(&text.chars().count()) {
                return Err(AnalysisError::Text(what));
            }
        }
        Ok(analysis)
    }
}

/// Whether a value is an object, and what is in its lists are objects.
pub(super) fn has_objects(value: &Value) -> bool {
    let are_objects = |list: &Value| match list {
        Value::Array(items) => items.iter().all(Value::is_object),
        _ => true,
    };
    value
        .as_object()
        .is_some_and(|members| members.values().all(are_objects))
}

/// `null` in a list's place is the same as leaving it out.
fn or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_optional_and_unknown_keys_are_ignored() {
        assert_eq!(Analysis::read("{}").unwrap(), Analysis::default());
        let nulls = r#"{"score_percent":null,"status":null,"findings":null,"artifacts":null}"#;
        assert_eq!(Analysis::read(nulls).unwrap(), Analysis::default());
        let json = r#"{"score_percent":0.8,"status":"review_evals","findings":[{"title":"x","id":1}],"took":3}"#;
        let analysis = Analysis::read(json).unwrap();
        assert_eq!(analysis.score_percent, Some(0.8));
        assert_eq!(analysis.findings.len(), 1);
    }

    #[test]
    fn an_empty_answer_says_nothing_and_one_of_white_space_is_none() {
        assert_eq!(Analysis::of_answer("").unwrap(), Analysis::default());
        assert!(Analysis::of_answer(" ").is_err());
    }

    #[test]
    fn an_answer_has_so_many_bytes_and_no_more() {
        let most = format!("{{}}{}", " ".repeat(MAX_BYTES - 2));
        assert!(Analysis::of_answer(&most).is_ok());
        let error = Analysis::of_answer(&format!("{most} ")).unwrap_err();
        assert_eq!(error.to_string(), "answered more than 262144 bytes");
    }

    #[test]
    fn what_is_told_repeats_nothing_of_the_answer() {
        for json in [
            r#"{"status":"hush"}"#,
            r#"{"score_percent":"hush"}"#,
            r#"{"findings":["hush"]}"#,
            r#"{"findings":[{"title":"hush"},{"hush":1}]}"#,
            "hush",
        ] {
            let told = Analysis::read(json).unwrap_err().to_string();
            assert!(!told.contains("hush"), "{told}");
        }
    }

    #[test]
    fn nonsense_is_told() {
        for json in [
            "",
            "[]x",
            "[]",
            r#"["review_evals",0.9]"#,
            r#"{"findings":[["Weak keys"]]}"#,
            r#"{"artifacts":[["a","b","c"]]}"#,
            "\"ok\"",
            r#"{"score_percent":"high"}"#,
            r#"{"score_percent":1e999}"#,
            r#"{"status":"done"}"#,
            r#"{"status":"canceled"}"#,
            r#"{"findings":[{"title":""}]}"#,
            r#"{"findings":{}}"#,
            r#"{"artifacts":[{"artifact_type":"a","id":"b"}]}"#,
        ] {
            assert!(Analysis::read(json).is_err(), "{json}");
        }
    }
}
