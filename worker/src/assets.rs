//! The static assets of the deployment.

use worker::{Env, Headers, Method, RequestInit, Response};

use crate::platform::clock::deadline;

/// The binding.
const BINDING: &str = "ASSETS";
/// They know no host.
const ORIGIN: &str = "https://assets.invalid";
/// Longest wait for one, in milliseconds.
const TIMEOUT_MILLISECONDS: u64 = 10_000;

/// Why an asset could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssetError {
    /// They failed, or are not bound.
    #[error("static asset {path}: {cause}")]
    Failed { path: String, cause: worker::Error },
    /// There was no answer in time.
    #[error("static asset {path}: no answer in {TIMEOUT_MILLISECONDS} ms")]
    TimedOut { path: String },
    /// There was another answer than an asset.
    #[error("static asset {path}: answered {status}")]
    Status { path: String, status: u16 },
}

impl AssetError {
    pub(crate) fn failed(path: &str, cause: worker::Error) -> Self {
        let path = path.to_owned();
        Self::Failed { path, cause }
    }

    pub(crate) fn status(path: &str, status: u16) -> Self {
        let path = path.to_owned();
        Self::Status { path, status }
    }
}

/// Asks for an asset with `headers`, and reads of the answer what `read` does, all
/// of it in time.
pub(crate) async fn fetch<T>(
    env: &Env,
    path: &str,
    headers: Headers,
    read: impl AsyncFnOnce(Response) -> worker::Result<T>,
) -> Result<T, AssetError> {
    let asked = async {
        let mut init = RequestInit::new();
        init.with_method(Method::Get).with_headers(headers);
        let url = format!("{ORIGIN}{path}");
        let response = env.assets(BINDING)?.fetch(url, Some(init)).await?;
        read(response).await
    };
    match deadline(TIMEOUT_MILLISECONDS, asked).await {
        Some(Ok(read)) => Ok(read),
        Some(Err(cause)) => Err(AssetError::failed(path, cause)),
        None => Err(AssetError::TimedOut {
            path: path.to_owned(),
        }),
    }
}
