import type {
  ArchivedAssessment,
  Assessment,
  AssessmentStatus,
  CreatedAssessment,
  CreatedSession,
  Id,
  IdKind,
  Me,
  WorkflowRun,
  WorkflowRunStep,
} from "./index.js";

/**
 * An id of a kind: the same for the same seed, or, without one, the next of a count.
 *
 * @throws `ConfigurationError` for a kind that does not exist.
 * @example
 * id("vendor", "northwind"); // always the same
 */
export function id<Kind extends IdKind>(kind: Kind, seed?: string | number): Id<Kind>;

/** Has `id` without a seed, and so the answers below, begin with the same ids again. */
export function resetIds(): void;

/**
 * The answer of a read: of an assessment that was just created, or with these values. Times
 * are Unix seconds, and the same in every run.
 *
 * @throws `ConfigurationError` if the client would not take it for an answer of the API, or
 * a key does not exist. What should be wrong is written after: `{ ...assessment(), status: 7 }`.
 * @example
 * assessment({ status: "complete", findings_count: 3 });
 */
export function assessment(values?: Partial<Assessment>): Assessment;

/** The answer of a create. @throws as `assessment`. */
export function createdAssessment(values?: Partial<CreatedAssessment>): CreatedAssessment;

/** The answer of a cancel or archive. @throws as `assessment`. */
export function archivedAssessment(values?: Partial<ArchivedAssessment>): ArchivedAssessment;

/**
 * The answer of a read of a run, whose steps are such as its status wants: of a `started` one
 * the last goes on, of a `failed` one it says why.
 *
 * @throws as `assessment`.
 */
export function workflowRun(values?: Partial<WorkflowRun>): WorkflowRun;

/** The answer of a request for a session. @throws as `assessment`. */
export function session(values?: Partial<CreatedSession>): CreatedSession;

/** The answer of `GET /v1/dashboard/me`: a person who may do all that a session may. */
export function me(values?: Partial<Me>): Me;

/** Which of the answers of an error. */
export interface ApiErrorOptions {
  /** The operation that answers it; the first that does. Few say different things. */
  operation?: ApiOperation | undefined;
  /** Whole seconds of `Retry-After`, for an error that has it; 2, and 1 for `internal`. */
  retryAfter?: number | undefined;
}

/** An answer in parts. `Response.json(body, { status, headers })` is one. */
export interface ApiErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: { detail: unknown };
}

/**
 * Any error of the API: status, headers and body as the API answers them.
 *
 * @throws `ConfigurationError` for a name that does not exist, an operation that never answers
 * it, or a `retryAfter` where there is none.
 * @example
 * apiError("assessment_not_found").body.detail; // { code, message }
 */
export function apiError(name: ApiErrorName, options?: ApiErrorOptions): ApiErrorAnswer;

/** All members of that, each or none. */
type Perhaps<T> = { [Name in keyof T]?: T[Name] | undefined };

/** A state that an assessment comes to. Values that are not named stay as they are. */
export interface TestState extends Perhaps<Omit<Assessment, "id" | "vendor_id" | "created_at">> {
  /**
   * Seconds after the create, by the clock of the stand-in, from which it is in this state.
   * Without it, a read brings it there: each read of it, or of its run, but the first.
   */
  after?: number | undefined;
}

/** What becomes of an assessment after its create. It stays in the last state. */
export type Timeline = readonly (AssessmentStatus | TestState)[];

/** A workflow that a create may name. */
export interface TestWorkflow {
  name: string;
  id?: string | undefined;
  /** Whether it is switched on; true. */
  enabled?: boolean | undefined;
  /** The steps that its runs show from their beginning; none. */
  steps?: readonly WorkflowRunStep[] | undefined;
  /** The names of the events that its runs wait for; any. */
  events?: readonly string[] | undefined;
}

/**
 * What the stand-in is told. Of a list that is left out, everything exists that has the form
 * of an id, and every workflow; of one that is given, nothing else.
 */
export interface TestApiOptions {
  /** Where it is, without `/v1`; `https://api.example.com`. */
  baseUrl?: string | undefined;
  /** Unix seconds at which its clock stands; without it, the clock is the platform's. */
  now?: number | undefined;
  /** The tokens that are good, besides those of sessions that it made; any. */
  tokens?: readonly string[] | undefined;
  /** What becomes of an assessment that is created, or a function that says it of each. */
  timeline?: Timeline | ((assessment: Assessment) => Timeline) | undefined;
  /** Vendors, with the names that generated names show. */
  vendors?:
    | readonly (
        | string
        | {
            id: string;
            name?: string | undefined;
            risk_analyst_ids?: readonly string[] | undefined;
          }
      )[]
    | undefined;
  /** Services; without `vendor_id`, of any vendor. */
  services?:
    | readonly (
        | string
        | { id: string; vendor_id?: string | undefined; name?: string | undefined }
      )[]
    | undefined;
  /** Documents; without `vendor_id`, of any vendor. */
  documents?: readonly (string | { id: string; vendor_id?: string | undefined })[] | undefined;
  /** Ids of control sets. */
  controlSets?: readonly string[] | undefined;
  /** Ids of active users. */
  users?: readonly string[] | undefined;
  /** Workflows, or their names. */
  workflows?: readonly (string | TestWorkflow)[] | undefined;
}

/**
 * What can go wrong: an error of the API; `"connection"`, so that nothing is carried out;
 * `"lost"`, so that it is carried out and the answer gets lost; or `"hang"`, so that nothing
 * is carried out and no answer comes until the call is aborted.
 */
export type TestFault = ApiErrorName | "connection" | "lost" | "hang";

/** Which calls fail. */
export interface FaultOptions {
  /** How many calls; 1. */
  times?: number | undefined;
  /** Of which operation; of any that answers such an error. */
  operation?: ApiOperation | undefined;
  /** Whole seconds of `Retry-After`, for an error that has it. */
  retryAfter?: number | undefined;
}

/** A request that was received. */
export interface TestRequest {
  /** What it asked for; `undefined` if there is no such route. */
  operation: ApiOperation | undefined;
  method: string;
  /** Without the base URL and the query. */
  path: string;
  /** By their names in lower case. */
  headers: Record<string, string>;
  body: string;
  /** What was answered; `undefined` if no answer came. */
  status: number | undefined;
}

/**
 * A stand-in of the API in memory, of one organization. Requests are judged by the API's own
 * code, gate by gate, so that statuses, texts and their order are the API's. It is simpler
 * than the API in this:
 *
 * - any token is good unless `tokens` are given, an `ak_` key of a page too; there are no
 *   roles, but that a session makes no session, and no address is refused
 * - nothing is limited: a `429` comes if you ask for it with `failNext`, or beyond 100 events of
 *   a name of a run
 * - workflows do nothing by themselves: a run shows what its workflow was told to show, ends with
 *   its assessment, and takes no events; analysers are not called
 * - tokens of sessions are no JWTs, and are not bound to their origins
 * - pages of any origin may read its answers; there is no `Strict-Transport-Security`
 * - ids and request ids are counted, so that they are the same in every run of a test
 * - `/v1/dashboard` has `me` alone, which is the same for every credential; there is no
 *   `/openapi.json`
 */
export interface TestApi {
  /** Where it is, without `/v1`. */
  readonly baseUrl: string;
  /**
   * Answers what the API would, as the platform's `fetch`; it may be called by itself. Give it
   * to a client as its `fetch`.
   *
   * @throws `TypeError` for a connection that is lost on demand, and the reason of `signal`.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Its present, Unix seconds. */
  now(): number;
  /** Lets whole seconds pass. */
  advance(seconds: number): void;
  /** Has the next call, or the next `times`, fail. Faults take their turns in order. */
  failNext(fault: TestFault, options?: FaultOptions): void;
  /** The last requests, 1 000 at most, oldest first. */
  readonly requests: TestRequest[];
  /** Puts an assessment there, which then can be read and archived. */
  addAssessment(assessment: Assessment): Assessment;
  /** An assessment as it stands; reading it this way counts for no timeline. */
  assessment(id: string): Assessment | undefined;
  /** Changes an assessment, now. */
  updateAssessment(id: string, values: Partial<Assessment>): Assessment;
  /** Puts a run there. */
  addRun(run: WorkflowRun): WorkflowRun;
  /** A run as it stands. */
  run(id: string): WorkflowRun | undefined;
  /** Changes a run. */
  updateRun(id: string, values: Partial<WorkflowRun>): WorkflowRun;
  /** The events that were sent to a run. Times are Unix seconds. */
  eventsOf(id: string): { name: string; payload: unknown; receivedAt: number }[];
  /** Forgets all that happened, and begins with the same ids again. */
  reset(): void;
}

/**
 * Makes a stand-in of the API.
 *
 * @throws `ConfigurationError` for an option that does not exist, or what is no id.
 * @example
 * const api = createApi({ timeline: ["collecting_documents", "complete"] });
 * const client = new AssessmentsClient({ baseUrl: api.baseUrl, token: "a-session", fetch: api.fetch });
 */
export function createApi(options?: TestApiOptions): TestApi;

/** What is used of Playwright's `Route`. */
export interface RouteToAnswer {
  request(): {
    url(): string;
    method(): string;
    headers(): Record<string, string>;
    postDataBuffer(): Uint8Array | null;
  };
  fulfill(answer: { status: number; headers: Record<string, string>; body: string }): Promise<void>;
  abort(errorCode?: string): Promise<void>;
}

/**
 * A handler for Playwright's `page.route` that answers what the stand-in answers.
 *
 * @example
 * await page.route(`${api.baseUrl}/**`, routeTo(api));
 */
export function routeTo(api: TestApi): (route: RouteToAnswer) => Promise<void>;
