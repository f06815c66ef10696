UPDATE assessments SET
    status_before_archive = status,
    status = json_extract(?4, '$.' || status),
    findings_count_at_archive = (
        SELECT count(*) FROM findings f
        WHERE f.org_id = assessments.org_id AND f.assessment_id = assessments.id
          AND f.archived_at IS NULL),
    updated_at = ?3, archived_at = ?3
WHERE archived_at IS NULL
