//! Rows of assessments and of what an archive changes with them. Whoever archives one
//! in the API has the statement and triggers of the database for that; an assessment
//! that comes archived is written as they would have left it.

use assessments::columns::PortalStatus;
use serde_json::{Value, json};

use crate::import::file::{Assessment, Organization};

/// The row of an assessment.
pub(super) fn assessment(org: &Organization, assessment: &Assessment) -> Value {
    let archived_at = assessment.archived_at;
    let before = assessment.status;
    let (status, updated_at) = archived_at.map_or((before, assessment.updated_at), |archived| {
        (before.when_archived(), archived)
    });
    let open_findings = || {
        let findings = assessment.findings.iter();
        findings
            .filter(|finding| finding.archived_at.is_none())
            .count()
    };
    json!([
        org.id,
        assessment.id,
        assessment.vendor_id,
        assessment.name,
        status,
        assessment.assignee_id,
        assessment.score_percent,
        assessment.initiated_at,
        assessment.created_at,
        updated_at,
        archived_at,
        archived_at.map(|_| open_findings()),
        archived_at.map(|_| before),
    ])
}

/// The columns of its findings.
pub(super) fn findings(assessment: &Assessment) -> Vec<Vec<Value>> {
    let findings = assessment.findings.iter();
    findings
        .map(|finding| {
            let archived_at = finding.archived_at.or(assessment.archived_at);
            vec![json!(finding.id), json!(finding.title), json!(archived_at)]
        })
        .collect()
}

/// The columns of its portal, if it has one.
pub(super) fn portal(assessment: &Assessment) -> Vec<Vec<Value>> {
    let portal = assessment.portal.iter();
    portal
        .map(|status| match assessment.archived_at {
            Some(_) => vec![json!(PortalStatus::Closed), json!(status)],
            None => vec![json!(status), Value::Null],
        })
        .collect()
}
