// A token that the API refuses: the function is asked once more, and no oftener.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, TimeoutError } from "../../pkg/dist/index.js";
import {
  ASSESSMENT,
  BODY,
  CREATED,
  ID,
  answer,
  clock,
  hasty,
  never,
  scripted,
} from "./client-support.mjs";
import { inBrowserRealm } from "./realm.mjs";
import { untyped } from "./untyped.mjs";

const REFUSED = answer({ detail: "Invalid or expired API key." }, 401);
const WRONG_ROLE = answer({ detail: "Unauthorized role." }, 401);
const BUSY = answer({ detail: "Service temporarily unavailable." }, 503);

/** A token function that answers these in turn, and what it was told each time. */
function tokens(...answers) {
  const told = [];
  const token = async ({ refused }) => {
    told.push(refused);
    return answers[Math.min(told.length, answers.length) - 1];
  };
  return { token, told };
}

const sent = (requests) => requests.map(({ headers }) => headers.get("authorization"));

test("a_refused_token_is_asked_for_once_more_and_the_call_is_sent_with_the_next", async () => {
  const { token, told } = tokens("old", "new");
  const { client, requests } = scripted([REFUSED, answer(ASSESSMENT)], { token, maxRetries: 0 });
  const { data, attempts } = await client.withResponse.retrieve(ID);
  assert.deepEqual(data, ASSESSMENT);
  assert.equal(attempts, 2);
  assert.deepEqual(told, [undefined, "old"]);
  assert.deepEqual(sent(requests), ["Bearer old", "Bearer new"]);
});

test("a_create_keeps_its_key_and_body_when_the_token_is_renewed", async () => {
  const { token } = tokens("old", "new");
  const { client, requests } = scripted([REFUSED, answer(CREATED, 201)], { token });
  await client.create({ ...BODY, name: "kept" });
  const [first, second] = requests;
  assert.equal(first.headers.get("idempotency-key"), second.headers.get("idempotency-key"));
  assert.equal(await first.text(), await second.text());
});

test("a_second_refusal_is_told_and_nothing_loops", async () => {
  const { token, told } = tokens("one", "two", "three");
  const { client, requests } = scripted(REFUSED, { token, maxRetries: 5 });
  await assert.rejects(client.retrieve(ID), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.attempts], [401, 2]);
    return true;
  });
  assert.deepEqual(told, [undefined, "one"]);
  assert.equal(requests.length, 2);
});

test("the_same_token_again_is_not_sent_again", async () => {
  const { token, told } = tokens("only");
  const { client, requests } = scripted(REFUSED, { token });
  const message = "Invalid or expired API key.";
  await assert.rejects(client.retrieve(ID), { status: 401, attempts: 1, message });
  assert.deepEqual(told, [undefined, "only"]);
  assert.equal(requests.length, 1);
});

test("a_token_that_is_a_text_is_sent_once", async () => {
  const { client, requests } = scripted(REFUSED);
  await assert.rejects(client.retrieve(ID), { status: 401, attempts: 1 });
  assert.equal(requests.length, 1);
});

test("a_role_that_may_not_do_it_asks_for_no_other_token", async () => {
  const { token, told } = tokens("one", "two");
  const { client } = scripted(WRONG_ROLE, { token });
  await assert.rejects(client.retrieve(ID), { status: 401, message: "Unauthorized role." });
  assert.deepEqual(told, [undefined]);
});

test("an_answer_of_something_in_between_asks_for_no_other_token", async () => {
  const { token, told } = tokens("one", "two");
  const { client } = scripted(new Response("sign in", { status: 401 }), { token });
  await assert.rejects(client.retrieve(ID), { status: 401 });
  assert.deepEqual(told, [undefined]);
});

test("attempts_after_a_renewal_are_those_of_any_call", async (t) => {
  hasty(t);
  const { token, told } = tokens("old", "new");
  const script = [REFUSED, BUSY, answer(ASSESSMENT)];
  const { client, requests, retries } = scripted(script, { token });
  await client.retrieve(ID);
  assert.deepEqual(sent(requests), ["Bearer old", "Bearer new", "Bearer new"]);
  // It is told each time, in case that it would still answer the same.
  assert.deepEqual(told, [undefined, "old", "old"]);
  assert.equal(retries.length, 1);
});

test("the_error_of_a_renewal_passes_through", async () => {
  const problem = new Error("signed out");
  const { client } = scripted(REFUSED, {
    token: async ({ refused }) => {
      if (refused) throw problem;
      return "old";
    },
  });
  await assert.rejects(client.retrieve(ID), (error) => error === problem);
});

test("a_wait_goes_on_with_the_next_token", async (t) => {
  const time = clock(t);
  const { token, told } = tokens("old", "old", "new");
  const script = [answer(ASSESSMENT), REFUSED, answer({ ...ASSESSMENT, status: "complete" })];
  const { client } = scripted(script, { token });
  const { status } = await time.until(client.waitFor(ID));
  assert.equal(status, "complete");
  // The read that was refused was sent with what the second question answered.
  assert.deepEqual(told, [undefined, undefined, "old"]);
});

test("on_a_server_every_call_asks_for_its_own_token", async () => {
  // Whoever answers by the request that is being served must be asked for each.
  let users = 0;
  const { client, requests } = scripted(answer(ASSESSMENT), {
    token: async () => {
      users += 1;
      const user = users;
      await new Promise(setImmediate);
      return `of-user-${user}`;
    },
  });
  await Promise.all([client.retrieve(ID), client.retrieve(ID), client.retrieve(ID)]);
  assert.deepEqual(
    sent(requests).sort(),
    [1, 2, 3].map((user) => `Bearer of-user-${user}`),
  );
});

test("in_a_page_calls_share_one_question", async (t) => {
  inBrowserRealm(t);
  let asked = 0;
  const { client, requests } = scripted(answer(ASSESSMENT), {
    token: async () => {
      asked += 1;
      await new Promise(setImmediate);
      return `session-${asked}`;
    },
  });
  await Promise.all([client.retrieve(ID), client.retrieve(ID), client.retrieve(ID)]);
  assert.equal(asked, 1);
  assert.deepEqual(new Set(sent(requests)), new Set(["Bearer session-1"]));
  await client.retrieve(ID);
  assert.equal(asked, 2);
});

test("in_a_page_refused_calls_share_the_renewal", async (t) => {
  inBrowserRealm(t);
  const told = [];
  let current = "old";
  const { client, requests } = scripted(
    [
      (request) =>
        request.headers.get("authorization") === "Bearer new" ? answer(ASSESSMENT) : REFUSED,
    ],
    {
      token: async ({ refused }) => {
        told.push(refused);
        await new Promise(setImmediate);
        if (refused === current) current = "new";
        return current;
      },
    },
  );
  await Promise.all(Array.from({ length: 8 }, () => client.retrieve(ID)));
  assert.equal(requests.length, 16);
  assert.deepEqual(told, [undefined, "old"]);
});

test("in_a_page_a_question_without_an_answer_is_asked_again_by_the_next_attempt", async (t) => {
  inBrowserRealm(t);
  hasty(t);
  const time = clock(t);
  let asked = 0;
  const { client } = scripted(answer(ASSESSMENT), {
    token: () => {
      asked += 1;
      return asked === 1 ? never() : "late";
    },
  });
  const [first, second] = [client.retrieve(ID), client.retrieve(ID, { maxRetries: 0 })];
  second.catch(() => {});
  assert.deepEqual(await time.until(first), ASSESSMENT);
  await assert.rejects(second, TimeoutError);
  assert.equal(asked, 2);
});

test("a_token_that_is_a_word_of_the_answer_changes_nothing_of_what_it_means", async () => {
  const detail = { code: "workflow_not_found", message: "Workflow 'x' not found." };
  for (const token of ["workflow", "t", "detail"]) {
    const { client } = scripted(answer({ detail }, 404), { token });
    await assert.rejects(client.retrieve(ID), (thrown) => {
      const { code, message } = untyped(thrown);
      assert.deepEqual([code, message], ["workflow_not_found", detail.message]);
      return true;
    });
  }
});
