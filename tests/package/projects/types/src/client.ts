// The client: what it takes, answers and throws.

import {
  ApiError, AssessmentsClient, AssessmentsError, ConfigurationError, ConnectionError, IdError,
  InternalError, ResponseShapeError, TimeoutError, UnreachableError, VERSION, ValidationError,
} from "assessments-edge";
import type {
  AcceptedEvent, AuthTest, EnvironmentOptions, FetchOptions, GivenHeaders, LogLevel, Logger, SendWorkflowEventRequest,
  ApiErrorCode, ApiHeader, ArchivedAssessment, Assessment, AssessmentId, AssessmentStatus, CallOptions, CallSettings,
  ClientOptions, CreateOptions, CreateSessionRequest, CreatedAssessment, CreatedSession,
  CustomField, CustomFieldType, CustomFieldValue, DeploymentEnvironment,
  Fetch, FetchInit, FetchedResponse, Hooks, IdErrorCode, IssueType, Me, NamedKey, NamedOrganization, NamedUser, Permission,
  RequestDiffersEvent, RequestEvent, ResponseEvent, RetryEvent, RunWaitOptions, TokenAbout, WaitOptions, WaitTimes, WithResponse, WorkflowActionType, WorkflowArtifact,
  WorkflowRun, WorkflowRunId, WorkflowRunStatus, WorkflowRunStep, WorkflowStepStatus,
} from "assessments-edge";

const hooks: Hooks = {
  onRequest: ({ method, url, attempt }) => console.log(method, url, attempt),
  onResponse: ({ status, requestId, attempt }) => console.log(status, requestId, attempt),
  onRetry: ({ attempt, delayMs, error }) => console.log(attempt, delayMs, error.message),
};
const noted: [RequestEvent?, ResponseEvent?, RetryEvent?, RequestDiffersEvent?] = [];
export const noting: Hooks = {
  onRequest: (event) => (noted[0] = event),
  onResponse: (event) => (noted[1] = event),
  onRetry: (event) => (noted[2] = event),
  onRequestDiffers: (event) => (noted[3] = event),
};
const settings: CallSettings = { timeoutMs: 1, totalTimeoutMs: 2, maxRetries: 0, validate: false };
const options: ClientOptions = {
  ...settings,
  baseUrl: "https://api.example",
  token: async () => "session-token",
  fetch: (url, init) => fetch(url, init),
  hooks,
  dangerouslyAllowBrowserKey: false,
};
const renewing = ({ refused }: TokenAbout): string => refused ?? "session-token";
new AssessmentsClient({ ...options, token: renewing });
const client = new AssessmentsClient({ ...options, fetch, baseUrl: new URL(options.baseUrl) });
const plain: Fetch = async (url: string, { method, headers }: FetchInit) => {
  const text = async () => JSON.stringify([url, method, headers["authorization"]]);
  return { ok: true, status: 200, headers: new Headers(), text } satisfies FetchedResponse;
};
new AssessmentsClient({ ...options, fetch: plain });
const call: CallOptions = { signal: new AbortController().signal, ...settings };
const create: CreateOptions = { ...call, idempotencyKey: "ticket-7" };
const wait: WaitOptions = {
  until: ["complete", "failed"],
  minDelayMs: 1,
  maxDelayMs: 2,
  maxWaitMs: 3,
  onUpdate: async ({ status }) => console.log(status),
  ...call,
  hooks,
};

const times: WaitTimes = { maxWaitMs: 3 };
const runWait: RunWaitOptions = { ...times, onUpdate: ({ status }) => console.log(status) };

export async function useRun(id: WorkflowRunId): Promise<WorkflowRunStatus> {
  const run: WorkflowRun = await client.retrieveRun(id, call);
  for (const step of run.steps satisfies WorkflowRunStep[]) {
    const action: WorkflowActionType = step.action_type;
    const status: WorkflowStepStatus | null = step.status;
    const artifacts: WorkflowArtifact[] = step.artifacts;
    console.log(action, status, artifacts);
  }
  const ended: WithResponse<WorkflowRun> = await client.withResponse.retrieveRun(id);
  // @ts-expect-error A run is not waited for until a status of an assessment.
  await client.waitForRun(id, { until: "complete" });
  return (await client.waitForRun(ended.data.workflow_run_id, runWait)).status;
}

export async function signal(id: WorkflowRunId): Promise<number> {
  const event: SendWorkflowEventRequest = { name: "review.approved", payload: { by: ["Ada", null] } };
  const accepted: AcceptedEvent = await client.sendEvent(id, event, create);
  const { data }: WithResponse<AcceptedEvent> = await client.withResponse.sendEvent(id, { name: "x" });
  const tested: AuthTest = await client.authTest(call);
  const answer: WithResponse<AuthTest> = await client.withResponse.authTest();
  console.log(data.workflow_run_id satisfies WorkflowRunId, tested.msg, answer.status);
  // @ts-expect-error An event has a name.
  await client.sendEvent(id, { payload: 1 });
  return accepted.received_at;
}

export async function watch(id: AssessmentId, run: WorkflowRunId): Promise<string[]> {
  const seen: string[] = [];
  for await (const state of client.watch(id, wait)) seen.push((state satisfies Assessment).status);
  for await (const state of client.watchRun(run, runWait)) seen.push((state satisfies WorkflowRun).status);
  const states: AsyncGenerator<Assessment, void, undefined> = client.watch(id);
  await states.return();
  // @ts-expect-error A run is not watched until a status of an assessment.
  client.watchRun(run, { until: "complete" });
  return seen;
}

export function onServer(env: { ASSESSMENTS_API_KEY: string }, bindings: object): AssessmentsClient {
  const logger: Logger = { ...console, debug: (message, about) => console.log(message, about) };
  const logLevel: LogLevel = "info";
  const all: GivenHeaders[] = [
    { "x-a": "1", "x-b": null, "x-c": undefined },
    [["x-a", "1"]],
    new Map([["x-a", "1"]]),
    new Headers({ "x-a": VERSION }),
  ];
  const fetchOptions: FetchOptions = { keepalive: true, dispatcher: {}, cf: { cacheTtl: 0 } };
  // @ts-expect-error The client sets it.
  const own: FetchOptions = { method: "PUT" };
  for (const headers of all) void client.retrieve("x", { headers, fetchOptions });
  const given: EnvironmentOptions = { env: bindings, logger, logLevel, fetchOptions: own };
  // @ts-expect-error There is no such level.
  AssessmentsClient.fromEnv({ logLevel: "verbose" });
  AssessmentsClient.fromEnv(given);
  AssessmentsClient.fromEnv();
  return AssessmentsClient.fromEnv({ env, headers: { "x-a": "1" } });
}

export async function signIn(me: Me): Promise<number> {
  const request: CreateSessionRequest = { user_id: me.user?.id ?? "x", role: null, expires_in: 60 };
  const session: CreatedSession = await client.createSession(request, call);
  const answer: WithResponse<CreatedSession> = await client.withResponse.createSession(request);
  const granted: Permission[] = me.routes;
  const environment: DeploymentEnvironment = me.environment;
  const named: (NamedOrganization | NamedUser | NamedKey | null)[] = [me.organization, me.user, me.key];
  console.log(named, me.organization.name, me.key?.id, granted, environment, answer.data.token);
  // @ts-expect-error A session is for someone.
  await client.createSession({ role: "Dashboard Viewer" });
  return session.expires_at;
}

export async function use(): Promise<AssessmentStatus> {
  const body = { vendor_id: "x", control_set_ids: [] };
  const created: CreatedAssessment = await client.create(body, create);
  const run: WorkflowRunId | null = created.workflow_run_id;
  const id: AssessmentId = created.id;
  const read: Assessment = await client.retrieve(id, call);
  const waited: Assessment = await client.waitFor(id, wait);
  const done = await client.waitFor(id, { until: ({ status }) => status === "complete" });
  await client.waitFor(id, { until: async ({ status }) => status === "complete", maxRetries: 1 });
  const answer: WithResponse<ArchivedAssessment> = await client.withResponse.cancel(id);
  const archived: ArchivedAssessment = (await client.withResponse.archive(id, call)).data;
  const replayed: boolean = (await client.withResponse.create(created, create)).replayed;
  const headers: Headers = (await client.withResponse.retrieve(id)).headers;
  const both: ArchivedAssessment[] = [await client.cancel(id), await client.archive(id)];
  for (const { field_name, field_type, value } of read.custom_fields satisfies CustomField[]) {
    const type: CustomFieldType = field_type;
    const of: CustomFieldValue = value;
    console.log(field_name, type, of);
  }
  client.dispose();
  console.log(run, waited, done, answer, archived, replayed, headers, both);
  // @ts-expect-error An answer of a create has no custom fields.
  created.custom_fields;
  // A status that a later version adds is a status, too.
  const later: AssessmentStatus = "awaiting_vendor";
  await client.waitFor(id, { until: later });
  return read.status;
}

// @ts-expect-error A client is told where the API is.
new AssessmentsClient({ token: "session-token" });

export function told(error: unknown): string {
  if (error instanceof ApiError) {
    const { status, code, issues, requestId, retryAfter, headers, attempts } = error;
    const asked: string[] = [error.method, error.url, error.body];
    return [
      status, code, issues?.[0]?.msg, requestId, retryAfter, headers.get("x"), attempts, asked,
    ].join();
  }
  if (error instanceof ResponseShapeError) {
    const asked: string[] = [error.method, error.url, error.body];
    return [error.status, error.requestId, error.headers.get("x"), error.attempts, asked].join();
  }
  if (error instanceof UnreachableError) return error.assessment.status;
  if (error instanceof ConnectionError || error instanceof TimeoutError) return `${error.attempts}`;
  if (error instanceof ValidationError) return `${error.status satisfies 400 | 422} ${error.issues}`;
  if (error instanceof IdError) {
    switch (error.code) {
      case "empty":
      case "missing_separator":
      case "unknown_prefix":
      case "wrong_kind":
      case "wrong_length":
      case "bad_character":
        return `${error.offset} ${error.expected} ${error.actual}`;
      default:
        return error.code satisfies never;
    }
  }
  if (error instanceof ConfigurationError || error instanceof InternalError) return error.name;
  return error instanceof AssessmentsError ? error.message : String(error);
}

// A client can be disposed of by `using`, and options may be undefined.
const disposable: Disposable = client;
disposable[Symbol.dispose]();
const perhaps: AbortSignal | undefined = Math.random() > 2 ? AbortSignal.abort() : undefined;
void client.retrieve("cbqsrw_0128e42c9f5c076efa5c191794409293", { signal: perhaps });

// Every option takes undefined, as `value || undefined` gives it; lists may be readonly.
type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };
const call2: Optional<WaitOptions> & Optional<CreateOptions> = {};
export const perhapses: [ClientOptions, WaitOptions, RunWaitOptions, CreateOptions, Hooks] = [
  {
    baseUrl: "https://api.example", token: "t", fetch: undefined, dangerouslyAllowBrowserKey: undefined,
    hooks: undefined, validate: undefined,
  },
  { ...call2, until: ["complete", "failed"] as const, onUpdate: undefined },
  { onUpdate: undefined, maxWaitMs: undefined },
  call2,
  { onRequest: undefined, onResponse: undefined, onRetry: undefined, onRequestDiffers: undefined },
];

// The closed sets of today: known names are told apart, and a later one is a text.
export const replayed: ApiHeader = "idempotent-replayed";
export const malformed: IdErrorCode = "wrong_kind";
export const missing: IssueType = "missing";
export const gone: ApiErrorCode = "assessment_not_found";
// @ts-expect-error There is no such code.
export const odd: ApiErrorCode = "assessment_vanished";
export const later: ApiError["code"] = "assessment_vanished";

// What a server sets besides, and the routes that need no body of an assessment.
const logger: Logger = console;
const logLevel: LogLevel = "debug";
const headers: GivenHeaders = { "x-team": "risk", "x-other": undefined };
const fetchOptions: FetchOptions = { cache: "no-store", cf: { cacheTtl: 0 } };
const environment: EnvironmentOptions = { env: { ASSESSMENTS_API_KEY: "ak_" }, logger, logLevel, headers, fetchOptions };
export const fromEnvironment = () => AssessmentsClient.fromEnv(environment);
// @ts-expect-error What the client gives itself cannot be given.
export const taken: FetchOptions = { method: "PUT" };
const event: SendWorkflowEventRequest = { name: "review-approved", payload: { by: "Ana" } };
export async function events(run: WorkflowRunId): Promise<string> {
  const accepted: AcceptedEvent = await client.sendEvent(run, event, { idempotencyKey: "ticket-7" });
  const tested: AuthTest = await client.authTest({ headers: [["x-team", "risk"]] });
  for await (const { status } of client.watch("cbqsrw_0128e42c9f5c076efa5c191794409293")) console.log(status);
  for await (const { steps } of client.watchRun(run, { maxWaitMs: 1 })) console.log(steps.length);
  return [accepted.received_at, tested.msg, VERSION].join();
}
