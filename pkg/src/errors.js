/** @import { Assessment, IdFault, Issue, Told } from "./types.js" */

// Bundlers leave out what a program does not use of them: declaring them does nothing,
// and there is no call that one would have to be told is pure.

/**
 * Where an error has the name of its class, whichever copy or version of the package
 * made it: a program may well have loaded the module for `import` and that for
 * `require`. Names survive minification this way, too.
 */
const KIND = "~assessments-edge";

/** The base of every error of this package. */
export class AssessmentsError extends Error {
  static get name() {
    return "AssessmentsError";
  }

  get "~assessments-edge"() {
    return "AssessmentsError";
  }

  /** @override */
  get name() {
    return this[KIND];
  }

  // As for any error, whoever wants may call it otherwise.
  set name(value) {
    Object.defineProperty(this, "name", {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }

  /** @param {unknown} value */
  static [Symbol.hasInstance](value) {
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked, which may extend this one.
    const { prototype } = this;
    // biome-ignore lint/suspicious/noPrototypeBuiltins: those who extend these classes do not redefine it.
    if (prototype.isPrototypeOf(Object(value))) return true;
    // Classes that extend one of these know their own errors only.
    if (!Object.hasOwn(prototype, KIND) || Object(value) !== value) return false;
    const kind = /** @type {AssessmentsError} */ (value)[KIND];
    const asked = prototype[KIND];
    return kind === asked || (asked === "AssessmentsError" && typeof kind === "string");
  }
}

/** The API answered with an error. */
export class ApiError extends AssessmentsError {
  static get name() {
    return "ApiError";
  }

  get "~assessments-edge"() {
    return "ApiError";
  }

  /** @param {Told} told */
  constructor(told) {
    const { message, status, code, issues, requestId, retryAfter, headers, attempts } = told;
    super(message);
    this.status = status;
    this.code = code;
    this.issues = issues;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.headers = headers;
    this.attempts = attempts;
    this.method = told.method;
    this.url = told.url;
    this.body = told.body;
  }
}

/** No answer came: offline, refused, or lost. */
export class ConnectionError extends AssessmentsError {
  static get name() {
    return "ConnectionError";
  }

  get "~assessments-edge"() {
    return "ConnectionError";
  }

  /**
   * @param {number} attempts
   * @param {unknown} cause
   */
  constructor(attempts, cause) {
    const { message } = /** @type {Partial<Error>} */ (cause ?? {});
    super(`No answer from the API: ${String(message ?? cause)}`, { cause });
    this.attempts = attempts;
  }
}

/** No whole answer came in time, or a wait ran out. */
export class TimeoutError extends AssessmentsError {
  static get name() {
    return "TimeoutError";
  }

  get "~assessments-edge"() {
    return "TimeoutError";
  }

  /**
   * @param {string} message
   * @param {number} [attempts]
   * @param {ErrorOptions} [options]
   */
  constructor(message, attempts, options) {
    super(message, options);
    this.attempts = attempts;
  }
}

/** What is waited for can no longer come true. */
export class UnreachableError extends AssessmentsError {
  static get name() {
    return "UnreachableError";
  }

  get "~assessments-edge"() {
    return "UnreachableError";
  }

  /**
   * @param {string} message
   * @param {Assessment} assessment
   */
  constructor(message, assessment) {
    super(message);
    this.assessment = assessment;
  }
}

/** The request would be refused; it was not sent. */
export class ValidationError extends AssessmentsError {
  static get name() {
    return "ValidationError";
  }

  get "~assessments-edge"() {
    return "ValidationError";
  }

  /**
   * @param {string} message
   * @param {400 | 422} status
   * @param {Issue[]} issues
   */
  constructor(message, status, issues) {
    super(message);
    this.status = status;
    this.issues = issues;
  }
}

/** The API answered with a success of another shape than its types promise. */
export class ResponseShapeError extends AssessmentsError {
  static get name() {
    return "ResponseShapeError";
  }

  get "~assessments-edge"() {
    return "ResponseShapeError";
  }

  /** @param {Told} told */
  constructor(told) {
    const { message, status, requestId, headers, attempts } = told;
    super(message);
    this.status = status;
    this.requestId = requestId;
    this.headers = headers;
    this.attempts = attempts;
    this.method = told.method;
    this.url = told.url;
    this.body = told.body;
  }
}

/** A text that is not an id, or not of the kind that was asked for. */
export class IdError extends AssessmentsError {
  static get name() {
    return "IdError";
  }

  get "~assessments-edge"() {
    return "IdError";
  }

  /** @param {IdFault} fault */
  constructor({ message, code, offset, expected, actual }) {
    super(message);
    this.code = code;
    this.offset = offset;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The package is used in a way that cannot work. */
export class ConfigurationError extends AssessmentsError {
  static get name() {
    return "ConfigurationError";
  }

  get "~assessments-edge"() {
    return "ConfigurationError";
  }
}

/** A fault of the package itself. */
export class InternalError extends AssessmentsError {
  static get name() {
    return "InternalError";
  }

  get "~assessments-edge"() {
    return "InternalError";
  }
}
