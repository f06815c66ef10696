// Values that no JSON text spells, and what the package makes of them: each a
// name and what is done, which answers something that JSON can record.

import { createContext, runInContext } from "node:vm";
import { FIELDS } from "./fields.mjs";
import { untyped } from "./untyped.mjs";

const VENDOR = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
const CONTROL_SET = "cbctst_ee46f1bfc6ae78ab04a22dc4c55b9b93";
const good = (rest) => ({ vendor_id: VENDOR, control_set_ids: [CONTROL_SET], ...rest });

const realm = createContext({});
const foreign = (code) => runInContext(code, realm);

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** A list that notes what is asked of it. */
function watched(items, log, { length = items.length, fails = -1 } = {}) {
  return new Proxy(items, {
    get(target, key) {
      log.push(String(key));
      if (key === "length") return length;
      if (key === String(fails)) throw new TypeError(`mine at ${fails}`);
      return Reflect.get(target, key);
    },
    has: (_, key) => log.push(`has ${String(key)}`) > 0,
    ownKeys: () => (log.push("ownKeys") ? [] : []),
    getOwnPropertyDescriptor: (_, key) => void log.push(`descriptor ${String(key)}`),
    getPrototypeOf: () => (log.push("prototype") ? Array.prototype : null),
  });
}

/** A request that notes which of its members are read. */
const noted = (body, log) =>
  new Proxy(body, {
    get(target, key) {
      log.push(String(key));
      return Reflect.get(target, key);
    },
  });

const cyclic = () => {
  const list = [CONTROL_SET];
  list.push(untyped(list));
  const body = good({ control_set_ids: list });
  body.self = body;
  return body;
};

/** Single values, by name; made anew each time. */
export const VALUES = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  NaN: () => Number.NaN,
  "-0": () => -0,
  bigint: () => 7n,
  symbol: () => Symbol("x"),
  function: () => () => "x",
  "class with members": () => Object.assign(class {}, good()),
  "boxed string": () => new String(VENDOR),
  "boxed number": () => new Number(7),
  date: () => new Date(0),
  "toJSON to a string": () => ({ toJSON: () => VENDOR }),
  "toString to a string": () => ({ toString: () => VENDOR }),
  map: () => new Map([["vendor_id", VENDOR]]),
  set: () => new Set([CONTROL_SET]),
  "typed array": () => Uint8Array.of(1, 2),
  "no array": () => ({ length: 1, 0: CONTROL_SET }),
  "array as prototype": () => Object.create([CONTROL_SET]),
  arguments: () =>
    (function (..._) {
      // biome-ignore lint/complexity/noArguments: it is what is tried.
      return arguments;
    })(CONTROL_SET),
  "empty list": () => [],
  "list with a hole": () => Object.assign(Array(3), { 0: CONTROL_SET, 2: CONTROL_SET }),
  "list of oddities": () => [
    undefined,
    null,
    1n,
    Symbol("x"),
    () => {},
    {},
    [],
    new String("x"),
    NaN,
  ],
  "list of a subclass": () => class List extends Array {}.of(CONTROL_SET),
  "list with members": () => Object.assign([CONTROL_SET], { toJSON: () => "x", extra: 1 }),
  "frozen list": () => Object.freeze([CONTROL_SET, CONTROL_SET]),
  "array of another realm": () => foreign(`[${JSON.stringify(CONTROL_SET)}]`),
  "boxed string of another realm": () => foreign(`new String(${JSON.stringify(VENDOR)})`),
  "revoked list": () => revoked([]),
  "proxy of a list": () => new Proxy([CONTROL_SET], {}),
  "empty string": () => "",
  "good vendor": () => VENDOR,
  "good control set": () => CONTROL_SET,
  "lone high surrogate": () => "a\ud800",
  "lone low surrogate": () => "\udc00b",
  "surrogates the wrong way round": () => "\ude00\ud83d",
  "a pair": () => "\ud83d\ude00",
  "replacement character": () => "\ufffd",
  "byte order mark": () => "\ufeffx",
  "control characters": () => "\0\n\r\u2028\x7f\x80",
  "id with a character outside ASCII": () => `${VENDOR.slice(0, -1)}é`,
  "id with a character of two units": () => `cbvndr_\u{1F600}${"0".repeat(31)}`,
  "prefix outside ASCII": () => "ключ_0",
  "256 characters of two units": () => "\u{1F600}".repeat(256),
  "255 characters of two units": () => "\u{1F600}".repeat(255),
  "as long as a body": () => "x".repeat(262_144),
  "longer than a body": () => "x".repeat(262_146),
  "a pair cut in two": () => `${"x".repeat(262_144)}\ud83d\ude00`,
  "longer than a body, with lone surrogates": () => "\ud800".repeat(262_146),
  "list of lone surrogates that would make a pair": () => ["\ud83d", "\ude00"],
  "list with a lone surrogate behind a number": () => [7, "\ud83d"],
};

/** Requests, by name; `log` notes what is read of one. */
export const REQUESTS = {
  "no prototype": () => Object.assign(Object.create(null), good()),
  inherited: () => Object.create(good()),
  "not enumerable": () => Object.defineProperty(good(), "name", { value: "n", enumerable: false }),
  "of another realm": () => foreign(`(${JSON.stringify(good({ service_ids: [] }))})`),
  "of a class": () =>
    new (class {
      vendor_id = VENDOR;
      get control_set_ids() {
        return [CONTROL_SET];
      }
    })(),
  frozen: () => Object.freeze(good({ name: "n" })),
  cyclic,
  "the same list twice": () => {
    const list = [CONTROL_SET];
    return good({ control_set_ids: list, service_ids: list });
  },
  revoked: () => revoked({}),
  "every member is read once, in model order": (log) => noted(good({ extra: 1 }), log),
  "every getter throws": () =>
    new Proxy(
      {},
      {
        get() {
          throw new Error("mine");
        },
      },
    ),
  "an optional getter throws": () => ({
    ...good(),
    get name() {
      throw new RangeError("mine");
    },
  }),
  "a required getter throws": () =>
    Object.defineProperty(good(), "vendor_id", {
      get() {
        throw new Error("mine");
      },
    }),
  "a list that grows while it is read": () => {
    const list = [CONTROL_SET];
    return good({
      control_set_ids: new Proxy(list, {
        get(target, key) {
          if (key === "0") list.push("x");
          return Reflect.get(target, key);
        },
      }),
    });
  },
  "a list that shrinks while it is read": () => {
    const list = [CONTROL_SET, CONTROL_SET, CONTROL_SET];
    return good({
      control_set_ids: new Proxy(list, {
        get(target, key) {
          const value = Reflect.get(target, key);
          if (key === "0") list.length = 1;
          return value;
        },
      }),
    });
  },
  "a watched list": (log) => good({ control_set_ids: watched([CONTROL_SET, 7], log) }),
  "an item that throws": (log) =>
    good({ control_set_ids: watched(Array(9).fill(7), log, { fails: 3 }), service_ids: [7] }),
  "an item that throws behind a thousand": (log) =>
    good({ control_set_ids: watched(Array(3_000).fill(7), log, { fails: 1_000 }) }).vendor_id &&
    good({ control_set_ids: watched(Array(3_000).fill(7), [], { fails: 1_000 }) }),
  ...Object.fromEntries(
    [Number.NaN, -1, 1.5, "2", null, undefined, 2 ** 32 + 2, -(2 ** 32) + 1, true, {}].map(
      (length) => [
        `a length of ${typeof length} ${String(length)}`,
        (log) =>
          good({
            control_set_ids: watched(Array(3).fill(CONTROL_SET), log, { length: untyped(length) }),
          }),
      ],
    ),
  ),
  "nine hundred faults and a list": (log) =>
    good({
      control_set_ids: Array(990).fill(0),
      name: 7,
      service_ids: watched([CONTROL_SET, 7, 7, CONTROL_SET, ...Array(20).fill(7)], log),
      supporting_document_ids: watched([7], log),
    }),
  "two thousand, half of them good": (log) =>
    good({
      service_ids: watched(
        Array.from({ length: 3_000 }, (_, index) => (index % 2 ? 7 : CONTROL_SET)),
        log,
      ),
      supporting_document_ids: watched([7, 7], log),
    }),
  "lists that fill a body": (log) =>
    good({
      control_set_ids: Array(7_000).fill(CONTROL_SET),
      service_ids: watched(Array(9).fill(7), log),
      supporting_document_ids: watched(Array(9).fill("x"), log),
    }),
  "texts that fill a body": (log) =>
    good({ control_set_ids: watched(["x".repeat(300_000), "y", 7], log), name: "n" }),
  "a lone surrogate behind a thousand faults": () =>
    good({ control_set_ids: [...Array(1_000).fill(7), "\ud800"] }),
  "a lone surrogate before a thousand faults": () =>
    good({ control_set_ids: ["\ud800", ...Array(1_100).fill(7)] }),
  "a lone surrogate in a later member": () =>
    good({ control_set_ids: Array(1_100).fill(7), name: "\ud800" }),
};

/** What a call answers or throws, and what it read, as JSON can hold it. */
function outcome(work, log = []) {
  const attempt = () => {
    try {
      return { answer: told(work()) };
    } catch (thrown) {
      const { name, message, code, offset, expected, actual } = /** @type {any} */ (thrown);
      return { thrown: { name, message, code, offset, expected, actual } };
    }
  };
  const ended = attempt();
  return recordable(log.length ? { ...ended, read: shortened(log) } : ended);
}

/** As JSON holds it, long texts by their beginning and length. */
const recordable = (value) =>
  JSON.parse(
    JSON.stringify(value, (_, held) =>
      typeof held === "string" && held.length > 400
        ? `${held.slice(0, 40)}... ${held.length}`
        : held,
    ),
  );

/** Of many issues the first and the last, and how many they are. */
function told(answer) {
  if (!Array.isArray(answer?.issues)) return answer;
  const { issues, ...rest } = answer;
  if (issues.length <= 20) return { ...rest, issues };
  return { ...rest, count: issues.length, issues: [...issues.slice(0, 3), ...issues.slice(-3)] };
}

function shortened(log) {
  return log.length <= 30 ? [...log] : [log.length, ...log.slice(0, 4), ...log.slice(-4)];
}

/** Every case of a copy of the package, by name. */
export function outcomes(edge) {
  const { validateCreateAssessment, validateField, validateIdempotencyKey, parseId, isId } = edge;
  const all = {};
  const keep = (name, work, log) => {
    all[name] = outcome(work, log);
  };
  for (const [name, make] of Object.entries(VALUES)) {
    keep(`request: ${name}`, () => validateCreateAssessment(make()));
    for (const field of FIELDS) {
      keep(`${field}: ${name}`, () => validateCreateAssessment(good({ [field]: make() })));
      keep(`field ${field}: ${name}`, () => validateField(untyped(field), make()));
    }
    keep(`items: ${name}`, () =>
      validateCreateAssessment(good({ control_set_ids: [make(), make()] })),
    );
    keep(`key: ${name}`, () => validateIdempotencyKey(make()));
    keep(`id: ${name}`, () => parseId(untyped(make())));
    keep(`id of a vendor: ${name}`, () => parseId(untyped(make()), "vendor"));
    keep(`is id: ${name}`, () => [isId(make()), isId(make(), "vendor"), isId(make(), "tag")]);
  }
  for (const [name, make] of Object.entries(REQUESTS)) {
    const log = [];
    keep(`request: ${name}`, () => validateCreateAssessment(make(log)), log);
  }
  return all;
}

/** What a client sends, or refuses to send, of each value in each field. */
export async function sent({ AssessmentsClient }) {
  const all = {};
  let body;
  const fetch = async (_, init) => {
    body = init.body;
    return Response.json({ detail: "Not Found" }, { status: 404 });
  };
  const client = new AssessmentsClient({
    baseUrl: "http://127.0.0.1",
    token: "t",
    fetch,
    maxRetries: 0,
  });
  const keep = async (name, work) => {
    body = undefined;
    const error = await work().then(
      () => undefined,
      (error) => error,
    );
    const { name: type, message, status, issues } = error;
    all[name] = recordable({ body, error: told({ type, message, status, issues }) });
  };
  for (const [name, make] of Object.entries(VALUES)) {
    for (const field of ["vendor_id", "control_set_ids", "name", "service_ids"]) {
      for (const validate of [true, false]) {
        await keep(`create ${validate} ${field}: ${name}`, () =>
          client.create(untyped(good({ [field]: make() })), { validate }),
        );
      }
    }
    for (const field of ["user_id", "role", "origin", "expires_in"]) {
      for (const validate of [true, false]) {
        const body = { user_id: `cbuser_${"0".repeat(32)}`, [field]: make() };
        await keep(`session ${validate} ${field}: ${name}`, () =>
          client.createSession(untyped(body), { validate }),
        );
      }
    }
    await keep(`session: ${name}`, () => client.createSession(untyped(make())));
    await keep(`retrieve: ${name}`, () => client.retrieve(untyped(make())));
    await keep(`run: ${name}`, () => client.retrieveRun(untyped(make())));
    await keep(`key: ${name}`, () =>
      client.create(untyped(good()), { idempotencyKey: untyped(make()) }),
    );
  }
  return all;
}
