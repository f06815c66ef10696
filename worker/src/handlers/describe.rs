//! `GET /v1/dashboard/vendors/{vendor_id}` and `GET /v1/dashboard/assessments/{assessment_id}`

use assessments::id::Reference;
use assessments::id::kind::{Assessment, Vendor};
use assessments::problem::Problem;
use assessments::route::Endpoint;

use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::identity;
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::Request;
use crate::storage;
use crate::storage::database::Databases;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 4. the vendor, by organization and id, unless it is archived: `404`
///
/// One D1 round trip; one more when the key is not cached.
pub(super) async fn vendor(
    context: &Context,
    request: &Request,
    id: &Reference<Vendor>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::RetrieveVendor, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::RetrieveVendor, request).await?;
    let (standing, vendor) = storage::vendor::vendor(&databases, &caller, id.id()).await?;
    // 1, 2
    admission::admit(context, &caller, &admission, standing, clock::now())?;
    // 4
    Answer::ok(&vendor.ok_or(Problem::VendorNotFound)?)
}

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 4. the assessment, by organization and id: `404`
///
/// One D1 round trip; one more when the key is not cached.
pub(super) async fn assessment(
    context: &Context,
    request: &Request,
    id: &Reference<Assessment>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::DescribeAssessment, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::DescribeAssessment, request).await?;
    let (standing, assessment) =
        storage::assessment_detail::assessment(&databases, &caller, id.id()).await?;
    // 1, 2
    admission::admit(context, &caller, &admission, standing, clock::now())?;
    // 4
    Answer::ok(&assessment.ok_or(Problem::AssessmentNotFound)?)
}
