//! The schema check against recorded answers of a stock FastAPI application,
//! and against arbitrary input.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::ops::ControlFlow;

use assessments::json::{Json as _, JsonText, MAX_DEPTH};
use assessments::problem::Problem;
use assessments::schema;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

const JSON: Option<&str> = Some("application/json");

#[derive(Deserialize)]
struct Recorded {
    body: String,
    #[serde(default = "json_type")]
    content_type: Option<String>,
    status: u16,
    detail: Value,
}

/// Cases that do not name a type were sent as JSON; `null` is no type at all.
fn json_type() -> Option<String> {
    JSON.map(str::to_owned)
}

/// The status and `detail` for a body.
fn answer(content_type: Option<&str>, body: &[u8]) -> (u16, Value) {
    match schema::read(content_type, body) {
        Ok(_) => (200, Value::Null),
        Err(faults) => {
            let problem = Problem::Schema(faults);
            let body: Value = serde_json::from_str(&problem.body()).unwrap();
            (problem.status(), body.get("detail").cloned().unwrap())
        }
    }
}

/// Where stock FastAPI stopped reading JSON is its parser's affair.
fn without_offset(mut detail: Value) -> Value {
    let json_invalid = Some(&Value::from("json_invalid"));
    if detail.pointer("/0/type") == json_invalid {
        *detail.pointer_mut("/0/loc/1").unwrap() = Value::Null;
    }
    detail
}

#[test]
fn every_recorded_case_gets_the_recorded_answer() {
    let cases: Vec<Recorded> =
        serde_json::from_str(include_str!("vectors/schema-422.json")).unwrap();
    assert!(cases.len() >= 96);
    for case in cases {
        let (status, detail) = answer(case.content_type.as_deref(), case.body.as_bytes());
        assert_eq!(status, case.status, "{}", case.body);
        assert_eq!(
            without_offset(detail),
            without_offset(case.detail),
            "{}",
            case.body
        );
    }
}

/// A create's body with a list of so many of this item.
fn many(item: &str, count: usize) -> String {
    let items = vec![item; count].join(",");
    format!(r#"{{"control_set_ids":[{items}],"service_ids":7,"vendor_id":"v"}}"#)
}

#[test]
fn no_more_than_a_thousand_faults_are_told_the_first_ones_in_order() {
    let body = many("0", 131_000);
    assert!(body.len() <= assessments::limits::MAX_BODY_BYTES);
    let faults = schema::read(JSON, body.as_bytes()).unwrap_err();
    assert_eq!(faults.len(), schema::MAX_FAULTS);
    for (index, fault) in faults.iter().enumerate() {
        let place = schema::Place::Item("control_set_ids", index);
        assert_eq!(fault.place, place);
    }
    assert!(Problem::Schema(faults).body().len() < 200_000);
}

#[test]
fn a_list_is_read_up_to_the_last_fault_that_is_told_and_no_further() {
    let mut read = 0;
    let body = many("0", 131_000);
    let body = JsonText::read(body.as_bytes()).unwrap();
    let list = body.member("control_set_ids").unwrap();
    let count = list.each_item(&mut |_| {
        read += 1;
        if read == schema::MAX_FAULTS {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!((read, count), (schema::MAX_FAULTS, schema::MAX_FAULTS));
}

#[test]
fn the_thousand_are_shared_by_all_fields() {
    let body = many("0", schema::MAX_FAULTS - 1);
    let faults = schema::read(JSON, body.as_bytes()).unwrap_err();
    let last = faults.last().unwrap();
    assert_eq!(faults.len(), schema::MAX_FAULTS);
    assert_eq!(last.place, schema::Place::Field("service_ids"));
}

#[test]
fn what_is_no_json_is_told_alone_even_behind_a_thousand_faults() {
    for bad in ["NaN", r#""\ud800""#, "[1,]", "0]}"] {
        let body = format!(r#"{{"control_set_ids":[{}{bad}]}}"#, "0,".repeat(5_000));
        let (_, detail) = answer(JSON, body.as_bytes());
        assert_eq!(detail.as_array().unwrap().len(), 1, "{bad}");
        assert_eq!(detail.pointer("/0/type").unwrap(), "json_invalid", "{bad}");
    }
}

/// JSON values, nested up to a few levels, with the request's keys among others.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let key = prop_oneof![
        proptest::sample::select(schema::Field::ALL).prop_map(|field| field.name().to_owned()),
        any::<String>(),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(body: Vec<u8>) {
        let (status, _) = answer(JSON, &body);
        prop_assert!(status == 200 || status == 422);
    }

    #[test]
    fn any_json_value_is_acceptable_json(value in json_value()) {
        prop_assert!(JsonText::read(value.to_string().as_bytes()).is_ok());
    }

    #[test]
    fn faults_come_in_model_order_and_spelling_does_not_matter(value in json_value()) {
        let (_, compact) = answer(JSON, value.to_string().as_bytes());
        let (_, pretty) = answer(JSON, serde_json::to_string_pretty(&value).unwrap().as_bytes());
        prop_assert_eq!(&compact, &pretty);
        let fields: Vec<_> = compact
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|fault| schema::Field::from_name(fault.pointer("/loc/1")?.as_str()?))
            .collect();
        prop_assert!(fields.is_sorted());
    }

    #[test]
    fn truncated_json_is_refused(value in json_value(), cut: prop::sample::Index) {
        let text = serde_json::json!({ "vendor_id": value }).to_string();
        let cut = cut.index(text.len());
        prop_assert!(JsonText::read(text.as_bytes().get(..cut).unwrap()).is_err());
    }

    #[test]
    fn nesting_is_limited_in_any_mixture(arrays in prop::collection::vec(any::<bool>(), 100..160)) {
        let open: String = arrays.iter().map(|&a| if a { "[" } else { "{\"k\":" }).collect();
        let close: String = arrays.iter().rev().map(|&a| if a { "]" } else { "}" }).collect();
        let accepted = JsonText::read(format!("{open}1{close}").as_bytes()).is_ok();
        prop_assert_eq!(accepted, arrays.len() <= MAX_DEPTH);
    }
}
