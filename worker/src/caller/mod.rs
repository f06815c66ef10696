//! Who calls, and whether they may: gates 1, 2 and 3.
//!
//! Two steps, because the decision is D1's alone. [`identity`] finds the
//! organization of a key, from the [`cache`] if it can; that of a session its token
//! says, if it is good ([`session`]). It sees to it that nobody asks for it too often
//! ([`limits`]). The handler's D1 batch then
//! reads the [`Standing`] afresh, and [`admission`] judges that; a handler
//! that writes in its only round trip judges the cached standing instead and
//! has the batch fail unless it still holds ([`Basis`]).
//!
//! What they and the storage share is here, and it is data only.

pub(crate) mod address;
pub(crate) mod admission;
mod allowlist;
mod cache;
pub(crate) mod identity;
mod key_set;
mod last_used;
mod limits;
mod organizations;
pub(crate) mod session;

use assessments::digest::KeyHash;
use assessments::id::kind::User;
use assessments::id::{ApiKeyId, OrganizationId};
use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::platform::trace::Identity;
use crate::token::provider::Name;

/// Who calls, and for which organization. Nothing is decided yet.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) org: OrganizationId,
    pub(crate) principal: Principal,
    /// How they stood lately, if that was good.
    pub(crate) cached: Option<Standing>,
}

/// What a caller shows.
#[derive(Debug, Clone)]
pub(crate) enum Principal {
    /// A service-account key.
    Key(KeyHash),
    /// The token of a session, which is what it says to be.
    Session(Session),
}

impl Principal {
    /// A name that no other has and that is no secret: `api-key:<sha256>` or
    /// `session:<sha256>`.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Key(key) => format!("api-key:{}", key.as_str()),
            Self::Session(session) => format!("session:{}", session.token),
        }
    }
}

/// What the token of a session says. Whether that still is so, D1 knows.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// The SHA-256 of the token in hexadecimal, by which it is recognised.
    pub(crate) token: String,
    pub(crate) user: Name<User>,
    /// What its provider calls the organization, if it has a name of its own for it.
    pub(crate) org_name: Option<String>,
    pub(crate) role: String,
    pub(crate) maker: Maker,
    pub(crate) ends_at: Timestamp,
}

/// Who made a session.
#[derive(Debug, Clone)]
pub(crate) enum Maker {
    /// A key, without which the session is no good.
    Key(ApiKeyId),
    /// The identity provider.
    Provider,
}

/// A call that was admitted: on what, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Admitted {
    #[serde(flatten)]
    pub(crate) basis: Basis,
    #[serde(flatten)]
    pub(crate) identity: Identity,
}

/// What D1 says of a caller and their organization at one moment. A session
/// expires and is revoked with the key that made it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Standing {
    #[serde(flatten)]
    pub(crate) admitted: Admitted,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    /// As far as it was noted.
    pub(crate) last_used_at: Option<Timestamp>,
    /// When D1 told it, which it does not say itself. What a write confirms since is the
    /// basis, and no name.
    #[serde(default)]
    pub(crate) told_at: Option<Timestamp>,
}

impl Standing {
    /// Whether the credential is neither revoked nor expired.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expiry| expiry > now)
    }

    /// About how many bytes it takes to remember it.
    pub(crate) fn size(&self) -> usize {
        let basis = &self.admitted.basis;
        let who = &self.admitted.identity;
        let maker = basis.maker_role.as_ref().map_or(0, String::len);
        let key = who.key.as_ref().map_or(0, |key| key.name.len());
        let user = who.user.as_ref().map_or(0, |user| user.name.len());
        size_of::<Self>() + basis.role.len() + basis.api_ip_allowlist.len() + maker + key + user
    }
}

/// What an admission rests on: as long as this holds, and the credential is neither
/// revoked nor expired, the same call is admitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Basis {
    pub(crate) role: String,
    /// The role of the key that made the session, if one did: what that may give.
    #[serde(default)]
    pub(crate) maker_role: Option<String>,
    /// The stored JSON array of CIDRs.
    pub(crate) api_ip_allowlist: String,
}
