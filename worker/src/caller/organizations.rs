//! What the isolate remembers of how an identity provider calls organizations, so
//! that not every request asks the directory. Whether it still does is looked at
//! with the caller's standing, every time.

use std::cell::RefCell;
use std::collections::HashMap;

use assessments::id::OrganizationId;
use assessments::time::Timestamp;

use crate::platform::clock::is_within;

/// How long a name is remembered, in seconds: one that was given to another
/// organization leads there after that at the latest.
const REMEMBERED_SECONDS: i64 = 60;
/// Names that are remembered at once. Beyond, they are looked up.
const MAX_REMEMBERED: usize = 1_000;

thread_local! {
    static ORGANIZATIONS: RefCell<Organizations> = RefCell::default();
}

/// The organization of a name, if it was found a moment ago.
pub(super) fn get(name: &str, now: Timestamp) -> Option<OrganizationId> {
    ORGANIZATIONS.with_borrow(|organizations| organizations.get(name, now))
}

/// Remembers the organization of a name.
pub(super) fn remember(name: String, org: OrganizationId, now: Timestamp) {
    ORGANIZATIONS.with_borrow_mut(|organizations| organizations.insert(name, org, now));
}

#[derive(Default)]
struct Organizations(HashMap<String, (OrganizationId, Timestamp)>);

impl Organizations {
    fn get(&self, name: &str, now: Timestamp) -> Option<OrganizationId> {
        let (org, since) = self.0.get(name)?;
        is_within(REMEMBERED_SECONDS, *since, now).then(|| org.clone())
    }

    fn insert(&mut self, name: String, org: OrganizationId, now: Timestamp) {
        if self.0.len() >= MAX_REMEMBERED {
            self.0
                .retain(|_, (_, since)| is_within(REMEMBERED_SECONDS, *since, now));
        }
        if self.0.len() < MAX_REMEMBERED {
            self.0.insert(name, (org, now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_name_is_remembered_for_a_minute_and_a_thousand_at_most() {
        let mut organizations = Organizations::default();
        let org = OrganizationId::from_random(1);
        for number in 0..1_200 {
            organizations.insert(format!("org_{number}"), org.clone(), at(100));
        }
        assert_eq!(organizations.0.len(), MAX_REMEMBERED);
        assert_eq!(organizations.get("org_7", at(159)), Some(org.clone()));
        assert_eq!(organizations.get("org_7", at(160)), None);
        assert_eq!(organizations.get("org_1100", at(100)), None);
        organizations.insert("org_1100".to_owned(), org, at(160));
        assert_eq!(organizations.0.len(), 1);
    }
}
