//! The documented limits (4.3): a [`Draft`] becomes a [`CreateAssessment`], or
//! the list of every limit it exceeds, the text of a `400`.

use crate::id::{ControlSet, Id, Kind, Service, User, Vendor, VendorDocument};
use crate::name::Naming;
use crate::schema::{Draft, Field};

/// Entries of each id list, counted as sent.
pub const MAX_LIST_ENTRIES: usize = 100;
/// Code points of `name` (after trimming), `assessment_name_format` and
/// `trigger_workflow` (both as sent), and of a generated name.
pub const MAX_TEXT_LENGTH: usize = 255;
/// Bytes of a whole request body.
pub const MAX_BODY_BYTES: usize = 262_144;

/// A create request within the limits. Only this module makes one, so holding
/// one proves that gates 6 and 7 (2.7) are passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAssessment {
    vendor: Reference<Vendor>,
    control_sets: Vec<Reference<ControlSet>>,
    naming: Naming,
    services: Vec<Reference<Service>>,
    assignee: Option<Reference<User>>,
    workflow: Option<WorkflowName>,
    documents: Vec<Reference<VendorDocument>>,
}

impl CreateAssessment {
    /// Applies the limits; lists lose their duplicates (4.4).
    ///
    /// # Errors
    /// Every exceeded limit, in model order; never an empty list.
    pub fn new(draft: Draft) -> Result<Self, Vec<LimitFault>> {
        let faults = faults(&draft);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            vendor: Reference::read(draft.vendor_id),
            control_sets: references(draft.control_set_ids),
            naming: Naming::choose(draft.name, draft.assessment_name_format),
            services: references(draft.service_ids),
            assignee: draft.assignee_id.map(Reference::read),
            workflow: draft.trigger_workflow.map(WorkflowName),
            documents: references(draft.supporting_document_ids),
        })
    }

    /// The vendor to assess.
    #[must_use]
    pub fn vendor(&self) -> &Reference<Vendor> {
        &self.vendor
    }

    /// The control sets, in request order, each once.
    #[must_use]
    pub fn control_sets(&self) -> &[Reference<ControlSet>] {
        &self.control_sets
    }

    /// How the name is found.
    #[must_use]
    pub fn naming(&self) -> &Naming {
        &self.naming
    }

    /// The services in scope, in request order, each once.
    #[must_use]
    pub fn services(&self) -> &[Reference<Service>] {
        &self.services
    }

    /// The person responsible, if named.
    #[must_use]
    pub fn assignee(&self) -> Option<&Reference<User>> {
        self.assignee.as_ref()
    }

    /// The workflow to start, if named.
    #[must_use]
    pub fn workflow(&self) -> Option<&WorkflowName> {
        self.workflow.as_ref()
    }

    /// The documents to link, in request order, each once.
    #[must_use]
    pub fn documents(&self) -> &[Reference<VendorDocument>] {
        &self.documents
    }
}

/// An id as a request names it. A malformed one is no error by itself: it is
/// simply not found (2.5), and the answer repeats it as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference<K: Kind> {
    /// It has the form of an id of this kind.
    WellFormed(Id<K>),
    /// It cannot name anything.
    Malformed(String),
}

impl<K: Kind> Reference<K> {
    /// Reads an id as sent.
    #[must_use]
    pub fn read(text: String) -> Self {
        match Id::parse(&text) {
            Ok(id) => Self::WellFormed(id),
            Err(_) => Self::Malformed(text),
        }
    }

    /// The text as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::WellFormed(id) => id.as_str(),
            Self::Malformed(text) => text,
        }
    }

    /// The id, if it can name anything.
    #[must_use]
    pub fn id(&self) -> Option<&Id<K>> {
        match self {
            Self::WellFormed(id) => Some(id),
            Self::Malformed(_) => None,
        }
    }
}

/// The name of a workflow as sent: at most [`MAX_TEXT_LENGTH`] code points,
/// possibly empty (which names no workflow).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowName(String);

impl WorkflowName {
    /// The name as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A limit that a request exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitFault {
    /// A list with more than [`MAX_LIST_ENTRIES`] entries.
    #[error("{}: at most {MAX_LIST_ENTRIES} entries, got {actual}", field.name())]
    TooManyEntries {
        /// The list.
        field: Field,
        /// Entries as sent.
        actual: usize,
    },
    /// A text of more than [`MAX_TEXT_LENGTH`] code points.
    #[error("{}: at most {MAX_TEXT_LENGTH} characters, got {actual}", field.name())]
    TooLong {
        /// The text.
        field: Field,
        /// Code points counted.
        actual: usize,
    },
}

impl LimitFault {
    /// The limit as a sentence, for where the field is named already.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::TooManyEntries { actual, .. } => {
                format!("At most {MAX_LIST_ENTRIES} entries, this has {actual}")
            }
            Self::TooLong { actual, .. } => {
                format!("At most {MAX_TEXT_LENGTH} characters, this has {actual}")
            }
        }
    }

    /// The field that exceeds a limit.
    #[must_use]
    pub const fn field(&self) -> Field {
        match self {
            Self::TooManyEntries { field, .. } | Self::TooLong { field, .. } => *field,
        }
    }
}

/// Every limit that `draft` exceeds, in model order.
#[must_use]
pub fn faults(draft: &Draft) -> Vec<LimitFault> {
    faults_of_cut(draft, &[])
}

/// The same for a request whose lists of these names have so many entries and
/// were not read to their end.
pub(crate) fn faults_of_cut(draft: &Draft, cut: &[(Field, usize)]) -> Vec<LimitFault> {
    let list = |field, list: &[String]| {
        let whole = cut.iter().find(|(name, _)| *name == field);
        let actual = whole.map_or(list.len(), |(_, entries)| *entries);
        (actual > MAX_LIST_ENTRIES).then_some(LimitFault::TooManyEntries { field, actual })
    };
    let text = |field, text: Option<&str>| {
        let actual = text?.chars().count();
        (actual > MAX_TEXT_LENGTH).then_some(LimitFault::TooLong { field, actual })
    };
    [
        list(Field::ControlSetIds, &draft.control_set_ids),
        text(Field::Name, draft.name.as_deref().map(str::trim)),
        text(
            Field::AssessmentNameFormat,
            draft.assessment_name_format.as_deref(),
        ),
        list(Field::ServiceIds, &draft.service_ids),
        text(Field::TriggerWorkflow, draft.trigger_workflow.as_deref()),
        list(Field::SupportingDocumentIds, &draft.supporting_document_ids),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The ids of a list, each once, at its first position.
fn references<K: Kind>(list: Vec<String>) -> Vec<Reference<K>> {
    let mut kept: Vec<Reference<K>> = Vec::with_capacity(list.len());
    for text in list {
        if !kept.iter().any(|reference| reference.as_str() == text) {
            kept.push(Reference::read(text));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            vendor_id: "v".into(),
            control_set_ids: Vec::new(),
            name: None,
            assessment_name_format: None,
            service_ids: Vec::new(),
            assignee_id: None,
            trigger_workflow: None,
            supporting_document_ids: Vec::new(),
        }
    }

    #[test]
    fn the_limits_themselves_are_allowed() {
        let within = Draft {
            control_set_ids: vec!["x".into(); 100],
            name: Some(format!("  {}  ", "é".repeat(255))),
            assessment_name_format: Some("☕".repeat(255)),
            trigger_workflow: Some("w".repeat(255)),
            ..draft()
        };
        assert!(CreateAssessment::new(within).is_ok());
    }

    #[test]
    fn every_exceeded_limit_is_named_in_model_order() {
        let over = Draft {
            control_set_ids: vec!["x".into(); 101],
            name: Some("n".repeat(256)),
            assessment_name_format: Some(" ".repeat(256)),
            service_ids: vec!["x".into(); 102],
            trigger_workflow: Some("w".repeat(256)),
            supporting_document_ids: vec!["x".into(); 103],
            ..draft()
        };
        let texts: Vec<String> = faults(&over).iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "control_set_ids: at most 100 entries, got 101",
                "name: at most 255 characters, got 256",
                "assessment_name_format: at most 255 characters, got 256",
                "service_ids: at most 100 entries, got 102",
                "trigger_workflow: at most 255 characters, got 256",
                "supporting_document_ids: at most 100 entries, got 103",
            ]
        );
    }

    #[test]
    fn duplicates_are_kept_once_at_their_first_position() {
        let twice = Draft {
            control_set_ids: ["b", "a", "b", "c", "a"].map(String::from).into(),
            ..draft()
        };
        let kept = CreateAssessment::new(twice).unwrap();
        let texts: Vec<&str> = kept.control_sets().iter().map(Reference::as_str).collect();
        assert_eq!(texts, ["b", "a", "c"]);
    }
}
