//! Keys: whose they are, and whether they are good.

use assessments::digest::KeyHash;
use assessments::id::OrganizationId;
use assessments::time::Timestamp;
use worker::{D1PreparedStatement, console_error};

use super::database::{Database, Databases, Rows, StorageError, id, text, time};
use crate::caller::{Basis, Caller, Standing};

const ORGANIZATION_OF: &str = "\
SELECT json_quote(org_id) AS json FROM api_key_directory WHERE secret_sha256 = ?1";

const STANDING: &str = "\
SELECT json_object(
    'role', k.role, 'expires_at', k.expires_at, 'revoked_at', k.revoked_at,
    'api_ip_allowlist', o.api_ip_allowlist,
    'org', k.org_id, 'key_id', k.id, 'key_name', k.name) AS json
FROM api_keys k JOIN organizations o ON o.id = k.org_id
WHERE k.org_id = ?1 AND k.secret_sha256 = ?2";

const GUARD: &str = "\
INSERT INTO guard (holds) SELECT EXISTS (
    SELECT 1 FROM api_keys k JOIN organizations o ON o.id = k.org_id
    WHERE k.org_id = ?1 AND k.secret_sha256 = ?2
      AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?3)
      AND k.role = ?4 AND o.api_ip_allowlist = ?5)";

/// The organization of a key, if it is known at all. One that is not of the form
/// of ours has nothing here that could be found.
pub(crate) async fn organization_of(
    databases: &Databases,
    key: &KeyHash,
) -> Result<Option<OrganizationId>, StorageError> {
    let database = databases.directory()?;
    let lookup = database.statement(ORGANIZATION_OF, &[text(key.as_str())])?;
    let mut rows = database
        .batch("find organization of key", vec![lookup])
        .await?;
    let org: Option<String> = rows.next_value()?;
    Ok(org.and_then(|org| {
        OrganizationId::parse(&org)
            .inspect_err(|error| console_error!("organization of a key: {error}"))
            .ok()
    }))
}

/// What D1 says of the caller's key now.
pub(crate) async fn current(
    databases: &Databases,
    caller: &Caller,
) -> Result<Option<Standing>, StorageError> {
    let database = databases.of(&caller.org)?;
    let statement = select(&database, caller)?;
    let mut rows = database
        .batch("read standing of key", vec![statement])
        .await?;
    next(&mut rows)
}

/// The statement that reads the caller's standing, for the head of a batch.
pub(super) fn select(
    database: &Database,
    caller: &Caller,
) -> Result<D1PreparedStatement, StorageError> {
    database.statement(STANDING, &[id(&caller.org), text(caller.key.as_str())])
}

/// Takes the result of [`select`].
pub(super) fn next(rows: &mut Rows) -> Result<Option<Standing>, StorageError> {
    rows.next_value()
}

/// The statement that fails a batch unless the caller would still be admitted.
pub(super) fn guard(
    database: &Database,
    caller: &Caller,
    basis: &Basis,
    now: Timestamp,
) -> Result<D1PreparedStatement, StorageError> {
    database.statement(
        GUARD,
        &[
            id(&caller.org),
            text(caller.key.as_str()),
            time(now),
            text(&basis.role),
            text(&basis.api_ip_allowlist),
        ],
    )
}
