//! What a deployment configures in `wrangler.toml`.

use std::collections::HashMap;

use assessments::route::Endpoint;
use worker::{Env, console_error};

/// The variable that holds the table of roles.
const ROLES: &str = "ROLES";

/// The variable that tells what a deployment is for.
const ENVIRONMENT: &str = "ENVIRONMENT";
/// Its value for a development deployment.
const DEVELOPMENT: &str = "development";

/// The settings of a deployment.
pub(crate) struct Config {
    roles: HashMap<String, Vec<Endpoint>>,
    /// Whether service-account keys may be used from a browser (2.1).
    pub(crate) is_development: bool,
}

impl Config {
    /// Reads the settings. Without a readable table no role may do anything:
    /// a mistake in it must not open what it meant to close.
    pub(crate) fn read(env: &Env) -> Self {
        let roles = env.object_var(ROLES).unwrap_or_else(|error| {
            console_error!("variable {ROLES} (which role may call what) is unreadable, every role is refused: {error}");
            HashMap::new()
        });
        let is_development = env
            .var(ENVIRONMENT)
            .is_ok_and(|environment| environment.to_string() == DEVELOPMENT);
        Self {
            roles,
            is_development,
        }
    }

    /// Whether `role` may call `endpoint`.
    pub(crate) fn allows(&self, role: &str, endpoint: Endpoint) -> bool {
        !endpoint.requires_role()
            || self
                .roles
                .get(role)
                .is_some_and(|endpoints| endpoints.contains(&endpoint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_do_what_its_row_lists() {
        let config = Config {
            roles: HashMap::from([("Reader".to_owned(), vec![Endpoint::RetrieveAssessment])]),
            is_development: false,
        };
        assert!(config.allows("Reader", Endpoint::RetrieveAssessment));
        assert!(!config.allows("Reader", Endpoint::ArchiveAssessment));
        assert!(!config.allows("Nobody", Endpoint::CreateAssessment));
        assert!(config.allows("Nobody", Endpoint::AuthTest));
    }
}
