//! The source of randomness, and the ids of responses, which are nothing else.

use uuid::Uuid;

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

    fn from_bits(random: u128) -> Self {
        let builder = uuid::Builder::from_random_bytes(random.to_be_bytes());
        Self(Uuid::to_string(&builder.into_uuid()))
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
