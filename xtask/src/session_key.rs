//! The key that the deployment signs sessions with: its secret
//! `SESSION_SIGNING_KEY`, a private JWK of P-256.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::run_quietly;
use crate::setup;

/// The name of the secret.
const NAME: &str = "SESSION_SIGNING_KEY";
/// Where a state folder has its own, in the form of an `.env` file.
const FILE: &str = "session-key.env";
/// Makes one. The secret is on standard output only, and never an argument.
const SCRIPT: &str = "\
const { privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
process.stdout.write(JSON.stringify(privateKey.export({ format: 'jwk' })));";

/// `cargo xtask session-key`
pub(crate) fn print() -> Result<()> {
    println!("{}", fresh()?);
    Ok(())
}

/// The file with the key of a state folder, which gets one if it has none.
pub(crate) fn of_state(folder: &Path) -> Result<PathBuf> {
    let path = folder.join(FILE);
    if !path.exists() {
        // Under its name it is there as a whole or not at all.
        let unfinished = path.with_extension("new");
        let context = || unfinished.display().to_string();
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)
            .and_then(|mut file| {
                let key = fresh().map_err(std::io::Error::other)?;
                writeln!(file, "{NAME}='{key}'")
            })
            .and_then(|()| fs::rename(&unfinished, &path))
            .with_context(context)?;
    }
    Ok(path)
}

fn fresh() -> Result<String> {
    run_quietly(
        setup::node()?.args(["--eval", SCRIPT]),
        "check that Node.js works, then run it again",
    )
}
