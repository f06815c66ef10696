// Bad input of any kind gets an answer of the contract: never a 5xx, an empty
// body or HTML. The harness checks shape, headers and request id of each.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KEYS, ORGS, startApi } from "./harness.mjs";

const REQUESTS = 600;
const AT_ONCE = 8;
const STATUSES = [200, 201, 400, 401, 403, 404, 405, 409, 413, 422];

const METHODS = [
  "GET",
  "POST",
  "DELETE",
  "PUT",
  "PATCH",
  "OPTIONS",
  "HEAD",
  "PROPFIND",
  "PURGE",
  "QUERY",
];

const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 32);

/** Mulberry32: small, and the same numbers for the same seed. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = generator(SEED);
const below = (limit) => Math.floor(random() * limit);
const one = (list) => list[below(list.length)];
const chance = (probability) => random() < probability;
const many = (most, make) => Array.from({ length: below(most + 1) }, make);

const [NORTHWIND, GLOBEX] = ORGS.harbor.vendors;
const IDS = [
  NORTHWIND.id,
  GLOBEX.id,
  NORTHWIND.services[0].id,
  NORTHWIND.documents[0].id,
  ORGS.harbor.control_sets[0].id,
  ORGS.harbor.users[0].id,
  ORGS.fjord.vendors[0].id,
];
const FIELDS = [
  "vendor_id",
  "control_set_ids",
  "name",
  "assessment_name_format",
  "service_ids",
  "assignee_id",
  "trigger_workflow",
  "supporting_document_ids",
  "risk_type",
  "__proto__",
  "",
  "\ud800",
  "x".repeat(300),
];
const TEXTS = [
  ...IDS,
  "",
  " ",
  "\u0000",
  "{{year}}",
  "{{",
  "}}",
  "{{vendor:name}}",
  "'; DROP TABLE assessments; --",
  "%s",
  "\ud800",
  "\u{1F6A2}".repeat(256),
  "annual-reassessment-flow",
  "paused-flow",
  "no such flow",
  "<script>",
  "\ufeff",
  "../..",
];

function value(depth = 0) {
  switch (below(depth > 4 ? 6 : 8)) {
    case 0:
      return null;
    case 1:
      return chance(0.5);
    case 2:
      return one([0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, 5e-324]);
    case 3:
    case 4:
    case 5:
      return one(TEXTS);
    case 6:
      return chance(0.1) ? many(120, () => one(TEXTS)) : many(3, () => value(depth + 1));
    default:
      return Object.fromEntries(many(4, () => [one(FIELDS), value(depth + 1)]));
  }
}

const bytes = (most) => Buffer.from(many(most, () => below(256)));

/** A request that is nearly good, so that every gate is reached. */
function nearlyGood() {
  const request = { vendor_id: one([NORTHWIND.id, GLOBEX.id]), control_set_ids: [] };
  if (chance(0.7)) request[one(FIELDS)] = value();
  return JSON.stringify(request);
}

function mutated(text) {
  const body = Buffer.from(text);
  for (let change = below(4); change >= 0; change--) {
    const at = below(body.length);
    if (chance(0.5)) body[at] = below(256);
    else body.copy(body, at, below(body.length));
  }
  return body;
}

function body() {
  switch (below(10)) {
    case 0:
      return undefined;
    case 1:
      return bytes(300);
    case 2:
      return Buffer.from(one(["[", '{"a":', '{"vendor_id":[']).repeat(below(100_000) / 10));
    case 3:
      return Buffer.alloc(
        one([262_143, 262_144, 262_145, 400_000]),
        one([" ", "[", "0", "\u00ff"]),
      );
    case 4:
      return mutated(nearlyGood());
    case 5:
      return Buffer.from(JSON.stringify(value()));
    default:
      return Buffer.from(nearlyGood());
  }
}

// What a request line may hold: workerd refuses some characters by itself, and
// a question mark or number sign would end the path.
const PATH_CHARACTERS = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index))
  .filter((character) => !'"<>`?#'.includes(character))
  .concat("/", "/", "%", "%2F", "%00", "%FF", "..", "./");

function path() {
  const assessment = one(ORGS.harbor.assessments).id;
  const byId = `/v1/assessments/${assessment}`;
  const known = one([
    "/v1/assessments",
    byId,
    byId,
    "/v1/utils/authtest",
    "/healthz",
    "/openapi.json",
  ]);
  const noise = () => many(12, () => one(PATH_CHARACTERS)).join("");
  const query = chance(0.2) ? `?${noise()}=${noise()}` : "";
  switch (below(5)) {
    case 0:
      return `/${noise()}${query}`;
    case 1:
      return `${known}/${noise()}${query}`;
    case 2:
      return `${known.slice(0, 1 + below(known.length))}${noise()}${query}`;
    default:
      return `${known}${query}`;
  }
}

/** Pages of the dashboard are HTML by intent. */
function isPage(path) {
  const { pathname } = new URL(path, "http://host");
  return (
    ["/", "/new", "/new/many", "/watchlist"].includes(pathname) ||
    /^\/(assessments|dashboard)\//.test(pathname)
  );
}

function pathOfTheApi() {
  for (;;) {
    const chosen = path();
    if (!URL.canParse(chosen, "http://host") || !isPage(chosen)) return chosen;
  }
}

const NOISY_HEADERS = [
  "authorization",
  "idempotency-key",
  "cf-connecting-ip",
  "x-forwarded-for",
  "x-coverbase-request-id",
  "accept",
  "cookie",
  "accept-encoding",
  "if-none-match",
  "range",
  "content-encoding",
  "x-http-method-override",
  "x-noise",
  "referer",
];
const headerByte = () => one([0x09, 0x20 + below(95), 0x80 + below(128)]);
const headerText = () => Buffer.from(many(40, headerByte)).toString("latin1");

function headers() {
  const contentType = chance(0.8) ? "application/json" : one(["text/plain", "", headerText()]);
  const pairs = [["content-type", contentType]];
  const keys = ["reused", `fresh-${below(1e9)}`, "", "k".repeat(300), headerText()];
  if (chance(0.3)) pairs.push(["idempotency-key", one(keys)]);
  for (const name of NOISY_HEADERS) {
    if (chance(0.06)) pairs.push([name, headerText()]);
  }
  return pairs;
}

const excerpt = (body) => body?.subarray(0, 400).toString("latin1");

/** What a failure needs to be found again. */
const described = ({ method, path, headers, body, key }) =>
  `seed ${SEED}: ${method} ${path} key ${key} ${JSON.stringify(headers)} ${excerpt(body)}`;

let api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

test("bad_input_never_gets_a_5xx_an_empty_body_or_html", async (t) => {
  t.diagnostic(`FUZZ_SEED=${SEED}`);
  const statuses = new Set();
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, () => ({
      ...(chance(0.4)
        ? { method: "POST", path: "/v1/assessments" }
        : { method: one(METHODS), path: pathOfTheApi() }),
      headers: headers(),
      body: body(),
      key: chance(0.6)
        ? KEYS.harbor
        : one([KEYS.revoked, KEYS.reportViewer, KEYS.citadel, "x", undefined]),
    }));
    await Promise.all(
      batch.map(async (request) => {
        const { method, path, ...rest } = request;
        try {
          const { status } = await api.sendRaw(method, path, rest);
          assert.ok(STATUSES.includes(status), `status ${status}`);
          statuses.add(status);
        } catch (cause) {
          throw new Error(described(request), { cause });
        }
      }),
    );
  }
  // The requests are no noise that the first gate stops: every later one was reached.
  for (const status of [201, 400, 401, 404, 405, 422]) {
    assert.ok(statuses.has(status), `no ${status} with seed ${SEED}`);
  }
  assert.equal((await api.send("GET", "/healthz")).status, 200);
});

test("random_bodies_with_a_good_credential_are_created_or_refused", async (t) => {
  t.diagnostic(`FUZZ_SEED=${SEED}`);
  for (let sent = 0; sent < 400; sent += AT_ONCE) {
    const bodies = Array.from({ length: AT_ONCE }, () =>
      chance(0.5) ? mutated(nearlyGood()) : Buffer.from(nearlyGood()),
    );
    const answers = await Promise.all(bodies.map((bytes) => api.create(bytes)));
    answers.forEach(({ status, text }, index) => {
      const what = `seed ${SEED}: ${status} ${text} for ${excerpt(bodies[index])}`;
      assert.ok([201, 400, 404, 409, 422].includes(status), what);
    });
  }
});
