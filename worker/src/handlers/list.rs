//! `GET /v1/dashboard/vendors`, `/control-sets`, `/users`, `/workflows` and `/assessments`

use assessments::problem::Problem;
use assessments::route::Endpoint;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::identity;
use crate::decide::query::ListQuery;
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::Request;
use crate::storage::choices::Page;
use crate::storage::database::{Databases, StorageError};
use crate::storage::{self, choices, standing};

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 6. the query: `422`
///
/// One D1 round trip; one more when the key is not cached.
pub(super) async fn list(
    context: &Context,
    request: &Request,
    endpoint: Endpoint,
) -> Result<Answer, Failure> {
    /// What each of them answers (`assessments::dashboard`).
    #[derive(Serialize)]
    struct Answered {
        items: Vec<Box<RawValue>>,
        next_cursor: Option<String>,
    }
    let admission = Admission::new(context, endpoint, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, endpoint, request).await?;
    let query = ListQuery::read(endpoint, &caller.org, request.query());
    let (standing, found) = match &query {
        Ok(query) => {
            let (standing, page) = match endpoint {
                Endpoint::ListAssessments => {
                    storage::assessments::page(&databases, &caller, query).await?
                }
                _ => choices::page(&databases, &caller, endpoint, query).await?,
            };
            (standing, Some(page))
        }
        Err(_) => (standing::current(&databases, &caller).await?, None),
    };
    // 1, 2
    admission::admit(context, &caller, &admission, standing, clock::now())?;
    // 6
    let query = query.map_err(Problem::Query)?;
    let Some(Page { items, next }) = found else {
        return Err(StorageError::Missing { operation: "list" }.into());
    };
    Answer::ok(&Answered {
        items,
        next_cursor: next.map(|cursor| cursor.write(query.fingerprint)),
    })
}
