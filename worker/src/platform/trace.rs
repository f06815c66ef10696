//! What is known of a request by its end: for its line in the log and its audit
//! record. Nothing is decided by it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use assessments::dashboard::{NamedKey, NamedUser};
use assessments::id::{ApiKeyId, OrganizationId};
use assessments::route::Endpoint;
use assessments::stored::StoredId;
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

impl Identity {
    /// The key that calls, or that made the session that does, and its name.
    pub(crate) fn key(&self) -> Option<(&ApiKeyId, &str)> {
        let key = self.key.as_ref()?;
        Some((&key.id, &key.name))
    }

    /// The person who calls, if one does.
    pub(crate) fn user_id(&self) -> Option<&StoredId> {
        self.user.as_ref().map(|user| &user.id)
    }
}

/// What a request was seen to be and to do.
pub(crate) struct Trace {
    endpoint: Cell<Option<Endpoint>>,
    identity: RefCell<Option<Identity>>,
    is_replay: Cell<bool>,
    is_limited: Cell<bool>,
    usage: Rc<Usage>,
}

impl Trace {
    /// Nothing yet. Rows are counted only for whoever is told of them.
    pub(crate) fn new(counts_rows: bool) -> Self {
        Self {
            endpoint: Cell::default(),
            identity: RefCell::default(),
            is_replay: Cell::default(),
            is_limited: Cell::default(),
            usage: Rc::new(Usage {
                counts_rows,
                ..Usage::default()
            }),
        }
    }

    /// Notes what is called.
    pub(crate) fn note_endpoint(&self, endpoint: Endpoint) {
        self.endpoint.set(Some(endpoint));
    }

    /// Notes who calls, once the credential has proved good.
    pub(crate) fn note_identity(&self, identity: &Identity) {
        self.identity.replace(Some(identity.clone()));
    }

    /// Notes who calls over a limit: for the log only, since a record of each such call
    /// would undo the limit.
    pub(crate) fn note_limited(&self, identity: &Identity) {
        self.note_identity(identity);
        self.is_limited.set(true);
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

    /// Whether who calls is known for the log only.
    pub(crate) fn is_limited(&self) -> bool {
        self.is_limited.get()
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
    counts_rows: bool,
    trips: Cell<u32>,
    milliseconds: Cell<u32>,
    rows_read: Cell<u64>,
    rows_written: Cell<u64>,
}

impl Usage {
    /// Counts one batch.
    pub(crate) fn add_trip(&self) {
        self.trips.set(self.trips.get().saturating_add(1));
    }

    /// Adds how long one batch took.
    pub(crate) fn add_milliseconds(&self, milliseconds: u32) {
        let sum = self.milliseconds.get().saturating_add(milliseconds);
        self.milliseconds.set(sum);
    }

    /// Adds the rows that one statement read and wrote.
    pub(crate) fn add_rows(&self, read: u64, written: u64) {
        self.rows_read
            .set(self.rows_read.get().saturating_add(read));
        self.rows_written
            .set(self.rows_written.get().saturating_add(written));
    }

    /// Whether anyone is told of rows.
    pub(crate) const fn counts_rows(&self) -> bool {
        self.counts_rows
    }

    /// Round trips.
    pub(crate) fn trips(&self) -> u32 {
        self.trips.get()
    }

    /// How long all batches took together.
    pub(crate) fn milliseconds(&self) -> u32 {
        self.milliseconds.get()
    }

    /// Rows read and written, as D1 bills them.
    pub(crate) fn rows(&self) -> (u64, u64) {
        (self.rows_read.get(), self.rows_written.get())
    }
}
