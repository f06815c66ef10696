// How long calls take, in Node.js as in a page: every contender in every round, each time
// in another order.

import { fromString } from "typeid-js";
import { BODIES, idOf } from "./bodies.mjs";
import * as ajv from "./contenders/ajv.mjs";
import * as ours from "./contenders/ours.mjs";
import * as typebox from "./contenders/typebox.mjs";
import * as valibot from "./contenders/valibot.mjs";
import * as zod from "./contenders/zod.mjs";
import * as zodMini from "./contenders/zod-mini.mjs";

const CONTENDERS = [ours, zod, zodMini, valibot, ajv, typebox];
/** Milliseconds that one figure is measured for. */
const SPAN = 40;

const IDS = Array.from({ length: 1_000 }, (_, number) => idOf("cbvndr", number));
/** What it parses has a form of its own. */
const TYPE_IDS = IDS.map((_, number) => `cbvndr_${String(number).padStart(26, "0")}`);
const PATTERN = /^cbvndr_[0-9a-fA-F]{32}$/;

function matched(id) {
  const [found] = PATTERN.exec(id) ?? [];
  if (found === undefined) throw new Error(`no id: ${id}`);
  return found;
}

const all = (ids, parse) => () => {
  for (const id of ids) parse(id);
};

/** @returns {Record<string, Record<string, () => unknown>>} Calls by row and contender. */
function rows() {
  const checks = Object.entries(BODIES).map(([row, { body, isGood }]) => {
    const calls = CONTENDERS.map(({ name, check }) => {
      if ((check(body) === null) !== isGood) throw new Error(`${name} is wrong about: ${row}`);
      return [name, () => check(body)];
    });
    return [row, Object.fromEntries(calls)];
  });
  const parses = {
    ours: all(IDS, ours.parse),
    "typeid-js": all(TYPE_IDS, (id) => fromString(id, "cbvndr")),
    "regular expression": all(IDS, matched),
  };
  return { ...Object.fromEntries(checks), "1,000 ids": parses };
}

/** Nanoseconds for a call. */
function timed(call) {
  const began = performance.now();
  let calls = 0;
  let passed = 0;
  // The clock is asked ever more seldom, for that takes time too.
  for (let batch = 1; passed < SPAN; batch = Math.min(batch * 2, 1_024)) {
    for (let index = 0; index < batch; index++) call();
    calls += batch;
    passed = performance.now() - began;
  }
  return (passed / calls) * 1e6;
}

/** Nanoseconds by row and contender, one for each round. */
export function measure(rounds) {
  /** @type {Record<string, Record<string, number[]>>} */
  const figures = {};
  for (const [row, calls] of Object.entries(rows())) {
    const order = Object.entries(calls);
    for (const [, call] of order) timed(call);
    figures[row] = Object.fromEntries(order.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, call] of order) figures[row][name]?.push(timed(call));
      order.push(...order.splice(0, 1));
    }
  }
  return figures;
}
