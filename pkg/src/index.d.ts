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
  /** Allows an `ak_` key in a browser, where everyone can read it. For development only. */
  dangerouslyAllowBrowserKey?: boolean | undefined;
}

/** What a token function is told. */
export interface TokenAbout {
  /** The token that the API has just refused; `undefined` if any good one will do. */
  refused: string | undefined;
}

/** What is called to send a request. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchedResponse>;

/** A request but for its URL, in plain values that every `fetch` understands. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  /** JSON; of a create. */
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
}

/** Options of one call. */
export interface CallOptions extends CallSettings {
  /** Aborts the call, in flight or while it waits. */
  signal?: AbortSignal | undefined;
}

/** Options of a create. */
export interface CreateOptions extends CallOptions {
  /** Your own key, such as a ticket's number; if none is given, one is made for this call. */
  idempotencyKey?: string | undefined;
}

/**
 * Functions that are told of what happens, and not waited for. What they throw, or
 * what their promises are rejected with, goes to the console and changes nothing.
 */
export interface Hooks {
  onRequest?(event: { method: string; url: string; attempt: number }): unknown;
  onResponse?(event: { status: number; requestId?: string; attempt: number }): unknown;
  onRetry?(event: { attempt: number; delayMs: number; error: AssessmentsError }): unknown;
  /**
   * `create` answered what another request with the same key created, and
   * created nothing. Without this, the first time is told on the console.
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
  /** Whether this is the stored answer of an earlier create with the same key. */
  replayed: boolean;
  /** Whether that create was another request than this one. */
  requestDiffers: boolean;
}

/** A client of the API. It holds plain data only; there is nothing to free. */
export class AssessmentsClient {
  constructor(options: ClientOptions);
  /** Creates an assessment. One idempotency key serves all attempts. */
  create(body: CreateAssessmentRequest, options?: CreateOptions): Promise<CreatedAssessment>;
  /** Reads an assessment. */
  retrieve(id: string, options?: CallOptions): Promise<Assessment>;
  /** Cancels an unfinished assessment, or archives a finished one; repeatable. */
  cancel(id: string, options?: CallOptions): Promise<ArchivedAssessment>;
  /** The same as `cancel`. */
  archive(id: string, options?: CallOptions): Promise<ArchivedAssessment>;
  /** Reads an assessment again and again, until it is as wished or time is up. */
  waitFor(id: string, options?: WaitOptions): Promise<Assessment>;
  /** Reads a workflow run with its steps. */
  retrieveRun(id: string, options?: CallOptions): Promise<WorkflowRun>;
  /** Reads a workflow run again and again, until it has ended or time is up. */
  waitForRun(id: string, options?: RunWaitOptions): Promise<WorkflowRun>;
  /**
   * Makes a session for a browser, with a key that may; on a server. In a page it
   * throws a `ConfigurationError`, unless `dangerouslyAllowBrowserKey` is set.
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
    createSession(
      request: CreateSessionRequest,
      options?: CallOptions,
    ): Promise<WithResponse<CreatedSession>>;
  };
  /** Aborts what is in flight. */
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
