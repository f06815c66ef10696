//! Idempotency records (4.8): the first answer to a key, byte for byte, and the
//! digest of the request that it answered.

use std::cell::RefCell;

use assessments::digest::sha256;
use assessments::id::{AssessmentId, OrganizationId};
use assessments::idempotency::{IdempotencyKey, LIFETIME_SECONDS};
use assessments::time::Timestamp;
use serde::Deserialize;

use super::database::{Database, Parameter, Rows, Statement, StorageError, id, text, time};
use crate::platform::recent::Recent;

/// Where the live record of a key is, by the numbers of three parameters: operation, key, and
/// time. Without a key they are null, and there is none.
macro_rules! of_live_key {
    ($operation:literal, $key:literal, $now:literal) => {
        concat!(
            "FROM idempotency_records WHERE org_id = ?1 AND operation = ",
            $operation,
            " AND key = ",
            $key,
            " AND expires_at > ",
            $now
        )
    };
}
pub(super) use of_live_key;

const REPLAY: &str = concat!(
    "SELECT response_body, request_sha256 ",
    of_live_key!("?2", "?3", "?4")
);

/// A key past its life is free: its record makes room.
const FREE_EXPIRED_KEY: &str = "\
DELETE FROM idempotency_records
WHERE org_id = ?1 AND operation = ?2 AND key = ?3 AND expires_at <= ?4";

macro_rules! record_key {
    () => {
        "\
INSERT INTO idempotency_records
    (org_id, operation, key, created_at, expires_at, response_body, request_sha256)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
    };
}

/// Fails the batch if the key has a live record: of simultaneous first uses
/// exactly one commits.
const RECORD_KEY: &str = record_key!();

/// The same for a batch that has created an assessment only if the key had none.
const RECORD_KEY_OF_CREATED: &str = concat!(
    record_key!(),
    " WHERE EXISTS (SELECT 1 FROM assessments WHERE org_id = ?1 AND id = ?8)"
);

/// The stored answer to a key as a column, by the numbers of the same parameters.
macro_rules! replay {
    ($operation:literal, $key:literal, $now:literal) => {
        concat!(
            "(SELECT json_object('response_body', response_body, 'request_sha256', request_sha256) ",
            of_live_key!($operation, $key, $now),
            ")"
        )
    };
}
pub(super) use replay;

/// Whether a key has a live record, by the numbers of the same parameters.
macro_rules! live_key {
    ($operation:literal, $key:literal, $now:literal) => {
        concat!(
            "EXISTS (SELECT 1 ",
            of_live_key!($operation, $key, $now),
            ")"
        )
    };
}
pub(super) use live_key;

/// The parameters of [`live_key`].
pub(super) fn live_key_values(key: Option<&Scope<'_>>, now: Timestamp) -> [Parameter; 3] {
    match key {
        Some(scope) => {
            let [_, operation, key] = scope.columns();
            [operation, key, time(now)]
        }
        None => [const { Parameter::Null }; 3],
    }
}

/// The SHA-256 of a request's body as it came, by which another use of its
/// idempotency key is told (4.8), in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestDigest(String);

impl RequestDigest {
    pub(crate) fn of(body: &[u8]) -> Self {
        Self(sha256(body))
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

/// Keys that are remembered at once, and their bytes.
const MAX_REMEMBERED: usize = 8_000;
const MAX_BYTES: usize = 4 << 20;

thread_local! {
    static ANSWERED: RefCell<Recent<()>> =
        RefCell::new(Recent::new(LIFETIME_SECONDS, MAX_REMEMBERED, MAX_BYTES));
}

/// A key in its scope: an organization and an operation.
pub(super) struct Scope<'a> {
    pub(super) org: &'a OrganizationId,
    pub(super) operation: &'a str,
    pub(super) key: &'a IdempotencyKey,
}

impl Scope<'_> {
    /// The statement that selects the stored answer.
    pub(super) fn select(&self, database: &Database, now: Timestamp) -> Statement {
        let [org, operation, key] = self.columns();
        database.statement(REPLAY, &[org, operation, key, time(now)])
    }

    /// The statements that store the answer to a request, for a batch that fails
    /// if the key has one.
    pub(super) fn record(
        &self,
        database: &Database,
        request: &RequestDigest,
        body: &str,
        now: Timestamp,
    ) -> [Statement; 2] {
        let values = self.record_values(request, body, now);
        [
            self.free(database, now),
            database.statement(RECORD_KEY, &values),
        ]
    }

    /// The same for a batch that has created this assessment only if the key had none.
    pub(super) fn record_created(
        &self,
        database: &Database,
        request: &RequestDigest,
        body: &str,
        assessment: &AssessmentId,
        now: Timestamp,
    ) -> [Statement; 2] {
        let values = self.record_values(request, body, now);
        let values: Vec<_> = values.into_iter().chain([id(assessment)]).collect();
        [
            self.free(database, now),
            database.statement(RECORD_KEY_OF_CREATED, &values),
        ]
    }

    /// Whether the isolate has seen an answer to the key. It decides nothing but what is tried
    /// first: to find the answer, or to write.
    pub(super) fn is_answered(&self, now: Timestamp) -> bool {
        ANSWERED.with_borrow_mut(|answered| answered.contains(&self.name(), now))
    }

    /// Remembers that there is an answer.
    pub(super) fn note_answered(&self, now: Timestamp) {
        ANSWERED.with_borrow_mut(|answered| answered.insert(self.name(), (), 0, now));
    }

    fn name(&self) -> String {
        // None of the three has a line feed.
        format!(
            "{}\n{}\n{}",
            self.org.as_str(),
            self.operation,
            self.key.as_str()
        )
    }

    fn free(&self, database: &Database, now: Timestamp) -> Statement {
        let [org, operation, key] = self.columns();
        database.statement(FREE_EXPIRED_KEY, &[org, operation, key, time(now)])
    }

    fn record_values(&self, request: &RequestDigest, body: &str, now: Timestamp) -> [Parameter; 7] {
        let [org, operation, key] = self.columns();
        let expires_at = time(now.plus(LIFETIME_SECONDS));
        let [body, request] = [text(body), text(request.as_str())];
        [org, operation, key, time(now), expires_at, body, request]
    }

    fn columns(&self) -> [Parameter; 3] {
        [id(self.org), text(self.operation), text(self.key.as_str())]
    }
}

/// The stored answer to a key.
#[derive(Debug, Deserialize)]
pub(crate) struct Replay {
    #[serde(rename = "response_body")]
    pub(crate) body: String,
    /// Of the request that was answered; records from before it was kept have none.
    request_sha256: Option<String>,
}

impl Replay {
    /// Whether a request is known to be another than the one that was answered;
    /// `None` is one that was too large, so it is.
    pub(crate) fn differs_from(&self, request: Option<&RequestDigest>) -> bool {
        let first = self.request_sha256.as_deref();
        first.is_some() && first != request.map(RequestDigest::as_str)
    }
}

/// Takes the result of [`Scope::select`].
pub(super) fn next(rows: &mut Rows) -> Result<Option<Replay>, StorageError> {
    rows.next_row()
}
