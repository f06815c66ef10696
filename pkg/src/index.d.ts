/** One thing that is wrong with a request. */
export interface Issue {
  /**
   * The way to it: `"body"`, then a field of the request, then the index of an entry of its
   * list; or `"header"` and the name of a header. A fault of the whole has no further steps.
   */
  loc: [from: "body" | "header" | (string & {}), ...steps: (string | number)[]];
  /** A sentence for people. */
  msg: string;
  /** A stable name: one of these, or one that a later version of the API adds. */
  type: IssueType | (string & {});
}

/** What a validation finds: at most 1 000 issues. */
export type ValidationResult =
  | {
      /** Nothing is wrong. */
      ok: true;
      /** The request to send. */
      value: ParsedCreateAssessmentRequest;
    }
  | {
      /** Something is wrong. */
      ok: false;
      /** What the server would answer: 422 for what has a wrong type or is missing, else 400. */
      status: 400 | 422;
      /** What is wrong, in the order of the fields. */
      issues: Issue[];
    };

/** What is found in one field. */
export type FieldResult =
  | {
      /** Nothing is wrong. */
      ok: true;
    }
  | {
      /** Something is wrong. */
      ok: false;
      /** What is wrong, at most 1 000 issues. */
      issues: Issue[];
    };

/** How a value is checked. */
export interface CheckOptions {
  /**
   * Whether it was entered into a form, and is read as `fromForm` does; false. Then the `loc`
   * of an issue is the way to an input: to the item of the form's list, not of the request's;
   * and of a list that was entered as one text, to the whole of it.
   */
  form?: boolean | undefined;
}

/**
 * Checks any value as a create request. Schema faults are, entry by entry, the
 * server's `422`; in a well-typed request, exceeded limits and malformed ids are
 * listed, each with its place. Lists are read no further than any request can
 * hold them; what is only too large has the one issue `too_large`.
 *
 * @param input What `JSON.parse` gave, a request, or, with `{ form: true }`, the values of a form.
 * @throws {ConfigurationError} Where WebAssembly cannot be used. Whatever the value is, it is no error.
 * @example
 * const checked = validateCreateAssessment(new FormData(form), { form: true });
 * if (checked.ok) await client.create(checked.value);
 * else for (const { loc, msg } of checked.issues) console.log(loc.join("."), msg);
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export function validateCreateAssessment(input: unknown, options?: CheckOptions): ValidationResult;

/**
 * Checks one field's value, as it is typed.
 *
 * @throws {ConfigurationError} For a name that is no field's, and where WebAssembly cannot be used.
 * @example
 * const field = validateField(input.name, input.value, { form: true });
 * input.setCustomValidity(field.ok ? "" : (field.issues[0]?.msg ?? ""));
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export function validateField(
  name: keyof CreateAssessmentRequest,
  value: unknown,
  options?: CheckOptions,
): FieldResult;

/**
 * Checks an idempotency key of your own, as it is typed: 1 to 255 visible ASCII characters.
 *
 * @throws {ConfigurationError} Where WebAssembly cannot be used.
 * @example
 * validateIdempotencyKey("ticket 4711"); // { ok: false, issues: [{ type: "bad_character", ... }] }
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export function validateIdempotencyKey(key: unknown): FieldResult;

/**
 * The values of a form: `FormData`, `URLSearchParams`, or the object in which a form library
 * has them.
 */
export type FormValues =
  | FormData
  | URLSearchParams
  | { readonly [Field in keyof CreateAssessmentRequest]?: unknown };

/** A request as it was entered: nothing is known of its values, and it may lack any. */
export type UncheckedRequest = { [Field in keyof CreateAssessmentRequest]?: unknown };

/**
 * The request that was entered into a form, unchecked, by this rule:
 *
 * - An empty text is as if its input were not there; in a field of an id, white space around
 *   the id does not count. Nor is there what is `null`, `undefined`, or `false`, as of a box
 *   that is not checked.
 * - A list is all values of its name that are not empty; if there is none, it is `[]`. A text
 *   in it is split at white space and commas.
 * - Other keys are left out, and whatever is no text (a `File`, a number) is left as it is: the
 *   check tells. So is a list that no request can hold.
 *
 * @throws {ConfigurationError} For what is no object.
 * @example
 * fromForm({ vendor_id: "cbvndr_1 ", control_set_ids: "a, b", name: "" });
 * // { vendor_id: "cbvndr_1", control_set_ids: ["a", "b"], service_ids: [], supporting_document_ids: [] }
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export function fromForm(values: FormValues): UncheckedRequest;

/** A status, and what it means. */
export interface StatusMeaning {
  /** The status. */
  status: AssessmentStatus;
  /** The label of its stage, for people; several statuses may share one. */
  stageLabel: string;
  /** Whether no more work will happen. */
  isTerminal: boolean;
}

/**
 * Every status in the order of the work. An assessment may move backwards.
 *
 * @example
 * const labels = new Map(statuses().map(({ status, stageLabel }) => [status, stageLabel]));
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export function statuses(): StatusMeaning[];

/**
 * Every token that `assessment_name_format` may contain, as `{{vendor:name}}`.
 *
 * @example
 * nameTokens().join(" "); // {{vendor:name}} {{service:name}} {{cycle}} {{year}} {{date}}
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export function nameTokens(): string[];

/** What a generated name is made of, as far as it is known before the create. */
export interface NameFacts {
  /** `{{vendor:name}}` */
  vendorName: string;
  /** `{{service:name}}`, in the order of the request; none. */
  serviceNames?: readonly string[] | undefined;
  /** Whether the vendor ever had an assessment, which makes `{{cycle}}`; false. */
  assessedBefore?: boolean | undefined;
  /** Unix seconds, which make `{{year}}` and `{{date}}`; the present. */
  now?: number | undefined;
}

/**
 * The name that a create would give.
 *
 * @throws {ConfigurationError} For texts that are none, and where WebAssembly cannot be used.
 * @example
 * previewName({ assessment_name_format: "{{year}} {{vendor:name}}" }, { vendorName: "Northwind" });
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export function previewName(
  request: Pick<CreateAssessmentRequest, "name" | "assessment_name_format">,
  facts: NameFacts,
): string;

/**
 * The same check as `validateCreateAssessment` as a Standard Schema and a Standard JSON Schema,
 * for routers and for descriptions of APIs and tools.
 *
 * @example
 * sValidator("json", createAssessmentSchema); // Hono
 * createAssessmentSchema["~standard"].jsonSchema.input({ target: "draft-2020-12" });
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export declare const createAssessmentSchema: RequestSchema<
  CreateAssessmentRequest,
  ParsedCreateAssessmentRequest
>;

/**
 * The check with `{ form: true }` as a Standard Schema, for form libraries: it takes the values
 * of any form, read as `fromForm` does, and gives the request to send.
 *
 * @example
 * useForm({ resolver: standardSchemaResolver(createAssessmentFormSchema) }); // react-hook-form
 * useForm({ validators: { onChange: createAssessmentFormSchema } }); // TanStack Form
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export declare const createAssessmentFormSchema: StandardSchema<
  // A library asks for the type of its own form, which may have further inputs.
  any,
  ParsedCreateAssessmentRequest
>;

/** The Standard Schema interface, version 1 (https://standardschema.dev). */
export interface StandardSchema<Input, Output> {
  /** What the standard prescribes. */
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/** What a Standard Schema consists of. */
export interface StandardSchemaProps<Input, Output> {
  /** The version of the standard. */
  readonly version: 1;
  /** `assessments-edge` */
  readonly vendor: string;
  /** Checks any value: the output, or what is wrong with it. */
  readonly validate: (value: unknown) => StandardResult<Output>;
  /** The types of what it takes and gives; no such property exists. */
  readonly types?: StandardTypes<Input, Output> | undefined;
}

/** The types of what a Standard Schema takes and gives. */
export interface StandardTypes<Input, Output> {
  /** The type of what it takes. */
  readonly input: Input;
  /** The type of what it gives. */
  readonly output: Output;
}

/** What a Standard Schema answers. */
export type StandardResult<Output> =
  | {
      /** What was found good. */
      readonly value: Output;
      /** Nothing is wrong. */
      readonly issues?: undefined;
    }
  | {
      /** What is wrong, at most 1 000 issues. */
      readonly issues: ReadonlyArray<StandardIssue>;
    };

/** One thing that is wrong, as a Standard Schema tells it. */
export interface StandardIssue {
  /** A sentence for people. */
  readonly message: string;
  /** The way to it: a field, then the index of an entry of its list; nothing for the whole. */
  readonly path: ReadonlyArray<string | number>;
}

/** A Standard Schema that is a Standard JSON Schema as well. */
export interface RequestSchema<Input, Output> extends StandardSchema<Input, Output> {
  /** What the standards prescribe. */
  readonly "~standard": StandardSchemaProps<Input, Output> & StandardJSONSchemaProps;
}

/** What a Standard JSON Schema consists of, besides what it shares with a Standard Schema. */
export interface StandardJSONSchemaProps {
  /** Makes JSON Schemas. */
  readonly jsonSchema: StandardJSONSchema;
}

/** Makes JSON Schemas: new objects of plain values, which are the caller's. */
export interface StandardJSONSchema {
  /**
   * The schema of what is taken: `null` in an optional field is as if it were not there, and
   * further keys are fine.
   *
   * @throws {ConfigurationError} For a target that there is no schema for.
   */
  readonly input: (options: JSONSchemaOptions) => Record<string, unknown>;
  /**
   * The schema of what is found good: the known fields, without `null`.
   *
   * @throws {ConfigurationError} For a target that there is no schema for.
   */
  readonly output: (options: JSONSchemaOptions) => Record<string, unknown>;
}

/** Which JSON Schema is asked for. */
export interface JSONSchemaOptions {
  /** The dialect; any other than these three is a `ConfigurationError`. */
  readonly target: "draft-2020-12" | "draft-07" | "openapi-3.0" | (string & {});
  /** What the standard leaves to libraries; not looked at. */
  readonly libraryOptions?: Record<string, unknown> | undefined;
}

/** An id, taken apart. Testing `kind` tells the type of `id`. */
export type ParsedId<Kind extends IdKind = IdKind> = Kind extends IdKind
  ? {
      /** The text itself. */
      id: Id<Kind>;
      /** What it is the id of. */
      kind: Kind;
      /** What stands before its underscore. */
      prefix: string;
    }
  : never;

/**
 * Parses an id, of `kind` if one is named.
 *
 * @throws {IdError} If it is none; its `code` and `offset` say why.
 * @throws {ConfigurationError} For a kind that there is not, and where WebAssembly cannot be used.
 * @example
 * parseId("cbvndr_acf371740e5fe26c982b64185e20506c").kind; // "vendor"
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
export function parseId<Kind extends IdKind = IdKind>(text: string, kind?: Kind): ParsedId<Kind>;

/**
 * Whether a value is an id, of `kind` if one is named.
 *
 * @throws {ConfigurationError} For a kind that there is not, and where WebAssembly cannot be used.
 * @example
 * if (isId(text, "assessment")) await client.retrieve(text);
 * @see https://github.com/assessments-edge/assessments-edge#readme
 */
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
  /** Every attempt and every answer. */
  debug(message: string, about?: unknown): unknown;
  /** Every attempt that is made again. */
  info(message: string, about?: unknown): unknown;
  /** What is probably a mistake, such as a key that served another request. */
  warn(message: string, about?: unknown): unknown;
  /** What went wrong in functions of yours, such as hooks. */
  error(message: string, about?: unknown): unknown;
}

/** All members of that, each or none. */
type Perhaps<T> = {
  /** As there. */
  [Name in keyof T]?: T[Name] | undefined;
};

/** The options of `fromEnv`: those of a client, which go before the environment. */
export interface EnvironmentOptions extends Perhaps<ClientOptions> {
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
  /** `GET`, `POST` or `DELETE`. */
  method: string;
  /** By their names in small letters. */
  headers: Record<string, string>;
  /** JSON, if the operation has a body. */
  body?: string;
  /** The API does not redirect. An answer that was redirected all the same is not taken for its. */
  redirect: "manual";
  /** Aborted when the caller aborts, and when time is up. */
  signal: AbortSignal;
}

/** What is read of an answer: a `Response`, of the platform, of `undici` or of `node-fetch`. */
export interface FetchedResponse {
  /** Whether the status is one of success. */
  readonly ok: boolean;
  /** The HTTP status. */
  readonly status: number;
  /** The headers. */
  readonly headers: {
    /** The value of a header, whatever the case of its name; `null` if there is none. */
    get(name: string): string | null;
  };
  /** The body; it is read once. */
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
  /** These the client gives itself. */
  [name in keyof FetchInit]?: never;
} & {
  /** Whatever the `fetch` in use takes besides, such as `dispatcher`, `cf` or `next`. */
  [option: string]: unknown;
};

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
  /** An attempt is about to be sent. */
  onRequest?: ((event: RequestEvent) => unknown) | undefined;
  /** An answer came, of whatever status. */
  onResponse?: ((event: ResponseEvent) => unknown) | undefined;
  /** An attempt failed, and there will be another. */
  onRetry?: ((event: RetryEvent) => unknown) | undefined;
  /**
   * `create` or `sendEvent` answered what another request with the same key was
   * answered, and did nothing. `id` is that of what was created, or of the run. Without
   * this, the first time goes to the logger.
   */
  onRequestDiffers?: ((event: RequestDiffersEvent) => unknown) | undefined;
}

/** What a hook is told of an attempt. */
export interface RequestEvent {
  /** `GET`, `POST` or `DELETE`. */
  method: string;
  /** What is asked. */
  url: string;
  /** The number of the attempt, from 1. */
  attempt: number;
}

/** What a hook is told of an answer. */
export interface ResponseEvent {
  /** The HTTP status. */
  status: number;
  /** To quote to support, if the answer has one. */
  requestId?: string;
  /** The number of the attempt, from 1. */
  attempt: number;
}

/** What a hook is told of an attempt that failed. */
export interface RetryEvent {
  /** The number of the attempt that failed, from 1. */
  attempt: number;
  /** How long it waits before the next, in milliseconds. */
  delayMs: number;
  /** Why it failed. */
  error: AssessmentsError;
}

/** What a hook is told of an answer that belongs to another request. */
export interface RequestDiffersEvent {
  /** The key that both requests had. */
  idempotencyKey?: string;
  /** The assessment that the other request created. */
  id: string;
  /** To quote to support, if the answer has one. */
  requestId?: string;
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
    | readonly AssessmentStatus[]
    | ((assessment: Assessment) => boolean | Promise<boolean>)
    | undefined;
  /** Told of the assessment when first read and whenever it changed. */
  onUpdate?: ((assessment: Assessment) => unknown) | undefined;
}

/** How to wait for a workflow run. */
export interface RunWaitOptions extends WaitTimes {
  /** Told of the run when first read and whenever it changed. */
  onUpdate?: ((run: WorkflowRun) => unknown) | undefined;
}

/** An answer with what came around it. */
export interface WithResponse<Data> {
  /** What was answered. */
  data: Data;
  /** The HTTP status. */
  status: number;
  /** All headers that the platform shows. */
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
   * @throws {ValidationError} The API would refuse the request; it was not sent. In entries for
   * pages (`slim` among them), where a key is only for development, the API is who says so.
   */
  createSession(request: CreateSessionRequest, options?: CallOptions): Promise<CreatedSession>;
  /** The same operations with status, headers, request id and attempts. */
  readonly withResponse: {
    /** As `create` of the client. */
    create(
      body: CreateAssessmentRequest,
      options?: CreateOptions,
    ): Promise<WithResponse<CreatedAssessment>>;
    /** As `retrieve` of the client. */
    retrieve(id: string, options?: CallOptions): Promise<WithResponse<Assessment>>;
    /** As `cancel` of the client. */
    cancel(id: string, options?: CallOptions): Promise<WithResponse<ArchivedAssessment>>;
    /** As `archive` of the client. */
    archive(id: string, options?: CallOptions): Promise<WithResponse<ArchivedAssessment>>;
    /** As `retrieveRun` of the client. */
    retrieveRun(id: string, options?: CallOptions): Promise<WithResponse<WorkflowRun>>;
    /** As `sendEvent` of the client. */
    sendEvent(
      runId: string,
      event: SendWorkflowEventRequest,
      options?: CreateOptions,
    ): Promise<WithResponse<AcceptedEvent>>;
    /** As `authTest` of the client. */
    authTest(options?: CallOptions): Promise<WithResponse<AuthTest>>;
    /** As `createSession` of the client. */
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
  /** The HTTP status. */
  status: number;
  /** Stable name, if the answer has one, as in `assessment_not_found`. */
  code?: ApiErrorCode | (string & {});
  /** What is wrong with the request, with its places, if the answer tells: of a `422`, and of a `400`. */
  issues?: Issue[];
  /** To quote to support. */
  requestId?: string;
  /** Seconds to wait, if the answer says so, in seconds or by a date. */
  retryAfter?: number;
  /** All headers that the platform shows. */
  headers: Headers;
  /** Attempts that were made. */
  attempts: number;
  /** How it was asked: `GET`, `POST` or `DELETE`. */
  method: string;
  /** What was asked. */
  url: string;
  /** The first 2 048 characters of the answer's text, without the credential. */
  body: string;
}

/** No answer of the API came: offline, refused, lost, or redirected to elsewhere. */
export class ConnectionError extends AssessmentsError {
  /** Attempts that were made. */
  attempts: number;
}

/** No whole answer came in time, or a wait ran out; its `cause` is the last error of a read. */
export class TimeoutError extends AssessmentsError {
  /** Attempts that were made, where a call ran out of time. */
  attempts?: number;
}

/** An assessment that was waited for has come to another end than those that were wished. */
export class UnreachableError extends AssessmentsError {
  /** As it was read last. */
  assessment: Assessment;
}

/** The request would be refused; it was not sent. */
export class ValidationError extends AssessmentsError {
  /** What the server would answer. */
  status: 400 | 422;
  /** What is wrong, at most 1 000 issues. */
  issues: Issue[];
}

/** The API answered with a success of another shape than its types promise. */
export class ResponseShapeError extends AssessmentsError {
  /** The HTTP status. */
  status: number;
  /** To quote to support. */
  requestId?: string;
  /** All headers that the platform shows. */
  headers: Headers;
  /** Attempts that were made. */
  attempts: number;
  /** How it was asked: `GET`, `POST` or `DELETE`. */
  method: string;
  /** What was asked. */
  url: string;
  /** The first 2 048 characters of the answer's text, without the credential. */
  body: string;
}

/** A text that is not an id, or not of the kind that was asked for. */
export class IdError extends AssessmentsError {
  /** A stable name of what is wrong. */
  code: IdErrorCode;
  /** Position, in characters, at which the text stops being an id. */
  offset: number;
  /** What should be there: a kind of id, how many digits, or which characters. */
  expected?: string | number;
  /** What is there instead. */
  actual?: string | number;
}

/** The package is used in a way, or in a place, that cannot work; the message says what to do. */
export class ConfigurationError extends AssessmentsError {}

/** A fault of the package itself; the next call works again. */
export class InternalError extends AssessmentsError {}
