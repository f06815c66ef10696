/** The base of every error of this package. */
export class AssessmentsError extends Error {}

/** The API answered with an error. */
export class ApiError extends AssessmentsError {
  constructor({ message, status, code, issues, requestId, retryAfter, headers, attempts }) {
    super(message);
    this.status = status;
    this.code = code;
    this.issues = issues;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.headers = headers;
    this.attempts = attempts;
  }
}

/** No answer came: offline, refused, or lost. */
export class ConnectionError extends AssessmentsError {
  constructor(attempts, cause) {
    super(`No answer from the API: ${String(cause?.message ?? cause)}`, { cause });
    this.attempts = attempts;
  }
}

/** No whole answer came in time, or a wait ran out. */
export class TimeoutError extends AssessmentsError {
  constructor(message, attempts) {
    super(message);
    this.attempts = attempts;
  }
}

/** The request would be refused; it was not sent. */
export class ValidationError extends AssessmentsError {
  constructor(message, status, issues) {
    super(message);
    this.status = status;
    this.issues = issues;
  }
}

/** The API answered with a success of another shape than its types promise. */
export class ResponseShapeError extends AssessmentsError {
  constructor({ message, status, requestId, headers, attempts }) {
    super(message);
    this.status = status;
    this.requestId = requestId;
    this.headers = headers;
    this.attempts = attempts;
  }
}

/** A text that is not an id, or not of the kind that was asked for. */
export class IdError extends AssessmentsError {
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

// Names that survive minification.
const errors = {
  AssessmentsError,
  ApiError,
  ConnectionError,
  TimeoutError,
  ValidationError,
  ResponseShapeError,
  IdError,
  ConfigurationError,
  InternalError,
};
for (const [name, type] of Object.entries(errors)) {
  Object.defineProperty(type.prototype, "name", { value: name, writable: true, configurable: true });
}
