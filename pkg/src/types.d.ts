// The types that the package's modules share: those that it publishes, and below
// them its own.

import type {
  AcceptedEvent,
  ArchivedAssessment,
  Assessment,
  AssessmentsError,
  AuthTest,
  CallSettings,
  ClientOptions,
  CreateOptions,
  CreatedAssessment,
  CreatedSession,
  FetchedResponse,
  IdError,
  Issue,
  RunWaitOptions,
  WaitOptions,
  WithResponse,
  WorkflowRun,
} from "../dist/index.js";

export type * from "../dist/index.js";

/** What each operation of the API answers. */
export interface Data {
  create: CreatedAssessment;
  retrieve: Assessment;
  archive: ArchivedAssessment;
  retrieveRun: WorkflowRun;
  createSession: CreatedSession;
  sendEvent: AcceptedEvent;
  authTest: AuthTest;
}
export type Operation = keyof Data;
/** An operation that can be waited for. */
export type Read = "retrieve" | "retrieveRun";

/** What is asked of the API, the same for every attempt. */
export interface ApiRequest {
  method: string;
  /** Behind the base URL, with a query if there is one. */
  path: string;
  /** JSON. */
  body?: string;
  /** The idempotency key. */
  key?: string;
  /** The number of the operation whose answer is expected, or what says what an answer lacks. */
  answer: number | ((data: unknown) => string | undefined);
  /** What is to be created, whose fields a refusal may name. */
  created?: object;
}

/** The shape of a value, as the build writes it. */
export type Shape =
  | "string"
  | "boolean"
  | "number"
  | "count"
  | "time"
  | { id: string }
  | { nullable: Shape }
  | { optional: Shape }
  | { list: Shape }
  | { any: Shape[] }
  | { if: string; known: string[]; then: Shape }
  | { object: [name: string, shape: Shape][] };

/** What the module answers of a text that is no id. */
export type IdFault = Pick<IdError, "message" | "code" | "offset" | "expected" | "actual">;

/** An answer as the module reads it. */
export type Reading = Success | Failure;
interface Success {
  ok: true;
  status: number;
  requestId?: string;
  data: unknown;
  replayed: boolean;
  requestDiffers: boolean;
}
interface Failure {
  ok: false;
  /** Whether it is a success of another shape than is promised. */
  shape?: true;
  status: number;
  requestId?: string;
  /** Missing if the answer is none of the API's. */
  message?: string;
  code?: string;
  issues?: Issue[];
  /** Whether the credential is what is refused. */
  isCredential?: true;
}

/** What a `fetch` may tell besides: the platform's own does. */
export type Fetched = FetchedResponse &
  Partial<Pick<Response, "type" | "redirected" | "url" | "body">>;

/**
 * The module's exports. What they are asked about was handed over before, and what
 * they tell lies at the address that they answer, which is 0 if they tell nothing.
 */
export interface Exports {
  memory: WebAssembly.Memory;
  /** Makes room for values; its address. */
  reserve(words: number, bytes: number): number;
  validate(checksContent: boolean): number;
  validateField(field: number): number;
  /** In the module of servers. */
  validateSession?(checksContent: boolean): number;
  validateEvent(checksContent: boolean): number;
  /** These two are in the module of those who are called. */
  checkQuestion?(): number;
  readAnalysis?(): number;
  /** These are in the module of tests. */
  findCall?(): number;
  judgeKey?(): number;
  judgeCreate?(): number;
  planCreate?(assessedBefore: boolean, now: number): number;
  judgeEvent?(): number;
  unexpectedEvent?(): number;
  judgeSession?(): number;
  unknownUser?(): number;
  validateIdempotencyKey(): number;
  /** The number of the kind, or -1. */
  parseId(kind: number): number;
  explainId(kind: number): number;
  previewName(assessedBefore: boolean, now: number): number;
  /** 1 or 0. */
  isToken(): number;
  checkAnswer(operation: number): number;
  readError(): number;
  /** Milliseconds, or NaN to give up. */
  retryDelay(
    attempt: number,
    status: number,
    retryAfter: number,
    elapsedMs: number,
    random: number,
    maxRetries: number,
    totalTimeoutMs: number,
    maxRetryAfterMs: number,
  ): number;
}

/** What a client does that is not told otherwise. */
export type Defaults = Required<Pick<CallSettings, "timeoutMs" | "totalTimeoutMs" | "maxRetries">>;
/** The settings of a client, checked. */
export type ClientSettings = Omit<ClientOptions, "baseUrl"> & { baseUrl: string };
/** All that one call is told. */
export type Settings = Defaults &
  Omit<ClientSettings & CreateOptions, "headers"> & { headers: HeaderEntry[] };
/** A header that is sent, or not. */
export type HeaderEntry = [name: string, value: string | null | undefined];
/** What either wait can be told. */
export type Waiting = RunWaitOptions | WaitOptions;

/** What a read of a wait shares with the others. */
export interface Wait {
  /** On the clock of `performance.now()`. */
  deadline: number;
  /** That of the last read, if it failed. */
  error?: AssessmentsError | undefined;
}

/** A call on its way. */
export interface Job {
  request: ApiRequest;
  settings: Settings;
  signal: AbortSignal;
  /** On the clock of `performance.now()`. */
  started: number;
  /** The token that the API refused on the way, and its words. */
  refusal?: { token: string; error: AssessmentsError };
}

/** An answer, or why there is none and what a retry depends on. */
export type Attempt =
  | {
      answer: WithResponse<unknown>;
      error?: undefined;
      status?: undefined;
      retryAfter?: undefined;
      refused?: undefined;
    }
  | {
      answer?: undefined;
      error: AssessmentsError;
      status: number;
      retryAfter?: number | undefined;
      /** The token that the API refuses, if there may be another. */
      refused?: string | undefined;
    };

/** What an error tells of an answer. */
export interface Told {
  message: string;
  status: number;
  code?: string | undefined;
  issues?: Issue[] | undefined;
  requestId?: string | undefined;
  retryAfter?: number | undefined;
  headers: Headers;
  attempts: number;
  method: string;
  url: string;
  body: string;
}

/** What a setting must be, and the test of that. */
export type SettingType = [what: string, test: (value: unknown) => boolean];
export type SettingTypes = Record<string, SettingType>;

/** What server runtimes have, and pages have not. */
export interface Platform {
  navigator?: { userAgent?: string };
  process?: { env?: Record<string, unknown>; release?: { name?: string } };
  Deno?: { env?: { get(name: string): string | undefined } };
}

declare global {
  /** The module as text, which the build writes into the entry for pages. */
  var MODULE_TEXT: string;
  /** Where there is one; the package needs none. */
  var Buffer:
    | { (): unknown; from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> }
    | undefined;
}
