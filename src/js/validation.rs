//! Validation for forms and clients.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::object::{Builder, loc};
use super::value::{self, JsJson};
use crate::field::{CreateAssessmentRequest, Field, Sent};
use crate::idempotency::{self, IdempotencyKey};
use crate::problem::BODY_TOO_LARGE;
use crate::schema::{Fault, FaultKind, Place};
use crate::session::CreateSessionRequest;
use crate::validation::{self, Invalid, Issue, IssueKind};

/// Checks a create request: `{ ok: true, value }` or `{ ok: false, status, issues }`.
#[wasm_bindgen]
pub fn validate(input: JsValue) -> JsValue {
    match validation::validate(JsJson(input)) {
        Ok(request) => Builder::new()
            .set("ok", true)
            .set("value", plain(&request))
            .build(),
        Err(invalid) => refusal(&invalid),
    }
}

/// Checks one field's value, as it is typed: the issues of that field, an empty
/// array if there are none. `undefined` for a name that is no field.
#[wasm_bindgen(js_name = validateField)]
pub fn validate_field(name: &str, value: &JsValue) -> JsValue {
    let Some(field) = Field::from_name(name) else {
        return JsValue::UNDEFINED;
    };
    // A request that is good but for this field, so that what is wrong with it
    // is all that is found.
    let request = Builder::new()
        .set(
            "vendor_id",
            format!("cbvndr_{}", "0".repeat(crate::id::DIGITS)),
        )
        .set("control_set_ids", Array::new())
        .build();
    let _ = Reflect::set(&request, &JsValue::from_str(name), value);
    match validation::validate(JsJson(request)) {
        Ok(_) => Array::new().into(),
        Err(invalid) => entries(&invalid, |place| concerns(place, field)).into(),
    }
}

/// Checks an idempotency key as it is typed: its issues, an empty array if
/// there are none.
#[wasm_bindgen(js_name = validateIdempotencyKey)]
pub fn validate_idempotency_key(key: &JsValue) -> Array {
    match idempotency_key(key) {
        Ok(_) => Array::new(),
        Err(issue) => Array::of1(&issue),
    }
}

/// The key, or the issue of what is none.
pub(super) fn idempotency_key(key: &JsValue) -> Result<IdempotencyKey, JsValue> {
    let place = Place::Header(idempotency::HEADER);
    let Some(text) = value::text(key) else {
        let kind = FaultKind::NotAString;
        return Err(fault(&Fault { place, kind }));
    };
    IdempotencyKey::parse(&text).map_err(|error| {
        let kind = IssueKind::Key(error);
        issue(&Issue { place, kind })
    })
}

/// `{ ok: false, status, issues }`
pub(super) fn refusal(invalid: &Invalid) -> JsValue {
    refused(invalid.status(), entries(invalid, |_| true))
}

pub(super) fn refused(status: u16, issues: Array) -> JsValue {
    Builder::new()
        .set("ok", false)
        .set("status", status)
        .set("issues", issues)
        .build()
}

/// Everything that is wrong at the places that are asked for.
fn entries(invalid: &Invalid, asked: impl Fn(Place) -> bool) -> Array {
    match invalid {
        Invalid::Schema(faults) => faults
            .iter()
            .filter(|fault| asked(fault.place))
            .map(fault)
            .collect(),
        Invalid::Content(issues) => issues
            .iter()
            .filter(|issue| asked(issue.place))
            .map(issue)
            .collect(),
        Invalid::TooLarge => Array::of1(&entry(Place::Body, BODY_TOO_LARGE, validation::TOO_LARGE)),
    }
}

/// The request as a plain object: known keys only, what is absent left out.
pub(super) fn plain(request: &CreateAssessmentRequest) -> JsValue {
    let mut object = Builder::new();
    for (field, value) in request.members() {
        object = match value {
            Sent::Text(text) => object.set(field.name(), text),
            Sent::List(list) => {
                let list: Array = list.iter().map(|id| JsValue::from_str(id)).collect();
                object.set(field.name(), list)
            }
        };
    }
    object.build()
}

/// The same of a request for a session.
pub(super) fn plain_session(request: &CreateSessionRequest) -> JsValue {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the number was read from one of JavaScript"
    )]
    let seconds = |seconds: i64| seconds as f64;
    Builder::new()
        .set("user_id", request.user_id.as_str())
        .set_some("role", request.role.as_deref())
        .set_some("origin", request.origin.as_deref())
        .set_some("expires_in", request.expires_in.map(seconds))
        .build()
}

fn concerns(place: Place, field: Field) -> bool {
    match place {
        Place::Body | Place::Offset(_) | Place::Header(_) => true,
        Place::Field(name) | Place::Item(name, _) => name == field.name(),
    }
}

fn fault(fault: &Fault) -> JsValue {
    entry(fault.place, fault.kind.message(), fault.kind.code())
}

pub(super) fn issue(issue: &Issue) -> JsValue {
    entry(issue.place, &issue.kind.to_string(), issue.kind.code())
}

fn entry(place: Place, message: &str, code: &str) -> JsValue {
    Builder::new()
        .set("loc", loc(place))
        .set("msg", message)
        .set("type", code)
        .build()
}
