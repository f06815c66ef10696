//! A service-account key as the database has it, without its secret.

use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::terminal::{printable, table};
use crate::time::{iso, iso_and_relative, relative};

/// What is known of a key; its secret is not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct KeyRecord {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) last_four: String,
    /// Not known of keys from before keys were managed.
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    /// To the hour, for it is written at most once in one.
    pub(crate) last_used_at: Option<Timestamp>,
}

/// Whether calls with a key are let in; the order is that in which keys are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyState {
    Active,
    Expired,
    Revoked,
}

impl KeyState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl KeyRecord {
    /// What the key is at `now`. It expires at the very second, as the Worker judges.
    pub(crate) fn state(&self, now: Timestamp) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at.is_some_and(|expires| expires <= now) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }

    /// The key in a sentence.
    pub(crate) fn described(&self) -> String {
        let [id, name, last] = [&self.id, &self.name, &self.last_four].map(|text| printable(text));
        format!("{id} {name:?} (...{last})")
    }
}

/// Keys for people.
pub(crate) fn shown(keys: &[KeyRecord], now: Timestamp) -> String {
    let ago = |time: Option<Timestamp>, none: &str| {
        time.map_or_else(|| none.to_owned(), |time| iso_and_relative(time, now))
    };
    table(
        [
            "ID",
            "NAME",
            "ROLE",
            "LAST FOUR",
            "CREATED",
            "EXPIRES",
            "LAST USED",
            "STATE",
        ],
        keys.iter().map(|key| {
            let state = key.state(now);
            [
                key.id.clone(),
                key.name.clone(),
                key.role.clone(),
                key.last_four.clone(),
                key.created_at.map_or_else(|| "unknown".to_owned(), iso),
                ago(key.expires_at, "never"),
                ago(key.last_used_at, "never"),
                match key.revoked_at {
                    Some(time) => format!("{} {}", state.as_str(), relative(time, now)),
                    None => state.as_str().to_owned(),
                },
            ]
        }),
    )
}

/// Keys for programs; times are Unix seconds.
#[derive(Serialize)]
pub(crate) struct Listing<'a> {
    keys: Vec<Listed<'a>>,
    /// Whether there are more than are listed.
    more: bool,
}

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    key: &'a KeyRecord,
    state: KeyState,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(keys: &'a [KeyRecord], more: bool, now: Timestamp) -> Self {
        let keys = keys.iter().map(|key| Listed {
            key,
            state: key.state(now),
        });
        Self {
            keys: keys.collect(),
            more,
        }
    }
}
