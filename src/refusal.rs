//! The sentence in which a creation is refused (2.6, 4.4): written by the server,
//! read back by clients, so that a `400` has its issues with their places like a
//! `422`.
//!
//! An id may be any text. One that could be taken for a part of the sentence
//! stands in quotation marks, with as many `#` around them as it takes to tell
//! where it ends, so that every id is in the sentence just as it was sent.

use std::fmt;

use crate::field::{CreateAssessmentRequest, Field, Sent, Text};
use crate::idempotency::{self, IdempotencyKeyError};
use crate::limits::LimitFault;
use crate::schema::{MAX_FAULTS, Place};
use crate::validation::{Issue, IssueKind};

/// Between what is said of several fields.
const BETWEEN_FIELDS: &str = "; ";
/// Between a field and what is said of it.
const AFTER_FIELD: &str = ": ";
/// Between the ids of a field.
const BETWEEN_IDS: &str = ", ";
/// Around an id that could be taken for something else.
const QUOTE: &str = "\"";
/// Behind the ids of a field.
const NOT_FOUND: &str = " not found";

/// The bad ids of one field of a create request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadReference {
    /// The field.
    pub field: Field,
    /// Its bad ids, as sent, in request order.
    pub ids: Vec<String>,
}

/// Why a creation is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// References that cannot be honoured, fields in model order.
    BadReferences(Vec<BadReference>),
    /// Limits that are exceeded.
    OverLimit(Vec<LimitFault>),
    /// An idempotency key that breaks its rules.
    BadIdempotencyKey(IdempotencyKeyError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadReferences(references) => write_all(f, references),
            Self::OverLimit(faults) => write_all(f, faults),
            Self::BadIdempotencyKey(error) => {
                f.write_str(idempotency::HEADER)?;
                f.write_str(AFTER_FIELD)?;
                error.fmt(f)
            }
        }
    }
}

/// Writes parts of a sentence about several fields.
pub(crate) fn write_all<T: fmt::Display>(f: &mut fmt::Formatter<'_>, parts: &[T]) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(BETWEEN_FIELDS)?;
        }
        part.fmt(f)?;
    }
    Ok(())
}

impl fmt::Display for BadReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_not_found(f, self.field.name(), &self.ids)
    }
}

/// Writes that a field names what is not there.
pub(crate) fn write_not_found(
    f: &mut fmt::Formatter<'_>,
    field: &str,
    ids: &[String],
) -> fmt::Result {
    f.write_str(field)?;
    f.write_str(AFTER_FIELD)?;
    for (index, id) in ids.iter().enumerate() {
        if index > 0 {
            f.write_str(BETWEEN_IDS)?;
        }
        write_id(f, id)?;
    }
    f.write_str(NOT_FOUND)
}

fn write_id(f: &mut fmt::Formatter<'_>, id: &str) -> fmt::Result {
    let marks = marks_around(id);
    if marks == 0 && !id.bytes().any(|byte| byte == b',') && until(id, &[NOT_FOUND]).is_none() {
        return f.write_str(id);
    }
    let write_marks = |f: &mut fmt::Formatter<'_>| (0..marks).try_for_each(|_| f.write_str("#"));
    write_marks(f)?;
    f.write_str(QUOTE)?;
    f.write_str(id)?;
    f.write_str(QUOTE)?;
    write_marks(f)
}

/// How many `#` tell the end of an id from the quotation marks inside of it: one
/// more than follow any of those.
fn marks_around(id: &str) -> usize {
    let mut most = 0;
    let mut run = 0;
    for byte in id.bytes() {
        run = match byte {
            b'"' => 1,
            b'#' if run > 0 => run + 1,
            _ => 0,
        };
        most = most.max(run);
    }
    most
}

fn leading_marks(text: &str) -> usize {
    text.bytes().take_while(|&byte| byte == b'#').count()
}

impl Refusal {
    /// Reads a sentence that [`Display`](fmt::Display) wrote; nothing if it wrote
    /// no such sentence.
    #[must_use]
    pub fn parse(sentence: &str) -> Option<Self> {
        let read = Self::read(sentence)?;
        // Another spelling of the same might have meant something else.
        (read.to_string() == sentence).then_some(read)
    }

    fn read(sentence: &str) -> Option<Self> {
        if let Some(references) = read_references(sentence) {
            return Some(Self::BadReferences(references));
        }
        let (name, after) = until(sentence, &[AFTER_FIELD])?;
        if name == idempotency::HEADER {
            let said = after.get(AFTER_FIELD.len()..)?;
            return IdempotencyKeyError::read(said).map(Self::BadIdempotencyKey);
        }
        let mut faults = Vec::new();
        let mut rest = sentence;
        while let Some((fault, after)) = until(rest, &[BETWEEN_FIELDS]) {
            faults.push(LimitFault::read(fault)?);
            rest = after.get(BETWEEN_FIELDS.len()..)?;
        }
        faults.push(LimitFault::read(rest)?);
        Some(Self::OverLimit(faults))
    }

    /// What is wrong with `request`, with its places: an id is found wherever it
    /// stands in its field.
    #[must_use]
    pub fn issues<T: Text>(&self, request: &CreateAssessmentRequest<T>) -> Vec<Issue> {
        let mut issues = Vec::new();
        match self {
            Self::BadReferences(references) => {
                for BadReference { field, ids } in references {
                    for id in ids {
                        add_places(&mut issues, request, *field, id);
                    }
                }
            }
            Self::OverLimit(faults) => {
                for &fault in faults {
                    let place = Place::Field(fault.field().name());
                    let kind = IssueKind::Limit(fault);
                    issues.push(Issue { place, kind });
                }
            }
            Self::BadIdempotencyKey(error) => issues.push(Issue {
                place: Place::Header(idempotency::HEADER),
                kind: IssueKind::Key(error.clone()),
            }),
        }
        issues
    }
}

/// Adds where an id stands in a field: the entries of a list, else the field itself.
fn add_places<T: Text>(
    issues: &mut Vec<Issue>,
    request: &CreateAssessmentRequest<T>,
    field: Field,
    id: &str,
) {
    let mut add = |place| {
        if issues.len() < MAX_FAULTS {
            let kind = IssueKind::NotFound;
            issues.push(Issue { place, kind });
        }
    };
    let mut is_entry = false;
    if let Some(Sent::List(list)) = request.value(field) {
        for (index, entry) in list.iter().enumerate() {
            if entry.as_ref() == id {
                is_entry = true;
                add(Place::Item(field.name(), index));
            }
        }
    }
    if !is_entry {
        add(Place::Field(field.name()));
    }
}

fn read_references(mut rest: &str) -> Option<Vec<BadReference>> {
    let mut references = Vec::new();
    loop {
        let (name, after) = until(rest, &[AFTER_FIELD])?;
        let field = Field::from_name(name)?;
        rest = after.strip_prefix(AFTER_FIELD)?;
        let mut ids = Vec::new();
        rest = loop {
            let (id, after) = read_id(rest)?;
            ids.push(id.to_owned());
            match after.strip_prefix(BETWEEN_IDS) {
                Some(next) => rest = next,
                None => break after.strip_prefix(NOT_FOUND)?,
            }
        };
        references.push(BadReference { field, ids });
        if rest.is_empty() {
            return Some(references);
        }
        rest = rest.strip_prefix(BETWEEN_FIELDS)?;
    }
}

/// An id at the beginning of a text, and what comes behind it.
fn read_id(text: &str) -> Option<(&str, &str)> {
    let marks = leading_marks(text);
    let quoted = text.get(marks..).and_then(|text| text.strip_prefix(QUOTE));
    match quoted {
        Some(quoted) => until_quote(quoted, marks),
        None => until(text, &[BETWEEN_IDS, NOT_FOUND]),
    }
}

/// The text before the first quotation mark that has so many `#` behind it, and
/// what comes behind those.
fn until_quote(text: &str, marks: usize) -> Option<(&str, &str)> {
    let is_end = |(at, byte): (usize, u8)| {
        byte == b'"'
            && text
                .get(at + 1..)
                .is_some_and(|rest| leading_marks(rest) >= marks)
    };
    let at = text.bytes().enumerate().position(is_end)?;
    Some((text.get(..at)?, text.get(at + 1 + marks..)?))
}

/// The text before the first of `ends`, and that with what comes behind it. The
/// standard library's search would make the package 6 kB larger.
fn until<'t>(text: &'t str, ends: &[&str]) -> Option<(&'t str, &'t str)> {
    text.char_indices().find_map(|(at, _)| {
        let (before, rest) = text.split_at_checked(at)?;
        let is_end = ends.iter().any(|end| rest.starts_with(end));
        is_end.then_some((before, rest))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::idempotency::IdempotencyKey;
    use crate::limits;

    fn bad(field: Field, ids: &[&str]) -> BadReference {
        let ids = ids.iter().map(|&id| id.to_owned()).collect();
        BadReference { field, ids }
    }

    #[test]
    fn ids_stand_as_they_were_sent_and_in_quotation_marks_where_they_must() {
        let refusal = Refusal::BadReferences(vec![
            bad(Field::VendorId, &[" cbvndr_ "]),
            bad(
                Field::ServiceIds,
                &["", "a, b", "x not found; name: y", "say \"#1\"", "; é"],
            ),
        ]);
        let sentence = refusal.to_string();
        assert_eq!(
            sentence,
            "vendor_id:  cbvndr_  not found; service_ids: , \"a, b\", \
             \"x not found; name: y\", ##\"say \"#1\"\"##, ; é not found"
        );
        assert_eq!(Refusal::parse(&sentence), Some(refusal));
    }

    #[test]
    fn limits_and_keys_read_back() {
        let over = CreateAssessmentRequest {
            control_set_ids: vec![String::new(); 101],
            name: Some("n".repeat(300)),
            ..CreateAssessmentRequest::default()
        };
        let refusal = Refusal::OverLimit(limits::faults(&over));
        assert_eq!(Refusal::parse(&refusal.to_string()), Some(refusal));
        for key in ["", "a b", &"k".repeat(300)] {
            let refusal = Refusal::BadIdempotencyKey(IdempotencyKey::parse(key).unwrap_err());
            assert_eq!(Refusal::parse(&refusal.to_string()), Some(refusal), "{key}");
        }
    }

    #[test]
    fn other_sentences_are_not_read() {
        for sentence in [
            "",
            "vendor_id",
            "vendor_id: x",
            "nobody: x not found",
            "vendor_id: x not found.",
            "vendor_id: \"x\" not found",
            "vendor_id: x, not found",
            "vendor_id: a\"b not found",
            "name: at most 254 characters, got 300",
            "name: at most 255 entries, got 300",
            "name: at most 255 characters, got 0300",
            "Idempotency-Key: is odd",
        ] {
            assert_eq!(Refusal::parse(sentence), None, "{sentence}");
        }
    }

    #[test]
    fn each_entry_of_a_bad_id_has_its_place() {
        let request = CreateAssessmentRequest {
            vendor_id: "v".into(),
            service_ids: ["a", "b", "a"].map(String::from).into(),
            ..CreateAssessmentRequest::default()
        };
        let refusal = Refusal::BadReferences(vec![
            bad(Field::VendorId, &["v"]),
            bad(Field::ServiceIds, &["a", "gone"]),
        ]);
        let places: Vec<Place> = refusal
            .issues(&request)
            .into_iter()
            .map(|issue| issue.place)
            .collect();
        assert_eq!(
            places,
            [
                Place::Field("vendor_id"),
                Place::Item("service_ids", 0),
                Place::Item("service_ids", 2),
                Place::Field("service_ids"),
            ]
        );
    }

    /// Texts that are made of what the sentence itself is made of.
    fn any_id() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            prop::sample::select(vec![
                ", ",
                ",",
                "; ",
                ";",
                ": ",
                " not found",
                " not",
                " ",
                "\"",
                "#",
                "\"#",
                "##",
                "vendor_id",
                "service_ids: ",
                "cbvndr_1",
                "",
            ])
            .prop_map(str::to_owned),
            any::<String>(),
        ];
        prop::collection::vec(part, 0..5).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_refused_reads_back_and_names_every_id_as_it_was_sent(
            lists in prop::collection::vec(prop::collection::vec(any_id(), 1..4), 1..8),
        ) {
            let references: Vec<BadReference> = Field::ALL
                .iter()
                .zip(lists)
                .map(|(&field, ids)| BadReference { field, ids })
                .collect();
            let refusal = Refusal::BadReferences(references.clone());
            let sentence = refusal.to_string();
            for id in references.iter().flat_map(|reference| &reference.ids) {
                prop_assert!(sentence.contains(id.as_str()));
            }
            prop_assert_eq!(Refusal::parse(&sentence), Some(refusal));
        }
    }
}
