// Answers and a stand-in for tests.

import { AssessmentsClient, type Assessment, type VendorId } from "assessments-edge";
import {
  type ApiErrorAnswer,
  type ApiErrorName,
  type ApiErrorOptions,
  type ApiOperation,
  type FaultOptions,
  type RouteToAnswer,
  type TestApi,
  type TestApiOptions,
  type TestFault,
  type TestRequest,
  type TestState,
  type TestWorkflow,
  type Timeline,
  apiError,
  archivedAssessment,
  assessment,
  createApi,
  createdAssessment,
  id,
  me,
  resetIds,
  routeTo,
  session,
  workflowRun,
} from "assessments-edge/testing";

const vendor: VendorId = id("vendor", 7);
// @ts-expect-error There is no such kind.
id("vendr");
const state: TestState = { status: "complete", score_percent: 0.64, after: 60 };
const timeline: Timeline = ["collecting_documents", state] as const;
const workflow: TestWorkflow = { name: "annual", steps: workflowRun().steps, events: ["approved"] };
const options: TestApiOptions = {
  vendors: [vendor, { id: vendor, name: "Northwind" }],
  timeline: (of: Assessment) => (of.name === "x" ? [] : timeline),
  workflows: ["other", workflow],
  now: undefined,
};
// @ts-expect-error There is no such option.
createApi({ basUrl: "x" });

export const api: TestApi = createApi(options);
export const client = new AssessmentsClient({ baseUrl: api.baseUrl, token: "a-session", fetch: api.fetch });

const operation: ApiOperation = "createAssessment";
const name: ApiErrorName = "workflow_disabled";
const how: ApiErrorOptions = { operation };
export const error: ApiErrorAnswer = apiError(name, how);
// @ts-expect-error There is no such error.
apiError("nope");
const faults: TestFault[] = ["lost", "hang", "connection", "unavailable"];
const where: FaultOptions = { times: 2, operation };
for (const fault of faults) api.failNext(fault, where);

export const asked: (string | undefined)[] = api.requests.map(
  (request: TestRequest) => request.operation,
);
declare const route: RouteToAnswer;
export const routed: Promise<void> = routeTo(api)(route);
resetIds();
export const answers = [
  assessment({ status: "complete" }),
  createdAssessment(),
  archivedAssessment(),
  session(),
  me({ role: "x" }),
];
// @ts-expect-error A status is a text.
assessment({ status: 7 });
