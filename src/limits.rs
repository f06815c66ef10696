//! The documented limits (4.3). How much each field may hold stands with the
//! field, in [`crate::field`].

use crate::code::number_at_end;
use crate::field::{Content, CreateAssessmentRequest, Field, Sent, Text};

pub use crate::field::{MAX_LIST_ENTRIES, MAX_TEXT_LENGTH};

/// Bytes of a whole request body.
pub const MAX_BODY_BYTES: usize = 262_144;

/// A limit that a request exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitFault {
    /// A list with too many entries.
    #[error("{}: at most {} entries, got {actual}", field.name(), most(*field))]
    TooManyEntries {
        /// The list.
        field: Field,
        /// Entries as sent.
        actual: usize,
    },
    /// A text with too many code points.
    #[error("{}: at most {} characters, got {actual}", field.name(), most(*field))]
    TooLong {
        /// The text.
        field: Field,
        /// Code points counted.
        actual: usize,
    },
}

fn most(field: Field) -> usize {
    field.descriptor().content.limit().unwrap_or(usize::MAX)
}

impl LimitFault {
    /// The limit as a sentence, for where the field is named already.
    #[must_use]
    pub fn sentence(&self) -> String {
        let most = most(self.field());
        match self {
            Self::TooManyEntries { actual, .. } => {
                format!("At most {most} entries, this has {actual}")
            }
            Self::TooLong { actual, .. } => {
                format!("At most {most} characters, this has {actual}")
            }
        }
    }

    /// Reads what [`Display`](std::fmt::Display) wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let end = text.bytes().position(|byte| byte == b':')?;
        let field = Field::from_name(text.get(..end)?)?;
        let actual = number_at_end(text);
        let fault = match field.descriptor().content {
            Content::Ids(..) => Self::TooManyEntries { field, actual },
            Content::Text(_) | Content::TrimmedText(_) => Self::TooLong { field, actual },
            Content::Id(_) | Content::Integer(..) | Content::Json => return None,
        };
        (fault.to_string() == text).then_some(fault)
    }

    /// The field that exceeds a limit.
    #[must_use]
    pub const fn field(&self) -> Field {
        match self {
            Self::TooManyEntries { field, .. } | Self::TooLong { field, .. } => *field,
        }
    }
}

/// Every limit that `request` exceeds, in model order.
#[must_use]
pub fn faults<T: Text>(request: &CreateAssessmentRequest<T>) -> Vec<LimitFault> {
    faults_of_cut(request, &[])
}

/// Lists that were not read to their end, by name, and how many entries they have.
pub(crate) type Cut = [(&'static str, usize)];

/// The same for a request with such lists.
pub(crate) fn faults_of_cut<T: Text>(
    request: &CreateAssessmentRequest<T>,
    cut: &Cut,
) -> Vec<LimitFault> {
    let values = Field::ALL.iter().zip(request.values());
    values
        .filter_map(|(&field, value)| fault(field, value?, cut))
        .collect()
}

/// The limit that the value of a field exceeds, if it does.
pub(crate) fn fault<T: Text>(field: Field, value: Sent<'_, T>, cut: &Cut) -> Option<LimitFault> {
    match (field.descriptor().content, value) {
        (Content::Ids(_, most), Sent::List(list)) => {
            let whole = cut.iter().find(|(name, _)| *name == field.name());
            let actual = whole.map_or(list.len(), |(_, entries)| *entries);
            (actual > most).then_some(LimitFault::TooManyEntries { field, actual })
        }
        (Content::Text(most), Sent::Text(text)) => too_long(field, text, most),
        (Content::TrimmedText(most), Sent::Text(text)) => too_long(field, text.trim(), most),
        _ => None,
    }
}

fn too_long(field: Field, text: &str, most: usize) -> Option<LimitFault> {
    // No text has more code points than bytes.
    if text.len() <= most {
        return None;
    }
    let actual = text.chars().count();
    (actual > most).then_some(LimitFault::TooLong { field, actual })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exceeded_limit_is_named_in_model_order() {
        let over = CreateAssessmentRequest {
            vendor_id: "v".into(),
            control_set_ids: vec!["x".into(); 101],
            name: Some("n".repeat(256)),
            assessment_name_format: Some(" ".repeat(256)),
            service_ids: vec!["x".into(); 102],
            trigger_workflow: Some("w".repeat(256)),
            supporting_document_ids: vec!["x".into(); 103],
            ..CreateAssessmentRequest::default()
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
}
