//! Idempotency records (4.8): the first answer to a key, byte for byte, and the
//! digest of the request that it answered.

use assessments::digest::sha256;
use assessments::id::OrganizationId;
use assessments::idempotency::{IdempotencyKey, LIFETIME_SECONDS};
use assessments::time::Timestamp;
use serde::Deserialize;
use wasm_bindgen::JsValue;
use worker::D1PreparedStatement;

use super::database::{Database, Rows, StorageError, id, text, time};

const REPLAY: &str = "\
SELECT response_body, request_sha256 FROM idempotency_records
WHERE org_id = ?1 AND operation = ?2 AND key = ?3 AND expires_at > ?4";

/// A key past its life is free: its record makes room.
const FREE_EXPIRED_KEY: &str = "\
DELETE FROM idempotency_records
WHERE org_id = ?1 AND operation = ?2 AND key = ?3 AND expires_at <= ?4";

/// Fails the batch if the key has a live record: of simultaneous first uses
/// exactly one commits.
const RECORD_KEY: &str = "\
INSERT INTO idempotency_records
    (org_id, operation, key, created_at, expires_at, response_body, request_sha256)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

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

/// A key in its scope: an organization and an operation.
pub(super) struct Scope<'a> {
    pub(super) org: &'a OrganizationId,
    pub(super) operation: &'a str,
    pub(super) key: &'a IdempotencyKey,
}

impl Scope<'_> {
    /// The statement that selects the stored answer.
    pub(super) fn select(
        &self,
        database: &Database,
        now: Timestamp,
    ) -> Result<D1PreparedStatement, StorageError> {
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
    ) -> Result<[D1PreparedStatement; 2], StorageError> {
        let [org, operation, key] = self.columns();
        let free = database.statement(
            FREE_EXPIRED_KEY,
            &[org.clone(), operation.clone(), key.clone(), time(now)],
        )?;
        let expires_at = time(now.plus(LIFETIME_SECONDS));
        let record = database.statement(
            RECORD_KEY,
            &[
                org,
                operation,
                key,
                time(now),
                expires_at,
                text(body),
                text(request.as_str()),
            ],
        )?;
        Ok([free, record])
    }

    fn columns(&self) -> [JsValue; 3] {
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
