// An organization with so many assessments that whoever goes through them is noticed.

import { crowdAssessments, fullOrg } from "../http/crowd.mjs";

/**
 * An organization of so many assessments, whose names, scores and stages are in no order
 * that their times are in; answers its key and its id.
 */
export async function crowdedOrg(api, name, count) {
  const { data, key, id } = fullOrg(name);
  await api.load({ orgs: [data] });
  await crowdAssessments(api.env.DB, name, count - 1);
  await api.rows(
    `UPDATE assessments SET
       name = 'Assessment ' || CASE WHEN created_at < ${count} THEN created_at * 7919 % ${count} ELSE 0 END,
       score_percent = CASE created_at % 3 WHEN 0 THEN NULL ELSE created_at * 31 % 101 / 100.0 END,
       status = CASE created_at % 3 WHEN 0 THEN 'created' ELSE 'complete' END
     WHERE org_id = ?`,
    id,
  );
  return { key, id };
}
