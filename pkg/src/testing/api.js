// A stand-in of the API for tests: a `fetch` that answers what the API would. What is right
// is the module's to say; here are its state, its clock and what a test makes of both.

import { ConfigurationError } from "../errors.js";
import {
  IDEMPOTENCY_KEY,
  KEY_LIFETIME_SECONDS,
  MAX_BODY_BYTES,
  OPERATION_IDS,
  REPLAYED,
  REQUEST_DIFFERS,
  REQUEST_ID,
} from "../generated/tables.js";
import { missing } from "../platform.js";
import { answerOf, answers, commonHeaders, digest, errorOf, me } from "./fixtures.js";
import { Known, ROLES, definitionId } from "./known.js";
import { lost } from "./lost.js";
import { AssessmentRecord, Kept, RunRecord } from "./records.js";
import {
  findCall,
  judgeCreate,
  judgeEvent,
  judgeKey,
  judgeSession,
  planCreate,
  unexpectedEvent,
  unknownUser,
} from "./rules.js";

/**
 * @import {
 *   ApiErrorName,
 *   ApiOperation,
 *   FaultOptions,
 *   TestApiOptions,
 *   TestFault,
 *   TestRequest,
 * } from "../../dist/testing.js"
 * @import { Assessment, CreatedAssessment, Me, WorkflowRun } from "../types.js"
 * @import { Outcome } from "./rules.js"
 */

/**
 * A request as it was received.
 *
 * @typedef {object} Received
 * @property {string} method
 * @property {string} url
 * @property {string} path
 * @property {Headers} headers
 * @property {Uint8Array} body
 * @property {AbortSignal | null | undefined} signal
 */

/** An answer with headers of its own. @typedef {Outcome & { headers?: Record<string, string> }} Answer */

/** What a key answers with. @typedef {{ answer: Outcome, at: number, digest: string | undefined }} Stored */

const OPTIONS = [
  "baseUrl",
  "now",
  "tokens",
  "timeline",
  "vendors",
  "services",
  "documents",
  "controlSets",
  "users",
  "workflows",
];
/** Requests that are remembered for the test to look at. */
const MAX_REQUESTS = 1_000;
/** Untaken events of one name of one run: nobody takes any here. */
const MAX_EVENTS = 100;
/** Names of them. */
const MAX_EVENT_NAMES = 50;
/** Methods and headers of requests that pages may send. */
const PREFLIGHT = {
  "access-control-allow-methods": "GET, POST, DELETE",
  "access-control-allow-headers": `authorization, content-type, ${IDEMPOTENCY_KEY}`,
  "access-control-max-age": "7200",
};
const EXPOSED = [
  REQUEST_ID,
  REPLAYED,
  REQUEST_DIFFERS,
  "retry-after",
  "www-authenticate",
  "allow",
].join(", ");

/**
 * An error by its name.
 *
 * @param {ApiErrorName} name
 * @param {string} [operation]
 * @returns {Answer}
 */
const problem = (name, operation) => errorOf(name, /** @type {ApiOperation} */ (operation));

const operationNames = () => /** @type {ApiOperation[]} */ (Object.values(OPERATION_IDS));

/**
 * Bytes as a text of a character each.
 *
 * @param {Uint8Array} bytes
 */
function characters(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A stand-in. */
class TestApi {
  #options;
  #known;
  #started = 0;
  /** @type {Me | undefined} */
  #caller;
  #advanced = 0;
  #made = 0;
  /** @type {Kept<AssessmentRecord>} */
  #assessments = new Kept();
  /** @type {Kept<RunRecord>} */
  #runs = new Kept();
  /** @type {Kept<Stored>} */
  #keys = new Kept();
  /** When each session ends, by its token. @type {Kept<number>} */
  #sessions = new Kept();
  /** @type {Set<string>} */
  #assessed = new Set();
  /** @type {{ fault: TestFault, left: number, options: FaultOptions }[]} */
  #faults = [];
  /** @type {TestRequest[]} */
  #requests = [];

  /** @param {TestApiOptions} options */
  constructor(options) {
    for (const name of Object.keys(options)) {
      if (!OPTIONS.includes(name)) {
        throw new ConfigurationError(`there is no option "${name}": ${OPTIONS.join(", ")}`);
      }
    }
    this.#options = options;
    this.#known = new Known(options);
    this.baseUrl = String(options.baseUrl ?? "https://api.example.com").replace(/\/+$/, "");
    // A function by itself, as the option `fetch` of a client takes it.
    this.fetch = this.fetch.bind(this);
  }

  /** Unix seconds. */
  now() {
    return Math.floor(this.#options.now ?? Date.now() / 1000) + this.#advanced;
  }

  /** @param {number} seconds */
  advance(seconds) {
    if (!Number.isSafeInteger(seconds) || seconds < 0) {
      throw new ConfigurationError(`the clock goes on by whole seconds, got ${String(seconds)}`);
    }
    this.#advanced += seconds;
  }

  /** Forgets all that happened. */
  reset() {
    for (const kept of [this.#assessments, this.#runs, this.#keys, this.#sessions]) kept.clear();
    this.#assessed.clear();
    this.#faults = [];
    this.#requests = [];
    this.#advanced = 0;
    this.#made = 0;
    this.#started = 0;
  }

  get requests() {
    return [...this.#requests];
  }

  /** @param {Assessment} assessment */
  addAssessment(assessment) {
    const data = answerOf("retrieve", assessment, {});
    this.#assessments.set(data.id, new AssessmentRecord(data, []));
    this.#assessed.add(data.vendor_id);
    return data;
  }

  /** @param {string} id */
  assessment(id) {
    const record = this.#assessments.get(id);
    record?.goOn(this.now(), false);
    return record?.data;
  }

  /**
   * @param {string} id
   * @param {Partial<Assessment>} values
   */
  updateAssessment(id, values) {
    const record = this.#assessments.get(id);
    if (!record) throw new ConfigurationError(`there is no assessment "${id}" here`);
    record.goOn(this.now(), false);
    record.change(values, this.now());
    return record.data;
  }

  /** @param {WorkflowRun} run */
  addRun(run) {
    const data = answerOf("retrieveRun", run, {});
    this.#runs.set(data.workflow_run_id, new RunRecord(data));
    return data;
  }

  /** @param {string} id */
  run(id) {
    const record = this.#runs.get(id);
    record?.assessment?.goOn(this.now(), false);
    return record?.data;
  }

  /**
   * @param {string} id
   * @param {Partial<WorkflowRun>} values
   */
  updateRun(id, values) {
    const record = this.#runs.get(id);
    if (!record) throw new ConfigurationError(`there is no run "${id}" here`);
    record.change(values);
    return record.data;
  }

  /** @param {string} id */
  eventsOf(id) {
    return [...(this.#runs.get(id)?.events ?? [])];
  }

  /**
   * Has a coming call fail.
   *
   * @param {TestFault} fault
   * @param {FaultOptions} [options]
   */
  failNext(fault, options = {}) {
    for (const name of Object.keys(options)) {
      if (!["times", "operation", "retryAfter"].includes(name)) {
        throw new ConfigurationError(`failNext has no option "${name}"`);
      }
    }
    const { times = 1, operation, retryAfter } = options;
    if (!Number.isSafeInteger(times) || times < 1) {
      throw new ConfigurationError(`times must be 1 or more, got ${String(times)}`);
    }
    if (operation !== undefined && !operationNames().includes(operation)) {
      throw new ConfigurationError(`there is no operation "${operation}"`);
    }
    if (!["connection", "lost", "hang"].includes(fault)) {
      const name = /** @type {ApiErrorName} */ (fault);
      errorOf(name, operation, retryAfter);
      if (!operationNames().some((one) => answers(one, name))) {
        throw new ConfigurationError(`no operation answers ${name}: it is what is no route's`);
      }
    }
    this.#faults.push({ fault, left: times, options });
  }

  /**
   * What the API would answer.
   *
   * @param {string | URL | Request} input
   * @param {RequestInit} [init]
   */
  async fetch(input, init = {}) {
    const request = await this.#received(input, init);
    request.signal?.throwIfAborted();
    const call = findCall(request.method, request.path);
    const operation = call.endpoint && OPERATION_IDS[call.endpoint];
    /** @type {TestRequest} */
    const noted = {
      operation: /** @type {ApiOperation | undefined} */ (operation),
      method: request.method,
      path: request.path,
      headers: Object.fromEntries(request.headers),
      body: new TextDecoder().decode(request.body),
      status: undefined,
    };
    const preflight = this.#preflight(request);
    if (preflight) return preflight;
    this.#requests.push(noted);
    if (this.#requests.length > MAX_REQUESTS) this.#requests.shift();
    const due = this.#fault(operation);
    if (due?.fault === "connection") throw lost();
    if (due?.fault === "hang") return silence(request.signal);
    /** @type {Answer} */
    let answer;
    if (due && due.fault !== "lost") {
      const { fault, options } = due;
      const own = /** @type {ApiOperation | undefined} */ (operation);
      answer = errorOf(/** @type {ApiErrorName} */ (fault), own, options.retryAfter);
    } else if (call.wrong) answer = call.wrong;
    else answer = this.#answer(request, String(operation), String(call.id));
    if (due?.fault === "lost") throw lost();
    noted.status = answer.status;
    return this.#response(request, answer);
  }

  /**
   * @param {string | URL | Request} input
   * @param {RequestInit} init
   * @returns {Promise<Received>}
   */
  async #received(input, { signal, ...init }) {
    for (const name of /** @type {const} */ (["Request", "Response", "Headers"])) {
      if (typeof globalThis[name] !== "function") throw missing(name);
    }
    // A test runner's signal may be of another realm, which no Request takes.
    const request = new Request(/** @type {RequestInfo | URL} */ (input), init);
    const { method, url, headers } = request;
    const body = new Uint8Array(await request.arrayBuffer());
    const base = `${this.baseUrl}/`;
    const { pathname } = new URL(url);
    const path = url.startsWith(base)
      ? pathname.slice(new URL(base).pathname.length - 1)
      : pathname;
    return { method, url, path, headers, body, signal: signal ?? request.signal };
  }

  /** @param {string | undefined} operation */
  #fault(operation) {
    const at = this.#faults.findIndex(({ fault, options }) => {
      if (options.operation !== undefined) return options.operation === operation;
      if (["connection", "lost", "hang"].includes(fault)) return true;
      const name = /** @type {ApiErrorName} */ (fault);
      return operation !== undefined && answers(/** @type {ApiOperation} */ (operation), name);
    });
    const due = this.#faults[at];
    if (due && --due.left === 0) this.#faults.splice(at, 1);
    return due;
  }

  /** @param {Received} request */
  #preflight({ method, headers }) {
    const origin = headers.get("origin");
    if (method !== "OPTIONS" || !origin || !headers.has("access-control-request-method")) return;
    const { "content-type": _, ...common } = commonHeaders();
    const allowed = { ...common, "access-control-allow-origin": origin, ...PREFLIGHT };
    return new Response(null, { status: 204, headers: allowed });
  }

  /**
   * @param {Received} request
   * @param {Answer} answer
   */
  #response({ method, headers: sent }, { status, header, headers: own, body }) {
    const headers = commonHeaders();
    if (header) headers[header[0]] = header[1];
    Object.assign(headers, own);
    const origin = sent.get("origin");
    if (origin) {
      headers["access-control-allow-origin"] = origin;
      headers["access-control-expose-headers"] = EXPOSED;
    }
    return new Response(method === "HEAD" ? null : body, { status, headers });
  }

  /**
   * The answer of an operation, gate by gate.
   *
   * @param {Received} request
   * @param {string} operation
   * @param {string} id
   * @returns {Answer}
   */
  #answer(request, operation, id) {
    if (operation === "checkHealth") return { status: 200, body: '{"status":"ok"}' };
    if (operation === "describe") return problem("not_found");
    const refused = this.#credential(request, operation);
    if (refused) return refused;
    const now = this.now();
    switch (operation) {
      case "createAssessment":
        return this.#keyed(request, operation, operation, () => this.#create(request, now));
      case "retrieveAssessment": {
        const record = this.#assessments.get(id);
        if (!record) return problem("assessment_not_found");
        record.goOn(now, true);
        return ok(record.data);
      }
      case "archiveAssessment": {
        const record = this.#assessments.get(id);
        return record ? ok(record.archive(now)) : problem("assessment_not_found");
      }
      case "retrieveWorkflowRun": {
        const record = this.#runs.get(id);
        if (!record) return problem("workflow_run_not_found");
        record.assessment?.goOn(now, true);
        return ok(record.data);
      }
      case "sendWorkflowEvent":
        return this.#keyed(request, operation, `${operation} ${id}`, () =>
          this.#keep(request, id, now),
        );
      case "createSession":
        return this.#createSession(request, now);
      case "testAuthentication":
        return { status: 200, body: '{"msg":"Auth successful"}' };
      case "retrieveMe":
        // Whoever asks is the same for as long as there is this stand-in.
        this.#caller ??= me();
        return ok(this.#caller);
      default:
        // A route that this stand-in has not.
        return problem("not_found");
    }
  }

  /**
   * @param {Received} request
   * @param {string} operation
   */
  #credential({ headers }, operation) {
    const [, token] =
      /^[ \t]*bearer[ \t]+(\S.*?)[ \t]*$/i.exec(headers.get("authorization") ?? "") ?? [];
    if (!token) return problem("not_authenticated", operation);
    const ends = this.#sessions.get(token);
    if (ends === undefined) {
      const { tokens } = this.#options;
      return tokens && !tokens.includes(token)
        ? problem("invalid_credential", operation)
        : undefined;
    }
    if (ends <= this.now()) return problem("invalid_credential", operation);
    return operation === "createSession" ? problem("role_not_allowed", operation) : undefined;
  }

  /**
   * Does something once for a key.
   *
   * @param {Received} request
   * @param {string} operation
   * @param {string} scope
   * @param {() => Answer} work
   * @returns {Answer}
   */
  #keyed({ headers, body }, operation, scope, work) {
    const key = headers.get(IDEMPOTENCY_KEY);
    const tooLarge = body.length > MAX_BODY_BYTES;
    const sent = tooLarge ? undefined : digest(characters(body));
    const stored = key === null ? undefined : this.#keys.get(`${scope} ${key}`);
    if (key !== null) {
      const wrong = judgeKey(key);
      if (wrong) return wrong;
      if (stored && stored.at + KEY_LIFETIME_SECONDS > this.now()) {
        const differs = sent === undefined || sent !== stored.digest;
        const headers = { [REPLAYED]: "true", ...(differs && { [REQUEST_DIFFERS]: "true" }) };
        return { ...stored.answer, headers };
      }
    }
    if (tooLarge) return problem("body_too_large", operation);
    const answer = work();
    if (key !== null && answer.status < 300) {
      this.#keys.set(`${scope} ${key}`, { answer, at: this.now(), digest: sent });
    }
    return answer;
  }

  /**
   * @param {Received} request
   * @param {number} now
   * @returns {Answer}
   */
  #create({ headers, body }, now) {
    const sent = { type: headers.get("content-type") ?? undefined, bytes: characters(body) };
    const wrong = judgeCreate(sent);
    if (wrong) return wrong;
    const request = JSON.parse(new TextDecoder().decode(body));
    const facts = this.#known.facts(request);
    const count = ++this.#made;
    const fresh = {
      assessment: `cbqsrw_${digest(`assessment ${count}`)}`,
      run: `cbwr_${digest(`run ${count}`)}`,
    };
    const before = this.#assessed.has(request.vendor_id);
    const plan = planCreate(sent, facts, fresh, before, now);
    if (plan.wrong) return plan.wrong;
    /** @type {CreatedAssessment} */
    const created = JSON.parse(plan.body);
    this.#begin(created, request.trigger_workflow);
    return { status: 201, body: plan.body };
  }

  /**
   * Keeps what was created.
   *
   * @param {CreatedAssessment} created
   * @param {string | undefined} workflowName
   */
  #begin({ workflow_run_id: runId, created_at, updated_at, ...rest }, workflowName) {
    const data = { ...rest, custom_fields: [], created_at, updated_at };
    const { timeline = [] } = this.#options;
    const states = typeof timeline === "function" ? timeline(data) : timeline;
    const record = new AssessmentRecord(data, states);
    const workflow = this.#known.workflow(workflowName);
    if (runId && workflow) {
      const run = {
        workflow_run_id: runId,
        workflow_name: workflow.name,
        workflow_definition_id: definitionId(workflow),
        status: /** @type {const} */ ("started"),
        started_at: created_at,
        completed_at: null,
        steps: [...(workflow.steps ?? [])],
      };
      const checked = answerOf("retrieveRun", run, {});
      this.#runs.set(runId, new RunRecord(checked, record, workflow.events));
    }
    this.#assessments.set(data.id, record);
    this.#assessed.add(data.vendor_id);
  }

  /**
   * Keeps an event.
   *
   * @param {Received} request
   * @param {string} id
   * @param {number} now
   * @returns {Answer}
   */
  #keep({ headers, body }, id, now) {
    const type = headers.get("content-type") ?? undefined;
    const { wrong, name, payload } = judgeEvent({ type, bytes: characters(body) });
    if (wrong) return wrong;
    const record = this.#runs.get(id);
    if (!record) return problem("workflow_run_not_found");
    record.assessment?.goOn(now, false);
    if (record.data.status !== "started") return problem("workflow_run_ended");
    const names = new Set(record.events.map((event) => event.name));
    const isNew = !names.has(name) && names.size === MAX_EVENT_NAMES;
    if (isNew || record.expects?.includes(name) === false) return unexpectedEvent(name);
    if (record.events.filter((event) => event.name === name).length === MAX_EVENTS) {
      return problem("too_many_requests", "sendWorkflowEvent");
    }
    record.events.push({ name, payload: JSON.parse(payload), receivedAt: now });
    return { status: 202, body: JSON.stringify({ workflow_run_id: id, name, received_at: now }) };
  }

  /**
   * @param {Received} request
   * @param {number} now
   * @returns {Answer}
   */
  #createSession({ headers, body }, now) {
    if (body.length > MAX_BODY_BYTES) return problem("body_too_large", "createSession");
    const type = headers.get("content-type") ?? undefined;
    const made = judgeSession({ type, bytes: characters(body) }, ROLES);
    if (made.wrong) return made.wrong;
    if (!this.#known.find("users", "user", made.user)) return unknownUser(made.user);
    const token = `session-${digest(`session ${++this.#started}`)}`;
    const expires_at = now + made.lifetime;
    this.#sessions.set(token, expires_at);
    return { status: 201, body: JSON.stringify({ token, expires_at }) };
  }
}

/**
 * A success.
 *
 * @param {object} data
 * @returns {Answer}
 */
const ok = (data) => ({ status: 200, body: JSON.stringify(data) });

/**
 * What never comes, but for the end of the call.
 *
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<never>}
 */
function silence(signal) {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/**
 * A stand-in of the API.
 *
 * @param {TestApiOptions} [options]
 */
export const createApi = (options = {}) => new TestApi(options);
