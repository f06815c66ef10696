// Figures of many rounds as tables of Markdown.

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The value that such a part of the values is not above. */
export function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
}

/** A number for a reader: three digits that tell, and a comma at thousands. */
export function shown(value) {
  if (!Number.isFinite(value)) return "-";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: Math.min(digits, 3) });
}

/** The least and the most of values. */
export const spread = (values) => `${shown(Math.min(...values))}-${shown(Math.max(...values))}`;

/** The median of what each round has for itself: what disturbs one disturbs both of its sides. */
export const ratio = (values, others) =>
  median(values.map((value, round) => value / others[round])).toFixed(2);

/**
 * Prints a table whose first row names the columns.
 *
 * @param {(string | number)[][]} rows
 */
export function printTable([head = [], ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  console.log([line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n"));
}
