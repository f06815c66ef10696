/** One thing that is wrong with a request. */
export interface Issue {
  /** The way to it, from `"body"`. */
  loc: (string | number)[];
  /** A sentence for people. */
  msg: string;
  /** A stable name: one of these, or one that a later version of the API adds. */
  type: IssueType | (string & {});
}

/** What a validation finds: at most 1 000 issues. `status` is what the server would answer. */
export type ValidationResult =
  | { ok: true; value: CreateAssessmentRequest }
  | { ok: false; status: 400 | 422; issues: Issue[] };

/** What is found in one field. */
export type FieldResult = { ok: true } | { ok: false; issues: Issue[] };

/**
 * Checks any value as a create request. Schema faults are, entry by entry, the
 * server's `422`; in a well-typed request, exceeded limits and malformed ids are
 * listed, each with its place. Lists are read no further than any request can
 * hold them; what is only too large has the one issue `too_large`.
 */
export function validateCreateAssessment(input: unknown): ValidationResult;

/** Checks one field's value, as it is typed. */
export function validateField(name: keyof CreateAssessmentRequest, value: unknown): FieldResult;

/** Checks an idempotency key of your own, as it is typed. */
export function validateIdempotencyKey(key: unknown): FieldResult;

/** A status, and what it means. */
export interface StatusMeaning {
  status: AssessmentStatus;
  /** The label of its stage, for people; several statuses may share one. */
  stageLabel: string;
  /** Whether no more work will happen. */
  isTerminal: boolean;
}

/** Every status in the order of the work. An assessment may move backwards. */
export function statuses(): StatusMeaning[];

/** Every token that `assessment_name_format` may contain, as `{{vendor:name}}`. */
export function nameTokens(): string[];

/** What a generated name is made of, as far as it is known before the create. */
export interface NameFacts {
  /** `{{vendor:name}}` */
  vendorName: string;
  /** `{{service:name}}`, in the order of the request; none. */
  serviceNames?: string[] | undefined;
  /** Whether the vendor ever had an assessment, which makes `{{cycle}}`; false. */
  assessedBefore?: boolean | undefined;
  /** Unix seconds, which make `{{year}}` and `{{date}}`; the present. */
  now?: number | undefined;
}

/** The name that a create would give. */
export function previewName(
  request: Pick<CreateAssessmentRequest, "name" | "assessment_name_format">,
  facts: NameFacts,
): string;

/** The same check as a Standard Schema, for form and router libraries. */
export declare const createAssessmentSchema: StandardSchema<
  CreateAssessmentRequest,
  CreateAssessmentRequest
>;

/** The Standard Schema interface, version 1 (https://standardschema.dev). */
export interface StandardSchema<Input, Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) =>
      | { readonly value: Output; readonly issues?: undefined }
      | {
          readonly issues: ReadonlyArray<{
            readonly message: string;
            readonly path?: ReadonlyArray<PropertyKey>;
          }>;
        };
    readonly types?: { readonly input: Input; readonly output: Output };
  };
}

/** An id, taken apart. Testing `kind` tells the type of `id`. */
export type ParsedId<Kind extends IdKind = IdKind> = Kind extends IdKind
  ? { id: Id<Kind>; kind: Kind; prefix: string }
  : never;

/** Parses an id, of `kind` if one is named. Throws an `IdError` if it is none. */
export function parseId<Kind extends IdKind = IdKind>(text: string, kind?: Kind): ParsedId<Kind>;

/** Whether a value is an id, of `kind` if one is named. */
export function isId<Kind extends IdKind = IdKind>(text: unknown, kind?: Kind): text is Id<Kind>;

/** The version of this package, as in `"1.2.3"`. */
export const VERSION: string;

/** How a client is made. Times are milliseconds. A setting of another name is a `ConfigurationError`. */
export interface ClientOptions extends CallSettings {
  /** Where the API is, without `/v1`. */
  baseUrl: string | URL;
  /**
   * The credential, or a function that is asked for it before every attempt, and may
   * take `timeoutMs`. When the API refuses what it answered (`401`), it is asked once
   * more, with that as `refused`; if it has another token, the call is sent once more
   * with that, whatever `maxRetries` says. In a page, attempts that need a token at
   * the same time share one question; on a server each asks for its own.
   */
  token: string | ((about: TokenAbout) => string | Promise<string>);
  /**
   * Used instead of the platform's `fetch`. It is called as a plain function, so a
   * method must be bound: `(url, init) => env.API.fetch(url, init)`. An error of
   * the program that it throws, as `TypeError: Illegal invocation`, passes through;
   * any other is a `ConnectionError`, and tried again.
   */
  fetch?: Fetch | undefined;
  /** Allows an `ak_` key in a browser, where everyone can read it. For development only; `false`. */
  dangerouslyAllowBrowserKey?: boolean | undefined;
  /** Where it logs to; `console`. Neither a credential nor a body is ever logged. */
  logger?: Logger | undefined;
  /** How much it logs; `"warn"`. */
  logLevel?: LogLevel | undefined;
}

/**
 * How much is logged, each level with those before it: nothing; what hooks throw
 * (`error`); that a key has served another request (`warn`); each retry (`info`); each
 * attempt with its method, URL, status, duration and request id (`debug`).
 */
export type LogLevel = "off" | "error" | "warn" | "info" | "debug";

/**
 * What is logged to: `console`, or the logger of a server. It gets a sentence, and what
 * belongs to it, if there is anything. What it throws changes nothing.
 */
export interface Logger {
  debug(message: string, about?: unknown): unknown;
  info(message: string, about?: unknown): unknown;
  warn(message: string, about?: unknown): unknown;
  error(message: string, about?: unknown): unknown;
}

/** The options of `fromEnv`: those of a client, which go before the environment. */
export interface EnvironmentOptions extends Partial<ClientOptions> {
  /** The environment, as Workers get it; that of the process. */
  env?: object | undefined;
}

/** What a token function is told. */
export interface TokenAbout {
  /** The token that the API has just refused; `undefined` if any good one will do. */
  refused: string | undefined;
}

/** What is called to send a request. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchedResponse>;

/** A request but for its URL, in plain values that every `fetch` understands, and the `fetchOptions`. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  /** JSON, if the operation has a body. */
  body?: string;
  /** The API does not redirect. An answer that was redirected all the same is not taken for its. */
  redirect: "manual";
  signal: AbortSignal;
}

/** What is read of an answer: a `Response`, of the platform, of `undici` or of `node-fetch`. */
export interface FetchedResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** What a client and each of its calls can set. */
export interface CallSettings {
  /** Longest single attempt; {{timeoutMs}}. */
  timeoutMs?: number | undefined;
  /** Longest call, waits and retries included; {{totalTimeoutMs}}. */
  totalTimeoutMs?: number | undefined;
  /** Attempts after the first; {{maxRetries}}. */
  maxRetries?: number | undefined;
  /** Whether limits and ids of what is sent are checked before it is sent; true. */
  validate?: boolean | undefined;
  /** Told of what happens; those of a call take the place of the client's. */
  hooks?: Hooks | undefined;
  /**
   * Headers to send along, such as `traceparent`. Those of a call go before those of the
   * client, whatever the case of their names, and `null` or `undefined` leaves one out.
   * What the client sets itself (`authorization`, `content-type`, `accept`,
   * `idempotency-key`) is a `ConfigurationError`, and so is what no header can hold. In a
   * page of another origin than the API's, the API must allow them.
   */
  headers?: GivenHeaders | undefined;
  /**
   * Given to `fetch` along with every request, as they are: `dispatcher` of undici, `cf`
   * of Workers, `next` of Next.js, `cache`, `keepalive`, `credentials`. Those of a call go
   * before those of the client, one by one. What the client sets itself (`method`,
   * `headers`, `body`, `signal`, `redirect`) is a `ConfigurationError`.
   *
   * @example
   * import { Agent } from "undici";
   * const fetchOptions = { dispatcher: new Agent({ connections: 10 }) };
   */
  fetchOptions?: FetchOptions | undefined;
}

/** Headers by their names, as pairs, or as `Headers`. */
export type GivenHeaders =
  | Headers
  | Record<string, string | null | undefined>
  | Iterable<readonly [name: string, value: string | null | undefined]>;

/**
 * What `fetch` can be given besides what the client gives it. A `dispatcher` may be of
 * any version of undici.
 */
export type FetchOptions = Omit<RequestInit, keyof FetchInit | "dispatcher"> & {
  [name in keyof FetchInit]?: never;
} & { [option: string]: unknown };

/** Options of one call. */
export interface CallOptions extends CallSettings {
  /** Aborts the call, in flight or while it waits. */
  signal?: AbortSignal | undefined;
}

/** Options of a create, or of an event. */
export interface CreateOptions extends CallOptions {
  /** Your own key, such as a ticket's number; if none is given, one is made for this call. */
  idempotencyKey?: string | undefined;
}

/**
 * Functions that are told of what happens, and not waited for. What they throw, or
 * what their promises are rejected with, goes to the logger and changes nothing.
 */
export interface Hooks {
  onRequest?(event: { method: string; url: string; attempt: number }): unknown;
  onResponse?(event: { status: number; requestId?: string; attempt: number }): unknown;
  onRetry?(event: { attempt: number; delayMs: number; error: AssessmentsError }): unknown;
  /**
   * `create` or `sendEvent` answered what another request with the same key was
   * answered, and did nothing. `id` is that of what was created, or of the run. Without
   * this, the first time goes to the logger.
   */
  onRequestDiffers?(event: { idempotencyKey?: string; id: string; requestId?: string }): unknown;
}

/**
 * How to wait. Whatever a call would try again is tried again until `maxWaitMs`;
 * `maxRetries` and `totalTimeoutMs` of the client do not count here, and those
 * that are given here bound each read.
 */
export interface WaitTimes extends CallOptions {
  /** First wait between reads; 1 000. It grows by half each time. */
  minDelayMs?: number | undefined;
  /** Longest wait between reads; 15 000. No wait is shorter than 250. */
  maxDelayMs?: number | undefined;
  /** Longest wait in all, then a `TimeoutError`; 600 000. A `Retry-After` within it is waited for. */
  maxWaitMs?: number | undefined;
}

/** How to wait for an assessment. */
export interface WaitOptions extends WaitTimes {
  /**
   * A status, some, or a test, whose promise is awaited; by default any terminal
   * status. If the assessment gets a terminal status that is none of those named,
   * the wait ends with an `UnreachableError`. A test is asked until time is up:
   * findings and custom fields may change after the end.
   */
  until?:
    | AssessmentStatus
    | AssessmentStatus[]
    | ((assessment: Assessment) => boolean | Promise<boolean>)
    | undefined;
  /** Told of the assessment when first read and whenever it changed. */
  onUpdate?(assessment: Assessment): unknown;
}

/** How to wait for a workflow run. */
export interface RunWaitOptions extends WaitTimes {
  /** Told of the run when first read and whenever it changed. */
  onUpdate?(run: WorkflowRun): unknown;
}

/** An answer with what came around it. */
export interface WithResponse<Data> {
  data: Data;
  status: number;
  headers: Headers;
  /** To quote to support. */
  requestId?: string;
  /** Attempts that were made. */
  attempts: number;
  /** Whether this is the stored answer of an earlier call with the same key. */
  replayed: boolean;
  /** Whether that call was another request than this one. */
  requestDiffers: boolean;
}

/**
 * A client of the API. It holds plain data only; there is nothing to free.
 *
 * Every call throws an `ApiError` for an error of the API, a `ConnectionError` or a
 * `TimeoutError` if no answer came in spite of the retries, a `ResponseShapeError` for an
 * answer of another shape, a `ConfigurationError` for options that cannot work, and the
 * reason of a `signal` that is aborted.
 */
export class AssessmentsClient {
  /**
   * Makes a client. Nothing is sent yet.
   *
   * @throws {ConfigurationError} A setting is missing, unknown or of a wrong type.
   * @example
   * const client = new AssessmentsClient({
   *   baseUrl: "https://api.example.com",
   *   token: () => getSessionToken(),
   * });
   */
  constructor(options: ClientOptions);
  /**
   * Makes a client on a server, with the variables `ASSESSMENTS_BASE_URL` and
   * `ASSESSMENTS_API_KEY` of its environment, and `ASSESSMENTS_LOG` as `logLevel` if it is
   * set. They are read now, not when the package is imported. A variable whose setting is
   * among the options is not looked at.
   *
   * @throws {ConfigurationError} A variable is not set; the message names it.
   * @example
   * const client = AssessmentsClient.fromEnv();
   * @example
   * // In a Worker
   * const client = AssessmentsClient.fromEnv({ env });
   */
  static fromEnv(options?: EnvironmentOptions): AssessmentsClient;
  /**
   * Creates an assessment. One idempotency key serves all attempts.
   *
   * @throws {ValidationError} The API would refuse the request; it was not sent.
   */
  create(body: CreateAssessmentRequest, options?: CreateOptions): Promise<CreatedAssessment>;
  /**
   * Reads an assessment.
   *
   * @throws {IdError} The id is none of an assessment.
   */
  retrieve(id: string, options?: CallOptions): Promise<Assessment>;
  /**
   * Cancels an unfinished assessment, or archives a finished one; repeatable.
   *
   * @throws {IdError} The id is none of an assessment.
   */
  cancel(id: string, options?: CallOptions): Promise<ArchivedAssessment>;
  /** The same as `cancel`. */
  archive(id: string, options?: CallOptions): Promise<ArchivedAssessment>;
  /**
   * Reads an assessment again and again, until it is as wished or time is up.
   *
   * @throws {TimeoutError} `maxWaitMs` is over.
   * @throws {UnreachableError} It has ended in a status that `until` does not name.
   * @throws {IdError} The id is none of an assessment.
   */
  waitFor(id: string, options?: WaitOptions): Promise<Assessment>;
  /**
   * The same as `waitFor`, and gives the assessment when it is first read and whenever it
   * changed. It reads when the next is asked for, and `maxWaitMs` counts from the first
   * read. `break` ends it.
   *
   * @throws What `waitFor` throws; a `ConfigurationError` at once, the others from the loop.
   * @example
   * for await (const { status } of client.watch(id)) console.log(status);
   */
  watch(id: string, options?: WaitOptions): AsyncGenerator<Assessment, void, undefined>;
  /**
   * Reads a workflow run with its steps.
   *
   * @throws {IdError} The id is none of a workflow run.
   */
  retrieveRun(id: string, options?: CallOptions): Promise<WorkflowRun>;
  /**
   * Reads a workflow run again and again, until it has ended or time is up.
   *
   * @throws {TimeoutError} `maxWaitMs` is over.
   * @throws {IdError} The id is none of a workflow run.
   */
  waitForRun(id: string, options?: RunWaitOptions): Promise<WorkflowRun>;
  /**
   * The same as `waitForRun`, and gives the run when it is first read and whenever it
   * changed. `break` ends it.
   *
   * @throws What `waitForRun` throws; a `ConfigurationError` at once, the others from the loop.
   */
  watchRun(id: string, options?: RunWaitOptions): AsyncGenerator<WorkflowRun, void, undefined>;
  /**
   * Sends a workflow run an event, for a step that waits for one of this name. One
   * idempotency key serves all attempts. The event is kept before this answers; that it
   * was taken, the run shows.
   *
   * @throws {ApiError} `event_not_expected` if no step of the run waits for such an event,
   *   `workflow_run_ended` if there is none any more (both `409`); `429` if too many wait.
   * @throws {ValidationError} The API would refuse the event; it was not sent.
   * @throws {IdError} The id is none of a workflow run.
   * @example
   * await client.sendEvent(runId, { name: "review.approved", payload: { by: "Ada" } });
   */
  sendEvent(
    runId: string,
    event: SendWorkflowEventRequest,
    options?: CreateOptions,
  ): Promise<AcceptedEvent>;
  /**
   * Finds out whether the credential is good, and from this address: what is not good is
   * an `ApiError` of `401` or `403`.
   */
  authTest(options?: CallOptions): Promise<AuthTest>;
  /**
   * Makes a session for a browser, with a key that may; on a server.
   *
   * @throws {ConfigurationError} In a page, unless `dangerouslyAllowBrowserKey` is set.
   * @throws {ValidationError} The API would refuse the request; it was not sent.
   */
  createSession(request: CreateSessionRequest, options?: CallOptions): Promise<CreatedSession>;
  /** The same operations with status, headers, request id and attempts. */
  readonly withResponse: {
    create(
      body: CreateAssessmentRequest,
      options?: CreateOptions,
    ): Promise<WithResponse<CreatedAssessment>>;
    retrieve(id: string, options?: CallOptions): Promise<WithResponse<Assessment>>;
    cancel(id: string, options?: CallOptions): Promise<WithResponse<ArchivedAssessment>>;
    archive(id: string, options?: CallOptions): Promise<WithResponse<ArchivedAssessment>>;
    retrieveRun(id: string, options?: CallOptions): Promise<WithResponse<WorkflowRun>>;
    sendEvent(
      runId: string,
      event: SendWorkflowEventRequest,
      options?: CreateOptions,
    ): Promise<WithResponse<AcceptedEvent>>;
    authTest(options?: CallOptions): Promise<WithResponse<AuthTest>>;
    createSession(
      request: CreateSessionRequest,
      options?: CallOptions,
    ): Promise<WithResponse<CreatedSession>>;
  };
  /** Aborts what is in flight, and every later call. */
  dispose(): void;
  /** The same, for `using`; there where the platform has it. */
  [Symbol.dispose](): void;
}

/**
 * The base of every error of this package. `instanceof` knows errors of another
 * copy or version of the package, too.
 */
export class AssessmentsError extends Error {}

/** The API answered with an error. */
export class ApiError extends AssessmentsError {
  status: number;
  /** Stable name, if the answer has one, as in `assessment_not_found`. */
  code?: ApiErrorCode | (string & {});
  /** What is wrong with the request, with its places, if the answer tells: of a `422`, and of a `400`. */
  issues?: Issue[];
  /** To quote to support. */
  requestId?: string;
  /** Seconds to wait, if the answer says so, in seconds or by a date. */
  retryAfter?: number;
  headers: Headers;
  attempts: number;
  /** What was asked. */
  method: string;
  url: string;
  /** The first 2 048 characters of the answer's text, without the credential. */
  body: string;
}

/** No answer of the API came: offline, refused, lost, or redirected to elsewhere. */
export class ConnectionError extends AssessmentsError {
  attempts: number;
}

/** No whole answer came in time, or a wait ran out; its `cause` is the last error of a read. */
export class TimeoutError extends AssessmentsError {
  attempts?: number;
}

/** An assessment that was waited for has come to another end than those that were wished. */
export class UnreachableError extends AssessmentsError {
  /** As it was read last. */
  assessment: Assessment;
}

/** The request would be refused; it was not sent. */
export class ValidationError extends AssessmentsError {
  status: 400 | 422;
  issues: Issue[];
}

/** The API answered with a success of another shape than its types promise. */
export class ResponseShapeError extends AssessmentsError {
  status: number;
  requestId?: string;
  headers: Headers;
  attempts: number;
  /** What was asked. */
  method: string;
  url: string;
  /** The first 2 048 characters of the answer's text, without the credential. */
  body: string;
}

/** A text that is not an id, or not of the kind that was asked for. */
export class IdError extends AssessmentsError {
  code: IdErrorCode;
  /** Position, in characters, at which the text stops being an id. */
  offset: number;
  expected?: string | number;
  actual?: string | number;
}

/** The package is used in a way, or in a place, that cannot work; the message says what to do. */
export class ConfigurationError extends AssessmentsError {}

/** A fault of the package itself; the next call works again. */
export class InternalError extends AssessmentsError {}
