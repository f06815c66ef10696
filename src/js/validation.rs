//! Validation for forms and clients.

use std::cell::Cell;
use std::fmt::Display;

use wasm_bindgen::prelude::wasm_bindgen;

use super::desk::{Told, with_handed, word};
use super::handed::Handed;
use crate::field::{Body, CreateAssessmentRequest, Field};
use crate::idempotency::{self, IdempotencyKey};
use crate::json::Json;
use crate::problem::BODY_TOO_LARGE;
use crate::schema::{Fault, FaultKind, MAX_FAULTS, Place};
use crate::validation::{self, Invalid, Issue, IssueKind};
use crate::workflow::event::SendWorkflowEventRequest;

/// What is wrong with the create request that was handed over: a status and the
/// issues, or 0 with the number of a field whose list is longer than what was read
/// of it, and how many of its next items may be no strings. Nothing, if it is good.
/// Without `checks_content` only its types are checked.
#[wasm_bindgen]
#[must_use]
pub fn validate(checks_content: bool) -> *const i32 {
    with_handed(|request, told| {
        if checks_content && validation::is_good(&request) {
            return;
        }
        told.unless_cut(request, 0, |request| {
            if checks_content {
                validation::validate(request).map(drop)
            } else {
                validation::check_types(request).map(drop)
            }
        });
    })
}

/// The same of one field, by its number, of a request of which that alone was
/// handed over.
#[wasm_bindgen(js_name = validateField)]
#[must_use]
pub fn validate_field(number: usize) -> *const i32 {
    with_handed(|request, told| {
        if let Some(&field) = Field::ALL.get(number) {
            told.unless_cut(request, number, |request| {
                validation::validate_field(field, request)
            });
        }
    })
}

/// What is wrong with the event that was handed over.
#[wasm_bindgen(js_name = validateEvent)]
#[must_use]
pub fn validate_event(checks_content: bool) -> *const i32 {
    with_handed(|request, told| {
        let checked = SendWorkflowEventRequest::validate(&request, checks_content);
        if let Err(invalid) = checked {
            told.invalid(&invalid, SendWorkflowEventRequest::NAMES);
        }
    })
}

/// What is wrong with the idempotency key that was handed over.
#[wasm_bindgen(js_name = validateIdempotencyKey)]
#[must_use]
pub fn validate_idempotency_key() -> *const i32 {
    with_handed(|key, told| {
        let place = Place::Header(idempotency::HEADER);
        let invalid = match key.text() {
            None => {
                let kind = FaultKind::NotAString;
                Invalid::Schema(vec![Fault { place, kind }])
            }
            Some(text) => match IdempotencyKey::parse(text) {
                Ok(_) => return,
                Err(error) => {
                    let kind = IssueKind::Key(error);
                    Invalid::Content(vec![Issue { place, kind }])
                }
            },
        };
        told.invalid(&invalid, &[]);
    })
}

/// How many faults there are in the fields up to this one.
fn faults_up_to(field: Field, checked: &Result<(), Invalid>) -> usize {
    let Err(Invalid::Schema(faults)) = checked else {
        return 0;
    };
    let is_before = |fault: &&Fault| match fault.place {
        Place::Field(name) | Place::Item(name, _) => {
            Field::from_name(name).is_some_and(|other| other <= field)
        }
        Place::Body | Place::Offset(_) | Place::Header(_) => false,
    };
    faults.iter().filter(is_before).count()
}

impl Told {
    /// Tells what is found in a request, the first of whose members is the field of
    /// this number, or that a list was not read far enough to find it.
    fn unless_cut<'a>(
        &mut self,
        request: Handed<'a>,
        first: usize,
        check: impl FnOnce(Handed<'_>) -> Result<(), Invalid>,
    ) {
        let cut = Cell::new(0);
        let checked = check(request.telling(&cut));
        if cut.get() > 0 {
            let mut index = 0;
            let names = CreateAssessmentRequest::<&str>::NAMES.get(first..);
            request.each_member(names.unwrap_or_default(), &mut |at, member| {
                if member.is_some_and(|value| value.remaining() == cut.get()) {
                    index = at;
                }
            });
            let number = first + index;
            if let Some(&field) = Field::ALL.get(number) {
                self.number(0);
                self.number(number);
                self.number(MAX_FAULTS.saturating_sub(faults_up_to(field, &checked)));
            }
        } else if let Err(invalid) = checked {
            self.invalid(&invalid, CreateAssessmentRequest::<&str>::NAMES);
        }
    }

    /// The status, and everything that is wrong with a request of these fields.
    pub(super) fn invalid(&mut self, invalid: &Invalid, names: &[&str]) {
        self.number(invalid.status().into());
        match invalid {
            Invalid::Schema(faults) => {
                self.reserve(3 * faults.len());
                for Fault { place, kind } in faults {
                    self.place(*place, names);
                    self.mark(*kind as i32);
                }
            }
            Invalid::Content(issues) => self.issues(issues, names),
            Invalid::TooLarge => {
                self.place(Place::Body, names);
                self.words_of(&BODY_TOO_LARGE, validation::TOO_LARGE);
            }
        }
    }

    pub(super) fn issues(&mut self, issues: &[Issue], names: &[&str]) {
        for Issue { place, kind } in issues {
            self.place(*place, names);
            self.words_of(kind, kind.code());
        }
    }

    /// An issue that is no fault of a table: its text and its name.
    fn words_of(&mut self, message: &impl Display, code: &str) {
        self.mark(-1);
        self.shown(message);
        self.text(code);
    }

    /// Where: the number of a field, or -1 for the whole body and -2 for the header of
    /// the idempotency key; then an index or position, or -1.
    fn place(&mut self, place: Place, names: &[&str]) {
        let (name, index) = match place {
            Place::Header(_) => {
                self.mark(-2);
                self.mark(-1);
                return;
            }
            Place::Body => (None, None),
            Place::Offset(offset) => (None, Some(offset)),
            Place::Field(name) => (Some(name), None),
            Place::Item(name, index) => (Some(name), Some(index)),
        };
        let number = name.and_then(|name| names.iter().position(|other| *other == name));
        for number in [number, index] {
            self.mark(number.map_or(-1, word));
        }
    }
}
