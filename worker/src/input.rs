//! What comes with a request that writes: its body as it came, and its idempotency
//! key.

use assessments::header;
use assessments::idempotency::IdempotencyKey;
use assessments::limits::MAX_BODY_BYTES;
use assessments::problem::Problem;
use futures_util::StreamExt;
use worker::{Headers, Request};

use crate::platform::clock::deadline;
use crate::platform::log;
use crate::storage::idempotency::RequestDigest;

/// What came with a request. It is judged in the turn of its gates.
pub(crate) struct Payload {
    content_type: Option<String>,
    body: ReadBody,
}

impl Payload {
    /// Reads the body, within its time and no further than the limit.
    pub(crate) async fn read(request: &mut Request) -> Self {
        Self {
            content_type: request.headers().get("content-type").ok().flatten(),
            body: read_body(request).await,
        }
    }

    /// What the body is declared to be.
    pub(crate) fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The bytes: gate 5.
    pub(crate) fn whole(&self) -> Result<&[u8], Problem> {
        match &self.body {
            ReadBody::Whole(bytes) => Ok(bytes),
            ReadBody::TooLarge => Err(Problem::BodyTooLarge),
        }
    }

    /// The digest of the bytes; `None` if there are too many, and nobody has
    /// read them all.
    pub(crate) fn digest(&self) -> Option<RequestDigest> {
        self.whole().ok().map(RequestDigest::of)
    }
}

/// A request body, read no further than the limit.
enum ReadBody {
    /// All of it.
    Whole(Vec<u8>),
    /// It has more than [`MAX_BODY_BYTES`].
    TooLarge,
}

/// Longest wait for a whole body, in milliseconds.
const BODY_TIMEOUT_MILLISECONDS: u64 = 20_000;

/// Reads the body, within its time. One that breaks off or does not end is
/// never taken for a whole one.
async fn read_body(request: &mut Request) -> ReadBody {
    match deadline(BODY_TIMEOUT_MILLISECONDS, read_to_end(request)).await {
        Some(body) => body,
        None => broken(&"it did not end in time"),
    }
}

async fn read_to_end(request: &mut Request) -> ReadBody {
    let declared = request
        .headers()
        .get("content-length")
        .ok()
        .flatten()
        .and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > MAX_BODY_BYTES) {
        return ReadBody::TooLarge;
    }
    if request.inner().body().is_none() {
        return ReadBody::Whole(Vec::new());
    }
    if declared.is_some() {
        return match request.bytes().await {
            Ok(bytes) => ReadBody::Whole(bytes),
            Err(error) => broken(&error),
        };
    }
    let mut stream = match request.stream() {
        Ok(stream) => stream,
        Err(error) => return broken(&error),
    };
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => body.extend_from_slice(&chunk),
            Err(error) => return broken(&error),
        }
        if body.len() > MAX_BODY_BYTES {
            return ReadBody::TooLarge;
        }
    }
    ReadBody::Whole(body)
}

/// A body of white space only is not empty and not JSON: the caller, if still
/// there, is told that the JSON could not be read.
fn broken(cause: &impl std::fmt::Display) -> ReadBody {
    log::warn("request_body_broke_off").cause(cause).write();
    ReadBody::Whole(vec![b' '])
}

/// The `Idempotency-Key`, `None` if the header is absent.
pub(crate) fn idempotency_key(headers: &Headers) -> Result<Option<IdempotencyKey>, Problem> {
    headers
        .get(header::IDEMPOTENCY_KEY)
        .ok()
        .flatten()
        .map(|value| IdempotencyKey::parse(&value))
        .transpose()
        .map_err(Problem::BadIdempotencyKey)
}
