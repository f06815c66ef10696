//! An identity provider of the deployment (14): how it is configured, and what
//! its tokens say of who calls.

use std::collections::HashMap;

use assessments::id::kind::{Organization, User};
use assessments::id::{Id, Kind};
use assessments::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::claims::{Claims, LEEWAY_SECONDS};
use super::error::TokenError;
use super::issuer::ISSUER;

/// Where providers publish their keys, unless it is said otherwise.
const WELL_KNOWN: &str = ".well-known/jwks.json";
/// The longest name of theirs for an organization, a person or a role, in bytes.
const MAX_NAME_BYTES: usize = 255;
/// Roles of a list that are looked at.
const MAX_ROLES: usize = 100;

/// The variable `IDENTITY_PROVIDER`, as it is stated.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    preset: Option<Preset>,
    issuer: Option<String>,
    audience: Option<OneOrMore>,
    authorized_parties: Option<OneOrMore>,
    jwks_url: Option<String>,
    org_claim: Option<OneOrMore>,
    user_claim: Option<OneOrMore>,
    role_claim: Option<OneOrMore>,
    roles: Option<HashMap<String, String>>,
}

/// Providers whose claims are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Preset {
    /// Session tokens, of both versions.
    Clerk,
    /// Access tokens for an API.
    Auth0,
    /// Access tokens of `AuthKit`.
    WorkOs,
}

/// A text or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Vec<String> {
    fn from(texts: OneOrMore) -> Self {
        match texts {
            OneOrMore::One(text) => vec![text],
            OneOrMore::More(texts) => texts,
        }
    }
}

/// Why the settings are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsFault {
    #[error("issuer: must be set, to what tokens have in `iss`")]
    Issuer,
    #[error(
        "audience or authorized_parties: one of them must be set, to what tokens have in `aud` or `azp`"
    )]
    Audience,
    #[error("jwks_url: must be set, to an https address")]
    KeysAddress,
    #[error("{0}: must be set, to the name of a claim or the way to it")]
    Claim(&'static str),
}

/// The ways to a claim, of which the first that leads somewhere counts.
type Ways = Vec<Vec<String>>;

/// An identity provider.
#[derive(Debug)]
pub(crate) struct Provider {
    issuer: String,
    audience: Vec<String>,
    authorized_parties: Vec<String>,
    /// Where its keys are published.
    pub(crate) keys_address: String,
    org: Ways,
    user: Ways,
    role: Ways,
    roles: Option<HashMap<String, String>>,
    is_clerk: bool,
}

/// What is called in the provider's way or in ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name<K: Kind> {
    /// An id of ours.
    Ours(Id<K>),
    /// The `external_id`.
    Theirs(String),
}

impl<K: Kind> Name<K> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Ours(id) => id.as_str(),
            Self::Theirs(name) => name,
        }
    }
}

/// Who calls, as a token of the provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderSession {
    pub(crate) org: Name<Organization>,
    pub(crate) user: Name<User>,
    /// A role of ours; empty if the token says none that has one.
    pub(crate) role: String,
    /// When it ends, the leeway included.
    pub(crate) ends_at: Timestamp,
}

impl Provider {
    /// Takes the settings of a deployment; only one for development may have its
    /// keys from a server without TLS, on the same machine.
    pub(crate) fn new(settings: Settings, is_development: bool) -> Result<Self, SettingsFault> {
        let Settings { preset, .. } = settings;
        let issuer = settings
            .issuer
            .filter(|issuer| !issuer.is_empty() && issuer != ISSUER);
        let issuer = issuer.ok_or(SettingsFault::Issuer)?;
        let listed = |texts: Option<OneOrMore>| texts.map(Vec::from).unwrap_or_default();
        let audience = listed(settings.audience);
        let authorized_parties = listed(settings.authorized_parties);
        // The keys of WorkOS are those of one application; others sign for many.
        let is_bound = !audience.is_empty() || !authorized_parties.is_empty();
        if !is_bound && preset != Some(Preset::WorkOs) {
            return Err(SettingsFault::Audience);
        }
        let keys_address = settings.jwks_url.or_else(|| preset?.keys_address(&issuer));
        let keys_address = keys_address
            .filter(|address| is_trusted(address, is_development))
            .ok_or(SettingsFault::KeysAddress)?;
        let ways = |stated: Option<OneOrMore>, name, usual: &[&[&str]]| {
            let ways: Ways = match stated {
                Some(way) => vec![way.into()],
                None => usual.iter().map(|way| owned(way)).collect(),
            };
            let is_way = !ways.is_empty() && ways.iter().all(|way| !way.is_empty());
            is_way.then_some(ways).ok_or(SettingsFault::Claim(name))
        };
        let (org, role) = preset.map_or((&[][..], &[][..]), Preset::claims);
        Ok(Self {
            org: ways(settings.org_claim, "org_claim", org)?,
            user: ways(settings.user_claim, "user_claim", &[&["sub"]])?,
            role: ways(settings.role_claim, "role_claim", role)?,
            roles: settings.roles,
            is_clerk: preset == Some(Preset::Clerk),
            issuer,
            audience,
            authorized_parties,
            keys_address,
        })
    }

    /// Whether a token says to be from it.
    pub(crate) fn is_issuer(&self, issuer: Option<&str>) -> bool {
        issuer == Some(&self.issuer)
    }

    /// Takes the claims of a token whose signature is right.
    pub(crate) fn session(
        &self,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<ProviderSession, TokenError> {
        if !self.is_issuer(claims.text("iss")) {
            return Err(TokenError::Issuer);
        }
        if !self.is_for_us(claims) {
            return Err(TokenError::Audience);
        }
        let ends_at = claims.end(now, LEEWAY_SECONDS)?;
        // A person who has signed in, and has not yet done all that they must.
        let is_pending = claims.text("sts").is_some_and(|status| status != "active");
        if self.is_clerk && is_pending {
            return Err(TokenError::NotYet);
        }
        Ok(ProviderSession {
            org: name(find(claims, &self.org)).ok_or(TokenError::Claim("organization"))?,
            user: name(find(claims, &self.user)).ok_or(TokenError::Claim("user"))?,
            role: self.role(claims),
            ends_at,
        })
    }

    fn is_for_us(&self, claims: &Claims) -> bool {
        let is_audience = self.audience.is_empty() || claims.is_for(&self.audience);
        let is_party = self.authorized_parties.is_empty()
            || claims
                .text("azp")
                .is_some_and(|party| self.authorized_parties.iter().any(|known| known == party));
        is_audience && is_party
    }

    /// The role of ours that a token says: of a list the first that there is.
    fn role(&self, claims: &Claims) -> String {
        let ours = |theirs: &Value| {
            let theirs = theirs.as_str()?;
            match &self.roles {
                Some(roles) => roles.get(theirs).cloned(),
                None => (theirs.len() <= MAX_NAME_BYTES).then(|| theirs.to_owned()),
            }
        };
        let role = match find(claims, &self.role) {
            Some(Value::Array(list)) => list.iter().take(MAX_ROLES).find_map(ours),
            Some(value) => ours(value),
            None => None,
        };
        role.unwrap_or_default()
    }
}

impl Preset {
    fn keys_address(self, issuer: &str) -> Option<String> {
        match self {
            Self::Clerk | Self::Auth0 => {
                Some(format!("{}/{WELL_KNOWN}", issuer.trim_end_matches('/')))
            }
            // It has the application in it.
            Self::WorkOs => None,
        }
    }

    /// The ways to organization and role.
    const fn claims(
        self,
    ) -> (
        &'static [&'static [&'static str]],
        &'static [&'static [&'static str]],
    ) {
        match self {
            // The second version, and the first.
            Self::Clerk => (
                &[&["o", "id"], &["org_id"]],
                &[&["o", "rol"], &["org_role"]],
            ),
            // Roles are in a claim that the tenant names.
            Self::Auth0 => (&[&["org_id"]], &[]),
            Self::WorkOs => (&[&["org_id"]], &[&["role"]]),
        }
    }
}

fn owned(way: &[&str]) -> Vec<String> {
    way.iter().map(|&name| name.to_owned()).collect()
}

fn find<'a>(claims: &'a Claims, ways: &[Vec<String>]) -> Option<&'a Value> {
    ways.iter().find_map(|way| claims.at(way))
}

fn name<K: Kind>(value: Option<&Value>) -> Option<Name<K>> {
    let text = value?.as_str()?;
    let is_name = (1..=MAX_NAME_BYTES).contains(&text.len());
    is_name.then(|| match Id::parse(text) {
        Ok(id) => Name::Ours(id),
        Err(_) => Name::Theirs(text.to_owned()),
    })
}

/// Whether keys may be had from there.
fn is_trusted(address: &str, is_development: bool) -> bool {
    const LOOPBACK: [&str; 3] = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    let is_local = LOOPBACK.iter().any(|start| address.starts_with(start));
    let is_encrypted = address.starts_with("https://");
    (is_encrypted || (is_development && is_local)) && !address.contains('@')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn provider(settings: Value) -> Result<Provider, SettingsFault> {
        Provider::new(serde_json::from_value(settings).unwrap(), false)
    }

    fn clerk() -> Provider {
        provider(json!({
            "preset": "clerk", "issuer": "https://clerk.example",
            "authorized_parties": "https://app.example",
            "roles": { "admin": "Editor", "org:admin": "Editor" },
        }))
        .unwrap()
    }

    fn session(provider: &Provider, claims: &Value) -> Result<ProviderSession, TokenError> {
        let claims = Claims::read(claims.to_string().as_bytes()).unwrap();
        provider.session(&claims, NOW)
    }

    fn with(mut claims: Value, name: &str, value: Value) -> Value {
        claims[name] = value;
        claims
    }

    /// A session token of Clerk's second version.
    fn token() -> Value {
        json!({
            "azp": "https://app.example", "exp": 1_060, "fva": [7, -1], "iat": 1_000,
            "iss": "https://clerk.example", "jti": "6d2a", "nbf": 990, "pla": "o:team",
            "o": { "id": "org_2abc", "rol": "admin", "slg": "harbor", "per": "read", "fpm": "3" },
            "sid": "sess_1", "sts": "active", "sub": "user_2def", "v": 2,
        })
    }

    #[test]
    fn tokens_of_clerk_are_of_two_versions() {
        let second = session(&clerk(), &token()).unwrap();
        assert_eq!(second.org, Name::Theirs("org_2abc".into()));
        assert_eq!(second.user, Name::Theirs("user_2def".into()));
        assert_eq!(second.role, "Editor");
        assert_eq!(second.ends_at, Timestamp::from_seconds(1_120));
        let first = json!({
            "azp": "https://app.example", "exp": 1_060, "iat": 1_000, "nbf": 990,
            "iss": "https://clerk.example", "org_id": "org_2abc", "org_role": "org:admin",
            "org_slug": "harbor", "org_permissions": [], "sid": "sess_1", "sub": "user_2def",
        });
        assert_eq!(session(&clerk(), &first).unwrap(), second);
    }

    #[test]
    fn a_token_of_auth0_has_roles_where_the_tenant_says() {
        let auth0 = provider(json!({
            "preset": "auth0", "issuer": "https://harbor.eu.auth0.com/",
            "audience": "https://api.example", "role_claim": "https://example.com/roles",
            "roles": { "assessor": "Editor" },
        }))
        .unwrap();
        assert_eq!(
            auth0.keys_address,
            "https://harbor.eu.auth0.com/.well-known/jwks.json"
        );
        let token = json!({
            "https://example.com/roles": ["billing", "assessor"],
            "iss": "https://harbor.eu.auth0.com/", "sub": "auth0|6553da60",
            "aud": ["https://api.example", "https://harbor.eu.auth0.com/userinfo"],
            "iat": 1_000, "exp": 1_060, "scope": "openid", "org_id": "org_9ybs", "azp": "K1AU",
        });
        let session = session(&auth0, &token).unwrap();
        assert_eq!(session.org, Name::Theirs("org_9ybs".into()));
        assert_eq!(session.user, Name::Theirs("auth0|6553da60".into()));
        assert_eq!(session.role, "Editor");
    }

    #[test]
    fn a_token_of_workos_is_bound_by_its_keys() {
        let workos = provider(json!({
            "preset": "workos", "issuer": "https://api.workos.com",
            "jwks_url": "https://api.workos.com/sso/jwks/client_1",
        }))
        .unwrap();
        let token = json!({
            "iss": "https://api.workos.com", "sub": "user_01HB", "act": { "sub": "a@b.example" },
            "org_id": "org_01HR", "role": "Viewer", "roles": ["Viewer"], "permissions": [],
            "entitlements": [], "sid": "session_01HQ", "jti": "01HQ", "exp": 1_060, "iat": 1_000,
        });
        let session = session(&workos, &token).unwrap();
        assert_eq!(session.org, Name::Theirs("org_01HR".into()));
        assert_eq!(session.role, "Viewer", "as it is, without a table of roles");
    }

    #[test]
    fn what_is_for_someone_else_is_not_taken() {
        for (name, value, error) in [
            ("iss", json!("https://clerk.example/"), TokenError::Issuer),
            ("iss", json!(null), TokenError::Issuer),
            ("azp", json!("https://evil.example"), TokenError::Audience),
            ("azp", json!(null), TokenError::Audience),
            ("exp", json!(940), TokenError::Expired),
            ("exp", json!(null), TokenError::Claim("exp")),
            ("nbf", json!(1_061), TokenError::NotYet),
            ("sts", json!("pending"), TokenError::NotYet),
            ("sub", json!(""), TokenError::Claim("user")),
            ("sub", json!(7), TokenError::Claim("user")),
            ("sub", json!("x".repeat(256)), TokenError::Claim("user")),
            (
                "o",
                json!({ "rol": "admin" }),
                TokenError::Claim("organization"),
            ),
            ("o", json!(null), TokenError::Claim("organization")),
        ] {
            let token = with(token(), name, value);
            assert_eq!(session(&clerk(), &token), Err(error), "{token}");
        }
    }

    #[test]
    fn an_audience_and_a_party_that_are_asked_for_must_both_be_there() {
        let both = provider(json!({
            "preset": "clerk", "issuer": "https://clerk.example", "audience": ["a", "b"],
            "authorized_parties": ["https://app.example"],
        }))
        .unwrap();
        assert_eq!(session(&both, &token()), Err(TokenError::Audience));
        assert!(session(&both, &with(token(), "aud", json!("b"))).is_ok());
    }

    #[test]
    fn a_role_that_has_none_of_ours_is_none() {
        for role in [json!("member"), json!(["member"]), json!(7), json!(null)] {
            let token = with(token(), "o", json!({ "id": "org_2abc", "rol": role }));
            assert_eq!(session(&clerk(), &token).unwrap().role, "");
        }
    }

    #[test]
    fn ids_of_ours_are_taken_as_such() {
        let org = Id::<Organization>::from_random(1);
        let token = with(token(), "o", json!({ "id": org.as_str(), "rol": "admin" }));
        assert_eq!(session(&clerk(), &token).unwrap().org, Name::Ours(org));
    }

    #[test]
    fn settings_that_would_take_tokens_of_anyone_are_refused() {
        let whole = json!({
            "issuer": "https://id.example", "audience": "api", "org_claim": ["org"],
            "role_claim": "role", "jwks_url": "https://id.example/keys",
        });
        assert!(provider(whole.clone()).is_ok());
        for (name, value, fault) in [
            ("issuer", json!(null), SettingsFault::Issuer),
            ("issuer", json!(""), SettingsFault::Issuer),
            ("issuer", json!(ISSUER), SettingsFault::Issuer),
            ("audience", json!(null), SettingsFault::Audience),
            ("audience", json!([]), SettingsFault::Audience),
            ("jwks_url", json!(null), SettingsFault::KeysAddress),
            (
                "jwks_url",
                json!("http://id.example/keys"),
                SettingsFault::KeysAddress,
            ),
            (
                "jwks_url",
                json!("http://127.0.0.1:1/keys"),
                SettingsFault::KeysAddress,
            ),
            (
                "jwks_url",
                json!("https://me@id.example/"),
                SettingsFault::KeysAddress,
            ),
            ("org_claim", json!(null), SettingsFault::Claim("org_claim")),
            ("org_claim", json!([]), SettingsFault::Claim("org_claim")),
            (
                "role_claim",
                json!(null),
                SettingsFault::Claim("role_claim"),
            ),
        ] {
            let settings = with(whole.clone(), name, value);
            assert_eq!(provider(settings.clone()).unwrap_err(), fault, "{settings}");
        }
        let unknown = with(whole.clone(), "issuers", json!([]));
        assert!(serde_json::from_value::<Settings>(unknown).is_err());
        let local = with(whole, "jwks_url", json!("http://127.0.0.1:1/keys"));
        let local = serde_json::from_value(local).unwrap();
        assert!(Provider::new(local, true).is_ok());
    }
}
