//! JSON Web Keys (RFC 7517): those that may have signed a token, and our own.

use std::fmt;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::encoding::{decode, encode, object};
use super::error::KeyFault;
use crate::platform::crypto::Scheme;

/// Keys that are taken from a set. Providers publish two or three.
pub(crate) const MAX_KEYS: usize = 64;
/// Bytes of an RSA modulus, from 2048 to 8192 bits: a smaller one is unsafe, and
/// a larger one is work that whoever sends a token would make for us.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1_024;
/// Bytes of an RSA exponent; it is 65537 wherever someone takes care.
const MAX_EXPONENT_BYTES: usize = 4;
/// Bytes of a coordinate of P-256, of its private key, and of a key of Ed25519.
const COORDINATE_BYTES: usize = 32;

/// A public key, its numbers as the JWK has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// RS256.
    Rsa { n: String, e: String },
    /// ES256.
    P256 { x: String, y: String },
    /// EdDSA.
    Ed25519 { x: String },
}

impl PublicKey {
    /// Reads a JWK. What else it says is left behind, so that nothing of it
    /// reaches the cryptography.
    fn read(jwk: &Map<String, Value>) -> Result<Self, KeyFault> {
        if !is_for_signatures(jwk) {
            return Err(KeyFault::Use);
        }
        let key = match (text(jwk, "kty"), text(jwk, "crv")) {
            (Some("RSA"), _) => Self::rsa(jwk)?,
            (Some("EC"), Some("P-256")) => Self::P256 {
                x: number(jwk, "x", COORDINATE_BYTES)?,
                y: number(jwk, "y", COORDINATE_BYTES)?,
            },
            (Some("OKP"), Some("Ed25519")) => Self::Ed25519 {
                x: number(jwk, "x", COORDINATE_BYTES)?,
            },
            _ => return Err(KeyFault::Type),
        };
        match jwk.get("alg") {
            None => Ok(key),
            Some(Value::String(name)) if key.algorithms().contains(&name.as_str()) => Ok(key),
            Some(_) => Err(KeyFault::Type),
        }
    }

    fn rsa(jwk: &Map<String, Value>) -> Result<Self, KeyFault> {
        let n = text(jwk, "n").ok_or(KeyFault::Member("n"))?;
        let modulus = decode(n).map_err(|_unreadable| KeyFault::Member("n"))?;
        // Zeros in front make no number larger, and neither do bits that are not there.
        let is_whole = modulus.first().is_some_and(|&first| first >= 0x80);
        if !is_whole || !RSA_BYTES.contains(&modulus.len()) {
            return Err(KeyFault::Member("n"));
        }
        let e = text(jwk, "e").ok_or(KeyFault::Member("e"))?;
        let exponent = decode(e).map_err(|_unreadable| KeyFault::Member("e"))?;
        let is_odd = exponent.last().is_some_and(|last| last % 2 == 1);
        let is_one =
            exponent.iter().rev().skip(1).all(|&byte| byte == 0) && exponent.last() == Some(&1);
        if !is_odd || is_one || exponent.len() > MAX_EXPONENT_BYTES {
            return Err(KeyFault::Member("e"));
        }
        Ok(Self::Rsa {
            n: n.to_owned(),
            e: e.to_owned(),
        })
    }

    /// What a token that it signed calls the algorithm. RFC 9864 gave that of
    /// Ed25519 a second name.
    pub(crate) const fn algorithms(&self) -> &'static [&'static str] {
        match self {
            Self::Rsa { .. } => &["RS256"],
            Self::P256 { .. } => &["ES256"],
            Self::Ed25519 { .. } => &["EdDSA", "Ed25519"],
        }
    }

    /// How its signatures are checked.
    pub(crate) const fn scheme(&self) -> Scheme {
        match self {
            Self::Rsa { .. } => Scheme::RsaPkcs1Sha256,
            Self::P256 { .. } => Scheme::EcdsaP256Sha256,
            Self::Ed25519 { .. } => Scheme::Ed25519,
        }
    }

    /// The members of a JWK that are the key and nothing else.
    pub(crate) fn members(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Rsa { n, e } => vec![("kty", "RSA"), ("n", n), ("e", e)],
            Self::P256 { x, y } => vec![("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)],
            Self::Ed25519 { x } => vec![("kty", "OKP"), ("crv", "Ed25519"), ("x", x)],
        }
    }
}

/// Whether a JWK does not say that it is for something else.
fn is_for_signatures(jwk: &Map<String, Value>) -> bool {
    let is_use = jwk.get("use").is_none_or(|stated| stated == "sig");
    let is_operation = jwk.get("key_ops").is_none_or(|stated| {
        let operations = stated.as_array();
        operations.is_some_and(|list| list.iter().any(|operation| operation == "verify"))
    });
    is_use && is_operation
}

fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    jwk.get(name)?.as_str()
}

/// A member that holds so many bytes in base64url.
fn number(jwk: &Map<String, Value>, name: &'static str, bytes: usize) -> Result<String, KeyFault> {
    let text = text(jwk, name).ok_or(KeyFault::Member(name))?;
    match decode(text) {
        Ok(decoded) if decoded.len() == bytes => Ok(text.to_owned()),
        _ => Err(KeyFault::Member(name)),
    }
}

/// The keys that a provider publishes, as far as we use such keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeySet(Vec<(Option<String>, PublicKey)>);

impl KeySet {
    /// Reads a JWK set. A key that we cannot use must not keep us from the
    /// others; `None` if this is no set at all.
    pub(crate) fn read(json: &[u8]) -> Option<Self> {
        let set = object(json).ok()?;
        let keys = set.get("keys")?.as_array()?.iter();
        let usable = keys.filter_map(|jwk| {
            let jwk = jwk.as_object()?;
            let key = PublicKey::read(jwk).ok()?;
            Some((text(jwk, "kid").map(str::to_owned), key))
        });
        Some(Self(usable.take(MAX_KEYS).collect()))
    }

    /// The key of that id. A token that names none is of the one key there is.
    pub(crate) fn find(&self, kid: Option<&str>) -> Option<&PublicKey> {
        match (kid, self.0.as_slice()) {
            (None, [(_, only)]) => Some(only),
            (None, _) => None,
            (Some(kid), keys) => keys
                .iter()
                .find(|(id, _)| id.as_deref() == Some(kid))
                .map(|(_, key)| key),
        }
    }

    /// Whether there is any key.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A private key of P-256, for sessions of our own.
pub(crate) struct SigningKey {
    /// The thumbprint of its public half (RFC 7638), by which tokens name it.
    pub(crate) kid: String,
    pub(crate) public: PublicKey,
    d: String,
}

impl SigningKey {
    /// Reads a private JWK.
    pub(crate) fn read(json: &str) -> Result<Self, KeyFault> {
        let jwk = object(json.as_bytes()).map_err(|_unreadable| KeyFault::NotAnObject)?;
        if (text(&jwk, "kty"), text(&jwk, "crv")) != (Some("EC"), Some("P-256")) {
            return Err(KeyFault::Type);
        }
        let x = number(&jwk, "x", COORDINATE_BYTES)?;
        let y = number(&jwk, "y", COORDINATE_BYTES)?;
        let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Ok(Self {
            kid: encode(Sha256::digest(thumbprint)),
            d: number(&jwk, "d", COORDINATE_BYTES)?,
            public: PublicKey::P256 { x, y },
        })
    }

    /// The members of the private JWK.
    pub(crate) fn members(&self) -> Vec<(&'static str, &str)> {
        let mut members = self.public.members();
        members.push(("d", &self.d));
        members
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The P-256 key of RFC 7517, appendix A.2.
    fn p256() -> Value {
        json!({
            "kty": "EC", "crv": "P-256", "kid": "1",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
        })
    }

    fn rsa(modulus: &[u8], exponent: &[u8]) -> Value {
        json!({ "kty": "RSA", "kid": "r", "n": encode(modulus), "e": encode(exponent) })
    }

    fn with(mut jwk: Value, name: &str, value: Value) -> Value {
        jwk[name] = value;
        jwk
    }

    fn read(jwk: &Value) -> Result<PublicKey, KeyFault> {
        PublicKey::read(jwk.as_object().unwrap())
    }

    #[test]
    fn a_key_says_by_which_algorithm_it_signs() {
        let ed = json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        });
        for (jwk, name) in [
            (p256(), "ES256"),
            (ed, "EdDSA"),
            (rsa(&[0x80; 256], &[1, 0, 1]), "RS256"),
        ] {
            assert_eq!(read(&jwk).unwrap().algorithms()[0], name);
            let named = with(jwk.clone(), "alg", json!(name));
            assert_eq!(read(&named), read(&jwk));
            for other in ["HS256", "none", "RS512", "PS256", "ES384"] {
                let named = with(jwk.clone(), "alg", json!(other));
                assert_eq!(read(&named), Err(KeyFault::Type), "{name} {other}");
            }
        }
    }

    #[test]
    fn keys_for_something_else_are_not_taken() {
        for (name, value) in [
            ("use", json!("enc")),
            ("use", json!(7)),
            ("key_ops", json!(["sign"])),
            ("key_ops", json!("verify")),
        ] {
            assert_eq!(read(&with(p256(), name, value)), Err(KeyFault::Use));
        }
        assert!(read(&with(p256(), "use", json!("sig"))).is_ok());
        assert!(read(&with(p256(), "key_ops", json!(["verify"]))).is_ok());
        for (name, value) in [
            ("kty", json!("oct")),
            ("kty", json!("RSA1")),
            ("crv", json!("P-384")),
            ("crv", json!("secp256k1")),
        ] {
            assert_eq!(read(&with(p256(), name, value)), Err(KeyFault::Type));
        }
        let secret = json!({ "kty": "oct", "k": "c2VjcmV0" });
        assert_eq!(read(&secret), Err(KeyFault::Type));
    }

    #[test]
    fn numbers_have_the_size_that_they_must_have() {
        let short = encode([1; 31]);
        for jwk in [
            with(p256(), "x", json!(short)),
            with(p256(), "y", json!(7)),
            with(p256(), "y", json!("c2k=")),
            rsa(&[0xff; 255], &[1, 0, 1]),
            // 2047 bits, and 2048 bits by zeros in front.
            rsa(&[0x7f; 256], &[1, 0, 1]),
            rsa(&[&[0; 8][..], &[0xff; 250]].concat(), &[1, 0, 1]),
            rsa(&[0xff; 1_025], &[1, 0, 1]),
            rsa(&[0xff; 256], &[1]),
            rsa(&[0xff; 256], &[0, 1]),
            rsa(&[0xff; 256], &[1, 0, 0]),
            rsa(&[0xff; 256], &[1, 0, 0, 0, 1]),
            rsa(&[0xff; 256], &[]),
        ] {
            assert!(matches!(read(&jwk), Err(KeyFault::Member(_))), "{jwk}");
        }
    }

    #[test]
    fn a_set_keeps_what_can_be_used_of_it() {
        let set = json!({ "keys": [7, { "kty": "oct" }, p256(), rsa(&[0xff; 256], &[3])] });
        let set = KeySet::read(set.to_string().as_bytes()).unwrap();
        assert_eq!(set.find(Some("1")).unwrap().algorithms(), ["ES256"]);
        assert_eq!(set.find(Some("r")).unwrap().algorithms(), ["RS256"]);
        for kid in [Some("2"), Some(""), None] {
            assert_eq!(set.find(kid), None);
        }
        for json in ["[]", "{}", r#"{"keys":{}}"#, "no"] {
            assert_eq!(KeySet::read(json.as_bytes()), None, "{json}");
        }
    }

    #[test]
    fn the_only_key_need_not_be_named() {
        let set = json!({ "keys": [p256()] }).to_string();
        assert!(KeySet::read(set.as_bytes()).unwrap().find(None).is_some());
    }

    #[test]
    fn a_set_is_read_no_further_than_its_most_keys() {
        let keys: Vec<Value> = (0..100)
            .map(|number| with(p256(), "kid", json!(number.to_string())))
            .collect();
        let set = KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        assert!(set.find(Some("63")).is_some());
        assert!(set.find(Some("64")).is_none());
    }

    #[test]
    fn a_signing_key_is_named_by_its_thumbprint_and_hides_itself() {
        let key = SigningKey::read(&p256().to_string()).unwrap();
        assert_eq!(key.kid, "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.kid));
        assert_eq!(key.members().last(), Some(&("d", key.d.as_str())));
        for (json, fault) in [
            ("no".to_owned(), KeyFault::NotAnObject),
            (
                with(p256(), "crv", json!("P-384")).to_string(),
                KeyFault::Type,
            ),
            (
                with(p256(), "d", json!(null)).to_string(),
                KeyFault::Member("d"),
            ),
        ] {
            assert_eq!(SigningKey::read(&json).unwrap_err(), fault);
        }
    }
}
