//! What comes with a request that writes: its body as it came, and its idempotency
//! key.

use assessments::idempotency::IdempotencyKey;
use assessments::limits::MAX_BODY_BYTES;
use assessments::problem::Problem;

use crate::platform::log;
use crate::platform::request::{Request, RequestHeader};
use crate::storage::idempotency::RequestDigest;

/// What came with a request. It is judged in the turn of its gates.
pub(crate) struct Payload {
    content_type: Option<String>,
    body: ReadBody,
}

impl Payload {
    /// Reads the body, within its time and no further than the limit.
    pub(crate) async fn read(request: &Request) -> Self {
        let content_type = request.header(RequestHeader::ContentType);
        Self {
            content_type: content_type.map(str::to_owned),
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
const BODY_TIMEOUT_MILLISECONDS: u32 = 20_000;

/// Reads the body, within its time. One that breaks off or does not end is
/// never taken for a whole one.
async fn read_body(request: &Request) -> ReadBody {
    let declared = request.header(RequestHeader::ContentLength);
    let declared = declared.and_then(|length| length.parse::<u64>().ok());
    if declared.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return ReadBody::TooLarge;
    }
    let limit = u32::try_from(MAX_BODY_BYTES).unwrap_or(u32::MAX);
    match request.body(limit, BODY_TIMEOUT_MILLISECONDS).await {
        Ok(Some(bytes)) => ReadBody::Whole(bytes),
        Ok(None) => ReadBody::TooLarge,
        Err(cause) => broken(&cause),
    }
}

/// A body of white space only is not empty and not JSON: the caller, if still
/// there, is told that the JSON could not be read.
fn broken(cause: &impl std::fmt::Display) -> ReadBody {
    log::warn("request_body_broke_off").cause(cause).write();
    ReadBody::Whole(vec![b' '])
}

/// The `Idempotency-Key`, `None` if the header is absent.
pub(crate) fn idempotency_key(request: &Request) -> Result<Option<IdempotencyKey>, Problem> {
    request
        .header(RequestHeader::IdempotencyKey)
        .map(IdempotencyKey::parse)
        .transpose()
        .map_err(Problem::BadIdempotencyKey)
}
