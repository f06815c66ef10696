/** One thing that is wrong with a request. */
export interface Issue {
  /** The way to it, from `"body"`. */
  loc: (string | number)[];
  /** A sentence for people. */
  msg: string;
  /** A stable name. */
  type: string;
}

/** What a validation finds. `status` is what the server would answer. */
export type ValidationResult =
  | { ok: true; value: CreateAssessmentRequest }
  | { ok: false; status: 400 | 422; issues: Issue[] };

/** What is found in one field. */
export type FieldResult = { ok: true } | { ok: false; issues: Issue[] };

/**
 * Checks any value as a create request. Schema faults are, entry by entry, the
 * server's `422`; in a well-typed request, exceeded limits and malformed ids are
 * listed, each with its place.
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
    readonly validate: (
      value: unknown,
    ) =>
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

/** How a client is made. Times are milliseconds. */
export interface ClientOptions extends CallSettings {
  /** Where the API is, without `/v1`. */
  baseUrl: string;
  /** The credential, or a function that is asked for it before every attempt. */
  token: string | (() => string | Promise<string>);
  /** Used instead of the platform's `fetch`; it is called with a `Request`. */
  fetch?: (request: Request) => Promise<Response>;
  /** Told of what happens. */
  hooks?: Hooks | undefined;
  /** Allows an `ak_` key in a page, where everyone can read it. For development only. */
  dangerouslyAllowBrowserKey?: boolean | undefined;
}

/** What a client and each of its calls can set. */
export interface CallSettings {
  /** Longest single attempt; 10 000. */
  timeoutMs?: number | undefined;
  /** Longest call, waits and retries included; 60 000. */
  totalTimeoutMs?: number | undefined;
  /** Attempts after the first; 4. */
  maxRetries?: number | undefined;
  /** Whether limits and ids of a create are checked before it is sent; true. */
  validate?: boolean | undefined;
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

/** Functions that are told of what happens. What they throw is ignored. */
export interface Hooks {
  onRequest?(event: { method: string; url: string; attempt: number }): void;
  onResponse?(event: { status: number; requestId?: string; attempt: number }): void;
  onRetry?(event: { attempt: number; delayMs: number; error: AssessmentsError }): void;
  /**
   * `create` answered what another request with the same key created, and
   * created nothing. Without this, the first time is told on the console.
   */
  onRequestDiffers?(event: { idempotencyKey?: string; id: string; requestId?: string }): void;
}

/** How to wait. */
export interface WaitTimes {
  /** First wait between reads; 1 000. It grows by half each time. */
  minDelayMs?: number | undefined;
  /** Longest wait between reads; 15 000. */
  maxDelayMs?: number | undefined;
  /** Longest wait in all, then a `TimeoutError`; 600 000. */
  maxWaitMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** How to wait for an assessment. */
export interface WaitOptions extends WaitTimes {
  /** A test, a status or some; by default any terminal status. */
  until?: AssessmentStatus | AssessmentStatus[] | ((assessment: Assessment) => boolean);
  /** Told of the assessment when first read and whenever it changed. */
  onUpdate?(assessment: Assessment): void;
}

/** How to wait for a workflow run. */
export interface RunWaitOptions extends WaitTimes {
  /** Told of the run when first read and whenever it changed. */
  onUpdate?(run: WorkflowRun): void;
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
  };
  /** Aborts what is in flight. */
  dispose(): void;
  /** The same, for `using`; there where the platform has it. */
  [Symbol.dispose](): void;
}

/** The base of every error of this package. */
export class AssessmentsError extends Error {}

/** The API answered with an error. */
export class ApiError extends AssessmentsError {
  status: number;
  /** Stable name, if the answer has one, as in `assessment_not_found`. */
  code?: string;
  /** The faults of the request, if the answer lists them. */
  issues?: Issue[];
  /** To quote to support. */
  requestId?: string;
  /** Seconds to wait, if the answer says so. */
  retryAfter?: number;
  headers: Headers;
  attempts: number;
}

/** No answer came: offline, refused, or lost. */
export class ConnectionError extends AssessmentsError {
  attempts: number;
}

/** No whole answer came in time, or a wait ran out. */
export class TimeoutError extends AssessmentsError {
  attempts?: number;
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
}

/** A text that is not an id, or not of the kind that was asked for. */
export class IdError extends AssessmentsError {
  code:
    | "empty"
    | "missing_separator"
    | "unknown_prefix"
    | "wrong_kind"
    | "wrong_length"
    | "bad_character";
  /** Position, in characters, at which the text stops being an id. */
  offset: number;
  expected?: string | number;
  actual?: string | number;
}

/** The package is used in a way that cannot work; the message says what to do. */
export class ConfigurationError extends AssessmentsError {}

/** A fault of the package itself; the next call works again. */
export class InternalError extends AssessmentsError {}
