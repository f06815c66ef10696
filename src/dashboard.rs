//! What a dashboard asks besides (15): whom it acts for, and what it may do.

use serde::{Deserialize, Serialize};

use crate::id::{ApiKeyId, OrganizationId};
use crate::route::Permission;
use crate::shape::{wire, wire_enum};
use crate::stored::StoredId;

wire! {
/// The answer of `GET /v1/dashboard/me`: who calls, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The organization that the credential belongs to.
    pub organization: NamedOrganization,
    /// The person whom a session acts for; `null` for a key.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub user: Option<NamedUser>,
    /// The key that calls; `null` for a session.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub key: Option<NamedKey>,
    /// The role that the credential acts in.
    pub role: String,
    /// What that role may call.
    pub routes: Vec<Permission>,
    /// What the deployment is for.
    pub environment: Environment,
}

/// An organization by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedOrganization {
    /// The organization.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
}

/// A user by their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedUser {
    /// The user.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: StoredId,
    /// Their name.
    pub name: String,
}

/// A key by its name, which is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedKey {
    /// The key.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
}
}

wire_enum! {
    /// What a deployment is for.
    pub enum Environment {
        /// To try things out: keys may be used from a browser.
        Development = "development",
        /// To be used.
        Production = "production",
    }
}
