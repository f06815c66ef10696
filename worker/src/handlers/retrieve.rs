//! `GET /v1/assessments/{assessment_id}`

use assessments::id::Reference;
use assessments::id::kind::Assessment;
use assessments::problem::Problem;
use assessments::route::Endpoint;
use worker::Request;

use crate::answer::{Answer, Failure};
use crate::auth::{self, Admission};
use crate::shell::Shell;
use crate::storage;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit
/// 4. the assessment, by organization and id: `404`
///
/// One D1 round trip; one more when the key is not cached.
pub(super) async fn retrieve(
    shell: &Shell,
    request: &Request,
    id: &Reference<Assessment>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(shell, Endpoint::RetrieveAssessment, request.headers());
    let caller = auth::identify(shell, request.headers()).await?;
    let (standing, assessment) = storage::retrieve::assessment(shell, &caller, id.id()).await?;
    // 1, 2, 3
    auth::admit(shell, &caller, &admission, standing, shell.now())?;
    // 4
    let assessment = assessment.ok_or(Problem::AssessmentNotFound)?;
    Answer::ok(&assessment)
}
