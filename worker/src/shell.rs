//! The world around one request: bindings, the clock, the source of randomness.

use std::cell::OnceCell;

use assessments::time::Timestamp;
use worker::{Context, Env, js_sys};

use crate::config::Config;
use crate::credential_cache::CredentialCache;
use crate::storage::Databases;

/// What handlers may use of the outside.
pub(crate) struct Shell {
    env: Env,
    context: Option<Context>,
    config: OnceCell<Config>,
}

impl Shell {
    pub(crate) fn new(env: Env, context: Option<Context>) -> Self {
        Self {
            env,
            context,
            config: OnceCell::new(),
        }
    }

    /// The same outside of the request, for work that goes on after it.
    pub(crate) fn detached(&self) -> Self {
        Self::new(self.env.clone(), None)
    }

    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    /// The settings, read when first asked for.
    pub(crate) fn config(&self) -> &Config {
        self.config.get_or_init(|| Config::read(&self.env))
    }

    pub(crate) fn databases(&self) -> Databases<'_> {
        Databases::new(&self.env)
    }

    pub(crate) fn credential_cache(&self) -> CredentialCache<'_> {
        CredentialCache::new(&self.env)
    }

    /// The present, in whole seconds. The only clock there is.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 are far inside 64 bits, and the cast saturates"
    )]
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_seconds((js_sys::Date::now() / 1000.0).floor() as i64)
    }

    /// Runs `work` after the response; it can neither delay nor fail it.
    pub(crate) fn after_response(&self, work: impl Future<Output = ()> + 'static) {
        if let Some(context) = &self.context {
            context.wait_until(work);
        }
    }
}

/// 128 bits from the platform's secure random source. The only randomness there is.
pub(crate) fn random_bits() -> Result<u128, RandomError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(u128::from_be_bytes(bytes))
}

/// The platform gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no randomness: {0}")]
pub(crate) struct RandomError(#[from] getrandom::Error);

/// The id of one response (2.2): a fresh random UUID, never the caller's.
pub(crate) struct RequestId(String);

impl RequestId {
    pub(crate) fn fresh() -> Result<Self, RandomError> {
        Ok(Self::from_bits(random_bits()?))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A version 4 UUID (RFC 9562): version and variant replace six random bits.
    fn from_bits(random: u128) -> Self {
        let version = (random & !(0xF << 76)) | (0x4 << 76);
        let bits = (version & !(0x3 << 62)) | (0x2 << 62);
        let part = |shift: u32, mask: u128| (bits >> shift) & mask;
        Self(format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 0xFFFF_FFFF),
            part(80, 0xFFFF),
            part(64, 0xFFFF),
            part(48, 0xFFFF),
            part(0, 0xFFFF_FFFF_FFFF)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_version_4_uuids() {
        assert_eq!(
            RequestId::from_bits(0).as_str(),
            "00000000-0000-4000-8000-000000000000"
        );
        assert_eq!(
            RequestId::from_bits(u128::MAX).as_str(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }
}
