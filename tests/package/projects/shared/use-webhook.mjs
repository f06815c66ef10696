// What `assessments-edge/webhook` does in any runtime.

/** A question, and its signature with "Jefe" as the secret. */
const BODY =
  '{"workflow_run_id":"cbwr_11111111111111111111111111111111",' +
  '"workflow_definition_id":"cbwd_22222222222222222222222222222222",' +
  '"component_id":"cbwc_33333333333333333333333333333333","component_name":"ask ☕",' +
  '"input":{"assessment_id":"cbqsrw_44444444444444444444444444444444",' +
  '"vendor_id":"cbvndr_55555555555555555555555555555555"},"sent_at":1790500000}';
const MAC = "bd7767acf16b80bc54b893e0107873f0dd1a829b7a50bc972b3c9b5124283367";

export async function useWebhook({ checkAnalysis, questionKey, readQuestion, WebhookError }) {
  const header = `sha256=${MAC}`;
  const bytes = new TextEncoder().encode(BODY);
  const question = await readQuestion(bytes, header, ["other", "Jefe"]);
  const refused = await readQuestion(BODY, `sha256=${"0".repeat(64)}`, "Jefe").catch(
    (error) => error instanceof WebhookError && `${error.name} ${error.status}`,
  );
  return {
    key: questionKey(question),
    name: question.component_name,
    refused,
    good: checkAnalysis({ score_percent: 0.64, findings: [{ title: "Weak keys" }] }),
    bad: checkAnalysis({ status: "canceled" }),
  };
}
