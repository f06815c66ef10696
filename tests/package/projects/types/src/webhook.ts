// What analysers are asked and answer.

import type { AssessmentId, ServiceId, WorkflowRunId } from "assessments-edge";
import {
  type AnalyserQuestion,
  type Analysis,
  type AnalysisArtifact,
  type AnalysisFinding,
  type AnalysisResult,
  AssessmentsError,
  ConfigurationError,
  IDEMPOTENCY_KEY_HEADER,
  type RawBody,
  SIGNATURE_HEADER,
  WebhookError,
  type WorkflowRunInput,
  checkAnalysis,
  questionKey,
  readQuestion,
  verifySignature,
} from "assessments-edge/webhook";

declare const bodies: [string, ArrayBuffer, Uint8Array, DataView];
declare const header: string | string[] | null | undefined;

export async function receive(): Promise<number> {
  for (const body of bodies) await verifySignature(body satisfies RawBody, header, "secret");
  // @ts-expect-error What was parsed is no body.
  await verifySignature({}, header, "secret");
  // @ts-expect-error There must be a secret.
  await verifySignature("", header, undefined);
  try {
    const question: AnalyserQuestion = await readQuestion("", header, ["a", "b"] as const);
    const input: WorkflowRunInput = question.input;
    const run: WorkflowRunId = question.workflow_run_id;
    const assessment: AssessmentId = input.assessment_id;
    const service: ServiceId | null | undefined = input.service_id;
    const at: number | null = question.sent_at;
    console.log(run, assessment, service, at, questionKey(question));
  } catch (error) {
    if (error instanceof WebhookError) return error.status satisfies 400 | 401;
    if (error instanceof ConfigurationError) console.log(error.message);
    if (error instanceof AssessmentsError) return 500;
    throw error;
  }
  return 200;
}

const finding: AnalysisFinding = { title: "Weak keys" };
const artifact: AnalysisArtifact = { artifact_type: "report", id: "1", role: "output" };
export const analysis: Analysis = {
  status: "review_evals",
  score_percent: null,
  findings: [finding],
  artifacts: [artifact],
};
// @ts-expect-error A finding has a title.
export const untitled: Analysis = { findings: [{}] };

const result: AnalysisResult = checkAnalysis(analysis);
export const said: string = result.ok ? String(result.value.score_percent) : result.message;
export const headers: ["coverbase-signature", "idempotency-key"] = [
  SIGNATURE_HEADER,
  IDEMPOTENCY_KEY_HEADER,
];
