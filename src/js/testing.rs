//! What a stand-in of the API for tests decides by the Worker's own rules. Its state, its
//! clock and its ids are JavaScript's.
//!
//! Each export tells a status first, 0 if nothing is wrong. Otherwise the body follows, and
//! name and value of the header that belongs to it, if one does.

use std::ops::ControlFlow;

use wasm_bindgen::prelude::wasm_bindgen;

use super::desk::{Told, with_handed};
use super::handed::Handed;
use crate::creation::{self, FreshIds, PlanError};
use crate::id::Id;
use crate::idempotency::IdempotencyKey;
use crate::json::Json;
use crate::problem::Problem;
use crate::request::{CreateAssessment, RequestError};
use crate::route;
use crate::session::{CreateSessionRequest, NewSession, SessionFault};
use crate::time::Timestamp;
use crate::workflow::event::{EventName, SendWorkflowEventRequest};

/// The endpoint that a method and a path call, as method and template, and the text in the
/// place of its id.
#[wasm_bindgen(js_name = findCall)]
#[must_use]
pub fn find_call() -> *const i32 {
    with_handed(|method, told| {
        let path = method.next().text().unwrap_or_default();
        let path = route::normalized(path);
        let endpoint = match route::find(method.text().unwrap_or_default(), &path) {
            Ok(call) => call.endpoint(),
            Err(problem) => return told.problem(&problem),
        };
        let (before, after) = endpoint.around();
        let id = path
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after.unwrap_or_default()));
        told.number(0);
        told.shown(&format_args!(
            "{} {}",
            endpoint.method(),
            endpoint.template()
        ));
        told.text(id.unwrap_or_default());
    })
}

/// Whether an idempotency key can be one.
#[wasm_bindgen(js_name = judgeKey)]
#[must_use]
pub fn judge_key() -> *const i32 {
    with_handed(
        |key, told| match IdempotencyKey::parse(key.text().unwrap_or_default()) {
            Ok(_) => told.number(0),
            Err(error) => told.problem(&Problem::BadIdempotencyKey(error)),
        },
    )
}

/// Gates 6 and 7 of a create: a content type, if there is one, and the bytes of a body.
#[wasm_bindgen(js_name = judgeCreate)]
#[must_use]
pub fn judge_create() -> *const i32 {
    with_handed(|content_type, told| match read_create(content_type) {
        Ok(_) => told.number(0),
        Err(problem) => told.problem(&problem),
    })
}

/// Gates 8 and 9 of a create: behind those, the facts as JSON and the ids of the new
/// assessment and of a run. Tells the answer.
#[wasm_bindgen(js_name = planCreate)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and every instant has a date"
)]
#[must_use]
pub fn plan_create(assessed_before: bool, now: f64) -> *const i32 {
    with_handed(|content_type, told| {
        let facts = content_type.next().next();
        let assessment = facts.next();
        let run = assessment.next();
        let request = match read_create(content_type) {
            Ok(request) => request,
            Err(problem) => return told.problem(&problem),
        };
        let facts = serde_json::from_str(facts.text().unwrap_or_default());
        let fresh = (
            Id::parse(assessment.text().unwrap_or_default()),
            Id::parse(run.text().unwrap_or_default()),
        );
        let (Ok(facts), (Ok(assessment), Ok(run))) = (facts, fresh) else {
            return told.problem(&Problem::Internal);
        };
        let fresh = FreshIds { assessment, run };
        let now = Timestamp::from_seconds(now as i64);
        match creation::plan(&request, &facts, assessed_before, &fresh, now) {
            Ok(plan) => {
                told.number(0);
                told.text(&plan.body);
            }
            Err(PlanError::Refused(problem)) => told.problem(&problem),
            Err(PlanError::Serialize(_)) => told.problem(&Problem::Internal),
        }
    })
}

/// Gates 6 and 7 of an event. Tells its name and its payload as JSON.
#[wasm_bindgen(js_name = judgeEvent)]
#[must_use]
pub fn judge_event() -> *const i32 {
    with_handed(|content_type, told| {
        let body = bytes(content_type.next());
        let request = SendWorkflowEventRequest::read(content_type.text(), &body);
        let request = request.map_err(Problem::Schema).and_then(|request| {
            EventName::parse(&request.name).map_err(Problem::BadEventName)?;
            Ok(request)
        });
        match request {
            Ok(request) => {
                told.number(0);
                told.text(&request.name);
                told.text(&request.payload);
            }
            Err(problem) => told.problem(&problem),
        }
    })
}

/// The refusal of an event of that name for which no step waits.
#[wasm_bindgen(js_name = unexpectedEvent)]
#[must_use]
pub fn unexpected_event() -> *const i32 {
    with_handed(|name, told| {
        if let Ok(name) = EventName::parse(name.text().unwrap_or_default()) {
            told.problem(&Problem::EventNotExpected { name });
        }
    })
}

/// Gates 6 and 7 of a session, behind them the roles that may be given. Tells the user as
/// sent, the role, the origin, if there is one, and the lifetime in seconds.
#[wasm_bindgen(js_name = judgeSession)]
#[must_use]
pub fn judge_session() -> *const i32 {
    with_handed(|content_type, told| {
        let body = content_type.next();
        let mut roles = Vec::new();
        body.next().each_item(&mut |role| {
            roles.extend(role.text().map(str::to_owned));
            ControlFlow::Continue(())
        });
        let session = CreateSessionRequest::read(content_type.text(), &bytes(body))
            .map_err(Problem::Schema)
            .and_then(|request| NewSession::new(&request, &roles).map_err(Problem::SessionRefused));
        match session {
            Ok(session) => {
                told.number(0);
                told.text(session.user.as_str());
                told.text(&session.role);
                match &session.origin {
                    Some(origin) => told.text(origin.as_str()),
                    None => told.nothing(),
                }
                told.number(usize::try_from(session.lifetime_seconds).unwrap_or_default());
            }
            Err(problem) => told.problem(&problem),
        }
    })
}

/// The refusal of a session for a user of that id, whom nobody knows.
#[wasm_bindgen(js_name = unknownUser)]
#[must_use]
pub fn unknown_user() -> *const i32 {
    with_handed(|user, told| {
        let user = user.text().unwrap_or_default().to_owned();
        told.problem(&Problem::SessionRefused(vec![SessionFault::UnknownUser(
            user,
        )]));
    })
}

fn read_create(content_type: Handed<'_>) -> Result<CreateAssessment, Problem> {
    let body = bytes(content_type.next());
    CreateAssessment::read(content_type.text(), &body).map_err(|error| match error {
        RequestError::Schema(faults) => Problem::Schema(faults),
        RequestError::OverLimit(faults) => Problem::OverLimit(faults),
    })
}

/// Bytes that were handed over as a text of a character each, for they may be no UTF-8.
fn bytes(text: Handed<'_>) -> Vec<u8> {
    let characters = text.text().unwrap_or_default().chars();
    characters
        .map(|character| u8::try_from(character).unwrap_or_default())
        .collect()
}

impl Told {
    fn problem(&mut self, problem: &Problem) {
        self.number(problem.status().into());
        self.text(&problem.body());
        if let Some((name, value)) = problem.header() {
            self.text(name);
            self.text(&value);
        }
    }
}
