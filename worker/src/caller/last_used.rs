//! When keys were last used: written at most once an hour for each, after the response,
//! and only where what was read says that it is due. Nothing is decided by it.

use std::cell::RefCell;

use assessments::time::Timestamp;

use super::{Caller, Principal};
use crate::platform::clock::is_within;
use crate::platform::context::Context;
use crate::platform::log;
use crate::platform::recent::Recent;
use crate::storage::database::Databases;
use crate::storage::standing;

/// How old what is noted may become, in seconds.
const NOTED_SECONDS: i64 = 60 * 60;
/// Keys that an isolate remembers to have noted: some hundred kilobytes. Beyond, the
/// database tells.
const MAX_REMEMBERED: usize = 2_000;
/// Bytes that they may have.
const MAX_BYTES: usize = 1 << 20;

thread_local! {
    /// Without it, all requests that come before the first has noted the use would.
    static NOTED: RefCell<Recent<()>> =
        RefCell::new(Recent::new(NOTED_SECONDS, MAX_REMEMBERED, MAX_BYTES));
}

/// Notes that the caller's key is used, of which the database says `last_used_at`.
pub(super) fn note(
    context: &Context,
    caller: &Caller,
    last_used_at: Option<Timestamp>,
    now: Timestamp,
) {
    let Principal::Key(key) = &caller.principal else {
        return;
    };
    let is_noted = last_used_at.is_some_and(|time| is_within(NOTED_SECONDS, time, now));
    if is_noted || NOTED.with_borrow_mut(|noted| noted.contains(key.as_str(), now)) {
        return;
    }
    // Which counts as done, so that nobody else does it meanwhile.
    NOTED.with_borrow_mut(|noted| noted.insert(key.as_str().to_owned(), (), 0, now));
    // Not those of the request: what comes after it is none of its round trips.
    let databases = Databases::new(context.env());
    let (org, key) = (caller.org.clone(), key.clone());
    let horizon = now.plus(-NOTED_SECONDS);
    context.after_response(async move {
        let noted = standing::note_used(&databases, &org, &key, now, horizon).await;
        if let Err(error) = noted {
            NOTED.with_borrow_mut(|noted| noted.remove(key.as_str()));
            log::warn("use_of_key_not_noted")
                .field("org", org.as_str())
                .cause(&error)
                .write();
        }
    });
}
