//! What the isolate remembers of how an identity provider calls organizations, so
//! that not every request asks the directory. Whether it still does is looked at
//! with the caller's standing, every time.

use std::cell::RefCell;

use assessments::id::OrganizationId;
use assessments::time::Timestamp;

use crate::platform::recent::Recent;

/// How long a name is remembered, in seconds: one that was given to another
/// organization leads there after that at the latest.
const REMEMBERED_SECONDS: i64 = 60;
/// Names that are remembered at once. Beyond, they are looked up.
const MAX_REMEMBERED: usize = 2_000;
/// Bytes that they may have.
const MAX_BYTES: usize = 1 << 20;

thread_local! {
    static ORGANIZATIONS: RefCell<Recent<OrganizationId>> =
        RefCell::new(Recent::new(REMEMBERED_SECONDS, MAX_REMEMBERED, MAX_BYTES));
}

/// The organization of a name, if it was found a moment ago.
pub(super) fn get(name: &str, now: Timestamp) -> Option<OrganizationId> {
    ORGANIZATIONS.with_borrow_mut(|organizations| {
        let (org, _) = organizations.get(name, now)?;
        Some(org.clone())
    })
}

/// Remembers the organization of a name.
pub(super) fn remember(name: String, org: OrganizationId, now: Timestamp) {
    let bytes = org.as_str().len();
    ORGANIZATIONS.with_borrow_mut(|organizations| organizations.insert(name, org, bytes, now));
}
