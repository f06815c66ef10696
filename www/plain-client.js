// Requests without the package, for where WebAssembly is not allowed. It checks
// nothing, tries once, and reads answers as they come.

const REQUEST_ID = "x-coverbase-request-id";
const KEY = "Idempotency-Key";
const TIMEOUT_MS = 20_000;

/** A client with the operations that the package's has under `withResponse`. */
export function plainClient(token) {
  const at = (id) => `/v1/assessments/${encodeURIComponent(id)}`;
  return {
    create: (body, options) => send(token, "POST", "/v1/assessments", { body, ...options }),
    retrieve: (id, options) => send(token, "GET", at(id), options),
    archive: (id, options) => send(token, "DELETE", at(id), options),
    retrieveRun: (id, options) =>
      send(token, "GET", `/v1/workflows/runs/${encodeURIComponent(id)}`, options),
  };
}

/** Tries a credential. The package's client has no call for that. */
export async function probe(token) {
  await send(token, "GET", "/v1/utils/authtest", {});
}

async function send(token, method, path, { body, idempotencyKey, signal }) {
  const { response, text } = await exchange(path, {
    method,
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), signal].filter(Boolean)),
    headers: headers(token, body, idempotencyKey),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const requestId = response.headers.get(REQUEST_ID) ?? undefined;
  const json = parsed(text);
  if (response.ok && json) {
    const has = (name) => response.headers.has(name);
    const requestDiffers = has("idempotent-request-differs");
    return { data: json, requestId, replayed: has("idempotent-replayed"), requestDiffers };
  }
  if (response.ok) throw new Error(`HTTP ${response.status} without an answer of the API`);
  const seconds = Number(response.headers.get("retry-after") ?? undefined);
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
  throw new PlainError(response.status, { requestId, retryAfter, ...read(json?.detail) });
}

function headers(token, body, idempotencyKey) {
  const all = new Headers({ authorization: `Bearer ${token}` });
  if (body !== undefined) all.set("content-type", "application/json");
  try {
    if (idempotencyKey !== undefined) all.set(KEY, idempotencyKey);
  } catch ({ message }) {
    // Some characters cannot be sent at all.
    throw new PlainError(400, { message: `${KEY}: ${message}`, wasSent: false });
  }
  return all;
}

/** JSON, or nothing when something in between answered. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function exchange(path, request) {
  try {
    const response = await fetch(path, request);
    return { response, text: await response.text() };
  } catch (cause) {
    throw new NoAnswer(cause);
  }
}

/** No answer came, or none in time. */
export class NoAnswer extends Error {
  constructor(cause) {
    super(cause.message, { cause });
  }
}

/** An error that the API answered. */
export class PlainError extends Error {
  constructor(status, { message = `HTTP ${status}`, ...rest }) {
    super(message);
    Object.assign(this, { status, ...rest });
  }
}

/** `detail` in each of its shapes. */
function read(detail) {
  if (typeof detail === "string") return { message: detail };
  if (Array.isArray(detail))
    return { message: detail.map(({ msg }) => msg).join("; "), issues: detail };
  if (detail?.error) return { message: detail.error };
  return { message: detail?.message, code: detail?.code };
}
