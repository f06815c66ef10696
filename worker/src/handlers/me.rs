//! `GET /v1/dashboard/me`

use assessments::dashboard::{Me, NamedOrganization};
use assessments::route::{Endpoint, Permission};

use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::{Principal, identity};
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::Request;
use crate::storage::database::{Databases, StorageError};
use crate::storage::me as storage;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit
///
/// One D1 round trip; one more when a key is not cached.
pub(super) async fn retrieve(context: &Context, request: &Request) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::RetrieveMe, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::RetrieveMe, request).await?;
    let now = clock::now();
    let (standing, organization) = storage::caller(&databases, &caller).await?;
    let identity = standing
        .as_ref()
        .map(|standing| standing.admitted.identity.clone());
    // 1, 2
    let basis = admission::admit(context, &caller, &admission, standing, now)?;
    let (Some(identity), Some(name)) = (identity, organization) else {
        return Err(StorageError::Missing {
            operation: "read who calls",
        }
        .into());
    };
    let is_key = matches!(caller.principal, Principal::Key(_));
    let config = context.config();
    // Sessions make no sessions, whatever the table says (14).
    let routes = config
        .permissions(&basis.role)
        .into_iter()
        .filter(|permission| is_key || *permission != Permission::CreateSession);
    Answer::ok(&Me {
        organization: NamedOrganization {
            id: identity.org,
            name,
        },
        user: identity.user,
        // A page need not know with which key its backend made the session.
        key: identity.key.filter(|_| is_key),
        routes: routes.collect(),
        role: basis.role,
        environment: config.environment(),
    })
}
