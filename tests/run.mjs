// Runs the test files that it is given, three at a time. Those of the API wait more than they
// work (for a time to pass, for what was killed to start again), those of browser and package
// work more than they wait: side by side they keep two processors busy, which of their own
// kind would wait for each other. What takes longest comes first, so that nothing is left to
// run alone at the end.

import { run } from "node:test";
import { spec } from "node:test/reporters";

const AT_ONCE = 3;
const TIMEOUT_MS = 600_000;
/** A minute or more each. */
const LONGEST = [
  "http/workflow-kill",
  "http/dev-kill",
  "http/dev",
  "http/commands",
  "http/keys",
  "http/sessions-provider",
  "package/matrix-frameworks",
  "browser/watchlist",
  "browser/quality",
  "browser/assessments-many",
  "package/matrix-next",
];

const rank = (file) => {
  const at = LONGEST.findIndex((name) => file.endsWith(`${name}.test.mjs`));
  return at < 0 ? LONGEST.length : at;
};
const given = process.argv.slice(2).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
const isWaiting = (file) => file.includes("/http/");
const groups = [given.filter(isWaiting), given.filter((file) => !isWaiting(file))];
/** Each kind as evenly as there is of it. */
const files = groups
  .flatMap((group) => group.map((file, at) => ({ file, at: (at + 0.5) / group.length })))
  .sort((a, b) => a.at - b.at)
  .map(({ file }) => file);

run({ files, concurrency: AT_ONCE, timeout: TIMEOUT_MS })
  .on("test:fail", ({ todo, skip }) => {
    if (todo === undefined && skip === undefined) process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
