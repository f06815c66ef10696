//! What a token says (RFC 7519).

use assessments::time::Timestamp;
use serde_json::{Map, Value};

use super::encoding::object;
use super::error::TokenError;

/// How far the clocks of who issues tokens and who takes them may differ, in
/// seconds (14).
pub(crate) const LEEWAY_SECONDS: i64 = 60;

/// The claims of a token.
#[derive(Debug, Clone)]
pub(crate) struct Claims(Map<String, Value>);

impl Claims {
    /// Reads them from the JSON of a payload.
    pub(super) fn read(payload: &[u8]) -> Result<Self, TokenError> {
        object(payload).map(Self)
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// What stands at a path: a claim, the member of it that is named next, and
    /// so on. Names are taken as they are, for some have dots and slashes.
    pub(crate) fn at(&self, path: &[String]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(self.0.get(first)?, |value, name| value.get(name))
    }

    /// The claims as a type of their own.
    pub(crate) fn decode<T: serde::de::DeserializeOwned>(self) -> Option<T> {
        serde_json::from_value(Value::Object(self.0)).ok()
    }

    /// Checks the times; answers the second in which the token ends, which its
    /// `exp` and so much `leeway` tell.
    pub(crate) fn end(&self, now: Timestamp, leeway: i64) -> Result<Timestamp, TokenError> {
        for name in ["nbf", "iat"] {
            let begin = self.time(name)?;
            if begin.is_some_and(|begin| begin > seconds(now.plus(LEEWAY_SECONDS))) {
                return Err(TokenError::NotYet);
            }
        }
        let expiry = self.time("exp")?.ok_or(TokenError::Claim("exp"))?;
        let end = whole(expiry.ceil()).plus(leeway);
        if end > now {
            Ok(end)
        } else {
            Err(TokenError::Expired)
        }
    }

    /// A time, if it is there: seconds, of which there may be fractions.
    fn time(&self, name: &'static str) -> Result<Option<f64>, TokenError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().map(Some).ok_or(TokenError::Claim(name)),
        }
    }

    /// Whether one of these is among the audience, a text or a list of texts.
    pub(crate) fn is_for(&self, audiences: &[String]) -> bool {
        let is_one = |value: &Value| {
            let text = value.as_str();
            text.is_some_and(|text| audiences.iter().any(|audience| audience == text))
        };
        match self.0.get("aud") {
            Some(Value::Array(list)) => list.iter().any(is_one),
            Some(value) => is_one(value),
            None => false,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds since 1970 stay far below 2^53"
)]
fn seconds(time: Timestamp) -> f64 {
    time.seconds() as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the number is whole, and the cast saturates"
)]
fn whole(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(json: &str) -> Claims {
        Claims::read(json.as_bytes()).unwrap()
    }

    fn end(json: &str, now: i64) -> Result<i64, TokenError> {
        let end = claims(json).end(Timestamp::from_seconds(now), LEEWAY_SECONDS);
        end.map(Timestamp::seconds)
    }

    #[test]
    fn a_token_is_good_until_a_minute_after_its_expiry() {
        assert_eq!(end(r#"{"exp":1000}"#, 1_059), Ok(1_060));
        assert_eq!(end(r#"{"exp":1000}"#, 1_060), Err(TokenError::Expired));
        assert_eq!(end(r#"{"exp":1000.25}"#, 1_060), Ok(1_061));
        let now = Timestamp::from_seconds(1_000);
        assert_eq!(
            claims(r#"{"exp":1000}"#).end(now, 0),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn a_token_is_good_from_a_minute_before_it_begins() {
        for name in ["nbf", "iat"] {
            let json = format!(r#"{{"exp":9000,"{name}":1000.5}}"#);
            assert_eq!(end(&json, 940), Err(TokenError::NotYet), "{name}");
            assert_eq!(end(&json, 941), Ok(9_060), "{name}");
        }
    }

    #[test]
    fn an_expiry_is_required_and_times_are_numbers() {
        assert_eq!(end("{}", 0), Err(TokenError::Claim("exp")));
        for (name, value) in [
            ("exp", "\"9000\""),
            ("exp", "null"),
            ("nbf", "\"0\""),
            ("iat", "[0]"),
            ("nbf", "null"),
        ] {
            let json = match name {
                "exp" => format!(r#"{{"exp":{value}}}"#),
                _ => format!(r#"{{"exp":9000,"{name}":{value}}}"#),
            };
            assert_eq!(end(&json, 0), Err(TokenError::Claim(name)), "{json}");
        }
        assert_eq!(end(r#"{"exp":1e300}"#, 0), Ok(i64::MAX));
        assert_eq!(end(r#"{"exp":-1e300}"#, 0), Err(TokenError::Expired));
    }

    #[test]
    fn an_audience_is_one_or_a_list() {
        let ours = ["api".to_owned(), "other".to_owned()];
        for (json, is_for) in [
            (r#"{"aud":"api"}"#, true),
            (r#"{"aud":["x",7,"other"]}"#, true),
            (r#"{"aud":"API"}"#, false),
            (r#"{"aud":["x"]}"#, false),
            (r#"{"aud":{"api":1}}"#, false),
            (r#"{"aud":[["api"]]}"#, false),
            ("{}", false),
        ] {
            assert_eq!(claims(json).is_for(&ours), is_for, "{json}");
        }
    }

    #[test]
    fn names_of_a_path_are_taken_as_they_are() {
        let claims = claims(r#"{"o":{"id":"org_1"},"https://x.example/role":"admin","o.id":"no"}"#);
        let at = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|&name| name.to_owned()).collect();
            claims.at(&path).and_then(Value::as_str).map(str::to_owned)
        };
        assert_eq!(at(&["o", "id"]).as_deref(), Some("org_1"));
        assert_eq!(at(&["https://x.example/role"]).as_deref(), Some("admin"));
        assert_eq!(at(&["o.id"]).as_deref(), Some("no"));
        for path in [&["o", "id", "x"][..], &["p"], &[]] {
            assert_eq!(at(path), None);
        }
    }
}
