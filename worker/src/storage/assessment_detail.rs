//! Reading one assessment with all that a page shows of it.

use assessments::assessment::Assessment;
use assessments::dashboard::{AssessmentDetail, ListedFinding, ListedRun, Named};
use assessments::id::AssessmentId;
use assessments::stored::StoredId;
use serde::Deserialize;

use super::database::{Databases, StorageError, optional_id};
use super::retrieve::assessment_object;
use super::standing::{
    self, Lookup, key_standing, of_session, session_standing, with_key, with_session,
};
use crate::caller::{Caller, Standing};

/// Every list is bounded. Those of ids are by the create, and of users in custom fields
/// 500 are named. What an archive archived is shown as it was.
macro_rules! detail {
    () => {
        concat!(
            "(
SELECT json_object(
    'assessment', json(",
            assessment_object!(),
            "),
    'is_archived', json(iif(d.archived_at IS NULL, 'false', 'true')),
    'vendor_name', (SELECT name FROM vendors WHERE org_id = ?1 AND id = d.vendor_id),
    'assignee_name', (SELECT name FROM users WHERE org_id = ?1 AND id = d.assignee_id),
    'control_sets', (
        SELECT json_group_array(json_object('id', c.id, 'name', c.name))
        FROM assessment_control_sets l
        CROSS JOIN control_sets c ON c.org_id = ?1 AND c.id = l.control_set_id
        WHERE l.org_id = ?1 AND l.assessment_id = ?8),
    'services', (
        SELECT json_group_array(json_object('id', s.id, 'name', s.name))
        FROM assessment_services l
        CROSS JOIN services s ON s.org_id = ?1 AND s.id = l.service_id
        WHERE l.org_id = ?1 AND l.assessment_id = ?8),
    'users', (
        SELECT json_group_array(json_object('id', u.id, 'name', u.name)) FROM (
            SELECT j.value AS id
            FROM custom_field_values f
            CROSS JOIN custom_field_configs c ON c.org_id = ?1 AND c.id = f.config_id
            CROSS JOIN json_each(iif(c.field_type = 'user', f.value, '[]')) j
            WHERE f.org_id = ?1 AND f.assessment_id = ?8
              AND c.is_enabled = 1 AND c.is_archived = 0
            LIMIT 500) named
        CROSS JOIN users u ON u.org_id = ?1 AND u.id = named.id),
    'documents', (
        SELECT json_group_array(json_object('id', v.id, 'name', v.name)) FROM (
            SELECT document_id FROM document_links INDEXED BY document_links_by_assessment
            WHERE org_id = ?1 AND assessment_id = ?8 LIMIT 500) l
        CROSS JOIN vendor_documents v ON v.org_id = ?1 AND v.id = l.document_id),
    'findings', (
        SELECT json_group_array(json_object('id', id, 'title', title)) FROM (
            SELECT id, title FROM findings
            WHERE org_id = ?1 AND assessment_id = ?8
              AND (archived_at IS NULL OR archived_at = d.archived_at)
            LIMIT 500)),
    'runs', (
        SELECT json_group_array(json_object(
            'workflow_run_id', r.id, 'workflow_name', w.name,
            'workflow_definition_id', w.id, 'status', r.status,
            'started_at', r.started_at, 'completed_at', r.completed_at,
            'awaited_event', (
                SELECT json_object(
                    'name', s.awaits, 'component_id', s.component_id, 'deadline', s.deadline,
                    'applies_report', json(iif((
                        SELECT v.components ->> ('$[' || s.position || '].parameters.applies_report')
                        FROM workflow_versions v
                        WHERE v.org_id = ?1 AND v.definition_id = r.definition_id
                          AND v.version = r.version), 'true', 'false')))
                FROM (
                    SELECT * FROM workflow_run_steps
                    WHERE r.status = 'started' AND org_id = ?1 AND run_id = r.id
                    ORDER BY position DESC LIMIT 1) s
                WHERE s.status IS NULL AND s.awaits IS NOT NULL)))
        FROM (
            SELECT id FROM workflow_runs INDEXED BY workflow_runs_by_assessment
            WHERE org_id = ?1 AND assessment_id = ?8
            ORDER BY started_at DESC, id DESC LIMIT 100) newest
        CROSS JOIN workflow_runs r ON r.org_id = ?1 AND r.id = newest.id
        CROSS JOIN workflow_definitions w ON w.org_id = ?1 AND w.id = r.definition_id))
FROM assessments d WHERE d.org_id = ?1 AND d.id = ?8) AS json"
        )
    };
}

const DETAIL: Lookup = Lookup {
    of_key: with_key!(detail!()),
    of_user: with_session!("id", detail!()),
    of_external_user: with_session!("external_id", detail!()),
};

/// What the statement finds.
#[derive(Deserialize)]
struct Found {
    assessment: Assessment,
    is_archived: bool,
    vendor_name: Option<String>,
    assignee_name: Option<String>,
    control_sets: Vec<Named>,
    services: Vec<Named>,
    users: Vec<Named>,
    documents: Vec<Named>,
    findings: Vec<ListedFinding>,
    runs: Vec<ListedRun>,
}

/// The caller's standing and the assessment, if there is one.
pub(crate) async fn assessment(
    databases: &Databases,
    caller: &Caller,
    assessment: Option<&AssessmentId>,
) -> Result<(Option<Standing>, Option<AssessmentDetail>), StorageError> {
    let database = databases.of(&caller.org)?;
    let own = [optional_id(assessment)];
    let statement = standing::look_up(&database, caller, &DETAIL, &own);
    let mut rows = database
        .batch("describe assessment", vec![statement])
        .await?;
    let (standing, found) = rows.next_with_standing::<Found>()?;
    Ok((standing, found.map(Found::into_detail)))
}

impl Found {
    fn into_detail(self) -> AssessmentDetail {
        let names = self.names();
        let assessment = self.assessment;
        AssessmentDetail {
            id: StoredId::from(&assessment.id),
            vendor_id: assessment.vendor_id,
            vendor_name: self.vendor_name,
            name: assessment.name,
            status: assessment.status,
            control_set_ids: assessment.control_set_ids,
            service_ids: assessment.service_ids,
            assignee_id: assessment.assignee_id,
            assignee_name: self.assignee_name,
            score_percent: assessment.score_percent,
            findings_count: assessment.findings_count,
            initiated_at: assessment.initiated_at,
            created_at: assessment.created_at,
            updated_at: assessment.updated_at,
            workflow_run_id: self.runs.first().map(|run| run.workflow_run_id.clone()),
            is_archived: self.is_archived,
            custom_fields: assessment.custom_fields,
            names,
            documents: self.documents,
            findings: self.findings,
            runs: self.runs,
        }
    }

    /// The vendor, the assignee, and all that the lists tell, each once.
    fn names(&self) -> Vec<Named> {
        let named = |id: &StoredId, name: &String| Named {
            id: id.clone(),
            name: name.clone(),
        };
        let vendor = self.vendor_name.iter();
        let vendor = vendor.map(|name| named(&self.assessment.vendor_id, name));
        let assignee = self.assessment.assignee_id.iter().zip(&self.assignee_name);
        let assignee = assignee.map(|(id, name)| named(id, name));
        let lists = [&self.control_sets, &self.services, &self.users];
        let mut names: Vec<Named> = Vec::new();
        for one in vendor
            .chain(assignee)
            .chain(lists.into_iter().flatten().cloned())
        {
            if names.iter().all(|known| known.id != one.id) {
                names.push(one);
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use assessments::dashboard::{MAX_LISTED, MAX_LISTED_RUNS};

    use super::*;

    #[test]
    fn lists_are_as_long_as_is_said_of_them() {
        let bounds = DETAIL.of_key.split("LIMIT ").skip(1).map(|rest| {
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
            digits.unwrap().parse().unwrap()
        });
        let bounds: Vec<usize> = bounds.collect();
        assert_eq!(
            bounds,
            // Of the steps of a run, the last alone can wait.
            [MAX_LISTED, MAX_LISTED, MAX_LISTED, 1, MAX_LISTED_RUNS]
        );
    }
}
