//! Where the secret of a new key goes: once, to a terminal, or into a file that only
//! its owner may read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use assessments::credential::ApiKey;
use assessments::id::ApiKeyId;

/// The arguments about a secret.
#[derive(clap::Args)]
pub(crate) struct SecretArguments {
    /// Make it for a deployment in use (ak_live_); the default with --remote
    #[arg(long, conflicts_with = "test")]
    live: bool,
    /// Make it for tests (ak_test_); the default without --remote
    #[arg(long)]
    test: bool,
    /// Write the secret into a new file (mode 600) instead of to the terminal
    #[arg(long, value_name = "PATH")]
    to_file: Option<PathBuf>,
}

/// A secret that was just made, and who else there is that knows it.
pub(crate) struct Secret {
    pub(crate) id: ApiKeyId,
    pub(crate) key: ApiKey,
    /// The file that holds it; else it is still to be shown.
    file: Option<PathBuf>,
}

impl SecretArguments {
    /// Refuses what would put a secret where it could be read or logged, before
    /// anything is made.
    pub(crate) fn check(&self, is_terminal: bool) -> Result<()> {
        if self.to_file.is_none() && !is_terminal {
            bail!(
                "standard output is no terminal, so the secret would be kept somewhere; nothing was made. Use --to-file PATH"
            );
        }
        Ok(())
    }

    /// Makes a secret and, where it goes into a file, writes it there: before the key
    /// exists, so that there is no key whose secret was lost.
    ///
    /// # Errors
    /// Those of [`Self::check`], or the file is there already.
    pub(crate) fn make(self, is_remote: bool, is_terminal: bool) -> Result<Secret> {
        self.check(is_terminal)?;
        let is_live = self.live || (is_remote && !self.test);
        let key = ApiKey::mint(is_live, || random::<1>().map(u8::from_be_bytes))?;
        let id = ApiKeyId::from_random(u128::from_be_bytes(random()?));
        if let Some(path) = &self.to_file {
            write_new(path, &key)
                .with_context(|| format!("{}; nothing was made", path.display()))?;
        }
        Ok(Secret {
            id,
            key,
            file: self.to_file,
        })
    }
}

fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map(|()| bytes)
}

/// Writes a file that was not there; none is left if that fails.
fn write_new(path: &PathBuf, key: &ApiKey) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let written = writeln!(file, "{}", key.secret()).and_then(|()| file.sync_all());
    if written.is_err() {
        fs::remove_file(path)?;
    }
    written
}

impl Secret {
    /// Gives it to whoever asked for it, now that there is the key. What goes to
    /// standard output is the secret, or the key's id if the secret is in a file.
    pub(crate) fn hand_over(&self) -> Result<()> {
        let mut output = std::io::stdout().lock();
        let shown = match &self.file {
            Some(path) => {
                eprintln!("its secret is in {} (mode 600)", path.display());
                self.id.as_str()
            }
            None => {
                eprintln!("its secret, which is shown this once:");
                self.key.secret()
            }
        };
        writeln!(output, "{shown}")
            .and_then(|()| output.flush())
            .with_context(|| {
                format!(
                    "the key {} was made, and this could not be told; if its secret is lost, revoke it",
                    self.id
                )
            })
    }

    /// Forgets it, for there is no such key.
    pub(crate) fn discard(&self) -> Result<()> {
        let Some(path) = &self.file else {
            return Ok(());
        };
        fs::remove_file(path)
            .with_context(|| format!("{} holds the secret of no key; remove it", path.display()))
    }

    /// Where it still is, to tell when it is not known whether there is the key.
    pub(crate) fn whereabouts(&self) -> String {
        match &self.file {
            Some(path) => format!("its secret is in {}", path.display()),
            None => "its secret was not shown".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn arguments(to_file: Option<PathBuf>) -> SecretArguments {
        SecretArguments {
            live: false,
            test: false,
            to_file,
        }
    }

    #[test]
    fn a_secret_goes_to_a_terminal_or_into_a_file_and_nowhere_else() {
        assert!(arguments(None).make(false, true).is_ok());
        let refused = arguments(None).make(false, false).err().unwrap();
        assert!(refused.to_string().contains("nothing was made"));
    }

    #[test]
    fn a_file_is_its_owners_alone_and_never_one_that_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let secret = arguments(Some(path.clone())).make(false, false).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format!("{}\n", secret.key.secret())
        );
        assert!(arguments(Some(path.clone())).make(false, true).is_err());
        assert!(path.exists(), "what was there stays");
        secret.discard().unwrap();
        assert!(!path.exists());
        // A link to nowhere is not followed.
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(arguments(Some(path)).make(false, true).is_err());
        assert!(!folder.path().join("elsewhere").exists());
    }

    #[test]
    fn deployed_keys_are_live_and_local_ones_for_tests_unless_told_otherwise() {
        for (live, test, is_remote, prefix) in [
            (false, false, true, "ak_live_"),
            (false, false, false, "ak_test_"),
            (true, false, false, "ak_live_"),
            (false, true, true, "ak_test_"),
        ] {
            let arguments = SecretArguments {
                live,
                test,
                to_file: None,
            };
            let made = arguments.make(is_remote, true).unwrap();
            assert!(made.key.secret().starts_with(prefix), "{prefix}");
        }
    }
}
