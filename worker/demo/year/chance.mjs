// Chance that is the same every time: whatever is drawn depends on the seed alone.

import { createHash } from "node:crypto";

/** An id of that prefix, the same for the same seed. */
export function idOf(prefix, seed) {
  const digest = createHash("sha256").update(`demo year ${prefix} ${seed}`).digest("hex");
  return `${prefix}_${digest.slice(0, 32)}`;
}

/** A source of chance; two of different seeds know nothing of each other. */
export function chanceOf(seed) {
  let state = createHash("sha256").update(`demo year ${seed}`).digest().readUInt32LE();
  /** At least 0, below 1: mulberry32. */
  const number = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const chance = {
    /** @param {number} low @param {number} high */
    between: (low, high) => low + number() * (high - low),
    /** A whole number, both ends included. */
    whole: (low, high) => low + Math.floor(number() * (high - low + 1)),
    /** Whether something that happens in that share of all cases does. */
    happens: (share) => number() < share,
    pick: (list) => list[Math.floor(number() * list.length)],
    /** All of a list, in another order. */
    shuffled(list) {
      const rest = [...list];
      return list.map(() => rest.splice(Math.floor(number() * rest.length), 1)[0]);
    },
    /** Some of a list, in its order. */
    some(list, count) {
      const chosen = new Set(chance.shuffled(list).slice(0, count));
      return list.filter((item) => chosen.has(item));
    },
  };
  return chance;
}
