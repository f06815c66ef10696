// The entry for dashboards: pages of lists, what is asked for them, and answers that have
// the shapes of the Rust types, or are none.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { dashboard } from "../../pkg/dist/dashboard.js";
import { ConfigurationError } from "../../pkg/dist/errors.js";
import { ORGS, startApi } from "../http/harness.mjs";
import { answer, clientOf, hasty, scripted } from "./client-support.mjs";
import { readable } from "./readable.mjs";
import { untyped } from "./untyped.mjs";

let api;
/** An answer of every read, as the API gives it. */
const answers = {};
before(async () => {
  api = await startApi();
  const reads = dashboard(clientOf(api));
  const { id } = ORGS.harbor.assessments.at(-1);
  Object.assign(answers, {
    me: await reads.me(),
    vendors: await reads.vendors({ limit: 2 }),
    vendor: await reads.vendor(ORGS.harbor.vendors[0].id),
    controlSets: await reads.controlSets(),
    users: await reads.users(),
    workflows: await reads.workflows(),
    assessments: await reads.assessments({ limit: 3 }),
    assessment: await reads.assessment(id),
  });
});
after(() => api?.close());

const reading = { vendor: ["cbvndr_1"], assessment: ["cbqsrw_1"] };
const read = (client, name) => dashboard(client)[name](...(reading[name] ?? []));

test("every_read_answers_what_the_api_has", () => {
  const { me, vendors, vendor, assessments, assessment } = answers;
  assert.equal(me.organization.id, ORGS.harbor.id);
  assert.equal(vendors.items.length, 2);
  assert.equal(vendor.name, ORGS.harbor.vendors[0].name);
  assert.deepEqual(
    vendor.services.map(({ id }) => id).toSorted(),
    ORGS.harbor.vendors[0].services
      .filter(({ archived }) => !archived)
      .map(({ id }) => id)
      .toSorted(),
  );
  assert.equal(assessments.items.length, 3);
  assert.equal(assessment.id, ORGS.harbor.assessments.at(-1).id);
});

test("iterating_a_list_gives_every_item_of_every_page_once", async () => {
  const reads = dashboard(clientOf(api));
  const ids = [];
  for await (const { id } of reads.vendors({ limit: 1 })) ids.push(id);
  const whole = await reads.vendors({ limit: 100 });
  assert.ok(ids.length >= 2);
  assert.deepEqual(
    ids,
    whole.items.map(({ id }) => id),
  );
  const sizes = [];
  for await (const { items } of reads.vendors({ limit: 1 }).pages()) sizes.push(items.length);
  assert.deepEqual(sizes, Array(ids.length).fill(1));
});

test("a_search_finds_by_the_beginning_of_a_word", async () => {
  const reads = dashboard(clientOf(api));
  const [ana] = ORGS.harbor.users;
  const found = await reads.users({ q: ana.name.slice(0, 2).toUpperCase() });
  assert.ok(found.items.some(({ id }) => id === ana.id));
});

test("the_parameters_are_those_that_are_given", async () => {
  const page = answer({ items: [], next_cursor: null });
  const { client, requests } = scripted(page);
  const reads = dashboard(client);
  await reads.assessments({
    q: "né & co",
    status: "complete",
    archived: false,
    assignee_id: undefined,
    vendor_id: untyped(null),
    cursor: "",
    limit: 7,
  });
  await reads.users();
  assert.deepEqual(
    requests.map(({ url }) => url),
    [
      "https://api.example/v1/dashboard/assessments?q=n%C3%A9+%26+co&status=complete&archived=false&limit=7",
      "https://api.example/v1/dashboard/users",
    ],
  );
});

test("nothing_is_asked_before_a_list_is_read_and_an_iteration_that_is_left_asks_no_more", async () => {
  const { client, requests } = scripted(
    answer({ items: [{ id: "cbctst_1", name: "SOC 2" }], next_cursor: "more" }),
  );
  const reads = dashboard(client);
  const list = reads.controlSets();
  assert.equal(requests.length, 0);
  assert.equal(await list, await list);
  assert.equal(requests.length, 1);
  for await (const { name } of reads.controlSets()) {
    assert.equal(name, "SOC 2");
    break;
  }
  assert.equal(requests.length, 2);
});

test("what_is_no_id_and_no_parameter_is_refused_before_anything_is_asked", async () => {
  const { client, requests } = scripted(answer({}));
  const reads = dashboard(client);
  for (const id of [undefined, "", "..", "a/b?c"]) {
    await assert.rejects(reads.vendor(untyped(id)), { name: "ConfigurationError" });
  }
  for (const query of [{ staus: "failed" }, { status: "failed" }]) {
    assert.throws(() => reads.vendors(untyped(query)), { name: "ConfigurationError" });
  }
  assert.equal(requests.length, 0);
});

test("a_list_that_failed_can_be_asked_again", async () => {
  const page = { items: [], next_cursor: null };
  const { client } = scripted([answer({ detail: "Internal Server Error" }, 500), answer(page)]);
  const list = dashboard(client).users({}, { maxRetries: 0 });
  await assert.rejects(
    async () => {
      await list;
    },
    { status: 500 },
  );
  assert.deepEqual(await list, page);
});

test("a_cursor_that_leads_to_itself_ends_the_iteration", async () => {
  const { client, requests } = scripted(answer({ items: [], next_cursor: "same" }));
  for await (const item of dashboard(client).users()) assert.fail(JSON.stringify(item));
  assert.equal(requests.length, 2);
});

test("its_calls_have_the_retries_and_options_of_the_client", async (t) => {
  hasty(t);
  const busy = answer({ detail: "Service temporarily unavailable." }, 503, { "retry-after": "1" });
  const { client, requests } = scripted([busy, answer({ items: [], next_cursor: null })]);
  assert.deepEqual((await dashboard(client).workflows()).items, []);
  assert.equal(requests.length, 2);
  const options = untyped({ retries: 1 });
  await assert.rejects(Promise.resolve(dashboard(client).me(options)), {
    name: "ConfigurationError",
  });
  const controller = new AbortController();
  controller.abort();
  const { signal } = controller;
  await assert.rejects(dashboard(client).me({ signal }), { name: "AbortError" });
});

test("a_value_that_a_query_cannot_have_is_an_error_with_its_place", async () => {
  await assert.rejects(
    async () => {
      await dashboard(clientOf(api)).vendors({ limit: 101 });
    },
    (thrown) => {
      const { status, issues } = untyped(thrown);
      assert.equal(status, 422);
      assert.deepEqual(issues[0].loc, ["query", "limit"]);
      return true;
    },
  );
});

test("what_is_no_client_is_refused", () => {
  for (const given of [undefined, null, {}, "client"]) {
    assert.throws(() => dashboard(untyped(given)), ConfigurationError);
  }
  // A client of another copy of the package will do.
  const options = { baseUrl: "https://api.example", token: "t" };
  assert.ok(dashboard(new readable.AssessmentsClient(options)));
  const required = createRequire(import.meta.url)("../../pkg/dist/dashboard.cjs");
  assert.ok(required.dashboard(new readable.AssessmentsClient(options)));
});

/** Every way to a member of an object within a value. */
function* ways(value, way = []) {
  for (const [key, member] of Object.entries(value ?? {})) {
    if (typeof value === "object") {
      yield [...way, key];
      if (typeof member === "object") yield* ways(member, [...way, key]);
    }
  }
}

/** A copy in which `change` was done to what holds the end of a way. */
function changed(value, way, change) {
  const copy = structuredClone(value);
  const holder = way.slice(0, -1).reduce((inner, key) => inner[key], copy);
  change(holder, way.at(-1));
  return copy;
}

test("an_answer_that_lacks_what_is_promised_is_none_and_the_error_names_the_place", async () => {
  let tried = 0;
  for (const [name, good] of Object.entries(answers)) {
    for (const way of ways(good)) {
      const isOfList = /^\d+$/.test(way.at(-1));
      const place = way.join(".");
      const fails = async (change, message) => {
        tried++;
        const { client } = scripted(answer(changed(good, way, change)));
        await assert.rejects(async () => read(client, name), {
          name: "ResponseShapeError",
          message,
        });
      };
      if (!isOfList) {
        await fails((holder, key) => delete holder[key], `${place} must be there`);
      }
      // No member may be a function's worth of nothing: an object stands where none can.
      const isAnything = place.endsWith(".value");
      const value = way.reduce((inner, key) => inner[key], good);
      const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
      if (!isAnything) {
        await fails(
          (holder, key) => (holder[key] = isObject ? 7 : { odd: true }),
          new RegExp(`^${place}(\\.\\w+)? must be `),
        );
      }
    }
  }
  assert.ok(tried > 200, `${tried}`);
});

test("what_a_later_version_adds_passes", async () => {
  const later = structuredClone(answers.assessment);
  later.mood = { good: true };
  later.status = "awaiting_vendor";
  const { client } = scripted(answer(later));
  assert.deepEqual(await read(client, "assessment"), later);
});
