// Who may call, and in which order the gates refuse: points 29 to 31 of the
// contract's checklist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KEYS, idOf, makeAssessment, makeOrg, mintKey, startApi } from "./harness.mjs";

const NOT_AUTHENTICATED = { detail: "Not authenticated" };
const INVALID = { detail: "Invalid or expired API key." };
const WRONG_ROLE = { detail: "Unauthorized role." };
const REFUSED_ADDRESS = {
  detail: {
    code: "ip_not_allowed",
    message:
      "This request originates from an IP address that is not in your organization's API allowlist.",
  },
};
const INSIDE = "203.0.113.9";
const OUTSIDE = "198.51.100.9";

const inOneHour = Math.floor(Date.now() / 1000) + 3600;
const keyOf = (name, more) => ({
  name,
  secret: mintKey(`auth, ${name}`),
  role: "Service Account",
  ...more,
});
const withAssessment = (seed, more = {}) => {
  const vendor = idOf("cbvndr", seed);
  return makeOrg(seed, { assessments: [makeAssessment(seed, vendor)], ...more });
};

const ORG = withAssessment("auth", {
  api_keys: [
    keyOf("good"),
    keyOf("live prefix", { secret: mintKey("auth, live prefix", "ak_live_") }),
    keyOf("revoked", { revoked: true }),
    keyOf("expired", { expires_at: 1_735_689_600 }),
    keyOf("expires in an hour", { expires_at: inOneHour }),
    keyOf("nobody", { role: "Nobody" }),
    keyOf("reader", { role: "Reader" }),
  ],
});
const CAGED = withAssessment("auth, caged", {
  api_ip_allowlist: ["203.0.113.0/24", "2001:db8::/32", "192.0.2.7/32"],
  api_keys: [keyOf("caged"), keyOf("caged nobody", { role: "Nobody" })],
});
const OPEN = withAssessment("auth, open");
const GOOD = mintKey("auth, good");
const CAGED_KEY = mintKey("auth, caged");

let api;
before(async () => {
  const all = ["create_assessment", "retrieve_assessment", "archive_assessment"];
  const roles = { "Service Account": all, Reader: ["retrieve_assessment"] };
  api = await startApi({ faulty: true, vars: { ROLES: roles } });
  await api.load({ orgs: [ORG.data, CAGED.data, OPEN.data] });
});
after(() => api.close());

const assessmentOf = (org) => org.data.assessments[0].id;
const bodyOf = (org) => Buffer.from(JSON.stringify(org.body));

/**
 * Every route that needs a credential, as arguments of `send`.
 *
 * @returns {[string, string, { body?: Buffer, headers?: Record<string, string> }][]}
 */
const routesOf = (org) => [
  [
    "POST",
    "/v1/assessments",
    { body: bodyOf(org), headers: { "content-type": "application/json" } },
  ],
  ["GET", `/v1/assessments/${assessmentOf(org)}`, {}],
  ["DELETE", `/v1/assessments/${assessmentOf(org)}`, {}],
  ["GET", "/v1/utils/authtest", {}],
];
const guarded = (org) => routesOf(org).slice(0, 3);

/**
 * @param {ReturnType<typeof routesOf>[number]} route
 * @param {import("./harness.mjs").Sent} [options]
 */
const call = ([method, path, more], { headers, ...options } = {}) =>
  api.send(method, path, { ...more, ...options, headers: { ...more.headers, ...headers } });

function isUnauthorized(answer, body) {
  assert.equal(answer.status, 401, answer.text);
  assert.deepEqual(answer.json, body);
  assert.equal(answer.headers.get("www-authenticate"), "Bearer");
}

const everything = (org) =>
  api.rows("SELECT * FROM assessments WHERE org_id = ? ORDER BY id", org.id);

/** `work` must leave the organization and the number of all rows as they were. */
async function changesNothing(org, work) {
  const before = await everything(org);
  const outcome = await api.writesNothing(work);
  assert.deepEqual(await everything(org), before);
  return outcome;
}

for (const [what, authorization] of [
  ["no_authorization_header", null],
  ["an_empty_header", ""],
  ["basic_credentials", "Basic x"],
  ["a_key_under_another_scheme", `Token ${GOOD}`],
  ["a_key_without_a_scheme", GOOD],
  ["bearer_without_a_token", "Bearer"],
  ["bearer_and_a_space", "Bearer "],
  ["lower_case_bearer_without_a_token", "bearer"],
]) {
  test(`${what}_is_not_authenticated_on_every_route`, async () => {
    await changesNothing(ORG, async () => {
      for (const [method, path, { headers = {}, body }] of routesOf(ORG)) {
        const pairs = Object.entries(headers);
        if (authorization !== null) pairs.push(["authorization", authorization]);
        isUnauthorized(
          await api.sendRaw(method, path, { headers: pairs, body }),
          NOT_AUTHENTICATED,
        );
      }
    });
  });
}

const mistyped = GOOD.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
for (const [what, token] of [
  ["an_unknown_key", mintKey("nobody has this")],
  ["a_mistyped_key", mistyped],
  ["a_key_cut_short", GOOD.slice(0, -1)],
  ["a_key_with_a_tail", `${GOOD}0`],
  ["a_key_of_another_prefix", GOOD.replace("ak_test_", "ak_live_")],
  ["a_key_in_capitals", GOOD.toUpperCase()],
  ["an_expired_key", mintKey("auth, expired")],
  ["a_revoked_key", mintKey("auth, revoked")],
  ["an_oauth_token", "cbat_0123456789abcdef0123456789abcdef"],
  ["a_bad_jwt", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."],
  ["two_tokens", `${GOOD} ${GOOD}`],
  ["nothing_but_a_prefix", "ak_test_"],
  ["a_long_token", "x".repeat(8000)],
  ["latin_1", "caf\u00e9"],
  ["a_byte_that_is_no_utf_8", "\u00ff"],
]) {
  test(`${what}_is_an_invalid_credential_on_every_route`, async () => {
    await changesNothing(ORG, async () => {
      for (const [method, path, { headers = {}, body }] of routesOf(ORG)) {
        const pairs = [...Object.entries(headers), ["authorization", `Bearer ${token}`]];
        isUnauthorized(await api.sendRaw(method, path, { headers: pairs, body }), INVALID);
      }
    });
  });
}

test("two_authorization_headers_are_refused", async () => {
  const headers = [
    ["authorization", `Bearer ${GOOD}`],
    ["authorization", `Bearer ${GOOD}`],
  ];
  assert.equal((await api.sendRaw("GET", "/v1/utils/authtest", { headers })).status, 401);
});

test("the_scheme_name_is_case_insensitive", async () => {
  for (const scheme of ["Bearer", "bearer", "BEARER", "bEaReR"]) {
    const headers = { authorization: `${scheme} ${GOOD}` };
    assert.equal((await api.send("GET", "/v1/utils/authtest", { headers })).status, 200);
  }
});

test("a_live_key_is_as_good_as_a_test_key", async () => {
  const key = mintKey("auth, live prefix", "ak_live_");
  assert.equal((await api.create(ORG.body, { key })).status, 201);
});

test("a_key_is_good_until_it_expires", async () => {
  const key = mintKey("auth, expires in an hour");
  for (const [clock, status] of [
    [0, 200],
    [3000, 200],
    [3600, 401],
    [7200, 401],
  ]) {
    const answer = await api.send("GET", "/v1/utils/authtest", { key, faults: { clock } });
    assert.equal(answer.status, status, `${clock} seconds on`);
  }
});

test("a_role_that_is_not_in_the_table_is_refused_on_every_route_that_needs_one", async () => {
  const key = mintKey("auth, nobody");
  await changesNothing(ORG, async () => {
    for (const route of guarded(ORG)) isUnauthorized(await call(route, { key }), WRONG_ROLE);
  });
  assert.equal((await api.send("GET", "/v1/utils/authtest", { key })).status, 200);
});

test("the_demos_report_viewer_is_refused_by_its_role", async () => {
  isUnauthorized(await api.create({}, { key: KEYS.reportViewer }), WRONG_ROLE);
});

test("a_role_may_do_what_the_table_says_and_no_more", async () => {
  const key = mintKey("auth, reader");
  const [post, get, remove] = guarded(ORG);
  assert.equal((await call(get, { key })).status, 200);
  await changesNothing(ORG, async () => {
    isUnauthorized(await call(post, { key }), WRONG_ROLE);
    isUnauthorized(await call(remove, { key }), WRONG_ROLE);
  });
});

test("a_browser_may_not_use_an_ak_key", async () => {
  await changesNothing(ORG, async () => {
    for (const route of routesOf(ORG)) {
      const headers = { origin: "https://dashboard.example" };
      isUnauthorized(await call(route, { key: GOOD, headers }), INVALID);
    }
  });
});

const from = (address) => ({ key: CAGED_KEY, headers: { "cf-connecting-ip": address } });

test("an_address_inside_the_allowlist_passes", async () => {
  for (const address of [
    INSIDE,
    "203.0.113.0",
    "203.0.113.255",
    "192.0.2.7",
    "2001:db8::1",
    "2001:DB8:ffff::",
  ]) {
    for (const [method, path, more] of routesOf(CAGED).filter(([method]) => method === "GET")) {
      assert.equal((await call([method, path, more], from(address))).status, 200, address);
    }
  }
  assert.equal((await call(routesOf(CAGED)[0], from(INSIDE))).status, 201);
});

for (const [what, options] of /** @type {[string, import("./harness.mjs").Sent][]} */ ([
  ["outside", from(OUTSIDE)],
  ["next_to_the_list", from("203.0.114.0")],
  ["of_ipv6_outside", from("2001:db9::1")],
  ["beside_a_single_one", from("192.0.2.8")],
  ["that_is_no_address", from("localhost")],
  ["that_is_a_list", from(`${INSIDE}, ${OUTSIDE}`)],
  ["that_is_empty", from("")],
  ["that_the_edge_does_not_tell", { key: CAGED_KEY, faults: { nobody: true } }],
])) {
  test(`an_address_${what}_is_refused_on_every_route`, async () => {
    await changesNothing(CAGED, async () => {
      for (const route of routesOf(CAGED)) {
        const answer = await call(route, options);
        assert.equal(answer.status, 403, answer.text);
        assert.deepEqual(answer.json, REFUSED_ADDRESS);
      }
    });
  });
}

test("forwarding_headers_that_callers_write_change_nothing", async () => {
  for (const name of [
    "x-forwarded-for",
    "x-real-ip",
    "x-client-ip",
    "true-client-ip",
    "client-ip",
    "cf-connecting-ipv6",
    "cf-pseudo-ipv4",
    "x-cluster-client-ip",
    "x-forwarded",
  ]) {
    for (const [edge, written, status] of [
      [OUTSIDE, INSIDE, 403],
      [INSIDE, OUTSIDE, 200],
    ]) {
      const headers = {
        "cf-connecting-ip": edge,
        [name]: written,
        forwarded: `for=${written}`,
      };
      const answer = await api.send("GET", "/v1/utils/authtest", { key: CAGED_KEY, headers });
      assert.equal(answer.status, status, name);
    }
  }
  const unknown = {
    key: CAGED_KEY,
    faults: { nobody: true },
    headers: { "x-forwarded-for": INSIDE },
  };
  assert.equal((await api.send("GET", "/v1/utils/authtest", unknown)).status, 403);
});

test("an_empty_allowlist_is_open_to_any_address_and_to_unknown_ones", async () => {
  for (const more of [{ headers: { "cf-connecting-ip": OUTSIDE } }, { faults: { nobody: true } }]) {
    assert.equal(
      (await api.send("GET", "/v1/utils/authtest", { key: OPEN.key, ...more })).status,
      200,
    );
    assert.equal((await api.create(OPEN.body, { key: OPEN.key, ...more })).status, 201);
  }
});

test("an_entry_that_cannot_be_parsed_matches_nothing", async () => {
  const org = makeOrg("auth, unparsable");
  await api.load({ orgs: [org.data] });
  const status = async (allowlist, address) => {
    await api.rows("UPDATE organizations SET api_ip_allowlist = ? WHERE id = ?", allowlist, org.id);
    const headers = { "cf-connecting-ip": address };
    return (await api.send("GET", "/v1/utils/authtest", { key: org.key, headers })).status;
  };
  for (const nonsense of [
    "nonsense",
    "",
    "203.0.113.0/33",
    "203.0.113.0/24 ",
    "*",
    "203.0.113.300/24",
  ]) {
    assert.equal(await status(JSON.stringify([nonsense]), INSIDE), 403, nonsense);
    assert.equal(await status(JSON.stringify([nonsense, "203.0.113.0/24"]), INSIDE), 200, nonsense);
  }
});

const notFound = `/v1/assessments/${idOf("cbqsrw", "nobody")}`;
const large = "{".repeat(300_000);
const unknownFlow = { ...ORG.body, trigger_workflow: "no such flow" };
const tooMany = Array(101).fill("x");
const badCredential = { key: "x" };
const wrongRole = { key: mintKey("auth, nobody") };
const refusedAddress = { key: CAGED_KEY, headers: { "cf-connecting-ip": OUTSIDE } };
const refusedRole = { ...refusedAddress, key: mintKey("auth, caged nobody") };
const badKey = { idempotencyKey: "two words" };
const good = { key: GOOD };
for (const [what, status, send] of [
  [
    "a_wrong_path_before_a_bad_credential",
    404,
    () => api.send("POST", "/v1/nothing", badCredential),
  ],
  [
    "a_wrong_method_before_a_bad_credential",
    405,
    () => api.send("PUT", "/v1/assessments", badCredential),
  ],
  ["a_bad_credential_before_a_bad_body", 401, () => api.create("{", badCredential)],
  ["a_bad_credential_before_a_large_body", 401, () => api.create(large, badCredential)],
  [
    "a_bad_credential_before_a_bad_idempotency_key",
    401,
    () => api.create({}, { ...badCredential, ...badKey }),
  ],
  [
    "a_bad_credential_before_an_unknown_assessment",
    401,
    () => api.send("GET", notFound, badCredential),
  ],
  ["a_wrong_role_before_a_bad_body", 401, () => api.create("{", wrongRole)],
  ["a_wrong_role_before_an_unknown_assessment", 401, () => api.send("DELETE", notFound, wrongRole)],
  ["a_wrong_role_before_a_refused_address", 401, () => api.create("{", refusedRole)],
  ["a_refused_address_before_a_bad_body", 403, () => api.create("{", refusedAddress)],
  [
    "a_refused_address_before_a_bad_idempotency_key",
    403,
    () => api.create({}, { ...refusedAddress, ...badKey }),
  ],
  [
    "a_refused_address_before_an_unknown_assessment",
    403,
    () => api.send("GET", notFound, refusedAddress),
  ],
  [
    "a_bad_idempotency_key_before_a_large_body",
    400,
    () => api.create(large, { ...good, ...badKey }),
  ],
  ["a_large_body_before_bad_json", 413, () => api.create(large, good)],
  [
    "a_schema_fault_before_a_limit",
    422,
    () => api.create({ vendor_id: 1, control_set_ids: tooMany }, good),
  ],
  [
    "a_schema_fault_before_an_unknown_workflow",
    422,
    () => api.create({ ...unknownFlow, name: 1 }, good),
  ],
  [
    "a_limit_before_an_unknown_workflow",
    400,
    () => api.create({ ...unknownFlow, name: "n".repeat(256) }, good),
  ],
  [
    "an_unknown_workflow_before_a_bad_reference",
    404,
    () => api.create({ ...unknownFlow, vendor_id: "x" }, good),
  ],
]) {
  test(`${what}_is_answered_${status}`, async () => {
    const answer = await api.writesNothing(send);
    assert.equal(answer.status, status, answer.text);
  });
}
