//! `POST /v1/sessions`

use assessments::id::kind::User;
use assessments::id::{ApiKeyId, Reference};
use assessments::problem::Problem;
use assessments::route::Endpoint;
use assessments::session::{CreateSessionRequest, CreatedSession, NewSession, SessionFault};
use assessments::time::Timestamp;

use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::{Standing, identity, session};
use crate::failure::Failure;
use crate::input::Payload;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::random::random_bits;
use crate::platform::request::Request;
use crate::storage::database::{Databases, StorageError};
use crate::storage::session as storage;
use crate::token::issuer::NewToken;

/// The status of a session that was made.
const CREATED: u16 = 201;

/// 1. authentication, role: `401`, and to any session
/// 2. IP allowlist: `403`
/// 3. rate limit
/// 4. nothing: a session that was made twice is no harm
/// 5. body size: `413`
/// 6. JSON, schema: `422`
/// 7. role, origin, lifetime: `400`
/// 8. nothing
/// 9. the user: `400`
/// 10. the signature: `503`
///
/// One D1 round trip; one more when the key is not cached. Nothing is written.
pub(super) async fn create(context: &Context, request: Request) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::CreateSession, &request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::CreateSession, &request).await?;
    let payload = Payload::read(&request).await;
    let input = read(&payload);
    let user = input.as_ref().ok().map(named_user);
    let user = user.as_ref().and_then(Reference::id);
    let (standing, is_there) = storage::facts(&databases, &caller, user).await?;
    let maker = standing.as_ref().and_then(maker);
    let now = clock::now();
    // 1, 2
    let basis = admission::admit(context, &caller, &admission, standing, now)?;
    // 5, 6
    let request = input?;
    // 7
    let roles = context.config().session_roles(&basis.role);
    let new = NewSession::new(&request, roles).map_err(Problem::SessionRefused)?;
    // 9
    let Some(user) = user.filter(|_| is_there) else {
        let fault = SessionFault::UnknownUser(request.user_id);
        return Err(Problem::SessionRefused(vec![fault]).into());
    };
    // 10
    let (key, key_expires_at) = maker.ok_or(StorageError::Missing {
        operation: "look up for session",
    })?;
    let wished = now.plus(new.lifetime_seconds);
    let expires_at = key_expires_at.map_or(wished, |expiry| expiry.min(wished));
    let token = NewToken {
        user,
        org: &caller.org,
        role: &new.role,
        key: &key,
        origin: new.origin.as_ref(),
        now,
        expires_at,
        random: random_bits()?,
    };
    let token = session::sign(context.env(), &token).await?;
    let body = serde_json::to_string(&CreatedSession { token, expires_at });
    Ok(Answer::new(CREATED, body.map_err(Failure::Serialize)?))
}

/// The key that asks, and when it expires.
fn maker(standing: &Standing) -> Option<(ApiKeyId, Option<Timestamp>)> {
    let key = standing.admitted.identity.key.as_ref()?;
    Some((key.id.clone(), standing.expires_at))
}

fn named_user(request: &CreateSessionRequest) -> Reference<User> {
    Reference::read(request.user_id.clone())
}

/// What gates 5 and 6 make of the body.
fn read(payload: &Payload) -> Result<CreateSessionRequest, Problem> {
    let body = payload.whole()?;
    CreateSessionRequest::read(payload.content_type(), body).map_err(Problem::Schema)
}
