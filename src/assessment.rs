//! The assessment (section 3) as the three endpoints show it. Fields stand in
//! the order in which they are emitted.

use serde::{Deserialize, Serialize};

use crate::id::{AssessmentId, ControlSetId, ServiceId, VendorId, WorkflowRunId};
use crate::shape::{Shape, Spec, wire, wire_enum};
use crate::stored::{Stored, StoredId};
use crate::time::Timestamp;

wire! {
/// The answer of `POST /v1/assessments`: 13 keys, without `custom_fields`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedAssessment {
    /// The new assessment.
    pub id: AssessmentId,
    /// The vendor under assessment.
    pub vendor_id: VendorId,
    /// As sent or generated, never empty.
    pub name: String,
    /// `created`.
    pub status: Status,
    /// In request order.
    pub control_set_ids: Vec<ControlSetId>,
    /// In request order.
    pub service_ids: Vec<ServiceId>,
    /// The person responsible.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<String>))]
    pub assignee_id: Option<StoredId>,
    /// `null` until scored.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub score_percent: Option<f64>,
    /// Findings that are not archived.
    pub findings_count: u32,
    /// When work began, Unix seconds.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub initiated_at: Option<Timestamp>,
    /// Unix seconds.
    pub created_at: Timestamp,
    /// Last change, Unix seconds.
    pub updated_at: Timestamp,
    /// The run of the workflow that was named, if any.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub workflow_run_id: Option<WorkflowRunId>,
}

/// The answer of `GET /v1/assessments/{assessment_id}`: 13 keys, without
/// `workflow_run_id`. An archived assessment has the same shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assessment {
    /// The assessment.
    pub id: AssessmentId,
    /// The vendor under assessment.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub vendor_id: StoredId,
    /// Never empty, not necessarily unique.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// In request order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub control_set_ids: Vec<StoredId>,
    /// In request order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub service_ids: Vec<StoredId>,
    /// The person responsible.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<String>))]
    pub assignee_id: Option<StoredId>,
    /// A fraction, typically 0 to 1 (0.566 means 56.6 %), never clamped; `null` until scored.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub score_percent: Option<f64>,
    /// Findings that are not archived; as it was just before an archive.
    pub findings_count: u32,
    /// When work began, Unix seconds.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub initiated_at: Option<Timestamp>,
    /// Fields of the organization's own that have a value.
    pub custom_fields: Vec<CustomField>,
    /// Unix seconds.
    pub created_at: Timestamp,
    /// Last change, Unix seconds.
    pub updated_at: Timestamp,
}

/// The answer of `DELETE /v1/assessments/{assessment_id}`: the same for the
/// first call and every repetition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArchivedAssessment {
    /// The assessment.
    pub id: AssessmentId,
    /// The status at archival.
    pub status: Status,
    /// `true`.
    pub is_archived: bool,
    /// When the archive took effect, Unix seconds.
    pub archived_at: Timestamp,
}
}

wire_enum! {
    /// Where an assessment stands (3.2). It may move backwards.
    pub enum Status {
        /// Recorded, work not begun.
        Created = "created",
        /// Gathering evidence, waiting for at least one document.
        CollectingDocuments = "collecting_documents",
        /// Evidence being processed for analysis.
        IndexingSupportingDocuments = "indexing_supporting_documents",
        /// Controls being evaluated against the evidence.
        AnalyzingQuestionnaire = "analyzing_questionnaire",
        /// Results ready; people review them.
        ReviewEvals = "review_evals",
        /// Closed with an outcome; terminal.
        Complete = "complete",
        /// Processing failed; terminal.
        Failed = "failed",
        /// Stopped before completion; terminal.
        Canceled = "canceled",
    }

    /// The type of a custom field.
    pub enum CustomFieldType {
        /// A string.
        String = "string",
        /// A number.
        Number = "number",
        /// A boolean.
        Boolean = "boolean",
        /// A string `YYYY-MM-DD`.
        Date = "date",
        /// A string, an option's label.
        Select = "select",
        /// An array of options' labels.
        Multiselect = "multiselect",
        /// An array of `cbuser_` ids, even for one.
        User = "user",
    }
}

impl Status {
    /// Whether no more work will happen.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Complete | Self::Failed | Self::Canceled)
    }

    /// The status that archiving leaves (section 6): unfinished work is
    /// canceled by it, finished work stays what it was.
    #[must_use]
    pub const fn when_archived(self) -> Self {
        if self.is_terminal() {
            self
        } else {
            Self::Canceled
        }
    }

    /// [`Self::when_archived`] of every status, as a JSON object from one to the
    /// other: the form in which a database applies it to many rows.
    #[must_use]
    pub fn archive_map() -> String {
        let statuses = Self::ALL.iter();
        let map: serde_json::Map<_, _> = statuses
            .map(|status| {
                (
                    status.as_str().to_owned(),
                    status.when_archived().as_str().into(),
                )
            })
            .collect();
        serde_json::Value::from(map).to_string()
    }

    /// The label of the product stage, for people.
    #[must_use]
    pub const fn stage_label(self) -> &'static str {
        match self {
            Self::Created | Self::CollectingDocuments => "Collecting Documents",
            Self::IndexingSupportingDocuments | Self::AnalyzingQuestionnaire => {
                "Analyzing Controls"
            }
            Self::ReviewEvals => "Review Results",
            Self::Complete => "Complete",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
        }
    }
}

wire! {
/// A custom field that has a value (3.3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomField {
    /// The field's stable handle.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub config_id: StoredId,
    /// The field's name, which may change.
    pub field_name: String,
    /// What `value` looks like.
    pub field_type: CustomFieldType,
    /// The value.
    #[cfg_attr(feature = "openapi", schema(value_type = CustomFieldValue))]
    pub value: Stored<CustomFieldValue>,
}
}

/// The value of a custom field. Numbers keep the form they were stored in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CustomFieldValue {
    /// For `boolean`.
    Boolean(bool),
    /// For `number`.
    Number(serde_json::Number),
    /// For `string`, `date` and `select`.
    Text(String),
    /// For `multiselect` and `user`.
    List(Vec<String>),
}

impl Shape for CustomFieldValue {
    const SPEC: &'static Spec = &Spec::IfKnown {
        member: "field_type",
        of: CustomFieldType::SPEC,
        then: &Spec::AnyOf(&[
            Spec::Boolean,
            Spec::Number,
            Spec::String,
            Spec::List(&Spec::String),
        ]),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_read_and_write_their_eight_values() {
        for &status in Status::ALL {
            let json = format!("\"{}\"", status.as_str());
            assert_eq!(serde_json::to_string(&status).unwrap(), json);
            assert_eq!(serde_json::from_str::<Status>(&json).unwrap(), status);
        }
        assert!(serde_json::from_str::<Status>("\"completed\"").is_err());
        assert!(serde_json::from_str::<Status>("\"cancelled\"").is_err());
    }

    #[test]
    fn archiving_cancels_only_unfinished_work() {
        use Status::{Canceled, Complete, Created, Failed, ReviewEvals};
        for (before, after) in [
            (Created, Canceled),
            (ReviewEvals, Canceled),
            (Complete, Complete),
            (Failed, Failed),
            (Canceled, Canceled),
        ] {
            assert_eq!(before.when_archived(), after);
        }
    }

    #[test]
    fn numbers_keep_their_form() {
        for text in ["4", "4.5", "-1e300"] {
            let value: CustomFieldValue = serde_json::from_str(text).unwrap();
            let number: f64 = serde_json::to_string(&value).unwrap().parse().unwrap();
            assert_eq!(number, text.parse::<f64>().unwrap());
        }
        let four: CustomFieldValue = serde_json::from_str("4").unwrap();
        assert_eq!(serde_json::to_string(&four).unwrap(), "4");
    }
}
