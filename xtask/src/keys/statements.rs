//! The SQL of the commands. What is known of a secret here is its hash.

use assessments::credential::ApiKey;
use assessments::digest::KeyHash;
use assessments::id::{ApiKeyId, OrganizationId};
use assessments::time::Timestamp;
use serde_json::{Value, json};

use super::handle::Handle;
use crate::database::sql::bind;
use crate::time::Span;

/// Keys that are listed at most, and of those that answer to one handle.
pub(super) const MAX_KEYS: usize = 1_000;

const ORGANIZATION: &str = "SELECT name, unixepoch() AS now FROM organizations WHERE id = ?1";

/// Those that are let in come first, so that what is cut off is of no account.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "\
SELECT id, name, role, last_characters AS last_four, created_at, expires_at, revoked_at,
    last_used_at
FROM api_keys WHERE org_id = ?1 AND ",
            $condition,
            "
ORDER BY revoked_at IS NOT NULL, coalesce(expires_at <= unixepoch(), 0), created_at DESC, id
LIMIT ?2"
        )
    };
}

const ALL: &str = select!("true");
const BY_ID: &str = select!("id = ?3");
const BY_NAME: &str = select!("name = ?3");
const BY_LAST_FOUR: &str = select!("last_characters = ?3");

const ORGANIZATION_MUST_BE_THERE: &str = "\
INSERT INTO guard (holds) SELECT EXISTS (SELECT 1 FROM organizations WHERE id = ?1)";

/// Two rotations at once are told apart by the expiry that the first one sets.
const KEY_MUST_BE_AS_READ: &str = "\
INSERT INTO guard (holds) SELECT EXISTS (
    SELECT 1 FROM api_keys
    WHERE org_id = ?1 AND id = ?2 AND revoked_at IS NULL AND expires_at IS ?3)";

const INSERT_KEY: &str = "\
INSERT INTO api_keys
    (org_id, secret_sha256, id, name, last_characters, role, created_at, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, unixepoch(), unixepoch() + ?7)";

const INSERT_INTO_DIRECTORY: &str = "\
INSERT INTO api_key_directory (secret_sha256, org_id) VALUES (?2, ?1)";

/// A key that would expire sooner anyway still does.
const EXPIRE: &str = "\
UPDATE api_keys SET expires_at = unixepoch() + ?3
WHERE org_id = ?1 AND id = ?2 AND (expires_at IS NULL OR expires_at > unixepoch() + ?3)";

const REVOKE: &str = "\
UPDATE api_keys SET revoked_at = unixepoch()
WHERE org_id = ?1 AND id = ?2 AND revoked_at IS NULL";

/// A key to be written, and what goes with it.
pub(super) struct NewKey<'a> {
    pub(super) id: &'a ApiKeyId,
    pub(super) secret: &'a ApiKey,
    pub(super) name: &'a str,
    pub(super) role: &'a str,
    /// How long it is good for; without it, until it is revoked.
    pub(super) lifetime: Option<Span>,
}

/// Reads the organization, and then its keys or those that answer to a handle: at
/// most [`MAX_KEYS`] and one more, which tells that there are more.
pub(super) fn read(org: &OrganizationId, handle: Option<&Handle>) -> Vec<String> {
    let (sql, value) = match handle {
        None => (ALL, Value::Null),
        Some(Handle::Id(id)) => (BY_ID, json!(id)),
        Some(Handle::Name(name)) => (BY_NAME, json!(name)),
        Some(Handle::LastFour(last)) => (BY_LAST_FOUR, json!(last)),
    };
    vec![
        bind(ORGANIZATION, &[json!(org)]),
        bind(sql, &[json!(org), json!(MAX_KEYS + 1), value]),
    ]
}

/// Writes a new key, if the organization is there.
pub(super) fn create(org: &OrganizationId, new: &NewKey<'_>) -> Vec<String> {
    let mut statements = vec![bind(ORGANIZATION_MUST_BE_THERE, &[json!(org)])];
    statements.extend(insert(org, new));
    statements
}

/// Writes a new key in the place of `old`, which expires after `overlap`; only if that
/// is still as it was read.
pub(super) fn rotate(
    org: &OrganizationId,
    new: &NewKey<'_>,
    old: &ApiKeyId,
    old_expires_at: Option<Timestamp>,
    overlap: Span,
) -> Vec<String> {
    let guard = [json!(org), json!(old), json!(old_expires_at)];
    let mut statements = vec![bind(KEY_MUST_BE_AS_READ, &guard)];
    statements.extend(insert(org, new));
    let expiry = [json!(org), json!(old), json!(overlap.seconds())];
    statements.push(bind(EXPIRE, &expiry));
    statements
}

fn insert(org: &OrganizationId, new: &NewKey<'_>) -> [String; 2] {
    let hash = KeyHash::of(new.secret);
    let values = [
        json!(org),
        json!(hash.as_str()),
        json!(new.id),
        json!(new.name),
        json!(new.secret.last_characters()),
        json!(new.role),
        json!(new.lifetime.map(Span::seconds)),
    ];
    [INSERT_KEY, INSERT_INTO_DIRECTORY].map(|sql| bind(sql, &values))
}

/// Revokes a key, if it is not revoked already.
pub(super) fn revoke(org: &OrganizationId, id: &ApiKeyId) -> String {
    bind(REVOKE, &[json!(org), json!(id)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_statement_holds_a_secret() {
        let text = "ak_test_rAqcHPRsnWv1C72Q5dcsG7J1I2wjtpL1Wd0IZhcSJEQ3d7mlK";
        let secret = ApiKey::parse(text).unwrap();
        let org = OrganizationId::from_random(1);
        let (id, old) = (ApiKeyId::from_random(2), ApiKeyId::from_random(3));
        let new = NewKey {
            id: &id,
            secret: &secret,
            name: "it's",
            role: "Service Account",
            lifetime: None,
        };
        let overlap = Span::from_seconds(60);
        let mut statements = create(&org, &new);
        statements.extend(rotate(&org, &new, &old, None, overlap));
        let all = statements.join("\n");
        // The last four characters are kept in clear; those before them are not.
        assert!(!all.contains("rAqcHPRsnWv1C72Q"), "{all}");
        assert!(all.contains(KeyHash::of(&secret).as_str()));
        assert!(!all.contains('?'), "every value is given: {all}");
    }
}
