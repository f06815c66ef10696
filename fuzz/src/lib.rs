//! What must hold for any bytes whatsoever: one function for each target. Each
//! panics where its property does not hold, which is what a fuzzer looks for.
//!
//! `cargo +nightly fuzz run json_text --features libfuzzer` fuzzes one of them;
//! `cargo test --package assessments-fuzz` tries all of them on arbitrary bytes
//! and on texts that were faults once, with a stable compiler.

#![expect(
    clippy::unwrap_used,
    reason = "a property that does not hold is told by a panic"
)]

use assessments::assessment::Assessment;
use assessments::client::ErrorDetail;
use assessments::id::{self, AnyKind, VendorId};
use assessments::json::JsonText;
use assessments::name::{NameFacts, Naming};
use assessments::problem::Problem;
use assessments::schema;
use assessments::shape::Shape;
use assessments::time::Timestamp;
use assessments::workflow::definition::Component;
use assessments::workflow::target::Rules;
use serde_json::Value;

/// Acceptable JSON is JSON to another parser too, and a body that is refused
/// is refused with a bounded list of faults that is itself JSON.
pub fn json_text(bytes: &[u8]) {
    if JsonText::read(bytes).is_ok() {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        // Numbers that are too large for a parser that converts them are fine here.
        if let Err(error) = serde_json::from_slice::<Value>(text) {
            assert!(error.to_string().contains("number out of range"), "{error}");
        }
    }
    if let Err(faults) = schema::read(Some("application/json"), bytes) {
        assert!(!faults.is_empty());
        serde_json::from_str::<Value>(&Problem::Schema(faults).body()).unwrap();
    }
}

/// What is an id is an id of just one kind and reads back as it was; what is
/// none has its fault inside of the text.
pub fn id(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match id::parse(text, None) {
        Ok(kind) => {
            let kinds = AnyKind::ALL
                .iter()
                .filter(|&&asked| id::parse(text, Some(asked)).is_ok());
            assert_eq!(kinds.collect::<Vec<_>>(), [&kind]);
            if let Ok(vendor) = VendorId::parse(text) {
                assert_eq!(vendor.as_str(), text);
            }
        }
        Err(error) => assert!(error.offset() <= text.chars().count()),
    }
}

/// A name is never empty, never too long, and has no white space around it.
pub fn name_template(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (format, vendor_name) = text.split_once('\n').unwrap_or((&text, "{{year}}"));
    let name = Naming::choose(None, Some(format.to_owned())).resolve(NameFacts {
        vendor_name,
        service_names: &[vendor_name, "{{cycle}}"],
        assessed_before: bytes.len().is_multiple_of(2),
        now: Timestamp::from_seconds(1_790_500_000),
    });
    assert!(!name.is_empty());
    assert!(name.chars().count() <= 255);
    assert!(!name.starts_with(char::is_whitespace), "{name:?}");
}

/// A component of a definition that is good is stored and read back as it was.
pub fn definition(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    for development in [false, true] {
        let rules = Rules {
            development,
            ..Rules::DEFAULT
        };
        if let Ok(component) = Component::read(&value, rules) {
            let stored = serde_json::to_value(&component).unwrap();
            assert_eq!(Component::read(&stored, rules).unwrap(), component);
        }
    }
}

/// Any answer is read without a panic, and what has the shape of an assessment
/// has an id.
pub fn client_answer(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    if let Some(detail) = ErrorDetail::read(&value) {
        assert!(detail.code.is_none() || !detail.is_schema);
    }
    if Assessment::SPEC.check(&value).is_ok() {
        assert!(value.get("id").is_some_and(Value::is_string));
    }
}
