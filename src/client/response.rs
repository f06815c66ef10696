//! Reading an error's body (2.6): the counterpart of [`crate::problem`].

use std::ops::ControlFlow;

use crate::json::{Json, JsonKind};
use crate::refusal::Refusal;

/// What an error's body says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDetail {
    /// A sentence for people.
    pub message: String,
    /// Stable name of the problem, if it has one.
    pub code: Option<String>,
    /// Whether `detail` lists the faults of the request body.
    pub is_schema: bool,
    /// Why a creation is refused, if that is what the message says.
    pub refusal: Option<Refusal>,
}

impl ErrorDetail {
    /// Reads a body in any of the four shapes; `None` if it has another, as
    /// when something in between answers.
    #[must_use]
    pub fn read(body: impl Json) -> Option<Self> {
        let detail = body.member("detail")?;
        let text = |key| text_of(&detail.member(key)?);
        let (message, code) = match detail.kind() {
            JsonKind::String => (text_of(&detail)?, None),
            JsonKind::Array => (sentences(&detail)?, None),
            JsonKind::Object => match text("error") {
                Some(error) => (error, None),
                None => (text("message")?, Some(text("code")?)),
            },
            JsonKind::Null | JsonKind::Boolean | JsonKind::Number => return None,
        };
        let refusal = text("error").and_then(|error| Refusal::parse(&error));
        Some(Self {
            refusal,
            message,
            code,
            is_schema: detail.kind() == JsonKind::Array,
        })
    }
}

/// The text of a string, as one of its own.
fn text_of(value: &impl Json) -> Option<String> {
    Some(value.text()?.as_ref().to_owned())
}

/// The faults of a request body as one sentence, `field.index: text; ...`.
fn sentences(entries: &impl Json) -> Option<String> {
    let mut all = String::new();
    let mut is_good = true;
    entries.each_item(&mut |entry| match sentence(&entry) {
        Some(sentence) => {
            append(&mut all, "; ", &sentence);
            ControlFlow::Continue(())
        }
        None => {
            is_good = false;
            ControlFlow::Break(())
        }
    });
    (is_good && !all.is_empty()).then_some(all)
}

/// Appends a part of a list. `join` alone would be a fiftieth of the package.
fn append(list: &mut String, separator: &str, part: &str) {
    if !list.is_empty() {
        list.push_str(separator);
    }
    list.push_str(part);
}

fn sentence(entry: &impl Json) -> Option<String> {
    let message = text_of(&entry.member("msg")?)?;
    // "body" is where every fault is, and an offset tells a person nothing.
    let mut place = String::new();
    let mut is_first = true;
    let mut is_good = true;
    entry.member("loc")?.each_item(&mut |step| {
        if is_first {
            is_first = false;
        } else if let Some(key) = step.text() {
            append(&mut place, ".", key.as_ref());
        } else if !place.is_empty() {
            match step.number() {
                Some(number) => append(&mut place, ".", &index(number)),
                None => is_good = false,
            }
        }
        ControlFlow::Continue(())
    });
    if !is_good {
        return None;
    }
    Some(if place.is_empty() {
        message
    } else {
        append(&mut place, ": ", &message);
        place
    })
}

/// An index without the machinery that prints fractions.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and indices are small"
)]
fn index(number: f64) -> String {
    (number as u32).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idempotency::IdempotencyKey;
    use crate::problem::Problem;
    use crate::schema;

    fn read(problem: &Problem) -> ErrorDetail {
        let body: serde_json::Value = serde_json::from_str(&problem.body()).unwrap();
        ErrorDetail::read(&body).unwrap()
    }

    #[test]
    fn all_four_shapes_read_back() {
        let plain = read(&Problem::NotAuthenticated);
        assert_eq!(
            (plain.code, plain.message.as_str()),
            (None, "Not authenticated")
        );
        let coded = read(&Problem::AssessmentNotFound);
        assert_eq!(coded.code.as_deref(), Some("assessment_not_found"));
        assert_eq!(coded.message, "Assessment not found.");
        let refused = read(&Problem::BadIdempotencyKey(
            IdempotencyKey::parse("").unwrap_err(),
        ));
        assert_eq!(refused.message, "Idempotency-Key: must not be empty");
        assert!(refused.refusal.is_some());
        let faults = schema::read(Some("application/json"), br#"{"control_set_ids":[1]}"#);
        let schema = read(&Problem::Schema(faults.unwrap_err()));
        assert!(schema.is_schema);
        assert_eq!(
            schema.message,
            "vendor_id: Field required; control_set_ids.0: Input should be a valid string"
        );
        let faults = schema::read(Some("application/json"), b"{");
        assert_eq!(
            read(&Problem::Schema(faults.unwrap_err())).message,
            "JSON decode error"
        );
    }

    #[test]
    fn other_bodies_are_nobody_we_know() {
        for body in [
            "null",
            "{}",
            r#"{"detail":1}"#,
            r#"{"detail":{"code":"x"}}"#,
            r#"{"detail":[]}"#,
            r#"{"detail":[1]}"#,
        ] {
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(ErrorDetail::read(&body), None, "{body}");
        }
    }
}
