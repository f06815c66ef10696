//! Reading one assessment.

use assessments::assessment::Assessment;
use assessments::id::AssessmentId;

use super::database::{Databases, StorageError, optional_id};
use super::standing::{
    self, Lookup, key_standing, of_session, session_standing, with_key, with_session,
};
use crate::caller::{Caller, Standing};

/// The lists are ordered by the rows' own order, which an aggregate's `ORDER BY` would
/// sort once more, and count.
macro_rules! assessment_object {
    () => {
        "(
SELECT json_object(
    'id', a.id, 'vendor_id', a.vendor_id, 'name', a.name, 'status', a.status,
    'control_set_ids', (
        SELECT json_group_array(control_set_id) FROM (
            SELECT control_set_id FROM assessment_control_sets
            WHERE org_id = ?1 AND assessment_id = ?8 ORDER BY position)),
    'service_ids', (
        SELECT json_group_array(service_id) FROM (
            SELECT service_id FROM assessment_services
            WHERE org_id = ?1 AND assessment_id = ?8 ORDER BY position)),
    'assignee_id', a.assignee_id, 'score_percent', a.score_percent,
    'findings_count', min(max(coalesce(a.findings_count_at_archive, (
        SELECT count(*) FROM findings
        WHERE org_id = ?1 AND assessment_id = ?8 AND archived_at IS NULL)), 0), 4294967295),
    'initiated_at', a.initiated_at,
    'custom_fields', (
        SELECT json_group_array(json_object(
            'config_id', c.id, 'field_name', c.field_name, 'field_type', c.field_type,
            'value', json(v.value)) ORDER BY c.position, c.id)
        FROM custom_field_values v
        JOIN custom_field_configs c ON c.org_id = v.org_id AND c.id = v.config_id
        WHERE v.org_id = ?1 AND v.assessment_id = ?8
          AND c.is_enabled = 1 AND c.is_archived = 0),
    'created_at', a.created_at, 'updated_at', a.updated_at)
FROM assessments a WHERE a.org_id = ?1 AND a.id = ?8)"
    };
}
pub(super) use assessment_object;

macro_rules! assessment {
    () => {
        concat!(assessment_object!(), " AS json")
    };
}

const ASSESSMENT: Lookup = Lookup {
    of_key: with_key!(assessment!()),
    of_user: with_session!("id", assessment!()),
    of_external_user: with_session!("external_id", assessment!()),
};

/// What a retrieve looks up: the caller's standing and the assessment, if any.
pub(crate) async fn assessment(
    databases: &Databases,
    caller: &Caller,
    assessment: Option<&AssessmentId>,
) -> Result<(Option<Standing>, Option<Assessment>), StorageError> {
    let database = databases.of(&caller.org)?;
    let own = [optional_id(assessment)];
    let statement = standing::look_up(&database, caller, &ASSESSMENT, &own);
    let mut rows = database
        .batch("retrieve assessment", vec![statement])
        .await?;
    rows.next_with_standing()
}
