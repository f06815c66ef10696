// The README's console examples are run as they stand, on the demo data; what
// differs from day to day (new ids, times, the year) is masked on both sides.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { ROOT, startApi } from "./harness.mjs";

let api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

function masked(text) {
  return text
    .trim()
    .replace(/"id":"cbqsrw_[0-9a-f]{32}"/g, '"id":"<id>"')
    .replace(/cbwr_[0-9a-f]{32}/g, "<run>")
    .replace(/"token":"[\w.-]+"/g, '"token":"<token>"')
    .replace(/_at":\d{10}/g, '_at":<time>')
    .replace(/"20\d\d Northwind/g, '"<year> Northwind');
}

/** Commands ("$ ..." and their continuation lines) and what follows each. */
function examples(markdown) {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].map((match) => match[1]);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .filter(Boolean)
      .map((example) => {
        const [, command, answer] = example.match(/^((?:[^\n]*\\\n)*[^\n]*\n)(.*)$/s);
        return { command, answer };
      }),
  );
}

test("every_console_example_of_the_readme_answers_what_it_says", async () => {
  const found = examples(readFileSync(join(ROOT, "README.md"), "utf8"));
  assert.ok(found.length >= 6);
  let run;
  for (const { command, answer } of found) {
    // The run that the first example started is another one here.
    const here = command
      .replaceAll("http://127.0.0.1:8787", api.url)
      .replace(/cbwr_[0-9a-f]{32}/, () => run);
    const { stdout } = await promisify(execFile)("sh", ["-c", here]);
    assert.equal(masked(stdout), masked(answer), command);
    run ??= /cbwr_[0-9a-f]{32}/.exec(stdout)?.[0];
  }
});
