//! Reading what others publish.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_net::http::RequestBuilder;
use web_sys::RequestRedirect;
use worker::{AbortController, AbortSignal, Delay, Fetch, ResponseBody};

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// There was no whole answer in time.
    #[error("no answer in {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// There was another answer than a `200`. A redirect is one: wherever it
    /// leads, nobody checked it.
    #[error("answered {0}")]
    Status(u16),
    /// There was more than is read.
    #[error("longer than {0} bytes")]
    TooLarge(usize),
    /// There was no answer, or it broke off.
    #[error("{0}")]
    Failed(#[from] worker::Error),
    /// The address is none.
    #[error("{0}")]
    NotAsked(#[from] gloo_net::Error),
}

/// The bytes at an address: so many at most, all of them in time.
pub(crate) async fn get(
    address: &str,
    most_bytes: usize,
    timeout: Duration,
) -> Result<Vec<u8>, FetchError> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let exchange = Box::pin(exchange(address, most_bytes, &signal));
    match select(exchange, Delay::from(timeout)).await {
        Either::Left((read, _)) => read,
        Either::Right(((), _)) => {
            controller.abort();
            Err(FetchError::TimedOut(timeout))
        }
    }
}

async fn exchange(
    address: &str,
    most_bytes: usize,
    signal: &AbortSignal,
) -> Result<Vec<u8>, FetchError> {
    let request = RequestBuilder::new(address)
        .header("accept", "application/json")
        .redirect(RequestRedirect::Manual)
        .build()?;
    let request = Fetch::Request(web_sys::Request::from(request).into());
    let mut response = request.send_with_signal(signal).await?;
    if response.status_code() != 200 {
        return Err(FetchError::Status(response.status_code()));
    }
    let mut bytes = Vec::new();
    if matches!(response.body(), ResponseBody::Empty) {
        return Ok(bytes);
    }
    let mut stream = response.stream()?;
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > most_bytes {
            return Err(FetchError::TooLarge(most_bytes));
        }
    }
    Ok(bytes)
}
