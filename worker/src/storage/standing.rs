//! Keys and sessions: whose they are, and whether they are good.

use assessments::columns::Membership;
use assessments::digest::KeyHash;
use assessments::id::OrganizationId;
use assessments::time::Timestamp;

use super::database::{
    Database, Databases, Parameter, Rows, Statement, StorageError, id, text, time,
};
use crate::caller::{Basis, Caller, Maker, Principal, Session, Standing};
use crate::platform::log;
use crate::token::provider::Name;

const ORGANIZATION_OF: &str = "\
SELECT json_quote(org_id) AS json FROM api_key_directory WHERE secret_sha256 = ?1";

const ORGANIZATION_CALLED: &str = "\
SELECT json_quote(id) AS json FROM organizations WHERE external_id = ?1";

const STANDING: &str = "\
SELECT json_object(
    'role', k.role, 'expires_at', k.expires_at, 'revoked_at', k.revoked_at,
    'last_used_at', k.last_used_at, 'api_ip_allowlist', o.api_ip_allowlist,
    'org', k.org_id, 'key', json_object('id', k.id, 'name', k.name)) AS json
FROM api_keys k JOIN organizations o ON o.id = k.org_id
WHERE k.org_id = ?1 AND k.secret_sha256 = ?2";

const GUARD: &str = "\
INSERT INTO guard (holds) VALUES (EXISTS (
    SELECT 1 FROM api_keys k JOIN organizations o ON o.id = k.org_id
    WHERE k.org_id = ?1 AND k.secret_sha256 = ?2
      AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?3)
      AND k.role = ?4 AND o.api_ip_allowlist = ?5))";

/// What a statement reads of a session whose user is found by a column: `?1` to
/// `?6` are [`session_values`]. There is no row unless the user may sign in, the
/// organization still is called so, and the key that made the session exists.
macro_rules! of_session {
    ($before:literal, $column:literal, $after:literal) => {
        concat!(
            $before,
            "
FROM organizations o
JOIN users u ON u.org_id = o.id AND u.",
            $column,
            " = ?2
LEFT JOIN api_keys k ON k.org_id = o.id AND k.id = ?4
WHERE o.id = ?1 AND u.is_archived = 0 AND ?3 ->> u.membership
  AND (?4 IS NULL OR k.id IS NOT NULL) AND (?5 IS NULL OR o.external_id = ?5)",
            $after
        )
    };
}

/// The standing of a session, which expires and is revoked with its key. `?7` is
/// the role.
macro_rules! session_standing {
    ($column:literal) => {
        of_session!(
            "SELECT json_object(
    'role', ?7, 'expires_at', min(CAST(?6 AS INTEGER), coalesce(k.expires_at, CAST(?6 AS INTEGER))),
    'revoked_at', k.revoked_at, 'maker_role', k.role,
    'api_ip_allowlist', o.api_ip_allowlist, 'org', o.id,
    'key', CASE WHEN k.id IS NOT NULL THEN json_object('id', k.id, 'name', k.name) END,
    'user', json_object('id', u.id, 'name', u.name)) AS json",
            $column,
            ""
        )
    };
}

/// `?7` is the time, `?8` the allowlist, `?9` the role of the key that made it.
macro_rules! session_guard {
    ($column:literal) => {
        of_session!(
            "INSERT INTO guard (holds) VALUES (EXISTS (SELECT 1",
            $column,
            "
  AND ?6 > ?7 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?7)
  AND o.api_ip_allowlist = ?8 AND k.role IS ?9))"
        )
    };
}

/// Of many that note a use at once, one writes.
const NOTE_USED: &str = "\
UPDATE api_keys SET last_used_at = ?3
WHERE org_id = ?1 AND secret_sha256 = ?2 AND (last_used_at IS NULL OR last_used_at <= ?4)";

/// The organization of a key, if it is known at all. One that is not of the form
/// of ours has nothing here that could be found.
pub(crate) async fn organization_of(
    databases: &Databases,
    key: &KeyHash,
) -> Result<Option<OrganizationId>, StorageError> {
    find_organization(databases, ORGANIZATION_OF, key.as_str()).await
}

/// The organization that the identity provider calls so.
pub(crate) async fn organization_called(
    databases: &Databases,
    name: &str,
) -> Result<Option<OrganizationId>, StorageError> {
    find_organization(databases, ORGANIZATION_CALLED, name).await
}

async fn find_organization(
    databases: &Databases,
    sql: &'static str,
    by: &str,
) -> Result<Option<OrganizationId>, StorageError> {
    let database = databases.directory()?;
    let lookup = database.statement(sql, &[text(by)]);
    let mut rows = database.batch("find organization", vec![lookup]).await?;
    let org: Option<String> = rows.next_value()?;
    Ok(org.and_then(|org| {
        OrganizationId::parse(&org)
            .inspect_err(|error| {
                log::error("organization_of_credential")
                    .cause(error)
                    .write()
            })
            .ok()
    }))
}

/// What D1 says of the caller now.
pub(crate) async fn current(
    databases: &Databases,
    caller: &Caller,
) -> Result<Option<Standing>, StorageError> {
    let database = databases.of(&caller.org)?;
    let statement = select(&database, caller);
    let mut rows = database.batch("read standing", vec![statement]).await?;
    next(&mut rows)
}

/// The statement that reads the caller's standing, for the head of a batch.
pub(super) fn select(database: &Database, caller: &Caller) -> Statement {
    match &caller.principal {
        Principal::Key(key) => database.statement(STANDING, &[id(&caller.org), text(key.as_str())]),
        Principal::Session(session) => {
            let sql = match session.user {
                Name::Ours(_) => session_standing!("id"),
                Name::Theirs(_) => session_standing!("external_id"),
            };
            let mut values = session_values(caller, session);
            values.push(text(&session.role));
            database.statement(sql, &values)
        }
    }
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
) -> Statement {
    match &caller.principal {
        Principal::Key(key) => database.statement(
            GUARD,
            &[
                id(&caller.org),
                text(key.as_str()),
                time(now),
                text(&basis.role),
                text(&basis.api_ip_allowlist),
            ],
        ),
        // The role of a session is its token's, and does not change.
        Principal::Session(session) => {
            let sql = match session.user {
                Name::Ours(_) => session_guard!("id"),
                Name::Theirs(_) => session_guard!("external_id"),
            };
            let mut values = session_values(caller, session);
            values.push(time(now));
            values.push(text(&basis.api_ip_allowlist));
            values.push(basis.maker_role.as_deref().map_or(Parameter::Null, text));
            database.statement(sql, &values)
        }
    }
}

/// `?1` to `?6`: organization and user, who may sign in, the key that made the
/// session, the provider's name of the organization, and when the session ends.
fn session_values(caller: &Caller, session: &Session) -> Vec<Parameter> {
    let key = match &session.maker {
        Maker::Key(key) => id(key),
        Maker::Provider => Parameter::Null,
    };
    let org_name = session.org_name.as_deref();
    vec![
        id(&caller.org),
        text(session.user.as_str()),
        text(&memberships_that_sign_in()),
        key,
        org_name.map_or(Parameter::Null, text),
        time(session.ends_at),
    ]
}

/// The library's rule as a JSON object of those that it allows.
pub(super) fn memberships_that_sign_in() -> String {
    let memberships: serde_json::Map<String, serde_json::Value> = Membership::ALL
        .iter()
        .filter(|membership| membership.may_sign_in())
        .map(|membership| (membership.as_str().to_owned(), true.into()))
        .collect();
    serde_json::Value::from(memberships).to_string()
}

/// Notes that a key is used, unless that was noted after `horizon`.
pub(crate) async fn note_used(
    databases: &Databases,
    org: &OrganizationId,
    key: &KeyHash,
    now: Timestamp,
    horizon: Timestamp,
) -> Result<(), StorageError> {
    let database = databases.of(org)?;
    let values = [id(org), text(key.as_str()), time(now), time(horizon)];
    let statement = database.statement(NOTE_USED, &values);
    database.batch("note use of key", vec![statement]).await?;
    Ok(())
}
