//! What wrangler.toml says, as far as commands ask.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use assessments::workflow::target::DEFAULT_PORTS;
use serde::Deserialize;

use crate::process::root;

/// Days that audit records are kept, unless the variable says otherwise.
const DEFAULT_AUDIT_RETENTION_DAYS: i64 = 400;

/// The variables of a deployment.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Variables {
    #[serde(rename = "CALL_PORTS")]
    call_ports: Option<Vec<u16>>,
    #[serde(rename = "ROLES", default)]
    roles: BTreeMap<String, Vec<String>>,
    #[serde(rename = "AUDIT_RETENTION_DAYS")]
    audit_retention_days: Option<i64>,
}

impl Variables {
    /// Reads them.
    pub(crate) fn read() -> Result<Self> {
        #[derive(Default, Deserialize)]
        struct Configuration {
            #[serde(default)]
            vars: Variables,
        }
        let path = root().join("wrangler.toml");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let configuration: Configuration =
            toml::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(configuration.vars)
    }

    /// The ports that analysers may be called on.
    pub(crate) fn call_ports(&self) -> &[u16] {
        self.call_ports.as_deref().unwrap_or(&DEFAULT_PORTS)
    }

    /// The roles that may call anything.
    pub(crate) fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.keys().map(String::as_str)
    }

    /// Days that audit records are kept.
    pub(crate) fn audit_retention_days(&self) -> i64 {
        self.audit_retention_days
            .unwrap_or(DEFAULT_AUDIT_RETENTION_DAYS)
    }
}
