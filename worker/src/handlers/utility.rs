//! `GET /v1/utils/authtest`, `GET /healthz`, `GET /openapi.json`

use std::time::Duration;

use assessments::credential::AuthTest;
use assessments::route::Endpoint;
use serde::Serialize;
use worker::{Delay, Headers, Response};

use crate::answer::Answer;
use crate::assets::{self, AssetError};
use crate::caller::admission::{self, Admission};
use crate::caller::identity;
use crate::failure::Failure;
use crate::health::{self, Next};
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::Request;
use crate::storage::database::{Databases, StorageError};
use crate::storage::standing;

/// 1. authentication; no role is required: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
pub(super) async fn auth_test(context: &Context, request: &Request) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::AuthTest, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::AuthTest, request).await?;
    let standing = standing::current(&databases, &caller).await?;
    admission::admit(context, &caller, &admission, standing, clock::now())?;
    Answer::ok(&AuthTest {
        msg: "Auth successful".to_owned(),
    })
}

/// Between two looks at whether another request has its answer, in milliseconds.
const HEALTH_WAIT_MILLISECONDS: u64 = 20;

/// Alive, and D1 answers: `503` if it does not. A good answer serves for a few
/// seconds, and of simultaneous requests one asks. The others cannot share its
/// promise, which is settled for the request that made it, so they look again.
pub(super) async fn health(context: &Context) -> Result<Answer, Failure> {
    #[derive(Serialize)]
    struct Health {
        status: &'static str,
    }
    let failures_seen = health::failures();
    loop {
        let now = clock::now();
        match health::next(failures_seen, now) {
            Next::Good => break,
            Next::Failed => return Err(StorageError::failed("probe", &"failed just now").into()),
            Next::Wait => {
                Delay::from(Duration::from_millis(HEALTH_WAIT_MILLISECONDS)).await;
            }
            Next::Ask => {
                let probed = Databases::of_request(context).probe().await;
                health::note(now, probed.is_ok());
                probed?;
                break;
            }
        }
    }
    Answer::ok(&Health { status: "ok" })
}

/// Where the description is among the static assets.
const DESCRIPTION: &str = "/openapi.json";

/// The description that the build made from the library's types. The caller's
/// headers stay here: there are no conditional or range requests (2.1).
pub(super) async fn open_api(context: &Context) -> Result<Answer, Failure> {
    let read = async |mut response: Response| {
        let status = response.status_code();
        Ok((status, response.text().await?))
    };
    let (status, text) = assets::fetch(context.env(), DESCRIPTION, Headers::new(), read).await?;
    if status == 200 {
        Ok(Answer::new(200, text))
    } else {
        Err(AssetError::status(DESCRIPTION, status).into())
    }
}
