//! The one KV namespace, which isolates share: never the only copy of anything. What
//! goes wrong there is logged, and counts as not there.

use worker::Env;
use worker::kv::{KvError, KvStore};

use super::clock::deadline;
use super::log;

/// The binding of the namespace. Whoever uses it has names of its own.
const BINDING: &str = "CREDENTIALS";
/// Longest wait for KV, in milliseconds: past it, whoever has the original answers sooner.
const TIMEOUT_MILLISECONDS: u64 = 1_000;

/// The namespace, as far as the deployment has one.
pub(crate) struct Store {
    store: KvStore,
    /// What a failure is called in the log.
    event: &'static str,
}

impl Store {
    pub(crate) fn of(env: &Env, event: &'static str) -> Option<Self> {
        let store = env
            .kv(BINDING)
            .inspect_err(|error| log::warn(event).cause(error).write())
            .ok()?;
        Some(Self { store, event })
    }

    /// The text of that name, if there is one.
    pub(crate) async fn get(&self, name: &str) -> Option<String> {
        let failed = || log::warn(self.event);
        match deadline(TIMEOUT_MILLISECONDS, self.store.get(name).text()).await {
            Some(Ok(text)) => return text,
            Some(Err(error)) => failed().cause(&error).write(),
            None => failed()
                .cause(&format!("no answer in {TIMEOUT_MILLISECONDS} ms"))
                .write(),
        }
        None
    }

    /// Leaves a text for so many seconds.
    pub(crate) async fn put(
        &self,
        name: &str,
        text: String,
        lifetime_seconds: u64,
    ) -> Result<(), KvError> {
        self.store
            .put(name, text)?
            .expiration_ttl(lifetime_seconds)
            .execute()
            .await
    }
}
