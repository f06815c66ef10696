// Whether a full database is slower than an empty one: the same calls on servers that
// differ in nothing but the rows they have, one call each in turn. Then whether the sweep
// keeps up with what expires.

import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import { rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  crowdAssessments,
  crowdId,
  crowdOrganizations,
  crowdRecords,
  fullOrg,
} from "../../tests/http/crowd.mjs";
import { idOf, importStatements } from "../../tests/http/harness.mjs";
import { percentile, printTable, shown } from "../table.mjs";
import { shipped } from "../worker/modules.mjs";
import { newState, quietSettings, serve, SIGNALS } from "../worker/serve.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    large: { type: "boolean", default: false },
  },
});
const ROUNDS = Number(options.rounds);
/** Calls of each route on each server in a round. */
const CALLS = 100;
const SMALL = 1_000;
const DAY_SECONDS = 86_400;

const now = () => Math.floor(Date.now() / 1000);
const NAME = "growth";
const ORG = fullOrg(NAME);
const BODY = JSON.stringify({
  vendor_id: idOf("cbvndr", NAME),
  control_set_ids: [idOf("cbctst", NAME)],
});

/** By name: how many assessments the organization has, and what else there is. */
const SIZES = {
  "1,000 assessments": { assessments: SMALL },
  "100,000": { assessments: 100_000 },
  ...(options.large && {
    "2,000,000": { assessments: 2_000_000 },
    // A thousand each.
    "1,000,000 in 1,000 organizations": {
      assessments: SMALL,
      more: (db) => crowdOrganizations(db, 1_000, 1_000),
    },
  }),
  "1,000 organizations": {
    assessments: SMALL,
    more: (db) => crowdOrganizations(db, 1_000),
  },
  "500,000 idempotency records": {
    assessments: SMALL,
    more: (db) => crowdRecords(db, NAME, 500_000, now() + DAY_SECONDS),
  },
};

const agent = new Agent({ keepAlive: true });

/** Sends a request; its status, text and milliseconds. */
function send(server, { method, path, key, body }) {
  const headers = {
    authorization: `Bearer ${ORG.key}`,
    ...(body && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    ...(key && { "idempotency-key": key }),
  };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const sent = httpRequest(server.url + path, { method, agent, headers }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode, text, took: performance.now() - began });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const COLLECTION = "/v1/assessments";
const create = (key) => ({ method: "POST", path: COLLECTION, body: BODY, key });
const used = crypto.randomUUID();
const dashboard = (path) => ({ method: "GET", path: `/v1/dashboard/${path}` });
/** Any of the crowd, so that none is in a cache because it was asked for before. */
const someone = ({ assessments }) =>
  `${COLLECTION}/${crowdId(1 + Math.floor(Math.random() * assessments))}`;

/**
 * What is called, by name, and the status that it has.
 *
 * @type {Record<string, [(size: { assessments: number }) => object, number]>}
 */
const ROUTES = {
  create: [() => create(), 201],
  "create, keyed": [() => create(crypto.randomUUID()), 201],
  replay: [() => create(used), 201],
  retrieve: [(size) => ({ method: "GET", path: someone(size) }), 200],
  list: [() => dashboard("assessments"), 200],
  "list, filtered": [() => dashboard("assessments?status=failed&sort=updated_at"), 200],
  search: [() => dashboard("assessments?q=a"), 200],
  "search, two words": [() => dashboard("assessments?q=a%20v"), 200],
  "search, nothing found": [() => dashboard("assessments?q=nobody"), 200],
  vendors: [() => dashboard("vendors?q=v"), 200],
  archive: [(size) => ({ method: "DELETE", path: someone(size) }), 200],
};

async function call(server, size, [request, status]) {
  const answer = await send(server, request(size));
  assert.equal(answer.status, status, answer.text);
  return answer.took;
}

async function measure(servers) {
  const figures = new Map();
  const routes = Object.entries(ROUTES).filter(([route]) => route.includes(options.only));
  for (const { server, size } of servers) {
    for (let index = 0; index < CALLS; index++) {
      for (const [, route] of routes) await call(server, size, route);
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, route] of routes) {
      for (let index = 0; index < CALLS; index++) {
        for (const { server, size, called } of servers) {
          const key = `${name} ${called}`;
          if (!figures.has(key)) figures.set(key, []);
          figures.get(key).push(await call(server, size, route));
        }
      }
    }
  }
  console.log(
    `Milliseconds, p50 / p99 of ${ROUNDS * CALLS} calls each, one at a time and in turn:\n`,
  );
  const times = (name, { called }) =>
    [0.5, 0.99].map((part) => shown(percentile(figures.get(`${name} ${called}`), part)));
  printTable([
    ["", ...servers.map(({ called }) => called)],
    ...routes.map(([name]) => [name, ...servers.map((of) => times(name, of).join(" / "))]),
  ]);
}

/** Creates a second while the sweep runs. */
const CREATES = 100;
/** What ten minutes of them leave behind a day later. */
const EXPIRED = 60_000;
const SECONDS = 20;

/** Milliseconds of creates that come at a rate, whatever becomes of those before them. */
async function arrive(server, seconds) {
  const began = performance.now();
  const answers = [];
  for (let index = 0; index < seconds * CREATES; index++) {
    await wait(began + (index * 1_000) / CREATES - performance.now());
    answers.push(send(server, create(crypto.randomUUID())));
  }
  const all = await Promise.all(answers);
  for (const { status, text } of all) assert.equal(status, 201, text);
  return all.map(({ took }) => took);
}

async function sweepUnderLoad(server) {
  await crowdRecords(server.db, NAME, EXPIRED, now() - 1);
  const expired = async () => {
    const sql = "SELECT count(*) AS count FROM idempotency_records WHERE expires_at <= ?1";
    return (await server.db.prepare(sql).bind(now()).first()).count;
  };
  const before = await arrive(server, SECONDS);
  const there = await expired();
  const sweeps = [];
  let left = there;
  // Deployed a sweep begins every minute; here the next one a second after one is done.
  const sweeping = (async () => {
    for (let sweep = 0; sweep < SECONDS && left > 0; sweep++) {
      const began = performance.now();
      await server.scheduled();
      sweeps.push(performance.now() - began);
      left = await expired();
      await wait(1_000);
    }
  })();
  const [during] = await Promise.all([arrive(server, SECONDS), sweeping]);
  console.log(`\n${CREATES} creates a second, each with a key of its own, for ${SECONDS} s:\n`);
  const times = (values) => [0.5, 0.99].map((part) => shown(percentile(values, part))).join(" / ");
  printTable([
    ["", "create, ms, p50 / p99", "expired records deleted", "left", "ms of each sweep"],
    ["no sweep", times(before), 0, there, "-"],
    ["sweeping", times(during), there - left, left, sweeps.map(shown).join(", ")],
  ]);
}

const servers = [];
async function close() {
  for (const { server, state } of servers.splice(0)) {
    await server.close();
    rmSync(state, { recursive: true });
  }
  agent.destroy();
}
for (const signal of SIGNALS) process.on(signal, () => close().then(() => process.exit(1)));

try {
  const seed = await importStatements({ orgs: [ORG.data] });
  for (const [called, size] of Object.entries(SIZES)) {
    const state = newState();
    const server = await serve(`size${servers.length}`, shipped(), quietSettings(), {
      state,
      seed,
    });
    servers.push({ server, state, size, called });
    await crowdAssessments(server.db, NAME, size.assessments);
    await size.more?.(server.db);
    await send(server, create(used));
    console.error(`==> filled: ${called}`);
  }
  await measure(servers);
  await sweepUnderLoad(servers[0].server);
} finally {
  await close();
}
