//! `GET /v1/utils/authtest`, `GET /healthz`, `GET /openapi.json`

use std::time::Duration;

use assessments::route::Endpoint;
use serde::Serialize;
use worker::{Delay, Request};

use crate::answer::{Answer, Failure};
use crate::auth::{self, Admission};
use crate::handlers::ASSETS_ORIGIN;
use crate::isolate::{self, Look};
use crate::shell::Shell;
use crate::storage::{self, StorageError, TIMEOUT_MILLISECONDS, deadline};

/// 1. authentication; no role is required: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit
pub(super) async fn auth_test(shell: &Shell, request: &Request) -> Result<Answer, Failure> {
    #[derive(Serialize)]
    struct AuthTest {
        msg: &'static str,
    }
    let admission = Admission::new(shell, Endpoint::AuthTest, request.headers());
    let caller = auth::identify(shell, request.headers()).await?;
    let standing = storage::standing::current(shell, &caller).await?;
    auth::admit(shell, &caller, &admission, standing, shell.now())?;
    Answer::ok(&AuthTest {
        msg: "Auth successful",
    })
}

/// Between two looks at whether another request has its answer, in milliseconds.
const HEALTH_WAIT_MILLISECONDS: u64 = 20;

/// Alive, and D1 answers: `503` if it does not. A good answer serves for a few
/// seconds, and of simultaneous requests one asks. The others cannot share its
/// promise, which is settled for the request that made it, so they look again.
pub(super) async fn health(shell: &Shell) -> Result<Answer, Failure> {
    #[derive(Serialize)]
    struct Health {
        status: &'static str,
    }
    let failures_seen = isolate::health_failures();
    loop {
        let now = shell.now();
        match isolate::look_at_health(failures_seen, now) {
            Look::Good => break,
            Look::Failed => return Err(StorageError::failed("probe", &"failed just now").into()),
            Look::Wait => {
                Delay::from(Duration::from_millis(HEALTH_WAIT_MILLISECONDS)).await;
            }
            Look::Ask => {
                let probed = storage::probe(shell).await;
                isolate::note_health(now, probed.is_ok());
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
pub(super) async fn open_api(shell: &Shell) -> Result<Answer, Failure> {
    const READ: &str = "read static asset";
    let failed = |error: worker::Error| StorageError::failed(READ, &error);
    let assets = shell.env().assets("ASSETS").map_err(failed)?;
    let read = async {
        let mut response = assets
            .fetch(format!("{ASSETS_ORIGIN}{DESCRIPTION}"), None)
            .await?;
        Ok((response.status_code(), response.text().await?))
    };
    let (status, text) = deadline(TIMEOUT_MILLISECONDS, read)
        .await
        .ok_or(StorageError::TimedOut { operation: READ })?
        .map_err(failed)?;
    if status != 200 {
        return Err(StorageError::Missing { operation: READ }.into());
    }
    Ok(Answer::new(200, text))
}
