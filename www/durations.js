// How long something took, as people read it.

import { language } from "./texts.js";

/** @type {[string, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/**
 * A number of seconds in its two largest units.
 *
 * @param {number} seconds
 */
export function formatDuration(seconds) {
  let rest = Math.max(0, Math.round(seconds));
  const first = UNITS.findIndex(([unit, size]) => rest >= size || unit === "second");
  return UNITS.slice(first, first + 2)
    .flatMap(([unit, size], index) => {
      const count = Math.floor(rest / size);
      rest %= size;
      if (count === 0 && index > 0) return [];
      const options = /** @type {const} */ ({ style: "unit", unitDisplay: "short" });
      return new Intl.NumberFormat(language, { ...options, unit }).format(count);
    })
    .join(" ");
}
