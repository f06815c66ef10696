//! What is known of a request by its end: for its line in the log and its audit
//! record. Nothing is decided by it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use assessments::dashboard::{NamedKey, NamedUser};
use assessments::id::OrganizationId;
use assessments::route::Endpoint;
use serde::{Deserialize, Serialize};

/// Who was found to call, by names that are no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) org: OrganizationId,
    /// The key that calls, or that made the session; an identity provider's session
    /// has none.
    pub(crate) key: Option<NamedKey>,
    /// The person whom a session acts for.
    pub(crate) user: Option<NamedUser>,
}

/// What a request was seen to be and to do.
#[derive(Default)]
pub(crate) struct Trace {
    endpoint: Cell<Option<Endpoint>>,
    identity: RefCell<Option<Identity>>,
    is_replay: Cell<bool>,
    usage: Rc<Usage>,
}

impl Trace {
    /// Notes what is called.
    pub(crate) fn note_endpoint(&self, endpoint: Endpoint) {
        self.endpoint.set(Some(endpoint));
    }

    /// Notes who calls, once the credential has proved good.
    pub(crate) fn note_identity(&self, identity: &Identity) {
        self.identity.replace(Some(identity.clone()));
    }

    /// Notes that the answer is a stored one (4.8).
    pub(crate) fn note_replay(&self) {
        self.is_replay.set(true);
    }

    pub(crate) fn endpoint(&self) -> Option<Endpoint> {
        self.endpoint.get()
    }

    pub(crate) fn identity(&self) -> Option<Identity> {
        self.identity.borrow().clone()
    }

    pub(crate) fn is_replay(&self) -> bool {
        self.is_replay.get()
    }

    /// What the databases are asked, counted while they are asked.
    pub(crate) fn usage(&self) -> &Rc<Usage> {
        &self.usage
    }
}

/// What was asked of D1.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    trips: Cell<u32>,
}

impl Usage {
    /// Counts one batch.
    pub(crate) fn add_trip(&self) {
        self.trips.set(self.trips.get().saturating_add(1));
    }

    /// Round trips.
    pub(crate) fn trips(&self) -> u32 {
        self.trips.get()
    }
}
