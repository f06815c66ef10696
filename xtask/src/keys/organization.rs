//! The keys of one organization: reading them, and writing a new one.

use anyhow::{Result, bail};
use assessments::id::OrganizationId;
use assessments::time::Timestamp;
use serde::Deserialize;

use super::handle::Handle;
use super::record::KeyRecord;
use super::secret::Secret;
use super::statements;
use crate::database::{Answer, Database, Place, Refusal};
use crate::terminal::printable;
use crate::time::iso_and_relative;

/// Whose keys.
#[derive(clap::Args)]
pub(crate) struct Of {
    /// The organization's id (cborg_...)
    #[arg(long, value_name = "ID")]
    org: OrganizationId,
    #[command(flatten)]
    place: Place,
}

/// The keys of an organization.
pub(crate) struct Keys {
    pub(crate) org: OrganizationId,
    pub(crate) database: Database,
}

/// What was read of an organization and its keys.
pub(crate) struct Read {
    pub(crate) organization: String,
    pub(crate) now: Timestamp,
    pub(crate) keys: Vec<KeyRecord>,
}

impl Keys {
    pub(crate) fn of(of: Of) -> Self {
        Self {
            org: of.org,
            database: of.place.database(),
        }
    }

    /// Reads all keys, or those that answer to `handle`.
    pub(crate) fn read(&self, handle: Option<&Handle>) -> Result<Read> {
        let statements = statements::read(&self.org, handle);
        let answer = self.database.run("reading of keys", &statements)?;
        let answer = answer.map_err(Refusal::into_error)?;
        self.read_from(&answer, 0)
    }

    /// What [`statements::read`] selected, from the statement at `index` on.
    fn read_from(&self, answer: &Answer, index: usize) -> Result<Read> {
        #[derive(Deserialize)]
        struct Organization {
            name: String,
            now: Timestamp,
        }
        let organization = answer.rows::<Organization>(index)?.into_iter().next();
        let Some(Organization { name, now }) = organization else {
            bail!(
                "there is no organization {} in {}",
                self.org,
                self.database.name()
            );
        };
        Ok(Read {
            organization: name,
            now,
            keys: answer.rows(index.saturating_add(1))?,
        })
    }

    /// Writes a new key by `statements`, the first of which is a guard that fails for
    /// the reason `guarded`. What is read is the key as it was written.
    ///
    /// Where wrangler lost sight of the write, the key is looked for: the secret is
    /// given away only with its key, and forgotten only without it.
    pub(crate) fn issue(&self, secret: &Secret, write: Vec<String>, guarded: &str) -> Result<Read> {
        let by_id = Handle::Id(secret.id.clone());
        let at = write.len();
        let mut statements = write;
        statements.extend(statements::read(&self.org, Some(&by_id)));
        let failure = match self.database.run("making of a key", &statements) {
            Ok(Ok(answer)) => return self.read_from(&answer, at),
            Ok(Err(refusal)) if refusal.is_by_database() => {
                secret.discard()?;
                if refusal.text().contains("guard failed") {
                    bail!("{guarded}; nothing was made");
                }
                return Err(refusal.into_error().context("nothing was made"));
            }
            Ok(Err(refusal)) => refusal.into_error(),
            Err(error) => error,
        };
        match self.read(Some(&by_id)) {
            Ok(read) if !read.keys.is_empty() => Ok(read),
            Ok(_) => {
                secret.discard()?;
                Err(failure.context("nothing was made"))
            }
            Err(again) => Err(failure.context(format!(
                "it is not known whether the key {} was made, for the database cannot be asked ({again:#}); {}; `cargo xtask keys list` tells",
                secret.id,
                secret.whereabouts()
            ))),
        }
    }

    /// Tells of a key that was made, and hands its secret over.
    pub(crate) fn tell_of_new(&self, read: &Read, secret: &Secret) -> Result<()> {
        for key in &read.keys {
            let expiry = match key.expires_at {
                Some(time) => format!("expires {}", iso_and_relative(time, read.now)),
                None => "does not expire".to_owned(),
            };
            eprintln!(
                "{} of {} is made; role {}; it {expiry}",
                key.described(),
                printable(&read.organization),
                printable(&key.role),
            );
        }
        secret.hand_over()
    }

    /// No key answers to the handle.
    pub(crate) fn unknown(&self, read: &Read) -> anyhow::Error {
        anyhow::anyhow!(
            "{} has no such key; `cargo xtask keys list --org {}` shows those that there are",
            printable(&read.organization),
            self.org
        )
    }
}
