/** @import { Assessment, IdFault, Issue, Told } from "./types.js" */

/**
 * What tells an error of a class, whichever copy or version of the package made
 * it: a program may well have loaded the module for `import` and that for `require`.
 *
 * @param {string} name
 */
const brandOf = (name) => Symbol.for(`assessments-edge.${name}`);

/** The base of every error of this package. */
export class AssessmentsError extends Error {
  /** @param {unknown} value */
  static [Symbol.hasInstance](value) {
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked, which may extend this one.
    const { prototype } = this;
    // biome-ignore lint/suspicious/noPrototypeBuiltins: those who extend these classes do not redefine it.
    if (prototype.isPrototypeOf(Object(value))) return true;
    // Classes that extend one of these have no brand of their own.
    const brand = brandOf(prototype.name);
    return Object.hasOwn(prototype, brand) && Object(value) === value && brand in Object(value);
  }
}

/** The API answered with an error. */
export class ApiError extends AssessmentsError {
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
export class ConfigurationError extends AssessmentsError {}

/** A fault of the package itself. */
export class InternalError extends AssessmentsError {}

// Names that survive minification, and the brands.
const errors = {
  AssessmentsError,
  ApiError,
  ConnectionError,
  TimeoutError,
  UnreachableError,
  ValidationError,
  ResponseShapeError,
  IdError,
  ConfigurationError,
  InternalError,
};
for (const [name, type] of Object.entries(errors)) {
  Object.defineProperty(type, "name", { value: name, configurable: true });
  Object.defineProperties(type.prototype, {
    name: { value: name, writable: true, configurable: true },
    [brandOf(name)]: { value: true },
  });
}
