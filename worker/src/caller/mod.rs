//! Who calls, and whether they may: gates 1 and 2.
//!
//! Two steps, because the decision is D1's alone. [`identity`] finds the
//! organization of a key, from the [`cache`] if it can. The handler's D1 batch then
//! reads the key's [`Standing`] afresh, and [`admission`] judges that; a handler
//! that writes in its only round trip judges the cached standing instead and
//! has the batch fail unless it still holds ([`Basis`]).
//!
//! What they and the storage share is here, and it is data only.

pub(crate) mod admission;
mod allowlist;
mod cache;
pub(crate) mod identity;

use assessments::digest::KeyHash;
use assessments::id::OrganizationId;
use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::platform::trace::Identity;

/// The key that calls and its organization. Nothing is decided yet.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) org: OrganizationId,
    pub(crate) key: KeyHash,
    /// What the cache knows to have been good lately.
    pub(crate) cached: Option<Admitted>,
}

/// A call that was admitted: on what, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Admitted {
    #[serde(flatten)]
    pub(crate) basis: Basis,
    #[serde(flatten)]
    pub(crate) identity: Identity,
}

/// What D1 says of a key and its organization at one moment.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Standing {
    #[serde(flatten)]
    pub(crate) admitted: Admitted,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
}

/// What an admission rests on: as long as this holds, and the key is neither
/// revoked nor expired, the same call is admitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Basis {
    pub(crate) role: String,
    /// The stored JSON array of CIDRs.
    pub(crate) api_ip_allowlist: String,
}
