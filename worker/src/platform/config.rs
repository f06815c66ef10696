//! What a deployment configures in `wrangler.toml`.

use std::collections::HashMap;
use std::fmt::Display;
use std::rc::Rc;

use assessments::dashboard::Environment;
use assessments::origin::Origin;
use assessments::route::{Endpoint, Permission};
use assessments::workflow::target;
use js_sys::{Array, JSON, Reflect};
use serde::de::DeserializeOwned;
use worker::Env;
use worker::wasm_bindgen::{JsCast, JsValue};

use super::log;
use super::per_deployment::PerDeployment;

/// The variable that holds the table of roles.
const ROLES: &str = "ROLES";

/// The variable that holds the table of roles that sessions may have, by the role of
/// the key that makes them (14).
const SESSION_ROLES: &str = "SESSION_ROLES";

/// The variable that tells what a deployment is for.
const ENVIRONMENT: &str = "ENVIRONMENT";

/// The variable that tells how many days the events and steps of a run that has
/// ended are kept (13).
const RUN_RETENTION_DAYS: &str = "RUN_RETENTION_DAYS";
/// The variable that tells how many days audit records are kept (2.8).
const AUDIT_RETENTION_DAYS: &str = "AUDIT_RETENTION_DAYS";
/// Without a readable one.
const DEFAULT_RETENTION_DAYS: u32 = 400;
/// A hundred years.
const MAX_RETENTION_DAYS: u32 = 36_500;

/// The variable that tells how many workflow runs of an organization may go on at
/// once.
const MAX_UNFINISHED_RUNS: &str = "MAX_UNFINISHED_RUNS";
/// Without a readable one. Each costs the sweep a look a minute at most, and the
/// engine an instance: what one organization may take of what all of them share.
const DEFAULT_MAX_UNFINISHED_RUNS: u32 = 10_000;

/// The variable that tells how many bytes the payloads of the events that are kept
/// for an organization may have.
const MAX_EVENT_BYTES: &str = "MAX_EVENT_BYTES";
/// Without a readable one: a tenth of the largest D1 database, and a million events
/// of a kilobyte.
const DEFAULT_MAX_EVENT_BYTES: u32 = 1_000_000_000;

/// The variable that lists the ports that analysers may be called on.
const CALL_PORTS: &str = "CALL_PORTS";

/// The variable that lists the origins whose pages may call (2.1).
const ALLOWED_ORIGINS: &str = "ALLOWED_ORIGINS";

/// The variable that repeats the period of the rate limits, which the platform
/// does not tell the Worker.
const RATE_LIMIT_PERIOD: &str = "RATE_LIMIT_PERIOD";
/// The periods that the platform offers, in seconds, the longest last.
const RATE_LIMIT_PERIODS: [u32; 2] = [10, 60];

/// Seconds after which whoever is over a rate limit is within it again. Unless the
/// setting is one of the periods there are, the longest of them is true of each.
pub(crate) fn rate_limit_period(env: &Env) -> u32 {
    let [_, longest] = RATE_LIMIT_PERIODS;
    let Some(stated) = variable(env, RATE_LIMIT_PERIOD) else {
        return longest;
    };
    whole_number(&stated, longest)
        .filter(|period| RATE_LIMIT_PERIODS.contains(period))
        .unwrap_or_else(|| {
            let cause = format!("none of {RATE_LIMIT_PERIODS:?}; {longest} it is");
            unreadable(RATE_LIMIT_PERIOD, &cause);
            longest
        })
}

/// The origins whose pages may call, read once as long as they are the same.
pub(crate) fn allowed_origins(env: &Env) -> Rc<Vec<Origin>> {
    let stated = variable(env, ALLOWED_ORIGINS).unwrap_or_default();
    ORIGINS.with(|origins| origins.get(&stated, || listed_origins(&stated)))
}

/// One that no browser would send is refused, the others stay: a wildcard must not open
/// what a list of names closes.
fn listed_origins(stated: &JsValue) -> Vec<Origin> {
    if stated.is_undefined() {
        return Vec::new();
    }
    let Some(listed) = stated.dyn_ref::<Array>() else {
        unreadable(ALLOWED_ORIGINS, "no list of origins; none it is");
        return Vec::new();
    };
    let mut origins = Vec::new();
    for entry in listed.iter() {
        let Some(text) = entry.as_string() else {
            unreadable(ALLOWED_ORIGINS, "an entry that is no text is refused");
            continue;
        };
        match Origin::parse(&text) {
            Ok(origin) => origins.push(origin),
            Err(error) => {
                unreadable(ALLOWED_ORIGINS, &format!("{text:?} is refused: {error}"));
            }
        }
    }
    origins
}

/// The variable that tells where pages of the dashboard get their sessions (14).
const SESSION_URL: &str = "SESSION_URL";

/// Where pages of the dashboard get their sessions: an address of the team's own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SessionUrl {
    /// As stated: absolute, or a path of this origin.
    pub(crate) address: String,
    /// Its origin, if that is not the page's own.
    pub(crate) origin: Option<Origin>,
}

impl SessionUrl {
    /// Pages may call no other origin than the one that is found here, so what it is
    /// must be certain. Over a network tokens are encrypted.
    fn parse(address: &str) -> Option<Self> {
        const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        if !address.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let found = |origin| {
            Some(Self {
                address: address.to_owned(),
                origin,
            })
        };
        if address.starts_with('/') && !address.starts_with("//") {
            return found(None);
        }
        let (scheme, rest) = address.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let origin = format!("{scheme}://{authority}");
        let is_local = LOOPBACK.iter().any(|start| {
            let port = origin.strip_prefix(start);
            port.is_some_and(|port| port.is_empty() || port.starts_with(':'))
        });
        let is_private = scheme == "https" || is_local;
        let origin = Origin::parse(&origin).ok().filter(|_| is_private)?;
        found(Some(origin))
    }
}

/// Where pages of the dashboard get their sessions, if they do. A mistake in the
/// setting must not let them call what nobody meant, so it counts as none.
pub(crate) fn session_url(env: &Env) -> Option<SessionUrl> {
    let stated = variable(env, SESSION_URL)?.as_string()?;
    let stated = stated.trim();
    let found = SessionUrl::parse(stated);
    if found.is_none() && !stated.is_empty() {
        let cause =
            "neither a path nor an https address with its host in lower case; there is none";
        unreadable(SESSION_URL, cause);
    }
    found
}

/// Days that the events and steps of a run that has ended are kept.
pub(crate) fn run_retention_days(env: &Env) -> u32 {
    retention_days(env, RUN_RETENTION_DAYS)
}

/// Days that audit records are kept.
pub(crate) fn audit_retention_days(env: &Env) -> u32 {
    retention_days(env, AUDIT_RETENTION_DAYS)
}

/// A mistake in the setting must not delete what it meant to keep, so it counts as
/// none.
fn retention_days(env: &Env, name: &str) -> u32 {
    number(env, name, MAX_RETENTION_DAYS, DEFAULT_RETENTION_DAYS)
}

/// How many workflow runs of an organization may go on at once.
fn max_unfinished_runs(env: &Env) -> u32 {
    number(
        env,
        MAX_UNFINISHED_RUNS,
        u32::MAX,
        DEFAULT_MAX_UNFINISHED_RUNS,
    )
}

/// How many bytes of events are kept for an organization.
fn max_event_bytes(env: &Env) -> u32 {
    number(env, MAX_EVENT_BYTES, u32::MAX, DEFAULT_MAX_EVENT_BYTES)
}

/// A variable that is a whole number; if it is not one, that counts as none.
fn number(env: &Env, name: &str, most: u32, default: u32) -> u32 {
    let Some(stated) = variable(env, name) else {
        return default;
    };
    whole_number(&stated, most).unwrap_or_else(|| {
        let cause = format!("no whole number from 1 to {most}; {default} it is");
        unreadable(name, &cause);
        default
    })
}

/// Says that a variable does not count.
pub(crate) fn unreadable(name: &str, cause: &(impl Display + ?Sized)) {
    log::error("setting_unreadable")
        .field("variable", name)
        .cause(cause)
        .write();
}

/// Ports that analysers may be called on. A mistake in the setting must not open
/// what it meant to close, so it counts as none.
pub(crate) fn call_ports(env: &Env) -> Vec<u16> {
    let Some(stated) = variable(env, CALL_PORTS) else {
        return target::DEFAULT_PORTS.to_vec();
    };
    let listed = stated.dyn_ref::<Array>().and_then(|ports| {
        ports
            .iter()
            .map(|port| u16::try_from(whole_number(&port, u16::MAX.into())?).ok())
            .collect()
    });
    listed.unwrap_or_else(|| {
        unreadable(CALL_PORTS, "no list of ports; the usual ones it is");
        target::DEFAULT_PORTS.to_vec()
    })
}

/// A variable that is a table, or the JSON of one. It is read as JSON either way:
/// read from JavaScript, a name that is misspelt would not be noticed.
pub(crate) fn table<T: DeserializeOwned>(env: &Env, name: &str) -> Option<T> {
    let stated = variable(env, name)?;
    let json = stated
        .as_string()
        .or_else(|| JSON::stringify(&stated).ok()?.as_string());
    serde_json::from_str(&json.unwrap_or_default())
        .inspect_err(|error| unreadable(name, error))
        .ok()
}

/// A secret, if the deployment has it.
pub(crate) fn secret(env: &Env, name: &str) -> Option<String> {
    let text = variable(env, name)?.as_string()?;
    (!text.trim().is_empty()).then_some(text)
}

/// A variable, if the deployment has it.
fn variable(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &JsValue::from_str(name))
        .ok()
        .filter(|value| !value.is_undefined())
}

/// A whole number from 1 to `most`, which may be stated as a text.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "only whole numbers of 32 bits get that far"
)]
fn whole_number(stated: &JsValue, most: u32) -> Option<u32> {
    let number = match stated.as_string() {
        Some(text) => text.trim().parse().ok()?,
        None => {
            let number = stated.as_f64()?;
            let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
            is_whole.then_some(number as u32)?
        }
    };
    (1..=most).contains(&number).then_some(number)
}

thread_local! {
    static CONFIG: PerDeployment<Config> = const { PerDeployment::new() };
    static ORIGINS: PerDeployment<Vec<Origin>> = const { PerDeployment::new() };
}

/// The settings of a deployment that every request may need.
pub(crate) struct Config {
    roles: HashMap<String, Vec<Permission>>,
    session_roles: HashMap<String, Vec<String>>,
    /// How many workflow runs of an organization may go on at once.
    pub(crate) max_unfinished_runs: u32,
    /// How many bytes of events are kept for an organization.
    pub(crate) max_event_bytes: u32,
    /// Whether service-account keys may be used from a browser (2.1).
    pub(crate) is_development: bool,
}

impl Config {
    /// The settings, read once as long as they are the same.
    pub(crate) fn of(env: &Env) -> Rc<Self> {
        CONFIG.with(|config| config.get(env.as_ref(), || Self::read(env)))
    }

    /// Reads the settings. Without a readable table no role may do anything:
    /// a mistake in it must not open what it meant to close.
    fn read(env: &Env) -> Self {
        let stated = variable(env, ROLES).unwrap_or_default();
        let roles = serde_wasm_bindgen::from_value(stated).unwrap_or_else(|error| {
            unreadable(ROLES, &format!("every role is refused: {error}"));
            HashMap::new()
        });
        let is_development = env
            .var(ENVIRONMENT)
            .is_ok_and(|stated| stated.to_string() == Environment::Development.as_str());
        Self {
            roles,
            session_roles: table(env, SESSION_ROLES).unwrap_or_default(),
            max_unfinished_runs: max_unfinished_runs(env),
            max_event_bytes: max_event_bytes(env),
            is_development,
        }
    }

    /// The roles that a key of that role may give to sessions, the usual one first.
    /// Without a readable table there are none.
    pub(crate) fn session_roles(&self, role: &str) -> &[String] {
        self.session_roles.get(role).map_or(&[], Vec::as_slice)
    }

    /// Whether `role` may call `endpoint`.
    pub(crate) fn allows(&self, role: &str, endpoint: Endpoint) -> bool {
        endpoint
            .permission()
            .is_none_or(|permission| self.grants(role, permission))
    }

    /// What `role` is granted, in the order of the contract.
    pub(crate) fn permissions(&self, role: &str) -> Vec<Permission> {
        let all = Permission::ALL.iter().copied();
        all.filter(|&permission| self.grants(role, permission))
            .collect()
    }

    fn grants(&self, role: &str, permission: Permission) -> bool {
        let granted = self.roles.get(role);
        granted.is_some_and(|granted| granted.contains(&permission))
    }

    /// What the deployment is for.
    pub(crate) fn environment(&self) -> Environment {
        if self.is_development {
            Environment::Development
        } else {
            Environment::Production
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_come_from_an_address_whose_origin_is_certain() {
        for (address, origin) in [
            ("/session", None),
            ("https://app.example/session?x", Some("https://app.example")),
            ("https://app.example:8443", Some("https://app.example:8443")),
            ("http://127.0.0.1:3000/s", Some("http://127.0.0.1:3000")),
            ("http://localhost/s", Some("http://localhost")),
        ] {
            let found = SessionUrl::parse(address).unwrap();
            assert_eq!(found.address, address);
            let found = found.origin;
            assert_eq!(found.as_ref().map(Origin::as_str), origin, "{address}");
        }
        for address in [
            "",
            "session",
            "//app.example/session",
            "http://app.example/session",
            "http://127.0.0.1.example/session",
            "http://localhost@app.example/",
            "https://App.example/",
            "https://app.example;script-src */",
            "https://*.example/",
            "https://app.example/a b",
            "ftp://app.example/",
            "javascript:alert(1)",
        ] {
            assert_eq!(SessionUrl::parse(address), None, "{address}");
        }
    }

    #[test]
    fn a_role_may_do_what_its_row_lists() {
        let config = Config {
            roles: HashMap::from([(
                "Reader".to_owned(),
                vec![Permission::ReadDashboard, Permission::RetrieveAssessment],
            )]),
            session_roles: HashMap::new(),
            max_unfinished_runs: 1,
            max_event_bytes: 1,
            is_development: false,
        };
        assert!(config.allows("Reader", Endpoint::RetrieveAssessment));
        assert!(!config.allows("Reader", Endpoint::ArchiveAssessment));
        assert!(!config.allows("Nobody", Endpoint::CreateAssessment));
        assert!(config.allows("Nobody", Endpoint::AuthTest));
        assert_eq!(
            config.permissions("Reader"),
            [Permission::RetrieveAssessment, Permission::ReadDashboard]
        );
        assert_eq!(config.permissions("Nobody"), []);
    }
}
