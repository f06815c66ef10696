//! `GET /v1/dashboard/vendors`, `/control-sets`, `/users`, `/workflows` and `/assessments`

use assessments::dashboard::{AssessmentPage, ControlSetPage, UserPage, VendorPage, WorkflowPage};
use assessments::problem::Problem;
use assessments::route::Endpoint;
use serde::Serialize;

use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::{Caller, Standing, identity};
use crate::decide::query::ListQuery;
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::Request;
use crate::storage::choices::{self, Page};
use crate::storage::database::{Databases, StorageError};
use crate::storage::{assessments as stored_assessments, standing};

pub(super) async fn vendors(context: &Context, request: &Request) -> Result<Answer, Failure> {
    let page = |items, next_cursor| VendorPage { items, next_cursor };
    list(context, request, Endpoint::ListVendors, choices::page, page).await
}

pub(super) async fn control_sets(context: &Context, request: &Request) -> Result<Answer, Failure> {
    let page = |items, next_cursor| ControlSetPage { items, next_cursor };
    list(
        context,
        request,
        Endpoint::ListControlSets,
        choices::page,
        page,
    )
    .await
}

pub(super) async fn users(context: &Context, request: &Request) -> Result<Answer, Failure> {
    let page = |items, next_cursor| UserPage { items, next_cursor };
    list(context, request, Endpoint::ListUsers, choices::page, page).await
}

pub(super) async fn workflows(context: &Context, request: &Request) -> Result<Answer, Failure> {
    let page = |items, next_cursor| WorkflowPage { items, next_cursor };
    list(
        context,
        request,
        Endpoint::ListWorkflows,
        choices::page,
        page,
    )
    .await
}

pub(super) async fn assessments(context: &Context, request: &Request) -> Result<Answer, Failure> {
    let page = |items, next_cursor| AssessmentPage { items, next_cursor };
    let read = stored_assessments::page;
    list(context, request, Endpoint::ListAssessments, read, page).await
}

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 6. the query: `422`
///
/// One D1 round trip; one more when the key is not cached.
async fn list<T, P: Serialize>(
    context: &Context,
    request: &Request,
    endpoint: Endpoint,
    read: impl AsyncFnOnce(
        &Databases,
        &Caller,
        &ListQuery,
    ) -> Result<(Option<Standing>, Page<T>), StorageError>,
    answered: impl FnOnce(Vec<T>, Option<String>) -> P,
) -> Result<Answer, Failure> {
    let admission = Admission::new(context, endpoint, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, endpoint, request).await?;
    let query = ListQuery::read(endpoint, &caller.org, request.query());
    let (standing, found) = match &query {
        Ok(query) => {
            let (standing, page) = read(&databases, &caller, query).await?;
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
    let next_cursor = next.map(|cursor| cursor.write(query.fingerprint));
    Answer::ok(&answered(items, next_cursor))
}
