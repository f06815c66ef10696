//! The one KV keyspace: credentials that were good lately.
//!
//! Read-through, positive entries only, 60 seconds, never the only copy of
//! anything and never the last word: every D1 batch checks the key's row again.
//! What goes wrong here is logged and counts as not cached.

use assessments::id::OrganizationId;
use serde::{Deserialize, Serialize};
use worker::kv::{KvError, KvStore};
use worker::{Env, console_warn};

use crate::auth::{Basis, KeyHash};
use crate::storage::deadline;

/// The binding of the namespace.
const BINDING: &str = "CREDENTIALS";
/// Life of an entry, in seconds; KV's shortest.
const LIFETIME_SECONDS: u64 = 60;
/// Longest wait for KV, in milliseconds: past it, D1 answers sooner.
const TIMEOUT_MILLISECONDS: u64 = 1_000;

/// What is cached under `api-key:<sha256>`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CachedKey {
    pub(crate) org: OrganizationId,
    #[serde(flatten)]
    pub(crate) basis: Basis,
}

/// The cache, as far as the deployment has one.
pub(crate) struct CredentialCache<'a> {
    env: &'a Env,
}

impl<'a> CredentialCache<'a> {
    pub(crate) fn new(env: &'a Env) -> Self {
        Self { env }
    }

    /// The entry of a key, if there is one.
    pub(crate) async fn get(&self, key: &KeyHash) -> Option<CachedKey> {
        let store = self.store()?;
        let reading = store.get(&name(key)).text();
        let text = match deadline(TIMEOUT_MILLISECONDS, reading).await {
            Some(Ok(text)) => text?,
            Some(Err(error)) => {
                console_warn!("credential cache: {error}");
                return None;
            }
            None => {
                console_warn!("credential cache: no answer in {TIMEOUT_MILLISECONDS} ms");
                return None;
            }
        };
        serde_json::from_str(&text)
            .inspect_err(|error| console_warn!("credential cache: {error}"))
            .ok()
    }

    /// The cache for work after the response.
    pub(crate) fn writer(&self) -> Option<CredentialCacheWriter> {
        self.store().map(CredentialCacheWriter)
    }

    fn store(&self) -> Option<KvStore> {
        self.env
            .kv(BINDING)
            .inspect_err(|error| console_warn!("credential cache: {error}"))
            .ok()
    }
}

/// Writes entries.
pub(crate) struct CredentialCacheWriter(KvStore);

impl CredentialCacheWriter {
    pub(crate) async fn put(&self, key: &KeyHash, entry: &CachedKey) -> Result<(), KvError> {
        let text = serde_json::to_string(entry)?;
        self.0
            .put(&name(key), text)?
            .expiration_ttl(LIFETIME_SECONDS)
            .execute()
            .await
    }
}

fn name(key: &KeyHash) -> String {
    format!("api-key:{}", key.as_str())
}
