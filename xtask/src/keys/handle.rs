//! By what a key is named without its secret, and which key is meant.

use anyhow::{Result, bail};
use assessments::credential::ApiKey;
use assessments::id::ApiKeyId;
use assessments::time::Timestamp;

use super::record::{KeyRecord, KeyState};

/// Characters of a key's name.
const MAX_NAME_LENGTH: usize = 255;

/// The arguments that name a key.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct HandleArguments {
    /// The key's id (cbkey_...)
    #[arg(long)]
    id: Option<String>,
    /// The key's name
    #[arg(long)]
    name: Option<String>,
    /// The last four characters of the key
    #[arg(long, value_name = "XXXX")]
    last_four: Option<String>,
}

/// By what a key is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handle {
    Id(ApiKeyId),
    Name(String),
    LastFour(String),
}

impl HandleArguments {
    pub(crate) fn read(self) -> Result<Handle> {
        let given = [&self.id, &self.name, &self.last_four];
        given.into_iter().flatten().try_for_each(no_secret)?;
        if let Some(id) = self.id {
            return match ApiKeyId::parse(&id) {
                Ok(id) => Ok(Handle::Id(id)),
                Err(error) => bail!("--id {id:?}: {error}"),
            };
        }
        if let Some(name) = self.name {
            return Ok(Handle::Name(name));
        }
        let last = self.last_four.unwrap_or_default();
        let is_last = last.len() == ApiKey::LAST_CHARACTERS
            && last.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_last {
            bail!("--last-four {last:?}: must be the last four characters of a key");
        }
        Ok(Handle::LastFour(last))
    }
}

/// A name for a new key.
pub(crate) fn name_of_new(name: &str) -> Result<String> {
    let name = name.trim().to_owned();
    no_secret(&name)?;
    if name.is_empty() {
        bail!("--name must not be blank");
    }
    if name.chars().count() > MAX_NAME_LENGTH {
        bail!("--name has at most {MAX_NAME_LENGTH} characters");
    }
    if name.chars().any(char::is_control) {
        bail!("--name must not hold control characters");
    }
    Ok(name)
}

/// Refuses a secret where none belongs; it is not repeated.
fn no_secret(text: impl AsRef<str>) -> Result<()> {
    let looks_like_one = |word: &str| word.contains("ak_live_") || word.contains("ak_test_");
    if looks_like_one(text.as_ref()) {
        bail!(
            "that is the secret of a key, which no command takes; name the key by its id, its name, or its last four characters. Your shell may have kept the secret in its history"
        );
    }
    Ok(())
}

/// Which of some keys that answer to a handle is meant: the one that is active, or
/// else the one that has expired, or else those that are revoked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice<'a> {
    None,
    One(&'a KeyRecord, KeyState),
    /// Every one is revoked; the first of them.
    Revoked(&'a KeyRecord),
    /// It could be any of these.
    Several(Vec<KeyRecord>),
}

/// Chooses among `keys`.
pub(crate) fn choose(keys: &[KeyRecord], now: Timestamp) -> Choice<'_> {
    let Some(state) = keys.iter().map(|key| key.state(now)).min() else {
        return Choice::None;
    };
    let nearest: Vec<&KeyRecord> = keys.iter().filter(|key| key.state(now) == state).collect();
    match (nearest.as_slice(), state) {
        ([], _) => Choice::None,
        ([first, ..], KeyState::Revoked) => Choice::Revoked(first),
        ([only], _) => Choice::One(only, state),
        (several, _) => Choice::Several(several.iter().copied().cloned().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn key(id: &str, expires_at: Option<i64>, revoked_at: Option<i64>) -> KeyRecord {
        KeyRecord {
            id: id.to_owned(),
            name: "name".to_owned(),
            role: "Service Account".to_owned(),
            last_four: "abcd".to_owned(),
            created_at: None,
            expires_at: expires_at.map(Timestamp::from_seconds),
            revoked_at: revoked_at.map(Timestamp::from_seconds),
            last_used_at: None,
        }
    }

    #[test]
    fn the_active_key_is_meant_whatever_else_has_its_name() {
        let keys = [
            key("revoked", None, Some(1)),
            key("expired", Some(1_000), None),
            key("active", Some(1_001), None),
        ];
        assert_eq!(
            choose(&keys, NOW),
            Choice::One(&keys[2], KeyState::Active),
            "it expires a second from now"
        );
        assert_eq!(
            choose(&keys[..2], NOW),
            Choice::One(&keys[1], KeyState::Expired)
        );
        assert_eq!(choose(&keys[..1], NOW), Choice::Revoked(&keys[0]));
        assert_eq!(choose(&[], NOW), Choice::None);
    }

    #[test]
    fn of_several_active_keys_none_is_meant() {
        let keys = [
            key("old", Some(2_000), None),
            key("new", None, None),
            key("gone", None, Some(1)),
        ];
        assert_eq!(choose(&keys, NOW), Choice::Several(keys[..2].to_vec()));
    }

    #[test]
    fn a_secret_is_taken_nowhere_and_not_repeated() {
        let secret = "ak_test_rAqcHPRsnWv1C72Q5dcsG7J1I2wjtpL1Wd0IZhcSJEQ3d7mlK";
        let arguments = |id: Option<&str>, name: Option<&str>, last: Option<&str>| {
            HandleArguments {
                id: id.map(str::to_owned),
                name: name.map(str::to_owned),
                last_four: last.map(str::to_owned),
            }
            .read()
        };
        for handle in [
            arguments(Some(secret), None, None),
            arguments(None, Some(secret), None),
            arguments(None, None, Some(secret)),
            name_of_new(secret).map(Handle::Name),
        ] {
            let told = handle.unwrap_err().to_string();
            assert!(told.contains("secret"), "{told}");
            assert!(!told.contains("rAqc"), "{told}");
        }
        let last = arguments(None, None, Some("7mlK")).unwrap();
        assert_eq!(last, Handle::LastFour("7mlK".to_owned()));
        assert!(arguments(None, None, Some("7ml'")).is_err());
        assert!(arguments(Some("cborg_1"), None, None).is_err());
    }

    #[test]
    fn names_are_trimmed_and_hold_what_can_be_read() {
        assert_eq!(name_of_new(" CI ").unwrap(), "CI");
        for name in ["", "  ", "a\u{1b}b", &"x".repeat(256)] {
            assert!(name_of_new(name).is_err(), "{name:?}");
        }
    }
}
