/** The error classes alone, for code that catches what other code calls. */
export {
  ApiError,
  AssessmentsError,
  ConfigurationError,
  ConnectionError,
  IdError,
  InternalError,
  ResponseShapeError,
  TimeoutError,
  UnreachableError,
  ValidationError,
} from "./index.js";
