//! `cargo xtask keys`: service-account keys (2.3), managed without their secrets.

mod handle;
mod lifetime;
mod organization;
mod record;
mod secret;
mod statements;

use std::io::IsTerminal;

use anyhow::{Result, bail};
use assessments::id::ApiKeyId;
use assessments::time::Timestamp;

use crate::configuration::Variables;
use crate::terminal::{print, printable};
use crate::time::{Span, iso_and_relative};
use handle::{Choice, HandleArguments, choose, name_of_new};
use lifetime::{Lifetime, of_successor};
use organization::{Keys, Of};
use record::{KeyRecord, KeyState, Listing, shown};
use secret::SecretArguments;
use statements::{MAX_KEYS, NewKey};

/// What is done with keys.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a key; its secret is shown once
    Create {
        #[command(flatten)]
        of: Of,
        /// What to call it; names need not be unique
        #[arg(long)]
        name: String,
        /// A role of the table [vars.ROLES] in wrangler.toml
        #[arg(long, default_value = "Service Account")]
        role: String,
        /// How long it is good for, such as 90d, or `never`
        #[arg(long, default_value = "never")]
        expires: Lifetime,
        #[command(flatten)]
        secret: SecretArguments,
    },
    /// List an organization's keys
    List {
        #[command(flatten)]
        of: Of,
        /// As JSON, with times in Unix seconds
        #[arg(long)]
        json: bool,
    },
    /// Make a key of the same name and role, and let the old one expire
    Rotate {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        handle: HandleArguments,
        /// How long the old key stays good, such as 24h
        #[arg(long, default_value = "24h")]
        overlap: Span,
        /// How long the new key is good for, such as 90d, or `never` [default: as long as the old one was made for]
        #[arg(long)]
        expires: Option<Lifetime>,
        #[command(flatten)]
        secret: SecretArguments,
    },
    /// Refuse a key from now on
    Revoke {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        handle: HandleArguments,
    },
}

/// Does it.
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Create {
            of,
            name,
            role,
            expires,
            secret,
        } => create(of, &name, &role, expires, secret),
        Command::List { of, json } => list(of, json),
        Command::Rotate {
            of,
            handle,
            overlap,
            expires,
            secret,
        } => rotate(of, handle, overlap, expires, secret),
        Command::Revoke { of, handle } => revoke(of, handle),
    }
}

fn create(
    of: Of,
    name: &str,
    role: &str,
    expires: Lifetime,
    secret: SecretArguments,
) -> Result<()> {
    let keys = Keys::of(of);
    let name = name_of_new(name)?;
    check_role(role)?;
    let lifetime = expires.span()?;
    let secret = secret.make(keys.database.is_remote(), std::io::stdout().is_terminal())?;
    let new = NewKey {
        id: &secret.id,
        secret: &secret.key,
        name: &name,
        role,
        lifetime,
    };
    let read = keys.issue(
        &secret,
        statements::create(&keys.org, &new),
        "there is no such organization",
    )?;
    keys.tell_of_new(&read, &secret)
}

fn list(of: Of, json: bool) -> Result<()> {
    let keys = Keys::of(of);
    let mut read = keys.read(None)?;
    let more = read.keys.len() > MAX_KEYS;
    read.keys.truncate(MAX_KEYS);
    if json {
        let listing = Listing::new(&read.keys, more, read.now);
        print(&serde_json::to_string_pretty(&listing)?)?;
    } else if read.keys.is_empty() {
        eprintln!("{} has no keys", printable(&read.organization));
    } else {
        print(&shown(&read.keys, read.now))?;
    }
    if more {
        eprintln!(
            "there are more than {MAX_KEYS} keys; revoked and expired ones are left out first"
        );
    }
    Ok(())
}

fn rotate(
    of: Of,
    handle: HandleArguments,
    overlap: Span,
    expires: Option<Lifetime>,
    secret: SecretArguments,
) -> Result<()> {
    let keys = Keys::of(of);
    let handle = handle.read()?;
    let given = expires.map(Lifetime::span).transpose()?;
    secret.check(std::io::stdout().is_terminal())?;
    let read = keys.read(Some(&handle))?;
    let old = match choose(&read.keys, read.now) {
        Choice::One(old, KeyState::Active) => old,
        Choice::One(KeyRecord { id, .. }, _) => {
            bail!("{id} has expired; make a new key with `cargo xtask keys create`")
        }
        Choice::Revoked(KeyRecord { id, .. }) => {
            bail!("{id} is revoked; make a new key with `cargo xtask keys create`")
        }
        Choice::None => return Err(keys.unknown(&read)),
        Choice::Several(several) => return Err(ambiguous(&several, read.now)),
    };
    check_role(&old.role)?;
    let lifetime = match given {
        Some(lifetime) => lifetime,
        None => of_successor(old)?,
    };
    let old_id = id_of(old)?;
    let secret = secret.make(keys.database.is_remote(), std::io::stdout().is_terminal())?;
    let new = NewKey {
        id: &secret.id,
        secret: &secret.key,
        name: &old.name,
        role: &old.role,
        lifetime,
    };
    let statements = statements::rotate(&keys.org, &new, &old_id, old.expires_at, overlap);
    let written = keys.issue(
        &secret,
        statements,
        "the key has been revoked or rotated by someone else meanwhile",
    )?;
    let until = old
        .expires_at
        .into_iter()
        .chain([written.now.plus(overlap.seconds())])
        .min();
    if let Some(until) = until {
        eprintln!(
            "{old_id} (...{}) stays good until {}",
            old.last_four,
            iso_and_relative(until, written.now)
        );
    }
    keys.tell_of_new(&written, &secret)
}

fn revoke(of: Of, handle: HandleArguments) -> Result<()> {
    let keys = Keys::of(of);
    let handle = handle.read()?;
    let read = keys.read(Some(&handle))?;
    let key = match choose(&read.keys, read.now) {
        Choice::One(key, _) => key,
        Choice::Revoked(key) => {
            let when = key.revoked_at.unwrap_or(read.now);
            eprintln!(
                "{} was revoked already, {}; nothing was changed",
                key.described(),
                iso_and_relative(when, read.now)
            );
            return Ok(());
        }
        Choice::None => return Err(keys.unknown(&read)),
        Choice::Several(several) => return Err(ambiguous(&several, read.now)),
    };
    let statement = statements::revoke(&keys.org, &id_of(key)?);
    keys.database
        .run("revocation of a key", &[statement])?
        .map_err(|refusal| {
            let told = if refusal.is_by_database() {
                "the key was not revoked"
            } else {
                "it is not known whether the key was revoked; revoking it again does no harm"
            };
            refusal.into_error().context(told)
        })?;
    eprintln!(
        "{} of {} is revoked; every call with it is refused from now on",
        key.described(),
        printable(&read.organization)
    );
    Ok(())
}

/// A mistyped role would make a key that may call nothing.
fn check_role(role: &str) -> Result<()> {
    let variables = Variables::read()?;
    if variables.roles().any(|known| known == role) {
        return Ok(());
    }
    let known: Vec<String> = variables.roles().map(|role| format!("{role:?}")).collect();
    bail!(
        "no role {role:?} in the table [vars.ROLES] of wrangler.toml, so the key could call nothing; there {}",
        if known.is_empty() {
            "is none".to_owned()
        } else {
            format!("are {}", known.join(", "))
        }
    )
}

/// The id of a key that is to be changed.
fn id_of(key: &KeyRecord) -> Result<ApiKeyId> {
    match ApiKeyId::parse(&key.id) {
        Ok(id) => Ok(id),
        Err(error) => bail!(
            "the database has a key whose id {:?} is none: {error}",
            key.id
        ),
    }
}

fn ambiguous(keys: &[KeyRecord], now: Timestamp) -> anyhow::Error {
    anyhow::anyhow!(
        "it could be any of these, so nothing was changed; name one by --id:\n{}",
        shown(keys, now)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_of_the_table_can_be_given() {
        assert!(check_role("Service Account").is_ok());
        let refused = check_role("Service account").unwrap_err().to_string();
        assert!(refused.contains("\"Service Account\""), "{refused}");
    }
}
