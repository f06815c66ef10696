//! The check of a service-account key.

use assessments::credential::ApiKey;
use assessments::digest::KeyHash;
use assessments::id::ApiKeyId;

use super::fields::text;
use crate::import::file::{Key, KeySecret};
use crate::import::reader::{Faults, Node, Object, Unique};

/// What no two keys of a file share. Ids are unique within an organization only, but
/// nobody has a reason to give one twice.
#[derive(Default)]
pub(super) struct Keys {
    ids: Unique<ApiKeyId>,
    hashes: Unique<String>,
}

pub(super) fn api_key(node: &Node<'_>, seen: &mut Keys, faults: &mut Faults) -> Option<Key> {
    let object = node.object(
        faults,
        &[
            "id",
            "name",
            "secret",
            "secret_sha256",
            "last_four",
            "role",
            "revoked",
            "expires_at",
        ],
    )?;
    let id = object.optional("id").and_then(|node| {
        let id = node.id(faults)?;
        seen.ids.add(faults, &node, &id);
        Some(id)
    });
    let name = text(&object, faults, "name");
    let secret = secret(&object, seen, faults);
    let role = object.optional("role").and_then(|node| node.text(faults));
    let expires_at = object.stated_time(faults, "expires_at");
    let revoked = object.flag(faults, "revoked");
    Some(Key {
        place: node.place(),
        id,
        name: name?,
        secret: secret?,
        role,
        revoked,
        expires_at,
    })
}

/// The secret in clear, or what is kept of it. It is never repeated in a message.
fn secret(object: &Object<'_>, seen: &mut Keys, faults: &mut Faults) -> Option<KeySecret> {
    let hashed = object.optional("secret_sha256");
    let last_four = object.optional("last_four");
    let (node, secret) = match (object.optional("secret"), hashed) {
        (Some(node), None) => {
            if let Some(last_four) = last_four {
                faults.add(
                    &last_four,
                    "belongs to \"secret_sha256\"; a \"secret\" tells it",
                );
            }
            let secret = in_clear(&node, faults)?;
            (node, secret)
        }
        (None, Some(node)) => {
            let last_four = object.required(faults, "last_four");
            let hash = hash(&node, faults);
            let last_four = last_four.and_then(|node| self::last_four(&node, faults));
            let secret = KeySecret {
                hash: hash?,
                last_four: last_four?,
            };
            (node, secret)
        }
        (Some(_), Some(node)) => {
            faults.add(
                &node,
                "stands beside a \"secret\", of which it can be computed",
            );
            return None;
        }
        (None, None) => {
            object.required(faults, "secret");
            return None;
        }
    };
    let text = secret.hash.as_str().to_owned();
    seen.hashes.add(faults, &node, &text);
    Some(secret)
}

fn in_clear(node: &Node<'_>, faults: &mut Faults) -> Option<KeySecret> {
    let text = node.text(faults)?;
    let Some(key) = ApiKey::parse(&text) else {
        faults.add(
            node,
            "is not a key: ak_live_ or ak_test_, 43 base62 characters and their checksum",
        );
        return None;
    };
    Some(KeySecret {
        hash: KeyHash::of(&key),
        last_four: key.last_characters().to_owned(),
    })
}

fn hash(node: &Node<'_>, faults: &mut Faults) -> Option<KeyHash> {
    let hash = KeyHash::parse(&node.text(faults)?);
    if hash.is_none() {
        faults.add(
            node,
            "is not a SHA-256: 64 hexadecimal digits in small letters",
        );
    }
    hash
}

fn last_four(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let text = node.text(faults)?;
    let is_end = text.len() == ApiKey::LAST_CHARACTERS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_end {
        faults.add(node, "must be the last four characters of the key");
        return None;
    }
    Some(text)
}
